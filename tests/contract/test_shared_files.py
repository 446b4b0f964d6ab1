# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that both halves share are the same, byte for byte (`make sync` copies them)."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BACKEND, ADDON = ROOT / "backend" / "flamewheel", ROOT / "blender_addon" / "core"
SHARED = sorted(
    path.name for path in BACKEND.glob("[a-z]*.py") if (ADDON / path.name).exists()
)


def test_the_shared_files_are_found() -> None:
    assert {"errors.py", "protocol.py", "wheel_names.py", "job_file.py"} <= set(SHARED)


@pytest.mark.parametrize("name", SHARED)
def test_the_copies_are_equal(name: str) -> None:
    """A name that both halves have is one file, so that neither is changed alone."""
    same = (BACKEND / name).read_bytes() == (ADDON / name).read_bytes()
    assert same, f"run `make sync`: {name} differs between the halves"
