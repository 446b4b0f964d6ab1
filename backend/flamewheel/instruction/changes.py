# SPDX-License-Identifier: GPL-3.0-or-later
"""The clause reader's part for what becomes of an emotion: it turns, fades, grows stronger."""

from __future__ import annotations

from ..wheel_names import NEUTRAL
from .clause_state import ClauseState
from .drafts import Draft
from .faces import Deed
from .plan import EmotionMix
from .tagging import Item

_ENDING = ("slip", "slid", "melt", "fall", "sink", "dissolv", "break", "crumb", "collaps",
           "drift", "crack", "falter", "waver", "crumpl", "pass", "go")
"""What a smile does when it ends, where nothing is said that it turns into."""
_GROWING = ("build", "ris", "swell", "mount", "climb", "ramp", "escalat", "intensif", "deepen")
"""What an emotion does that comes up, where nothing follows that it turns into."""
_RELEASING = ("releas", "let go", "lets go", "letting go", "let it go", "lets it go",
              "letting it go", "let it all", "lets it all", "let all", "unclench", "loosen")
_RELAXING = ("relax", "calm", "cool", "loosen", "unwind", "recover")


class ChangeReader(ClauseState):
    """Methods for the items `change` and `fade`, and for strengths without an emotion."""

    def _on_change(self, item: Item) -> None:
        self._changing = item.lower
        if self._somewhere_to_go():
            self._bare_becomes_source()
        elif item.lower in ("falls", "fell", "fall") and self._of_the_face():
            self._go(EmotionMix("Sadness"), item.span)  # `her face falls`
        elif item.lower.startswith("settl") and self.drafts and not self._clause:
            self._relaxing = True  # `…, and then settle`
            self._go(EmotionMix(NEUTRAL), item.span)
        elif item.lower.startswith(_ENDING) and self._clause and self._clause[-1].bare:
            self._bare_becomes_source()
            self._go(EmotionMix(NEUTRAL), item.span)

    def _of_the_face(self) -> bool:
        before = [item for item in self._items[:self._at - 1][-2:] if item.kind == "filler"]
        return any(item.lower in ("face", "expression") for item in before)

    def _somewhere_to_go(self) -> bool:
        """Is anything named before the next step that a change could lead to?"""
        grows = self._changing.startswith(_GROWING)
        for item in self._items[self._at:]:
            if item.kind in ("then", "stop", "part", "action") or (grows and item.kind == "comma"):
                return False
            if item.mix is not None or item.kind in ("to", "unknown", "origin", "current", "back"):
                return True
        return False

    def _on_fade(self, item: Item) -> None:
        self._bare_becomes_source()
        if item.lower.startswith(_RELEASING) and self._release(item):
            return
        if any(later.kind == "to" for later in self._rest_of_clause()):
            self._relaxing = item.lower.startswith(_RELAXING)
            return
        phrase = self._phrase(self._at)
        if phrase is not None:
            self._at = phrase.end
        following = self._next()
        partly = following is not None and following.kind == "degree" and following.number < 1
        if partly and following is not None and not self._face.is_plain:
            self._at = self._items.index(following, self._at) + 1
            self._go(self._face.scaled(following.number), item.span)
        else:
            self._go(EmotionMix(NEUTRAL), item.span)

    def _release(self, item: Item) -> bool:
        """`tighten the lips, hold, release`: undoes the direct actions since the last emotion."""
        deeds: list[Deed] = []
        for draft in reversed([draft for draft in self.drafts if draft.kind == "go"]):
            if not (draft.over and draft.deeds) or draft.back_from is not None:
                break
            deeds += [deed for deed in draft.deeds if deed.units]
        if not deeds:
            return False
        undone = Draft("go", self._face, item.span, over=True, via=self._pending.via)
        self._pending.via = []
        undone.deeds += [
            Deed(deed.nouns, "release", deed.side, undoes=tuple(unit for unit, _ in deed.units),
                 words=deed.words) for deed in deeds]
        self._add(undone)
        self._open = None
        return True

    def _on_unknown(self, item: Item) -> None:
        """Nothing is made of it; but `…, then nothing` is a face without expression."""
        following = self._next()
        alone = following is None or following.kind in ("comma", "then", "stop", "duration")
        if item.lower == "nothing" and alone and not self._clause and self.drafts:
            self._go(EmotionMix(NEUTRAL), item.span)
        else:
            self._unknown_here.append(item)

    def _more_of_it(self, item: Item) -> bool:
        """`smile slightly, then fully`: the emotion of before at another strength."""
        face = self._face
        if self._clause or self._opened_by != "then" or face.is_plain or any(
            later.mix is not None for later in self._rest_of_clause()
        ):
            return False
        absolute = item.kind == "percent" or item.number == 1.0
        strength = 1.0 if absolute else face.intensity
        mix = face.scaled(strength * item.number / face.intensity).clipped()
        self._go(mix, item.span)
        return True
