# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters of a face: who it is, what it does, how it was seen.

Lengths are metres, angles radians, rotations axis-angle vectors in FLAME's axes (Y up, Z out of
the face, X to the face's own left).  Every class is frozen and copies and checks what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import UsageError

Array = npt.NDArray[np.float64]

POSE_SIZE = 12
"""Pose numbers of an expression code: jaw 3, neck 3, left eye 3, right eye 3."""


LARGEST = 1e9
"""Coefficients, radians and pixels beyond are mistakes.  A design choice: what is computed from
such numbers, squares in float32 among them, stays finite."""


def checked_array(name: str, value: Any, shape: tuple[int | None, ...]) -> Array:
    """`value` as a read-only float64 copy of `shape` (None: any length).

    Raises UsageError where the shape differs or a number is not finite or beyond `LARGEST`.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as bad:
        raise UsageError(
            "bad-parameters", f"{name} is not a list of numbers.", "Check the parameter file."
        ) from bad
    fits = array.ndim == len(shape) and all(
        want is None or want == got for want, got in zip(shape, array.shape, strict=True)
    )
    if not fits:
        want_text = "x".join("n" if n is None else str(n) for n in shape)
        got_text = "x".join(str(n) for n in array.shape) or "a single number"
        raise UsageError(
            "bad-parameters", f"{name} must have {want_text} numbers, it has {got_text}.",
            "Check the parameter file.",
        )
    if not np.isfinite(array).all():
        raise UsageError(
            "bad-parameters", f"{name} holds a number that is not finite.",
            "Check the parameter file for NaN or Infinity.",
        )
    if np.abs(array).max(initial=0.0) > LARGEST:
        raise UsageError(
            "bad-parameters", f"{name} holds a number beyond {LARGEST:.0e}, which no face has.",
            "Check the parameter file.",
        )
    array.flags.writeable = False
    return array


def _rest() -> Array:
    return np.zeros(3)


def _eyes_at_rest() -> Array:
    return np.zeros((2, 3))


@dataclass(frozen=True, eq=False)
class Identity:
    """Who it is: the head's identity coefficients."""

    shape: Array  # (S,) standard deviations

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", checked_array("shape", self.shape, (None,)))


@dataclass(frozen=True, eq=False)
class ExpressionCode:
    """What the face does, apart from where the head is: ψ, jaw, neck, eyes."""

    expression: Array  # (E,) standard deviations
    jaw: Array = field(default_factory=_rest)  # (3,) axis-angle rad
    neck: Array = field(default_factory=_rest)  # (3,) axis-angle rad
    eyes: Array = field(default_factory=_eyes_at_rest)  # (2,3) axis-angle rad: left, right

    def __post_init__(self) -> None:
        shapes = {"expression": (None,), "jaw": (3,), "neck": (3,), "eyes": (2, 3)}
        for name, shape in shapes.items():
            object.__setattr__(self, name, checked_array(name, getattr(self, name), shape))

    @staticmethod
    def neutral(expression_count: int) -> ExpressionCode:
        """The face at rest."""
        return ExpressionCode(np.zeros(expression_count))

    def vector(self) -> Array:
        """(E + 12,): expression, jaw, neck, left eye, right eye; a row of `Trajectory.codes`."""
        return np.concatenate([self.expression, self.jaw, self.neck, self.eyes.ravel()])

    @staticmethod
    def from_vector(vector: npt.ArrayLike) -> ExpressionCode:
        """The inverse of `vector`."""
        row = checked_array("code", vector, (None,))
        if row.size < POSE_SIZE:
            raise UsageError("bad-parameters", f"A code has at least {POSE_SIZE} numbers.",
                             "Check where the trajectory comes from.")
        count = row.size - POSE_SIZE
        jaw, neck, eyes = row[count:count + 3], row[count + 3:count + 6], row[count + 6:]
        return ExpressionCode(row[:count], jaw, neck, eyes.reshape(2, 3))


@dataclass(frozen=True, eq=False)
class Camera:
    """Scaled orthography, in pixels: x = scale * X + tx, y = ty - scale * Y (y runs down).

    X and Y are metres after the head's global rotation.  As DECA's camera (its `batch_orth_proj`)
    but in the pixels of the whole photo, so that it needs no crop.
    """

    scale: float  # pixels per metre
    translation: Array  # (2,) pixels: where the head's origin falls
    image_size: tuple[int, int]  # width, height in pixels

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "translation", checked_array("camera translation", self.translation, (2,))
        )


@dataclass(frozen=True)
class EmotionReading:
    """What a recogniser thinks of a face; never required."""

    label: str  # name on the wheel
    probabilities: Mapping[str, float] = field(default_factory=dict)  # label -> 0..1
    valence: float | None = None  # -1..1
    arousal: float | None = None  # -1..1


@dataclass(frozen=True, eq=False)
class Deviations:
    """How uncertain each parameter is: one standard deviation, in the parameter's own unit.

    Zero: given, not measured.
    """

    shape: Array  # (S,) standard deviations
    expression: Array  # (E,) standard deviations
    jaw: Array  # (3,) rad
    eyes: Array  # (2,3) rad: left, right
    global_rotation: Array  # (3,) rad about the picture's axes

    def __post_init__(self) -> None:
        shapes = {"shape": (None,), "expression": (None,), "jaw": (3,), "eyes": (2, 3),
                  "global_rotation": (3,)}
        for name, shape in shapes.items():
            array = checked_array(f"deviation of {name}", getattr(self, name), shape)
            if array.min(initial=0.0) < 0:
                raise UsageError("bad-parameters", f"A deviation of {name} is negative.",
                                 "Check the parameter file.")
            object.__setattr__(self, name, array)


@dataclass(frozen=True, eq=False)
class Appearance:
    """How a face looks beyond its form, as DECA's networks describe it; each part may be unknown.

    For what draws with them: DECA's renderer, and the decoder that turns `detail` into wrinkles.
    """

    texture: Array | None = None  # (T,) standard deviations of FLAME's texture space
    light: Array | None = None  # (9,3) spherical harmonics of R, G, B in DECA's order
    detail: Array | None = None  # (D,) code of the wrinkles; DECA's and EMOCA's have 128

    def __post_init__(self) -> None:
        shapes = {"texture": (None,), "light": (9, 3), "detail": (None,)}
        for name, shape in shapes.items():
            if getattr(self, name) is not None:
                object.__setattr__(self, name, checked_array(name, getattr(self, name), shape))


@dataclass(frozen=True, eq=False)
class FaceParameters:
    """Everything an encoder takes from a photo."""

    head: str  # name of the head the coefficients belong to
    identity: Identity
    code: ExpressionCode
    global_rotation: Array = field(default_factory=_rest)  # (3,) axis-angle rad
    camera: Camera | None = None
    emotion: EmotionReading | None = None
    error: float | None = None  # residual, fraction of the inter-ocular distance
    notes: tuple[str, ...] = ()  # what a person should know, e.g. "2 faces; took the largest"
    deviation: Deviations | None = None  # how uncertain; None where the encoder does not say
    appearance: Appearance | None = None  # texture, light and wrinkles, where a network tells

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "global_rotation", checked_array("global pose", self.global_rotation, (3,))
        )

    def pose(self) -> Array:
        """(5,3) axis-angle of root, neck, jaw, left eye, right eye: what `HeadModel` takes."""
        code = self.code
        return np.stack([self.global_rotation, code.neck, code.jaw, *code.eyes])
