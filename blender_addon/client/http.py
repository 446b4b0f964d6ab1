# SPDX-License-Identifier: GPL-3.0-or-later
"""One kept-open connection to the backend: bytes there, bytes back, refusals raised."""

from __future__ import annotations

import http.client
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, urlencode

from ..core.errors import BackendError, PhotoError
from ..core.protocol import (
    MAX_PHOTO_BYTES,
    PROTOCOL_HEADER,
    PROTOCOL_VERSION,
    ErrorReply,
    from_json,
)

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 300.0
"""The first photo loads the detector and the head; on a slow disk that takes a minute."""
BLOCK_BYTES = 1 << 20
"""A photo leaves in pieces of this size; http.client's own 8 KiB triples the time."""
MAX_REPLY_BYTES = 64 << 20
CONNECTION_LOST = "connection-lost"

Body = bytes | IO[bytes]


class Connection:
    """A connection for one caller at a time; `abort` may be called from any thread."""

    def __init__(self, port: int, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._wire = http.client.HTTPConnection(HOST, port, timeout, blocksize=BLOCK_BYTES)
        self._token = token
        self._used = False  # has it brought an answer, and is it open still?
        self._aborted = False

    def get(self, path: str) -> bytes:
        """The body of the answer.  Raises what the backend refused with, or BackendError."""
        return self._ask("GET", path, None, 0)

    def post(self, path: str, body: bytes) -> bytes:
        """As `get`, with a JSON body."""
        return self._ask("POST", path, body, len(body))

    def delete(self, path: str) -> bytes:
        """As `get`."""
        return self._ask("DELETE", path, None, 0)

    def post_file(self, path: str, file: Path, query: Mapping[str, object]) -> bytes:
        """As `get`, with a file as the raw body, read while it is sent.

        Values of `query` that are None are left out.  Raises PhotoError where the file cannot be
        read or is larger than the backend takes.
        """
        given = {name: value for name, value in query.items() if value is not None}
        address = f"{path}?{urlencode(given, quote_via=quote)}" if given else path
        try:
            with open(file, "rb") as stream:
                size = os.fstat(stream.fileno()).st_size
                if size > MAX_PHOTO_BYTES:
                    raise PhotoError(
                        "photo-too-large", f"{file} has {size >> 20} MB.",
                        f"Give a photo of at most {MAX_PHOTO_BYTES >> 20} MB.",
                    )
                return self._ask("POST", address, stream, size)
        except OSError as failure:
            raise PhotoError(
                "file-not-found", f"{file} cannot be read: {failure.strerror or failure}.",
                "Check the path and the permissions.",
            ) from failure

    def abort(self) -> None:
        """End a call under way: its caller gets BackendError `connection-lost`, now and later."""
        self._aborted = True
        wire = self._wire.sock
        if wire is not None:
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close; a further call opens it again."""
        self._wire.close()
        self._used = False

    def _ask(self, method: str, address: str, body: Body | None, size: int) -> bytes:
        # A kept connection may have been closed at the other end while nobody looked: then, and
        # only then, a second try is no second asking.
        try:
            try:
                reply = self._exchange(method, address, body, size)
            except (ConnectionError, http.client.BadStatusLine):
                if not self._used or self._aborted:
                    raise
                self.close()
                if body is not None and not isinstance(body, bytes):
                    body.seek(0)
                reply = self._exchange(method, address, body, size)
            self._used = True
            content = reply.read(MAX_REPLY_BYTES + 1)
        except (OSError, http.client.HTTPException) as failure:
            self.close()
            raise _lost(failure) from failure
        if reply.will_close or not reply.isclosed():
            self.close()
        if len(content) > MAX_REPLY_BYTES:
            raise BackendError("bad-answer", "The backend's answer has no end.",
                               "Stop the backend and start it again.")
        if reply.status != http.client.OK:
            raise from_json(ErrorReply, content).error()
        return content

    def _exchange(
        self, method: str, address: str, body: Body | None, size: int
    ) -> http.client.HTTPResponse:
        headers = {
            "Authorization": f"Bearer {self._token}",
            PROTOCOL_HEADER: str(PROTOCOL_VERSION),
        }
        if body is not None:
            headers["Content-Length"] = str(size)
        try:
            self._wire.request(method, address, body, headers)
        except (BrokenPipeError, ConnectionResetError):
            if self._wire.sock is None:
                raise
            # refused before all of the body was read: the answer may be there all the same
        return self._wire.getresponse()


def _lost(failure: Exception) -> BackendError:
    slow = isinstance(failure, TimeoutError)
    return BackendError(
        "backend-timeout" if slow else CONNECTION_LOST,
        "The backend took too long to answer." if slow
        else f"The backend broke off ({type(failure).__name__}).",
        "Try again; if it happens again, look into the backend's log.",
    )
