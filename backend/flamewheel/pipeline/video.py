# SPDX-License-Identifier: GPL-3.0-or-later
"""Videos to performances."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..parameters import ExpressionCode, FaceParameters, Identity
from .progress import Progress

if TYPE_CHECKING:
    from ..encoders.video import VideoTrack
    from ..trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class VideoResult:
    """What a person does in a clip, and who they are."""

    trajectory: Trajectory  # one code a frame, and few keys; 0 s is the first frame
    track: VideoTrack  # the same at the clip's own times, with errors, cuts and gaps
    identity: FaceParameters  # the person at rest
    error: float  # median residual, fraction of the inter-ocular distance
    notes: tuple[str, ...]


def encode_video(
    video: Path,
    *,
    head: str = "open",
    face: int | None = None,
    identity: FaceParameters | None = None,
    start: float | None = None,
    end: float | None = None,
    frame_rate: float | None = None,
    smoothing: float = 1.0,
    tolerance: float | None = None,
    progress: Progress | None = None,
) -> VideoResult:
    """The performance of one face in a clip, for `head`, at `frame_rate` (None: the clip's own).

    face: which, by size when the faces first show; None: the largest.  identity: who it is; None:
    found from the clip.  start, end: s of the clip.  smoothing: how much of the jitter goes, 0 to
    leave it, 1 for what is noise.  tolerance: mm by which keys may miss; None: 0.3.  progress may
    raise, to cancel.  Raises VideoError and others, see `encoders.video.encode_video`.
    """
    import numpy as np

    from ..encoders.video import encode_video as encode
    from ..encoders.video_keys import TOLERANCE, check_wishes, trajectory_of
    from ..head.registry import find_head

    millimetres = TOLERANCE if tolerance is None else tolerance
    check_wishes(frame_rate, millimetres, smoothing)
    data = find_head(head)
    who = None if identity is None else Identity(identity.identity.shape)
    track = encode(video, data, identity=who, face=face, start=start, end=end,
                   smoothing=smoothing, progress=progress)
    trajectory = trajectory_of(track, data, frame_rate, millimetres)
    rest = ExpressionCode(np.zeros(data.expression_count))
    return VideoResult(trajectory, track, FaceParameters(data.name, track.identity, rest),
                       float(np.nanmedian(track.error)), track.notes)


def write_video_preview(
    video: Path, track: VideoTrack, output: Path, *, head: str = "open",
    progress: Progress | None = None,
) -> None:
    """The clip and the head that was made of it, side by side, as an MP4.

    Raises OutputError where it cannot be written.
    """
    from ..encoders.video_preview import write_preview
    from ..head.registry import find_head

    write_preview(video, track, find_head(head), output, progress)
