# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of a head are made of: skin, lips, eyes, teeth, hair; for EEVEE and Cycles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from ..core.head_file import HeadArrays
from .creases import crease_groups
from .skin_material import load_maps, paint_skin

RGB = tuple[float, float, float]

BORDER = (0.4, 0.75)
"""Shares of a softened part between which its border lies: from outside its mask nothing is tinted.
Judged by eye: without it lips colour the skin about them."""


@dataclass(frozen=True)
class Look:
    """A part's surface: linear RGB and the Principled shader's numbers."""

    colour: RGB
    roughness: float
    subsurface: float = 0.0  # weight
    coat: float = 0.0  # weight of a clear wet layer
    specular: float = 0.5  # 0.5 is what most dielectrics reflect
    clear: bool = False  # only a reflection, no colour


# Design choices, judged by eye on renders in EEVEE and Cycles; a head file may bring its own
# colours (`meta` "colours").  Order matters: later parts lie on earlier ones.
LOOKS: dict[str, Look] = {
    "skin": Look((0.52, 0.27, 0.18), 0.48, subsurface=0.12),
    "lips": Look((0.42, 0.12, 0.10), 0.32, subsurface=0.15),
    "nostrils": Look((0.10, 0.035, 0.028), 0.6),
    "mouth_bag": Look((0.16, 0.03, 0.03), 0.4),
    "gums": Look((0.45, 0.14, 0.13), 0.25, coat=0.3),
    "tongue": Look((0.45, 0.15, 0.14), 0.35, subsurface=0.15, coat=0.3),
    "teeth": Look((0.72, 0.66, 0.55), 0.22, subsurface=0.05, coat=0.4),
    # eyes reflect less than they should: soft lights without shadows in reflections veil them
    "eye_left": Look((0.80, 0.77, 0.74), 0.15, specular=0.3),
    "eye_right": Look((0.80, 0.77, 0.74), 0.15, specular=0.3),
    "iris": Look((0.10, 0.055, 0.025), 0.08, specular=0.2),
    "pupil": Look((0.004, 0.004, 0.004), 0.05, specular=0.2),
    "limbus": Look((0.18, 0.13, 0.10), 0.15, specular=0.3),
    "cornea": Look((1.0, 1.0, 1.0), 0.04, clear=True),
    "tear": Look((1.0, 1.0, 1.0), 0.06, clear=True),
    "caruncle": Look((0.50, 0.20, 0.17), 0.25, coat=0.3),
    "hair": Look((0.030, 0.018, 0.011), 0.68, specular=0.15),
    "hair_cards": Look((0.030, 0.018, 0.011), 0.68, specular=0.15),
    "brows": Look((0.035, 0.020, 0.012), 0.6, specular=0.2),
    "lashes": Look((0.012, 0.008, 0.006), 0.6, specular=0.2),
}
PAINTED = {"skin_colour", "skin_relief"}
"""The pictures without which a skin is a plain colour."""
VERTEX_COLOURS = "flamewheel_colour"
SOFT_EDGED = ("lips", "nostrils", "hair")
"""Parts that pass into the skin they are one surface with, instead of ending at triangles."""
WET_INDEX = 1.376
"""Refractive index of the cornea and of tears (Gullstrand's eye)."""
SOFTENING = 1
"""Rounds in which a soft edge spreads to the neighbouring vertices: about 2 mm on the open head."""
SUBSURFACE_RADIUS = (0.00367, 0.00137, 0.00068)
"""Metres that red, green and blue light travel in skin: the diffuse mean free path
1 / sqrt(3 a (a + s)) of "Skin1" in Jensen et al. 2001, table 1 (absorption a, scattering s)."""


def assign_materials(mesh: Any, head: HeadArrays) -> None:
    """Give `mesh` a material for each part that its masks name; skin where none does.

    Lips and hair that grow from the skin are blended into its material by a vertex attribute; both
    colours stay editable there.
    """
    slots = np.zeros(head.f.shape[0], dtype=np.int32)
    skin = _add_material(mesh, "skin", head)
    painted = set(head.surface.maps) >= PAINTED and head.vt is not None
    if painted:
        paint_skin(skin, load_maps(mesh.name, head.surface.maps), crease_groups(head))
    if head.surface.vertex_colours is not None:
        _add_vertex_colours(mesh, head.surface.vertex_colours)
    for part in LOOKS:
        if part == "skin" or part not in head.masks:
            continue
        inside = np.zeros(head.v_template.shape[0], dtype=bool)
        inside[head.masks[part]] = True
        corners = inside[head.f].sum(axis=1)
        if part in SOFT_EDGED and ((corners > 0) & (corners < 3)).any():
            if painted:
                _add_solid_tint(mesh, skin, part, head)
                slots[corners == 3] = len(mesh.data.materials) - 1
                continue
            _add_share(mesh, part, _softened(inside, head.f))
            _blend_in(skin, part, head.colours.get(part, LOOKS[part].colour))
        elif (corners == 3).any():
            _add_material(mesh, part, head)
            slots[corners == 3] = len(mesh.data.materials) - 1
    mesh.data.polygons.foreach_set("material_index", slots)
    mesh.data.update()


def _add_solid_tint(mesh: Any, skin: Any, part: str, head: HeadArrays) -> None:
    """The painted skin once more, for a part that solid view shows in a colour of its own."""
    material = skin.copy()
    material.name = f"{mesh.name} {_title(part)}"
    material.diffuse_color = (*head.colours.get(part, LOOKS[part].colour), 1.0)
    mesh.data.materials.append(material)


