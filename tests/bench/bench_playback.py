# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the open head plays: 250 frames in which every expression key and bone moves.

Run in Blender's Python.  The dependency graph is evaluated in the background, as a viewport's
would be before it draws; the aim is 30 frames a second on two cores.  Identity as keys, and folded
into the basis; then with a slider for every action unit, whose drivers are all evaluated anew on
each frame: sliders keyed, and sliders and what lies under them.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "blender"))

from simple_rig import empty_file

from blender_addon.core.head_file import HeadArrays, read_head
from blender_addon.core.head_units import HeadUnits, units_of_file
from blender_addon.core.keyframes import KeyframeTrack
from blender_addon.core.rig_spec import POSED_BONES, bone_rotation_path, shape_key_path
from blender_addon.scene import identity
from blender_addon.scene.actions import write_channels, write_tracks
from blender_addon.scene.find import head_of
from blender_addon.scene.head import import_head
from blender_addon.scene.unit_channels import slider_track
from blender_addon.scene.unit_rig import add_units

FRAMES, ROUNDS = 250, 2
HEAD = Path(__file__).resolve().parents[2] / "flame_assets" / "open_head.npz"
AIM = 30.0  # frames a second
BONE_SWING = 0.15  # rad, standard deviation
SLIDERS_USED = 0.2  # share; the others have keys at zero, which cost the same
KEYED = 50  # expression keys that published networks fill


def animate(mesh: Any) -> int:
    """Keys on every frame for all expression keys and the bones; returns how many channels."""
    rng = np.random.default_rng(2)
    frames = np.arange(1.0, FRAMES + 1)
    linear, auto = ("LINEAR",) * FRAMES, ("AUTO",) * FRAMES
    names = [key.name for key in mesh.data.shape_keys.key_blocks if key.name.startswith("Exp")]
    tracks = [KeyframeTrack(shape_key_path(name), 0, "mesh", "Expression", frames,
                            rng.normal(size=FRAMES), linear, auto) for name in names]
    tracks += [KeyframeTrack(bone_rotation_path(bone), axis, "armature", bone, frames,
                             rng.normal(size=FRAMES) * BONE_SWING, linear, auto)
               for bone in POSED_BONES for axis in range(3)]
    write_tracks(mesh, mesh.parent, tracks)
    return len(tracks)


def animate_sliders(mesh: Any, units: HeadUnits) -> int:
    """Keys on every frame for all sliders, one in five of them in use; returns how many."""
    rng = np.random.default_rng(3)
    frames = np.arange(1.0, FRAMES + 1)
    write_channels(mesh, mesh.parent, [
        slider_track(name, frames, rng.random(FRAMES) * (rng.random() < SLIDERS_USED))
        for name in units.names])
    return len(units.names)


def frame_times(mesh: Any) -> list[float]:
    """Seconds of each frame, its evaluated mesh in hand."""
    scene = bpy.context.scene
    taken = []
    for _ in range(ROUNDS):
        scene.frame_set(1)
        for frame in range(2, FRAMES + 1):
            began = time.perf_counter()
            scene.frame_set(frame)
            evaluated = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
            assert len(evaluated.data.vertices) >= len(mesh.data.vertices)
            taken.append(time.perf_counter() - began)
    return taken


def measure(name: str, head: HeadArrays, expressions: int, shape: list[float] | None,
            units: HeadUnits | None = None, expression_keyed: bool = True) -> None:
    """One way of importing: print its frames a second."""
    empty_file()
    began = time.perf_counter()
    count = 0 if shape is not None else head.shapedirs.shape[-1]
    mesh = import_head(head, name="Head", source="open", identity_count=count,
                       expression_count=expressions, fold_identity=shape)
    imported = time.perf_counter() - began
    if count:
        identity.set_identity(mesh, mesh.parent, np.random.default_rng(1).normal(size=count))
    channels = animate(mesh) if expression_keyed else 0
    if units is not None:
        began = time.perf_counter()
        add_units(head_of(mesh), units)
        imported = time.perf_counter() - began
        channels += animate_sliders(mesh, units)
    identity.register_handlers()
    taken = frame_times(mesh)
    identity.unregister_handlers()
    keys = len(mesh.data.shape_keys.key_blocks) - 1
    median, slow = statistics.median(taken), float(np.percentile(taken, 95))
    made = "import" if units is None else "sliders"
    print(f"{name:34} {keys:4} keys {channels:4} channels  {made:7} {imported:5.2f} s  "
          f"{1 / median:6.1f} frames/s (95th percentile {1 / slow:5.1f})"
          f"{'' if 1 / median >= AIM else f'   below {AIM:.0f}'}", flush=True)


def main() -> None:
    """Print the table; a head file may be named."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HEAD
    head, units = read_head(path), units_of_file(path)
    print(f"Blender {bpy.app.version_string}, {len(head.v_template)} vertices")
    every = head.expressiondirs.shape[-1]
    someone = np.random.default_rng(1).normal(size=head.shapedirs.shape[-1]).tolist()
    measure("all keys, identity as keys", head, every, None)
    measure("all expression keys, folded", head, every, someone)
    measure("fifty expression keys", head, KEYED, None)
    if units is not None:
        measure("unit sliders alone", head, every, None, units, expression_keyed=False)
        measure("sliders and all expression keys", head, every, None, units)
        measure("the same, folded", head, every, someone, units)


if __name__ == "__main__":
    main()
