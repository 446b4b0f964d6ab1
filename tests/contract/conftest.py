# SPDX-License-Identifier: GPL-3.0-or-later
"""A running backend over a fake pipeline, and ways to knock at its door."""

from __future__ import annotations

import http.client
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from blender_addon.client.process import BackendProcess
from blender_addon.core.protocol import PROTOCOL_HEADER, PROTOCOL_VERSION, Greeting

COMMAND = (sys.executable, str(Path(__file__).with_name("fake_backend.py")))


class Answer(NamedTuple):
    status: int
    body: Any
    headers: http.client.HTTPMessage


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackendProcess]:
    """One for all tests of a file; they leave it running."""
    process = BackendProcess(COMMAND, tmp_path_factory.mktemp("log") / "backend.log")
    process.ensure()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def greeting(backend: BackendProcess) -> Greeting:
    return backend.ensure()


@pytest.fixture
def knock(greeting: Greeting) -> Callable[..., Answer]:
    """One request with the right headers, or with those that a test gives (None: leave out)."""

    def send(
        method: str, path: str, body: Any = None, changes: dict[str, str | None] | None = None
    ) -> Answer:
        headers: dict[str, str | None] = {
            "Authorization": f"Bearer {greeting.token}",
            PROTOCOL_HEADER: str(PROTOCOL_VERSION),
            **(changes or {}),
        }
        wire = http.client.HTTPConnection("127.0.0.1", greeting.port, timeout=30)
        given = {name: value for name, value in headers.items() if value is not None}
        wire.request(method, path, body, given)
        reply = wire.getresponse()
        content = reply.read()
        wire.close()
        return Answer(reply.status, json.loads(content), reply.headers)

    return send
