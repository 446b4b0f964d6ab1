# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders of the open head are subdivided; the viewport, where the rig's numbers hold, is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from scene_tools import head_mesh, registered_addon
from simple_rig import empty_file

from blender_addon.core.head_file import open_head_path, read_head
from blender_addon.scene.head import import_head
from blender_addon.scene.mesh_bake import MODIFIER_NAME, bake_mesh


@pytest.fixture(scope="module", autouse=True)
def addon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with registered_addon(tmp_path_factory.mktemp("user")):
        yield


@pytest.fixture(autouse=True)
def fresh(addon: None) -> None:
    empty_file()


def seen(mesh: Any) -> np.ndarray:
    """(n,3) vertices in the viewport."""
    evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    points = np.empty(3 * len(evaluated.vertices), np.float32)
    evaluated.vertices.foreach_get("co", points)
    return points.reshape(-1, 3)


def test_the_open_head_s_renders_are_smooth_and_its_viewport_is_exact() -> None:
    assert bpy.ops.flamewheel.import_head(identity_count=2, expression_count=2) == {"FINISHED"}
    mesh = head_mesh()
    assert [one.type for one in mesh.modifiers] == ["ARMATURE", "SUBSURF"]
    smooth = mesh.modifiers[-1]
    assert (smooth.levels, smooth.render_levels) == (0, 1)
    arrays = read_head(open_head_path())
    plain = import_head(arrays, name="Plain", source="open", identity_count=2, expression_count=2)
    for head in (mesh, plain):
        head.data.shape_keys.key_blocks["Exp1"].value = 1.0
        head.parent.pose.bones["jaw"].rotation_euler.x = 0.2
    np.testing.assert_array_equal(seen(mesh), seen(plain))


def test_subdivision_keeps_every_vertex_near_and_adds_no_spikes() -> None:
    arrays = read_head(open_head_path())
    mesh = import_head(arrays, name="Open", source="open", identity_count=0, expression_count=0,
                       render_subdivision=1)
    before = seen(mesh)
    mesh.modifiers[-1].levels = 1
    after = seen(mesh)
    assert len(after) > 4 * len(before) * 0.8
    skin = arrays.masks["skin"]
    moved = np.linalg.norm(after[skin] - before[skin], axis=1)  # m; the old vertices come first
    assert moved.max() < 4e-3 and np.median(moved) < 3e-4
    low, high = before.min(0) - 1e-3, before.max(0) + 1e-3
    assert ((after > low) & (after < high)).all()


def test_a_head_that_is_not_ours_is_rendered_as_it_is() -> None:
    mesh = import_head(read_head(open_head_path()), name="Other", source="other.npz",
                       identity_count=0, expression_count=0)
    assert [one.type for one in mesh.modifiers] == ["ARMATURE"]


def test_a_baked_performance_comes_before_the_smoothing(tmp_path: Path) -> None:
    mesh = import_head(read_head(open_head_path()), name="Open", source="open", identity_count=0,
                       expression_count=0, render_subdivision=1)
    bake_mesh(mesh, seen(mesh)[None], tmp_path / "a.pc2", start_frame=1)
    assert [one.type for one in mesh.modifiers] == ["ARMATURE", "MESH_CACHE", "SUBSURF"]
    assert mesh.modifiers[MODIFIER_NAME] == mesh.modifiers[1]


def test_the_light_head_is_imported_by_its_name() -> None:
    if not light_is_there():
        pytest.skip("the light head's file is not built: flamewheel head build-open --light")
    assert bpy.ops.flamewheel.import_head(
        embedded="open-light", identity_count=2, expression_count=2) == {"FINISHED"}
    mesh = head_mesh()
    assert mesh.name == "Light Open Head" and len(mesh.data.vertices) < 2600
    assert [one.type for one in mesh.modifiers] == ["ARMATURE"]


def light_is_there() -> bool:
    from blender_addon.core.errors import HeadError

    try:
        return open_head_path("open-light").is_file()
    except HeadError:
        return False
