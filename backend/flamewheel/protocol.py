# SPDX-License-Identifier: GPL-3.0-or-later
"""What passes between Blender and the backend: version, paths, bodies.

HTTP/1.1 on loopback.  Every request carries `Authorization: Bearer <token>` and
`X-Flamewheel-Protocol: 1`; every answer is JSON.  A refusal has the status of its error and the
body of `ErrorReply`.  A photo travels as the raw request body, never inside JSON.
`protocol_plan` has the messages of sentences, `protocol_photos` and `protocol_video` those of what
takes minutes.

The child tells its parent where it listens with one JSON line on its standard output,
`Greeting`; the token is in it and nowhere else.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
and numpy only.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, field, fields
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from . import errors
from .errors import BackendError, FlamewheelError, InstructionError

PROTOCOL_VERSION = 1
PROTOCOL_HEADER = "X-Flamewheel-Protocol"
MAX_PHOTO_BYTES = 64 * 1024 * 1024
MAX_JSON_BYTES = 8 * 1024 * 1024

PATH_HEALTH = "/health"
PATH_HEADS = "/v1/heads"
PATH_ENCODE = "/v1/encode"
PATH_BLEND = "/v1/blend"
PATH_RETARGET = "/v1/retarget"
PATH_CONVERT = "/v1/head/convert"

Message = TypeVar("Message")


@dataclass(frozen=True)
class Greeting:
    """The child's first line on its standard output."""

    port: int
    token: str
    pid: int
    version: str
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True)
class HealthReply:
    """Is it there, and what has it loaded?"""

    version: str
    pid: int
    torch: str  # "loading", "ready" or "failed: why"
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True)
class ErrorReply:
    """A refusal: the fields of `FlamewheelError`, and which of its classes it was."""

    code: str
    message: str
    hint: str = ""
    kind: str = ""  # name of the class in errors.py; the other side raises it again
    start: int | None = None  # [start, end) in the sentence that is refused
    end: int | None = None

    @staticmethod
    def of(error: FlamewheelError) -> ErrorReply:
        """The body for `error`."""
        place = (error.span if isinstance(error, InstructionError) else None) or (None, None)
        return ErrorReply(error.code, error.message, error.hint, type(error).__name__, *place)

    def error(self) -> FlamewheelError:
        """The refusal as it was raised; a class this side does not know becomes the root."""
        kind = getattr(errors, self.kind, FlamewheelError)
        if not (isinstance(kind, type) and issubclass(kind, FlamewheelError)):
            kind = FlamewheelError
        if kind is InstructionError and self.start is not None and self.end is not None:
            place = (self.start, self.end)
            return InstructionError(self.code, self.message, self.hint, place)
        return kind(self.code, self.message, self.hint)


@dataclass(frozen=True)
class HeadReply:
    """A head the backend knows."""

    name: str
    path: str
    vertices: int
    identity: int
    expression: int
    licence: str
    checksum: str


@dataclass(frozen=True)
class CodeBody:
    """`ExpressionCode` on the wire."""

    expression: list[float]
    jaw: list[float] = field(default_factory=lambda: [0.0] * 3)
    neck: list[float] = field(default_factory=lambda: [0.0] * 3)
    eyes: list[list[float]] = field(default_factory=lambda: [[0.0] * 3, [0.0] * 3])


@dataclass(frozen=True)
class FaceReply:
    """The answer of `encode` and `retarget`: the parameter file itself."""

    parameters: dict[str, Any]  # the JSON parameter file, see DESIGN "Parameter file"
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class WheelSpot:
    """A place on the wheel: an emotion's name and its strength, 1.0 = basic, None = the word's."""

    emotion: str
    intensity: float | None = None


