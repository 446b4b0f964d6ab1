# SPDX-License-Identifier: GPL-3.0-or-later
"""`bpy.ops.flamewheel.batch` from Python: waits, and says what was refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import bpy
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from fake_backend import FakeBackend
from simple_rig import empty_file

from blender_addon.operators import batch

JOB = """\
[defaults]
engine = "workbench"
resolution = [32, 32]
[[shot]]
name = "a"
[[shot]]
name = "b"
fp = 24
"""


def test_the_operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty_file()
    monkeypatch.setattr(batch, "session_backend", FakeBackend)
    (tmp_path / "job.toml").write_text(JOB)
    bpy.utils.register_class(batch.FLAMEWHEEL_OT_batch)
    try:
        assert bpy.ops.flamewheel.batch(filepath=str(tmp_path / "job.toml")) == {"FINISHED"}
        with pytest.raises(RuntimeError, match="cannot be read"):
            bpy.ops.flamewheel.batch(filepath=str(tmp_path / "none.toml"))
    finally:
        bpy.utils.unregister_class(batch.FLAMEWHEEL_OT_batch)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["counts"] == {"done": 1, "refused": 1, "failed": 0}
