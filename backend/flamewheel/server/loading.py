# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server loads once it has answered: the routes, then torch.

Importing torch holds Python's lock for long stretches, so it must not begin before the first
answer has left; without anybody asking it begins after START_AFTER_SECONDS.  Work waits for it:
scipy looks into a torch that is being imported in another thread, finds it half made and fails.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
import time
from collections.abc import Callable

from .door import Application

log = logging.getLogger(__name__)

START_AFTER_SECONDS = 1.0


class Loading:
    """One background thread, and what it has come to."""

    def __init__(self, make_rooms: Callable[[], Application]) -> None:
        self.torch = "loading"  # "loading", "ready" or "failed: why", as `HealthReply` has it
        self._make_rooms = make_rooms
        self._rooms: Application | None = None
        self._rooms_lock = threading.Lock()
        self._go = threading.Event()
        self._over = threading.Event()
        threading.Thread(target=self._load, name="flamewheel-loading", daemon=True).start()

    def go(self) -> None:
        """Begin now; further calls change nothing."""
        self._go.set()

    async def rooms(self) -> Application:
        """The routes, imported at most once, when torch is there or has failed."""
        if not self._over.is_set():
            self.go()
            await asyncio.to_thread(self._over.wait)
        if self._rooms is not None:
            return self._rooms
        return await asyncio.to_thread(self._load_rooms)

    def _load_rooms(self) -> Application:
        with self._rooms_lock:
            self._rooms = self._rooms or self._make_rooms()
            return self._rooms

    def _load(self) -> None:
        self._go.wait(START_AFTER_SECONDS)
        start = time.perf_counter()
        try:
            self._load_rooms()
        except Exception:
            log.exception("the routes could not be loaded")
        try:
            importlib.import_module("torch")
            self.torch = "ready"
            log.info("torch loaded %.1f s after the first answer", time.perf_counter() - start)
        except Exception as failure:  # a broken torch raises OSError, ImportError and others
            self.torch = f"failed: {failure}"
            log.exception("torch could not be loaded")
        finally:
            self._over.set()
