# SPDX-License-Identifier: GPL-3.0-or-later
"""Action units of one head carried over to another, whose expression space has no names.

The reference's face (the open head's) is laid on the target (`correspondence`), what each unit does
to it goes over by deformation transfer, and the expression that shows it is found with the
target's prior.  Pairs that have a corrective are carried over as what the two show together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import HeadError
from .correspondence import Correspondence, correspondence
from .data import JOINT_NAMES, HeadData, LandmarkEmbedding, NamedUnits
from .deformation_transfer import DeformationTransfer
from .openings import EyeOpenings, lid_pairs, lip_pairs, shares_pressed, shut_widths
from .registration import Sheet
from .surface import corner_areas
from .unit_solving import FacePoints, Shown, SolvedUnits, UnitSolver, merged, motions

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]

OWN = "the head's own"
_JAW = JOINT_NAMES.index("jaw")
_STEPS = 3
SHUTTING = np.arange(0.6, 1.45, 0.05)  # times the opening that lids are tried to go
STILL_SEEN = 0.03  # of an open eye: what may show between shut lids


def own_units(head: HeadData) -> SolvedUnits | None:
    """The units that the head's file names, exact as they are; None where it names none."""
    if head.units is None:
        return None
    whole = np.ones(len(head.units.names))
    return SolvedUnits(head.units, whole, OWN, np.zeros_like(whole), whole)


def carry_units(
    reference: HeadData, target: HeadData, found: LandmarkEmbedding | None = None,
    progress: Progress | None = None,
) -> SolvedUnits:
    """The units of `target`: its own, or those of `reference` (the open head) carried over.

    `found` are FaceMesh landmarks on the target, for heads whose file brings none.  progress(done,
    total, text) may raise to end it; the whole takes some seconds.  Raises HeadError: `no-units`
    where neither head has units, and as `correspondence`.
    """
    own = own_units(target)
    if own is not None:
        return own
    if reference.units is None:
        raise HeadError("no-units", f"The head {target.name} names no action units and there is no "
                        "head to take them from.", "Give the open head as reference.")
    tell = progress or (lambda done, total, text: None)
    tell(0, _STEPS, f"laying the face of {reference.name} on {target.name}")
    laid = correspondence(reference, target, found)
    tell(1, _STEPS, "carrying the action units over")
    carrier = _Carrier(reference, reference.units, laid)
    tell(2, _STEPS, f"finding them in the expressions of {target.name}")
    solved = _Solving(reference.units, carrier, target, laid).solved(
        f"carried over from the head {reference.name} by deformation transfer between "
        f"{len(laid.vertices)} points of the face")
    tell(_STEPS, _STEPS, "found the action units")
    return solved


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What expressions are to show on the target."""

    motions: Array  # (N,n,3) m of the laid face
    lids: Array  # (N,m) by how much of what shuts them lids part, -1: shut
    each_lid: Array  # (N,2m) how far the upper lids go, and the lower ones, in the same measure
    lips: Array  # (N,k) m by which lips part

    def openings(self, widths: Array) -> Array:
        """(N,3m+k) m of lids whose pairs are `widths` (m,) apart, and of lips."""
        each = self.each_lid * np.tile(widths, 2)
        return np.concatenate([self.lids * widths, each, self.lips], axis=1)

    def take(self, rows: npt.NDArray[np.bool_]) -> _Wanted:
        """Some of them."""
        return _Wanted(
            self.motions[rows], self.lids[rows], self.each_lid[rows], self.lips[rows])


class _Carrier:
    """What the reference's units do to its face, as motions of the laid face."""

    def __init__(self, reference: HeadData, units: NamedUnits, laid: Correspondence) -> None:
        self._reference, self._units, self._laid = reference, units, laid
        rows = np.asarray(laid.vertices)
        self._rest = np.asarray(reference.template, np.float64)[rows]
        self._basis = np.asarray(reference.expression_basis[rows], np.float64)
        self._transfer = DeformationTransfer(
            Sheet(self._rest, laid.faces), Sheet(laid.points, laid.faces), laid.unit)
        self.lids = lid_pairs(reference, laid.vertices)
        self.lips = lip_pairs(reference, laid.vertices)
        self._codes = np.asarray(units.expression, np.float64)
        self._shut = shut_widths(self.lids, self._rest, self._fields(self._codes))
        stretch = np.cbrt(np.linalg.det(laid.turns[self.lips.upper]))
        self._lip_scale = float(stretch.mean()) if stretch.size else 1.0
        self._pressed = shares_pressed(units.names, self.lips, laid.points)
        gap, own = self.lips.gaps(laid.points), self.lips.gaps(self._rest)
        self._parted = np.maximum(gap - self._lip_scale * own, 0.0)

    def singles(self) -> _Wanted:
        """Each unit at full strength, its turn of the jaw included."""
        every = np.ones(len(self._rest))
        points = FacePoints(np.repeat(self._laid.vertices[:, None], 3, axis=1),
                            np.full((len(every), 3), 1 / 3), every, every)
        moved = motions(self._reference, points, self._codes, np.asarray(self._units.pose))
        wanted = self._wanted(self._carried(moved), moved)
        return replace(wanted, lips=wanted.lips - self._pressed * self._parted)

    def pairs(self) -> _Wanted:
        """By what two units together differ from their sum, without the jaw."""
        mending = self._units.pair_expression
        if mending is None or not len(self._units.pairs):
            return self._wanted(np.zeros((0, *self._rest.shape)), np.zeros((0, *self._rest.shape)))
        one, other = np.asarray(self._units.pairs).T
        mended = self._fields(np.asarray(mending, np.float64))
        each = self._fields(self._codes)
        single, both = self._carried(each), self._carried(each[one] + each[other] + mended)
        wanted = self._wanted(both - single[one] - single[other], mended)
        twice = self._pressed[one] * self._pressed[other]  # a gap can be closed only once
        return replace(wanted, lips=wanted.lips + twice * self._parted)

    def _wanted(self, carried: Array, fields: Array) -> _Wanted:
        """fields: (N,n,3) m on the reference, which tell the openings."""
        return _Wanted(carried, self.lids.widened(self._rest, fields) / self._shut,
                       self.lids.each_moved(self._rest, fields) / np.tile(self._shut, 2),
                       self._lip_scale * self.lips.widened(self._rest, fields))

    def _fields(self, codes: Array) -> Array:
        return np.asarray(np.einsum("nke,ue->unk", self._basis, codes))

    def _carried(self, fields: Array) -> Array:
        smooth = np.einsum("nij,unj->uni", self._laid.turns, fields)
        return self._transfer(self._rest + fields, smooth)


