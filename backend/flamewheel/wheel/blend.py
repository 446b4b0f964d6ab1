# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion-Wheel blending (paper 000, eq. 1–5): two emotions become one expression."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import WheelError
from ..parameters import ExpressionCode
from ..wheel_names import NEUTRAL
from .dbex import JAW_SIZE, STRONGEST, Array, ExpressionDatabase, prototype_of, strongest_of
from .points import WheelPoint, dyad_name

METHODS = ("correlation", "pca", "linear")
EVEN = 0.5
DISTINCT = 0.75
"""Weight that `correlation` and `pca` take where none is said: a design choice from renders of the
24 dyads.  What is characteristic of either emotion keeps three quarters of its strength; with even
weights eq. 3 is the plain average."""

_SEPARATE_STEPS = "Mix two at most; for a sequence use `transition`."


@dataclass(frozen=True, eq=False)
class BlendResult:
    """An expression with a name for it."""

    code: ExpressionCode
    name: str  # a ring (Rage), a dyad (Awe) or "Joy + Sadness"
    notes: tuple[str, ...] = ()  # what a person should know


def blend(
    database: ExpressionDatabase,
    spots: Sequence[WheelPoint],
    *,
    weight: float | None = None,
    method: str = "correlation",
) -> BlendResult:
    """One emotion, or two of which the first is primary, as an expression of the database's head.

    `weight` (0..1) is w1 of eq. 3, None `DISTINCT` (`linear`: even); emotions are brought to their
    intensities before they are mixed.
    Raises WheelError: `nothing-to-blend`, `too-many-emotions`, `same-emotion`, `bad-weight`,
    `unknown-method`, `not-in-database`.
    """
    method = checked_method(method)
    if weight is None:
        weight = EVEN if method == "linear" else DISTINCT
    weight = checked_weight(weight)
    points = _checked_points(spots)
    rows = [prototype_of(database, point) for point in points]
    second = rows[1] if len(rows) == 2 else None
    emotions = tuple(point.emotion for point in points)
    mixed = blend_vectors(database, emotions, rows[0], second, weight=weight, method=method)
    code = ExpressionCode(mixed[:-JAW_SIZE], jaw=mixed[-JAW_SIZE:])
    return BlendResult(code, name_of(points), tuple(_notes(database, points, weight, method)))


def blend_vectors(
    database: ExpressionDatabase,
    emotions: Sequence[str],
    primary: Array,
    secondary: Array | None = None,
    *,
    weight: float = EVEN,
    method: str = "correlation",
) -> Array:
    """(D,) the mix of two rows (D,) that show `emotions`, clipped to the database (eq. 5).

    The rows may be of one person (the paper's E1) or of the database.  `correlation` is eq. 3,
    `pca` eq. 4, `linear` eq. 1; without `secondary` the primary is only clipped.
    """
    if secondary is None:
        mixed = primary
    elif method == "linear":
        mixed = weight * primary + (1.0 - weight) * secondary
    elif method == "pca":
        mixed = _by_axes(database, emotions, primary, secondary, weight)
    else:
        first, other = (_key_components(database, emotion) for emotion in emotions)
        mixed = correlation_mix(primary, secondary, weight, first, other)
    return np.clip(mixed, database.low, database.high)


def correlation_mix(
    first: Array, second: Array, weight: float,
    first_keys: npt.NDArray[np.int64], second_keys: npt.NDArray[np.int64],
) -> Array:
    """Eq. 3: i in I_E1 only -> w1 E1 + w2 E2; in I_E2 only -> w2 E1 + w1 E2; otherwise the mean.

    The paper prints no condition for its third case; it is read as "in both or in neither".
    """
    in_first, in_second = np.zeros(first.size, bool), np.zeros(first.size, bool)
    in_first[first_keys] = True
    in_second[second_keys] = True
    share = np.full(first.size, EVEN)
    share[in_first & ~in_second] = weight
    share[in_second & ~in_first] = 1.0 - weight
    return share * first + (1.0 - share) * second


