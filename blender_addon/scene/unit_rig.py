# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit sliders on a head's rig: made and taken away.  No handler, no Python in drivers.

What a saved file holds plays in any Blender since 4.2 without this extension: sliders are custom
properties with F-curves, all between them and the shape keys are simple driver expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core.errors import SceneError
from ..core.head_units import HeadUnits
from ..core.rig_spec import KEY_LIMIT, expression_key_name, shape_key_path
from ..core.unit_drivers import (
    LINK,
    STRENGTHS,
    SUMS,
    Block,
    Driver,
    Variable,
    base_name,
    base_variable,
    jaw_drivers,
    key_blocks,
    key_total,
    part_variables,
    slider_path,
    strength_drivers,
)
from ..core.unit_names import linked_left, unit_label
from .find import HeadInScene
from .unit_channels import (
    JAW_ANGLES,
    JAW_CONSTRAINT,
    UNIT_ARRAY_PREFIX,
    UNIT_ARRAYS,
    UNIT_NAMES,
    base_channels,
    keep_units,
    tell_blender,
    unit_names,
    units_of,
)
from .unit_curves import add_sliders_to_keys, drop_curves, move_paths

STRONGEST = 1.5
"""Upper limit of a slider, as `head.unit_strengths.STRONGEST_UNIT`; 1 is the unit in full."""


def add_units(head: HeadInScene, units: HeadUnits) -> tuple[str, ...]:
    """Sliders for `units` on the rig; the face, its values and its keys stay as they are.

    Returns the sliders' names.  Raises SceneError `units-there`, `no-expression-keys`,
    `name-taken`; where something fails the rig is as it was.
    """
    check_addable(head)
    mesh, armature = head.mesh, head.armature
    taken = [name for name in (*units.names, LINK) if name in armature]
    if taken:
        raise SceneError("name-taken", f"{armature.name!r} has a property {taken[0]!r} already.",
                         "Rename or remove it: the sliders are called so.")
    units = units.cut(head.expression_count)
    try:
        _build(mesh, armature, units)
    except BaseException:
        _take_apart(mesh, armature)
        raise
    return units.names


def check_addable(head: HeadInScene) -> None:
    """Raises SceneError `units-there` or `no-expression-keys`: before anything is asked."""
    mesh = head.mesh
    if unit_names(mesh):
        raise SceneError("units-there", f"{mesh.name!r} has unit sliders already.",
                         "Remove them first to make them anew.")
    if head.expression_count == 0:
        raise SceneError("no-expression-keys", f"{mesh.name!r} has no expression keys to drive.",
                         "Import the head with expression keys.")


def remove_units(head: HeadInScene, *, keep: bool) -> None:
    """Take the sliders away, and give keys and values back to the `Exp*` keys.

    keep: what the sliders show goes into keys and values, so that nothing visible changes;
    otherwise the face is as it was without them.  Raises SceneError `no-units`.
    """
    mesh, armature = head.mesh, head.armature
    units = units_of(mesh)
    if units is None:
        raise SceneError("no-units", f"{mesh.name!r} has no unit sliders.", "Add them first.")
    if keep:
        add_sliders_to_keys(mesh, armature, units)
    _take_apart(mesh, armature)


def _build(mesh: Any, armature: Any, units: HeadUnits) -> None:
    keys = mesh.data.shape_keys
    keep_units(mesh, units)
    # first in the list of properties: a driver finds them soonest
    keys[STRENGTHS] = [0.0] * len(units.names)
    count = units.expression.shape[1]
    blocks = key_blocks(units, _sizes(mesh, count))
    if len(blocks) > 1:
        keys[SUMS] = [0.0] * (count * (len(blocks) - 1))
    _add_sliders(armature, units.names)
    _add_bases(keys, count)
    angles = _add_jaw_constraint(armature)
    move_paths(keys, base_channels(mesh))
    tell_blender(mesh, armature)  # a driver that finds its sources missing stays invalid
    for driver in (*strength_drivers(units, linked_left(units.names)),
                   *jaw_drivers(units, angles)):
        _drive(driver, keys, armature)
    _drive_keys(keys, blocks)
    tell_blender(mesh, armature)


def _sizes(mesh: Any, count: int) -> Any:
    """(count,) m: the farthest that one standard deviation of each expression key moves a vertex"""
    keys = mesh.data.shape_keys
    buffer = np.empty(3 * len(mesh.data.vertices), np.float32)
    sizes = np.empty(count)
    keys.reference_key.points.foreach_get("co", buffer)
    rest = buffer.reshape(-1, 3).copy()
    for at in range(count):
        keys.key_blocks[expression_key_name(at)].points.foreach_get("co", buffer)
        sizes[at] = np.sqrt(((buffer.reshape(-1, 3) - rest) ** 2).sum(axis=1).max())
    return sizes


def _add_sliders(armature: Any, names: tuple[str, ...]) -> None:
    for name in names:
        armature[name] = 0.0
        armature.id_properties_ui(name).update(
            min=0.0, max=STRONGEST, soft_min=0.0, soft_max=1.0, default=0.0, step=5, precision=2,
            description=f"{unit_label(name)} (the face's own side): 1 is the unit in full")
        armature.property_overridable_library_set(slider_path(name), True)
    armature[LINK] = False
    armature.id_properties_ui(LINK).update(
        default=False, description="The left slider of each unit moves both sides")
    armature.property_overridable_library_set(slider_path(LINK), True)


