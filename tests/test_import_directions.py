# SPDX-License-Identifier: GPL-3.0-or-later
"""The house's arrows: which room may import which.  Read from the source, nothing is run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BACKEND = ROOT / "backend" / "flamewheel"
ADDON = ROOT / "blender_addon"

# room -> level; a room may import rooms of its own level or a lower one
BACKEND_LEVELS = {
    "errors": 0,
    "files": 1,
    "reading": 0,
    "wheel_names": 0,
    "protocol": 1,
    "protocol_infer": 2,
    "protocol_photos": 0,
    "protocol_plan": 2,
    "protocol_units": 0,
    "protocol_video": 1,
    "job_file": 2,
    "job_steps": 1,
    "strict_toml": 1,
    "toml_lines": 0,
    "parameters": 1,
    "labelled_photos": 1,
    "weight_file": 3,
    "parameter_file": 2,
    "trajectory": 2,
    "key_reduction": 3,
    "head": 2,
    "metrics": 3,
    "render": 3,
    "wheel": 3,
    "instruction": 3,
    "motion": 3,
    "emotion": 3,
    "encoders": 3,
    "retarget": 3,
    "pipeline": 4,
    "batch": 5,
    "server": 5,
    "evaluation": 5,
    "training": 5,
    "cli": 6,
    "__init__": 5,
    "__main__": 7,
}
# rooms of one level that must not know one another
BACKEND_STRANGERS = {
    ("head", "trajectory"), ("trajectory", "head"),
    ("wheel", "encoders"), ("encoders", "wheel"),
    ("instruction", "encoders"), ("encoders", "instruction"),
    ("wheel", "instruction"), ("render", "wheel"), ("wheel", "render"),
    ("wheel", "retarget"), ("server", "batch"), ("batch", "server"),
    ("server", "training"), ("batch", "training"),
    ("training", "server"), ("render", "encoders"),
}
ADDON_MAY_IMPORT = {
    "core": {"core"},
    "client": {"client", "core"},
    "scene": {"scene", "core"},
    "operators": {"operators", "scene", "client", "core", "batch"},
    "batch": {"batch", "scene", "client", "core"},
    "ui": {"ui", "scene", "client", "core"},
    "registration": {"ui", "operators", "batch", "scene", "client", "core"},
    "__init__": {"registration"},
}
BPY = {"bpy", "mathutils", "gpu", "gpu_extras", "bpy_extras", "blf", "bmesh", "bl_ui"}


def sources(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.py") if "__pycache__" not in path.parts)


def room_of(path: Path, root: Path) -> str:
    first = path.relative_to(root).parts[0]
    return first.removesuffix(".py")


def imported(path: Path, root: Path, package: str) -> set[str]:
    """Absolute dotted names of what `path` imports; relative imports are resolved."""
    parts = [package, *path.relative_to(root).with_suffix("").parts]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else []
            module = [*base, *(node.module.split(".") if node.module else [])]
            found |= {".".join([*module, name.name]) for name in node.names}
    return found


def rooms_imported(path: Path, root: Path, package: str) -> set[str]:
    names = (name.split(".") for name in imported(path, root, package))
    inside = (name for name in names if name[0] == package and len(name) > 1)
    rooms = {room.removesuffix(".py") for _, room, *_ in inside}
    return {room for room in rooms if (root / room).is_dir() or (root / f"{room}.py").exists()}


def test_the_checks_see_the_source() -> None:
    assert len(sources(BACKEND)) > 20 and len(sources(ADDON)) > 20
    assert "errors" in rooms_imported(BACKEND / "parameters.py", BACKEND, "flamewheel")


@pytest.mark.parametrize("path", sources(BACKEND), ids=lambda p: str(p.relative_to(ROOT)))
def test_backend_arrows(path: Path) -> None:
    room = room_of(path, BACKEND)
    assert room in BACKEND_LEVELS, f"a new room: give {room} a level"
    for other in rooms_imported(path, BACKEND, "flamewheel") - {room}:
        assert BACKEND_LEVELS[other] <= BACKEND_LEVELS[room], f"{room} -> {other}"
        assert (room, other) not in BACKEND_STRANGERS, f"{room} -> {other}"
        assert other != "training" or room == "cli", f"only the command line trains ({room})"


@pytest.mark.parametrize("path", sources(BACKEND), ids=lambda p: str(p.relative_to(ROOT)))
def test_backend_knows_no_blender(path: Path) -> None:
    names = {name.split(".")[0] for name in imported(path, BACKEND, "flamewheel")}
    assert not names & (BPY | {"blender_addon"})


@pytest.mark.parametrize("path", sources(ADDON), ids=lambda p: str(p.relative_to(ROOT)))
def test_addon_arrows(path: Path) -> None:
    room = room_of(path, ADDON)
    assert room in ADDON_MAY_IMPORT, f"a new room: say what {room} may import"
    others = rooms_imported(path, ADDON, "blender_addon")
    assert others <= ADDON_MAY_IMPORT[room] | {room}, f"{room} -> {others}"


@pytest.mark.parametrize("path", sources(ADDON), ids=lambda p: str(p.relative_to(ROOT)))
def test_addon_imports(path: Path) -> None:
    """Relative imports only (extension packages are renamed), no third party but numpy."""
    import sys

    names = imported(path, ADDON, "blender_addon")
    roots = {name.split(".")[0] for name in names}
    assert "flamewheel" not in roots
    known = BPY | {"numpy", "blender_addon", "tomllib", "tomli"}
    third = roots - set(sys.stdlib_module_names) - known
    assert not third, third
    absolute = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.startswith("blender_addon")
    }
    assert not absolute
    if room_of(path, ADDON) in {"core", "client"}:
        assert not roots & BPY, f"{room_of(path, ADDON)} must run without Blender"


def test_import_of_the_package_is_light() -> None:
    """A server must answer before torch is loaded."""
    import subprocess
    import sys

    heavy = ["torch", "mediapipe", "scipy", "sklearn", "cv2"]
    code = f"import sys, flamewheel; print([m for m in {heavy} if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
