# SPDX-License-Identifier: GPL-3.0-or-later
"""What passes between Blender and the backend for a video: a job, and what comes of it.

A POST to PATH_VIDEO answers at once with the job's name, a GET of PATH_JOBS/name says how far it
is, one of PATH_JOBS/name/result what came of it, once; a DELETE of PATH_JOBS/name ends it.  A job
that nobody asks about for a while ends by itself.

This file is shared by the backend and the add-on, byte for byte (`make sync`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

PATH_VIDEO = "/v1/video"
PATH_JOBS = "/v1/jobs"


@dataclass(frozen=True)
class VideoRequest:
    """Take the performance in a video; a path on this machine, which both sides run on."""

    head: str
    video: str
    frame_rate: float  # codes a second of the result: the scene's
    face: int | None = None  # 1 = largest when the faces first show
    start: float | None = None  # s of the clip
    end: float | None = None
    smoothing: float = 1.0  # 0 leaves the jitter
    tolerance: float | None = None  # mm that the keys may miss
    shape: list[float] | None = None  # who it is, where it is known


@dataclass(frozen=True)
class JobReply:
    """How far a job is."""

    job: str
    done: int = 0
    total: int = 0  # 0: not known yet
    what: str = ""  # the step it is at, for a person
    finished: bool = False  # its result, or why there is none, can be fetched


@dataclass(frozen=True)
class KeysBody:
    """`CurveKeys` on the wire, rows of one length."""

    channels: list[int]  # columns of a code, then the head's turn
    times: list[float]
    values: list[float]
    slopes: list[float]
    holds: list[bool]


@dataclass(frozen=True)
class VideoReply:
    """A performance as few keys, and the person."""

    head: str
    expression: int  # expression numbers of a code: jaw, neck, eyes and the turn follow them
    seconds: float
    keys: KeysBody
    shape: list[float]
    error: float | None  # median residual, fraction of the inter-ocular distance
    notes: list[str] = field(default_factory=list)
