# SPDX-License-Identifier: GPL-3.0-or-later
"""Torch and the routes are loaded after the first answer, once, and failures are told."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from flamewheel.server import loading
from flamewheel.server.loading import Loading


async def rooms(scope: Any, receive: Any, send: Any) -> None:
    """An application that does nothing."""


def settled(loads: Loading) -> str:
    deadline = time.monotonic() + 5
    while loads.torch == "loading" and time.monotonic() < deadline:
        time.sleep(0.005)
    return loads.torch


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "START_AFTER_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
def test_nothing_is_loaded_before_the_first_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    imported: list[str] = []
    monkeypatch.setattr(importlib, "import_module", imported.append)
    made: list[int] = []
    loads = Loading(lambda: made.append(1) or rooms)  # type: ignore[func-returns-value]
    time.sleep(0.05)
    assert (loads.torch, imported, made) == ("loading", [], [])
    loads.go()
    assert settled(loads) == "ready"
    assert imported == ["torch"] and made == [1]


def test_it_begins_by_itself_where_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "START_AFTER_SECONDS", 0.01)
    monkeypatch.setattr(importlib, "import_module", lambda name: None)
    assert settled(Loading(lambda: rooms)) == "ready"


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("failure", [ImportError("no torch"), OSError("libtorch.so is damaged")])
def test_a_broken_torch_is_told(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def broken(name: str) -> None:
        raise failure

    monkeypatch.setattr(importlib, "import_module", broken)
    loads = Loading(lambda: rooms)
    loads.go()
    assert settled(loads) == f"failed: {failure}"


@pytest.mark.usefixtures("patient")
def test_the_routes_are_made_once_for_many_askers() -> None:
    made: list[int] = []

    def make() -> Any:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return rooms

    async def ask() -> list[Any]:
        loads = Loading(make)
        return await asyncio.gather(*(loads.rooms() for _ in range(8)))

    assert asyncio.run(ask()) == [rooms] * 8
    assert len(made) == 1 and made[0] != threading.get_ident()


@pytest.mark.usefixtures("patient")
def test_work_waits_for_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """scipy, asked while torch is half imported in another thread, fails over it."""
    ended: list[str] = []

    def slow(name: str) -> None:
        time.sleep(0.2)
        ended.append(name)

    monkeypatch.setattr(importlib, "import_module", slow)
    loads = Loading(lambda: rooms)
    assert asyncio.run(loads.rooms()) is rooms
    assert ended == ["torch"]


def test_the_server_is_light_to_import() -> None:
    """What must be there before the first answer; FastAPI alone takes as long as all of it."""
    heavy = ["torch", "fastapi", "pydantic", "mediapipe", "scipy", "cv2", "PIL", "rich"]
    code = (
        "import sys, flamewheel.cli.parser, flamewheel.server\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
