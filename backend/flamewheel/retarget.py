# SPDX-License-Identifier: GPL-3.0-or-later
"""Expression retargeting (VN3DFace, section 4): the *source* gives expression and pose, the
*target* identity.  (The paper's section 4 swaps the two words once.)

On one head the coefficients are simply exchanged.  Between heads, whose coefficients mean
different things, the expression crosses as action units: how strongly each unit of the source head
is shown, and the target head's units at the same strengths.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .errors import HeadError, UsageError
from .head.data import JOINT_NAMES, HeadData, NamedUnits
from .head.unit_strengths import measure_units
from .parameters import ExpressionCode, FaceParameters, Identity

Array = npt.NDArray[np.float64]

FAINT = 0.02  # strengths below are not named in the notes
POOR = 0.7  # share of the motion below which a person should look at the result

_JAW = JOINT_NAMES.index("jaw")


def retarget(
    source: FaceParameters,
    target: FaceParameters | None,
    source_head: HeadData,
    target_head: HeadData,
    units_source: NamedUnits | None = None,
    units_target: NamedUnits | None = None,
) -> FaceParameters:
    """The expression and pose of `source` on the identity of `target`, for `target_head`.

    Without `target` the identity is the source's on the same head, and the head's mean face on
    another.  The units are needed only between two heads with spaces of their own; versions of one
    head share theirs.  Notes say how much of the motion
    crossed.  Raises UsageError `other-head` where parameters are of another head than said, and
    HeadError `no-units`.
    """
    _check(source, source_head, "source")
    if target is not None:
        _check(target, target_head, "target")
    if _same(source_head, target_head) or _one_space(source_head, target_head):
        identity = source.identity if target is None else target.identity
        return replace(source, head=target_head.name, identity=identity, error=None)
    if units_source is None or units_target is None:
        without = source_head if units_source is None else target_head
        raise HeadError("no-units", f"The action units of the head {without.name} are not known.",
                        "An expression crosses between heads by its action units.")
    names, at_source, at_target = _shared(units_source, units_target)
    units = _take(units_source, at_source, names)
    strengths, share = unit_strengths(source.code, source_head, units)
    code = _rebuilt(source.code, strengths, units, _take(units_target, at_target, names))
    identity = Identity(np.zeros(target_head.identity_count)) if target is None else target.identity
    notes = (*source.notes, *_notes(source_head, target_head, names, strengths, share))
    if target is None:
        notes += (f"An identity does not cross between heads: this is the mean face of "
                  f"{target_head.name}.",)
    return replace(source, head=target_head.name, identity=identity, code=code, camera=None,
                   error=None, notes=notes)


def unit_strengths(code: ExpressionCode, head: HeadData, units: NamedUnits) -> tuple[Array, float]:
    """(U,) how strongly `code` shows each unit of its head, 0..STRONGEST_UNIT, and the share of
    its motion (0..1) that these strengths show again: `measure_units` of one face.
    """
    measured = measure_units(head, units, [code])
    return measured.strengths[0], float(measured.shares[0])


def _rebuilt(
    code: ExpressionCode, strengths: Array, here: NamedUnits, there: NamedUnits
) -> ExpressionCode:
    """The units at these strengths on the other head; the jaw's turn that is in no unit stays."""
    left_over = code.jaw - strengths @ here.pose[:, _JAW]
    return replace(
        code, expression=there.codes(strengths),
        jaw=strengths @ there.pose[:, _JAW] + left_over)


def _shared(
    one: NamedUnits, other: NamedUnits
) -> tuple[tuple[str, ...], list[int], list[int]]:
    """Units that both heads have, and where each head has them."""
    names = tuple(name for name in one.names if name in other.names)
    return names, [one.names.index(n) for n in names], [other.names.index(n) for n in names]


def _take(units: NamedUnits, rows: list[int], names: tuple[str, ...]) -> NamedUnits:
    """Some of the units, in the order of `rows`, with the pairs whose two units are among them."""
    place = np.full(len(units.names), -1, dtype=np.int32)
    place[rows] = np.arange(len(rows))
    pairs = place[units.pairs].reshape(-1, 2)
    whole = (pairs >= 0).all(axis=1)
    return NamedUnits(names, units.expression[rows], units.pose[rows], pairs[whole],
                      _pairs_of(units)[whole])


def _pairs_of(units: NamedUnits) -> Array:
    """(P,E) the pairs' correctives; no rows where there are none."""
    if units.pair_expression is None:
        return np.zeros((0, units.expression.shape[1]))
    return np.asarray(units.pair_expression, dtype=np.float64)


def _notes(
    here: HeadData, there: HeadData, names: tuple[str, ...], strengths: Array, share: float
) -> tuple[str, ...]:
    order = np.argsort(-strengths, kind="stable")[:8]
    shown = ", ".join(f"{names[at]} {strengths[at]:.2f}" for at in order if strengths[at] > FAINT)
    crossed = (f"From {here.name} to {there.name} by action units: {shown or 'none'}; they hold "
               f"{100 * share:.0f} % of the expression's motion.")
    if share < POOR:
        return crossed, "Much of this expression has no action unit: look at the result."
    return (crossed,)


def _same(one: HeadData, other: HeadData) -> bool:
    if one.checksum and other.checksum:
        return one.checksum == other.checksum
    return one.name == other.name


def _one_space(one: HeadData, other: HeadData) -> bool:
    """Whether the same numbers mean the same on both, as on the open head and its light version."""
    mine, its = one.units, other.units
    if mine is None or its is None or one.identity_count != other.identity_count:
        return False
    return mine.names == its.names and np.array_equal(mine.expression, its.expression)


def _check(face: FaceParameters, head: HeadData, role: str) -> None:
    if face.head != head.name:
        raise UsageError(
            "other-head", f"The {role} parameters belong to the head {face.head}, not to "
            f"{head.name}.", "Give parameters of that head, or encode the photo anew for it.")
