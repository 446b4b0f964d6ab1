# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of photos before the encoder is trained, and kept fixed: EMOCA's coarse encoder.

EMOCA (section 4) takes shape, pose, camera, albedo and light from a frozen DECA.  Here the landmark
encoder gives the first three for any head; albedo is a plain painting of the head's parts, and the
light is the one that explains the photo's skin best, by least squares.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ..encoders.cache import cache_file
from ..encoders.landmark import encode_landmarks
from ..files import make_folder, written_aside
from ..head.data import HeadData
from ..parameters import FaceParameters
from .datasets.crops import FaceCrops, Floats, Progress

CACHE_KIND, CACHE_VERSION = "training-faces", 1


@dataclass(frozen=True, eq=False)
class SeenFaces:
    """N photos' faces as the landmark encoder sees them on one head."""

    shape: Floats  # (N,S) standard deviations
    expression: Floats  # (N,E) standard deviations
    jaw: Floats  # (N,3) axis-angle rad
    eyes: Floats  # (N,2,3) axis-angle rad: left, right
    turn: Floats  # (N,3) axis-angle rad
    to_crop: Floats  # (N,2,4) crop pixel = M (X, Y, Z, 1), m after the turn

    def codes(self) -> Floats:
        """(N,E+7) in the order of `image_network.Code`."""
        gaze = self.eyes[:, :, :2].reshape(len(self.eyes), 4)
        return np.concatenate([self.expression, self.jaw, gaze], axis=1)


def seen_faces(crops: FaceCrops, head: HeadData, progress: Progress | None = None) -> SeenFaces:
    """The faces of `crops` on `head`, from the cache or encoded now (30 ms each)."""
    path = cache_file(CACHE_KIND, CACHE_VERSION, _fingerprint(crops, head))
    try:
        with np.load(path, allow_pickle=False) as stored:
            return SeenFaces(*(stored[field.name] for field in fields(SeenFaces)))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        found = _encode(crops, head, progress)
    make_folder(path.parent)
    with written_aside(path) as part:
        np.savez(part, **{field.name: getattr(found, field.name) for field in fields(found)})
    return found


def _encode(crops: FaceCrops, head: HeadData, progress: Progress | None) -> SeenFaces:
    faces = []
    for done, landmarks in enumerate(crops.landmarks):
        if progress is not None:
            progress(done, len(crops.landmarks), "taking the faces in")
        faces.append(_face(landmarks, head))
    cameras = [face.camera for face in faces]
    assert all(camera is not None for camera in cameras)
    scale = np.array([camera.scale for camera in cameras if camera is not None])
    origin = np.stack([camera.translation for camera in cameras if camera is not None])
    return SeenFaces(
        np.stack([face.identity.shape for face in faces]),
        np.stack([face.code.expression for face in faces]),
        np.stack([face.code.jaw for face in faces]),
        np.stack([face.code.eyes for face in faces]),
        np.stack([face.global_rotation for face in faces]),
        crop_cameras(scale, origin, crops.to_photo))


def _face(landmarks: Floats, head: HeadData) -> FaceParameters:
    size = (int(np.ceil(landmarks[:, 0].max())), int(np.ceil(landmarks[:, 1].max())))
    return encode_landmarks(landmarks, size, head)


def crop_cameras(scale: Floats, origin: Floats, to_photo: Floats) -> Floats:
    """(N,2,4) cameras of crops from those of whole photos: `parameters.Camera`'s numbers."""
    photo = np.zeros((len(scale), 2, 4))
    photo[:, 0, 0], photo[:, 1, 1] = scale, -scale
    photo[:, :, 3] = origin - to_photo[:, :, 2]
    return np.asarray(np.linalg.inv(to_photo[:, :, :2]) @ photo)


def _fingerprint(crops: FaceCrops, head: HeadData) -> str:
    """Of photos and head, and of what the encoder says of the first: another one says another."""
    digest = hashlib.sha256(np.ascontiguousarray(crops.landmarks).tobytes())
    digest.update(np.ascontiguousarray(crops.to_photo).tobytes())
    arrays: list[npt.NDArray[np.generic]] = [
        head.template, head.identity_basis, head.expression_basis]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    first = _face(crops.landmarks[0], head)
    digest.update(np.concatenate([first.identity.shape, first.code.vector()]).round(4).tobytes())
    return digest.hexdigest()[:32]
