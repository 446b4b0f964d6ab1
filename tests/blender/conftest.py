# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads, and what the backend's `HeadModel` makes of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def backend_python() -> Path:
    """The Python that has the backend; a test that needs it is skipped where there is none."""
    return Path(os.environ.get("FLAMEWHEEL_BACKEND_PYTHON", ROOT / ".venv" / "bin" / "python"))


@pytest.fixture(scope="session")
def cases_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`head_model_cases.py`'s results."""
    python = backend_python()
    if not python.exists():
        pytest.skip(f"no backend at {python}: run `make setup`, or set FLAMEWHEEL_BACKEND_PYTHON")
    folder = tmp_path_factory.mktemp("heads")
    script = Path(__file__).with_name("head_model_cases.py")
    # Blender's environment must not leak into another Python
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    done = subprocess.run([python, script, folder], capture_output=True, text=True, check=False,
                          env=environment)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def addon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The add-on at work, and the user's folder that it has; gone when the file is done."""
    from scene_tools import registered_addon  # registers with Blender, which not every file needs

    folder = tmp_path_factory.mktemp("user")
    with registered_addon(folder):
        yield folder
