# SPDX-License-Identifier: GPL-3.0-or-later
"""Install Backend: an environment of its own, with the wheel that came inside the add-on's zip.

    folder/
      flamewheel-installed.json   written last; without it nothing counts as installed
      env-<number>/               the environment the marker names
      install.log                 everything that pip said

An environment cannot be moved, so a new one is made under a new number and the marker changes
over when it works: a failed or cancelled installation takes nothing away.
"""

from __future__ import annotations

import json
import os
import queue
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..core.errors import BackendError, OutputError, UsageError
from ..core.files import write_whole
from .pip_failures import explain
from .process import backend_environment, quiet_child
from .pythons import find_python

MARKER = "flamewheel-installed.json"
LOG = "install.log"
NEEDED_BYTES = 3_000_000_000
"""The environment takes 2.1 GB with torch's CPU build (measured), and pip unpacks beside it."""
NEEDED_BYTES_CUDA = 9_000_000_000
"""On Linux plain `torch` brings CUDA: 6.4 GB (measured, torch 2.15), and pip unpacks beside it."""
LOOK_SECONDS = 0.2
CHECK = "import flamewheel.server, flamewheel.pipeline, torch, mediapipe, fastapi, scipy"
"""What must be importable before an environment counts."""

_PIP_TRAPS = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")


@dataclass(frozen=True)
class InstallStep:
    """What is being done, and how far all of it is (0..1)."""

    text: str
    fraction: float


def installed(folder: Path) -> bool:
    """Is there an environment that was installed to its end and is still there?"""
    return _marked(folder) is not None


def installed_version(folder: Path) -> str | None:
    """The version of the installed backend."""
    marked = _marked(folder)
    return marked[1] if marked else None


def environment_python(folder: Path) -> Path:
    """The installed environment's Python; raises BackendError `backend-not-installed`."""
    marked = _marked(folder)
    if marked is None:
        raise BackendError("backend-not-installed", "The backend is not installed.",
                           "Press Install Backend in the add-on's preferences.")
    return marked[0]


