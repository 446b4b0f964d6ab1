# SPDX-License-Identifier: GPL-3.0-or-later
"""The rig against naive ways of the same (run in Blender's Python).

436 shape keys of a FLAME-sized head, written at once or vertex by vertex; playing 250 frames with
the identity folded into the basis or as keys; 36 pose correctives driven, baked to curves, or set
by a handler after each frame.  Frames alternate between the ways, so that what else the machine
does touches them alike; medians.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "blender"))

from generated_flame import generated_arrays
from simple_rig import empty_file

from blender_addon.core.head_file import HeadArrays
from blender_addon.core.keyframes import KeyframeTrack
from blender_addon.core.rig_spec import (
    POSE_DRIVERS,
    POSED_BONES,
    bone_rotation_path,
    shape_key_path,
)
from blender_addon.scene import identity
from blender_addon.scene.actions import write_tracks
from blender_addon.scene.head import import_head
from blender_addon.scene.shape_keys import add_keys

FRAMES, ROUNDS = 250, 3
KEYS = 300 + 100 + 36


def flame_sized() -> HeadArrays:
    """A made-up head of FLAME's size: 5023 vertices, 300 + 100 components."""
    made = generated_arrays(0)
    single = {name: made[name].astype(np.float32) for name in
              ("v_template", "posedirs", "J_regressor", "weights")}
    both = made["shapedirs"].astype(np.float32)
    return HeadArrays(
        name="bench", f=made["f"].astype(np.int64), shapedirs=both[..., :300],
        expressiondirs=both[..., 300:], parents=np.array([-1, 0, 1, 1, 1]), **single)


