# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a head are made of: skin, lips, eyes, teeth, hair; for EEVEE and Cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..core.head_file import HeadArrays

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """A part's surface: linear RGB and the Principled shader's numbers."""

    colour: RGB
    roughness: float
    subsurface: float = 0.0  # weight
    coat: float = 0.0  # weight of a clear wet layer


# Design choices, judged by eye on renders in EEVEE and Cycles; a head file may bring its own
# colours (`meta` "colours").  Order matters: later parts lie on earlier ones.
LOOKS: dict[str, Look] = {
    "skin": Look((0.52, 0.27, 0.18), 0.48, subsurface=0.12),
    "scalp": Look((0.52, 0.27, 0.18), 0.5, subsurface=0.12),
    "ears": Look((0.54, 0.26, 0.18), 0.48, subsurface=0.15),
    "lips": Look((0.42, 0.12, 0.10), 0.32, subsurface=0.15),
    "mouth_bag": Look((0.16, 0.03, 0.03), 0.4),
    "gums": Look((0.45, 0.14, 0.13), 0.25, coat=0.3),
    "tongue": Look((0.45, 0.15, 0.14), 0.35, subsurface=0.15, coat=0.3),
    "teeth": Look((0.72, 0.66, 0.55), 0.22, subsurface=0.05, coat=0.4),
    "eye_left": Look((0.80, 0.77, 0.74), 0.12, coat=0.6),
    "eye_right": Look((0.80, 0.77, 0.74), 0.12, coat=0.6),
    "iris": Look((0.10, 0.055, 0.025), 0.15, coat=1.0),
    "pupil": Look((0.004, 0.004, 0.004), 0.1, coat=1.0),
    "caruncle": Look((0.50, 0.20, 0.17), 0.25, coat=0.3),
    "hair": Look((0.030, 0.018, 0.011), 0.55),
    "brows": Look((0.035, 0.020, 0.012), 0.6),
    "lashes": Look((0.012, 0.008, 0.006), 0.6),
}
SUBSURFACE_RADIUS = (0.00367, 0.00137, 0.00068)
"""Metres that red, green and blue light travel in skin: the diffuse mean free path
1 / sqrt(3 a (a + s)) of "Skin1" in Jensen et al. 2001, table 1 (absorption a, scattering s)."""


def assign_materials(mesh: Any, head: HeadArrays) -> None:
    """Give `mesh` a material for each part that its masks name; skin where none does."""
    faces = np.asarray(head.f)
    slots = np.zeros(faces.shape[0], dtype=np.int32)
    _add_material(mesh, "skin", head)
    for part in LOOKS:
        vertices = head.masks.get(part)
        if part == "skin" or vertices is None:
            continue
        inside = np.zeros(head.v_template.shape[0], dtype=bool)
        inside[vertices] = True
        own = inside[faces].all(axis=1)
        if own.any():
            slots[own] = _add_material(mesh, part, head)
    mesh.data.polygons.foreach_set("material_index", slots)
    mesh.data.update()


def _add_material(mesh: Any, part: str, head: HeadArrays) -> int:
    look = LOOKS[part]
    colour = head.colours.get(part, look.colour)
    material: Any = bpy.data.materials.new(f"{mesh.name} {part.replace('_', ' ').title()}")
    if not material.use_nodes:  # always true from 5.0 on, where setting it is deprecated
        material.use_nodes = True
    shader = next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    _set(shader, "Base Color", (*colour, 1.0))
    _set(shader, "Roughness", look.roughness)
    _set(shader, "Subsurface Weight", look.subsurface)
    _set(shader, "Subsurface Radius", tuple(r / max(SUBSURFACE_RADIUS) for r in SUBSURFACE_RADIUS))
    _set(shader, "Subsurface Scale", max(SUBSURFACE_RADIUS))
    _set(shader, "Coat Weight", look.coat)
    _set(shader, "Coat Roughness", 0.05)
    material.diffuse_color = (*colour, 1.0)  # what Workbench and solid view show
    mesh.data.materials.append(material)
    return len(mesh.data.materials) - 1


def _set(shader: Any, name: str, value: Any) -> None:
    """Sockets change names between Blenders; a look without one of them is still a look."""
    if name in shader.inputs:
        shader.inputs[name].default_value = value
