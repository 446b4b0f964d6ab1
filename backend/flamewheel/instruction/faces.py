# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole face while steps are worked out: emotion, layers over it, action units over both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..wheel_names import NEUTRAL
from .action_words import OPPOSED, UNDONE, Units, sided
from .part_words import PARTS_OF
from .plan import CURRENT, MAX_INTENSITY, PARTS, EmotionMix, Layer

HALF_OPEN = (("AU5", 0.5),)
"""Eyes that are open already and are told to open: a little wider; a design choice."""


@dataclass(eq=False)
class Deed:
    """A direct action of one step, its side resolved."""

    nouns: tuple[str, ...]
    name: str
    side: str | None  # of SIDES
    units: Units = ()
    undoes: tuple[str, ...] = ()
    reverses: tuple[str, ...] = ()
    again: bool = False
    factor: float = 1.0  # from `slightly`
    keep: str = ""  # of KEEPS, if it turns out to be a state that an emotion keeps
    words: str = ""
    notes: list[str] = field(default_factory=list)
    guessed: bool = False  # `one brow`: which side it is was not said


@dataclass(frozen=True)
class Face:
    """What a face shows at the end of a step."""

    mix: EmotionMix
    layers: tuple[Layer, ...] = ()
    units: tuple[tuple[str, float], ...] = ()  # by name, as a head has them

    def showing(self, mix: EmotionMix) -> Face:
        """With another emotion: layers end, units stay unless the face becomes neutral or what it
        was at first."""
        return Face(mix, (), () if mix.is_plain else self.units)

    def layered(self, layers: list[Layer]) -> Face:
        """With `layers` over it; they take the place of others on the same parts."""
        kept = self.layers
        for new in layers:
            kept = tuple(left for old in kept for left in _without(old, new))
            same = next((old for old in kept if old.parts and new.parts
                         and (old.mix, old.side) == (new.mix, new.side)), None)
            if same is None:
                kept = (*kept, new)
            else:
                both = {*same.parts, *new.parts}
                parts = tuple(part for part in PARTS if part in both)
                kept = tuple(replace(old, parts=parts) if old is same else old for old in kept)
        return replace(self, layers=kept)

    def doing(self, deed: Deed) -> Face:
        """After a direct action; what had no effect is told in the deed's notes."""
        active = dict(self.units)
        reversed_now = [name for unit in deed.reverses for name in sided(unit, deed.side)
                        if name in active]
        if reversed_now and (deed.again or not deed.undoes):
            return replace(self, units=_left(active, reversed_now))
        undone = [name for unit in deed.undoes for name in sided(unit, deed.side)
                  if name in active]
        layers = self.layers
        if deed.name == "relax":
            parts = {part for noun in deed.nouns for part in PARTS_OF[noun]}
            layers = tuple(layer for layer in layers
                           if not layer.parts or not set(layer.parts) <= parts)
            relaxed = tuple(part for part in PARTS if part in parts)
            if not undone and layers == self.layers and self.mix.primary not in (NEUTRAL, CURRENT):
                return self.layered([Layer(EmotionMix(NEUTRAL), relaxed, deed.side)])
        units: Units = deed.units
        if deed.undoes and not units and not undone and layers == self.layers:
            if deed.name == "open" and self._eyes(deed):
                units = HALF_OPEN
                deed.notes.append(f"'{deed.words}': the eyes were not closed, so they open a "
                                  "little wider")
            else:
                deed.notes.append(f"'{deed.words}': there was nothing to undo")
        ended = [name for unit, _ in units for other in OPPOSED.get(unit, ())
                 for name in sided(other, deed.side)]
        left = dict(_left(active, [*undone, *ended]))
        for unit, strength in units:
            value = round(min(strength * deed.factor, MAX_INTENSITY), 4)
            left |= dict.fromkeys(sided(unit, deed.side), value)
        return replace(self, layers=layers, units=tuple(left.items()))

    @staticmethod
    def _eyes(deed: Deed) -> bool:
        return any("AU5" in UNDONE.get(noun, ()) for noun in deed.nouns)


def _left(active: dict[str, float], ended: list[str]) -> tuple[tuple[str, float], ...]:
    return tuple((name, value) for name, value in active.items() if name not in ended)


def _without(old: Layer, new: Layer) -> tuple[Layer, ...]:
    """What is left of `old` under `new`."""
    if new.side is not None and old.side != new.side:
        return (old,)
    if not new.parts:
        return ()
    if not old.parts:
        return (old,)
    parts = tuple(part for part in old.parts if part not in new.parts)
    return (replace(old, parts=parts),) if parts else ()
