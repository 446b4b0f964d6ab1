# SPDX-License-Identifier: GPL-3.0-or-later
"""The editable plan of the Sentence panel: property groups on the scene, saved with the file."""

from __future__ import annotations

import bpy

from ..core.protocol_plan import CURRENT, HOLD, KEEPS, MAX_INTENSITY, MAX_SECONDS, PARTS
from ..core.unit_names import unit_label
from .state_items import PRIMARY, SECONDARY, SIDES, TERTIARY

WITH_PRESENT = (
    (CURRENT, "The Present Face", "The expression that the face has when the performance begins"),
    *PRIMARY,
)
EASINGS = (
    ("smooth", "Smooth", "Slow in and out", "IPO_EASE_IN_OUT", 0),
    ("linear", "Linear", "At one speed", "IPO_LINEAR", 1),
    ("ease_in", "Ease In", "Slow at first", "IPO_EASE_IN", 2),
    ("ease_out", "Ease Out", "Slow at the end", "IPO_EASE_OUT", 3),
    (HOLD, "Hold", "Stay as the step before", "IPO_CONSTANT", 4),
)
PART_ITEMS = tuple((part, part.capitalize(), f"Show it in the {part}") for part in PARTS)
KEEP_ITEMS = tuple(
    (keep.replace(" ", "_"), keep.capitalize(), f"Through this step: {keep}") for keep in KEEPS)


class _MixFields:
    """One to three emotions at once."""

    emotion: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Emotion", items=WITH_PRESENT, default="Joy",
        description="The emotion, or a compound one",
    )
    intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Intensity", default=1.0, min=0.0, max=MAX_INTENSITY, subtype="FACTOR",
        description="0.5 mild, 1 basic, 1.5 intense",
    )
    secondary: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="With", items=SECONDARY, default="NONE", description="A second emotion mixed in",
    )
    secondary_intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Intensity", default=1.0, min=0.0, max=MAX_INTENSITY, subtype="FACTOR",
        description="Of the second emotion: 0.5 mild, 1 basic, 1.5 intense",
    )
    tertiary: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="And", items=TERTIARY, default="NONE",
        description="A third emotion mixed in: a third of each",
    )
    tertiary_intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Intensity", default=1.0, min=0.0, max=MAX_INTENSITY, subtype="FACTOR",
        description="Of the third emotion: 0.5 mild, 1 basic, 1.5 intense",
    )
    share: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Share", default=0.5, min=0.0, max=1.0, subtype="FACTOR",
        description="The first emotion's share; the second has the rest",
    )


class FlamewheelMix(_MixFields, bpy.types.PropertyGroup):
    """Where a plan begins."""


class FlamewheelLayer(_MixFields, bpy.types.PropertyGroup):
    """An emotion in parts of the face, over the step's own."""

    parts: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Parts", items=PART_ITEMS, options={"ENUM_FLAG"}, default=set(),
        description="Where it shows; none: the whole face",
    )
    side: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Side", items=SIDES, default="BOTH", description="Which side of the face shows it",
    )


def _known_units(item: object, context: bpy.types.Context, text: str) -> list[tuple[str, str]]:
    """FACS units as a person types: by number or by name."""
    names = [f"AU{number}{side}" for number in range(1, 47) for side in ("L", "R", "")]
    labels = {name: unit_label(name) for name in names}
    return [(name, label) for name, label in labels.items()
            if label != name and text.lower() in f"{name} {label}".lower()]


class FlamewheelStepUnit(bpy.types.PropertyGroup):
    """An action unit over a step's emotions."""

    unit: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Action Unit", description="FACS unit, such as AU1L", search=_known_units,
    )
    strength: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Strength", default=1.0, min=0.0, max=MAX_INTENSITY, subtype="FACTOR",
        description="1 = the unit in full",
    )


class FlamewheelStep(_MixFields, bpy.types.PropertyGroup):
    """One step of a plan: the whole face at its end."""

    seconds: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Seconds", default=1.0, min=0.001, max=MAX_SECONDS, soft_max=10.0, step=10,
        precision=2, subtype="TIME", unit="NONE", description="How long the step takes",
    )
    easing: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Easing", items=EASINGS, default="smooth", description="How the face gets there",
    )
    layers: bpy.props.CollectionProperty(type=FlamewheelLayer)  # type: ignore[valid-type]
    units: bpy.props.CollectionProperty(type=FlamewheelStepUnit)  # type: ignore[valid-type]
    keeps: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Keep", items=KEEP_ITEMS, options={"ENUM_FLAG"}, default=set(),
        description="What the face keeps through this step",
    )
    words: bpy.props.StringProperty(name="Read From")  # type: ignore[valid-type]
    start: bpy.props.IntProperty()  # type: ignore[valid-type]
    end: bpy.props.IntProperty()  # type: ignore[valid-type]
    inserted: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="On the Way", description="A neutral stop on the way to the next step",
    )


class FlamewheelUnknown(bpy.types.PropertyGroup):
    """Words of the sentence that were not understood."""

    words: bpy.props.StringProperty()  # type: ignore[valid-type]
    start: bpy.props.IntProperty()  # type: ignore[valid-type]
    end: bpy.props.IntProperty()  # type: ignore[valid-type]
    suggestions: bpy.props.StringProperty()  # type: ignore[valid-type]  # a line each


PLAN_CLASSES = (FlamewheelMix, FlamewheelLayer, FlamewheelStepUnit, FlamewheelStep,
                FlamewheelUnknown)
"""In the order in which they need one another."""
