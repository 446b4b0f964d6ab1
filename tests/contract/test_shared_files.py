# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that both halves share are the same, byte for byte (`make sync` copies them)."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = ["errors.py", "protocol.py", "wheel_names.py", "job_file.py"]


@pytest.mark.parametrize("name", SHARED)
def test_the_copies_are_equal(name: str) -> None:
    backend = (ROOT / "backend" / "flamewheel" / name).read_bytes()
    addon = (ROOT / "blender_addon" / "core" / name).read_bytes()
    assert backend == addon, f"run `make sync`: {name} differs between the halves"
