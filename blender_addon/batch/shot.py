# SPDX-License-Identifier: GPL-3.0-or-later
"""One shot: head, face, performance, stage, pictures, in a scene of its own."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import HeadError, SceneError
from ..core.files import make_folder, write_whole
from ..core.head_file import EMBEDDED, RENDER_SUBDIVISION, open_head_path, read_head
from ..core.job_file import Shot
from ..core.keyframes import dense_tracks, trajectory_to_tracks
from ..core.parameter_reply import Face, face_from_json, read_face
from ..core.protocol import CodeBody
from ..scene.actions import write_tracks
from ..scene.find import HeadInScene, head_of
from ..scene.head import import_head
from ..scene.mesh_bake import bake_performance
from ..scene.pose import apply_code
from ..scene.render import (
    RenderSettings,
    apply_settings,
    image_ending,
    render_frame,
    save_blend,
)
from ..scene.stage import set_backdrop, set_camera, set_lights
from ..scene.video import write_video
from .performance import Backend, Played, play

Progress = Callable[[str], None]

FIRST_FRAME = 1
"""Where 0 s is: Blender's own first frame."""

@dataclass(frozen=True)
class Made:
    """What a shot left behind."""

    files: tuple[Path, ...]
    frames: tuple[int, int]
    notes: tuple[str, ...]


def head_path(shot: Shot) -> Path:
    """The shot's head file."""
    return open_head_path(shot.head) if shot.head in EMBEDDED else Path(shot.head)


def make_shot(shot: Shot, folder: Path, backend: Backend, progress: Progress) -> Made:
    """Make everything that `shot` asks for, in `folder`; pictures that are there are kept.

    The scene that was open is as before afterwards.  Raises FlamewheelError.
    """
    arrays = read_head(head_path(shot))
    parameters, notes = _face(shot, backend)
    face = face_from_json(parameters, f'the face of shot "{shot.name}"')
    alike = tuple(EMBEDDED) if arrays.name in EMBEDDED else ()
    if face.head not in (arrays.name, shot.head, *alike):
        raise HeadError("wrong-head", f'The face belongs to the head "{face.head}", the shot has '
                        f'"{arrays.name}".', "Encode the photo with the shot's head.")
    with _own_scene(shot) as scene:
        head = _imported(scene, arrays, shot, face)
        played = play(shot, face.code, head.expression_count, backend)
        frames = _keyed(scene, head, shot, face.code, played)
        cache = _cached(head, arrays, shot, face, played, folder)
        _staged(scene, head, shot)
        written = folder / f"{shot.name}.parameters.json"
        make_folder(folder)
        write_whole(written, (json.dumps(parameters, indent=1) + "\n").encode())
        files = [written, *cache, *_outputs(scene, shot, folder, frames, progress)]
    return Made(tuple(files), frames, (*notes, *played.notes))


def _face(shot: Shot, backend: Backend) -> tuple[dict[str, Any], list[str]]:
    """The parameter file's content, from the photo, a file, or the head at rest."""
    if shot.photo is not None:
        reply = backend.encode(shot.photo, shot.head, shot.face)
        return reply.parameters, reply.notes
    if shot.parameters is not None:
        read_face(shot.parameters)
        return dict(json.loads(shot.parameters.read_text(encoding="utf-8"))), []
    return {"head": shot.head, "shape": [], "expression": [], "pose": {}}, []


@contextmanager
def _own_scene(shot: Shot) -> Iterator[bpy.types.Scene]:
    """A scene for the shot alone; it and all that the shot adds are gone afterwards.

    With light = "none" it begins as a copy of the open scene: that is the stage.
    """
    window: Any = bpy.context.window
    stage: Any = bpy.context.scene
    before = _everything()
    scene: Any = stage.copy() if shot.light == "none" else bpy.data.scenes.new(shot.name)
    scene.name = shot.name
    window.scene = scene
    try:
        yield scene
    finally:
        window.scene = stage
        bpy.data.batch_remove(_everything() - before)


