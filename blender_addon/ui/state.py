# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel remembers: one property group on the scene, saved with the file."""

from __future__ import annotations

import bpy

from ..core.wheel_names import DYADS, MILD_BASIC_INTENSE, NEUTRAL, WHEEL_ORDER

EMOTIONS = tuple((name, name, " · ".join(MILD_BASIC_INTENSE[name])) for name in WHEEL_ORDER)
PRIMARY = (
    *EMOTIONS,
    (NEUTRAL, NEUTRAL, "No expression"),
    *((name, f"{name}  ({first} + {second})", f"{first} + {second}")
      for name, (first, second) in DYADS.items()),
)
SECONDARY = (("NONE", "None", "The primary emotion alone"), *EMOTIONS)
METHODS = (
    ("correlation", "Correlation", "Each emotion keeps the components that mark it (eq. 3-5)"),
    ("linear", "Linear", "A weighted mean of both"),
    ("pca", "PCA", "The correlation rule in principal components"),
)


class FlamewheelSceneState(bpy.types.PropertyGroup):
    """The panel's fields."""

    primary: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Emotion", items=PRIMARY, default="Joy",
        description="The primary emotion, or a compound one",
    )
    intensity: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Intensity", default=1.0, min=0.0, max=1.5, subtype="FACTOR",
        description="0.5 mild, 1 basic, 1.5 intense",
    )
    secondary: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="With", items=SECONDARY, default="NONE", description="A second emotion mixed in",
    )
    weight: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Share", default=0.75, min=0.0, max=1.0, subtype="FACTOR",
        description="The primary emotion's share",
    )
    method: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Method", items=METHODS, default="correlation",
    )
    seconds: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Seconds", default=1.0, min=0.0, max=60.0, subtype="TIME", unit="NONE",
        description="How long the face takes to get there when it is keyed; 0 keys one pose",
    )
    sentence: bpy.props.StringProperty(  # type: ignore[valid-type]
        name="Sentence", default="from disgust to happiness over two seconds, then hold",
        description="Say what the face does",
    )
    dense: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Key Every Frame", default=False,
        description="One key a frame instead of a few editable ones",
    )
