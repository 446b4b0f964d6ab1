# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads items clause by clause into drafts of steps: one method for each kind of item."""

from __future__ import annotations

from .changes import ChangeReader
from .clause_state import REPLACING, SEPARATORS, names
from .denials import DenialReader
from .drafts import Draft, set_duration, set_speed
from .layers import emotion_follows
from .mixes import Phrase, waits_later
from .mixing import merge
from .parts import PartReader
from .plan import CURRENT, EmotionMix
from .repeats import RepeatReader
from .tagging import Item

_PAUSES = ("a beat", "a moment", "one beat", "a long beat", "a short beat", "a brief moment")
"""Between two steps these are a stop, not a length of the step before."""


class ClauseReader(RepeatReader, DenialReader, PartReader, ChangeReader):
    """Walks over the items once; what was understood is in `start`, `drafts` and `notes`."""

    def read(self) -> None:
        """Raises InstructionError, see `grammar.parse`."""
        while self._at < len(self._items):
            item = self._items[self._at]
            self._at += 1
            if item.lower == ":" and self._open is not None and self._waits(self._open):
                self._close_clause("comma")  # `brows up, jaw dropped: surprise`
            elif item.kind in SEPARATORS:
                self._close_clause(item.kind)
            else:
                getattr(self, f"_on_{item.kind}")(item)
        self._close_clause("stop")
        self._step_for_keeps()
        if self._pending.timings or self._pending.speeds:
            self._settle(self._previous)
        self.drafts += self._deferred
        self._finish_keeps()
        for draft in self.drafts:
            if draft.kind == "go" and draft.seconds is None:
                draft.seconds = self._each_seconds

    def _on_emotion(self, item: Item) -> None:
        phrase = self._phrase(self._at - 1)
        assert phrase is not None
        self._at = phrase.end
        self._show(phrase, bare=True)

    def _on_degree(self, item: Item) -> None:
        phrase = self._phrase(self._at - 1)
        if phrase is not None:
            self._at = phrase.end
            self._show(phrase, bare=True)
        elif not self._strength(item) and not self._more_of_it(item) and item.kind == "percent":
            self._unknown_here.append(item)

    _on_percent = _on_degree

    def _on_from(self, item: Item) -> None:
        phrase = self._slot()
        if phrase is not None:
            self._set_source(phrase)

    def _on_start(self, item: Item) -> None:
        following = self._next()
        if following is None or following.kind == "to":
            return
        phrase = self._slot()
        if phrase is None:
            return
        if self.drafts or (phrase.doing and not item.lower.endswith(("with", "from"))):
            self._show(phrase)
        else:
            self._set_source(phrase)

    def _on_to(self, item: Item) -> None:
        self._bare_becomes_source()
        phrase = self._slot()
        if phrase is not None:
            self._show(phrase)

    def _on_look(self, item: Item) -> None:
        becomes = item.lower.startswith(("becom", "becam", "get", "end", "finish", "wind"))
        if becomes:
            self._bare_becomes_source()
        if self._at < len(self._items) and self._items[self._at].kind == "at":
            return
        phrase = self._slot(strict=False)
        if phrase is not None:
            self._show(phrase, bare=not becomes)

    def _on_via(self, item: Item) -> None:
        phrase = self._slot()
        if phrase is None:
            return
        self._meant_something = True
        stop = (phrase.mix, phrase.span)
        goes = [draft for draft in self._clause if draft.kind == "go"]
        if goes:
            goes[-1].via.append(stop)
        else:
            self._pending.via.append(stop)

    def _on_direct(self, item: Item) -> None:
        self._direct = True

    def _on_and(self, item: Item) -> None:
        if self._clause or self._pending:
            self._close_clause("and")

    def _on_with(self, item: Item) -> None:
        self._joint = "with" if self._open is not None else self._joint
        if self._changing.startswith(REPLACING):
            self._on_to(item)

    def _on_hint(self, item: Item) -> None:
        """`happy for a second but tense`: into the emotion before, though not next to it."""
        self._subordinate = item.lower in ("while", "whilst") and not self._clause
        if self._open is not None:
            self._joint = "with"
        if self._face_words_follow():
            return
        soft = item.lower in ("while", "whilst", "though", "although")
        phrase = self._phrase(self._at) if soft else self._slot()
        if phrase is None:
            return
        self._at = max(self._at, phrase.end)
        waiting = self._open is not None and self._open.over
        waiting = waiting or waits_later(self._items, self._at)
        if not self._clause or phrase.where is not None or waiting:
            self._show(phrase, bare=True)
            return
        last = self._clause[-1]
        if last.back_from is not None:
            self._show_before(phrase)
            return
        self._check_denied(phrase.mix, phrase.span)
        span = (last.span[0], phrase.span[1])
        mix = merge(self._text, last.mix, phrase.mix, item.number, span)
        for draft in self._clause:
            if draft.mix == last.mix:
                draft.mix, draft.span = mix, span

    def _on_mix(self, item: Item) -> None:
        between = item.lower == "between" and self._changing != ""
        phrase = self._phrase(self._at, listing=True)
        if phrase is None:
            self._slot()
            return
        self._at = phrase.end
        mix = phrase.mix
        if between and mix.secondary is not None:
            self._set_source(Phrase(EmotionMix(mix.primary, mix.intensity), 0, phrase.span))
            self._go(EmotionMix(mix.secondary, mix.secondary_intensity), phrase.span)
            return
        self._show(phrase, bare=True)

    def _on_hold(self, item: Item) -> None:
        following = self._next()
        if following is not None and following.kind == "unknown" and item.lower.startswith("keep"):
            self._unknown_here.append(item)
            return
        if following is not None and following.kind in ("part", "action", "keep"):
            return
        if following is not None and following.kind == "look" and emotion_follows(
            self._items, self._items.index(following, self._at) + 1
        ):
            self._at = self._items.index(following, self._at) + 1
        special = self._named_face()
        if special is not None and not self.drafts and self.start is None:
            self.start = special.mix
        phrase = None if special is not None else self._phrase(self._at)
        if phrase is not None:
            self._at = phrase.end
            if names(phrase.mix) != names(self._face) or phrase.where is not None:
                self._show(phrase)
            if phrase.where is not None:
                return
        if self._while_something_moves():
            self._keep_while(item)
        else:
            self._hold(item)

    def _on_back(self, item: Item) -> None:
        for draft in self._clause:
            draft.bare = False
        following = self._next()
        if following is not None and following.kind in ("to", "from"):
            self._relaxing = following.kind == "to"  # direct actions do not stay
            return
        goes = [draft for draft in self.drafts if draft.kind == "go"]
        if goes:
            draft = Draft("go", self._face_before(goes[-1]), item.span, back_from=goes[-1],
                          via=self._pending.via)
            self._pending.via = []
            self._add(draft)
            self._open = None

    def _on_origin(self, item: Item) -> None:
        self._unknown_here.append(item)

    def _on_current(self, item: Item) -> None:
        if not self.drafts and self.start is None:
            self.start = EmotionMix(CURRENT)
            self._meant_something = True
            self._source_said = True

    def _on_after(self, item: Item) -> None:
        phrase = self._slot()
        if phrase is None:
            return
        if not self._clause and self._waited is None:
            self._show(phrase)
            return
        self._show_before(phrase)

    def _show_before(self, phrase: Phrase) -> None:
        """`wink while smiling`: the emotion comes ahead of what the clause has said already."""
        place = self.drafts.index(self._waited or self._clause[0])
        draft = Draft("go", phrase.mix, phrase.span)
        self.drafts.insert(place, draft)
        self._clause.insert(0, draft)

    def _on_before(self, item: Item) -> None:
        if self._clause:
            self._close_clause("then")
        else:
            self._before = True

    def _on_duration(self, item: Item) -> None:
        assert item.timing is not None
        if item.timing.assumed:
            self.notes.append(
                f"'{item.lower}' has no unit and was read as {item.timing.seconds:g} seconds"
            )
        if item.timing.between:
            self.notes.append(f"'{item.lower}' was taken as {item.timing.seconds:g} seconds")
        if self._at < len(self._items) and self._items[self._at].lower == ":":
            self._at += 1  # `1 s: smile, 2 s: frown`
            self._pending.timings.append(item)
        elif item.lower in _PAUSES and not self._clause and self.drafts:
            self._hold(item)
            self.drafts[-1].seconds = item.timing.seconds
        elif item.timing.mode == "wait":
            self._wait(item)
        elif (following := self._next()) is not None and following.kind == "each":
            self._meant_something = True
            self._each_seconds = item.timing.seconds
        elif self._clause:
            set_duration(self._text, self.drafts, self._clause, item)
        else:
            self._pending.timings.append(item)

    def _wait(self, item: Item) -> None:
        """`a second later`: the face stays as it is, before the clause's step."""
        assert item.timing is not None
        self._meant_something = True
        place = self.drafts.index(self._clause[-1]) if self._clause else len(self.drafts)
        face = self._face_before(self._clause[-1]) if self._clause else self._face
        self._open = None if not self._clause else self._open
        self._waited = Draft("hold", face, item.span, seconds=item.timing.seconds)
        self.drafts.insert(place, self._waited)

    def _on_speed(self, item: Item) -> None:
        if item.lower == "at once" and self._clause and self._clause[-1].mix.secondary is not None:
            return  # both at the same time
        if self._clause:
            set_speed(self._text, self._clause, item)
            return
        self._pending.speeds.append(item)

    _on_easing = _on_speed

    def _on_each(self, item: Item) -> None:
        following = self._next()
        if following is not None and following.timing is not None:
            self._meant_something = True
            self._each_seconds = following.timing.seconds
            self._at = self._items.index(following, self._at) + 1
        elif self._each_seconds is None:
            self._unknown_here.append(item)

    def _on_filler(self, item: Item) -> None:
        """Means nothing; but `as` and `when` join what happens at once."""
        if item.lower in ("by", "for") and self._changing.startswith(REPLACING):
            self._on_to(item)
        elif item.lower in ("as", "when"):
            self._subordinate = not self._clause
            self._joint = "with" if self._open is not None else self._joint

    _on_at = _on_filler
