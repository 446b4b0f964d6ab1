# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps while a sentence is read: a new one, or something more about the one that is open."""

from __future__ import annotations

from typing import Literal

from .deeds import Action
from .drafts import Draft, Pending
from .layers import Where
from .mixes import Phrase, describes
from .mixing import emotion_names
from .part_words import Part, Side
from .plan import CURRENT, EmotionMix, Layer, Span
from .tagging import Item, ItemKind
from .tokens import refuse
from .vocabulary import Vocabulary


class StepState:
    """`start`, `drafts` and `notes` say what was understood so far."""

    def __init__(self, text: str, items: list[Item], vocabulary: Vocabulary) -> None:
        self.start: EmotionMix | None = None  # None: the text does not say
        self.drafts: list[Draft] = []
        self.notes: list[str] = []
        self.unknown: list[Item] = []
        self._text = text
        self._items = items
        self._vocabulary = vocabulary
        self._at = 0
        self._pending = Pending()
        self._deferred: list[Draft] = []  # `before crying, …`: comes after the next clause
        self._each_seconds: float | None = None  # `1 s each`
        self._previous: list[Draft] = []  # drafts of the clause before
        self._open: Draft | None = None  # the step that later words may still be part of
        self._joint: ItemKind | None = None  # what stands between it and them; None: nothing
        self._said_side: Side = "left"  # for `the other`
        self._lopsided: Part | None = None  # `a crooked …`
        self._lopsided_item: Item | None = None  # where that is said
        self._scope: Where | None = None  # `only move the mouth: …`
        self._factor = 1.0  # `slightly raise …`
        self._last_parts: tuple[str, ...] = ()  # of that layer
        self._last_layer: EmotionMix | None = None  # for `…, then the mouth`
        self._last_action: Action | None = None  # for `…, then the right one`
        self._kept: list[str] = []  # of KEEPS, waiting for a step
        self._kept_everywhere: list[str] = []
        self._keep_span: Span | None = None  # where the last of them is said
        self._also_denied: set[str] = set()  # emotions of the denial that is read
        self._denial_mix: EmotionMix | None = None  # what the last denial left
        self._denied: dict[str, Span] = {}  # emotions that this sentence says are not shown
        self._clause: list[Draft] = []  # the clause that is read
        self._meant_something = False
        self._before = False
        self._relaxing = False  # `relax into a smile`
        self._subordinate = False  # `while closing the eyes, …`

    @property
    def _face(self) -> EmotionMix:
        """What the face shows after all drafts so far."""
        if self.drafts:
            return self.drafts[-1].mix
        return EmotionMix(CURRENT) if self.start is None else self.start

    def _show(self, phrase: Phrase, bare: bool = False) -> None:
        """An emotion of the whole face, or of a part of it."""
        where = phrase.where
        if self._lopsided is not None:
            lopsided, self._lopsided, where = self._lopsided, None, where or Where()
            where = Where(where.parts or lopsided.parts, where.side or lopsided.side, where.end)
        if where is None and self._scope is not None and not (bare and self._goes_on()):
            self._layer(phrase.mix, self._scope, phrase.span, state=False)
        elif where is not None:
            self._layer(phrase.mix, where, phrase.span)
        else:
            words = self._text[slice(*phrase.span)].lower().split()
            self._go(phrase.mix, phrase.span, bare, describes(words[-1]))

    def _goes_on(self) -> bool:
        """`joy to anger`: is the emotion just read where the first step starts?"""
        following = next((item for item in self._items[self._at:] if item.kind != "filler"), None)
        return following is not None and following.kind in ("to", "change") and not self.drafts

    def _go(
        self, mix: EmotionMix, span: Span, bare: bool = False, describing: bool = False
    ) -> None:
        """A whole face: a new step, or the emotion of a step of which only a part was said."""
        self._check_denied(mix, span)
        waiting = self._open
        if waiting is not None and waiting.over and self._may_join(waiting.state or describing):
            waiting.mix, waiting.over, waiting.bare = mix, False, bare
            waiting.span = (min(waiting.span[0], span[0]), max(waiting.span[1], span[1]))
            waiting.keeps += [deed.keep for deed in waiting.deeds if deed.keep]
            waiting.deeds = [deed for deed in waiting.deeds if not deed.keep]
            self._take_up(waiting)
            return
        draft = Draft("go", mix, span, bare, via=self._pending.via,
                      subordinate=self._subordinate and not self._clause,
                      relaxed=self._relaxing)
        self._pending.via = []
        self._add(draft)

    def _add(self, draft: Draft) -> None:
        self._meant_something = True
        if self._before:
            self._open = None
            self._deferred.append(draft)
            return
        self._open, self._joint = draft, None
        self.drafts.append(draft)
        self._clause.append(draft)

    def _take_up(self, draft: Draft) -> None:
        """A step of before goes on in this clause."""
        self._meant_something = True
        self._joint = None
        if draft not in self._clause:
            self._clause.append(draft)

    def _may_join(self, state: bool) -> bool:
        """Is what comes now still about the open step?  `state`: it says how, not what next."""
        if self._open is None:
            return False
        held = bool(self.drafts) and self.drafts[-1].kind == "hold"
        if self._joint in (None, "with"):
            return True
        if self._joint == "comma" and self._open.seconds is not None and self._own_length():
            return False  # `brows up 0.2 s, eyes wide 0.2 s`
        if self._joint == "and":
            open_ended = self._open.seconds is None or self._open.timed_ahead
            return not held and (state or open_ended)
        return (state or self._open.subordinate) and not held

    def _own_length(self) -> bool:
        """Is a length of time said in the rest of the clause?"""
        for item in self._items[self._at:]:
            if item.kind in ("comma", "then", "stop"):
                return False
            if item.timing is not None and item.timing.mode == "over":
                return True
        return False

    def _layer(self, mix: EmotionMix, where: Where, span: Span, state: bool = True) -> None:
        """An emotion of a part, over the open step or as a step of its own."""
        self._check_denied(mix, span)
        side = self._resolved(where.side, span)
        self._last_layer, self._last_parts, self._last_action = mix, where.parts, None
        layer = Layer(mix, where.parts, side)
        self._changes(span, state).layers.append(layer)

    def _changes(self, span: Span, state: bool) -> Draft:
        """The step that a change of a part belongs to."""
        if self._open is not None and self._may_join(state):
            draft = self._open
            draft.bare = False
            draft.span = (min(draft.span[0], span[0]), max(draft.span[1], span[1]))
            draft.state = draft.state and state
            self._take_up(draft)
            return draft
        subordinate = self._subordinate and not self._clause
        draft = Draft("go", self._face, span, over=True, state=state or subordinate,
                      subordinate=subordinate, via=self._pending.via)
        self._pending.via = []
        self._add(draft)
        return draft

    def _resolved(self, side: Side | None, span: Span) -> Literal["left", "right"] | None:
        """Left or right of what was said; `one` is the left one, and a note says so."""
        if side == "other":
            side = "right" if self._said_side == "left" else "left"
        elif side == "one":
            side = "left"
            words = " ".join(self._text[span[0]:span[1]].split())
            self.notes.append(f"'{words}': no side is said, so it is the face's left")
        if side is not None:
            self._said_side = side
        return side

    def _check_denied(self, mix: EmotionMix, span: Span) -> None:
        both = emotion_names(mix) & set(self._denied)
        if both:
            raise refuse("negation", self._text, span,
                         "'{word}' ({at}) is asked for and denied at once.",
                         "Say what to show, or put 'then' between the two.")

    def _hold(self, item: Item) -> None:
        draft = Draft("hold", self._face, item.span)
        self._meant_something = True
        self.drafts.append(draft)
        self._clause.append(draft)

    def _face_before(self, draft: Draft) -> EmotionMix:
        index = self.drafts.index(draft)
        return self.drafts[index - 1].mix if index else self.start or EmotionMix(CURRENT)

    def _waits(self, draft: Draft) -> bool:
        """`with raised brows, …`: the emotion that it goes with comes later."""
        return draft is self._open and draft.over and draft.state
