# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression space: the basis, and units and visemes as points of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data import JOINT_NAMES, NamedUnits
from .assembly import Head
from .basis import orthogonal_basis
from .correctives import pair_fields
from .expression_samples import activations
from .extension import SkinExtension
from .mesh_tools import Points
from .units import UnitFields, movements, unit_fields
from .visemes import viseme_movements


@dataclass(frozen=True, eq=False)
class ExpressionSpace:
    """All that a head file says about expressions."""

    basis: Points  # (V,3,E) mm per standard deviation
    units: NamedUnits
    visemes: NamedUnits
    residual: dict[str, float]  # mm, the most that a vertex of each field misses in the basis


def expression_space(head: Head, jaw_weight: Points, extend: SkinExtension) -> ExpressionSpace:
    """Units, pairs' correctives and visemes of the head, and the basis that holds them.

    There are more fields than components: what the basis leaves out moves no vertex of a unit or
    viseme by 0.08 mm, and at worst by 0.26 mm in a pair's corrective (a shut lid while the nose
    wrinkles); `residual` has all.
    """
    made = movements(head, jaw_weight, extend)
    units = unit_fields(head, made)
    spoken = unit_fields(head, viseme_movements(head, extend))
    pairs, mended = pair_fields(head, made, extend)
    fields = np.concatenate([units.fields, mended, spoken.fields])
    u, p = len(units.names), len(pairs)
    alone = np.r_[np.ones(u), np.zeros(p), np.ones(len(spoken.names))]
    basis = orthogonal_basis(fields, activations(units.names, pairs, spoken.names), alone)
    labels = [*units.names, *("+".join(pair) for pair in pairs), *spoken.names]
    return ExpressionSpace(
        basis.components, _named(units, basis.coefficients[:u], pairs, basis.coefficients[u:u + p]),
        NamedUnits(spoken.names, _single(basis.coefficients[u + p:]), _joints(spoken.jaw)),
        dict(zip(labels, basis.residual.tolist(), strict=True)))


def _named(
    units: UnitFields, coefficients: Points, pairs: Sequence[tuple[str, str]], mended: Points
) -> NamedUnits:
    """The units, and a blink besides: a closed lid, only brief."""
    names = (*units.names, "AU45L", "AU45R")
    source = [*range(len(units.names)), *(units.names.index(f"AU43{s}") for s in "LR")]
    both = [*pairs, *((a.replace("AU43", "AU45"), b.replace("AU43", "AU45"))
                      for a, b in pairs if "AU43" in a + b)]
    rows = [pairs.index((a.replace("AU45", "AU43"), b.replace("AU45", "AU43"))) for a, b in both]
    numbers = np.array([[names.index(n) for n in pair] for pair in both], np.int32)
    return NamedUnits(names, _single(coefficients[source]), _joints(units.jaw[source]), numbers,
                      _single(mended[rows]))


def _joints(jaw: Points) -> npt.NDArray[np.float32]:
    pose = np.zeros((len(jaw), 5, 3), np.float32)
    pose[:, JOINT_NAMES.index("jaw")] = jaw
    return pose


def _single(values: Points) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)
