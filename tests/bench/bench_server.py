# SPDX-License-Identifier: GPL-3.0-or-later
"""The process crossing: how soon the backend answers, and what a 10 MB photo costs.

    python tests/bench/bench_server.py

Start: from `Popen` to the answer of `/health`, against the same server with torch imported first.
Photo: from a file to a tiny answer, through the add-on's own client and the real server with a
pipeline that does nothing, against a plain socket, and against JSON with base64.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from blender_addon.client.http import BLOCK_BYTES, Connection  # noqa: E402
from blender_addon.client.process import BackendProcess  # noqa: E402
from blender_addon.core.backend_calls import BackendCalls  # noqa: E402

PHOTO_BYTES = 10_000_000
START_GOAL_SECONDS, PHOTO_GOAL = 0.5, 3.0  # issue 2, "done when"
SERVE = (sys.executable, "-m", "flamewheel", "serve")
TORCH_FIRST = (sys.executable, "-c",
               "import sys, torch; from flamewheel.cli import main; sys.exit(main(['serve']))")
Work = Callable[[], object]


def main() -> None:
    """Prints both tables."""
    with tempfile.TemporaryDirectory() as folder:
        _print_starts(Path(folder))
        _print_photos(Path(folder))


def _print_starts(folder: Path) -> None:
    ours, first = _in_turn(lambda: _start(SERVE, folder), lambda: _start(TORCH_FIRST, folder), 7)
    print("Backend: from its start to the answer of /health, medians of 7")
    print(f"  torch imported later (ours)   {ours:6.3f} s   goal {START_GOAL_SECONDS} s "
          f"{'reached' if ours < START_GOAL_SECONDS else 'MISSED'}")
    print(f"  torch imported first          {first:6.3f} s   {first / ours:.1f}x")


def _start(command: tuple[str, ...], folder: Path) -> None:
    process = BackendProcess(command, folder / "start.log")
    greeting = process.ensure()
    BackendCalls(Connection(greeting.port, greeting.token)).health()
    answered = time.perf_counter()
    process.stop()
    raise _Measured(answered)


class _Measured(Exception):
    """Ends a measurement before its clearing up."""


def _in_turn(one: Work, other: Work, rounds: int) -> tuple[float, float]:
    """Medians in seconds of two functions run alternately, so that a busy machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, kept in zip((one, other), times, strict=True):
            start = time.perf_counter()
            try:
                work()
                kept.append(time.perf_counter() - start)
            except _Measured as measured:
                kept.append(measured.args[0] - start)
    return statistics.median(times[0]), statistics.median(times[1])


def _print_photos(folder: Path) -> None:
    photo = folder / "photo.jpg"
    photo.write_bytes(os.urandom(PHOTO_BYTES))
    here = (sys.executable, str(Path(__file__).resolve()))
    process = BackendProcess((*here, "idle-backend"), folder / "backend.log")
    greeting = process.ensure()
    calls = BackendCalls(Connection(greeting.port, greeting.token))
    with _child((*here, "plain-socket")) as plain_port, _child((*here, "json")) as json_port:
        encoded = http.client.HTTPConnection("127.0.0.1", json_port)
        wire = socket.create_connection(("127.0.0.1", plain_port))
        for _ in range(5):  # warm: torch and the routes are loaded beside the first questions
            calls.encode(photo)
        while calls.health().torch == "loading":
            time.sleep(0.05)
        rounds = 41
        ours, plain = _in_turn(lambda: calls.encode(photo), lambda: _plain(wire, photo), rounds)
        wrapped, _ = _in_turn(lambda: _as_json(encoded, photo), lambda: None, 7)
        wire.close()
    process.stop()
    print(f"Photo of {PHOTO_BYTES // 10**6} MB over loopback, from file to answer, medians")
    print(f"  plain socket                  {1e3 * plain:6.1f} ms")
    print(f"  raw body, FastAPI (ours)      {1e3 * ours:6.1f} ms  {ours / plain:.1f}x the socket, "
          f"goal {PHOTO_GOAL:g}x {'reached' if ours <= PHOTO_GOAL * plain else 'MISSED'}")
    print(f"  JSON and base64, FastAPI      {1e3 * wrapped:6.1f} ms  {wrapped / plain:.1f}x the "
          f"socket, {wrapped / ours:.1f}x ours")


def _plain(wire: socket.socket, photo: Path) -> None:
    with open(photo, "rb") as stream:
        wire.sendall(PHOTO_BYTES.to_bytes(8, "big"))
        while block := stream.read(BLOCK_BYTES):
            wire.sendall(block)
    assert wire.recv(1) == b"k"


def _as_json(wire: http.client.HTTPConnection, photo: Path) -> None:
    body = json.dumps({"photo": base64.b64encode(photo.read_bytes()).decode("ascii")})
    wire.request("POST", "/encode", body, {"Content-Type": "application/json"})
    reply = wire.getresponse()
    assert reply.status == 200 and json.loads(reply.read()) == {"bytes": PHOTO_BYTES}


@contextmanager
def _child(command: tuple[str, ...]) -> Iterator[int]:
    """A peer's process; its first line is its port, and it ends with its input."""
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdin is not None and child.stdout is not None
    try:
        yield int(child.stdout.readline())
    finally:
        child.kill()
        child.wait()


def idle_backend() -> int:
    """The real server; its pipeline only counts the bytes."""
    import numpy as np

    from flamewheel import pipeline
    from flamewheel.parameters import ExpressionCode, FaceParameters, Identity
    from flamewheel.server import serve

    def encode(photo: bytes, *, head: str, face: int | None) -> FaceParameters:
        assert len(photo) == PHOTO_BYTES
        return FaceParameters(head, Identity(np.zeros(100)), ExpressionCode.neutral(50))

    setattr(pipeline, "encode", encode)  # noqa: B010
    return serve()


def plain_socket() -> int:
    """The bound: length, bytes, one byte back."""
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    wire, _ = listener.accept()
    while head := wire.recv(8, socket.MSG_WAITALL):
        view = memoryview(bytearray(int.from_bytes(head, "big")))
        while view:
            view = view[wire.recv_into(view):]
        wire.sendall(b"k")
    return 0


def json_peer() -> int:
    """The usual way: pydantic model, base64 inside JSON."""
    import uvicorn
    from fastapi import Body, FastAPI

    application = FastAPI()

    @application.post("/encode")
    def encode(photo: str = Body(embed=True)) -> dict[str, Any]:
        return {"bytes": len(base64.b64decode(photo))}

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(application, log_level="error")).run(sockets=[listener])
    return 0


if __name__ == "__main__":
    roles: dict[str, Callable[[], int]] = {
        "idle-backend": idle_backend, "plain-socket": plain_socket, "json": json_peer,
    }
    sys.exit(roles[sys.argv[1]]() if len(sys.argv) > 1 else main())
