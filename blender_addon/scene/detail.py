# SPDX-License-Identifier: GPL-3.0-or-later
"""Wrinkles on a head's skin: a map of displacements, shaded as bumps by the head's UVs."""

from __future__ import annotations

from typing import Any

import bpy
import numpy as np

from ..core.errors import SceneError

LABEL = "Flamewheel Detail"
SKIN_PARTS = ("Skin", "Lips", "Nostrils")  # materials that the wrinkles run over, by their titles


def wear_detail(mesh: Any, metres: Any, strength: float) -> None:
    """Put the wrinkles `metres` (H,W) on `mesh`, in place of any it wore; `strength` scales them.

    The picture is packed into the file.  The Bump node's Distance in each skin material is the
    strength, to change or key later.  Raises SceneError `no-uv`, `no-skin`.
    """
    if not mesh.data.uv_layers:
        raise SceneError("no-uv", f"{mesh.name} has no UV map for the wrinkles to lie on.",
                         "Convert the head with --uv head_template.obj and import it again.")
    skins = [slot.material for slot in mesh.material_slots if _is_skin(slot.material)]
    if not skins:
        raise SceneError("no-skin", f"{mesh.name} has none of its skin materials any more.",
                         "Import the head again, or undo the change of its materials.")
    image = _image(f"{mesh.name} Detail", metres)
    for material in skins:
        _bump(material, image, strength)


def _is_skin(material: Any) -> bool:
    """By the title that `materials` gave it, numbered or not: "Head Skin", "Head Skin.001"."""
    tree = None if material is None else material.node_tree
    if tree is None or not any(node.type == "BSDF_PRINCIPLED" for node in tree.nodes):
        return False
    return material.name.split(".")[0].rsplit(" ", 1)[-1] in SKIN_PARTS


def _image(name: str, metres: Any) -> Any:
    """A float picture of `metres`, its last row first as Blender has it, packed."""
    height, width = metres.shape
    image: Any = bpy.data.images.get(name)
    if image is not None:
        bpy.data.images.remove(image)
    image = bpy.data.images.new(name, width, height, alpha=False, float_buffer=True)
    image.colorspace_settings.name = "Non-Color"
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = np.asarray(metres, np.float32)[::-1, :, None]
    image.pixels.foreach_set(pixels.ravel())
    image.update()
    image.pack()
    return image


def _bump(material: Any, image: Any, strength: float) -> None:
    """Bump by the picture over whatever normal the skin has: Cycles and EEVEE shade it alike.

    A Displacement node would be lost on painted skin: a normal map starts from the smooth normal.
    """
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    worn = {node.type: node for node in nodes if node.label == LABEL}
    texture, bump = worn.get("TEX_IMAGE"), worn.get("BUMP")
    if texture is None or bump is None:
        texture, bump = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeBump")
        texture.label = bump.label = LABEL
        for link in shader.inputs["Normal"].links:
            links.new(link.from_socket, bump.inputs["Normal"])
        links.new(texture.outputs["Color"], bump.inputs["Height"])
        links.new(bump.outputs["Normal"], shader.inputs["Normal"])
        texture.location = shader.location.x - 600, shader.location.y - 500
        bump.location = shader.location.x - 250, shader.location.y - 500
        texture.interpolation, bump.inputs["Strength"].default_value = "Cubic", 1.0
    texture.image, bump.inputs["Distance"].default_value = image, strength
