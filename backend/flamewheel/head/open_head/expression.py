# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression space: the basis, and units and visemes as points of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data import NamedUnits
from .assembly import Head
from .basis import orthogonal_basis
from .correctives import pair_fields
from .expression_samples import activations
from .extension import SkinExtension
from .mesh_tools import Points
from .units import movements, unit_fields


@dataclass(frozen=True, eq=False)
class ExpressionSpace:
    """All that a head file says about expressions."""

    basis: Points  # (V,3,E) mm per standard deviation
    units: NamedUnits
    visemes: NamedUnits | None
    residual: dict[str, float]  # mm, the most that a vertex of each field misses in the basis


def expression_space(head: Head, jaw_weight: Points, extend: SkinExtension) -> ExpressionSpace:
    """Units, pairs' correctives and visemes of the head, and the basis that holds them."""
    made = movements(head, jaw_weight, extend)
    units = unit_fields(head, made)
    pairs, mended = pair_fields(head, made, extend)
    fields = np.concatenate([units.fields, mended])
    basis = orthogonal_basis(fields, activations(units.names, pairs, ()))
    u = len(units.names)
    names = (*units.names, "AU45L", "AU45R")  # a blink is a closed lid, only brief
    source = [*range(u), units.names.index("AU43L"), units.names.index("AU43R")]
    pose = np.zeros((len(names), 5, 3))
    pose[:, 2] = units.jaw[source]
    named = NamedUnits(
        names, _single(basis.coefficients[source]), _single(pose),
        np.array([[names.index(n) for n in pair] for pair in pairs], np.int32).reshape(-1, 2),
        _single(basis.coefficients[u:]))
    labels = [*units.names, *("+".join(pair) for pair in pairs)]
    return ExpressionSpace(basis.components, named, None,
                           dict(zip(labels, basis.residual.tolist(), strict=True)))


def _single(values: Points) -> npt.NDArray[np.float32]:
    return np.ascontiguousarray(values, np.float32)