class _Solving:
    """The carried motions found in the target's expressions, its eyes shut by what shuts eyes."""

    def __init__(self, units: NamedUnits, carrier: _Carrier, target: HeadData,
                 laid: Correspondence) -> None:
        self._units, self._target = units, target
        self._single, self._pair = carrier.singles(), carrier.pairs()
        self._eyes = EyeOpenings(target, carrier.lids, laid.points)
        self._solver = UnitSolver(
            target, _points(laid, target), carrier.lids, carrier.lips, laid.unit)

    def solved(self, source: str) -> SolvedUnits:
        """The units; once more where what was found shuts the eyes too far or not enough."""
        widths = self._eyes.at_rest()
        found = self._singles(widths)
        widths = widths * self._shutting(found)
        found = self._singles(widths)
        pose = np.array(self._units.pose, dtype=np.float64)
        pose[:, _JAW] = found.jaw
        pairs, mending = self._units.pairs[:0], None
        if len(self._pair.motions):
            pairs = self._units.pairs
            mending = self._solver.by_expression(
                self._pair.motions, self._pair.openings(widths)).expression
        carried = NamedUnits(self._units.names, found.expression, pose, pairs, mending)
        return SolvedUnits(carried, found.explained, source, found.error, found.cosine)

    def _singles(self, widths: Array) -> Shown:
        axes = np.abs(self._units.pose[:, _JAW]) > 0
        turning = axes.any(axis=1)
        still, turned = self._single.take(~turning), self._single.take(turning)
        found = [(~turning, self._solver.by_expression(still.motions, still.openings(widths)))]
        if turning.any():
            found.append((turning, self._solver.with_jaw(
                turned.motions, turned.openings(widths), axes[turning])))
        return merged(found)

    def _shutting(self, found: Shown) -> Array:
        """(m,) how many times as far as found each eye's lids must go until nothing shows between.

        Points on the lids' outer edges stay apart where thick lids meet, and are not quite on the
        edges: the eyeball that still shows is the surer guide.
        """
        closing = -self._single.lids
        times: Array = np.ones(closing.shape[1])
        template = np.asarray(self._target.template, np.float64)
        rest = self._eyes.seen(template)
        for eye in np.array_split(np.arange(closing.shape[1]), 2):
            if not len(eye) or rest[eye].sum() <= 0:
                continue
            code = found.expression[closing[:, eye].mean(axis=1).argmax()]
            field = np.asarray(self._target.expression_basis @ code, np.float64)
            left = np.array([self._eyes.seen(template + share * field)[eye].sum()
                             for share in SHUTTING]) / rest[eye].sum()
            times[eye] = SHUTTING[np.flatnonzero(left <= max(STILL_SEEN, left.min()))[0]]
        return times


def _points(laid: Correspondence, target: HeadData) -> FacePoints:
    """Every point of the laid face counts alike in the fit: the open head's mesh is the finest
    where faces are, about the lids and lips."""
    count = len(laid.points)
    areas = corner_areas(laid.points, laid.faces)
    return FacePoints(
        np.asarray(target.triangles, np.int64)[laid.triangles], laid.barycentrics,
        np.full(count, 1 / count), areas / areas.sum())
