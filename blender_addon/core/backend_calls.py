# SPDX-License-Identifier: GPL-3.0-or-later
"""What the backend can be asked, as functions: messages go in, messages come out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from .errors import BackendError
from .protocol import (
    PATH_BLEND,
    PATH_CONVERT,
    PATH_ENCODE,
    PATH_HEADS,
    PATH_HEALTH,
    PATH_RETARGET,
    BlendReply,
    BlendRequest,
    ConvertRequest,
    FaceReply,
    HeadReply,
    HealthReply,
    RetargetRequest,
    from_dict,
    from_json,
    to_json,
)
from .protocol_infer import PATH_INFER, InferReply, InferRequest
from .protocol_photos import PATH_PHOTOS, PhotosReply, PhotosRequest
from .protocol_plan import (
    PATH_PERFORM,
    PATH_TRANSITION,
    PATH_UNDERSTAND,
    PerformRequest,
    TrajectoryReply,
    TransitionRequest,
    UnderstandReply,
    UnderstandRequest,
)
from .protocol_units import (
    PATH_MEASURE,
    PATH_UNITS,
    MeasureReply,
    MeasureRequest,
    UnitsReply,
    UnitsRequest,
)
from .protocol_video import PATH_JOBS, PATH_VIDEO, JobReply, VideoReply, VideoRequest

POLL = 0.1
"""Seconds between two questions how far a job is: a person sees it move, the backend no load."""


class Watcher(Protocol):
    """Who waits for a long call, and may give up; `client.jobs.Job` does."""

    @property
    def cancelled(self) -> bool:
        """Has the one who waits given up?"""

    def report(self, fraction: float, text: str = "") -> None:
        """How far it is."""

    def when_cancelled(self, break_off: Callable[[], None] | None) -> None:
        """What ends a call under way at once; None: the call looks itself."""


class Transport(Protocol):
    """Whatever brings bytes there and back; `client.http.Connection` does."""

    def get(self, path: str) -> bytes:
        """The answer's body."""

    def post(self, path: str, body: bytes) -> bytes:
        """The answer to a JSON body."""

    def delete(self, path: str) -> bytes:
        """The answer's body."""

    def post_file(self, path: str, file: Path, query: Mapping[str, object]) -> bytes:
        """The answer to a file."""


class BackendCalls:
    """One method for each verb; each raises what the backend refuses with."""

    def __init__(self, transport: Transport, watcher: Watcher | None = None) -> None:
        self._transport = transport
        self._watcher = watcher

    def health(self) -> HealthReply:
        """Version, and whether torch is loaded."""
        return from_json(HealthReply, self._transport.get(PATH_HEALTH))

    def heads(self) -> list[HeadReply]:
        """The heads that can be named."""
        read = json.loads(self._transport.get(PATH_HEADS))
        if not isinstance(read, list):
            raise BackendError("bad-message", "The list of heads is no list.",
                               "Use an add-on and a backend of the same Flamewheel version.")
        return [from_dict(HeadReply, item) for item in read]

    def encode(
        self, photo: Path, head: str = "open", face: int | None = None, *,
        encoder: str | None = None, shape_from: str | None = None,
        expression_from: str | None = None,
    ) -> FaceReply:
        """The face in a photo; `face` chooses among several (1 = largest).

        encoder: landmark (without a word), deca, emoca, smirk or mica; `shape_from` and
        `expression_from` name others for the identity and for all else.  The networks' checkpoints
        lie in the backend's folder of checkpoints; one that is missing is refused with where.
        """
        query: dict[str, Any] = {
            "head": head, "face": face, "encoder": encoder, "shape_from": shape_from,
            "expression_from": expression_from,
        }
        return from_json(FaceReply, self._transport.post_file(PATH_ENCODE, photo, query))

    def encode_photos(self, asked: PhotosRequest) -> PhotosReply:
        """The faces in several photos of one person; the watcher is told how far it is."""
        return from_json(PhotosReply, self._work(PATH_PHOTOS, to_json(asked)))

    def infer(self, asked: InferRequest) -> InferReply:
        """The emotion that a face shows."""
        return from_json(InferReply, self._transport.post(PATH_INFER, to_json(asked)))

    def blend(self, asked: BlendRequest) -> BlendReply:
        """Up to three emotions as an expression."""
        return from_json(BlendReply, self._transport.post(PATH_BLEND, to_json(asked)))

    def transition(self, asked: TransitionRequest) -> TrajectoryReply:
        """A sentence as a performance."""
        return from_json(TrajectoryReply, self._transport.post(PATH_TRANSITION, to_json(asked)))

    def understand(self, asked: UnderstandRequest) -> UnderstandReply:
        """What a sentence means, step by step; nothing is changed."""
        return from_json(UnderstandReply, self._transport.post(PATH_UNDERSTAND, to_json(asked)))

    def perform(self, asked: PerformRequest) -> TrajectoryReply:
        """Steps as a performance."""
        return from_json(TrajectoryReply, self._transport.post(PATH_PERFORM, to_json(asked)))

    def encode_video(self, asked: VideoRequest) -> VideoReply:
        """The performance in a video.  Takes as long as the clip; the watcher is told how far."""
        return from_json(VideoReply, self._work(PATH_VIDEO, to_json(asked)))

    def retarget(self, asked: RetargetRequest) -> FaceReply:
        """One face's expression on another's identity."""
        return from_json(FaceReply, self._transport.post(PATH_RETARGET, to_json(asked)))

    def convert(self, asked: ConvertRequest) -> HeadReply:
        """A FLAME pickle as a head file."""
        return from_json(HeadReply, self._transport.post(PATH_CONVERT, to_json(asked)))

    def head_units(self, asked: UnitsRequest) -> UnitsReply:
        """A head's action units; solving them for a head that names none takes a while."""
        return from_json(UnitsReply, self._work(PATH_UNITS, to_json(asked)))

    def measure_units(self, asked: MeasureRequest) -> MeasureReply:
        """How strongly faces show the units of their head."""
        return from_json(MeasureReply, self._work(PATH_MEASURE, to_json(asked)))

    def _work(self, start: str, body: bytes) -> bytes:
        """The result of a job begun at the path `start`; one that is cancelled ends there too."""
        if self._watcher is not None:
            self._watcher.when_cancelled(None)  # the connection is needed, to end the job
        job = from_json(JobReply, self._transport.post(start, body))
        path = f"{PATH_JOBS}/{job.job}"
        while not job.finished:
            time.sleep(POLL)
            if self._watcher is not None and self._watcher.cancelled:
                self._transport.delete(path)
                raise BackendError("cancelled", "Cancelled.")
            job = from_json(JobReply, self._transport.get(path))
            if self._watcher is not None:
                self._watcher.report(job.done / job.total if job.total else 0.0, job.what)
        return self._transport.get(f"{path}/result")
