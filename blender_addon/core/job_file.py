# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files: what a render farm is asked for, as TOML, read strictly.

    [job]        output = "out", resume = true
    [defaults]   any key of a shot but its name
    [[shot]]     name = "a", head = "open", photo = "x.jpg" (or parameters = "p.json"),
                 steps = [{wheel = "Joy", with = "Trust", seconds = 1.0},
                          {sentence = "from disgust to happiness over two seconds",
                           living = true}],
                 camera, light, engine, samples, resolution, frames, output ...

A mistake names its line and the nearest key that is known.  A mistake of the file as a whole
raises JobError; a mistake in one shot makes a `Refusal` of it, and the other shots still run.

This file is shared by the backend and the add-on, byte for byte (`make sync`); standard library
only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import JobError
from .job_steps import SentenceStep, WheelStep, read_step
from .strict_toml import (
    Check,
    Mistake,
    Spot,
    checked_table,
    listed,
    number,
    only_known,
    read_toml,
    text,
    truth,
    whole,
)

MAX_JOB_BYTES = 1024 * 1024
"""A shot takes about 300 bytes: this holds some three thousand."""

REPORT_NAME = "report.json"
"""The report's file beside the shots' folders: no shot may be called so."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}(?<![ .])")
# names that Windows keeps for devices, with any ending
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class CameraSpec:
    """How the head is seen; framed by its bounding box."""

    preset: str = "front"  # or "three_quarter", "profile"
    focal_length: float = 85.0  # mm on a 36 mm sensor; 85 is the portrait photographer's
    yaw: float | None = None  # degrees to the head's own left; None: the preset's
    pitch: float | None = None  # degrees above the head; None: the preset's
    fill: float = 0.8  # share of the picture that the head takes


@dataclass(frozen=True)
class Shot:
    """One performance, one camera, one folder of results."""

    name: str
    line: int  # of its [[shot]] in the job file
    head: str
    photo: Path | None
    parameters: Path | None
    face: int | None  # which face of the photo, 1 = largest
    fps: float
    steps: tuple[WheelStep | SentenceStep, ...]
    keys: str  # "editable", "dense" (one a frame) or "mesh" (dense, and the exact mesh cached)
    camera: CameraSpec
    light: str
    engine: str
    samples: int
    resolution: tuple[int, int]  # px
    frames: tuple[int, int] | None  # first and last; None: the whole performance
    output: tuple[str, ...]  # of "images", "video", "blend"
    image_format: str  # "png" or "exr"
    seed: int | None


@dataclass(frozen=True)
class Refusal:
    """A shot that cannot be made, and why."""

    name: str
    line: int
    code: str
    message: str
    hint: str


@dataclass(frozen=True)
class Job:
    """A job file, checked."""

    path: Path
    output: Path
    resume: bool
    shots: tuple[Shot, ...]
    refusals: tuple[Refusal, ...]


def read_job(path: str | Path) -> Job:
    """Read and check a job file.  Paths in it are relative to its folder.

    Raises JobError where it cannot be read, is not TOML, or is wrong outside of its shots.
    """
    path = Path(path).absolute()
    try:
        with open(path, "rb") as stream:
            body = stream.read(MAX_JOB_BYTES + 1)
    except OSError as failure:
        raise JobError("unreadable", f"{path} cannot be read: {failure.strerror}.",
                       "Check the path and the permissions.") from failure
    if len(body) > MAX_JOB_BYTES:
        raise JobError("too-large", f"{path} is larger than {MAX_JOB_BYTES >> 20} MB.",
                       "Split it into several job files.")
    return parse_job(body, path)


def parse_job(body: bytes, path: Path) -> Job:
    """A job file's content, as `read_job`; `path` is where it lies."""
    table, lines = read_toml(body, path)
    top = Spot(path, lines, (), "the job file")
    only_known(table, ("job", "defaults", "shot"), top)
    job = checked_table(table.get("job", {}), _JOB, top.at("job", "[job]"))
    defaults = checked_table(table.get("defaults", {}), _DEFAULTS, top.at("defaults", "[defaults]"))
    shots: list[Shot] = []
    refusals: list[Refusal] = []
    read = table.get("shot")
    if not isinstance(read, list) or not read:
        raise top.at("shot").mistake("no-shots", "there is no shot.", "Add a [[shot]] table.")
    for place, one in enumerate(read):
        spot = top.at("shot").at(place, f"shot {place + 1}")
        try:
            shots.append(_shot(one, defaults, spot, {shot.name.casefold() for shot in shots}))
        except Mistake as bad:
            given = one.get("name") if isinstance(one, dict) else None
            name = given if isinstance(given, str) else f"shot {place + 1}"
            refusals.append(Refusal(name[:64], bad.line, bad.code, bad.message, bad.hint))
    output = path.parent / job.get("output", "out")
    return Job(path, output, job.get("resume", True), tuple(shots), tuple(refusals))


