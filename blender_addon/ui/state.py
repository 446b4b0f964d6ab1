# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panel remembers: one property group on the scene, saved with the file."""

from __future__ import annotations

import bpy

from ..core.protocol_plan import MOST_MOTION
from .plan_state import FlamewheelMix, FlamewheelStep, FlamewheelUnknown
from .state_items import PRIMARY, SECONDARY, SIDES, TERTIARY

METHODS = (
    ("units", "Action Units", "What each emotion is known by survives; opposed muscles give way"),
    ("correlation", "Correlation", "Each emotion keeps the components that mark it (eq. 3-5)"),
    ("linear", "Linear", "A weighted mean of both"),
    ("pca", "PCA", "The correlation rule in principal components"),
)
OWN_SHARE = {"units": 0.6, "correlation": 0.75, "linear": 0.5, "pca": 0.75}
"""The primary's share that suits each method of blending, as the backend's own weights."""


def _method_chosen(state: FlamewheelSceneState, context: bpy.types.Context) -> None:
    """A method brings the share that suits it."""
    state.weight = OWN_SHARE[state.method]


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
    tertiary: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="And", items=TERTIARY, default="NONE", description="A third emotion mixed in",
    )
    weight: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Share", default=OWN_SHARE["units"], min=0.0, max=1.0, subtype="FACTOR",
        description="The primary emotion's share; the others have the rest",
    )
    rest: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Of the Rest", default=0.55, min=0.0, max=1.0, subtype="FACTOR",
        description="How much of the rest the second emotion has; the third has what is left",
    )
    method: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Method", items=METHODS, default="units", update=_method_chosen,
    )
    use_present: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Present Face", default=False,
        description="Mix the others into the head's face as it stands, a photo's for instance; "
                    "the first emotion names what it shows, which Read the Head tells",
    )
    side: bpy.props.EnumProperty(  # type: ignore[valid-type]
        name="Side", items=SIDES, default="BOTH", description="Which side of the face shows it",
    )
    asymmetry: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Asymmetry", default=1.0, min=0.0, max=1.0, subtype="FACTOR",
        description="How much more that side shows: 0 even, 1 that side alone",
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
    plan_start: bpy.props.PointerProperty(type=FlamewheelMix)  # type: ignore[valid-type]
    steps: bpy.props.CollectionProperty(type=FlamewheelStep)  # type: ignore[valid-type]
    active_step: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Step", description="The step whose fields are shown",
    )
    unknown: bpy.props.CollectionProperty(type=FlamewheelUnknown)  # type: ignore[valid-type]
    notes: bpy.props.StringProperty()  # type: ignore[valid-type]  # a line each
    read_text: bpy.props.StringProperty()  # type: ignore[valid-type]  # what the steps were read of
    seed: bpy.props.IntProperty(  # type: ignore[valid-type]
        name="Seed", default=-1, min=-1,
        description="Vary the performance; the same seed gives it again, -1 varies nothing",
    )
    take: bpy.props.StringProperty(options={"HIDDEN"})  # type: ignore[valid-type]  # see scene.takes
    markers: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Markers", default=False, description="A timeline marker where each step begins",
    )
    alive: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Alive", default=True,
        description="Move as people do; off joins the steps' expressions and does nothing more",
    )
    timing: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Timing", default=1.0, min=0.0, max=MOST_MOTION, soft_max=2.0, subtype="FACTOR",
        description="Brows, eyes and mouth set out and arrive each at its own time",
    )
    overshoot: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Overshoot", default=1.0, min=0.0, max=MOST_MOTION, soft_max=2.0, subtype="FACTOR",
        description="A quick rise goes a little beyond its end, and settles",
    )
    blinks: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Blinks", default=1.0, min=0.0, max=MOST_MOTION, soft_max=2.0, subtype="FACTOR",
        description="Blinks at large changes and in long holds",
    )
    micro_asymmetry: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Asymmetry", default=1.0, min=0.0, max=MOST_MOTION, soft_max=2.0, subtype="FACTOR",
        description="Left and right differ slightly on the way",
    )
    drift: bpy.props.FloatProperty(  # type: ignore[valid-type]
        name="Drift", default=0.0, min=0.0, max=MOST_MOTION, soft_max=2.0, subtype="FACTOR",
        description="A held expression slackens slightly and comes back",
    )
    speed_limits: bpy.props.BoolProperty(  # type: ignore[valid-type]
        name="Speed Limits", default=True, description="No faster than faces move",
    )
