# SPDX-License-Identifier: GPL-3.0-or-later
"""The one place where steps are chained: one function for each thing a person wants done.

The command line, the server and batch jobs all come through here, so that a photo, a wheel
position or a sentence means the same wherever it is given.  Heavy libraries are imported inside
the functions that need them: a server must answer before torch is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import HeadError, UsageError
from .parameters import ExpressionCode, FaceParameters
from .trajectory import Trajectory

if TYPE_CHECKING:
    from .head.data import HeadData
    from .head.model import HeadModel
    from .head.registry import HeadEntry
    from .instruction.plan import TransitionPlan
    from .wheel.blend import BlendResult
    from .wheel.dbex import ExpressionDatabase
    from .wheel.units import SolvedUnits

Progress = Callable[[int, int, str], None]
"""Called with (done, total, what) while something long runs."""


@dataclass(frozen=True)
class TransitionResult:
    """A performance, the plan it was made from and what a person should know."""

    trajectory: Trajectory
    plan: TransitionPlan
    notes: tuple[str, ...]


def load_head(name_or_path: str = "open") -> HeadModel:
    """The head as a torch model: "open" (embedded), a `.npz` head file or a FLAME pickle.

    Raises HeadError where there is no such head or the file is not one.
    """
    from .head.model import HeadModel
    from .head.registry import find_head

    return HeadModel(find_head(name_or_path))


def heads() -> tuple[HeadEntry, ...]:
    """The heads that can be named: the embedded one and those in the user's folder."""
    from .head.registry import list_heads

    return list_heads()


def convert_head(
    source: Path,
    output: Path,
    *,
    landmarks: Sequence[Path] = (),
    uv: Path | None = None,
    masks: Path | None = None,
) -> HeadData:
    """A FLAME pickle (or `.npz`) as a head file without pickles; see `head.convert`."""
    from .head.convert import convert_head as convert

    return convert(source, output, landmarks=landmarks, uv=uv, masks=masks)


def encode(
    photo: Path | bytes,
    *,
    head: str = "open",
    face: int | None = None,
    progress: Progress | None = None,
) -> FaceParameters:
    """A photo of a person as parameters of `head`.

    `photo` is a file or the bytes of one; `face` chooses among several (1 = largest).
    Raises PhotoError where there is no such face or no readable picture, HeadError for the head.
    """
    from .encoders.landmark import encode_photo
    from .encoders.photo import load_photo
    from .head.registry import find_head

    return encode_photo(load_photo(photo), find_head(head), face=face, progress=progress)


def blend(
    primary: str,
    secondary: str | None = None,
    *,
    primary_intensity: float | None = None,
    secondary_intensity: float | None = None,
    weight: float = 0.5,
    method: str = "correlation",
    head: str = "open",
) -> BlendResult:
    """One emotion, or two mixed, as an expression of `head` (Emotion-Wheel blending, eq. 3–5).

    Emotions are named in any common form; `weight` (0..1) is the primary's share.  An intensity
    of 1 is the basic emotion; None takes the word's own ("furious" is more than "angry").
    Raises WheelError for unknown words and impossible mixes, HeadError for the head.
    """
    from .wheel.blend import blend as blend_points
    from .wheel.words import spots_of

    database = expression_database(head)
    spots = spots_of(primary, primary_intensity)
    if secondary is not None:
        spots = (*spots, *spots_of(secondary, secondary_intensity))
    return blend_points(database, spots, weight=weight, method=method)


def transition(
    text: str,
    *,
    head: str = "open",
    start: ExpressionCode | None = None,
    seed: int | None = None,
) -> TransitionResult:
    """A sentence as a performance of `head`, with the plan that was understood.

    Raises InstructionError with the place in the text where it cannot be understood.
    """
    raise NotImplementedError


def retarget(
    source: FaceParameters, target: FaceParameters | None = None, *, head: str = "open"
) -> FaceParameters:
    """`source` gives expression and pose, `target` identity (VN3DFace); the result is of `head`."""
    raise NotImplementedError