def _add_vertex_colours(mesh: Any, colours: Any) -> None:
    attribute = mesh.data.attributes.new(VERTEX_COLOURS, "FLOAT_COLOR", "POINT")
    opaque = np.ones((len(colours), 1), np.float32)
    attribute.data.foreach_set("color", np.concatenate([colours, opaque], axis=1).ravel())


def _add_share(mesh: Any, part: str, share: Any) -> None:
    attribute = mesh.data.attributes.new(_attribute(part), "FLOAT", "POINT")
    attribute.data.foreach_set("value", share.astype(np.float32))


def _attribute(part: str) -> str:
    return f"flamewheel_{part}"


def _softened(inside: Any, triangles: Any) -> Any:
    """(V,) 0 to 1: `inside` after each vertex took its neighbours' mean, SOFTENING times."""
    corner, neighbour = triangles[:, [0, 1, 2]].ravel(), triangles[:, [1, 2, 0]].ravel()
    ends = np.concatenate([corner, neighbour]), np.concatenate([neighbour, corner])
    count = 1.0 + np.bincount(ends[0], minlength=inside.size)
    share = inside.astype(np.float64)
    for _ in range(SOFTENING):
        share = (share + np.bincount(ends[0], share[ends[1]], inside.size)) / count
    low, high = BORDER
    return np.clip((share - low) / (high - low), 0.0, 1.0)


def _add_material(mesh: Any, part: str, head: HeadArrays) -> Any:
    look = LOOKS[part]
    colour = head.colours.get(part, look.colour)
    material: Any = bpy.data.materials.new(f"{mesh.name} {_title(part)}")
    if not material.use_nodes:  # always true from 5.0 on, where setting it is deprecated
        material.use_nodes = True
    shader = _shader_of(material)
    _set(shader, "Base Color", (*colour, 1.0))
    _set(shader, "Roughness", look.roughness)
    _set(shader, "Specular IOR Level", look.specular)
    _set(shader, "Subsurface Weight", look.subsurface)
    _set(shader, "Subsurface Radius", tuple(r / max(SUBSURFACE_RADIUS) for r in SUBSURFACE_RADIUS))
    _set(shader, "Subsurface Scale", max(SUBSURFACE_RADIUS))
    _set(shader, "Coat Weight", look.coat)
    _set(shader, "Coat Roughness", 0.05)
    # what Workbench and solid view show; their studio lights would grey out an iris
    material.diffuse_color = (*colour, 1.0)
    material.specular_intensity, material.roughness = 0.05, 0.7
    mesh.data.materials.append(material)
    if look.clear:
        _make_clear(material, look)
    elif part != "skin" and head.surface.vertex_colours is not None:
        _colour_by_vertex(material, shader)
    return material


def _colour_by_vertex(material: Any, shader: Any) -> None:
    node = material.node_tree.nodes.new("ShaderNodeAttribute")
    node.attribute_name, node.location = VERTEX_COLOURS, (-400, 200)
    material.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])


def _make_clear(material: Any, look: Look) -> None:
    """A clear wet layer: nothing but a reflection, so that neither engine darkens what it covers.

    Refraction would need many samples for a shift of half a millimetre.
    """
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.remove(_shader_of(material))
    glass, wet = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeBsdfGlossy")
    wet.inputs["Roughness"].default_value = look.roughness
    edge, mix = nodes.new("ShaderNodeFresnel"), nodes.new("ShaderNodeMixShader")
    edge.inputs["IOR"].default_value = WET_INDEX
    links.new(edge.outputs[0], mix.inputs[0])
    links.new(glass.outputs[0], mix.inputs[1])
    links.new(wet.outputs[0], mix.inputs[2])
    output = next(n for n in nodes if n.type == "OUTPUT_MATERIAL")
    links.new(mix.outputs[0], output.inputs["Surface"])
    material.surface_render_method = "BLENDED"
    material.diffuse_color = (1.0, 1.0, 1.0, 0.0)


def _blend_in(material: Any, part: str, colour: RGB) -> None:
    """Let `part`'s colour and roughness cover those of `material` where its attribute says so."""
    tree, shader = material.node_tree, _shader_of(material)
    share = tree.nodes.new("ShaderNodeAttribute")
    share.attribute_name = _attribute(part)
    share.location = (-700, -300 * len(tree.nodes))
    for socket, kind, value in (("Base Color", "RGBA", (*colour, 1.0)),
                                ("Roughness", "FLOAT", LOOKS[part].roughness)):
        mix = tree.nodes.new("ShaderNodeMix")
        mix.data_type, mix.label = kind, f"{_title(part)} {socket}"
        mix.location = (-400, share.location[1] + (0 if kind == "RGBA" else -200))
        below, above = (next(s for s in mix.inputs if s.identifier == f"{end}_{_SOCKET[kind]}")
                        for end in "AB")
        result = next(s for s in mix.outputs if s.identifier == f"Result_{_SOCKET[kind]}")
        target = shader.inputs[socket]
        if target.is_linked:
            tree.links.new(target.links[0].from_socket, below)
        else:
            below.default_value = target.default_value
        above.default_value = value
        tree.links.new(share.outputs["Fac"], mix.inputs["Factor"])
        tree.links.new(result, target)


_SOCKET = {"RGBA": "Color", "FLOAT": "Float"}


def _shader_of(material: Any) -> Any:
    return next(n for n in material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")


def _title(part: str) -> str:
    return part.replace("_", " ").title()


def _set(shader: Any, name: str, value: Any) -> None:
    """Sockets change names between Blenders; a look without one of them is still a look."""
    if name in shader.inputs:
        shader.inputs[name].default_value = value
