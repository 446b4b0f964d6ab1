# SPDX-License-Identifier: GPL-3.0-or-later
"""The door: who may come in, and with how much.

Any web page the user opens can send requests to loopback, so each request must show all of this:
a `Host` that is this server's own (DNS rebinding has another), no foreign `Origin`, the token that
only the parent was told, the protocol's version, and a body within bounds.  The body is counted
while it is read, so that a missing or false `Content-Length` helps nobody.

The door also answers `/health` itself, so that the process answers before FastAPI is imported.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from ..errors import BackendError, FlamewheelError
from ..protocol import (
    MAX_JSON_BYTES,
    MAX_PHOTO_BYTES,
    PATH_ENCODE,
    PATH_HEALTH,
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    HealthReply,
    to_json,
)
from ..protocol_units import PATH_MEASURE
from .answers import JSON_TYPE, body_of, internal, status_of, wrong_method

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY = "flamewheel.body"
"""Where in the scope the routes find the body (a bytearray) that was read at the door."""

log = logging.getLogger(__name__)


class _Gone(Exception):
    """The other side hung up while its body was read."""


@dataclass(frozen=True)
class Door:
    """The ASGI application that uvicorn runs."""

    port: int
    token: str
    rooms: Callable[[], Awaitable[Application]]  # the routes, imported when first needed
    health: Callable[[], HealthReply]
    answered: Callable[[], None]  # called after an answer to `/health` has left

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, count, pass on."""
        if scope["type"] != "http":
            return
        watched = _Watched(send)
        try:
            self._check(scope)
            if scope["path"] == PATH_HEALTH:
                await self._say_health(scope, watched)
                return
            scope[BODY] = await _read(receive, _limit(scope["path"]), scope)
            application = await self.rooms()
            await application(scope, receive, watched)
        except _Gone:
            return
        except FlamewheelError as refusal:
            await _refuse(refusal, watched)
        except Exception as failure:
            if not watched.started:  # else the routes have said and logged it
                log.exception("%s %s failed", scope["method"], scope["path"])
                await _refuse(internal(failure), watched)

    def _check(self, scope: Scope) -> None:
        """Raises BackendError where the request may not come in."""
        names = (f"127.0.0.1:{self.port}", f"localhost:{self.port}")
        if _header(scope, "host") not in names:
            raise BackendError("wrong-host", "This server answers only under its own address.",
                               f"Use {names[0]}.")
        origins = _headers(scope, "origin")
        if any(origin not in [f"http://{name}" for name in names] for origin in origins):
            raise BackendError("foreign-origin", "This server does not answer to web pages.",
                               "Use Blender or the command line.")
        given = (_header(scope, "authorization") or "").encode("latin-1")
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            raise BackendError("wrong-token", "The token is missing or wrong.",
                               "Stop the backend and start it again.")
        version = _header(scope, PROTOCOL_HEADER)
        if version != str(PROTOCOL_VERSION):
            raise BackendError(
                "protocol-mismatch",
                f"The backend speaks protocol {PROTOCOL_VERSION}, the other side "
                f"{(version or 'none')[:16]}.",
                "Use an add-on and a backend of the same Flamewheel version: press "
                "Install backend again.",
            )

    async def _say_health(self, scope: Scope, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise wrong_method(scope["method"], PATH_HEALTH)
        await _answer(200, to_json(self.health()), send, silent=scope["method"] == "HEAD")
        self.answered()


class _Watched:
    """`send`, remembering whether an answer has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        self.started = True
        await self._send(message)


def _limit(path: str) -> int:
    """Photos, and the faces of a long performance, are larger than what else is asked."""
    return MAX_PHOTO_BYTES if path in (PATH_ENCODE, PATH_MEASURE) else MAX_JSON_BYTES


async def _read(receive: Receive, limit: int, scope: Scope) -> bytearray:
    """The whole body.  Raises BackendError `too-large` as soon as it is known to be.

    Where the length is announced the bytes go straight to their place: a list of pieces, joined,
    would touch twice the memory, and new pages are what a photo's way costs most.
    """
    announced = _header(scope, "content-length") or "0"
    expected = int(announced) if announced.isdecimal() else 0
    if expected > limit:
        raise _too_large(limit)
    body = bytearray(expected)
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        body[size : size + len(part)] = part
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return body


def _too_large(limit: int) -> BackendError:
    return BackendError("too-large", f"The body has more than {limit >> 20} MB.",
                        "Give a smaller photo.")


def _headers(scope: Scope, name: str) -> list[str]:
    wanted = name.lower().encode("ascii")
    return [value.decode("latin-1") for key, value in scope["headers"] if key == wanted]


def _header(scope: Scope, name: str) -> str | None:
    """The header's value; None where it is missing or there twice."""
    values = _headers(scope, name)
    return values[0] if len(values) == 1 else None


async def _refuse(refusal: FlamewheelError, send: Send) -> None:
    """Refuse and hang up: what is left of the body is not read, nor thrown away for hours."""
    await _answer(status_of(refusal), body_of(refusal), send, more=((b"connection", b"close"),))


async def _answer(
    status: int,
    body: bytes,
    send: Send,
    *,
    silent: bool = False,
    more: tuple[tuple[bytes, bytes], ...] = (),
) -> None:
    headers = [
        (b"content-type", JSON_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if silent else body})
