# SPDX-License-Identifier: GPL-3.0-or-later
"""Which program runs the backend: from the preferences, the environment, or Install Backend."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy

from ..client.install import environment_python, installed
from ..client.process import python_in
from ..core.errors import BackendError

ADDON = __package__.rpartition(".")[0]
PYTHON_VARIABLE = "FLAMEWHEEL_PYTHON"
"""A farm names its Python here; a person does so in the preferences."""


def preferences() -> Any:
    """The add-on's preferences; None where it runs without being enabled (tests, bpy module)."""
    context: Any = bpy.context
    entry = context.preferences.addons.get(ADDON)
    return entry.preferences if entry else None


def user_folder(name: str) -> Path:
    """A folder of ours among the user's extension data; it is made where it is not there."""
    if ADDON.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(ADDON, path=name, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path=f"flamewheel/{name}", create=True))


def log_path() -> Path:
    """Where the backend's own words go."""
    return user_folder("logs") / "backend.log"


def environment_folder() -> Path:
    """Where Install Backend makes its environment.

    On Windows a short place: torch's deepest file has a path of 171 characters within it, and
    without a change to the system a whole path ends at 260.
    """
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "flamewheel" / "backend"
    return user_folder("backend")


def backend_command() -> Sequence[str]:
    """The program and arguments that start the backend.

    Raises BackendError `backend-not-installed` where none is named and none is installed.
    """
    chosen = preferences()
    named = (chosen.python if chosen else "") or os.environ.get(PYTHON_VARIABLE, "")
    if named:
        return [str(python_in(Path(bpy.path.abspath(named)))), "-m", "flamewheel", "serve"]
    folder = environment_folder()
    if installed(folder):
        return [str(environment_python(folder)), "-m", "flamewheel", "serve"]
    raise BackendError(
        "backend-not-installed", "The backend is not installed.",
        "Press Install Backend in the add-on's preferences, or name a Python that has it there "
        f"(or in the variable {PYTHON_VARIABLE}).",
    )
