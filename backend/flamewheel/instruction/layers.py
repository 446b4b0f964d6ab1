# SPDX-License-Identifier: GPL-3.0-or-later
"""Which part of the face an emotion belongs to: `sad eyes`, `her eyes turn sad`, `smile with only
the mouth`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .lexicon import shown_emotions
from .part_words import Part, Side
from .plan import PARTS
from .tagging import Item, ItemKind

ONLY = frozenset(("only", "just", "solely", "merely", "exclusively", "simply", "alone", "purely"))
VERBS = frozenset(shown_emotions())
"""`smile`, `frowns`: what a face does, not how a part of it is."""
_PLACES = frozenset(("in", "on", "at", "around", "across", "over", "within", "of", "using", "to",
                     "through", "about", "from", "under", "beneath", "above", "below"))
_GAP: tuple[ItemKind, ...] = ("filler", "look", "change", "hold", "to", "speed", "easing",
                              "duration", "start")
_LONGEST_GAP = 10
_SUBJECTS = ("she", "he", "they", "it")


@dataclass(frozen=True)
class Where:
    """Parts and side of a layer."""

    parts: tuple[str, ...] = ()  # of PARTS
    side: Side | None = None
    end: int = 0  # the item after it

    def also(self, part: Part, end: int) -> Where:
        """With the parts of `part` too; its side, where one is said."""
        both = {*self.parts, *part.parts}
        return Where(tuple(name for name in PARTS if name in both), part.side or self.side, end)


def where_after(items: Sequence[Item], end: int) -> Where | None:
    """The part that the emotion phrase ending before item `end` is restricted to, or None."""
    found: Where | None = None
    while (named := _part_after(items, end if found is None else found.end, found)) is not None:
        part, after = named
        found = (Where() if found is None else found).also(part, after)
    return found


def _part_after(
    items: Sequence[Item], end: int, found: Where | None
) -> tuple[Part, int] | None:
    first = _part(items, end)
    if first is not None and first.bare and found is None and not first.only:
        return None if _says_more(items, end) else (first, end + 1)
    at, loose, linked, only = end, False, False, False
    while at < len(items) and at - end < 6:
        item = items[at]
        if item.kind == "part":
            break
        if item.kind == "comma" or (item.kind == "hint" and item.lower in ("but", "though")):
            loose = True
        elif item.kind == "and" and found is not None:
            loose = False
        elif item.kind == "with" or item.lower in _PLACES:
            linked = True
        elif item.lower in ONLY:
            only = True
        elif item.kind not in ("filler", "look"):
            return None
        at += 1
    part = _part(items, at)
    if part is None:
        return None
    only = only or part.only
    fits = only if loose else (linked or only or part.placed)
    if not fits or predicate(items, at + 1) is not None:
        return None
    return part, at + 1


def _says_more(items: Sequence[Item], at: int) -> bool:
    """`(as she) grins eyes stay sad`: the part at `at` belongs to what follows."""
    found = predicate(items, at + 1)
    if found is None:
        return False
    verbal = any(item.kind in ("look", "change", "hold", "to") for item in items[at + 1:found])
    return verbal or items[at - 1].lower in VERBS


def predicate(items: Sequence[Item], at: int, subjects: bool = False) -> int | None:
    """Where the emotion begins that is said of the part before item `at`, or None.

    `subjects`: a person may stand between: `with only the mouth she smiles`.
    """
    end = at + _LONGEST_GAP
    changes = _changed(items, at - 1)
    while at < min(len(items), end):
        item = items[at]
        if item.mix is not None:
            return at
        if item.kind in ("degree", "percent"):
            return at if emotion_follows(items, at) else None
        if (item.lower in _SUBJECTS and not subjects) or (
            item.lower in _PLACES and item.kind != "from" and not (changes and item.kind == "to")
        ):
            return None
        changes = changes or item.kind in ("change", "look", "start")
        colon = item.lower == ":"
        if item.kind == "from":
            after = at + 1
            while after < len(items) and (items[after].kind in ("filler", "degree")
                                          or items[after].mix is not None):
                after += 1
            if after < len(items) and items[after].kind == "to":
                at, changes = after, True
                continue
            return None
        if item.kind not in _GAP and not colon:
            return None
        at += 1
    return None


def _changed(items: Sequence[Item], at: int) -> bool:
    """`change her eyes (to sad)`: is the part at `at` what a verb before it changes?"""
    for item in reversed(items[:max(at, 0)]):
        if item.kind in ("from", "comma", "then", "stop"):
            return False
        if item.kind == "change":
            return True
    return False


def emotion_follows(items: Sequence[Item], at: int) -> bool:
    """Is the next item that is no degree or filler an emotion?"""
    while at < len(items) and items[at].kind in ("degree", "percent", "filler"):
        at += 1
    return at < len(items) and items[at].mix is not None


def _part(items: Sequence[Item], at: int) -> Part | None:
    return items[at].part if at < len(items) else None