def _by_axes(
    database: ExpressionDatabase, emotions: Sequence[str], first: Array, second: Array,
    weight: float,
) -> Array:
    """Eq. 4: eq. 3 on the scores of the principal components.

    I_E holds at most half of the P components: with 16 of, say, 14 every one would be in both sets
    and the formula would always be the mean.
    """
    most = min(STRONGEST, math.ceil(len(database.axes) / 2))
    keys = [
        np.zeros(0, np.int64) if emotion == NEUTRAL
        else strongest_of(database.axis_correlations[database.index(emotion)], most)
        for emotion in emotions
    ]
    scores = [((row - database.centre) * database.scale) @ database.axes.T
              for row in (first, second)]
    mixed = correlation_mix(scores[0], scores[1], weight, keys[0], keys[1])
    return np.asarray(mixed @ database.axes / database.scale + database.centre)


def _key_components(database: ExpressionDatabase, emotion: str) -> npt.NDArray[np.int64]:
    """I_E; Neutral has no components of its own, so that the other emotion's keys lead."""
    if emotion == NEUTRAL:
        return np.zeros(0, np.int64)
    return database.strongest(emotion)


def name_of(points: Sequence[WheelPoint]) -> str:
    """The ring's name of one emotion, the dyad of two, or both names."""
    if len(points) == 1:
        return points[0].title
    named = dyad_name(points[0].emotion, points[1].emotion)
    return named or " + ".join(point.title for point in points)


def checked_weight(weight: float) -> float:
    """`weight` as a float of 0..1.  Raises WheelError `bad-weight`."""
    try:
        number = float(weight)
    except (TypeError, ValueError):
        number = math.nan
    if not 0.0 <= number <= 1.0:
        raise WheelError("bad-weight", f"The weight {weight!r} is not between 0 and 1.",
                         "It is the primary emotion's share; the secondary has the rest.")
    return number


def checked_method(method: str) -> str:
    """A name of METHODS.  Raises WheelError `unknown-method`."""
    if method in METHODS:
        return method
    near = difflib.get_close_matches(str(method).lower(), METHODS, 1, 0.3)
    guess = f"Did you mean {near[0]}? " if near else ""
    raise WheelError("unknown-method", f"There is no blending method '{method}'.",
                     f"{guess}Methods are {', '.join(METHODS)}.")


def _checked_points(spots: Sequence[WheelPoint]) -> tuple[WheelPoint, ...]:
    points = tuple(spots)
    if not points:
        raise WheelError("nothing-to-blend", "No emotion was given.", "Name one or two.")
    names = [point.emotion for point in points]
    if len(points) > 2:
        raise WheelError(
            "too-many-emotions", f"{', '.join(names)} are {len(points)} emotions at once; "
            "compound ones such as Love are two each.", _SEPARATE_STEPS)
    if len(points) == 2 and names[0] == names[1]:
        raise WheelError(
            "same-emotion", f"{names[0]} cannot be blended with itself.",
            "For more or less of it give one emotion and an intensity.")
    return points


def _notes(
    database: ExpressionDatabase, points: Sequence[WheelPoint], weight: float, method: str
) -> list[str]:
    notes = []
    for point in points:
        source = _made_source(database, point.emotion)
        if source:
            notes.append(f"{point.emotion}: {source}")
    if len(points) == 2 and method != "linear" and weight == EVEN:
        notes.append(f"At equal shares {method} blending is the plain average (eq. 3); a weight "
                     "above 0.5 keeps what is characteristic of both.")
    return notes


def _made_source(database: ExpressionDatabase, emotion: str) -> str:
    """Where an emotion without a FACS definition comes from."""
    if emotion not in ("Trust", "Anticipation") or emotion not in database.emotions:
        return ""
    return database.sources[database.labels.index(emotion)]
