# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head in Blender's pictures: plans for tools/open_head_shots.py, and their results."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from flamewheel.head.data import HeadData
from flamewheel.wheel.facs import strengths_for

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Shot:
    """One picture: who shows what, from where, made how."""

    units: Mapping[str, float]
    shape: tuple[float, ...] = ()  # identity
    yaw: float = 0.0  # degrees, from the head's left
    engine: str = "cycles"
    samples: int = 4
    light: str = "studio"
    label: str = ""
    eyes: tuple[float, float] = field(default=(0.0, 0.0))  # rad: pitch, yaw added to both


@dataclass(frozen=True, eq=False)
class Camera:
    """A camera as it was: FLAME's axes, metres."""

    place: np.ndarray  # (3,)
    axes: np.ndarray  # (3,3) rows: right, up, backwards
    focal: float  # in picture widths
    size: int  # px

    def project(self, points: np.ndarray) -> np.ndarray:
        """(n,2) pixels of points (n,3) m."""
        seen = (points - self.place) @ self.axes.T
        across = self.focal * self.size * seen[:, :2] / -seen[:, 2:]
        return np.asarray(self.size / 2 + across * (1.0, -1.0))


def row_of(head: HeadData, shot: Shot) -> tuple[np.ndarray, np.ndarray]:
    """The shot's expression (E,) and pose (5,3)."""
    assert head.units is not None
    row, missing = strengths_for(head.units.names, shot.units)
    assert not missing, missing
    pose = head.units.poses(row[None])[0]
    pose[3:, :2] += shot.eyes
    return head.units.codes(row[None])[0], pose


def shoot(head: HeadData, head_file: Path, shots: list[Shot], folder: Path, size: int,
          blender_python: str) -> list[tuple[np.ndarray, Camera]]:
    """Each shot's picture (size,size,3) and camera; pictures stay in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "plan.json"
    rows = [(*row_of(head, shot), shot) for shot in shots]
    plan.write_text(json.dumps({"head": str(head_file.resolve()), "size": size, "shots": [
        {"file": f"{number:04}.png", "engine": shot.engine, "samples": shot.samples,
         "light": shot.light, "yaw": shot.yaw, "shape": list(shot.shape),
         "expression": expression.tolist(), "pose": pose.tolist()}
        for number, (expression, pose, shot) in enumerate(rows)]}), encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    with open(folder / "blender.log", "w", encoding="utf-8") as log:
        subprocess.run([blender_python, str(ROOT / "tools" / "open_head_shots.py"), str(plan)],
                       check=True, stdout=log, stderr=subprocess.STDOUT, env=environment)
    cameras = json.loads(plan.with_suffix(".cameras.json").read_text(encoding="utf-8"))
    pictures = [np.asarray(Image.open(folder / f"{number:04}.png").convert("RGB"))
                for number in range(len(shots))]
    return [(picture, Camera(np.array(seen["place"]), np.array(seen["axes"]), seen["focal"], size))
            for picture, seen in zip(pictures, cameras, strict=True)]
