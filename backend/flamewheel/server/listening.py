# SPDX-License-Identifier: GPL-3.0-or-later
"""Socket, greeting and the run itself."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import socket
import sys
from contextlib import suppress

import uvicorn

from .. import __version__
from ..errors import BackendError, UsageError
from ..protocol import Greeting, HealthReply, to_json
from .door import Application, Door
from .loading import Loading
from .parent import end_soon, end_with_parent, has_watching_parent

HOST = "127.0.0.1"
TOKEN_BYTES = 32
KEEP_ALIVE_SECONDS = 600
"""Blender's one connection stays open between the clicks of a person at work."""


def serve(port: int = 0) -> int:
    """Serve on loopback until the parent ends or the process is interrupted; returns 0.

    `port` 0 takes a free one.  The port and the token are told in one JSON line (`Greeting`) on
    standard output and nowhere else; everything else that is printed goes to standard error.
    Raises UsageError for a port that is none, BackendError `port-taken` or `port-refused`.
    """
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    listener = _listen(port)
    port = listener.getsockname()[1]
    token = secrets.token_urlsafe(TOKEN_BYTES)
    loading = Loading(_make_rooms)
    door = Door(
        port=port,
        token=token,
        rooms=loading.rooms,
        health=lambda: HealthReply(__version__, os.getpid(), loading.torch),
        answered=loading.go,
    )
    server = _Server(uvicorn.Config(
        door, http="h11", ws="none", loop="asyncio", lifespan="off", log_config=None,
        access_log=False, server_header=False, proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS, timeout_graceful_shutdown=1,
    ))
    if has_watching_parent():
        end_with_parent(lambda: setattr(server, "should_exit", True))
    _greet(Greeting(port, token, os.getpid(), __version__))
    logging.getLogger(__name__).info("listening on %s:%d, Python %s", HOST, port, sys.executable)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0


class _Server(uvicorn.Server):
    """Ends in bounded time: a thread that works in C code cannot be interrupted."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_soon()
        await super().shutdown(sockets)


def _listen(port: int) -> socket.socket:
    """A listening socket; connections wait in it until uvicorn takes them."""
    # asyncio sets TCP_NODELAY only where the protocol is named; without it every answer that
    # follows another on one connection comes 40 ms late (Nagle meets the delayed ACK).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR lets another process listen as well
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
    except OverflowError as bad:
        listener.close()
        raise UsageError("bad-port", f"{port} is not a port.",
                         "Give 0 for a free one, or 1024 to 65535.") from bad
    except OSError as failure:
        listener.close()
        taken = failure.errno == errno.EADDRINUSE
        said = "is taken by another process" if taken else f"is refused: {failure.strerror}"
        raise BackendError(
            "port-taken" if taken else "port-refused", f"Port {port} {said}.",
            "Give another one, or 0 for a free one.",
        ) from failure
    return listener


def _make_rooms() -> Application:
    from .routes import make_rooms

    return make_rooms()


def _greet(greeting: Greeting) -> None:
    """Tell the parent, then let every later print go to the log."""
    sys.stdout.write(to_json(greeting).decode() + "\n")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
