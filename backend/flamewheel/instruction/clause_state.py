# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader of clauses knows: the steps so far, the clause it is in, what waits for a step."""

from __future__ import annotations

from ..errors import InstructionError
from .actions import Action
from .drafts import Draft, Pending, set_duration, set_speed
from .layers import Where
from .mixes import Phrase, emotion_names, read_phrase
from .part_words import Part, Side
from .plan import CURRENT, EmotionMix, Layer, Span
from .tagging import Item, ItemKind
from .tokens import refuse
from .vocabulary import Vocabulary

SEPARATORS: tuple[ItemKind, ...] = ("then", "stop", "comma")
_MODIFIERS: tuple[ItemKind, ...] = ("filler", "degree", "percent", "speed", "easing")


class ClauseState:
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
        self._factor = 1.0  # `slightly raise …`
        self._last_layer: EmotionMix | None = None  # for `…, then the mouth`
        self._last_action: Action | None = None  # for `…, then the right one`
        self._kept: list[str] = []  # of KEEPS, waiting for a step
        self._kept_everywhere: list[str] = []
        self._also_denied: set[str] = set()  # emotions of the denial that is read
        self._denial_mix: EmotionMix | None = None  # what the last denial left
        self._denied: dict[str, Span] = {}  # emotions that this sentence says are not shown
        self._open_clause("stop")

    # clauses

    def _open_clause(self, opened_by: ItemKind) -> None:
        self._clause: list[Draft] = []
        self._opened_by = opened_by
        self._unknown_here: list[Item] = []
        self._meant_something = False
        self._source_said = False
        self._changing = ""  # the last verb of change
        self._before = False
        self._direct = False

    def _close_clause(self, closed_by: ItemKind) -> None:
        if self._opened_by == "then" and not self._meant_something and self._unknown_here:
            raise unknown_word(self._text, self._vocabulary, self._unknown_here[0])
        self._check_spelling()
        if self._clause:
            self._settle(self._clause)
            for draft in self._clause:
                draft.direct = draft.direct or self._direct
            if not self._before:
                self.drafts += self._deferred
                self._deferred = []
            self._previous = self._clause
        elif self._opened_by == "comma" and self._previous and (
            self._pending.timings or self._pending.speeds or closed_by != "comma"
        ):
            self._settle(self._previous)
        self._close_step(closed_by)
        empty = not self._meant_something and not self._unknown_here and not self._before
        says_then = "then" in (closed_by, self._opened_by)
        self._open_clause("then" if empty and says_then else closed_by)

    def _close_step(self, closed_by: ItemKind) -> None:
        """What may still join the step, and what was kept while it was made."""
        about = self._clause
        if not about and self._open is not None and closed_by != "and":
            about = [self._open]
        if about:
            for draft in about:
                draft.keeps += self._kept
            self._kept = []
        if closed_by in ("then", "stop"):
            if closed_by == "stop" and self._kept:
                self._kept_everywhere += self._kept
                self._kept = []
            self._open, self._joint = None, None
            self._denied = {}
        elif closed_by == "and" or self._joint != "with":
            self._joint = closed_by
        self._factor = 1.0

    def _settle(self, drafts: list[Draft]) -> None:
        """What was said ahead of its step now has one."""
        pending, self._pending = self._pending, Pending()
        if not drafts:
            return
        for item in pending.speeds:
            set_speed(self._text, drafts, item)
        for item in pending.timings:
            set_duration(self._text, self.drafts, drafts, item)
        drafts[-1].via += pending.via

    def _check_spelling(self) -> None:
        for item in self._unknown_here:
            if self._vocabulary.misspelt(item.lower):
                raise unknown_word(self._text, self._vocabulary, item)
        self.unknown += self._unknown_here

    # faces

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
            if where.side is None:
                where = Where(where.parts, lopsided.side, where.end)
        if where is not None:
            self._layer(phrase.mix, where, phrase.span)
        else:
            self._go(phrase.mix, phrase.span, bare)

    def _go(self, mix: EmotionMix, span: Span, bare: bool = False) -> None:
        """A whole face: a new step, or the emotion of a step of which only a part was said."""
        self._check_denied(mix, span)
        waiting = self._open
        if waiting is not None and waiting.over and self._may_join(waiting.state):
            waiting.mix, waiting.over, waiting.bare = mix, False, bare
            waiting.span = (min(waiting.span[0], span[0]), max(waiting.span[1], span[1]))
            waiting.keeps += [deed.keep for deed in waiting.deeds if deed.keep]
            waiting.deeds = [deed for deed in waiting.deeds if not deed.keep]
            self._take_up(waiting)
            return
        draft = Draft("go", mix, span, bare, via=self._pending.via)
        self._pending.via = []
        self._add(draft)

    def _add(self, draft: Draft) -> None:
        self._meant_something = True
        self._open, self._joint = draft, None
        if self._before:
            self._deferred.append(draft)
            return
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
        if self._joint == "and":
            return not held and (state or self._open.seconds is None)
        return state and not held

    def _layer(self, mix: EmotionMix, where: Where, span: Span, state: bool = True) -> None:
        """An emotion of a part, over the open step or as a step of its own."""
        self._check_denied(mix, span)
        side = self._resolved(where.side, span)
        self._last_layer, self._last_action = mix, None
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
        draft = Draft("go", self._face, span, over=True, state=state, via=self._pending.via)
        self._pending.via = []
        self._add(draft)
        return draft

    def _resolved(self, side: Side | None, span: Span) -> str | None:
        """Left or right of what was said; `one` is the left one, and a note says so."""
        if side == "other":
            side = "right" if self._said_side == "left" else "left"
        if side == "one":
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

    def _phrase(self, at: int, listing: bool = False) -> Phrase | None:
        joins = not self._changing.startswith("replac")
        phrase = read_phrase(self._text, self._items, at, listing, joins)
        if phrase is not None:
            self.notes += phrase.notes
        return phrase

    def _slot(self, strict: bool = True) -> Phrase | None:
        """An emotion that must come now, or None where something else does.

        Not `strict`: an unknown word is forgiven where an emotion comes later in the clause.

        Raises InstructionError `unknown-word` where a word that is not known stands there.
        """
        special = self._named_face()
        if special is not None:
            return special
        phrase = self._phrase(self._at)
        if phrase is not None:
            self._at = phrase.end
            return phrase
        at = self._at
        while at < len(self._items) and self._items[at].kind in _MODIFIERS:
            at += 1
        if not strict and any(item.mix is not None for item in self._rest_of_clause()):
            return None
        if at < len(self._items) and self._items[at].kind == "unknown":
            raise unknown_word(self._text, self._vocabulary, self._items[at])
        return None

    def _named_face(self) -> Phrase | None:
        """`the current expression`, `the start`."""
        at = self._at
        while at < len(self._items) and self._items[at].kind == "filler":
            at += 1
        if at >= len(self._items) or self._items[at].kind not in ("current", "origin"):
            return None
        current = self._items[at].kind == "current" or self.start is None
        mix = EmotionMix(CURRENT) if current or self.start is None else self.start
        self._at = at + 1
        return Phrase(mix, at + 1, self._items[at].span)

    def _set_source(self, phrase: Phrase) -> None:
        """Where a clause starts from."""
        self._meant_something = True
        if phrase.where is not None:
            self.notes.append(
                f"'{self._text[slice(*phrase.span)]}': a plan starts with a whole face, so this "
                "was left out"
            )
            return
        before_it = [draft for draft in self.drafts if draft not in self._clause]
        waiting = all(draft.kind == "hold" or self._waits(draft) for draft in before_it)
        if not self._source_said and self.start is None and waiting:
            self.start = phrase.mix
            for draft in before_it:
                draft.mix = phrase.mix
        else:
            index = len(self.drafts) - len(self._clause)
            before = self.drafts[index - 1].mix if index > 0 else self.start or EmotionMix(CURRENT)
            if self._source_said or names(before) != names(phrase.mix):
                raise refuse(
                    "contradictory-start", self._text, phrase.span,
                    f"'{{word}}' ({{at}}) cannot be the start: the face shows {before.title()} "
                    "there.", "Say 'from' once, or go there first: 'then to anger, then to fear'.",
                )
        self._source_said = True

    def _waits(self, draft: Draft) -> bool:
        """`with raised brows, …`: the emotion that it goes with comes later."""
        return draft is self._open and draft.over and draft.state

    def _bare_becomes_source(self) -> None:
        """`joy to anger`, `the smile fades`: the emotion just named is where the face was."""
        if not self._clause or not self._clause[-1].bare or self._source_said:
            return
        draft = self._clause[-1]
        alone = len(self._clause) == 1
        if len(self.drafts) == 1 and alone and self.start is None:
            self.start = draft.mix
        elif not alone or names(self._face_before(draft)) != names(draft.mix):
            return
        if draft.layers or draft.deeds or draft.keeps:
            draft.over, draft.bare, draft.state, self._joint = True, False, True, "with"
        else:
            self._pending.via += draft.via
            self.drafts.pop()
            self._clause.pop()
            self._open = None
        self._source_said = True

    def _face_before(self, draft: Draft) -> EmotionMix:
        index = self.drafts.index(draft)
        return self.drafts[index - 1].mix if index else self.start or EmotionMix(CURRENT)

    def _rest_of_clause(self) -> list[Item]:
        rest: list[Item] = []
        for item in self._items[self._at:]:
            if item.kind in SEPARATORS:
                break
            rest.append(item)
        return rest

    def _next(self) -> Item | None:
        """The next item that is no filler."""
        return next((item for item in self._items[self._at:] if item.kind != "filler"), None)


def names(mix: EmotionMix) -> tuple[str | None, ...]:
    """Which emotions, whatever their strength."""
    return mix.primary, mix.secondary, mix.tertiary


def unknown_word(text: str, vocabulary: Vocabulary, item: Item) -> InstructionError:
    """The refusal of a word that stands where an emotion must be."""
    return refuse(
        "unknown-word", text, item.span,
        "'{word}' at {at} is no emotion that is known.",
        vocabulary.hint(item.lower),
    )
