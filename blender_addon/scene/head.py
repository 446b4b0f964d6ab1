# SPDX-License-Identifier: GPL-3.0-or-later
"""A head file's arrays -> a rig: mesh, shape keys, bones, weights, UVs, materials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import bpy
import numpy as np

from ..core.coordinates import to_blender
from ..core.errors import UsageError
from ..core.head_file import HeadArrays
from .armature import add_pivots, bind, make_armature
from .creases import add_creases
from .materials import assign_materials
from .names import (
    CHECKSUM_PROPERTY,
    HEAD_PROPERTY,
    JOINT_SLOPE,
    JOINT_TEMPLATE,
)
from .shape_keys import add_expression_keys, add_identity_keys, add_pose_keys

MASK_PREFIX = "mask_"
"""Vertex groups of parts: a bare "neck" would be the bone's."""


def import_head(
    head: HeadArrays,
    *,
    name: str,
    source: str,
    identity_count: int = 100,
    expression_count: int | None = None,
    fold_identity: Sequence[float] | None = None,
    render_subdivision: int = 0,
    collection: Any = None,
) -> Any:
    """Build the rig of `head` in `collection` and return its mesh object.

    `source` (an embedded head's name or a path) is how the backend finds the head again.
    `identity_count` and `expression_count` say how many components become keys, at most;
    `fold_identity` gives an identity that becomes the basis, with no identity keys (playback is
    faster).
    Renders show it subdivided `render_subdivision` times, smooth to the outline; the viewport never
    does, so that there each vertex stands exactly where the head's formula puts it.
    Where something fails nothing is left behind.
    """
    if identity_count < 0 or (expression_count is not None and expression_count < 0):
        raise UsageError("bad-count", "A head cannot have fewer than no keys.",
                         "Give counts of 0 or more.")
    collection = collection or bpy.context.collection
    before = {kind: set(_blocks(kind)) for kind in _KINDS}
    try:
        mesh = _build(head, name, source, identity_count, expression_count, fold_identity,
                      collection)
        if render_subdivision:
            _subdivide_renders(mesh, render_subdivision)
        return mesh
    except BaseException:
        for kind in _KINDS:
            for block in set(_blocks(kind)) - before[kind]:
                getattr(bpy.data, kind).remove(block)
        raise


_KINDS = ("objects", "meshes", "armatures", "materials", "images")


def _blocks(kind: str) -> Any:
    return getattr(bpy.data, kind)


def _build(
    head: HeadArrays,
    name: str,
    source: str,
    identity_count: int,
    expression_count: int | None,
    fold_identity: Sequence[float] | None,
    collection: Any,
) -> Any:
    basis, shapes = _basis(head, identity_count, fold_identity)
    joints = head.J_regressor.astype(np.float64) @ basis
    slope = np.einsum("jv,vck->jck", head.J_regressor.astype(np.float64), shapes)
    armature = make_armature(f"{name} Rig", joints, head.parents, collection)
    mesh: Any = bpy.data.objects.new(name, _make_mesh(name, head, basis))
    collection.objects.link(mesh)
    mesh.shape_key_add(name="Basis", from_mix=False)
    add_identity_keys(mesh, basis, shapes)
    add_expression_keys(mesh, basis, head.expressiondirs[..., :expression_count])
    add_pose_keys(mesh, basis, head.posedirs, armature)
    mesh.active_shape_key_index = 0
    bind(mesh, armature, head.weights)
    _add_mask_groups(mesh, head)
    add_creases(mesh, head, expression_count)
    assign_materials(mesh, head)
    mesh[HEAD_PROPERTY] = source
    mesh[CHECKSUM_PROPERTY] = head.checksum
    mesh.data[JOINT_TEMPLATE] = joints.ravel().tolist()
    if shapes.shape[-1]:
        add_pivots(armature)
        mesh.data[JOINT_SLOPE] = slope.ravel().tolist()
    context: Any = bpy.context
    context.view_layer.update()
    return mesh


def _subdivide_renders(mesh: Any, levels: int) -> None:
    modifier = mesh.modifiers.new("Flamewheel Smooth Renders", "SUBSURF")
    modifier.levels = 0
    modifier.render_levels = levels
    modifier.use_limit_surface = False  # ten times the work of one step, to no visible good
    modifier.uv_smooth = "NONE"  # maps are baked for the texture coordinates as they are
    modifier.boundary_smooth = "PRESERVE_CORNERS"  # hairs keep their roots and tips


def _basis(
    head: HeadArrays, identity_count: int, fold_identity: Sequence[float] | None
) -> tuple[Any, Any]:
    """The basis (V,3) and what stays as identity keys (V,3,n), float64."""
    template = head.v_template.astype(np.float64)
    if fold_identity is None:
        return template, head.shapedirs[..., :identity_count].astype(np.float64)
    folded = np.asarray(fold_identity, dtype=np.float64)
    if folded.size > head.shapedirs.shape[-1]:
        raise UsageError("bad-count", f"The head has {head.shapedirs.shape[-1]} identity "
                         f"components, {folded.size} were given.", "Give at most as many.")
    if not np.isfinite(folded).all():
        raise UsageError("bad-number", "The identity to fold holds a number that is not finite.",
                         "Give finite coefficients.")
    basis = template + head.shapedirs[..., : folded.size].astype(np.float64) @ folded
    return basis, np.empty((*template.shape, 0))


def _make_mesh(name: str, head: HeadArrays, basis: Any) -> Any:
    mesh: Any = bpy.data.meshes.new(name)
    faces = np.ascontiguousarray(head.f, dtype=np.int32)
    mesh.vertices.add(basis.shape[0])
    mesh.vertices.foreach_set("co", to_blender(basis).astype(np.float32).ravel())
    mesh.loops.add(faces.size)
    mesh.loops.foreach_set("vertex_index", faces.ravel())
    mesh.polygons.add(faces.shape[0])
    mesh.polygons.foreach_set("loop_start", np.arange(0, faces.size, 3, dtype=np.int32))
    mesh.update(calc_edges=True)
    mesh.polygons.foreach_set("use_smooth", np.ones(faces.shape[0], dtype=bool))
    if head.vt is not None:
        layer = mesh.uv_layers.new(name="UVMap")
        layer.uv.foreach_set("vector", head.vt[head.ft.ravel()].astype(np.float32).ravel())
    mesh.update()
    return mesh


def _add_mask_groups(mesh: Any, head: HeadArrays) -> None:
    for part, vertices in head.masks.items():
        group = mesh.vertex_groups.new(name=f"{MASK_PREFIX}{part}")
        group.add(vertices.tolist(), 1.0, "REPLACE")
