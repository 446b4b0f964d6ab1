# SPDX-License-Identifier: GPL-3.0-or-later
"""Request -> pipeline -> reply: one short function for each verb.

Work runs in threads, one at a time in each of two lanes, so that dragging on the wheel does not
wait behind a photo.  A request whose sender has hung up while it waited is not worked on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from .. import parameter_file, pipeline, protocol
from ..errors import BackendError, FlamewheelError
from ..head.data import HeadData
from ..parameters import POSE_SIZE, ExpressionCode, FaceParameters, Identity, checked_array
from ..protocol_infer import PATH_INFER, InferRequest
from ..protocol_photos import PATH_PHOTOS, PhotosRequest
from ..protocol_plan import (
    PATH_PERFORM,
    PATH_TRANSITION,
    PATH_UNDERSTAND,
    PerformRequest,
    TransitionRequest,
    UnderstandRequest,
)
from ..protocol_units import PATH_MEASURE, PATH_UNITS, MeasureRequest, UnitsRequest
from ..protocol_video import PATH_JOBS, PATH_VIDEO, VideoReply, VideoRequest
from .answers import JSON_TYPE, body_of, internal, no_such_path, status_of, wrong_method
from .blend_answers import blend as answer_blend
from .bodies import keys_body
from .door import BODY
from .inference_answers import infer as infer_emotion
from .jobs import Jobs
from .photo_answers import encode_photos
from .plan_answers import act_sentence, perform_steps, understand_sentence
from .unit_answers import measure_units, solve_units

log = logging.getLogger(__name__)
Result = TypeVar("Result")


def make_rooms() -> FastAPI:
    """The application behind the door; documentation pages are for browsers, so it has none."""
    rooms = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    heavy, light = asyncio.Lock(), asyncio.Lock()

    @rooms.get(protocol.PATH_HEADS)
    async def heads(request: Request) -> Response:
        return await _reply(light, request, _heads)

    @rooms.post(protocol.PATH_ENCODE)
    async def encode(
        request: Request, head: str = "open", face: int | None = None, encoder: str | None = None,
        shape_from: str | None = None, expression_from: str | None = None,
    ) -> Response:
        photo: bytes = request.scope[BODY]  # a bytearray, which needs no copy
        by = (encoder, shape_from, expression_from)
        return await _reply(heavy, request, lambda: _encode(photo, head, face, by))

    @rooms.post(PATH_INFER)
    async def infer(request: Request) -> Response:
        asked = protocol.from_json(InferRequest, bytes(request.scope[BODY]))
        return await _reply(heavy, request, lambda: infer_emotion(asked))

    @rooms.post(protocol.PATH_BLEND)
    async def blend(request: Request) -> Response:
        asked = protocol.from_json(protocol.BlendRequest, bytes(request.scope[BODY]))
        return await _reply(light, request, lambda: answer_blend(asked))

    @rooms.post(protocol.PATH_RETARGET)
    async def retarget(request: Request) -> Response:
        asked = protocol.from_json(protocol.RetargetRequest, bytes(request.scope[BODY]))
        return await _reply(light, request, lambda: _retarget(asked))

    @rooms.post(protocol.PATH_CONVERT)
    async def convert(request: Request) -> Response:
        asked = protocol.from_json(protocol.ConvertRequest, bytes(request.scope[BODY]))
        return await _reply(heavy, request, lambda: _convert(asked))

    _add_sentences(rooms, light)
    _add_jobs(rooms, Jobs())
    _say_refusals(rooms)
    return rooms


def _add_sentences(rooms: FastAPI, light: asyncio.Lock) -> None:
    """What a sentence means, and its performance."""

    @rooms.post(PATH_TRANSITION)
    async def transition(request: Request) -> Response:
        asked = protocol.from_json(TransitionRequest, bytes(request.scope[BODY]))
        return await _reply(light, request, lambda: act_sentence(asked))

    @rooms.post(PATH_UNDERSTAND)
    async def understand(request: Request) -> Response:
        asked = protocol.from_json(UnderstandRequest, bytes(request.scope[BODY]))
        return await _reply(light, request, lambda: understand_sentence(asked))

    @rooms.post(PATH_PERFORM)
    async def perform(request: Request) -> Response:
        asked = protocol.from_json(PerformRequest, bytes(request.scope[BODY]))
        return await _reply(light, request, lambda: perform_steps(asked))


def _add_jobs(rooms: FastAPI, jobs: Jobs) -> None:
    """What takes minutes: begun, asked about, fetched, ended.  None of it waits."""

    def say(message: Any) -> Response:
        return Response(protocol.to_json(message), media_type=JSON_TYPE)

    @rooms.post(PATH_VIDEO)
    async def video(request: Request) -> Response:
        asked = protocol.from_json(VideoRequest, bytes(request.scope[BODY]))
        return say(jobs.start(lambda progress: _video(asked, progress)))

    @rooms.post(PATH_PHOTOS)
    async def photos(request: Request) -> Response:
        asked = protocol.from_json(PhotosRequest, bytes(request.scope[BODY]))
        return say(jobs.start(lambda progress: encode_photos(asked, progress)))

    @rooms.post(PATH_UNITS)
    async def units(request: Request) -> Response:
        asked = protocol.from_json(UnitsRequest, bytes(request.scope[BODY]))
        return say(jobs.start(lambda progress: solve_units(asked, progress)))

    @rooms.post(PATH_MEASURE)
    async def measure(request: Request) -> Response:
        asked = protocol.from_json(MeasureRequest, bytes(request.scope[BODY]))
        return say(jobs.start(lambda progress: measure_units(asked, progress)))

    @rooms.get(PATH_JOBS + "/{name}")
    async def job(name: str) -> Response:
        return say(jobs.reply(name))

    @rooms.get(PATH_JOBS + "/{name}/result")
    async def result(name: str) -> Response:
        return say(jobs.result(name))

    @rooms.delete(PATH_JOBS + "/{name}")
    async def end(name: str) -> Response:
        return say(jobs.cancel(name))


def _encode(
    photo: bytes, head: str, face: int | None, by: tuple[str | None, str | None, str | None]
) -> protocol.FaceReply:
    choice = pipeline.choose_encoder(*by)
    if choice.is_landmark:
        return _face_reply(pipeline.encode(photo, head=head, face=face))
    return _face_reply(pipeline.encode_by(choice, photo, head=head, face=face))


def _video(asked: VideoRequest, progress: pipeline.Progress) -> VideoReply:
    who = None
    if asked.shape is not None:
        shape = checked_array("shape", asked.shape, (None,))
        who = FaceParameters(asked.head, Identity(shape), ExpressionCode.neutral(0))
    result = pipeline.encode_video(
        Path(asked.video), head=asked.head, face=asked.face, identity=who, start=asked.start,
        end=asked.end, frame_rate=asked.frame_rate, smoothing=asked.smoothing,
        tolerance=asked.tolerance, progress=progress,
    )
    path, keys = result.trajectory, result.trajectory.keys
    assert keys is not None
    return VideoReply(
        path.head, path.codes.shape[1] - POSE_SIZE, path.seconds, keys_body(keys),
        result.identity.identity.shape.tolist(), result.error, list(result.notes))


def _retarget(asked: protocol.RetargetRequest) -> protocol.FaceReply:
    source = parameter_file.from_dict(asked.source)
    target = None if asked.target is None else parameter_file.from_dict(asked.target)
    return _face_reply(pipeline.retarget(source, target, head=asked.head))


def _convert(asked: protocol.ConvertRequest) -> protocol.HeadReply:
    output = Path(asked.output)
    head = pipeline.convert_head(Path(asked.source), output)
    return _head_reply(head.name, head, output)


def _heads() -> list[protocol.HeadReply]:
    """Those that can be read; a damaged file in the user's folder hides no other."""
    from ..head.registry import find_head

    replies = []
    for entry in pipeline.heads():
        try:
            replies.append(_head_reply(entry.name, find_head(entry.path), entry.path))
        except FlamewheelError as refusal:
            log.warning("the head %s is left out: %s", entry.name, refusal)
    return replies


