# SPDX-License-Identifier: GPL-3.0-or-later
"""How the server refuses: one body, `ErrorReply`, and a status for each kind of refusal."""

from __future__ import annotations

from ..errors import BackendError, FlamewheelError
from ..protocol import ErrorReply, to_json

JSON_TYPE = "application/json"

_STATUS = {
    "bad-message": 422,
    "foreign-origin": 403,
    "no-such-job": 404,
    "no-such-path": 404,
    "not-finished": 409,
    "protocol-mismatch": 409,
    "too-large": 413,
    "wrong-host": 421,
    "wrong-method": 405,
    "wrong-token": 401,
    "internal": 500,
}
"""Refusals of the way itself; those of the work have the status of their class."""


def status_of(refusal: FlamewheelError) -> int:
    """The HTTP status of a refusal."""
    return _STATUS.get(refusal.code, refusal.http_status)


def body_of(refusal: FlamewheelError) -> bytes:
    """The body of a refusal."""
    return to_json(ErrorReply.of(refusal))


def internal(failure: BaseException) -> BackendError:
    """A mistake of ours: the other side learns its kind, the log has the traceback."""
    return BackendError(
        "internal", f"The backend made a mistake ({type(failure).__name__}).",
        "The backend's log has the details; please report them.",
    )


def no_such_path(path: str) -> BackendError:
    """A path that this version does not have."""
    return BackendError("no-such-path", f"The backend has no {path[:80]}.",
                        "Use an add-on and a backend of the same Flamewheel version.")


def wrong_method(method: str, path: str) -> BackendError:
    """A path that is there, asked in a way it does not know."""
    return BackendError("wrong-method", f"{path[:80]} does not know {method[:16]}.",
                        "Use an add-on and a backend of the same Flamewheel version.")
