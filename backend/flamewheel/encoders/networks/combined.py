# SPDX-License-Identifier: GPL-3.0-or-later
"""Two encoders as one: who it is from one, what the face does from the other (VN3DFace).

VN3DFace (its figure 4) takes the identity from MICA, which is metrical, and the rest from DECA.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...head.data import HeadData
from ...parameters import FaceParameters
from ..photo import PhotoSource, load_photo
from .interface import FaceEncoder


@dataclass(frozen=True, eq=False)
class Combined:
    """An encoder made of two."""

    shape_from: FaceEncoder
    expression_from: FaceEncoder

    @property
    def name(self) -> str:
        """Both names, the identity's first: "mica+emoca"."""
        return f"{self.shape_from.name}+{self.expression_from.name}"

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """Identity from the one; expression, jaw, pose and camera from the other.

        `error` and `deviation` are dropped: they were measured with the other identity.  Raises as
        either does.
        """
        picture = load_photo(photo)
        does = self.expression_from.encode(picture, head, face=face)
        whose = self.shape_from.encode(picture, head, face=face)
        return replace(does, identity=whose.identity, error=None, deviation=None,
                       notes=tuple(dict.fromkeys((*does.notes, *whose.notes))))