def _everything() -> set[Any]:
    """All data-blocks of the open file that a shot could add to."""
    kinds: tuple[Any, ...] = (
        bpy.data.scenes, bpy.data.objects, bpy.data.meshes, bpy.data.armatures, bpy.data.materials,
        bpy.data.actions, bpy.data.lights, bpy.data.cameras, bpy.data.worlds, bpy.data.collections,
        bpy.data.images, bpy.data.shape_keys, bpy.data.node_groups,
    )
    return {block for kind in kinds for block in kind}


def _imported(scene: bpy.types.Scene, arrays: Any, shot: Shot, face: Face) -> HeadInScene:
    """The head with the person's identity in its basis: it is fixed for the shot, and fast."""
    collection = bpy.data.collections.new(shot.name)
    scene.collection.children.link(collection)
    mesh = import_head(
        arrays, name=shot.name, source=shot.head, expression_count=arrays.expressiondirs.shape[2],
        fold_identity=face.shape, render_subdivision=RENDER_SUBDIVISION.get(arrays.name, 0),
        collection=collection,
    )
    layer: Any = scene.view_layers[0]
    layer.objects.active = mesh  # who opens the .blend sees its keys
    mesh.select_set(True, view_layer=layer)
    head = head_of(mesh)
    if head is None:
        raise SceneError("no-head", f"The head of shot {shot.name} was not imported.",
                         "Check the head file.")
    return head


def _keyed(scene: bpy.types.Scene, head: HeadInScene, shot: Shot, start: CodeBody,
           played: Played) -> tuple[int, int]:
    """Pose and keys; returns the first and last frame to render."""
    apply_code(head, start)
    tracks_of = trajectory_to_tracks if shot.keys == "editable" else dense_tracks
    tracks = tracks_of(played, fps=shot.fps, start_frame=FIRST_FRAME,
                       expression_count=head.expression_count)
    if tracks and played.seconds > 0:
        write_tracks(head.mesh, head.armature, tracks)
    last = FIRST_FRAME + math.ceil(played.seconds * shot.fps - 1e-6)
    scene.frame_start, scene.frame_end = shot.frames or (FIRST_FRAME, last)
    scene.frame_set(scene.frame_start)
    return scene.frame_start, scene.frame_end


def _cached(head: HeadInScene, arrays: Any, shot: Shot, face: Face, played: Played,
            folder: Path) -> list[Path]:
    """The exact mesh beside the keys, where the shot asks for it."""
    if shot.keys != "mesh":
        return []
    path = folder / f"{shot.name}.pc2"
    bake_performance(head.mesh, arrays, face.shape, played, path, fps=shot.fps,
                     start_frame=FIRST_FRAME)
    return [path]


def _staged(scene: bpy.types.Scene, head: HeadInScene, shot: Shot) -> None:
    apply_settings(scene, RenderSettings(
        shot.engine, shot.samples, shot.resolution, shot.fps, shot.image_format))
    scene.frame_set(FIRST_FRAME)
    set_camera(scene, head.mesh, **asdict(shot.camera))
    if shot.light != "none":
        set_lights(scene, head.mesh, shot.light)
        set_backdrop(scene)


def _outputs(scene: bpy.types.Scene, shot: Shot, folder: Path, frames: tuple[int, int],
             progress: Progress) -> list[Path]:
    files: list[Path] = []
    if "blend" in shot.output:  # first: it is quick, and shows what is being rendered
        files.append(folder / f"{shot.name}.blend")
        save_blend(scene, files[0])
    if {"images", "video"} & set(shot.output):
        pictures = [picture_path(folder, shot, at) for at in range(frames[0], frames[1] + 1)]
        for number, (at, picture) in enumerate(zip(range(frames[0], frames[1] + 1), pictures,
                                                   strict=True), 1):
            if not picture.is_file():
                render_frame(scene, at, picture)
                progress(f"{shot.name}: frame {at} ({number} of {len(pictures)})")
        if "video" in shot.output:
            files.append(folder / f"{shot.name}.mp4")
            write_video(pictures, files[-1], fps=shot.fps, resolution=shot.resolution)
        files += pictures
    return files


def picture_path(folder: Path, shot: Shot, frame: int) -> Path:
    """Where frame `frame` of `shot` lies."""
    return folder / "frames" / f"{frame:04d}{image_ending(shot.image_format)}"
