# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a scene: engine, size, single frames and `.blend` files, written whole or not at all.

Engines and file formats have other names in other Blenders; this is the place that knows.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import OutputError, SceneError
from ..core.files import make_folder, written_aside

_ENGINES = {
    "eevee": ("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE"),  # 4.2-4.5, 5.0 and later
    "cycles": ("CYCLES",),
    "workbench": ("BLENDER_WORKBENCH",),
}

_IMAGES = {
    # our name -> Blender's name, colour depth, file ending
    "png": ("PNG", "8", ".png"),
    "exr": ("OPEN_EXR", "16", ".exr"),
}


@dataclass(frozen=True)
class RenderSettings:
    """How pictures are made."""

    engine: str = "eevee"  # "eevee", "cycles" or "workbench"
    samples: int = 16  # a pixel
    resolution: tuple[int, int] = (512, 512)  # px
    fps: float = 24.0
    image_format: str = "png"  # or "exr": 16 bit, linear


def image_ending(image_format: str) -> str:
    """".png" or ".exr"."""
    return _IMAGES[image_format][2]


def apply_settings(scene: bpy.types.Scene, settings: RenderSettings) -> None:
    """Set `scene` up to render as `settings` say.  Raises SceneError for an engine it lacks."""
    render: Any = scene.render
    render.engine = _engine(render, settings.engine)
    render.resolution_x, render.resolution_y = settings.resolution
    render.resolution_percentage = 100
    set_frame_rate(scene, settings.fps)
    render.use_file_extension = False
    render.use_stamp = False
    render.use_compositing = render.use_sequencer = False
    _set_samples(scene, settings)
    set_image_format(scene, settings.image_format)
    view: Any = scene.view_settings
    # Workbench has colours, not light: a film-like response would only darken them
    view.view_transform = "Standard" if settings.engine == "workbench" else "AgX"


def set_frame_rate(scene: bpy.types.Scene, fps: float) -> None:
    """Blender has whole frames a second and a divisor: 23.976 is 24 / 1.001."""
    scene.render.fps = max(1, round(fps))
    scene.render.fps_base = scene.render.fps / fps


def set_image_format(scene: bpy.types.Scene, image_format: str) -> None:
    """PNG or EXR with 3 channels; Blender 5 wants to be told first that it is no video."""
    name, depth, _ = _IMAGES[image_format]
    images: Any = scene.render.image_settings
    if hasattr(images, "media_type"):
        images.media_type = "IMAGE"
    images.file_format = name
    images.color_mode = "RGB"
    images.color_depth = depth


def render_frame(scene: bpy.types.Scene, frame: int, path: Path) -> None:
    """Render one frame into the picture `path`.  Raises SceneError or OutputError."""
    if scene.camera is None:
        raise SceneError("no-camera", f"The scene {scene.name} has no camera.", "Add a camera.")
    scene.frame_set(frame)
    with render_file(scene, path, "not-rendered", f"Frame {frame} was not rendered"):
        bpy.ops.render.render(write_still=True, scene=scene.name)


@contextmanager
def render_file(scene: bpy.types.Scene, path: Path, code: str, failed: str) -> Iterator[None]:
    """What the block renders becomes `path`, whole; `code` and `failed` say where it did not."""
    make_folder(path.parent)
    with written_aside(path) as part:
        scene.render.filepath = str(part)
        try:
            yield
        except RuntimeError as failure:
            raise OutputError(code, f"{failed}: {failure}",
                              "See Blender's own messages above.") from failure
        if not part.is_file():
            raise OutputError("unwritable", f"{path} was not written by Blender.",
                              "Check the folder, its permissions and the free space.")


def save_blend(scene: bpy.types.Scene, path: Path) -> None:
    """`scene` and all it uses as a `.blend` of its own; other scenes stay out of it."""
    make_folder(path.parent)
    with written_aside(path) as part:
        try:
            bpy.data.libraries.write(str(part), {scene}, path_remap="RELATIVE_ALL", compress=True)
        except RuntimeError as failure:
            raise OutputError("unwritable", f"{path} cannot be written: {failure}",
                              "Check the folder, its permissions and the free space.") from failure


@contextmanager
def settings_kept(scene: bpy.types.Scene) -> Iterator[None]:
    """Whatever the block does to `scene`'s render settings, frame and camera is undone."""
    display: Any = scene.display
    places: tuple[Any, ...] = (
        scene.render, scene.render.image_settings, scene.view_settings, display, display.shading,
    )
    engines = tuple(getattr(scene, name) for name in ("eevee", "cycles") if hasattr(scene, name))
    before = [(place, _plain_values(place)) for place in (*places, *engines)]
    frame, camera = scene.frame_current, scene.camera
    try:
        yield
    finally:
        for place, values in before:
            _restore(place, values)
        scene.camera = camera
        scene.frame_set(frame)


def _engine(render: Any, name: str) -> str:
    for wanted in _ENGINES[name]:
        try:
            render.engine = wanted
        except TypeError:  # an engine of another Blender
            continue
        return wanted
    raise SceneError("no-engine", f"This Blender has no {name} engine.",
                     f"Choose another of {', '.join(_ENGINES)}.")


def _set_samples(scene: Any, settings: RenderSettings) -> None:
    if settings.engine == "eevee":
        scene.eevee.taa_render_samples = settings.samples
    elif settings.engine == "cycles":
        scene.cycles.samples = settings.samples
        # one sample alone leaves too little to clean
        scene.cycles.use_denoising = settings.samples > 1 and _has_denoiser()
        scene.render.use_persistent_data = True  # frames differ by the face alone
    else:
        shading = scene.display.shading
        shading.light, shading.color_type = "STUDIO", "MATERIAL"
        with suppress(TypeError):  # one of Blender's own lights, which a person may have removed
            shading.studio_light = "paint.sl"
        shading.show_cavity, shading.cavity_type = True, "SCREEN"
        scene.display.render_aa = "5" if settings.samples < 8 else "16"


def _has_denoiser() -> bool:
    """Can this Blender denoise?  Distributions build it without, and a render fails over it."""
    try:
        return bool(importlib.import_module("_cycles").with_openimagedenoise)
    except (ImportError, AttributeError):
        return False


def _plain_values(place: Any) -> list[tuple[str, Any]]:
    """Settable numbers, words and switches; in an order in which they can be set again."""
    first = ("media_type", "file_format", "color_mode")  # the others depend on them
    names = [prop.identifier for prop in place.bl_rna.properties
             if not prop.is_readonly and prop.type in {"BOOLEAN", "INT", "FLOAT", "STRING", "ENUM"}
             and not getattr(prop, "is_array", False)]
    names.sort(key=lambda name: first.index(name) if name in first else len(first))
    return [(name, getattr(place, name)) for name in names]


def _restore(place: Any, values: list[tuple[str, Any]]) -> None:
    for name, value in values:
        if getattr(place, name) != value:
            with suppress(TypeError, AttributeError):  # a setting that follows from another one
                setattr(place, name, value)
