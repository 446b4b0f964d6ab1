# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line as another program sees it: exit code, standard output, standard error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PHOTO = ROOT / "examples" / "astronaut.png"
CODE = r"[a-z0-9]+(-[a-z0-9]+)*"  # kebab-case, as errors.py promises


class Ran(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which holds one JSON object, on one line, and nothing else."""
        assert self.out.endswith("\n") and self.out.count("\n") == 1, self.out[:500]
        made = json.loads(self.out)
        assert isinstance(made, dict)
        return made


def flamewheel(*arguments: object, folder: Path | None = None, **variables: str) -> Ran:
    """`python -m flamewheel ARGUMENTS` in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "flamewheel", *map(str, arguments)], capture_output=True, text=True,
        encoding="utf-8", errors="replace", cwd=folder, timeout=300, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "2", **variables},
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Ran(done.returncode, done.stdout, done.stderr)


def accepted(*arguments: object, folder: Path | None = None, **variables: str) -> Ran:
    """The same, and it was done without a word on standard error but its own notes."""
    ran = flamewheel(*arguments, folder=folder, **variables)
    assert ran.status == 0, ran.err
    assert all(line.startswith("note: ") for line in ran.err.splitlines()), ran.err
    return ran


def refused(*arguments: object, folder: Path | None = None, **variables: str) -> dict[str, str]:
    """The same with `--json`, and it was refused; returns code, message and hint.

    The same words stand on standard error, and nothing else does: no library's log.
    """
    ran = flamewheel(*arguments, "--json", folder=folder, **variables)
    assert ran.status == 1, ran
    assert set(ran.json) == {"error"}
    error = ran.json["error"]
    assert set(error) == {"code", "message", "hint"}
    lines = [f"flamewheel: {error['message']} [{error['code']}]"]
    lines += [f"  {error['hint']}"] if error["hint"] else []
    shown = ("\n".join(lines) + "\n").encode(errors="backslashreplace").decode()
    assert ran.err == shown
    return dict(error)
