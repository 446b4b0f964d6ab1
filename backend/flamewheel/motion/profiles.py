# SPDX-License-Identifier: GPL-3.0-or-later
"""The numbers of living motion, each with where it comes from.

"From memory" marks what was written down from a paper without having it at hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..head.unit_regions import REGIONS


@dataclass(frozen=True)
class RegionTiming:
    """When a region of the face moves within a step, and how quickly it can."""

    lag: float  # s after the step's start that it begins
    lead: float  # s before the step's end that it arrives
    quickest: float  # s that a change by one whole strength takes at least


TIMINGS: Mapping[str, RegionTiming] = {
    "brows": RegionTiming(lag=0.0, lead=0.18, quickest=0.12),
    "eyes": RegionTiming(lag=0.0, lead=0.22, quickest=0.078),
    "nose": RegionTiming(lag=0.03, lead=0.15, quickest=0.12),
    "cheeks": RegionTiming(lag=0.07, lead=0.05, quickest=0.12),
    "mouth": RegionTiming(lag=0.08, lead=0.04, quickest=0.12),
    "jaw": RegionTiming(lag=0.10, lead=0.0, quickest=0.15),
}
"""Order: wide eyes and a wrinkled nose come early, what tells emotions apart, mostly the mouth,
later (Jack, Garrod and Schyns 2014, Current Biology 24); that brows go with the eyes, cheeks with
the mouth and the jaw last, and the numbers of lag and lead, are design choices.
Quickest: a startle, the quickest a face can do, is whole within 0.2 s of the shot, of which some
0.07 s pass before anything moves (Ekman, Friesen and Simons 1985, JPSP 49; the latency from
memory); lids come down in 78 ms (voluntary blinks: 77.6 +- 10 ms, measured with a search coil by
those who compared them with spontaneous ones); the jaw's is a design choice, as it is heavier."""
assert tuple(TIMINGS) == REGIONS

MOST_SHIFTED = 0.35
"""Largest share of a step that lag and lead take together, so that short steps keep their shape;
a design choice.  A smile's onset lasts about 0.5 to 0.7 s (Schmidt, Cohn and Tian 2003, Biological
Psychology 65; Schmidt et al. 2006, J. Nonverbal Behavior 30; the numbers from memory): in a step of
one second the mouth rises for 0.66 s."""

RELEASED = 0.5
"""Share of lag and lead that relaxing units have: offsets begin with the change and are longer than
onsets (Schmidt et al. 2003; a face that relaxes is no onset played backwards: Reinl and Bartels
2015, Frontiers in Psychology 6); the number is a design choice."""

ALARM_BROWS, ALARM_LIDS = ("AU1", "AU2"), "AU5"
"""Brows that rise to wide eyes are surprise or fear: FACS's prototypes 1+2+5+26, 1+2+4+5+20+26."""
ALARM_FULL = 0.5  # strength of both from which a change is wholly an alarm; a design choice
ALARM_LAGS = 0.3  # of the lags remain: surprise comes nearly at once in all of the face
ALARM_SOONER = 0.12
"""s that every region arrives sooner then: surprise is the briefest of the emotions, between
0.5 and 4 s altogether (Ekman 2003, from memory); a design choice."""

PEAK_SPEED = 1.875
"""Of a minimum-jerk motion over its mean speed (Flash and Hogan 1985, J. Neuroscience 5)."""
FULL_OVERSHOOT_SPEED = 4.0  # strengths a second whose overshoot is OVERSHOOT; a design choice
OVERSHOOT = 0.045
"""Of the change: follow-through (Thomas and Johnston 1981); deliberate smiles, larger and quicker
than felt ones, are taken for the largest (Schmidt et al. 2006); the number is a design choice."""
OVERSHOOTING = ("smooth", "ease_out")
"""Easings of steps that overshoot: what comes suddenly does, what was asked to be even or to speed
up to its end keeps its course; a design choice."""
SETTLING = 0.28  # share of a unit's own time that is for the way back; a design choice
NO_OVERSHOOT = ("AU7", "AU8", "AU17", "AU23", "AU24", "AU28", "AU41", "AU43", "AU44", "AU45",
                "AU46", "AU26", "AU27", "AU25")
"""Units that close lids or press lips, which would pass through one another, and those that open
the mouth, whose overshoot looks like a syllable; a design choice."""

MOVES = 0.05  # change of strength from which a unit counts as moving; a design choice

SIDE_SECONDS = 0.012  # s, deviation of when a side of a region moves; a design choice
SIDE_MOST = 0.03  # s at most, "a few tens of milliseconds"; a design choice
SIDE_SHARE = 0.03
"""By which a side may be ahead or behind in the middle of the way.  Asymmetry of movement does not
tell deliberate from felt smiles (Schmidt et al. 2006; Schmidt, Bhattacharya and Denlinger 2009, J.
Nonverbal Behavior 33), so both have it; the sizes are design choices."""

SOFT_ENDS = 0.12
"""Share of a step in which an even or one-sided motion gets under way and stops: nothing that has
mass starts at full speed; a design choice."""

DRIFT = 0.04  # share of a held expression by which it slackens in its middle; a design choice
DRIFT_FROM = 1.0  # s of a hold from which it drifts; a design choice

BLINK_CLOSING = 0.08
"""s: voluntary blinks come down in 77.6 +- 10 ms, spontaneous ones a sixth quicker."""
BLINK_SHUT = 0.045
"""s that the lids stay together.  Measured are 8 to 13 ms; a design choice: one frame at 24 frames
a second, so that no frame rate misses the closed eyes (blinks that close wholly look most natural:
Trutoiu et al. 2011, ACM Transactions on Applied Perception 8)."""
BLINK_HALF = 0.1  # s after that until BLINK_LEFT of it is left
BLINK_OPENING = 0.22
"""s of the way up in all: lids close 40 to 47 % quicker than they open (Sforza et al. 2008,
Ophthalmic and Physiological Optics 28), and the last third is the slowest (Trutoiu et al. 2011);
200 to 300 ms altogether (VanderWerf et al. 2003, J. Neurophysiology 89, from memory)."""
BLINK_LEFT, BLINK_RATE = 0.3, -3.6  # closed share and its change a second at BLINK_HALF
BLINK_SECONDS = BLINK_CLOSING + BLINK_SHUT + BLINK_OPENING
BLINKS_A_MINUTE = 17.0
"""At rest (Bentivoglio et al. 1997, Movement Disorders 12: 17 at rest, 26 in conversation, 4.5
while reading); intervals are log-normal there."""
BLINK_SPREAD = 0.5  # deviation of an interval's logarithm; a design choice
BLINK_APART = 0.9  # s between the starts of two blinks at least; a design choice
BLINK_MARGIN = 0.03  # s that a blink keeps from anchors, which stay exact; a design choice
BLINK_CHANGE = 1.2
"""Sum of strengths (mean of the sides) by which a face must change for a blink with it: blinks go
with shifts of gaze and attention (Evinger et al. 1994, from memory); a design choice."""
BLINK_AFTER = (0.02, 0.1)  # s after the change's start, drawn between them; a design choice
BLINK_EARLIEST = 0.25
"""s of a performance that begins at rest without a blink: one at its very start looks like a fault
of the clip, not like a change of the face; a design choice."""
RESTING = 0.5  # sum of strengths up to which a face counts as at rest; a design choice
SHUT_FROM = 0.75  # closed share from which eyes count as shut and do not blink; a design choice
