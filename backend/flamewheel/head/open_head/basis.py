# SPDX-License-Identifier: GPL-3.0-or-later
"""The orthogonal expression basis in FLAME's sense, and what each field is in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mesh_tools import Points

COMPONENTS = 100
"""As many as FLAME has, so that code made for FLAME works alike."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Orthogonal components, by falling variance."""

    components: Points  # (V,3,E) mm per standard deviation
    coefficients: Points  # (D,E) of each field
    residual: Points  # (D,) mm, the most that a vertex of a field misses in it


LARGEST = 7.0
"""No coefficient of a field that counts as alone is larger: rigs' sliders end at ten, and a unit
may be shown at 1.4 of full strength."""


def orthogonal_basis(
    fields: Points, activations: Points, alone: Points, count: int = COMPONENTS
) -> Basis:
    """The first `count` principal components of sampled faces.

    fields: (D,V,3) mm.  activations: (N,D) how strongly each of N faces shows each field.
    alone: (D,) 1 where a field may be shown without the others.  To the faces' second moment comes
    1/LARGEST² for each of these, as if it were seen alone so often: with E[a aᵀ] at least that
    much, no coefficient of its is beyond LARGEST.

    Over the samples the coefficients have unit second moment about neutral and no correlation:
    with E[a aᵀ] = L Lᵀ and fields F the basis is the left side, scaled, of the singular value
    decomposition F L = U S Vᵀ.  A field's coefficients are its projection; what lies outside the
    first components is its residual.
    """
    moment = activations.T @ activations / len(activations) + np.diag(alone) / LARGEST**2
    values, vectors = np.linalg.eigh(moment)
    factor = vectors * np.sqrt(values.clip(0))
    flat = fields.reshape(len(fields), -1)
    gram = flat @ flat.T
    variance, turn = np.linalg.eigh(factor.T @ gram @ factor)
    order = np.argsort(-variance)[:count]
    order = order[variance[order] > 1e-9 * variance.max()]
    mixing = factor @ turn[:, order]  # (D,E): components as sums of fields
    coefficients = gram @ mixing / variance[order]
    strongest = np.abs(coefficients).argmax(0)
    sign = np.sign(coefficients[strongest, np.arange(len(order))])
    mixing, coefficients = mixing * sign, coefficients * sign
    components = flat.T @ mixing
    missed = (flat - coefficients @ components.T).reshape(fields.shape)
    return Basis(components.reshape(*fields.shape[1:], -1), coefficients,
                 np.linalg.norm(missed, axis=2).max(1))
