# SPDX-License-Identifier: GPL-3.0-or-later
"""Postures of the tongue: how far each part of its length goes forward, up and thin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .mesh_tools import Points, smoothstep


@dataclass(frozen=True)
class TonguePosture:
    """Shifts in mm from rest behind the lower teeth; judged on renders."""

    forward: float  # of the tip; the root goes a third as far
    lift: float  # of the whole front half
    tip: float  # of the tip besides: curls up, or hangs down
    thickness: float  # share of its own that the tip keeps
    back: float = 0.0  # lift of the back half


OUT = TonguePosture(forward=30.0, lift=11.0, tip=-6.0, thickness=0.55)
LICKING = TonguePosture(forward=23.0, lift=13.0, tip=11.0, thickness=0.5)


def tongue_shift(points: Points, posture: TonguePosture) -> Points:
    """(k,3) mm for the tongue's vertices (k,3)."""
    z = points[:, 2]
    along = (z - z.min()) / np.ptp(z)  # 0 root .. 1 tip
    front = smoothstep((along - 0.25) / 0.5)
    middle = _middle_height(points)
    shift = np.zeros_like(points)
    shift[:, 2] = posture.forward * (0.33 + 0.67 * along)
    shift[:, 1] = (posture.lift * front + posture.tip * smoothstep((along - 0.55) / 0.45)
                   + posture.back * (1 - smoothstep((along - 0.3) / 0.45))
                   + (points[:, 1] - middle) * (posture.thickness - 1) * front)
    return shift


def _middle_height(points: Points) -> float:
    return float((points[:, 1].min() + points[:, 1].max()) / 2)
