# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a painted skin: colour, pores, relief, and creases that deepen with expression.

Numbers are judged by eye on renders in Cycles and EEVEE at portrait distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import bpy

from .creases import MASK_ATTRIBUTE, STRENGTH_PROPERTY

PORE_SCALE = 420.0  # cells along the head's bounding box: pores of about 0.6 mm
PORE_DEPTH = 0.00012  # m
PORE_STRENGTH = 0.35
CREASE_SHADE = (0.72, 0.54, 0.50)
"""What the colour is multiplied by in the depth of a full crease: shadow, and blood beside it."""
FLAT = (0.5, 0.5, 1.0)  # the colour of no slope in a normal map


def load_maps(name: str, maps: Mapping[str, bytes]) -> dict[str, Any]:
    """Images packed into the file, named after the head."""
    loaded = {}
    for kind, data in maps.items():
        title = kind.replace("_", " ").title()
        image: Any = bpy.data.images.new(f"{name} {title}", 1, 1, alpha=True)
        image.source = "FILE"
        image.pack(data=data, data_len=len(data))
        # alpha is a channel of its own: it must not be multiplied into the colours
        image.alpha_mode = "CHANNEL_PACKED"
        image.colorspace_settings.name = "sRGB" if kind.endswith("colour") else "Non-Color"
        loaded[kind] = image
    return loaded


def paint_skin(material: Any, images: Mapping[str, Any], groups: int) -> None:
    """Give a Principled `material` the pictures; `groups` vectors tell the creases' strength."""
    Painter(material).paint(images, groups)


class Painter:
    """Adds nodes to one material."""

    def __init__(self, material: Any) -> None:
        self._tree = material.node_tree
        self._shader = next(n for n in self._tree.nodes if n.type == "BSDF_PRINCIPLED")
        self._row = 0

    def paint(self, images: Mapping[str, Any], groups: int) -> None:
        """The whole skin."""
        colour = self._image(images["skin_colour"])
        slope = self._image(images["skin_relief"]).outputs["Color"]
        shown = colour.outputs["Color"]
        if groups and "skin_creases" in images:
            creases, strength = self._image(images["skin_creases"]), self._strength(groups)
            slope = self._add_slope(slope, creases.outputs["Color"], strength)
            shown = self._shaded(shown, creases.outputs["Alpha"], strength)
        self._link(shown, self._shader.inputs["Base Color"])
        self._link(colour.outputs["Alpha"], self._shader.inputs["Roughness"])
        self._link(self._pores(self._normal(slope)), self._shader.inputs["Normal"])

    def _node(self, kind: str, label: str, column: int) -> Any:
        node = self._tree.nodes.new(kind)
        node.label = label
        node.location = (-300 * column, 400 - 180 * self._row)
        self._row += 1
        return node

    def _link(self, output: Any, socket: Any) -> None:
        self._tree.links.new(output, socket)

    def _image(self, image: Any) -> Any:
        node = self._node("ShaderNodeTexImage", image.name, 6)
        node.image = image
        return node

    def _math(self, operation: str, label: str, a: Any, b: Any) -> Any:
        node = self._node("ShaderNodeMath", label, 3)
        node.operation = operation
        for value, socket in ((a, node.inputs[0]), (b, node.inputs[1])):
            if isinstance(value, int | float):
                socket.default_value = value
            else:
                self._link(value, socket)
        return node.outputs[0]

    def _vector(self, operation: str, label: str, a: Any, b: Any) -> Any:
        node = self._node("ShaderNodeVectorMath", label, 3)
        node.operation = operation
        for value, socket in ((a, node.inputs[0]), (b, node.inputs[1])):
            if isinstance(value, tuple):
                socket.default_value = value
            else:
                self._link(value, socket)
        return node

    def _strength(self, groups: int) -> Any:
        """0..1: how strongly creases show at this point of the skin."""
        total: Any = 0.0
        for group in range(1, groups + 1):
            mask = self._node("ShaderNodeAttribute", "Where", 6)
            mask.attribute_name = f"{MASK_ATTRIBUTE}{group}"
            strength = self._node("ShaderNodeAttribute", "How strongly", 6)
            strength.attribute_type = "OBJECT"
            strength.attribute_name = f"{STRENGTH_PROPERTY}{group}"
            dot = self._vector("DOT_PRODUCT", "Units' share", mask.outputs["Vector"],
                               strength.outputs["Vector"])
            total = self._math("ADD", "Creases", dot.outputs["Value"], total)
        return self._math("MINIMUM", "Creases' strength", total, 1.0)

    def _add_slope(self, below: Any, above: Any, strength: Any) -> Any:
        """Normal maps added as slopes, `above` so far as `strength` says."""
        offset = self._vector("SUBTRACT", "Slope", above, FLAT).outputs["Vector"]
        scale = self._node("ShaderNodeVectorMath", "Slope's share", 3)
        scale.operation = "SCALE"
        self._link(offset, scale.inputs[0])
        self._link(strength, scale.inputs["Scale"])
        return self._vector("ADD", "Both slopes", below, scale.outputs["Vector"]).outputs["Vector"]

    def _shaded(self, colour: Any, depth: Any, strength: Any) -> Any:
        """`colour` darker in the depth of creases."""
        share = self._math("MULTIPLY", "Creases' shade", depth, strength)
        mix = self._node("ShaderNodeMix", "Shade", 2)
        mix.data_type, mix.blend_type = "RGBA", "MULTIPLY"
        sockets = {socket.identifier: socket for socket in mix.inputs}
        self._link(share, mix.inputs["Factor"])
        self._link(colour, sockets["A_Color"])
        sockets["B_Color"].default_value = (*CREASE_SHADE, 1.0)
        return next(out for out in mix.outputs if out.identifier == "Result_Color")

    def _normal(self, slope: Any) -> Any:
        node = self._node("ShaderNodeNormalMap", "Relief", 2)
        self._link(slope, node.inputs["Color"])
        return node.outputs["Normal"]

    def _pores(self, normal: Any) -> Any:
        """Fine bumps over the whole head, in the undeformed head's own space."""
        place = self._node("ShaderNodeTexCoord", "Undeformed", 6)
        pores = self._node("ShaderNodeTexVoronoi", "Pores", 5)
        pores.inputs["Scale"].default_value = PORE_SCALE
        self._link(place.outputs["Generated"], pores.inputs["Vector"])
        bump = self._node("ShaderNodeBump", "Pores", 2)
        bump.inputs["Strength"].default_value = PORE_STRENGTH
        bump.inputs["Distance"].default_value = PORE_DEPTH
        self._link(pores.outputs["Distance"], bump.inputs["Height"])
        self._link(normal, bump.inputs["Normal"])
        return bump.outputs["Normal"]
