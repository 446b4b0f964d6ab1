# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces cut out of photos once: upright, of one size, with FaceMesh's landmarks; kept on disk."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ...encoders.cache import cache_file
from ...encoders.face_crop import Crop, cut, upright_crop
from ...errors import InputFileError, PhotoError
from ...files import make_folder, written_aside
from ...labelled_photos import LabelledPhoto

Floats = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]

CACHE_KIND, CACHE_VERSION = "training-crops", 1  # raise it when the crop changes
NAMED_AT_MOST = 5  # photos without a face, in the message


@dataclass(frozen=True, eq=False)
class FaceCrops:
    """The faces of N photos.  `photos` holds only those in which a face was found."""

    photos: tuple[LabelledPhoto, ...]
    pixels: npt.NDArray[np.uint8]  # (N,size,size,3) RGB
    landmarks: Floats  # (N,478,2) pixels of the photo, y down
    to_photo: Floats  # (N,2,3) photo pixel = M (x, y, 1) of a crop's pixel
    skipped: tuple[str, ...]  # what could not be used, and why

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> FaceCrops:
        """Some of the faces."""
        chosen = np.asarray(rows, dtype=np.int64)
        return FaceCrops(tuple(self.photos[row] for row in chosen), self.pixels[chosen],
                         self.landmarks[chosen], self.to_photo[chosen], self.skipped)

    def crop_landmarks(self) -> Floats:
        """(N,478,2) landmarks in the pixels of the crops."""
        moved = self.landmarks - self.to_photo[:, None, :, 2]
        return np.asarray(np.einsum("nij,nlj->nli", np.linalg.inv(self.to_photo[:, :, :2]), moved))


def face_crops(
    photos: Sequence[LabelledPhoto], size: int, progress: Progress | None = None
) -> FaceCrops:
    """The largest face of every photo, `size` px square, from the cache or cut now.

    Unreadable photos and photos without a face are left out and named in `skipped`.  Raises
    InputFileError `no-faces` where nothing is left.
    """
    path = cache_file(CACHE_KIND, CACHE_VERSION, _fingerprint(photos, size))
    cached = _read(path, photos)
    if cached is None:
        cached = _cut_all(photos, size, progress)
        _write(path, photos, cached)
    if not cached.photos:
        raise InputFileError(
            "no-faces", f"No face was found in any of the {len(photos)} photos: "
            f"{' '.join(cached.skipped[:NAMED_AT_MOST])}",
            "Give photos in which a face is upright and not small.")
    return cached


def _cut_all(
    photos: Sequence[LabelledPhoto], size: int, progress: Progress | None
) -> FaceCrops:
    kept, crops, skipped = [], [], []
    for done, photo in enumerate(photos):
        if progress is not None:
            progress(done, len(photos), "looking for faces")
        try:
            crops.append(_face_of(photo.path, size))
            kept.append(photo)
        except PhotoError as refusal:
            skipped.append(f"{photo.path.name}: {refusal.message}")
    return FaceCrops(
        tuple(kept),
        np.stack([crop.pixels for crop in crops]) if crops else np.zeros((0, size, size, 3), "u1"),
        np.array([crop.landmarks for crop in crops]).reshape(-1, 478, 2),
        np.array([crop.to_photo for crop in crops]).reshape(-1, 2, 3), tuple(skipped))


def _face_of(path: Path, size: int) -> Crop:
    from ...encoders.facemesh import look_for
    from ...encoders.photo import load_photo

    photo = load_photo(path)
    landmarks, _ = look_for(photo, None)
    frame = upright_crop(landmarks, size)
    pixels = cut(photo.pixels, frame, size)
    stretch = np.diag(photo.ratio)
    return Crop(pixels, landmarks * photo.ratio, stretch @ frame)


def _fingerprint(photos: Sequence[LabelledPhoto], size: int) -> str:
    """Of the files as they are now; their labels may change without new crops."""
    digest = hashlib.sha256(str(size).encode())
    for photo in photos:
        try:
            state = photo.path.stat()
            digest.update(f"{photo.path}|{state.st_size}|{state.st_mtime_ns}\n".encode())
        except OSError:
            digest.update(f"{photo.path}|missing\n".encode())
    return digest.hexdigest()[:32]


def _read(path: Path, photos: Sequence[LabelledPhoto]) -> FaceCrops | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            kept = stored["kept"]
            return FaceCrops(tuple(photos[row] for row in kept), stored["pixels"],
                             stored["landmarks"], stored["to_photo"],
                             tuple(str(text) for text in stored["skipped"]))
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, photos: Sequence[LabelledPhoto], crops: FaceCrops) -> None:
    row_of = {photo: row for row, photo in enumerate(photos)}
    make_folder(path.parent)
    with written_aside(path) as part:
        np.savez(part, kept=np.array([row_of[photo] for photo in crops.photos], dtype=np.int64),
                 pixels=crops.pixels, landmarks=crops.landmarks, to_photo=crops.to_photo,
                 skipped=np.array(crops.skipped, dtype=np.str_))
