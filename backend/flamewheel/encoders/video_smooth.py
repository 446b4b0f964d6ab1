# SPDX-License-Identifier: GPL-3.0-or-later
"""The fits of a clip's frames as one steady performance, over cuts and over lost faces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .smoothing import smooth
from .video_faces import FollowedFace
from .video_fit import FittedFrames

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LONG_GAP = 0.3  # s without a face that are bridged as if it had been there; a hand passes by
RETURN = 0.3  # s in which a face that was held through a longer gap eases into the next one


@dataclass(frozen=True, eq=False)
class SmoothFace:
    """What a face does in each of T frames."""

    expression: Floats  # (T,E') of the solved components
    jaw: Floats  # (T,3) rad
    gaze: Floats  # (T,2,2) rad: left, right; down, to the face's own left
    global_rotation: Floats  # (T,3) axis-angle rad
    scale: Floats  # (T,) pixels per metre
    translation: Floats  # (T,2) pixels
    deviation: Floats  # (T,E'+7) of expression, jaw and gaze


def smooth_face(
    face: FollowedFace, fitted: FittedFrames, closed: Flags, strength: float
) -> SmoothFace:
    """The most likely performance behind the fits.

    closed: (N,) of the fitted frames: is an eye shut, so that its gaze is not to be seen?
    strength: see `smoothing.smooth`.
    """
    from scipy.spatial.transform import Rotation

    turns = Rotation.from_matrix(fitted.turn)
    middle = turns.mean()
    solved = fitted.expression.shape[1]
    values = np.concatenate([
        fitted.expression, fitted.jaw, fitted.gaze.reshape(-1, 4),
        (turns * middle.inv()).as_rotvec(), np.log(fitted.scale)[:, None], fitted.translation,
    ], axis=1)
    variance = fitted.deviation**2
    variance[closed, solved + 3:solved + 7] = np.inf
    times, found = face.times, face.found
    smoothed = smooth(times, _among_all(values, found, 0.0), _among_all(variance, found, np.inf),
                      _breaks(face), strength)
    whole = hold_through_gaps(smoothed.values, face)
    rotation = Rotation.from_rotvec(whole[:, solved + 7:solved + 10]) * middle
    return SmoothFace(
        whole[:, :solved], whole[:, solved:solved + 3],
        whole[:, solved + 3:solved + 7].reshape(-1, 2, 2), rotation.as_rotvec(),
        np.exp(whole[:, solved + 10]), whole[:, solved + 11:],
        smoothed.deviation[:, :solved + 7],
    )


def gaps_of(face: FollowedFace) -> list[tuple[int, int]]:
    """First frame of each stretch without a face, and the first one after it."""
    lost = np.concatenate([[False], ~face.found, [False]])
    edges = np.flatnonzero(np.diff(lost.astype(np.int8)))
    return [(int(first), int(after)) for first, after in edges.reshape(-1, 2)]


def is_long(face: FollowedFace, gap: tuple[int, int]) -> bool:
    """Is too much of the performance missing, or its beginning, its end, or a cut in it?"""
    first, after = gap
    if first == 0 or after == len(face.times) or _cut_in(face, gap) is not None:
        return True
    return bool(face.times[after] - face.times[first - 1] > LONG_GAP)


def hold_through_gaps(values: Floats, face: FollowedFace) -> Floats:
    """`values` (T,C) with what is unknown held: to the next cut, else easing into what follows."""
    held = values.copy()
    for first, after in filter(lambda gap: is_long(face, gap), gaps_of(face)):
        gap = slice(first, after)
        if first == 0:
            held[gap] = values[after]
            continue
        held[gap] = values[first - 1]
        if after == len(values):
            continue
        cut = _cut_in(face, (first, after))
        if cut is not None:
            held[cut:after] = values[after]
            continue
        way = np.clip(1 - (face.times[after] - face.times[gap]) / RETURN, 0.0, 1.0)
        share = (way * way * (3 - 2 * way))[:, None]
        held[gap] += share * (values[after] - values[first - 1])
    return held


def _cut_in(face: FollowedFace, gap: tuple[int, int]) -> int | None:
    """The first frame of the last shot that begins within a gap or with its end."""
    inside = face.cuts[(face.cuts >= gap[0]) & (face.cuts <= gap[1])]
    return int(inside[-1]) if inside.size else None


def _breaks(face: FollowedFace) -> Flags:
    """(T,) frames that do not continue the one before: cuts and returns from long gaps."""
    breaks = np.zeros(len(face.times), dtype=bool)
    breaks[face.cuts] = True
    breaks[[after for _, after in filter(lambda gap: is_long(face, gap), gaps_of(face))
            if after < len(breaks)]] = True
    return breaks


def _among_all(rows: Floats, found: Flags, elsewhere: float) -> Floats:
    """(T,C) with `rows` where the face was found."""
    spread = np.full((len(found), rows.shape[1]), elsewhere)
    spread[found] = rows
    return spread
