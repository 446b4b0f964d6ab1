# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reader of clauses knows: the steps so far, the clause it is in, what waits for a step."""

from __future__ import annotations

from ..errors import InstructionError
from ..wheel_names import NEUTRAL
from .drafts import Draft, Pending, set_duration, set_speed
from .mixes import Phrase, read_phrase
from .plan import CURRENT, EmotionMix
from .step_state import StepState
from .tagging import Item, ItemKind
from .tokens import refuse
from .vocabulary import Vocabulary

SEPARATORS: tuple[ItemKind, ...] = ("then", "stop", "comma")
REPLACING = ("replac", "swap", "trad", "exchang")
"""`replace the smile with a frown`: here `with`, `by` and `for` say what comes."""
_AT_REST = ("nothing", "rest")
_MODIFIERS: tuple[ItemKind, ...] = ("filler", "degree", "percent", "speed", "easing")


class ClauseState(StepState):
    """Opens and closes clauses; finds the emotions that stand in them."""

    def __init__(self, text: str, items: list[Item], vocabulary: Vocabulary) -> None:
        super().__init__(text, items, vocabulary)
        self._open_clause("stop")

    # clauses

    def _open_clause(self, opened_by: ItemKind) -> None:
        self._clause = []
        self._opened_by = opened_by
        self._unknown_here: list[Item] = []
        self._meant_something = False
        self._source_said = False
        self._changing = ""  # the last verb of change
        self._before = False
        self._relaxing = False
        self._subordinate = False
        self._waited: Draft | None = None  # the pause of `two seconds after smiling`
        self._direct = False

    def _close_clause(self, closed_by: ItemKind) -> None:
        if self._opened_by == "then" and not self._meant_something and self._unknown_here:
            raise unknown_word(self._text, self._vocabulary, self._unknown_here[0])
        self._check_spelling()
        if self._clause:
            ahead = bool(self._pending.timings)
            self._settle(self._clause)
            for draft in self._clause:
                draft.timed_ahead = draft.timed_ahead or ahead
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
            if closed_by == "stop" and self._clause:
                self._scope = None
            if self._lopsided is not None and self._lopsided_item is not None:
                self.unknown.append(self._lopsided_item)  # nothing came that it could be about
            self._factor, self._lopsided, self._lopsided_item = 1.0, None, None
        elif closed_by == "and" or self._joint != "with":
            self._joint = closed_by

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

    def _phrase(self, at: int, listing: bool = False) -> Phrase | None:
        joins = not self._changing.startswith(REPLACING)
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
        if at < len(self._items) and self._items[at].lower in _AT_REST:
            self._at = at + 1  # `from nothing to a grin`
            return Phrase(EmotionMix(NEUTRAL), at + 1, self._items[at].span)
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
        waiting = waiting or self._told_late(before_it)
        if not self._source_said and self.start is None and waiting:
            self.start = phrase.mix
            for draft in before_it:
                draft.mix = phrase.mix if draft.kind == "hold" or draft.over else draft.mix
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

    def _told_late(self, before_it: list[Draft]) -> bool:
        """`to fear, from joy, over two seconds`: the only step is already told."""
        rest = (item.kind for item in self._rest_of_clause())
        return (len(before_it) == 1 and not self._clause and self._opened_by == "comma"
                and "to" not in rest and not before_it[0].over)

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
