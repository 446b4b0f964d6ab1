# SPDX-License-Identifier: GPL-3.0-or-later
"""Naming the emotion of the head and of a photo, with the real backend as Blender's child."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import pytest
from scene_tools import PHOTO, values
from simple_rig import empty_file

from blender_addon.client.session import session


@pytest.fixture(autouse=True)
def head(addon: Path) -> Any:
    empty_file()
    assert bpy.ops.flamewheel.import_head() == {"FINISHED"}
    session().reading = None
    return bpy.context.scene.flamewheel


@pytest.mark.parametrize("emotion", ["Anger", "Surprise"])
def test_what_the_head_shows_becomes_the_wheels_primary(head: Any, emotion: str) -> None:
    bpy.ops.flamewheel.blend(primary=emotion, insert_keys=False)
    before = values("Exp")
    assert bpy.ops.flamewheel.infer() == {"FINISHED"}
    reading = session().reading
    assert reading is not None and reading.label == emotion == head.primary
    assert values("Exp") == before  # nothing but the panel changed


def test_a_photo_is_read_and_the_head_left_alone(head: Any) -> None:
    head.primary = "Fear"
    assert bpy.ops.flamewheel.infer_photo(filepath=str(PHOTO), use_as_primary=False) == {"FINISHED"}
    assert session().reading is not None and session().reading.label == "Joy"
    assert head.primary == "Fear" and not any(values("Exp")) and not any(values("Shape"))
    bpy.ops.flamewheel.infer_photo(filepath=str(PHOTO))
    assert head.primary == "Joy"


def test_what_is_refused(head: Any, tmp_path: Path) -> None:
    for path in ("", str(tmp_path / "gone.jpg")):
        with pytest.raises(RuntimeError, match="There is no photo"):
            bpy.ops.flamewheel.infer_photo(filepath=path)
    empty_file()
    with pytest.raises(RuntimeError, match="head"):
        bpy.ops.flamewheel.infer()
