# SPDX-License-Identifier: GPL-3.0-or-later
"""Identity: a hundred orthogonal components of measured variation, and named directions in them.

Traits are smooth warps of space (identity_traits, identity_fields), so nothing inside comes
through the skin; eyeballs, lids, lips and teeth keep what they must (identity_rigid).  How traits
vary together is a judged guess until published measures correct it: of all distributions that
give the measures their published covariance, the one nearest to the guess.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assembly import Head
from .identity_fields import lean_fields, residual_fields, trait_fields
from .identity_measures import Measuring, measure_covariance, measure_table
from .identity_rigid import Constraints
from .identity_traits import FACTOR_SPREAD, FACTORS, LOADINGS
from .mesh_tools import Points

# Named axes that are a sum of traits, each in its own spreads; judged on renders.
_MIXED: dict[str, dict[str, float]] = {
    "head width": {"head width": 1, "face width": .8, "temples": .4},
    "head length": {"head length": 1, "occiput": .4},
    "skull height": {"crown height": 1},
    "face width": {"face width": 1, "cheekbones": .5, "jaw width": .4},
    "face length": {"face height": 1, "midface height": 1, "chin height": .6, "nose length": .3},
    "forehead slope": {"forehead slope": 1}, "forehead width": {"forehead width": 1, "temples": .5},
    "brow ridge": {"brow ridge": 1, "glabella": .7}, "brow height": {"brow height": 1},
    "brow slant": {"brow tilt": 1},
    "eye size": {"eye length": 1, "eye opening": 1.2, "lid hood": -.6},
    "eye slant": {"eye slant": 1}, "eye distance": {"eyes apart": 1, "inner corners": -.5},
    "eye depth": {"eyes deep": 1}, "lid hood": {"lid hood": 1.2}, "eye bags": {"eye bags": 1},
    "nose size": {"nose length": .7, "nose forward": .9, "nose width": .6, "nose tip size": .7},
    "nose length": {"nose length": 1}, "nose width": {"nose width": 1, "nose tip breadth": .5},
    "nose bridge": {"nose bridge": 1, "nose root": .7, "nose hump": .4},
    "nose tip": {"nose tip turned up": 1.2},
    "cheekbones": {"cheekbones": .8, "cheekbones forward": 1, "cheek height": .4},
    "cheeks": {"cheek fullness": 1, "cheek hollow": -.7},
    "mouth width": {"mouth width": 1},
    "lips": {"upper lip": 1, "lower lip": 1, "lip fullness": 1},
    "mouth corners": {"lip corners": 1},
    "jaw": {"jaw width": 1, "jaw angle": .8},
    "chin": {"chin forward": .9, "chin height": .7, "chin boss": .5},
    "chin width": {"chin width": 1},
    "ears": {"ear length": 1, "ear breadth": .7, "ear stand-off": .7},
    "neck": {"neck": 1},
}


@dataclass(frozen=True, eq=False)
class IdentitySpace:
    """What identity adds to the template."""

    basis: Points  # (V,3,100) mm per standard deviation, orthogonal, ordered by variance
    axis_names: tuple[str, ...]
    axes: Points  # (A,100) of one standard deviation along each


def identity_space(head: Head) -> IdentitySpace:
    """Components and named axes; exactly mirror-symmetric or antisymmetric, deterministic."""
    names, fields = _sources(head)
    table, measuring = measure_table(), Measuring(head)
    slopes = measuring.slopes(fields, table.names)
    prior, directions = _prior(names)
    covariance = _with_measures(prior, slopes, measure_covariance(table))
    factors = [_toward(prior, slopes, direction, effect)
               for direction, effect in zip(directions, table.effects, strict=True)]
    flat = np.stack([field.ravel() for field in fields], 1)
    root = np.linalg.cholesky(covariance)
    values, vectors = np.linalg.eigh(root.T @ (flat.T @ flat) @ root)
    vectors = vectors[:, np.argsort(-values)]
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(0), np.arange(len(names))])
    spread = np.sqrt(np.diag(covariance))
    mixed = [_mixture(names, spread, mix) for mix in _MIXED.values()]
    axes = np.linalg.solve(root, np.stack([*factors, *mixed], 1)).T @ vectors
    basis = (flat @ (root @ vectors)).reshape(*head.points.shape, -1)
    return IdentitySpace(basis, (*FACTORS, *_MIXED), axes)


def _sources(head: Head) -> tuple[list[str], list[Points]]:
    """Traits, residual modes and leans, within what may not bend."""
    constrain = Constraints(head)
    traits = {name: constrain(field) for name, field in trait_fields(head).items()}
    named = np.stack([field.ravel() for field in traits.values()], 1)
    rest = [constrain(field) for field in residual_fields(head, named)]
    leans = {name: constrain(field) for name, field in lean_fields(head).items()}
    names = [*traits, *(f"residual {k + 1}" for k in range(len(rest))), *leans]
    return names, [*traits.values(), *rest, *leans.values()]


def _prior(names: list[str]) -> tuple[Points, list[Points]]:
    """Judged covariance of the sources, each in its own spreads, and the factors' directions."""
    loads = np.array([LOADINGS.get(name, (0, 0, 0, 0)) for name in names], float)
    shared = loads * np.array(FACTOR_SPREAD)
    own = np.clip(1 - (shared**2).sum(1), 0.2, None)
    return np.diag(own) + shared @ shared.T, list(loads.T)


def _with_measures(prior: Points, slopes: Points, wanted: Points) -> Points:
    """The Gaussian nearest to `prior` (least divergence) whose measures vary as `wanted`."""
    across = prior @ slopes.T
    gain = np.linalg.solve(slopes @ across, across.T).T
    change = gain @ (wanted - slopes @ across) @ gain.T
    return np.asarray((prior + change + (prior + change).T) / 2)


def _toward(prior: Points, slopes: Points, direction: Points, effect: Points) -> Points:
    """A factor's direction with the published effects on the measures, where they are known."""
    known = ~np.isnan(effect)
    used = slopes[known]
    across = prior @ used.T
    missing = effect[known] - used @ direction
    return np.asarray(direction + across @ np.linalg.solve(used @ across, missing))


def _mixture(names: list[str], spread: Points, mix: dict[str, float]) -> Points:
    """A sum of traits, each as large as it came to vary."""
    made = np.zeros(len(names))
    for name, share in mix.items():
        made[names.index(name)] = share * spread[names.index(name)]
    return made
