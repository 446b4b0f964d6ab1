# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension zip: what is in it, and that Blender installs it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomllib
from cli import ROOT, accepted

import flamewheel

BLENDERS = sorted({*ROOT.glob(".venv-blender*/bin/python"),
                   *ROOT.glob(".venv-blender-others/*/bin/python")})
SHARED = ("errors", "files", "protocol", "wheel_names", "job_file", "strict_toml", "toml_lines")


def build(out: Path) -> Path:
    done = subprocess.run([sys.executable, ROOT / "build_addon.py", "--out", out],
                          capture_output=True, text=True, check=False, cwd=out)
    assert done.returncode == 0, done.stderr
    (made,) = out.iterdir()  # and nothing else: no leftover
    assert str(made) in done.stdout
    return made


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def members(extension: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(extension) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def wheel(members: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    (name,) = [name for name in members if name.endswith(".whl")]
    path = tmp_path_factory.mktemp("wheel") / Path(name).name
    path.write_bytes(members[name])
    return path


@pytest.fixture(scope="module")
def wheel_members(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_sources_give_the_same_bytes(extension: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert again.name == extension.name
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(
        extension.read_bytes()).digest()


def test_one_version_everywhere(extension: Path, members: dict[str, bytes], wheel: Path) -> None:
    manifest = tomllib.loads(members["blender_manifest.toml"].decode())
    backend = tomllib.loads((ROOT / "backend" / "pyproject.toml").read_text(encoding="utf-8"))
    version = flamewheel.__version__
    assert manifest["version"] == backend["project"]["version"] == version
    assert extension.name == f"flamewheel-{version}.zip"
    assert wheel.name == f"flamewheel-{version}-py3-none-any.whl"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"{version}" in changes


def test_the_manifest_says_what_blender_asks_for(members: dict[str, bytes]) -> None:
    manifest = tomllib.loads(members["blender_manifest.toml"].decode())
    needed = {"schema_version", "id", "version", "name", "tagline", "maintainer", "type",
              "blender_version_min", "license"}
    assert needed <= set(manifest)
    assert manifest["id"] == "flamewheel" and manifest["type"] == "add-on"
    assert manifest["license"] == ["SPDX:GPL-3.0-or-later"]
    assert manifest["blender_version_min"] == "4.2.0"
    assert len(manifest["tagline"]) <= 64 and not manifest["tagline"].endswith(".")
    # a reason of at most 64 characters without a full stop, as the extension platform asks
    assert all(0 < len(why) <= 64 and not why.endswith(".")
               for why in manifest["permissions"].values())
    assert "wheels" not in manifest  # the backend is not for Blender's own Python


def test_names(members: dict[str, bytes]) -> None:
    for name in ("__init__.py", "registration.py", "LICENSE", "assets/open_head.npz",
                 "assets/LICENSE-open-head", "assets/NOTICE", "blender_manifest.toml"):
        assert members[name], name
    assert not [name for name in members if "__pycache__" in name or name.endswith(".pyc")
                or name.startswith(("/", "flamewheel/")) or ".." in name or "\\" in name]
    assert len(set(name.lower() for name in members)) == len(members)  # Windows and macOS
    assert not [name for name in members if name.endswith((".pkl", ".pt", ".tar", ".ckpt"))]


def test_the_sources_are_the_repositorys_and_compile(
    members: dict[str, bytes], wheel_members: dict[str, bytes]
) -> None:
    for given, folder in ((members, ROOT / "blender_addon"), (wheel_members, ROOT / "backend")):
        sources = {name: body for name, body in given.items() if name.endswith(".py")}
        assert len(sources) > 40
        for name, body in sources.items():
            compile(body, name, "exec")
            assert body == (folder / name).read_bytes(), name
    for name in SHARED:
        assert members[f"core/{name}.py"] == wheel_members[f"flamewheel/{name}.py"]


def test_every_source_of_the_backend_is_in_the_wheel(wheel_members: dict[str, bytes]) -> None:
    package = ROOT / "backend" / "flamewheel"
    sources = {path.relative_to(ROOT / "backend").as_posix() for path in package.rglob("*.py")}
    assert sources == {name for name in wheel_members if name.endswith(".py")}
    assert "flamewheel/py.typed" in wheel_members
    assert wheel_members["flamewheel/assets/open_head.npz"]
    facts = next(body for name, body in wheel_members.items() if name.endswith("/METADATA"))
    assert b"License-Expression: GPL-3.0-or-later" in facts
    tags = next(body for name, body in wheel_members.items() if name.endswith("/WHEEL"))
    assert b"Root-Is-Purelib: true" in tags and b"Tag: py3-none-any" in tags


def test_nothing_of_this_machine(
    members: dict[str, bytes], wheel_members: dict[str, bytes]
) -> None:
    home = os.fsencode(Path.home())
    places = [os.fsencode(ROOT) + b"/", *([home + b"/"] if len(home) > 2 else []),
              b"site-packages/", b"/tmp/"]
    texts = (".py", ".toml", ".md", ".txt", "METADATA", "RECORD", "NOTICE", ".npz")
    for name, body in [*members.items(), *wheel_members.items()]:
        if name.endswith(texts):
            assert not [place for place in places if place in body], name


def test_the_head_is_the_one_of_its_checksum(
    members: dict[str, bytes], wheel_members: dict[str, bytes]
) -> None:
    head = members["assets/open_head.npz"]
    assert head == wheel_members["flamewheel/assets/open_head.npz"]
    assert hashlib.sha256(head).hexdigest() in members["assets/checksums.txt"].decode()


def test_the_wheel_alone_is_a_backend(wheel: Path, tmp_path: Path) -> None:
    """From the wheel's files, not from this checkout."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    head, *_ = accepted("head", "list", "--json", PYTHONPATH=str(tmp_path)).json["heads"]
    assert Path(head["path"]) == tmp_path / "flamewheel" / "assets" / "open_head.npz"
    assert any(accepted("blend", "joy", "--json", PYTHONPATH=str(tmp_path)).json["expression"])


INSTALL = """
import json, os, sys, traceback
import bpy
status = 1
try:
    archive, python = sys.argv[1:]
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True)
    (name,) = [entry.module for entry in bpy.context.preferences.addons
               if entry.module.endswith(".flamewheel")]
    preferences = bpy.context.preferences.addons[name].preferences
    preferences.python = python
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.flamewheel.import_head()
    mesh = bpy.context.view_layer.objects.active
    bpy.ops.flamewheel.blend(primary="joy", insert_keys=True)
    shown = [key.value for key in mesh.data.shape_keys.key_blocks if key.name.startswith("Exp")]
    modules = sorted(name for name in sys.modules if name.split(".")[0] == "blender_addon")
    folder = sys.modules[name].__path__[0]
    bpy.ops.preferences.addon_disable(module=name)
    left = dir(bpy.ops.flamewheel)
    print("RESULT", json.dumps([name, shown, modules, folder, left]))
    status = 0
except BaseException:
    traceback.print_exc()
sys.stdout.flush(); sys.stderr.flush()
os._exit(status)
"""


@pytest.fixture(params=BLENDERS or [None], ids=lambda path: path.parts[-3] if path else "none")
def blender(request: pytest.FixtureRequest) -> Iterator[Path]:
    if request.param is None:
        pytest.skip("no Blender module here: run `make setup`")
    yield request.param


def test_blender_installs_it_and_its_verbs_work(
    extension: Path, blender: Path, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items()
                   if name not in {"PYTHONPATH", "PYTHONHOME", "FLAMEWHEEL_PYTHON"}}
    done = subprocess.run(
        [blender, "-c", INSTALL, extension, sys.executable], capture_output=True, text=True,
        timeout=120, check=False, cwd=tmp_path,
        env={**environment, "BLENDER_USER_RESOURCES": str(tmp_path), "OMP_NUM_THREADS": "2"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = re.findall(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    name, shown, modules, folder, left = json.loads(line)
    assert name == "bl_ext.user_default.flamewheel" and modules == []
    assert Path(folder).is_relative_to(tmp_path)
    expected: list[Any] = accepted("blend", "joy", "--json").json["expression"]
    assert shown == pytest.approx(expected[: len(shown)], abs=1e-5) and any(shown)
    assert left == []


def test_blender_finds_it_valid(extension: Path, blender: Path) -> None:
    """`blender --command extension validate`, for Blender as a module."""
    found = sorted(blender.parents[1].rglob("bl_pkg/cli/blender_ext.py"))
    assert found, "this Blender has no extension tool"
    done = subprocess.run([blender, found[0], "validate", extension], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0 and "Success" in done.stdout, done.stdout + done.stderr
