# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the wheel's faces, each made once however many sheets show it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, HeadData
from ..head.evaluate import evaluate
from ..parameters import ExpressionCode
from ..render.studio import Studio

Pixels = npt.NDArray[np.uint8]

FRONT, THREE_QUARTER = 0.0, 0.55
"""rad of the head's turn to its left: full face, and one in which the far eye is still seen."""
SIDE = 240  # px of a picture

_JAW = JOINT_NAMES.index("jaw")


class Photographer:
    """Takes and keeps pictures of one head's expressions."""

    def __init__(self, head: HeadData, side: int = SIDE, path: Path | None = None) -> None:
        """side: px; path: the head's file, for its maps."""
        self.side = side
        self._head = head
        self._studio = Studio(head, path)
        self._kept: dict[bytes, Pixels] = {}

    def picture(
        self, code: ExpressionCode, yaw: float = FRONT, shape: Sequence[float] | None = None
    ) -> Pixels:
        """(side,side,3) of an expression on the mean person, or on one of identity `shape`."""
        identity = np.zeros(1) if shape is None else np.asarray(shape, dtype=np.float64)
        key = b"".join(part.tobytes() for part in (code.expression, code.jaw, identity,
                                                   np.float64(yaw)))
        if key not in self._kept:
            pose = np.zeros((1, len(JOINT_NAMES), 3))
            pose[0, _JAW] = code.jaw
            vertices = evaluate(self._head, identity, code.expression, pose)[0]
            self._kept[key] = self._studio.picture(vertices, code.expression, self.side, yaw)
        return self._kept[key]
