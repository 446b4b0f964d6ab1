# SPDX-License-Identifier: GPL-3.0-or-later
"""EMOCA's coarse stage on a batch of photos: the code is drawn and judged by eq. 7."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..encoders.image_network import Code, ImageEncoderNetwork
from ..encoders.small_network import SIZE
from ..head.data import HeadData
from . import face_losses as losses
from .code_metric import square_distance
from .datasets.augment import MARGIN, plain, spoiled
from .datasets.crops import FaceCrops, Progress
from .differentiable_face import CropCamera, DifferentiableFace
from .emotion_network import EmotionNetwork
from .seen_faces import seen_faces

FACE_OVAL = (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400,
             377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67,
             109)
"""FaceMesh's outline of the face: hair, ears and neck lie outside."""


class KnownPhotos:
    """Photos and what the landmark encoder says of them; rows (B,) choose some."""

    def __init__(self, crops: FaceCrops, head: HeadData, device: torch.device | str,
                 progress: Progress | None = None) -> None:
        seen = seen_faces(crops, head, progress)
        edge = SIZE * (MARGIN - 1) / 2  # of a stored crop, beyond what networks see

        def tensor(values: object) -> Tensor:
            return torch.tensor(np.asarray(values), dtype=torch.float32)

        self.device = torch.device(device)
        self._pixels = torch.from_numpy(crops.pixels)
        self._landmarks = tensor(crops.crop_landmarks() - edge)
        self._cameras = tensor(seen.to_crop)
        self._cameras[:, :, 3] -= edge
        self._shape, self._turn = tensor(seen.shape), tensor(seen.turn)
        self._codes = tensor(seen.codes())
        self._inside = torch.from_numpy(np.stack([
            filled(points[list(FACE_OVAL)]) for points in self._landmarks.numpy()]))

    def pictures(self, rows: Tensor) -> Tensor:
        """(B,3,112,112) RGB in 0..1."""
        return plain(self._pixels[rows], SIZE).to(self.device)

    def landmarks(self, rows: Tensor) -> Tensor:
        """(B,478,2) pixels of the pictures."""
        return self._landmarks[rows].to(self.device)

    def cameras(self, rows: Tensor) -> CropCamera:
        """Of the pictures."""
        return CropCamera(self._cameras[rows].to(self.device), SIZE)

    def shape(self, rows: Tensor) -> Tensor:
        """(B,S)."""
        return self._shape[rows].to(self.device)

    def turn(self, rows: Tensor) -> Tensor:
        """(B,3) rad: the head's."""
        return self._turn[rows].to(self.device)

    def codes(self, rows: Tensor) -> Tensor:
        """(B,E+7)."""
        return self._codes[rows].to(self.device)

    def inside(self, rows: Tensor) -> Tensor:
        """(B,1,112,112): 1 within the face's outline, else 0."""
        return self._inside[rows, None].to(self.device).float()


class PhotoBatches:
    """Batches of photos for the coarse stage; light and features are found once, when needed."""

    def __init__(self, crops: FaceCrops, head: HeadData, emotion: EmotionNetwork,
                 device: torch.device | str, progress: Progress | None = None) -> None:
        self._known = KnownPhotos(crops, head, device, progress)
        self._light: dict[int, Tensor] = {}
        self._features: dict[int, Tensor] = {}
        self._face = DifferentiableFace(head, SIZE, device)
        self._emotion = emotion
        self._chances = even_chances([photo.emotion for photo in crops.photos])

    def terms(self, network: ImageEncoderNetwork, metric: Tensor, count: int,
              generator: torch.Generator) -> losses.CoarseTerms:
        """The losses of `count` photos drawn at random, every emotion as often as any other."""
        known, face = self._known, self._face
        rows = torch.multinomial(self._chances, count, replacement=True, generator=generator)
        photos, landmarks = known.pictures(rows), known.landmarks(rows)
        given = spoiled(photos.cpu(), generator).to(known.device)
        codes = network(given, landmarks)
        code, turn, camera = Code.of(codes), known.turn(rows), known.cameras(rows)
        vertices = face.vertices(known.shape(rows), code, turn)
        inside = known.inside(rows)
        drawn, covered, skin = face.smooth_picture(vertices, camera, self._lights(rows, photos))
        # hair, ears and what is behind stay the photo's: they tell no emotion
        faces = photos * (1.0 - inside * covered) + drawn * inside
        placed = face.landmarks(vertices, turn, camera)
        seen, model = (points * (2.0 / SIZE) - 1.0 for points in (landmarks, placed))
        return losses.CoarseTerms(
            emotion=losses.emotion_distance(self._felt(rows, photos),
                                            self._features_of(faces.clamp(0.0, 1.0))),
            photometric=losses.photometric(photos, faces, skin * inside),
            eye_closure=losses.eye_closure(seen, model),
            mouth_closure=losses.mouth_closure(seen, model),
            lip_corners=losses.lip_corners(seen, model),
            expression=losses.expression_size(code.expression),
            landmarks=losses.landmark_distance(seen, model, face.landmark_weights),
            nearness=square_distance(metric, codes, known.codes(rows)).mean())

    def _features_of(self, pictures: Tensor) -> Tensor:
        size = self._emotion.size
        if size != SIZE:
            pictures = functional.interpolate(pictures, (size, size), mode="bilinear",
                                              align_corners=False)
        return self._emotion.features(pictures)

    @torch.no_grad()
    def _felt(self, rows: Tensor, photos: Tensor) -> Tensor:
        """(B,F) emotion features of the photos as they are."""
        new = [place for place, row in enumerate(rows.tolist()) if row not in self._features]
        if new:
            found = self._features_of(photos[new])
            self._features |= {int(rows[place]): one for place, one in zip(new, found,
                                                                         strict=True)}
        return torch.stack([self._features[row] for row in rows.tolist()])

    @torch.no_grad()
    def _lights(self, rows: Tensor, photos: Tensor) -> Tensor:
        """(B,9,3) the light of each photo, by the code that the landmark encoder gave it."""
        if any(row not in self._light for row in rows.tolist()):
            known = self._known
            vertices = self._face.vertices(
                known.shape(rows), Code.of(known.codes(rows)), known.turn(rows))
            found = self._face.light_of(vertices, known.cameras(rows), photos, known.inside(rows))
            self._light |= dict(zip(rows.tolist(), found, strict=True))
        return torch.stack([self._light[row] for row in rows.tolist()])


def filled(outline: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> np.ndarray[
        tuple[int, ...], np.dtype[np.bool_]]:
    """(SIZE,SIZE) True inside an outline (n,2) of pixels."""
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(canvas, [np.round(outline - 0.5).astype(np.int32)], 1)
    return canvas.astype(bool)


def even_chances(names: list[str]) -> Tensor:
    """(N,) of drawing each: every name as often as any other."""
    _, place, count = np.unique(names, return_inverse=True, return_counts=True)
    return torch.tensor(1.0 / count[place], dtype=torch.float64)
