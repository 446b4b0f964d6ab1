# SPDX-License-Identifier: GPL-3.0-or-later
"""One emotion at any intensity as strengths of a head's action units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from ..wheel_names import NEUTRAL
from .facs import Array, ring_strengths, strengths_for
from .points import INTENSE, WheelPoint


def face_strengths(
    names: Sequence[str], point: WheelPoint, measured: Mapping[str, Array] | None = None
) -> Array:
    """(U,) strengths of the head's units `names`, not yet bounded.

    By FACS, or, where `measured` gives the strengths (U,) of the basic face as photos show it, in
    proportion to these.  Beyond the intense ring they go on in proportion.
    """
    if point.emotion == NEUTRAL or point.intensity == 0.0:
        return np.zeros(len(names))
    if measured is not None:
        return np.asarray(point.intensity * measured[point.emotion])
    beyond = max(point.intensity / INTENSE, 1.0)
    return np.asarray(beyond * _by_facs(tuple(names), point.emotion,
                                        min(point.intensity, INTENSE)))


@lru_cache(maxsize=512)
def _by_facs(names: tuple[str, ...], emotion: str, intensity: float) -> Array:
    row, _ = strengths_for(names, ring_strengths(emotion, intensity))
    row.flags.writeable = False
    return row
