# SPDX-License-Identifier: GPL-3.0-or-later
"""Enabling and disabling the add-on: everything comes, and everything goes."""

from __future__ import annotations

from typing import Any

import bpy
from simple_rig import empty_file

import blender_addon
from blender_addon.client.session import session

VERBS = {
    "import_head", "encode_photo", "encode_video", "blend", "transition", "retarget",
    "start_backend", "stop_backend", "install_backend", "batch", "add_units", "remove_units",
    "measure_units", "mirror_units", "reset_units", "key_units",
}
"""The operators that other people's scripts rely on."""


def registered() -> dict[str, Any]:
    """All that an add-on may leave behind in Blender."""
    names = {name for kind in (bpy.types.Operator, bpy.types.Panel, bpy.types.PropertyGroup,
                               bpy.types.AddonPreferences)
             for name in (cls.__name__ for cls in kind.__subclasses__())
             if getattr(bpy.types, name, None) is not None}
    handlers = {name: [str(one) for one in getattr(bpy.app.handlers, name)]
                for name in dir(bpy.app.handlers)
                if isinstance(getattr(bpy.app.handlers, name), list)}
    return {"classes": names, "handlers": handlers, "verbs": set(dir(bpy.ops.flamewheel)),
            "scene": hasattr(bpy.types.Scene, "flamewheel")}


def test_twice_on_and_off_leaves_nothing() -> None:
    empty_file()
    before = registered()
    assert not before["verbs"] and not before["scene"]
    for _ in range(2):
        blender_addon.register()
        during = registered()
        assert during["verbs"] >= VERBS and during["scene"]
        assert bpy.context.scene.flamewheel.primary == "Joy"
        blender_addon.unregister()
        assert registered() == before
    assert not session().running


def test_every_verb_says_what_it_does_and_takes_plain_arguments() -> None:
    blender_addon.register()
    try:
        for verb in dir(bpy.ops.flamewheel):
            told = getattr(bpy.ops.flamewheel, verb).get_rna_type()
            assert told.name and told.description, verb
            for prop in told.properties:
                plain = prop.type in {"STRING", "INT", "FLOAT", "BOOLEAN", "ENUM"} or (
                    prop.identifier == "files")  # the file browser's own list of names
                assert prop.identifier == "rna_type" or plain, (verb, prop.identifier)
    finally:
        blender_addon.unregister()


def test_panels_draw_only_verbs_that_exist() -> None:
    """An operator's name is a string in the panels: each must be one of ours."""
    import re
    from pathlib import Path

    folder = Path(blender_addon.__file__).parent / "ui"
    blender_addon.register()
    try:
        verbs = set(dir(bpy.ops.flamewheel))
        named = {name for file in folder.glob("*.py")
                 for name in re.findall(r'"flamewheel\.(\w+)"', file.read_text(encoding="utf-8"))}
        assert named and named <= verbs
    finally:
        blender_addon.unregister()
