# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend without torch: it answers as the protocol says and remembers what it was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from blender_addon.core.errors import WheelError
from blender_addon.core.protocol import (
    BlendReply,
    BlendRequest,
    CodeBody,
    FaceReply,
)
from blender_addon.core.protocol_plan import TrajectoryReply, TransitionRequest


class FakeBackend:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def encode(self, photo: Path, head: str = "open", face: int | None = None) -> FaceReply:
        self.asked.append(photo)
        pose = {"global": [0, 0, 0], "neck": [0, 0, 0], "jaw": [0.05, 0, 0], "eyes": [[0] * 3] * 2}
        made = {"head": "open", "shape": [1.0, -0.5], "expression": [0.5], "pose": pose}
        return FaceReply(made, ["2 faces; took the largest"])

    def blend(self, asked: BlendRequest) -> BlendReply:
        self.asked.append(asked)
        if asked.primary.emotion == "Jooy":
            raise WheelError("unknown-emotion", 'There is no emotion "Jooy".', "Did you mean Joy?")
        return BlendReply(CodeBody([0.0, 2.0], jaw=[0.3, 0.0, 0.0]), asked.primary.emotion)

    def transition(self, asked: TransitionRequest) -> TrajectoryReply:
        self.asked.append(asked)
        assert asked.start is not None
        start = [*asked.start.expression, *asked.start.jaw, *asked.start.neck,
                 *asked.start.eyes[0], *asked.start.eyes[1]]
        end = [0.0] * len(start)
        end[2] = -1.5
        return TrajectoryReply("open", [0.0, 0.1], [start, end], ["linear"], seed=asked.seed)
