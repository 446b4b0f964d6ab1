# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of a mix: one weight an emotion, together one; said and refused, never put right."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence

from ..errors import WheelError

METHODS = ("units", "correlation", "pca", "linear")
"""Ways to mix: ours in action units, eq. 3, eq. 3 in principal components (eq. 4), eq. 1."""
DEFAULT_METHOD = "units"
"""Of the 24 dyads drawn with every method, these were told apart best (docs/blending.md)."""
MOST_EMOTIONS = 3

TOLERANCE = 2e-3
"""By which weights may miss one, so that 0.333 three times and two thirds as 0.667 are understood
as what they stand for; more is a mistake and is said."""

DEFAULTS: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "units": ((1.0,), (0.6, 0.4), (0.45, 0.3, 0.25)),
    "correlation": ((1.0,), (0.75, 0.25), (0.6, 0.2, 0.2)),
    "pca": ((1.0,), (0.75, 0.25), (0.6, 0.2, 0.2)),
    "linear": ((1.0,), (0.5, 0.5), (1 / 3, 1 / 3, 1 / 3)),
}
"""Method -> the weights of one, two and three emotions where none are said: design choices from
renders of the 24 dyads.  With even weights eq. 3 is the plain average, so that it needs a leader;
`units` keeps both emotions' marks anyway and only lets the primary lead."""

_PRIMARYS = "It is the primary emotion's share; the others have the rest."
_TOGETHER = "They are shares of one, e.g. 0.5, 0.3 and 0.2; the primary's comes first."


def shares_of(
    count: int,
    method: str,
    weight: float | None = None,
    weights: Sequence[float] | None = None,
) -> tuple[float, ...]:
    """(count,) shares of `count` emotions, the primary's first; together one.

    `weight` is the primary's share, the others have equal parts of the rest; `weights` are all of
    them; None and None are the method's own.  Raises WheelError `bad-weight`.
    """
    if weights is not None:
        if weight is not None:
            raise WheelError("bad-weight", "Both a weight and weights were given.",
                             "Give the primary's share alone, or the shares of all.")
        return _checked_weights(weights, count)
    if weight is None:
        return DEFAULTS[method][count - 1]
    share = checked_weight(weight)
    return (1.0,) if count == 1 else (share, *((1.0 - share) / (count - 1),) * (count - 1))


def checked_weight(weight: float, hint: str = _PRIMARYS) -> float:
    """`weight` as a float of 0..1.  Raises WheelError `bad-weight`."""
    number = _number(weight)
    if math.isnan(number):
        raise WheelError("bad-weight", f"The weight {weight!r} is not a number.", hint)
    if not 0.0 <= number <= 1.0:
        raise WheelError("bad-weight", f"The weight {weight!r} is not between 0 and 1.", hint)
    return number


def checked_method(method: str) -> str:
    """A name of METHODS.  Raises WheelError `unknown-method`."""
    if method in METHODS:
        return method
    near = difflib.get_close_matches(str(method).lower(), METHODS, 1, 0.3)
    guess = f"Did you mean {near[0]}? " if near else ""
    raise WheelError("unknown-method", f"There is no blending method '{method}'.",
                     f"{guess}Methods are {', '.join(METHODS)}.")


def _checked_weights(weights: Sequence[float], count: int) -> tuple[float, ...]:
    given = tuple(weights) if not isinstance(weights, str) else (weights,)
    if len(given) != count:
        raise WheelError(
            "bad-weight", f"There are {len(given)} weights for {count} "
            f"emotion{'s' * (count > 1)}.", "Give one weight an emotion, the primary's first.")
    numbers = [checked_weight(weight, _TOGETHER) for weight in given]
    total = math.fsum(numbers)
    if abs(total - 1.0) > TOLERANCE:
        said = " + ".join(f"{number:g}" for number in numbers)
        raise WheelError("bad-weight", f"The weights are {said} = {total:g}, not 1.", _TOGETHER)
    return tuple(number / total for number in numbers)


def _number(value: float) -> float:
    """NaN for what is no number."""
    try:
        return math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
