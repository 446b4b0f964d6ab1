# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders of a head with known parameters, and what FaceMesh sees in them.

What an encoder should find in a picture is known only where the picture was made from it.  Each
sample is a random face of the head (`sample_truth`), photographed from 0.6 to 3 m by a camera with
perspective, in random colours and light (`sample_portraits`), and looked at by FaceMesh exactly as
photos are.  The camera kept as truth is the scaled orthography that fits the perspective best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .facemesh import RENDER_THRESHOLD, detect, look_closer
from .rows import SurfacePoints
from .sample_pictures import EVALUATED_AT_ONCE, SIZE, Shot, painter_of
from .sample_portraits import photographer_of
from .sample_truth import FaceTruth, draw_truth

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]

LARGEST_MISS = 0.3
"""Of the eyes' distance, median over the landmarks: what lies further off is another face than the
one that was drawn (landmarks of renders miss by 0.05 on average)."""
TRUTH_STREAM, PICTURE_STREAM = 0, 1  # random streams of one seed


@dataclass(frozen=True, eq=False)
class FaceSamples:
    """N faces of one head with known parameters, and what FaceMesh saw of their pictures."""

    shape: Floats  # (N,S) standard deviations
    expression: Floats  # (N,E) standard deviations
    jaw: Floats  # (N,3) axis-angle rad
    eyes: Floats  # (N,2,3) axis-angle rad: left, right
    global_rotation: Floats  # (N,3) axis-angle rad
    scale: Floats  # (N,) px per metre
    translation: Floats  # (N,2) px: where the head's origin falls, as `Camera`
    landmarks: Floats  # (N,478,2) px; NaN where no face was found
    size: int  # px: the pictures are square

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """(N,) where FaceMesh found the face."""
        return np.asarray(np.isfinite(self.landmarks).all(axis=(1, 2)))

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64] | slice) -> FaceSamples:
        """Some of them."""
        return replace(self, **{name: getattr(self, name)[rows] for name in SAMPLE_ARRAYS})


SAMPLE_ARRAYS = ("shape", "expression", "jaw", "eyes", "global_rotation", "scale", "translation",
                 "landmarks")


def joined(parts: list[FaceSamples]) -> FaceSamples:
    """Samples of one head, one after another."""
    return replace(parts[0], **{
        name: np.concatenate([getattr(part, name) for part in parts]) for name in SAMPLE_ARRAYS})


def make_samples(
    head: HeadData, count: int, seed: int, progress: Progress | None = None
) -> FaceSamples:
    """`count` random faces of `head`; the same for the same head, count and seed.

    About 10 a second on one core.  progress(done, total, text) is called along the way.  Raises
    HeadError `head-not-recognised` as `landmark_points`, BackendError `missing-dependency`.
    """
    return _samples(photographer_of(head), head, count, seed, progress)


def make_plain_samples(
    head: HeadData, count: int, seed: int, progress: Progress | None = None
) -> FaceSamples:
    """As `make_samples`, in flat colours and harsher light, blurred and grained.

    Pictures that are worse than most photos: who learns from some of them, too, is not misled by
    how well portraits are painted.
    """
    return _samples(painter_of(head), head, count, seed, progress)


class _Photographer(Protocol):
    """Whoever takes pictures of a head."""

    @property
    def points(self) -> SurfacePoints:
        """The head's landmarks."""

    def vertices(self, truth: FaceTruth, rows: slice) -> Floats:
        """(n,V,3) m of some faces."""

    def shot(self, vertices: Floats, rng: np.random.Generator) -> Shot:
        """A picture of one of them."""


def _samples(
    photographer: _Photographer, head: HeadData, count: int, seed: int, progress: Progress | None
) -> FaceSamples:
    truth = draw_truth(head, count, np.random.default_rng([seed, TRUTH_STREAM]))
    scale, translation = np.zeros(count), np.zeros((count, 2))
    landmarks = np.full((count, 478, 2), np.nan)
    text = f"photographing the head {head.name}"
    for number, shot in enumerate(_shots(photographer, truth, seed)):
        if progress is not None:
            progress(number, count, text)
        scale[number], translation[number] = scaled_orthography(shot.places, shot.projected)
        landmarks[number] = _seen(shot, photographer.points.landmarks)
    if progress is not None:
        progress(count, count, text)
    return FaceSamples(truth.shape, truth.expression, truth.jaw, truth.eyes, truth.global_rotation,
                       scale, translation, landmarks, SIZE)


def _shots(photographer: _Photographer, truth: FaceTruth, seed: int) -> Iterator[Shot]:
    """A picture of each face.

    One thread draws ahead while FaceMesh looks: both leave Python's lock for most of the time.
    """
    def drawn(start: int) -> list[Shot]:
        faces = photographer.vertices(truth, slice(start, start + EVALUATED_AT_ONCE))
        return [photographer.shot(vertices, np.random.default_rng([seed, PICTURE_STREAM, number]))
                for number, vertices in enumerate(faces, start)]

    starts = range(0, len(truth.jaw), EVALUATED_AT_ONCE)
    with ThreadPoolExecutor(1) as drawer:
        ahead = drawer.submit(drawn, 0)
        for start in starts:
            now = ahead.result()
            ahead = drawer.submit(drawn, start + EVALUATED_AT_ONCE)
            yield from now


def scaled_orthography(points: Floats, pixels: Floats) -> tuple[float, Floats]:
    """Scale in px per metre and translation (2,) in px that take (n,3) m closest to (n,2) px."""
    flat = points[:, :2] * (1.0, -1.0)
    middle, aim = flat.mean(0), pixels.mean(0)
    arm = flat - middle
    scale = float((arm * (pixels - aim)).sum() / (arm**2).sum())
    return scale, aim - scale * middle


def _seen(shot: Shot, numbers: npt.NDArray[np.int64]) -> Floats:
    """(478,2) what FaceMesh sees of the face that was drawn; NaN where it sees none, or another."""
    best, nearest = np.full((478, 2), np.nan), LARGEST_MISS
    for face in detect(shot.pixels, RENDER_THRESHOLD):
        eyes = max(float(np.linalg.norm(face[33] - face[263])), 1.0)
        miss = float(np.median(np.linalg.norm(face[numbers] - shot.projected, axis=1))) / eyes
        if miss < nearest:
            best, nearest = face, miss
    return look_closer(shot.pixels, best) if nearest < LARGEST_MISS else best
