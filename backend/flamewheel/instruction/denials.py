# SPDX-License-Identifier: GPL-3.0-or-later
"""The clause reader's part for what a face shall not show: `not angry`, `no longer sad`."""

from __future__ import annotations

from ..wheel_names import NEUTRAL
from .clause_state import ClauseState
from .drafts import Draft
from .layers import VERBS
from .mixes import Phrase, read_single
from .mixing import emotion_names, without
from .plan import EmotionMix, Span
from .tagging import Item, ItemKind
from .tokens import refuse
from .wording import quoted

_SOFTENERS = frozenset(("so", "too", "that", "all that", "very", "quite", "particularly",
                        "especially", "overly", "exactly", "entirely", "really", "terribly",
                        "completely", "totally", "fully", "absolutely", "so very", "extremely",
                        "very very", "strongly", "overwhelmingly", "incredibly", "as"))
_LESS = frozenset(("reduce", "reduces", "lessen", "lessens", "decrease", "decreases",
                   "tone down", "tones down"))
_ALTERNATIVES = frozenset(("instead of", "rather than"))
_HOLLOW: tuple[ItemKind, ...] = ("filler", "look", "at", "change", "to", "speed", "degree",
                                 "hold", "start", "with")
_NEGATIVE_PREFIXES = ("un", "dis", "in")


