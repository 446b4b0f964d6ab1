# SPDX-License-Identifier: GPL-3.0-or-later
"""A video from rendered frames: put together by Blender's own sequencer, nothing rendered twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import OutputError
from .render import render_file, set_frame_rate

PLAYS_EVERYWHERE = {"format": "MPEG4", "codec": "H264", "constant_rate_factor": "HIGH",
                    "ffmpeg_preset": "GOOD", "gopsize": 12, "audio_codec": "NONE"}


def can_write_video() -> bool:
    """Whether this Blender was built with FFmpeg."""
    library: Any = bpy.app.ffmpeg
    return bool(library.supported)


def write_video(frames: Sequence[Path], path: Path, *, fps: float,
                resolution: tuple[int, int]) -> None:
    """`frames` (pictures, in order) as an H.264 `.mp4`.  Raises OutputError.

    H.264 has chroma for every second pixel: odd sides are cut by one.
    """
    if not can_write_video():
        raise OutputError("no-video", "This Blender was built without FFmpeg.",
                          "Take the pictures, or use Blender from blender.org.")
    scene = bpy.data.scenes.new("Flamewheel video")
    try:
        _lay_out(scene, frames, fps, resolution)
        with render_file(scene, path, "no-video", "The video was not written"):
            bpy.ops.render.render(animation=True, scene=scene.name)
    finally:
        bpy.data.scenes.remove(scene)


def _lay_out(scene: bpy.types.Scene, frames: Sequence[Path], fps: float,
             resolution: tuple[int, int]) -> None:
    render: Any = scene.render
    set_frame_rate(scene, fps)
    render.resolution_x, render.resolution_y = (side - side % 2 for side in resolution)
    render.resolution_percentage = 100
    render.use_sequencer, render.use_file_extension = True, False
    # PNG frames have their look already; EXR frames are light and need one
    view: Any = scene.view_settings
    view.view_transform = "AgX" if frames[0].suffix == ".exr" else "Standard"
    images = render.image_settings
    if hasattr(images, "media_type"):  # Blender 5
        images.media_type = "VIDEO"
    images.file_format = "FFMPEG"
    images.color_mode = "RGB"
    for name, value in PLAYS_EVERYWHERE.items():
        setattr(render.ffmpeg, name, value)
    editor: Any = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences  # before 4.4
    strip = strips.new_image("frames", str(frames[0]), 1, 1)
    for frame in frames[1:]:
        strip.elements.append(frame.name)
    strip.frame_final_duration = len(frames)
    scene.frame_start, scene.frame_end = 1, len(frames)