def _head_reply(name: str, head: HeadData, path: Path) -> protocol.HeadReply:
    return protocol.HeadReply(
        name, str(path), head.vertex_count, head.identity_count, head.expression_count,
        head.licence, head.checksum,
    )


def _face_reply(face: FaceParameters) -> protocol.FaceReply:
    return protocol.FaceReply(parameter_file.to_dict(face), list(face.notes))


async def _reply(lane: asyncio.Lock, request: Request, work: Callable[[], Any]) -> Response:
    """`work` in a thread when its turn in `lane` comes, as JSON."""
    async with lane:
        if await request.is_disconnected():
            return Response(status_code=499)  # nobody reads it
        message = await asyncio.to_thread(work)
    return Response(await asyncio.to_thread(protocol.to_json, message), media_type=JSON_TYPE)


def _say_refusals(rooms: FastAPI) -> None:
    """FastAPI's own refusals in the one shape that all have."""

    def say(refusal: FlamewheelError) -> Response:
        return Response(body_of(refusal), status_of(refusal), media_type=JSON_TYPE)

    @rooms.exception_handler(FlamewheelError)
    async def refused(request: Request, refusal: FlamewheelError) -> Response:
        return say(refusal)

    @rooms.exception_handler(HTTPException)
    async def no_way(request: Request, failure: HTTPException) -> Response:
        path = request.url.path
        wrong = failure.status_code == 405
        return say(wrong_method(request.method, path) if wrong else no_such_path(path))

    @rooms.exception_handler(RequestValidationError)
    async def bad_query(request: Request, failure: RequestValidationError) -> Response:
        names = ", ".join(str(error["loc"][-1]) for error in failure.errors())
        return say(BackendError("bad-message", f"The address has a wrong value: {names}.",
                                "Use an add-on and a backend of the same Flamewheel version."))

    @rooms.exception_handler(Exception)
    async def failed(request: Request, failure: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=failure)
        return say(internal(failure))