class DenialReader(ClauseState):
    """Methods for the items `not` and `cease`."""

    def _on_not(self, item: Item) -> None:
        if item.lower in _LESS:
            self._reduce(item)
            return
        at, soft = self._at, False
        while at < len(self._items) and self._items[at].kind in _HOLLOW:
            word = self._items[at].lower
            if word in ("only", "just", "merely", "simply") and item.lower in ("not", "isn't"):
                self._at = at + 1
                return
            soft = soft or word in _SOFTENERS
            at += 1
        if at < len(self._items) and self._items[at].kind in ("not", "cease"):
            raise self._refused((item.span[0], self._items[at].span[1]))
        phrase = self._denied_phrase(at)
        if phrase is None:
            if at < len(self._items) and self._items[at].kind == "hint":
                self._unknown_here.append(item)
                return
            raise self._refused(item.span)
        self._check_double(item, phrase)
        if soft and not any(self._items[i].kind == "at" for i in range(self._at, at)):
            self._at = phrase.end
            weaker = Phrase(phrase.mix.scaled(0.5), phrase.end, (item.span[0], phrase.span[1]),
                            where=phrase.where)
            self.notes.append(f"'{quoted(self._text, weaker.span)}' was taken as half as strong")
            shown = self._open
            if shown is not None and emotion_names(shown.mix) == emotion_names(weaker.mix):
                shown.mix = weaker.mix  # `happy, but not too happy`
            else:
                self._show(weaker, bare=True)
            return
        self._at = phrase.end
        later = self._at < len(self._items) and self._items[self._at].lower in (
            "any more", "anymore", "any longer")
        self._deny(phrase, (item.span[0], phrase.span[1]), later, item.lower in _ALTERNATIVES)

    def _reduce(self, item: Item) -> None:
        """`reduce the anger`, `tone down the smile by 30 %`: it is shown more weakly."""
        phrase = read_single(self._text, self._items, self._at)
        if phrase is None or phrase.mix.is_plain or phrase.where is not None:
            raise self._refused(item.span)
        self._at = phrase.end
        share = 0.5
        after = [later for later in self._items[self._at:self._at + 2] if later.kind != "stop"]
        if after and after[-1].kind == "percent" and after[-1].number < 1:
            by = len(after) == 2 and after[0].lower == "by"
            share = 1.0 - after[-1].number if by else after[-1].number
            self._at += len(after)
        known = emotion_names(self._face) == emotion_names(phrase.mix)
        weaker = (self._face if known else phrase.mix).scaled(share)
        span = (item.span[0], phrase.span[1])
        self.notes.append(f"'{quoted(self._text, span)}' was taken as {weaker.title()}")
        self._open = None
        self._go(weaker, span)

    def _on_cease(self, item: Item) -> None:
        at = self._at
        while at < len(self._items) and self._items[at].kind in ("filler", "look"):
            at += 1
        if at < len(self._items) and self._items[at].kind == "not":
            raise self._refused((item.span[0], self._items[at].span[1]))
        phrase = self._denied_phrase(at)
        if phrase is None:
            if not self.drafts:
                self._unknown_here.append(item)
            else:
                self._go(EmotionMix(NEUTRAL), item.span)
            return
        self._at = phrase.end
        self._deny(phrase, (item.span[0], phrase.span[1]), True, False)

    def _denied_phrase(self, at: int) -> Phrase | None:
        """`angry`, `angry or sad`, `angry and sad`: what is denied together."""
        phrase = read_single(self._text, self._items, at)
        if phrase is None:
            return None
        mixes = [phrase.mix]
        end, span = phrase.end, phrase.span
        while end + 1 < len(self._items):
            joint = self._items[end]
            comma = joint.kind == "comma" and self._items[end + 1].lower in ("or", "nor")
            if joint.lower not in ("or", "nor", "and") and not comma:
                break
            more = read_single(self._text, self._items, end + 1 + comma)
            word = "" if more is None else quoted(self._text, more.span).lower()
            if joint.lower == "and" and word in VERBS and not word.endswith("ing"):
                break  # `stop crying and smile`
            if more is None or (more.where is None) != (phrase.where is None):
                break
            mixes.append(more.mix)
            end, span = more.end, (span[0], more.span[1])
        self._also_denied = set().union(*map(emotion_names, mixes))
        return Phrase(phrase.mix, end, span, where=phrase.where)

    def _check_double(self, item: Item, phrase: Phrase) -> None:
        """`not unhappy` says neither happy nor unhappy."""
        for word in quoted(self._text, phrase.span).lower().split():
            for prefix in _NEGATIVE_PREFIXES:
                stem = word.removeprefix(prefix)
                if stem != word and len(stem) > 3 and self._vocabulary.find([stem]) is not None:
                    raise self._refused((item.span[0], phrase.span[1]))

    def _deny(self, phrase: Phrase, span: Span, sequel: bool, instead: bool) -> None:
        denied = self._also_denied
        self._meant_something = True
        shown = self._open if self._open is not None and not self._open.over else None
        if phrase.where is not None:
            self._deny_part(phrase, span)
            return
        if shown is not None and not sequel and shown.mix.primary != NEUTRAL:
            self._deny_beside(shown, denied, span)
            return
        if shown is None and (instead or self._assertion_ahead()):
            self._denied |= dict.fromkeys(denied, span)
            self.notes.append(f"'{quoted(self._text, span)}': what comes instead is shown")
            return
        if shown is not None and shown.mix.primary == NEUTRAL and shown.mix is self._denial_mix:
            return
        left = without(self._face, denied) if emotion_names(self._face) & denied else None
        mix = EmotionMix(NEUTRAL) if left is None else left
        self._denial_mix = mix
        self.notes.append(f"'{quoted(self._text, span)}' was taken as {mix.title()}")
        self._open = None
        self._add(Draft("go", mix, span))

    def _deny_beside(self, shown: Draft, denied: set[str], span: Span) -> None:
        """`happy, not angry`; `angry and sad, without the anger`."""
        left = without(shown.mix, denied)
        if left is None:
            raise refuse("negation", self._text, span,
                         "'{word}' ({at}) denies what is asked for.",
                         "Say what to show, or put 'then' between the two.")
        self.notes.append(f"'{quoted(self._text, span)}': none of it is shown")
        self._denied |= dict.fromkeys(denied, span)
        if left != shown.mix:
            shown.mix = left

    def _deny_part(self, phrase: Phrase, span: Span) -> None:
        """`not angry eyes`: the part is kept as it is."""
        assert phrase.where is not None
        self._kept += [f"{part} still" for part in phrase.where.parts]
        self.notes.append(f"'{quoted(self._text, span)}': the part stays as it is")

    def _assertion_ahead(self) -> bool:
        """Does this sentence name another emotion that is not denied?"""
        denied = False
        for item in self._items[self._at:]:
            if item.kind in ("then", "stop"):
                return False
            if item.kind in ("not", "cease"):
                denied = True
            elif item.kind in ("comma", "hint", "look"):
                denied = denied and item.kind == "look"
            elif item.mix is not None:
                if not denied:
                    return True
                denied = False
        return False

    def _refused(self, span: Span) -> Exception:
        return refuse(
            "negation", self._text, span,
            "'{word}' ({at}) says what not to show, or less of; only what to show is understood.",
            "Say what to show instead, for instance 'neutral' or 'stop smiling'.",
        )