def _shot(read: Any, defaults: dict[str, Any], spot: Spot, taken: set[str]) -> Shot:
    """One [[shot]] with the defaults filled in; `taken` are the names before it, lower case."""
    only_known(read, tuple(_SHOT), spot)
    if "name" not in read:
        raise spot.mistake("no-name", "the shot has no name.", 'Add name = "...".')
    name = _name(read["name"], spot.at("name"))
    spot = Spot(spot.path, spot.lines, spot.place, f'shot "{name}"')
    if name.casefold() in taken:
        raise spot.at("name").mistake("same-name", "another shot has this name.",
                                      "Give each shot a name of its own; case does not count.")
    own = checked_table(read, _SHOT, spot)
    if "photo" in own and "parameters" in own:
        raise spot.at("parameters").mistake(
            "two-faces", "photo and parameters are both given.", "Give one of them.")
    face_of_its_own = "photo" in own or "parameters" in own
    inherited = {key: value for key, value in defaults.items()
                 if not (face_of_its_own and key in ("photo", "parameters"))}
    values = {**_PLAIN, **inherited, **own}
    return Shot(line=spot.line, **values)


def _file(value: Any, spot: Spot) -> Path:
    path = spot.path.parent / str(text(most=4096)(value, spot))
    if not path.is_file():
        raise spot.mistake("no-such-file", f'"{spot.key}": there is no file {path}.',
                           "Paths are relative to the job file's folder.")
    return path


def _head(value: Any, spot: Spot) -> str:
    """A head's name, or the path of a head file as seen from here."""
    name = str(text(most=4096)(value, spot))
    return str(_file(value, spot)) if name.endswith((".npz", ".pkl")) else name


def _name(value: Any, spot: Spot) -> str:
    fits = isinstance(value, str) and _NAME.fullmatch(value) and not _DEVICES.fullmatch(value)
    if not fits or value.casefold() == REPORT_NAME:
        raise spot.wrong("a folder name of letters, digits, spaces, dots, - and _", value)
    return str(value)


def _frames(value: Any, spot: Spot) -> tuple[int, int]:
    first, last = listed(whole(0, 1_000_000), 2, 2, "[first, last]")(value, spot)
    if last < first:
        raise spot.wrong("[first, last] with the first not after the last", value)
    return first, last


def _camera(value: Any, spot: Spot) -> CameraSpec:
    if isinstance(value, str):
        return CameraSpec(preset=_PRESET(value, spot))
    return CameraSpec(**checked_table(value, _CAMERA, spot))


def _output(value: Any, spot: Spot) -> tuple[str, ...]:
    kinds = ("images", "video", "blend")
    return tuple(listed(text(*kinds), 1, 3, "a list of " + ", ".join(kinds))(value, spot))


_PRESET: Check = text("front", "three_quarter", "profile")
_JOB: dict[str, Check] = {"output": text(most=4096), "resume": truth}
_CAMERA: dict[str, Check] = {
    "preset": _PRESET,
    "focal_length": number(8, 1000),
    "yaw": number(-180, 180),
    "pitch": number(-89, 89),
    "fill": number(0.05, 3),
}
_DEFAULTS: dict[str, Check] = {
    "head": _head,
    "photo": _file,
    "parameters": _file,
    "face": whole(1, 99),
    "fps": number(1, 240),
    "steps": listed(read_step, 0, 1000, "a list of at most 1000 steps"),
    "keys": text("editable", "dense", "mesh"),
    "camera": _camera,
    "light": text("studio", "soft", "dramatic", "none"),
    "engine": text("eevee", "cycles", "workbench"),
    "samples": whole(1, 65536),
    "resolution": listed(whole(16, 16384), 2, 2, "[width, height] in pixels"),
    "frames": _frames,
    "output": _output,
    "image_format": text("png", "exr"),
    "seed": whole(0, 2**31 - 1),
}
_SHOT: dict[str, Check] = {"name": _name, **_DEFAULTS}
_PLAIN: dict[str, Any] = {
    "head": "open", "photo": None, "parameters": None, "face": None, "fps": 24.0, "steps": (),
    "keys": "editable", "camera": CameraSpec(), "light": "studio", "engine": "eevee",
    "samples": 16, "resolution": (512, 512), "frames": None, "output": ("images",),
    "image_format": "png", "seed": None,
}
