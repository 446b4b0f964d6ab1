# SPDX-License-Identifier: GPL-3.0-or-later
"""The clause reader's part for parts of a face: layers, direct actions, what is kept."""

from __future__ import annotations

from dataclasses import replace

from .action_words import BLINK_SECONDS, OPPOSED
from .clause_state import ClauseState
from .deeds import Action, resolve
from .drafts import Draft
from .faces import Deed
from .layers import ONLY, Where, emotion_follows, predicate
from .part_words import Part
from .plan import EmotionMix, Layer
from .tagging import Item, ItemKind
from .wording import quoted

MOST_BLINKS = 10
"""A design choice: a plan stays short enough to be read; who wants more says so again."""
_OF_THE_FACE: tuple[ItemKind, ...] = ("part", "action", "keep", "scope")
_ENDS_KEEPING = {"mouth shut": frozenset(("AU25", "AU26", "AU27")),
                 "eyes open": frozenset(("AU43",))}
"""What is kept -> units of the direct actions after which it no longer is."""
_TURNS: tuple[ItemKind, ...] = ("change", "to")


class PartReader(ClauseState):
    """Methods for the items `part`, `action`, `keep`, `lopsided` and `scope`."""

    def _on_part(self, item: Item) -> None:
        """`her eyes turn sad`; a part of which nothing is said is not understood."""
        assert item.part is not None
        deed = self._just_done()
        if deed is not None and (deed.side is None or deed.guessed) and not item.part.parts:
            if deed.guessed:
                self.notes.pop()
            deed.side = self._resolved(item.part.side, item.span)
            return
        at = predicate(self._items, self._at, subjects=True)
        if at is None:
            self._again_with(item)
            return
        between = self._items[self._at:at]
        phrase = self._phrase(at)
        assert phrase is not None
        self._at = max(phrase.end, self._at)
        where = Where(item.part.parts, item.part.side, phrase.end)
        if phrase.where is not None:
            where = Where(where.parts or phrase.where.parts, phrase.where.side or where.side)
        turns = any(gap.kind in _TURNS for gap in between)
        if any(gap.kind == "from" for gap in between):
            said = quoted(self._text, (item.span[0], phrase.span[1]))
            self.notes.append(f"'{said}': a part goes there from what it shows, whatever is said "
                              "of its start")
        self._layer(phrase.mix, where, (item.span[0], phrase.span[1]), state=not turns)
        self._read_between(between)

    def _again_with(self, item: Item) -> None:
        """`the eyes smile, then the mouth`: what was said of the part before."""
        assert item.part is not None
        again = self._same_deed(item)
        if self._restricts(item, item.part):
            self._meant_something = True
        elif again is not None:
            self._on_action(again)
        elif self._last_layer is not None and not self._meant_something:
            where = Where(item.part.parts or self._last_parts, item.part.side)
            self._layer(self._last_layer, where, item.span)
        elif (mix := self._said_later()) is not None:
            self._layer(mix, Where(item.part.parts, item.part.side), item.span)
        else:
            self._unknown_here.append(item)

    def _said_later(self) -> EmotionMix | None:
        """`first the brows, then the eyes turn sad`: what is said of the last part of the row."""
        in_turn = False
        for at, item in enumerate(self._items[self._at:], self._at):
            in_turn = in_turn or item.kind == "then"
            if item.kind == "part":
                said = predicate(self._items, at + 1)
                if said is not None:
                    phrase = self._phrase(said) if in_turn else None
                    return None if phrase is None else phrase.mix
            elif item.kind not in ("then", "comma", "filler", "and", "duration"):
                return None
        return None

    def _restricts(self, item: Item, part: Part) -> bool:
        """`smile within 2 s on the left only`, `on the left only, smile`: told apart from it."""
        before = self._items[self._at - 2] if self._at > 1 else None
        linked = before is not None and (before.kind == "with" or before.lower in ("in", "on"))
        if not (part.only or part.placed or linked):
            return False
        draft = self._open
        if draft is None or draft.kind == "hold":
            if not self._narrowed(item, part):
                self._lopsided, self._lopsided_item = part, item
            return True
        if draft.over or draft.layers or not (part.only or self._joint in (None, "with")):
            return False
        side = self._resolved(part.side, item.span)
        draft.layers.append(Layer(draft.mix, part.parts, side))
        draft.mix, draft.over = self._face_before(draft), True
        return True

    def _narrowed(self, item: Item, part: Part) -> bool:
        """`smile, then only on the left`: what the whole face shows, then on a part alone."""
        goes = [draft for draft in self.drafts if draft.kind == "go"]
        if not (part.only and goes) or self._clause or goes[-1].over or goes[-1].mix.is_plain or (
            any(later.mix is not None or later.kind == "action" for later in self._rest_of_clause())
        ):
            return False
        narrowed = Draft("go", self._face_before(goes[-1]), item.span)
        side = self._resolved(part.side, item.span)
        narrowed.layers.append(Layer(goes[-1].mix, part.parts, side))
        self._add(narrowed)
        return True

    def _same_deed(self, item: Item) -> Item | None:
        """`raise the left brow, then the right one`: the deed of before with another part."""
        before = self._last_action
        if before is None or before.momentary or item.part is None or not item.part.nouns:
            return None
        nouns = item.part.nouns if item.part.parts else before.nouns
        action = resolve(before.deed, replace(item.part, nouns=nouns), item.part.end)
        return None if action is None else replace(item, kind="action", action=action)

    def _read_between(self, between: list[Item]) -> None:
        """`the eyes slowly, over two seconds, turn sad`: what stands between belongs to it."""
        for gap in between:
            if gap.kind in ("speed", "easing", "duration"):
                getattr(self, f"_on_{gap.kind}")(gap)

    def _on_lopsided(self, item: Item) -> None:
        if emotion_follows(self._items, self._at):
            self._lopsided, self._lopsided_item = item.part, item
        else:
            self._unknown_here.append(item)

    def _on_scope(self, item: Item) -> None:
        """What alone moves: in the clause before where that is about it, else in what follows."""
        assert item.part is not None
        self._meant_something = True
        part, side = item.part, self._resolved(item.part.side, item.span)
        titled = self._at < len(self._items) and self._items[self._at].lower == ":"
        ahead = any(later.mix is not None for later in self._items[self._at:])
        about = self._clause or ([] if self._opened_by == "then" else self._previous)
        if titled or (ahead and not self._clause and self._opened_by in ("stop", "then")):
            about = []
        goes = [draft for draft in about
                if draft.kind == "go" and not (draft.over or draft.layers or draft.mix.is_plain)]
        if not goes:
            self._scope = Where(part.parts, side)
            return
        base = self._face_before(goes[0])
        for draft in goes:
            draft.layers.append(Layer(draft.mix, part.parts, side))
            draft.mix, draft.over, draft.bare = base, True, False

    def _on_action(self, item: Item) -> None:
        action = item.action
        assert action is not None
        self._last_action, self._last_layer = action, None
        if action.momentary:
            self._blink(item, action)
            return
        side = self._resolved(action.side, item.span)
        deed = self._deed(item, action, side)
        deed.guessed = action.side == "one"
        if self._open is not None and any(_undone_by(deed, done) for done in self._open.deeds):
            self._open = None
        emotion = self._open is not None and not self._open.over and self._may_join(action.state)
        draft = self._changes(item.span, action.state)
        if action.keep and emotion:
            draft.keeps.append(action.keep)
        else:
            draft.deeds.append(deed)

    def _deed(self, item: Item, action: Action, side: str | None) -> Deed:
        factor, self._factor = self._factor, 1.0
        keep = action.keep if factor == 1.0 else ""
        return Deed(action.nouns, action.deed, side, action.units, action.undoes, action.reverses,
                    action.again, factor, keep, quoted(self._text, item.span), self.notes)

    def _blink(self, item: Item, action: Action) -> None:
        """Shut and open again, as often as is said; then the face is as it was."""
        side = self._resolved(action.side, item.span)
        drafts: list[Draft] = []
        if action.momentary > MOST_BLINKS:
            self.notes.append(f"'{quoted(self._text, item.span)}' was taken as {MOST_BLINKS} times")
        for _ in range(min(action.momentary, MOST_BLINKS)):
            shut = Draft("go", self._face, item.span, over=True, usual_seconds=BLINK_SECONDS)
            shut.deeds.append(Deed(action.nouns, action.deed, side, action.units,
                                   words=quoted(self._text, item.span), notes=self.notes))
            opened = Draft("go", self._face, item.span, usual_seconds=BLINK_SECONDS,
                           back_from=shut)
            drafts += [shut, opened]
        self._factor = 1.0
        for draft in drafts:
            draft.via, self._pending.via = self._pending.via, []
            self._add(draft)
        self._open = None

    def _strength(self, item: Item) -> bool:
        """`slightly`, before a direct action or behind one; False: it is about neither."""
        following = self._next()
        alone = following is None or following.kind in ("comma", "then", "stop", "duration")
        deed = self._just_done((None, "comma") if alone else (None,))
        if deed is not None:
            deed.keep = ""
            deed.factor *= item.number
            return True
        if following is not None and following.kind == "action":
            self._factor *= item.number
            return True
        return False

    def _just_done(self, joints: tuple[ItemKind | None, ...] = (None,)) -> Deed | None:
        """The direct action that was read last, with nothing said since."""
        if self._open is None or not self._open.deeds or self._joint not in joints:
            return None
        return self._open.deeds[-1]

    def _on_keep(self, item: Item) -> None:
        keep = item.keep
        assert keep is not None
        self._meant_something = True
        self._keep_span = item.span
        if keep.sided:
            self.notes.append(f"'{quoted(self._text, item.span)}': a part is kept on both sides")
        if keep.everywhere:
            self._kept_everywhere += keep.keeps
        else:
            self._kept += keep.keeps

    def _step_for_keeps(self) -> None:
        """`keep the eyes closed for two seconds`, and nothing else: the face does so."""
        states = [keep for keep in self._kept_everywhere if not keep.endswith("still")]
        if not self.drafts and states and self._keep_span is not None:
            self._previous = [Draft("go", self._face, self._keep_span, over=True)]
            self.drafts += self._previous

    def _finish_keeps(self) -> None:
        """What is kept throughout; what waited for a step in vain is kept throughout too."""
        kept = [*self._kept_everywhere, *self._kept]
        for draft in self.drafts:
            moved = {unit for deed in draft.deeds for unit, _ in deed.units}
            for keep in [keep for keep in kept if moved & _ENDS_KEEPING.get(keep, frozenset())]:
                kept.remove(keep)
                self.notes.append(f"'{keep}' is kept until the step that ends it")
            draft.keeps += kept

    def _face_words_follow(self) -> bool:
        """Is the next thing said one of a part of the face?"""
        at = self._at
        while at < len(self._items) and (self._items[at].kind in ("filler", "with", "hold")
                                         or self._items[at].lower in ONLY):
            at += 1
        return at < len(self._items) and self._items[at].kind in _OF_THE_FACE

    def _while_something_moves(self) -> bool:
        """`keep the smile while the eyes turn sad`: after the item that is read now."""
        at = self._at
        while at < len(self._items) and self._items[at].kind in ("filler", "comma"):
            at += 1
        if at >= len(self._items) or self._items[at].kind not in ("hint", "with", "and"):
            if at == self._at or at >= len(self._items) or self._items[at - 1].lower not in (
                "as", "when"
            ):
                return False
            at -= 1
        at += 1
        while at < len(self._items) and self._items[at].kind in ("filler", "hint"):
            at += 1
        if at >= len(self._items):
            return False
        item = self._items[at]
        if item.kind == "action":
            return True
        if item.kind == "part":
            return predicate(self._items, at + 1) is not None
        phrase = self._phrase(at)
        return phrase is not None and phrase.where is not None

    def _keep_while(self, item: Item) -> None:
        """The face stays as it is in the very step in which a part changes."""
        if self._open is None or self._joint is not None:
            self._add(Draft("go", self._face, item.span, over=True))
        self._joint = "with"


def _undone_by(deed: Deed, done: Deed) -> bool:
    """`open and close the mouth`: one after the other, though nothing says `then`."""
    if deed.side != done.side and None not in (deed.side, done.side):
        return False
    ended = {*deed.undoes, *deed.reverses}
    ended |= {other for unit, _ in deed.units for other in OPPOSED.get(unit, ())}
    return any(unit in ended for unit, _ in done.units)
