# SPDX-License-Identifier: GPL-3.0-or-later
"""Creases that come with the expression: where on vertices, how strongly in driven properties.

A shader cannot read shape keys.  It can read vertex attributes and its object's properties: three
units share a vector of each, and the sum of their dot products is the strength of the creases.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.head_file import HeadArrays
from ..core.rig_spec import expression_key_name

GROUP = 3  # units to a vector
LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""Names of a driver's variables; a unit's strength is told from so many keys at most."""
STRENGTH_PROPERTY = "flamewheel_creases_"
MASK_ATTRIBUTE = "flamewheel_crease_mask_"
EXPRESSION_LENGTH = 255  # characters that Blender keeps of a driver's expression


def crease_groups(head: HeadArrays) -> int:
    """How many vectors the head's creases take; 0 where it has none."""
    creases = head.surface.creases
    return 0 if creases is None else -(-len(creases.names) // GROUP)


def add_creases(mesh: Any, head: HeadArrays, expression_count: int | None) -> None:
    """Masks as attributes of the mesh, strengths as properties driven by the expression keys."""
    creases = head.surface.creases
    if creases is None:
        return
    masks = np.zeros((len(creases.masks), crease_groups(head) * GROUP), np.float32)
    masks[:, : len(creases.names)] = creases.masks
    for group in range(crease_groups(head)):
        name = f"{MASK_ATTRIBUTE}{group + 1}"
        attribute = mesh.data.attributes.new(name, "FLOAT_VECTOR", "POINT")
        own = masks[:, group * GROUP : (group + 1) * GROUP]
        attribute.data.foreach_set("vector", np.ascontiguousarray(own).ravel())
        mesh[f"{STRENGTH_PROPERTY}{group + 1}"] = [0.0] * GROUP
    for index, weights in enumerate(creases.weights[:, :expression_count]):
        _drive(mesh, index, weights)


def _drive(mesh: Any, index: int, weights: Any) -> None:
    """Unit `index`: the clipped sum of its heaviest keys' values times their weights."""
    heaviest = np.argsort(-np.abs(weights), kind="stable")[: len(LETTERS)]
    heaviest = heaviest[np.abs(weights[heaviest]) > 0]
    terms = [f"{weights[key]:+.3f}*{letter}"
             for key, letter in zip(heaviest, LETTERS, strict=False)]
    while len("".join(terms)) + len("max(min(,1),0)") > EXPRESSION_LENGTH:
        terms.pop()  # the lightest
    if not terms:
        return
    group, part = divmod(index, GROUP)
    curve = mesh.driver_add(f'["{STRENGTH_PROPERTY}{group + 1}"]', part)
    for modifier in list(curve.modifiers):  # Blender adds one where it has nothing to go by
        curve.modifiers.remove(modifier)
    for key, letter in zip(heaviest[: len(terms)], LETTERS, strict=False):
        variable = curve.driver.variables.new()
        variable.name, variable.type = letter, "SINGLE_PROP"
        target = variable.targets[0]
        target.id_type, target.id = "KEY", mesh.data.shape_keys
        target.data_path = f'key_blocks["{expression_key_name(int(key))}"].value'
    curve.driver.type = "SCRIPTED"
    curve.driver.expression = f"max(min({''.join(terms)},1),0)"
