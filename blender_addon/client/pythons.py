# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Python can carry the backend: the one a person names, or the best that is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import BackendError
from .process import backend_environment, python_in, quiet_child

SUITABLE = ((3, 11), (3, 12), (3, 10))
"""In this order; mediapipe 0.10.21, the last with its models inside, has wheels up to 3.12."""
PROBE_SECONDS = 30.0
HINT = (
    "Install Python 3.11 or 3.12 (64 bits), or name one in the add-on's preferences."
)

_PROBE = """
import json, struct, sys
lacks = []
for name in ("venv", "ensurepip"):
    try:
        __import__(name)
    except ImportError:
        lacks.append(name)
print(json.dumps([list(sys.version_info[:2]), struct.calcsize("P") * 8, sys.executable, lacks]))
"""


@dataclass(frozen=True)
class Python:
    """An interpreter that was asked what it is."""

    path: Path
    version: tuple[int, int]
    bits: int
    lacks: tuple[str, ...] = ()  # modules needed for an environment that it comes without

    @property
    def objection(self) -> str:
        """Why the backend cannot run on it; empty where it can."""
        if self.version not in SUITABLE:
            return f"it is Python {self.version[0]}.{self.version[1]}, not 3.10, 3.11 or 3.12"
        if self.bits != 64:
            return f"it has {self.bits} bits, not 64"
        if self.lacks:
            return f"it comes without {' and '.join(self.lacks)} (Debian: apt install python3-venv)"
        return ""


def find_python(named: Path | None = None) -> Python:
    """The Python to make the environment from.

    Raises BackendError `no-suitable-python`, with every Python that was looked at and why not.
    """
    if named is not None:
        found = look_at([str(python_in(named))])
        if found is None:
            raise BackendError("no-suitable-python", f"{named} is not a Python that runs.", HINT)
        if found.objection:
            raise BackendError("no-suitable-python", f"{named}: {found.objection}.", HINT)
        return found
    objections: list[str] = []
    for command in candidates():
        found = look_at(command)
        if found is not None and not found.objection:
            return found
        if found is not None:
            line = f"{found.path}: {found.objection}"
            objections += [line] if line not in objections else []
    looked_at = "; ".join(objections) or "no Python at all was found"
    raise BackendError(
        "no-suitable-python", f"The backend needs Python 3.10, 3.11 or 3.12: {looked_at}.", HINT
    )


def candidates() -> Iterator[Sequence[str]]:
    """Commands that may be a fitting Python, the best first."""
    names = [f"python{major}.{minor}" for major, minor in SUITABLE]
    for name in names:
        yield from ([str(path)] for path in _everywhere(name))
    if sys.platform == "win32" and (launcher := shutil.which("py")):
        yield from ([launcher, f"-{major}.{minor}"] for major, minor in SUITABLE)
    for name in ("python3", "python"):
        yield from ([str(path)] for path in _everywhere(name))
    # Blender's own comes last: an environment made from it breaks when that Blender is removed
    if "python" in Path(sys.executable).name.lower():
        yield [sys.executable]


def look_at(command: Sequence[str]) -> Python | None:
    """Ask a Python what it is; None where it does not answer as one."""
    try:
        told = subprocess.run(
            [*command, "-c", _PROBE], capture_output=True, timeout=PROBE_SECONDS,
            stdin=subprocess.DEVNULL, env=backend_environment(), check=True, **quiet_child(),
        ).stdout
        version, bits, path, lacks = json.loads(told.strip().splitlines()[-1])
        return Python(Path(path), (version[0], version[1]), bits, tuple(lacks))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError, TypeError):
        return None


def _everywhere(name: str) -> Iterator[Path]:
    """The program on the PATH and where macOS's installers put it, which a PATH of its desktop
    lacks."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    if sys.platform == "darwin":
        folders += ["/opt/homebrew/bin", "/usr/local/bin"]
        frameworks = "/Library/Frameworks/Python.framework/Versions"
        folders += [f"{frameworks}/{major}.{minor}/bin" for major, minor in SUITABLE]
    found = shutil.which(name, path=os.pathsep.join(folders))
    if found is not None:
        yield Path(found)
