# SPDX-License-Identifier: GPL-3.0-or-later
"""When and how each action unit goes through one step of a performance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..head.unit_regions import REGIONS, region_rows
from ..head.unit_sides import unit_side
from ..trajectory import Easing
from . import profiles
from .profiles import TIMINGS
from .style import MotionStyle

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SIDES = ("left", "right", None)
HEADS_KNOWN = 8  # sets of units whose kinds are kept; a design choice
_LAGS = np.array([TIMINGS[name].lag for name in REGIONS])
_LEADS = np.array([TIMINGS[name].lead for name in REGIONS])
_QUICKEST = np.array([TIMINGS[name].quickest for name in REGIONS])


@dataclass(frozen=True, eq=False)
class UnitKinds:
    """What does not change from step to step about the units of a head."""

    names: tuple[str, ...]  # (U,)
    regions: Ints  # (U,) index into REGIONS
    sides: Ints  # (U,) index into SIDES
    goes_beyond: Flags  # (U,) may overshoot

    def rows(self, *numbers: str) -> list[int]:
        """Of the units `AU5` and their sides."""
        return [row for row, name in enumerate(self.names) if name.rstrip("LR") in numbers]


@lru_cache(maxsize=HEADS_KNOWN)
def unit_kinds(names: tuple[str, ...]) -> UnitKinds:
    """Of a head's units."""
    sides = np.array([SIDES.index(unit_side(name)) for name in names], dtype=np.int64)
    free = [name.rstrip("LR") not in profiles.NO_OVERSHOOT for name in names]
    return UnitKinds(names, region_rows(names), sides, np.array(free, dtype=bool))


@dataclass(frozen=True, eq=False)
class UnitCourses:
    """How much of its change each unit has made, over one step of `seconds`.

    A unit starts at `begins`, is there (or a little beyond) at `peaks`, and rests from `ends` on.
    """

    seconds: float
    easing: Easing
    begins: Floats  # (U,) s after the step's start
    ends: Floats  # (U,) s
    peaks: Floats  # (U,) s
    beyond: Floats  # (U,) share of the change by which it goes beyond
    bend: Floats  # (U,) how far it is ahead in the middle of its way
    roundness: float  # 0: 3 u^2 - 2 u^3; 1: minimum jerk

    def at(self, times: Floats) -> Floats:
        """(N,U) at `times` (N,) s after the step's start; 0 at its start, 1 at its end."""
        given = times[:, None]
        rise = np.clip((given - self.begins) / (self.peaks - self.begins), 0.0, 1.0)
        back = np.clip((given - self.peaks) / np.maximum(self.ends - self.peaks, 1e-9), 0.0, 1.0)
        settled = 1.0 + self.beyond * (1.0 - _smooth(back))
        made = np.where(rise < 1.0, (1.0 + self.beyond) * self._eased(rise), settled)
        return np.asarray(made + self.bend * (4.0 * rise * (1.0 - rise))**2)

    def plain(self, times: Floats) -> Floats:
        """(N,) the way of what is no region's: over all of the step, and not beyond its end."""
        return self._eased(np.clip(times / self.seconds, 0.0, 1.0))

    def _eased(self, u: Floats) -> Floats:
        if self.easing == "smooth":
            least_jerk = u**3 * (10.0 - 15.0 * u + 6.0 * u * u)
            return (1.0 - self.roundness) * _smooth(u) + self.roundness * least_jerk
        if self.easing == "ease_in":
            return _speeding_up(u)
        if self.easing == "ease_out":
            return 1.0 - _speeding_up(1.0 - u)
        return _even(u)


def _smooth(u: Floats) -> Floats:
    return u * u * (3.0 - 2.0 * u)


def _speeding_up(u: Floats) -> Floats:
    """u^2, but for a stop within the last SOFT_ENDS."""
    soft = profiles.SOFT_ENDS
    over = np.maximum(u - (1.0 - soft), 0.0)
    before = np.minimum(u, 1.0 - soft)
    return np.asarray(before**2 / (1.0 - soft) + 2.0 * over - over**2 / soft)


def _even(u: Floats) -> Floats:
    """u, but for a start and a stop within SOFT_ENDS."""
    soft = profiles.SOFT_ENDS
    start, stop = np.minimum(u, soft), np.maximum(u - (1.0 - soft), 0.0)
    middle = np.clip(u - soft, 0.0, 1.0 - 2.0 * soft)
    return np.asarray((start**2 / (2 * soft) + middle + stop - stop**2 / (2 * soft)) / (1.0 - soft))