def install(
    folder: Path,
    wheels: Path,
    *,
    python: Path | None = None,
    pip_arguments: str = "",
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[InstallStep]:
    """Install the wheel in `wheels` into `folder`; iterate to make it happen.

    `pip_arguments` are handed to pip as they stand.  Raises BackendError (`no-suitable-python`,
    `install-…`, `cancelled`), OutputError or UsageError; then, and where the iteration is given
    up, what was there before is as it was.
    """
    yield InstallStep("Looking for a Python", 0.0)
    wheel = _wheel_in(wheels)
    arguments = _split(pip_arguments)
    base = find_python(python)
    cuda = sys.platform == "linux" and not arguments
    environment = _new_environment(folder, NEEDED_BYTES_CUDA if cuda else NEEDED_BYTES)
    run = _Run(folder / LOG, cancelled)
    try:
        text = f"Making an environment with Python {base.version[0]}.{base.version[1]}"
        yield from run([str(base.path), "-m", "venv", str(environment)], text, 0.02, 0.08)
        interpreter = _python_of(environment)
        pip = [
            str(interpreter), "-m", "pip", "install", "--no-input", "--progress-bar", "off",
            "--disable-pip-version-check", "--only-binary", ":all:", *arguments,
        ]
        # torch first: it is most of the download, and where it fails it says so by its own name
        yield from run([*pip, _torch_requirement(wheel)], "Installing torch", 0.08, 0.55)
        yield from run([*pip, str(wheel)], "Installing the backend", 0.55, 0.9)
        yield from run([str(interpreter), "-c", CHECK], "Trying the backend", 0.9, 0.99)
        _mark(folder, environment, wheel)
    except BaseException:  # a generator that is given up ends here as well
        shutil.rmtree(environment, ignore_errors=True)
        raise
    _remove_others(folder, environment)
    yield InstallStep("The backend is installed", 1.0)


class _Run:
    """Runs one command after another; all they print goes to the log."""

    def __init__(self, log: Path, cancelled: Callable[[], bool]) -> None:
        self._log = log
        self._cancelled = cancelled
        log.write_bytes(b"")

    def __call__(
        self, command: Sequence[str], text: str, start: float, end: float
    ) -> Iterator[InstallStep]:
        """Steps while `command` runs; its share of the whole goes from `start` to `end`."""
        yield InstallStep(text, start)
        what = text
        lines: list[str] = []
        child = _spawn(command)
        try:
            for line in _lines_of(child):
                if self._cancelled():
                    raise BackendError("cancelled", "The installation was cancelled.")
                if line is not None:
                    lines.append(line)
                    self._note(line)
                    start += (end - start) * 0.03  # how many lines will come is not known
                    text = _shown(line) or text
                    yield InstallStep(text, start)
            if child.wait() != 0:
                raise explain(lines, what, self._log)
        finally:
            _kill(child)

    def _note(self, line: str) -> None:
        with suppress(OSError), open(self._log, "a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def _spawn(command: Sequence[str]) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in backend_environment().items() if k not in _PIP_TRAPS}
    try:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=environment, **quiet_child(),
        )
    except OSError as failure:
        raise BackendError("install-failed", f"{command[0]} cannot be started: {failure}.",
                           "Name another Python in the preferences.") from failure


def _lines_of(child: subprocess.Popen[bytes]) -> Iterator[str | None]:
    """Lines as they come; None now and then while there is none, so that somebody may cancel."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read(stream: IO[bytes]) -> None:
        with suppress(OSError, ValueError):
            for line in stream:
                lines.put(line.decode("utf-8", "replace").rstrip())
        lines.put(None)

    assert child.stdout is not None
    threading.Thread(target=read, args=(child.stdout,), daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        yield line


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child with all that it started; nothing where it has ended."""
    if child.poll() is None:
        with suppress(OSError):
            if sys.platform == "win32":
                tree = ["taskkill", "/F", "/T", "/PID", str(child.pid)]
                subprocess.run(tree, capture_output=True, check=False, **quiet_child())
            else:
                os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _shown(line: str) -> str:
    """pip's line in short: which package it fetches or installs."""
    found = re.match(r"\s*(Collecting|Downloading|Using cached|Processing)\s+(\S+)(.*)", line)
    if found:
        name = found[2].rsplit("/", 1)[-1]
        size = re.search(r"\([\d.]+ [kMG]?B\)", found[3])
        return f"{found[1]} {name} {size[0] if size else ''}".strip()
    return "Unpacking the packages" if line.startswith("Installing collected") else ""


def _wheel_in(wheels: Path) -> Path:
    found = sorted(wheels.glob("flamewheel-*.whl")) if wheels.is_dir() else []
    if len(found) != 1:
        raise BackendError("install-wheel-missing", f"{wheels} does not hold the backend's wheel.",
                           "Install the add-on again from its zip.")
    return found[0]


def _torch_requirement(wheel: Path) -> str:
    """The wheel's own words on torch, such as `torch>=2.2`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
            metadata = archive.read(name).decode("utf-8")
    except (OSError, zipfile.BadZipFile, StopIteration, UnicodeDecodeError) as bad:
        raise BackendError("install-wheel-missing", f"{wheel.name} is damaged.",
                           "Install the add-on again from its zip.") from bad
    found = re.search(r"^Requires-Dist: (torch\b[^;\n]*)", metadata, re.MULTILINE)
    return found[1].strip() if found else "torch"


def _split(arguments: str) -> list[str]:
    try:
        parts = shlex.split(arguments, posix=sys.platform != "win32")
    except ValueError as bad:
        raise UsageError("bad-pip-arguments", f"The pip arguments do not end: {bad}.",
                         "Close the quotation mark.") from bad
    return [part.strip('"') for part in parts]


def _new_environment(folder: Path, needed: int) -> Path:
    """A name that is free; raises OutputError where there is no room."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        numbers = [int(path.name.rpartition("-")[2]) for path in _environments(folder)]
    except OSError as failure:
        raise OutputError("unwritable", f"{folder} cannot be used: {failure.strerror}.",
                          "Check the folder's permissions.") from failure
    if free < needed:
        raise OutputError("disk-full", f"{folder} has {free / 1e9:.1f} GB left.",
                          f"The backend needs {needed / 1e9:.0f} GB; free some space. (On Linux "
                          "torch's build without CUDA needs much less: name its index in the "
                          "pip arguments.)")
    return folder / f"env-{max(numbers, default=0) + 1}"


def _environments(folder: Path) -> list[Path]:
    return [path for path in folder.glob("env-*") if path.name[4:].isdecimal()]


def _python_of(environment: Path) -> Path:
    windows = sys.platform == "win32"
    return environment / ("Scripts/python.exe" if windows else "bin/python")


def _mark(folder: Path, environment: Path, wheel: Path) -> None:
    said = {"environment": environment.name, "version": wheel.name.split("-")[1]}
    write_whole(folder / MARKER, json.dumps(said).encode())


def _marked(folder: Path) -> tuple[Path, str] | None:
    """Python and version of the environment that the marker names, if both are as they should."""
    try:
        read = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        name, version = read["environment"], read["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not (isinstance(name, str) and isinstance(version, str)):
        return None
    python = _python_of(folder / name)
    return (python, version) if re.fullmatch(r"env-\d+", name) and python.exists() else None


def _remove_others(folder: Path, kept: Path) -> None:
    for environment in _environments(folder):
        if environment != kept:
            shutil.rmtree(environment, ignore_errors=True)
