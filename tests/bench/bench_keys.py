# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing 250 frames x 56 channels of keys, against `keyframe_insert` (run in Blender's Python).

Both write the same values: 50 expression keys and 6 rotation channels.  New Actions each time.
Medians; ratios mean the same on every machine.
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
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "blender"))

from simple_rig import empty_file, simple_rig

from blender_addon.core.keyframes import dense_tracks
from blender_addon.scene.actions import curves_of, write_tracks

FRAMES, EXPRESSIONS, RUNS = 250, 50, 7


class Performance:
    """Random values on 50 expression keys, the jaw and the neck, one anchor a frame."""

    times = np.arange(FRAMES) / 24
    codes = np.random.default_rng(0).normal(size=(FRAMES, EXPRESSIONS + 12)) * 0.2
    codes[:, EXPRESSIONS + 6:] = 0
    easings = ("linear",) * (FRAMES - 1)


def median_ms(work: Callable[[], Any], before: Callable[[], Any]) -> float:
    """The median of RUNS runs; `before` is not timed."""
    took = []
    for _ in range(RUNS):
        before()
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def main() -> None:
    """Print the table."""
    empty_file()
    head, rig = simple_rig(EXPRESSIONS)
    tracks = dense_tracks(Performance(), fps=24, start_frame=1, expression_count=EXPRESSIONS)
    assert len(tracks) == 56 and all(track.frames.size == FRAMES for track in tracks)

    def forget() -> None:
        for thing in (head.data.shape_keys, rig):
            thing.animation_data_clear()
        bpy.data.batch_remove(list(bpy.data.actions))

    def naive() -> None:
        blocks, bones = head.data.shape_keys.key_blocks, rig.pose.bones
        for at in range(FRAMES):
            for track in tracks:
                name = track.channel.split('"')[1]
                if track.owner == "mesh":
                    blocks[name].value = track.values[at]
                    blocks[name].keyframe_insert("value", frame=track.frames[at])
                else:
                    bones[name].rotation_euler[track.index] = track.values[at]
                    bones[name].keyframe_insert("rotation_euler", index=track.index,
                                                frame=track.frames[at])

    def ours() -> None:
        write_tracks(head, rig, tracks)

    slow = median_ms(naive, forget)
    fast = median_ms(ours, forget)
    again = median_ms(ours, lambda: None)
    count = sum(len(c.keyframe_points) for o in (head.data.shape_keys, rig) for c in curves_of(o))
    assert count == FRAMES * len(tracks)
    made = median_ms(lambda: dense_tracks(Performance(), fps=24, start_frame=1,
                                          expression_count=EXPRESSIONS), lambda: None)
    print(f"Blender {bpy.app.version_string}: {FRAMES} frames x {len(tracks)} channels")
    print(f"{'keyframe_insert':34} {slow:8.1f} ms")
    print(f"{'write_tracks, new Actions':34} {fast:8.2f} ms   {slow / fast:6.1f} x")
    print(f"{'write_tracks over the same keys':34} {again:8.2f} ms   {slow / again:6.1f} x")
    print(f"{'dense_tracks (seconds to frames)':34} {made:8.2f} ms")


if __name__ == "__main__":
    main()