@dataclass(frozen=True, eq=False)
class StepCourses:
    """The courses of one step and what a person should know of them."""

    courses: UnitCourses
    arrives: float  # s at which the last unit that moves is at rest
    too_quick: tuple[str, ...]  # regions that the step gives less time than they need
    needed: float  # s that the slowest of them needs


def step_courses(
    kinds: UnitKinds, before: Floats, after: Floats, seconds: float, easing: Easing,
    style: MotionStyle, chance: np.random.Generator,
) -> StepCourses:
    """Of a step of `seconds` from unit strengths `before` (U,) to `after` (U,)."""
    change = after - before
    lags, leads = _shifts(kinds, before, after, seconds, style)
    late, bend = _unevenness(kinds, seconds, style, chance)
    begins = np.clip(lags + late, 0.0, seconds)
    ends = np.clip(seconds - leads + late, 0.0, seconds)
    speed = profiles.PEAK_SPEED * np.abs(change) / (ends - begins)
    vigour = np.minimum(speed / profiles.FULL_OVERSHOOT_SPEED, 1.0) * style.overshoot
    free = (change > 0) & kinds.goes_beyond & (easing in profiles.OVERSHOOTING)
    needed = np.where(style.speed_limits, np.abs(change) * _QUICKEST[kinds.regions], 0.0)
    free &= (1.0 - profiles.SETTLING) * (ends - begins) >= needed
    vigour = np.where(free, vigour, 0.0)
    ends = np.maximum(ends, np.minimum(begins + needed, seconds))
    begins = np.minimum(begins, np.maximum(ends - needed, 0.0))
    peaks = ends - profiles.SETTLING * np.minimum(vigour, 1.0) * (ends - begins)
    courses = UnitCourses(seconds, easing, begins, ends, peaks, profiles.OVERSHOOT * vigour, bend,
                          min(style.timing, 1.0))
    short = needed > seconds + 1e-9
    regions = tuple(REGIONS[row] for row in np.unique(kinds.regions[short]))
    moves = np.abs(change) > profiles.MOVES
    arrives = float(ends[moves].max()) if moves.any() else seconds
    return StepCourses(courses, arrives, regions, float(needed[short].max(initial=0.0)))


def alarm_of(kinds: UnitKinds, before: Floats, after: Floats) -> float:
    """0..1: how much a change of unit strengths (U,) is one to surprise or fear."""
    rise = (after - before)[kinds.rows(*profiles.ALARM_BROWS)].max(initial=0.0)
    wide = after[kinds.rows(profiles.ALARM_LIDS)].max(initial=0.0)
    return float(np.clip(min(rise, wide) / profiles.ALARM_FULL, 0.0, 1.0))


def _shifts(
    kinds: UnitKinds, before: Floats, after: Floats, seconds: float, style: MotionStyle
) -> tuple[Floats, Floats]:
    """(U,) s by which units begin after the step does, and by which they arrive before its end."""
    alarm = alarm_of(kinds, before, after)
    part = np.where(after < before, profiles.RELEASED, 1.0) * style.timing
    lags = _LAGS[kinds.regions] * part * (1.0 - (1.0 - profiles.ALARM_LAGS) * alarm)
    leads = (_LEADS[kinds.regions] + profiles.ALARM_SOONER * alarm) * part
    most = (lags + leads).max(initial=0.0)
    room = min(profiles.MOST_SHIFTED * max(style.timing, 1.0), 0.6) * seconds
    fitting = min(1.0, room / most) if most > 0 else 1.0
    return lags * fitting, leads * fitting


def _unevenness(
    kinds: UnitKinds, seconds: float, style: MotionStyle, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """(U,) s by which units are late, and how far they are ahead on the way, by side and region."""
    shape = (len(REGIONS), len(SIDES))
    most = min(profiles.SIDE_MOST, profiles.MOST_SHIFTED * seconds / 10)
    late = np.clip(chance.normal(0.0, profiles.SIDE_SECONDS, shape), -most, most)
    ahead = chance.uniform(-profiles.SIDE_SHARE, profiles.SIDE_SHARE, shape)
    # what has no side is neither early nor ahead
    late[:, -1] = ahead[:, -1] = 0.0
    of_units = style.asymmetry * np.stack([late, ahead])[:, kinds.regions, kinds.sides]
    return of_units[0], of_units[1]
