# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to parts of a face: a direct action in units, before its side is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .action_words import ACTIONS, PARTICLES, REVERSED, UNDOING, UNDONE, Units
from .part_words import Part, Side
from .plan import Span
from .tokens import Token


@dataclass(frozen=True)
class Action:
    """What some units are told to do; sides are not resolved yet."""

    nouns: tuple[str, ...]
    deed: str
    side: Side | None
    end: int  # the token after it
    span: Span
    units: Units = ()  # to reach
    undoes: tuple[str, ...] = ()  # units without sides that end
    reverses: tuple[str, ...] = ()  # what of before it takes back, if there is something
    again: bool = False  # `lower it again`: said to take back
    state: bool = False  # `raised brows`, not `raise the brows`
    momentary: int = 0  # how many times: a blink
    keep: str = ""  # of KEEPS, where it may mean a state to keep: `with closed eyes`
    inner: tuple[Token, ...] = ()  # words within it that mean something of their own

    @property
    def forms(self) -> bool:
        """Is anything to do?"""
        return bool(self.units or self.undoes or self.momentary)


def kept_state(noun: str, deed: str) -> str:
    """`mouth shut`, `eyes open`: of KEEPS, or empty."""
    part = {"mouth": "mouth", "lip": "mouth", "jaw": "mouth", "eye": "eyes", "lid": "eyes"}
    ways = {"close": "shut", "open": "open", "part": "open", "together": "shut", "press": "shut",
            "raise": "shut"}
    if noun not in part or deed not in ways:
        return ""
    if deed in ("part", "together", "press", "raise") and noun not in ("lip", "jaw"):
        return ""
    if (noun, deed) in (("lip", "raise"), ("lip", "press"), ("jaw", "part")):
        return ""
    return f"{part[noun]} {ways[deed]}"


def resolve(deed: str, part: Part, end: int, inner: Sequence[Token] = ()) -> Action | None:
    """What is done to a part, or None where no unit does it."""
    return resolve_with(deed, [], part, end, inner)


def resolve_with(
    deed: str, particles: Sequence[str], part: Part, end: int, inner: Sequence[Token],
    again: bool = False,
) -> Action | None:
    """The units of what is done to the part's nouns, or None where that is nothing."""
    again = again or "again" in particles or "back" in particles
    kinds = [PARTICLES.get(word, word) for word in particles if word not in ("again", "back")]
    if "normal" in particles or deed in ("relax", "return") or (
        not kinds and deed == "move" and "back" in particles
    ):
        undone = tuple(unit for noun in part.nouns for unit in UNDONE.get(noun, ()))
        return None if not undone else Action(
            part.nouns, "relax", part.side, end, (0, 0), undoes=undone, inner=tuple(inner)
        )
    tries = _ways(deed, kinds)
    units: Units = ()
    undoes: tuple[str, ...] = ()
    done = ""
    for noun in part.nouns:
        for kind in tries:
            if (kind, noun) in ACTIONS or (kind, noun) in UNDOING:
                units += ACTIONS.get((kind, noun), ())
                undoes += UNDOING.get((kind, noun), ())
                done = kind
                break
    if not done:
        return None
    reverses = tuple(
        unit for unit in REVERSED.get({"rise": "raise"}.get(done, done), ())
        if any(unit in UNDONE.get(noun, ()) for noun in part.nouns)
    )
    return Action(part.nouns, done, part.side, end, (0, 0), units, undoes, reverses, again,
                  inner=tuple(inner))


def _ways(deed: str, kinds: list[str]) -> list[str]:
    """What may be meant by a verb and its particles, the likeliest first."""
    if "wide" in kinds:
        return ["wide", "widen"]
    if deed == "move":
        return kinds
    if deed in ("drop", "curl"):
        return [*kinds, deed, *(("lower",) if deed == "drop" else ())]
    return ["close", deed] if "close" in kinds else [deed, *kinds]
