# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's painted skin: pictures are packed, creases follow the expression keys."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from simple_rig import empty_file

from blender_addon.core.head_file import open_head_path, read_head
from blender_addon.scene.creases import (
    EXPRESSION_LENGTH,
    GROUP,
    MASK_ATTRIBUTE,
    STRENGTH_PROPERTY,
    crease_groups,
)
from blender_addon.scene.head import import_head


@pytest.fixture(scope="module")
def head() -> Any:
    return read_head(open_head_path())


@pytest.fixture
def mesh(head: Any) -> Any:
    empty_file()
    return import_head(head, name="Open", source="open", identity_count=0)


def pose_units(mesh: Any, **strengths: float) -> None:
    with np.load(open_head_path()) as file:
        names = [str(name) for name in file["units_names"]]
        code = sum(value * file["units_expression"][names.index(name)]
                   for name, value in strengths.items())
    for key in mesh.data.shape_keys.key_blocks:
        if key.name.startswith("Exp"):
            key.value = float(code[int(key.name[3:]) - 1])
    bpy.context.view_layer.update()


def strength(mesh: Any, head: Any, unit: str) -> float:
    group, part = divmod(head.surface.creases.names.index(unit), GROUP)
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    return float(evaluated[f"{STRENGTH_PROPERTY}{group + 1}"][part])


def test_pictures_are_packed_into_the_file(mesh: Any) -> None:
    images = {image.name: image for image in bpy.data.images}
    assert {"Open Skin Colour", "Open Skin Relief", "Open Skin Creases"} <= set(images)
    for image in images.values():
        assert image.packed_file is not None and min(image.size) >= 256
    assert images["Open Skin Relief"].colorspace_settings.name == "Non-Color"
    assert images["Open Skin Colour"].alpha_mode == "CHANNEL_PACKED"


def test_creases_follow_the_expression(mesh: Any, head: Any) -> None:
    assert all(abs(strength(mesh, head, name)) < 1e-6 for name in head.surface.creases.names)
    pose_units(mesh, AU4L=1.0)
    assert strength(mesh, head, "AU4L") > 0.7
    assert strength(mesh, head, "AU4R") < 0.3 and strength(mesh, head, "AU12L") < 0.3
    pose_units(mesh, AU1L=0.5, AU1R=0.5)
    assert 0.3 < strength(mesh, head, "AU1L") < 0.7
    assert strength(mesh, head, "AU1L") == pytest.approx(strength(mesh, head, "AU1R"), abs=0.1)


def test_drivers_are_simple_enough_to_run_without_python(mesh: Any) -> None:
    drivers = [curve.driver for curve in mesh.animation_data.drivers]
    assert drivers and all(driver.is_simple_expression for driver in drivers)
    assert all(len(driver.expression) <= EXPRESSION_LENGTH for driver in drivers)


def test_masks_say_where_a_unit_draws(mesh: Any, head: Any) -> None:
    index = head.surface.creases.names.index("AU4L")
    group, part = divmod(index, GROUP)
    assert crease_groups(head) > group
    mask = np.empty(3 * len(mesh.data.vertices), np.float32)
    mesh.data.attributes[f"{MASK_ATTRIBUTE}{group + 1}"].data.foreach_get("vector", mask)
    drawn = mask.reshape(-1, 3)[:, part] > 0.5
    x = head.v_template[drawn, 0]
    assert 5 < drawn.sum() < 400 and x.mean() > 0.003  # between the brows, the head's left


def test_a_failed_import_leaves_no_picture_behind(head: Any, monkeypatch: Any) -> None:
    from blender_addon.scene import head as module

    empty_file()
    monkeypatch.setattr(module, "assign_materials", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        import_head(head, name="Open", source="open", identity_count=0)
    assert not bpy.data.images and not bpy.data.meshes and not bpy.data.materials