def _add_bases(keys: Any, count: int) -> None:
    for at in range(count):
        name = base_name(at)
        keys[name] = float(keys.key_blocks[expression_key_name(at)].value)
        keys.id_properties_ui(name).update(
            min=-KEY_LIMIT, max=KEY_LIMIT, soft_min=-KEY_LIMIT, soft_max=KEY_LIMIT, default=0.0,
            description=f"{name} without the action units, standard deviations")
        keys.property_overridable_library_set(slider_path(name), True)


def _add_jaw_constraint(armature: Any) -> list[str]:
    """The constraint that turns the jaw by angles that are driven; their data paths.

    A Transformation constraint whose source has no range gives its `to_min`, whatever its target
    does.  It stands before the pivot, which must see the whole turn.
    """
    bone = armature.pose.bones["jaw"]
    constraint = bone.constraints.new("TRANSFORM")
    constraint.name = JAW_CONSTRAINT
    constraint.target, constraint.subtarget = armature, "root"
    constraint.owner_space = constraint.target_space = "LOCAL"
    constraint.map_from, constraint.map_to = "LOCATION", "ROTATION"
    constraint.mix_mode_rot = "ADD"
    for axis in "xyz":
        setattr(constraint, f"map_to_{axis}_from", axis.upper())
    bone.constraints.move(len(bone.constraints) - 1, 0)
    return [_jaw_path(angle) for angle in JAW_ANGLES]


def _jaw_path(angle: str) -> str:
    return f'pose.bones["jaw"].constraints["{JAW_CONSTRAINT}"].{angle}'


def _drive(driver: Driver, keys: Any, armature: Any) -> Any:
    owner = keys if driver.owner == "keys" else armature
    at = () if driver.index is None else (driver.index,)
    curve = owner.driver_add(driver.path, *at)
    for modifier in list(curve.modifiers):  # Blender adds one where it has nothing to go by
        curve.modifiers.remove(modifier)
    for source in driver.variables:
        _name_source(curve, source, keys if source.owner == "keys" else armature)
    curve.driver.type = "SCRIPTED"
    curve.driver.expression = driver.expression
    return curve


def _name_source(curve: Any, source: Variable, owner: Any) -> None:
    variable = curve.driver.variables.new()
    variable.name, variable.type = source.name, "SINGLE_PROP"
    target = variable.targets[0]
    target.id_type = "KEY" if source.owner == "keys" else "OBJECT"
    target.id = owner
    target.data_path = source.path


def _drive_keys(keys: Any, blocks: Sequence[Block]) -> None:
    """Blocks into SUMS, and the last one with base and parts into the keys' own values.

    All keys read the same units, so that one driver of each block is made and the others are its
    copies: ten thousand variables take Blender some seconds one by one.
    """
    drivers: Any = keys.animation_data.drivers
    parts = len(blocks) - 1
    for place, block in enumerate(blocks):
        model: Any = None
        for key, expression in enumerate(block.expressions):
            path = (slider_path(SUMS) if place < parts
                    else shape_key_path(expression_key_name(key)))
            index = key * parts + place if place < parts else 0
            if model is None:
                at = index if place < parts else None
                model = curve = _drive(
                    Driver("keys", path, at, "0", block.variables), keys, None)
            else:
                curve = drivers.from_existing(src_driver=model)
                curve.data_path, curve.array_index = path, index
            if place == parts:
                _end_sum(curve, keys, key, parts, expression)
            else:
                curve.driver.expression = expression or "0"


def _end_sum(curve: Any, keys: Any, key: int, parts: int, expression: str) -> None:
    base, sums = base_variable(key), part_variables(key * parts, parts)
    known = {variable.name: variable for variable in curve.driver.variables}
    for source in (base, *sums):
        if source.name in known:
            known[source.name].targets[0].data_path = source.path
        else:
            _name_source(curve, source, keys)
    curve.driver.expression = key_total(expression, base, sums)


def _take_apart(mesh: Any, armature: Any) -> None:
    """Everything that `_build` makes, as far as it is there; bases become values again."""
    keys = mesh.data.shape_keys
    bases = base_channels(mesh)
    arrays = {slider_path(name) for name in (STRENGTHS, SUMS)}
    _remove_drivers(keys, arrays | set(bases))
    _remove_drivers(armature, {_jaw_path(angle) for angle in JAW_ANGLES})
    jaw = armature.pose.bones["jaw"].constraints
    if JAW_CONSTRAINT in jaw:
        jaw.remove(jaw[JAW_CONSTRAINT])
    move_paths(keys, {base: path for path, base in bases.items()})
    names = (*str(mesh.data.get(UNIT_NAMES, "")).split(","), LINK)
    drop_curves(armature, {slider_path(name) for name in names})
    for at in range(len(bases)):
        if base_name(at) in keys:
            keys.key_blocks[expression_key_name(at)].value = keys[base_name(at)]
    _forget(keys, (STRENGTHS, SUMS, *map(base_name, range(len(bases)))))
    _forget(armature, names)
    _forget(mesh.data, (UNIT_NAMES, *(UNIT_ARRAY_PREFIX + part for part in UNIT_ARRAYS)))
    tell_blender(mesh, armature)


def _remove_drivers(owner: Any, paths: set[str]) -> None:
    if owner.animation_data is None:
        return
    drivers = owner.animation_data.drivers
    for curve in [curve for curve in drivers if curve.data_path in paths]:
        drivers.remove(curve)


def _forget(owner: Any, names: tuple[str, ...]) -> None:
    for name in names:
        if name in owner:
            del owner[name]


