# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotions of the wheel to an expression of a head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import WheelError
from ..protocol_infer import CANNOT_TELL
from .database import expression_database
from .units import HEADS_KEPT, head_units

if TYPE_CHECKING:
    from ..head.unit_strengths import UnitMeter
    from ..parameters import FaceParameters
    from ..wheel.blend import BlendResult, OwnExpression
    from ..wheel.dbex import ExpressionDatabase
    from ..wheel.points import WheelPoint
    from ..wheel.sides import Side

OWN = "own"
"""In the place of the first emotion's word: what the person's own face was read as."""


def blend(
    primary: str, secondary: str | None = None, tertiary: str | None = None, *,
    primary_intensity: float | None = None, secondary_intensity: float | None = None,
    tertiary_intensity: float | None = None, weight: float | None = None,
    weights: Sequence[float] | None = None, method: str = "units", head: str = "open",
    database: str | Path | None = None, own: FaceParameters | None = None,
    side: str | None = None, asymmetry: float = 1.0,
) -> BlendResult:
    """One to three emotions, the first primary, as an expression of `head` (docs/blending.md).

    Emotions are named in any common form.  `weights` are their shares, together one; `weight`
    (0..1) is the primary's alone; None and None the method's own.  An intensity of 1 is the basic
    emotion; None takes the word's own ("furious" is more than "angry").  method: `units` (ours),
    `correlation` (eq. 3), `pca` (eq. 4) or `linear` (eq. 1).  `database`: "facs" (as None),
    "photos" or a file.  `own` is a person's own face in the place of the primary (paper 000,
    figure 4), whose word says what it shows; the word "own" takes what it was read as.  side: the
    face's own "left" or "right" shows it more than the other by `asymmetry` (1: alone).
    Raises WheelError for unknown words and impossible mixes, HeadError for the head.
    """
    from ..wheel.blend import blend as blend_points
    from ..wheel.sides import Side
    from ..wheel.words import spread_weights

    where = None if side is None else Side(side, asymmetry)
    groups = _spots(own, (primary, secondary, tertiary),
                    (primary_intensity, secondary_intensity, tertiary_intensity))
    weight, weights = spread_weights(groups, weight, weights)
    entries = expression_database(head, database)
    result = blend_points(
        entries, [spot for group in groups for spot in group], weight=weight, weights=weights,
        method=method, units=head_units(head).units, measured=_measured(head, entries),
        own=None if own is None else _own_expression(own, head))
    return result if where is None else _let_down(result, where, head, entries.head_checksum)


def _spots(
    own: FaceParameters | None, words: Sequence[str | None], intensities: Sequence[float | None]
) -> list[tuple[WheelPoint, ...]]:
    """The emotions that each word stands for; a person's own face stands for one."""
    from ..wheel.words import spots_of

    given = (_shown_by(own, words[0] or ""), *words[1:])
    groups = [spots_of(word, intensity)
              for word, intensity in zip(given, intensities, strict=True) if word is not None]
    if own is not None and len(groups[0]) > 1:
        raise WheelError("own-compound", f"'{words[0]}' is two emotions; a person's own face "
                         "stands for one.", "Name the one that it shows.")
    return groups


def _let_down(result: BlendResult, where: Side, head: str, checksum: str) -> BlendResult:
    """`result` on one side; what was not made of units is measured in them."""
    from ..wheel.sides import on_one_side

    strengths = result.strengths
    if strengths is None:
        strengths = _meter(head, checksum).measure(_row(result.code)).strengths[0]
    code, left = on_one_side(result.code, head_units(head).units, strengths, where)
    return replace(result, code=code, strengths=left)


def named_strengths(result: BlendResult, head: str = "open") -> dict[str, float]:
    """The units that a blend shows, by name; empty where it was not made of units."""
    if result.strengths is None:
        return {}
    shown = zip(head_units(head).units.names, result.strengths.tolist(), strict=True)
    return {name: strength for name, strength in shown if strength > 0.0}


def _shown_by(own: FaceParameters | None, word: str) -> str:
    """The word of the primary."""
    if word.strip().lower() != OWN:
        return word
    if own is None:
        raise WheelError("no-own-face", f"'{word}' stands for a person's own face; none was given.",
                         "Give its parameter file, or name an emotion.")
    if own.emotion is None:
        raise WheelError("own-not-read", "The person's own face has not been read as an emotion.",
                         "Read it with `flamewheel infer`, or name what it shows in the place of "
                         "the first emotion.")
    if own.emotion.label == CANNOT_TELL:
        raise WheelError("own-unclear", "What the person's own face shows could not be told.",
                         "Name it in the place of the first emotion.")
    return own.emotion.label


def _own_expression(own: FaceParameters, head: str) -> OwnExpression:
    """`own` on `head`, with its unit strengths; another head's crosses by its units."""
    from ..wheel.blend import OwnExpression
    from .heads import head_name
    from .retargeting import retarget

    face = own if own.head == head_name(head) else retarget(own, None, head=head)
    meter = _meter(head, expression_database(head).head_checksum)
    return OwnExpression(face.code, meter.measure(_row(face.code)).strengths[0])


def _row(code: Any) -> Any:
    """(1,E+3) ψ and jaw."""
    import numpy as np

    return np.concatenate([code.expression, code.jaw])[None]


@lru_cache(maxsize=HEADS_KEPT)
def _meter(head: str, checksum: str) -> UnitMeter:
    from ..head.registry import find_head
    from ..head.unit_strengths import UnitMeter

    return UnitMeter(find_head(head), head_units(head).units)


def _measured(head: str, database: ExpressionDatabase) -> Mapping[str, Any] | None:
    """Emotion -> (U,) strengths of its B2 where it is of photos; None where it is of FACS."""
    if database.provenance.startswith("FACS prototypes"):
        return None
    strengths = _strengths_of(head, database.head_checksum, database.b2.tobytes())
    return dict(zip(database.emotions, strengths, strict=True))


@lru_cache(maxsize=HEADS_KEPT)
def _strengths_of(head: str, checksum: str, faces: bytes) -> Any:
    """(K,U) strengths of the faces (K,D), given by their content: files may be read anew."""
    import numpy as np

    rows = np.frombuffer(faces).reshape(-1, head_units(head).units.expression.shape[1] + 3)
    return _meter(head, checksum).measure(rows).strengths
