# SPDX-License-Identifier: GPL-3.0-or-later
"""Flamewheel: photo, emotion wheel and sentence to editable facial animation.

    import flamewheel
    face = flamewheel.encode("photo.jpg")                     # FaceParameters
    faces = flamewheel.encode_photos(["rest.jpg", "smile.jpg"])   # of one person
    mixed = flamewheel.blend("joy", "trust", weight=0.6)      # ExpressionCode
    acted = flamewheel.transition("from disgust to happiness over two seconds")   # Trajectory
    head = flamewheel.load_head("open")                       # HeadModel (torch)
    vertices = head.vertices(face.identity.shape, mixed.expression, None)         # (1, V, 3) m

Everything else a person may want is in `flamewheel.pipeline`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import pipeline
from .errors import FlamewheelError
from .parameters import Camera, ExpressionCode, FaceParameters, Identity
from .trajectory import Trajectory

if TYPE_CHECKING:
    from .head.model import HeadModel
    from .motion.style import MotionStyle

__version__ = "0.1.0"
__all__ = [
    "Camera",
    "ExpressionCode",
    "FaceParameters",
    "FlamewheelError",
    "Identity",
    "Trajectory",
    "blend",
    "encode",
    "encode_photos",
    "load_head",
    "transition",
]


def load_head(name_or_path: str = "open") -> HeadModel:
    """The head as a torch model: "open" (embedded), a `.npz` head file or a FLAME pickle."""
    return pipeline.load_head(name_or_path)


def encode(
    photo: str | Path | bytes, head: str = "open", face: int | None = None
) -> FaceParameters:
    """A photo (a file or its bytes) as parameters of `head`; see `pipeline.encode`."""
    return pipeline.encode(Path(photo) if isinstance(photo, str) else photo, head=head, face=face)


def encode_photos(
    photos: Sequence[str | Path],
    head: str = "open",
    neutral: str | Path | None = None,
    face: int | None = None,
) -> tuple[FaceParameters, ...]:
    """Photos of one person as parameters of `head`, all with one identity.

    neutral: one of the person's neutral face, in `photos` or not.  Raises the refusal of the first
    photo without a face; `pipeline.encode_photos` leaves those out instead.
    """
    result = pipeline.encode_photos(
        [Path(photo) for photo in photos], head=head,
        neutral=None if neutral is None else Path(neutral), face=face,
    )
    for refused in result.refused:
        raise refused.refusal
    return tuple(photo.face for photo in result.photos)


def blend(
    primary: str,
    secondary: str | None = None,
    weight: float | None = None,
    method: str = "units",
    head: str = "open",
    *,
    tertiary: str | None = None,
    weights: Sequence[float] | None = None,
    own: FaceParameters | None = None,
    side: str | None = None,
    asymmetry: float = 1.0,
) -> ExpressionCode:
    """One to three emotion words as an expression of `head`; see `pipeline.blend`."""
    return pipeline.blend(
        primary, secondary, tertiary, weight=weight, weights=weights, method=method, head=head,
        own=own, side=side, asymmetry=asymmetry,
    ).code


def transition(
    text: str, head: str = "open", start: ExpressionCode | None = None, seed: int | None = None,
    *, motion: MotionStyle | None = None,
) -> Trajectory:
    """A sentence as a performance of `head`; see `pipeline.transition`.

    motion: `flamewheel.motion.style.ALIVE` moves it as faces move, in few keys; None gives the
    anchors, joined as paper 002 does (eq. 16).
    """
    return pipeline.transition(text, head=head, start=start, seed=seed, motion=motion).trajectory
