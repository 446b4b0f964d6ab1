# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces of a plan on a head: an emotion in some parts, single action units, what is kept.

A face is taken apart into strengths of the head's action units and what no unit explains.  Parts
and sides exchange strengths; what no unit explains stays with the base, so that a face from a photo
stays that person's.  A mouth kept shut and eyes kept shut are solved for on the head itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from ..errors import InstructionError
from ..head.data import HeadData, NamedUnits
from ..head.held_openings import TOUCHING, HeldLids, HeldLips
from ..head.known_strengths import KnowingMeter
from ..head.unit_meanings import unit_meaning, unit_number
from ..head.unit_regions import in_regions
from ..head.unit_sides import LEFT, RIGHT, mirror_rows, unit_side
from ..head.unit_strengths import STRONGEST_UNIT
from ..parameters import ExpressionCode
from ..wheel.facs import strengths_for
from ..wheel.unit_rules import OPPOSED
from ..wheel.units import face_rows
from .plan import Layer, PlanStep

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]

JAW = 3  # numbers of a row after ψ
JAW_AT_REST = 1e-6  # rad
TAKEN_ALONG = {"mouth": ("jaw",)}
"""Parts that come with a part: a smiling mouth opens the jaw, as far as the smile does."""
OF_THE_EYES = (6,)
"""Units of other parts in which an emotion of the eyes shows: the cheek raiser is the ring muscle
around the eye, without which eyes do not smile (Duchenne's marker; Ekman, Davidson and Friesen,
1990)."""
OBLIQUE = (1, 4)
"""Inner brow up while the brow is drawn down: by FACS they lift the inner half of the eye's cover
fold into a slant, which is what makes eyes sad or afraid.  They come with the eyes where an emotion
shows both, each as far as the weaker of the two."""
OBLIQUE_SHARE = 1.0  # of them, so that brows that were not spoken of only follow: judged on renders
EVEN = 0.5  # share of a unit without sides in a layer of one side

SHUTTING, LIDS_LOWERED = (43, 45, 46), (41, 42, 43, 44, 45, 46)
LIPS_APART = (19, 25, 26, 27, 37)  # tongue and lip wipe part them, too
LIPS_RAISED = (9, 10, 16, 22)
"""Units that part the lips by drawing one of them away; half of them is left where a shut mouth
cannot be had otherwise."""
LIPS_PRESSED = (8, 17, 18, 23, 24, 28)
MOUTH_OPEN = {25: 0.7, 26: 0.35}
"""Least strengths of an open mouth: lips apart by about a centimetre, a design choice."""
EYES_OPEN = 0.6
"""Least opening of eyes kept open, as a share of the opening at rest: Joy's smiling eyes keep 0.63
of it on the open head."""
GIVES_WAY = tuple(
    (one, other) for ones, others, _ in OPPOSED if 1 not in ones + others and 9 not in ones
    and (ones, others) != ((5,), (6,)) for one, other in ((ones, others), (others, ones)))
"""Units that a sentence asks for against those of the emotion that would undo them; brows are left
out, where opposed units together are faces of their own (1+2+4 is fear's)."""


