# SPDX-License-Identifier: GPL-3.0-or-later
"""What passes between Blender and the backend for a sentence: understood, edited, acted.

A sentence is first understood (PATH_UNDERSTAND: no head is needed, nothing is changed) as a plan:
a list of `PlanStep`, the first of 0 seconds being the start.  A plan, as it was understood or as a
person edited it, is performed (PATH_PERFORM).  PATH_TRANSITION does both at once.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .protocol import CodeBody
from .protocol_video import KeysBody

PATH_UNDERSTAND = "/v1/understand"
PATH_PERFORM = "/v1/perform"
PATH_TRANSITION = "/v1/transition"

CURRENT = "Current"
"""As a step's emotion: the expression that the face has when the plan begins."""
HOLD = "hold"
"""The easing of a step that stays."""
EASINGS = ("smooth", "linear", "ease_in", "ease_out", HOLD)
PARTS = ("brows", "eyes", "nose", "cheeks", "mouth", "jaw")
"""Where a layer may show."""
KEEPS = ("mouth shut", "mouth open", "eyes shut", "eyes open",
         *(f"{part} still" for part in PARTS))
"""What a face may be told to keep through a step."""
MAX_INTENSITY = 1.5
MAX_SECONDS = 600.0
MOST_MOTION = 3.0
"""Most of any part of `MotionBody`."""


@dataclass(frozen=True)
class PlanEmotion:
    """One more emotion of a mix."""

    emotion: str  # a name of the wheel
    intensity: float = 1.0  # 1 = basic


@dataclass(frozen=True)
class PlanLayer:
    """An emotion that shows in parts of the face, over the step's own."""

    emotion: str
    intensity: float = 1.0
    parts: list[str] = field(default_factory=list)  # brows, eyes, nose ...; none: the whole face
    side: str | None = None  # "left" or "right", the face's own; None: both
    also: list[PlanEmotion] = field(default_factory=list)  # two at most
    share: float = 0.5  # the first emotion's share of two, 0..1; three have a third each


@dataclass(frozen=True)
class PlanStep:
    """One understood step: go to `emotion` within `seconds`, or hold (easing `hold`) for them.

    A step tells the whole face at its end; one that holds keeps layers and units as they were.
    """

    emotion: str  # a name of the wheel, Neutral or Current
    intensity: float  # 1 = basic
    seconds: float
    easing: str  # smooth, linear, ease_in, ease_out, hold
    words: str = ""  # the part of the sentence it was read from
    start: int = 0  # [start, end) of the words in the sentence; 0, 0: nowhere
    end: int = 0
    also: list[PlanEmotion] = field(default_factory=list)  # mixed with the first, two at most
    share: float = 0.5  # the first emotion's share of two, 0..1; three have a third each
    layers: list[PlanLayer] = field(default_factory=list)
    units: dict[str, float] = field(default_factory=dict)  # action unit -> strength, 1 = in full
    keeps: list[str] = field(default_factory=list)  # "mouth shut", "brows still" ...
    inserted: bool = False  # a neutral stop on the way


@dataclass(frozen=True)
class NotUnderstood:
    """Words that nothing was made of, at [start, end) of the sentence."""

    start: int
    end: int
    words: str
    suggestions: list[str] = field(default_factory=list)  # what would be understood in their place


@dataclass(frozen=True)
class MotionBody:
    """How living a performance is, each 0..MOST_MOTION: 0 nothing of it, 1 as people move.

    Everything at 0 and without limits is the plan's expressions joined as in paper 002, eq. 16.
    """

    timing: float = 1.0  # regions of the face set out and arrive at their own times
    overshoot: float = 1.0
    blinks: float = 1.0
    asymmetry: float = 1.0  # between the face's sides
    drift: float = 0.0  # a held expression slackens slightly and comes back
    speed_limits: bool = True  # no faster than faces were measured to move


@dataclass(frozen=True)
class UnderstandRequest:
    """What does this sentence mean?"""

    text: str
    fps: float | None = None  # frames a second where the text counts in frames
    through_neutral: bool = False  # each change of emotion passes through neutral


@dataclass(frozen=True)
class UnderstandReply:
    """A sentence as steps, and what was not understood of it."""

    plan: list[PlanStep]
    unknown: list[NotUnderstood] = field(default_factory=list)  # in the order of the text
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PerformRequest:
    """Steps to act, as they were understood or edited; `start` is what the face shows now."""

    head: str
    plan: list[PlanStep]
    text: str = ""  # the sentence that the steps were read from, where there was one
    start: CodeBody | None = None
    seed: int | None = None
    motion: MotionBody | None = None  # None: nothing but the steps' expressions, joined


@dataclass(frozen=True)
class TransitionRequest:
    """A sentence to act; `start` is the expression the face has now."""

    head: str
    text: str
    start: CodeBody | None = None
    seed: int | None = None
    motion: MotionBody | None = None  # None: nothing but the steps' expressions, joined
    fps: float | None = None  # frames a second where the text counts in frames


@dataclass(frozen=True)
class TrajectoryReply:
    """A performance in seconds, and the plan it was made from."""

    head: str
    times: list[float]
    codes: list[list[float]]
    easings: list[str]
    labels: list[str] = field(default_factory=list)
    plan: list[PlanStep] = field(default_factory=list)
    seed: int | None = None
    notes: list[str] = field(default_factory=list)
    keys: KeysBody | None = None  # the same in few Bezier keys, where it is more than anchors
    unknown: list[NotUnderstood] = field(default_factory=list)
