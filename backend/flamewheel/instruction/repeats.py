# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps that come again: `three times`, `raise the brows twice`, `alternate joy and fear`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .clause_state import ClauseState
from .drafts import Draft
from .mixes import read_single
from .tagging import Item, ItemKind
from .wording import quoted

MOST_TIMES = 20
"""A design choice: a plan stays short enough to be read."""
_ALTERNATIONS = 2
"""How often two faces alternate where it is not said; a design choice."""


class RepeatReader(ClauseState):
    """Methods for the items `times` and `alternate`."""

    _times = 0  # of the clause that is read; 0: nothing is said
    _times_of_all = 0  # `three times: …`
    _shared = False  # `twice over 2 seconds`: the length is of all of them
    _first: Draft | None = None  # of the clauses that `and` joins

    def _close_clause(self, closed_by: ItemKind) -> None:
        clause, opened_by = self._clause, self._opened_by
        super()._close_clause(closed_by)
        if self._times_of_all and self._at >= len(self._items) and self.drafts:
            times, self._times_of_all = self._times_of_all, 0
            self._repeat(0, times)
        if not clause:
            return
        if opened_by != "and" or self._first is None:
            self._first = clause[0]
        if self._times and self._first in self.drafts:
            times, self._times = self._times, 0
            self._repeat(self.drafts.index(self._first), times)

    def _on_times(self, item: Item) -> None:
        self._meant_something = True
        if item.number > MOST_TIMES:
            self.notes.append(f"'{quoted(self._text, item.span)}' was taken as {MOST_TIMES} times")
        times = int(min(item.number, MOST_TIMES))
        self._shared = any(later.timing is not None and later.timing.mode == "over"
                           for later in self._rest_of_clause())
        titled = self._at < len(self._items) and self._items[self._at].kind in ("stop", "comma")
        if not self.drafts and titled:
            self._times_of_all = times
        elif self._clause or not self.drafts:
            self._times = times
        else:
            self._repeat(0, times)

    def _on_alternate(self, item: Item) -> None:
        """`alternate between joy and sadness`: one, then the other, and again."""
        first = read_single(self._text, self._items, self._at)
        joint = self._at if first is None else first.end
        joined = joint < len(self._items) and self._items[joint].kind in ("and", "comma", "with")
        second = read_single(self._text, self._items, joint + 1) if joined else None
        if first is None or second is None:
            self._unknown_here.append(item)
            return
        self._at = second.end
        for phrase in (first, second):
            self._open = None
            self._show(phrase)
        if not any(later.kind == "times" for later in self._items[self._at:]):
            self._times = _ALTERNATIONS
            self.notes.append(f"'{quoted(self._text, item.span)}': no number is said, so it is "
                              f"{_ALTERNATIONS} times")

    def _repeat(self, start: int, times: int) -> None:
        """The drafts from `start` on, `times` times in all; one step alone is undone between."""
        run = self.drafts[start:]
        goes = [draft for draft in run if draft.kind == "go"]
        if len(goes) == 1 and times > 1:
            go = goes[0]
            run.append(Draft("go", self._face_before(go), go.span, seconds=go.seconds,
                             soft_seconds=go.soft_seconds, easing=go.easing,
                             usual_seconds=go.usual_seconds, back_from=go))
        if self._shared:
            parts = times * len([draft for draft in run if draft.kind == "go"]) / len(goes or run)
            for draft in run:
                draft.seconds = None if draft.seconds is None else draft.seconds / parts
            self._shared = False
        rounds = [run, *(_again(run) for _ in range(times - 1))]
        self.drafts[start:] = [draft for one in rounds for draft in one]
        self._previous = [draft for draft in self.drafts[start:] if draft.kind == "go"]
        self._open, self._joint = None, None


def _again(run: Sequence[Draft]) -> list[Draft]:
    """Copies that may get lengths of their own."""
    copies = {
        draft: replace(draft, via=list(draft.via), layers=list(draft.layers),
                       deeds=list(draft.deeds), keeps=list(draft.keeps))
        for draft in run
    }
    for copy in copies.values():
        if copy.back_from is not None:
            copy.back_from = copies.get(copy.back_from, copy.back_from)
    return list(copies.values())