class PartFaces:
    """Makes the faces of a plan's steps on one head."""

    def __init__(
        self, head: HeadData, units: NamedUnits, meter: KnowingMeter, low: Array, high: Array
    ) -> None:
        """low, high: (E,) bounds of ψ that a mouth is shut within."""
        self._units, self._meter = units, meter
        self.lips, self.lids = HeldLips(head, low, high), HeldLids(head, units)
        self._sides = np.array([unit_side(name) or "" for name in units.names])
        here = [(self._sides == side) | (self._sides == "") for side in (LEFT, RIGHT)]
        self._giving_way = [(np.flatnonzero(self._of(ones) & side),
                             np.flatnonzero(self._of(others) & side))
                            for ones, others in GIVES_WAY for side in here]

    def face(
        self, step: PlanStep, base: ExpressionCode, layers: Sequence[ExpressionCode],
        before: ExpressionCode,
    ) -> ExpressionCode:
        """The whole face at the end of `step`: `base`, its layers, its units, what is kept.

        `layers` are the faces of the step's layers' emotions; `before` is the face that a part kept
        still keeps.  Neck and eyes are `base`'s.  Raises InstructionError `no-such-unit` where the
        head lacks a unit.
        """
        rows = np.stack([_row(code) for code in (base, before, *layers)])
        own, former, *others = self._meter.measure(rows).strengths
        rest = rows[0] - self._made(own)
        strengths = self._layered(own, step.layers, others)
        still = [keep.split()[0] for keep in step.keeps if keep.endswith(" still")]
        strengths = np.where(in_regions(self._units.names, still), former, strengths)
        # what is asked for by name moves even in a part that is kept still
        strengths = self._with_units(strengths, step.units)
        strengths = self._with_lids(strengths, rest, step)
        strengths, rest = self._with_mouth(strengths, rest, step.keeps)
        row = self._made(strengths) + rest
        self._meter.remember(row, strengths)
        return replace(base, expression=row[:-JAW], jaw=row[-JAW:])

    def lips_touch(self, codes: Array, within: float = TOUCHING) -> bool:
        """Are the lips together in all faces (N,E+12), to `within` m, the jaw at rest?"""
        count = self._units.expression.shape[1]
        at_rest = np.abs(codes[:, count:count + JAW]).max() < JAW_AT_REST
        return bool(at_rest) and self.lips.known and self.lips.touching(codes[:, :count], within)

    @cached_property
    def sealed_units(self) -> NamedUnits:
        """The head's units for motion between faces whose lips touch; see `HeldLips.sealed`."""
        return self.lips.sealed(self._units)

    def _made(self, strengths: Array) -> Array:
        return np.asarray(face_rows(self._units, strengths[None])[0])

    def _of(self, numbers: tuple[int, ...]) -> Rows:
        return _numbered(self._units.names, numbers)

    def _layered(self, own: Array, layers: Sequence[Layer], faces: Sequence[Array]) -> Array:
        named = {part for layer in layers for part in layer.parts}
        strengths = own
        for layer, shown in zip(layers, faces, strict=True):
            if layer.side is not None:
                # what shows on the other side alone (contempt) comes to the side that is named
                shown = np.maximum(shown, shown[mirror_rows(self._units.names)])
            share = self._side_share(layer.side)
            rows = self._shown_in(layer.parts, named)
            strengths = np.where(rows, strengths + share * (shown - strengths), strengths)
            if "eyes" in layer.parts and "brows" not in named:
                strengths = self._slanted(strengths, shown, share)
        return strengths

    def _shown_in(self, parts: Sequence[str], named: set[str]) -> Rows:
        """(U,) units in which an emotion of `parts` shows; `named` are parts of any layer."""
        if not parts:
            return np.ones(len(self._sides), bool)
        along = [other for part in parts for other in TAKEN_ALONG.get(part, ())
                 if other not in named]
        rows = in_regions(self._units.names, (*parts, *along))
        if "eyes" in parts and "cheeks" not in named:
            rows = rows | self._of(OF_THE_EYES)
        return np.asarray(rows)

    def _slanted(self, strengths: Array, shown: Array, share: Array) -> Array:
        """The inner brows' slant that comes with sad or frightened eyes; see `OBLIQUE`."""
        raised, drawn = (self._of((number,)) for number in OBLIQUE)
        slant = np.zeros_like(shown)
        for side in ("", LEFT, RIGHT):
            here = self._sides == side
            both = min(shown[rows & here].max(initial=0.0) for rows in (raised, drawn))
            slant[(raised | drawn) & here] = OBLIQUE_SHARE * both
        return np.asarray(np.maximum(strengths, share * slant))

    def _side_share(self, side: str | None) -> Array:
        """(U,) share of a layer on `side`: all of its units, none of the other's."""
        if side is None:
            return np.ones(len(self._sides))
        return np.where(self._sides == side, 1.0, np.where(self._sides == "", EVEN, 0.0))

    def _with_units(self, strengths: Array, units: Sequence[tuple[str, float]]) -> Array:
        """Single units are set, and what would undo them gives way by as much."""
        if not units:
            return strengths
        asked, missing = strengths_for(self._units.names, dict(units))
        if missing:
            raise InstructionError(
                "no-such-unit", f"This head has no {' and no '.join(map(_called, missing))}.",
                "See `flamewheel head units` for what it can do.")
        said, _ = strengths_for(self._units.names, dict.fromkeys(dict(units), 1.0))
        left = strengths.copy()
        for ones, others in self._giving_way:
            left[others] *= 1.0 - min(asked[ones].max(initial=0.0), 1.0)
        return np.clip(np.where(said > 0, asked, left), 0.0, STRONGEST_UNIT)

    def _with_lids(self, strengths: Array, rest: Array, step: PlanStep) -> Array:
        """Eyes shut where a sentence shuts them, or open."""
        shut = self._shut_sides(step)
        if shut:
            here = np.isin(self._sides, (*shut, ""))
            strengths = np.where(here & self._of((5, *LIDS_LOWERED)), 0.0, strengths)
            strengths = self.lids.shut(strengths, rest[:-JAW], shut)
        if "eyes open" in step.keeps:
            strengths = np.where(self._of(LIDS_LOWERED), 0.0, strengths)
            strengths = self.lids.opened(strengths, rest[:-JAW], EYES_OPEN)
        return strengths

    def _shut_sides(self, step: PlanStep) -> tuple[str, ...]:
        """Sides whose eye is kept shut, or closed by a unit at full strength."""
        if "eyes shut" in step.keeps:
            return (LEFT, RIGHT)
        closed = [unit_side(name) for name, strength in step.units
                  if unit_number(name) in SHUTTING and strength >= 1.0]
        return tuple(side for side in (LEFT, RIGHT) if side in closed or None in closed)

    def _with_mouth(
        self, strengths: Array, rest: Array, keeps: Sequence[str]
    ) -> tuple[Array, Array]:
        """A mouth kept shut or open; and what no unit explains, changed so that lips touch."""
        if "mouth open" in keeps:
            least = np.zeros_like(strengths)
            for number, strength in MOUTH_OPEN.items():
                least[self._of((number,))] = strength
            pressed = self._of(LIPS_PRESSED)
            return np.where(pressed, 0.0, np.maximum(strengths, least)), rest
        if "mouth shut" not in keeps:
            return strengths, rest
        strengths = np.where(self._of(LIPS_APART), 0.0, strengths)
        made = self._made(strengths) + rest
        face = self.lips.shut(made[:-JAW])
        if self.lips.known and not self.lips.touching(face):
            strengths = np.where(self._of(LIPS_RAISED), strengths / 2, strengths)
            made = self._made(strengths) + rest
            face = self.lips.shut(made[:-JAW])
        change = np.concatenate([face - made[:-JAW], -made[-JAW:]])
        return strengths, rest + change


@lru_cache(maxsize=128)
def _numbered(names: tuple[str, ...], numbers: tuple[int, ...]) -> Rows:
    """(U,) units of these numbers, on any side."""
    rows = np.isin([unit_number(name) or 0 for name in names], numbers)
    rows.flags.writeable = False
    return rows


def _called(unit: str) -> str:
    meaning = unit_meaning(unit)
    return f"{unit} ({meaning})" if meaning else unit


def _row(code: ExpressionCode) -> Array:
    return np.concatenate([code.expression, code.jaw])
