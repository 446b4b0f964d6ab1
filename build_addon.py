# SPDX-License-Identifier: GPL-3.0-or-later
"""blender_addon/ + the backend's wheel + the open head -> dist/flamewheel-<version>.zip.

    .venv/bin/python build_addon.py [--out dist]

The same sources give the same zip, byte for byte: names are sorted and times are fixed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent
ADDON = ROOT / "blender_addon"
ASSETS = ROOT / "flame_assets"
# what of flame_assets/ travels: the open head with its licence and origin, nothing of FLAME
ASSET_NAMES = ("open_head.npz", "LICENSE-open-head", "NOTICE", "README.md", "checksums.txt")
EPOCH = (2026, 1, 1, 0, 0, 0)  # a fixed time for every member: zips are compared by their bytes


def main() -> int:
    """Build the zip and say where it is."""
    parser = argparse.ArgumentParser(description="Build the Flamewheel extension zip.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    out: Path = parser.parse_args().out
    version = addon_version()
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch) / "flamewheel"
        stage_addon(stage)
        build_wheel(Path(scratch), stage / "wheels_backend")
        target = write_zip(stage, out / f"flamewheel-{version}.zip")
    print(f"{target} ({target.stat().st_size / 1e6:.1f} MB)")
    return 0


def addon_version() -> str:
    """The version of the manifest; the backend must have the same."""
    manifest = tomllib.loads((ADDON / "blender_manifest.toml").read_text(encoding="utf-8"))
    backend = tomllib.loads((ROOT / "backend" / "pyproject.toml").read_text(encoding="utf-8"))
    if manifest["version"] != backend["project"]["version"]:
        sys.exit("blender_manifest.toml and backend/pyproject.toml name different versions.")
    return str(manifest["version"])


def stage_addon(stage: Path) -> None:
    """The add-on's files, licences and head as they stand in the zip."""
    shutil.copytree(ADDON, stage, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    shutil.copy(ROOT / "LICENSE", stage / "LICENSE")
    (stage / "assets").mkdir()
    for name in ASSET_NAMES:
        if not (ASSETS / name).is_file():
            sys.exit(f"flame_assets/{name} is missing.")
        shutil.copy(ASSETS / name, stage / "assets" / name)
    for light in ASSETS.glob("open_head_light.npz"):
        shutil.copy(light, stage / "assets" / light.name)


def build_wheel(scratch: Path, out: Path) -> None:
    """The backend as a wheel, with the open head inside; built from a copy."""
    source = scratch / "backend"
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", "build")
    shutil.copytree(ROOT / "backend", source, ignore=ignore)
    shutil.copy(ROOT / "LICENSE", source / "LICENSE")
    (source / "flamewheel" / "assets").mkdir(exist_ok=True)
    for name in ASSET_NAMES:
        shutil.copy(ASSETS / name, source / "flamewheel" / "assets" / name)
    for extra in ASSETS.glob("open_head_*.npz"):  # its light version and its calibration
        shutil.copy(extra, source / "flamewheel" / "assets" / extra.name)
    # EPOCH again, for the wheel's members
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(out), str(source)], check=True, env=environment)


def write_zip(stage: Path, target: Path) -> Path:
    """Zip `stage`, its files at the zip's root; written aside, then renamed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_suffix(".part")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(p for p in stage.rglob("*") if p.is_file()):
            member = zipfile.ZipInfo(path.relative_to(stage).as_posix(), EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, path.read_bytes())
    os.replace(aside, target)
    return target


if __name__ == "__main__":
    sys.exit(main())
