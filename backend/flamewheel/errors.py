# SPDX-License-Identifier: GPL-3.0-or-later
"""What Flamewheel says when it refuses: one tree, three fields.

    FlamewheelError            code, message, hint
    ├── UsageError             a wrong argument: option, range, name
    ├── InputFileError         a file that cannot be read: missing, damaged, hostile, too large
    │   ├── HeadError          a head file that is not a head, or not the head asked for
    │   └── CheckpointError    a network's weights are missing or do not fit
    ├── PhotoError             no face, several faces, unreadable picture
    │   └── VideoError         a video that cannot be read, or in which there is no face
    ├── WheelError             unknown emotion, impossible blend
    ├── InstructionError       a sentence that cannot be turned into a plan
    ├── JobError               a job file with a mistake; carries the line
    ├── BackendError           the backend process: not installed, not answering, wrong version
    ├── SceneError             Blender's scene lacks what the verb needs
    └── OutputError            a result that cannot be written: disk full, no permission

The same three fields are the line on the command line, the body of an HTTP answer and the
message in Blender.  `code` is for programs (stable, kebab-case), `message` says what is wrong,
`hint` says what to do next.

This file is shared by the backend and the add-on, byte for byte (`make sync`).
"""

from __future__ import annotations


class FlamewheelError(Exception):
    """A refusal that a person can act on."""

    http_status = 400

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[type[FlamewheelError], tuple[object, ...]]:
        return (type(self), (self.code, self.message, self.hint))


class UsageError(FlamewheelError):
    """A wrong argument."""


class InputFileError(FlamewheelError):
    """A file that cannot be read."""


class HeadError(InputFileError):
    """Not a head, or not the head asked for."""


class CheckpointError(InputFileError):
    """Weights that are missing or do not fit."""


class PhotoError(FlamewheelError):
    """A photo from which no face can be taken."""


class VideoError(PhotoError):
    """A video from which no performance can be taken."""


class WheelError(FlamewheelError):
    """An unknown emotion or an impossible blend."""


class InstructionError(FlamewheelError):
    """A sentence that cannot be turned into a plan; `span`: [start, end) of the words meant."""

    def __init__(
        self, code: str, message: str, hint: str = "", span: tuple[int, int] | None = None
    ) -> None:
        super().__init__(code, message, hint)
        self.span = span

    def __reduce__(self) -> tuple[type[FlamewheelError], tuple[object, ...]]:
        return (type(self), (self.code, self.message, self.hint, self.span))


class JobError(FlamewheelError):
    """A mistake in a job file."""


class BackendError(FlamewheelError):
    """The backend process cannot do its work."""

    http_status = 503


class SceneError(FlamewheelError):
    """Blender's scene lacks what the verb needs."""


class OutputError(FlamewheelError):
    """A result that cannot be written."""

    http_status = 507
