# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a job: what became of each shot, and whether it need be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import FlamewheelError
from ..core.files import make_folder, write_whole
from ..core.job_file import REPORT_NAME, Job, Refusal, Shot

MAX_REPORT_BYTES = 64 * 1024 * 1024
"""3,000 shots of 100 files each take half of that."""

FORMAT = 1


@dataclass
class ShotReport:
    """One shot's entry."""

    name: str
    line: int
    status: str  # "running", "done", "refused" or "failed"
    fingerprint: str = ""  # of the shot's keys and input files; see `fingerprint_of`
    error: dict[str, str] | None = None  # code, message, hint
    files: list[str] = field(default_factory=list)  # relative to the output folder
    frames: list[int] | None = None  # first and last
    seconds: float = 0.0  # it took
    resumed: bool = False  # made by an earlier run and found whole
    notes: list[str] = field(default_factory=list)

    @staticmethod
    def refused(refusal: Refusal) -> ShotReport:
        """The entry of a shot that the job file has wrong."""
        error = {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}
        return ShotReport(refusal.name, refusal.line, "refused", error=error)

    def fail(self, status: str, error: FlamewheelError) -> None:
        """Say why it was not made."""
        self.status = status
        self.error = {"code": error.code, "message": error.message, "hint": error.hint}


@dataclass
class JobReport:
    """What `report.json` holds."""

    job: str
    versions: dict[str, str]
    shots: list[ShotReport] = field(default_factory=list)
    format: int = FORMAT

    def count(self, status: str) -> int:
        """How many shots have `status`."""
        return sum(shot.status == status for shot in self.shots)

    @property
    def exit_code(self) -> int:
        """0 where every shot is done, else 1."""
        return 0 if self.count("done") == len(self.shots) else 1

    def to_json(self) -> dict[str, Any]:
        """Plain lists, numbers and words."""
        counts = {name: self.count(name) for name in ("done", "refused", "failed")}
        return {**asdict(self), "counts": counts}

    def write(self, folder: Path) -> None:
        """`report.json` in `folder`, whole.  Raises OutputError."""
        text = json.dumps(self.to_json(), indent=1, ensure_ascii=False)
        make_folder(folder)
        write_whole(folder / REPORT_NAME, (text + "\n").encode())


def earlier_entries(folder: Path) -> dict[str, ShotReport]:
    """Shot name -> entry of an earlier run's report; nothing where there is none to be trusted."""
    path = folder / REPORT_NAME
    try:
        if path.stat().st_size > MAX_REPORT_BYTES:
            return {}
        read = json.loads(path.read_text(encoding="utf-8"))
        if read["format"] != FORMAT:
            return {}
        return {entry["name"]: ShotReport(**entry) for entry in read["shots"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}


def still_done(entry: ShotReport | None, fingerprint: str, folder: Path) -> bool:
    """Whether a shot is done already: the same question, and all its files are there."""
    return (
        entry is not None and entry.status == "done" and entry.fingerprint == fingerprint
        and bool(entry.files) and all((folder / name).is_file() for name in entry.files)
    )


def fingerprint_of(shot: Shot, inputs: Sequence[Path]) -> str:
    """sha256 of what a shot's pictures follow from: its keys (not its line) and its files' bytes.

    Raises OSError where a file cannot be read.
    """
    keys = asdict(shot)
    keys.pop("line")
    for step in keys["steps"]:
        step.pop("line")
    digest = hashlib.sha256(json.dumps(keys, sort_keys=True, default=str).encode())
    for path in inputs:
        with open(path, "rb") as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def report_of(job: Job, versions: dict[str, str]) -> JobReport:
    """An empty report with the shots that the job file has wrong."""
    return JobReport(str(job.path), versions, [ShotReport.refused(bad) for bad in job.refusals])