def took_ms(work: Callable[[], Any]) -> float:
    """One run."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def row(name: str, ms: float, note: str = "") -> None:
    print(f"{name:46} {ms:10.2f} ms   {note}")


def bench_keys(head: HeadArrays) -> None:
    """Only the writing of coordinates is compared: making the keys is the same for both."""
    offsets = np.concatenate([head.shapedirs, head.expressiondirs, head.posedirs], axis=-1)
    mesh = import_head(head, name="Keys", source="bench", identity_count=0, expression_count=0)
    mesh.shape_key_clear()
    mesh.shape_key_add(name="Basis", from_mix=False)
    whole = took_ms(lambda: add_keys(mesh, head.v_template, offsets, "Key{}".format, 10.0))
    blocks = list(mesh.data.shape_keys.key_blocks)[1:]
    assert len(blocks) == KEYS
    points = np.random.default_rng(0).normal(size=(KEYS, *head.v_template.shape))
    points = np.ascontiguousarray(points, dtype=np.float32)

    def at_once() -> None:
        for key, coordinates in zip(blocks, points, strict=True):
            key.points.foreach_set("co", coordinates.ravel())

    places = points.tolist()  # not timed: a reader that goes by vertex has Python's numbers

    def by_vertex() -> None:
        for key, coordinates in zip(blocks, places, strict=True):
            for vertex, place in zip(key.data, coordinates, strict=True):
                vertex.co = place

    def by_data() -> None:
        for key, coordinates in zip(blocks, points, strict=True):
            key.data.foreach_set("co", coordinates.ravel())

    fast = statistics.median(took_ms(at_once) for _ in range(9))
    middle = statistics.median(took_ms(by_data) for _ in range(3))
    slow = took_ms(by_vertex)
    row(f"{KEYS} keys, vertex by vertex", slow)
    row(f"{KEYS} keys, data.foreach_set", middle, f"{slow / middle:6.1f} x")
    row(f"{KEYS} keys, points.foreach_set (ours)", fast, f"{slow / fast:6.1f} x   (at least 250)")
    row("  all of add_keys: offsets, axes, keys", whole, f"{slow / whole:6.1f} x")


def performance(mesh: Any, rng: Any) -> None:
    """Every expression key and every bone moves on every frame."""
    frames = np.arange(1.0, FRAMES + 1)
    linear, auto = ("LINEAR",) * FRAMES, ("AUTO",) * FRAMES
    names = [key.name for key in mesh.data.shape_keys.key_blocks if key.name.startswith("Exp")]
    tracks = [KeyframeTrack(shape_key_path(name), 0, "mesh", "Expression", frames,
                            rng.normal(size=FRAMES), linear, auto) for name in names]
    tracks += [KeyframeTrack(bone_rotation_path(bone), axis, "armature", bone, frames,
                             rng.normal(size=FRAMES) * 0.2, linear, auto)
               for bone in POSED_BONES for axis in range(3)]
    write_tracks(mesh, mesh.parent, tracks)


def alternate(heads: dict[str, Any], before: Callable[[str], None]) -> dict[str, float]:
    """Median time of a frame with each of `heads` alone in the scene; all are played in turns."""
    scene = bpy.context.scene
    taken: dict[str, list[float]] = {name: [] for name in heads}
    for _ in range(ROUNDS):
        for name, mesh in heads.items():
            before(name)
            for other in heads.values():
                for thing in (other, other.parent):
                    inside = thing.name in scene.collection.objects
                    if (other is mesh) != inside:
                        change = scene.collection.objects
                        (change.unlink if inside else change.link)(thing)
            scene.frame_set(1)
            taken[name] += [took_ms(lambda f=frame: scene.frame_set(f))
                            for frame in range(2, FRAMES + 1)]
    return {name: statistics.median(times) for name, times in taken.items()}


def bench_playing(head: HeadArrays) -> None:
    """All keys non-zero; see `alternate`."""
    rng = np.random.default_rng(1)
    shape = rng.normal(size=300)
    full = import_head(head, name="Full", source="bench", identity_count=300, expression_count=100)
    folded = import_head(head, name="Folded", source="bench", expression_count=100,
                         fold_identity=shape)
    identity.set_identity(full, full.parent, shape)
    for mesh in (full, folded):
        performance(mesh, np.random.default_rng(2))
    identity.register_handlers()
    times = alternate({"full": full, "folded": folded}, lambda _: None)
    identity.unregister_handlers()
    row(f"a frame with {KEYS} keys", times["full"])
    row("a frame with the identity folded, 136 keys", times["folded"],
        f"{times['full'] / times['folded']:6.2f} x   (at least 3.5)")


def pose_values(mesh: Any) -> Any:
    """(36,) of the driven keys as they stand."""
    blocks = mesh.data.shape_keys.key_blocks
    return [blocks[driver.key].value for driver in POSE_DRIVERS]


def bench_correctives(head: HeadArrays) -> None:
    """The same head thrice; only what moves its 36 pose keys differs."""
    made = {}
    for name in ("driven", "baked", "handler"):
        mesh = import_head(head, name=name, source="bench", expression_count=50,
                           fold_identity=[0.0])
        performance(mesh, np.random.default_rng(2))
        made[name] = mesh
    scene, values = bpy.context.scene, np.empty((FRAMES, 36))
    for frame in range(FRAMES):
        scene.frame_set(frame + 1)
        values[frame] = pose_values(made["driven"])
    for name in ("baked", "handler"):
        for driver in POSE_DRIVERS:
            made[name].data.shape_keys.driver_remove(shape_key_path(driver.key))
    frames = np.arange(1.0, FRAMES + 1)
    linear, auto = ("LINEAR",) * FRAMES, ("AUTO",) * FRAMES
    write_tracks(made["baked"], made["baked"].parent, [
        KeyframeTrack(shape_key_path(driver.key), 0, "mesh", "Pose", frames, column, linear, auto)
        for driver, column in zip(POSE_DRIVERS, values.T, strict=True)])

    def by_handler(scene: Any, _: Any) -> None:
        mesh = made["handler"]
        if mesh.name not in scene.collection.objects:
            return
        entries = np.concatenate([
            (np.array(mesh.parent.pose.bones[bone].matrix_basis.to_3x3()) - np.eye(3)).ravel()
            for bone in POSED_BONES])
        for driver, value in zip(POSE_DRIVERS, entries, strict=True):
            mesh.data.shape_keys.key_blocks[driver.key].value = value

    def before(name: str) -> None:
        handlers = bpy.app.handlers.frame_change_post
        if by_handler in handlers:
            handlers.remove(by_handler)
        if name == "handler":
            handlers.append(by_handler)

    times = alternate(made, before)
    before("")
    row("a frame, 36 correctives by a handler", times["handler"],
        f"{times['handler'] / times['baked']:6.2f} x baked")
    row("a frame, 36 correctives baked to curves", times["baked"])
    row("a frame, 36 correctives driven (ours)", times["driven"],
        f"{times['driven'] / times['baked']:6.2f} x baked   (at most 1.1)")


def main() -> None:
    """Print the table."""
    print(f"Blender {bpy.app.version_string}, 5023 vertices")
    head = flame_sized()
    for bench in (bench_keys, bench_playing, bench_correctives):
        empty_file()
        bench(head)


if __name__ == "__main__":
    main()
