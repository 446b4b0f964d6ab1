# SPDX-License-Identifier: GPL-3.0-or-later
"""The face that a network is to look at: a photo and FaceMesh's landmarks of one face in it."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from ..facemesh import look_for
from ..photo import Photo, PhotoSource, load_photo

Floats = npt.NDArray[np.float64]

_found: WeakKeyDictionary[Photo, dict[int | None, SeenFace]] = WeakKeyDictionary()
"""Faces of photos still held by somebody: two encoders of one photo need one search."""


@dataclass(frozen=True, eq=False)
class SeenFace:
    """One face of a photo."""

    pixels: npt.NDArray[np.uint8]  # (H,W,3) RGB, upright: `Photo.pixels`
    ratio: Floats  # (2,) original pixels per pixel of `pixels`, across and down
    photo_size: tuple[int, int]  # width, height of the upright original in pixels
    landmarks: Floats  # (478,2) FaceMesh's, in pixels of `pixels`; a pixel's middle is at .5
    notes: tuple[str, ...] = ()  # what a person should know, e.g. which of several faces it is


def see_face(photo: PhotoSource, face: int | None = None) -> SeenFace:
    """The face that is to be encoded, found as the landmark encoder finds it.

    face: which, numbered by size from 1; None: the largest.  A `Photo` that is given again is not
    searched again.  Raises PhotoError as `load_photo` does, and `no-face`, `no-such-face`;
    BackendError `missing-dependency`.
    """
    picture = load_photo(photo)
    known = _found.setdefault(picture, {})
    if face not in known:
        known[face] = _look(picture, face)
    return known[face]


def _look(picture: Photo, face: int | None) -> SeenFace:
    landmarks, notes = look_for(picture, face)
    return SeenFace(picture.pixels, picture.ratio, picture.original_size, landmarks, notes)