@dataclass(frozen=True)
class BlendRequest:
    """Mix up to three emotions.

    `weight` is the primary's share, 0..1; `weights` are the shares of all, together 1; None and
    None the method's own.
    """

    head: str
    primary: WheelSpot
    secondary: WheelSpot | None = None
    weight: float | None = None
    method: str = "units"  # or "correlation", "pca", "linear"
    tertiary: WheelSpot | None = None
    weights: list[float] | None = None
    own: dict[str, Any] | None = None  # a parameter file: the person's own face as the primary
    database: str | None = None  # file of `dbex build` on this machine; None: the head's own
    side: str | None = None  # "left" or "right", the face's own; None: both
    asymmetry: float = 1.0  # with `side`: 0 even .. 1 that side alone
    present: CodeBody | None = None  # a rig's face as it stands as the primary, in place of `own`


@dataclass(frozen=True)
class BlendReply:
    """The mixed expression and what a person should know of it."""

    code: CodeBody
    name: str = ""  # the dyad's or the emotion's name
    notes: list[str] = field(default_factory=list)
    strengths: dict[str, Any] = field(default_factory=dict)  # action unit -> strength above 0


@dataclass(frozen=True)
class RetargetRequest:
    """`source` gives expression and pose, `target` gives identity (both parameter files)."""

    head: str
    source: dict[str, Any]
    target: dict[str, Any] | None = None


@dataclass(frozen=True)
class ConvertRequest:
    """Turn a FLAME pickle into a head file; paths on this machine."""

    source: str
    output: str


def to_json(message: Any) -> bytes:
    """A message, or a list of them, as compact JSON; NaN and Infinity raise ValueError."""
    plain = [asdict(item) for item in message] if isinstance(message, list) else asdict(message)
    return json.dumps(plain, separators=(",", ":"), allow_nan=False).encode()


def from_json(kind: type[Message], body: bytes) -> Message:
    """The inverse of `to_json`.

    Raises BackendError `bad-message` where the body is no JSON object, lacks a field or has one of
    the wrong type; a number must be finite.  Unknown fields are left out, so that a newer peer of
    the same protocol version is understood.
    """
    try:
        read = json.loads(body)
    except (ValueError, UnicodeDecodeError, RecursionError) as bad:
        raise _bad_message(f"The body is not JSON ({bad}).") from bad
    return from_dict(kind, read)


def from_dict(kind: type[Message], read: Any) -> Message:
    """A message from a parsed JSON object; see `from_json`."""
    if not isinstance(read, dict):
        raise _bad_message("The body is not a JSON object.")
    types = get_type_hints(kind)
    known = {slot.name for slot in fields(kind)}  # type: ignore[arg-type]
    values = {
        name: _value(f"{kind.__name__}.{name}", types[name], value)
        for name, value in read.items()
        if name in known
    }
    try:
        return kind(**values)
    except TypeError as bad:
        raise _bad_message(f"{kind.__name__} lacks a field ({bad}).") from bad


_MAX_NUMBER = sys.float_info.max  # JSON allows 1e999 and integers without end


def _value(where: str, wanted: Any, read: Any) -> Any:
    """`read` as the type that a message's field names; `where` is for the refusal."""
    if isinstance(wanted, UnionType):
        (inner,) = (part for part in get_args(wanted) if part is not NoneType)
        return None if read is None else _value(where, inner, read)
    if get_origin(wanted) is list and isinstance(read, list):
        (inner,) = get_args(wanted)
        return [_value(where, inner, item) for item in read]
    if get_origin(wanted) is dict and isinstance(read, dict) and Any not in get_args(wanted):
        inner = get_args(wanted)[1]  # JSON's keys are words
        return {key: _value(f"{where}.{key}", inner, item) for key, item in read.items()}
    if hasattr(wanted, "__dataclass_fields__"):
        return from_dict(wanted, read)
    plain = get_origin(wanted) or wanted
    fits = isinstance(read, (int, float) if plain is float else plain)
    if not fits or (isinstance(read, bool) and plain is not bool):
        raise _bad_message(f"{where} must be a {plain.__name__}, not {type(read).__name__}.")
    if plain in (int, float) and not (abs(read) <= _MAX_NUMBER):  # NaN compares false
        raise _bad_message(f"{where} holds a number that is not finite.")
    return read


def _bad_message(message: str) -> BackendError:
    return BackendError(
        "bad-message", message, "Use an add-on and a backend of the same Flamewheel version."
    )
