# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a head whose parameters are known, cut as photos are; made once and kept."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...encoders.cache import cache_file
from ...encoders.face_crop import cut, upright_crop
from ...encoders.facemesh import RENDER_THRESHOLD, detect, look_closer
from ...encoders.sample_pictures import Painter, painter_of
from ...encoders.sample_truth import draw_truth
from ...files import make_folder, written_aside
from ...head.data import HeadData
from .crops import Floats, Progress

CACHE_KIND, CACHE_VERSION = "training-renders", 1  # raise it when pictures or crops change

TRUTH_STREAM, PICTURE_STREAM = 0, 1  # random streams of one seed
PART = 1000  # faces of one seed
LARGEST_MISS = 0.3  # of the eyes' distance, median: beyond, it is another face than the drawn one


@dataclass(frozen=True, eq=False)
class RenderedFaces:
    """N rendered faces in which FaceMesh found the face."""

    pixels: npt.NDArray[np.uint8]  # (N,size,size,3) RGB
    landmarks: Floats  # (N,478,2) pixels of the crop
    expression: Floats  # (N,E) standard deviations
    jaw: Floats  # (N,3) axis-angle rad
    eyes: Floats  # (N,2,3) axis-angle rad: left, right

    def take(self, rows: slice) -> RenderedFaces:
        """Some of them."""
        return RenderedFaces(*(getattr(self, field.name)[rows] for field in fields(self)))

    def codes(self) -> Floats:
        """(N,E+7) in the order of `image_network.Code`."""
        gaze = self.eyes[:, :, :2].reshape(len(self.eyes), 4)
        return np.concatenate([self.expression, self.jaw, gaze], axis=1)


def rendered_faces(
    head: HeadData, count: int, first_seed: int, size: int, progress: Progress | None = None
) -> RenderedFaces:
    """At most `count` random faces of `head`, `size` px square, from the cache or made now.

    Every `PART` faces have a seed of their own, from `first_seed` on: more of them are the same
    and others besides.
    """
    parts = []
    for place, start in enumerate(range(0, count, PART)):
        amount = min(PART, count - start)
        part = _part(head, first_seed + place, size, amount, progress)
        parts.append(part.take(slice(0, amount)))
    return RenderedFaces(*(np.concatenate([getattr(part, field.name) for part in parts])
                           for field in fields(RenderedFaces)))


def _part(
    head: HeadData, seed: int, size: int, amount: int, progress: Progress | None
) -> RenderedFaces:
    """The faces of one seed: all of them, or only the first `amount` where none are kept."""
    whole = cache_file(CACHE_KIND, CACHE_VERSION, _fingerprint(head, PART, seed, size))
    own = cache_file(CACHE_KIND, CACHE_VERSION, _fingerprint(head, amount, seed, size))
    for path in (whole, own):
        try:
            with np.load(path, allow_pickle=False) as stored:
                return RenderedFaces(*(stored[field.name] for field in fields(RenderedFaces)))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            continue
    made = _make(head, amount, seed, size, progress)
    _write(own, made)
    return made


def _make(
    head: HeadData, count: int, seed: int, size: int, progress: Progress | None
) -> RenderedFaces:
    painter = painter_of(head)
    truth = draw_truth(head, PART, np.random.default_rng([seed, TRUTH_STREAM]))
    kept, pixels, landmarks = [], [], []
    for number in range(count):
        if progress is not None:
            progress(number, count, f"photographing the head {head.name}")
        rng = np.random.default_rng([seed, PICTURE_STREAM, number])
        vertices = painter.vertices(truth, slice(number, number + 1))[0]
        found = _photographed(painter, vertices, size, rng)
        if found is not None:
            kept.append(number)
            pixels.append(found[0])
            landmarks.append(found[1])
    return RenderedFaces(np.stack(pixels), np.stack(landmarks), truth.expression[kept],
                         truth.jaw[kept], truth.eyes[kept])


def _photographed(
    painter: Painter, vertices: Floats, size: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], Floats] | None:
    """The crop of a picture of the face and the landmarks in it; None where FaceMesh is wrong."""
    camera = painter.camera(vertices, rng)
    picture = painter.picture(vertices, camera, rng)
    faces = detect(picture, RENDER_THRESHOLD)
    if not faces:
        return None
    true = camera.project(painter.landmarks(vertices))[:, :2]
    seen = look_closer(picture, faces[0])
    eyes = max(float(np.linalg.norm(seen[33] - seen[263])), 1.0)
    off = np.linalg.norm(seen[painter.points.landmarks] - true, axis=1)
    if np.median(off) > LARGEST_MISS * eyes:
        return None
    frame = upright_crop(seen, size)
    inside = (seen - frame[:, 2]) @ np.linalg.inv(frame[:, :2]).T
    return cut(picture, frame, size), np.asarray(inside)


def _write(path: Path, faces: RenderedFaces) -> None:
    make_folder(path.parent)
    with written_aside(path) as part:
        np.savez(part, **{field.name: getattr(faces, field.name) for field in fields(faces)})


def _fingerprint(head: HeadData, count: int, seed: int, size: int) -> str:
    digest = hashlib.sha256(f"{count} {seed} {size}".encode())
    for array in (head.template, head.expression_basis, head.triangles):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:32]
