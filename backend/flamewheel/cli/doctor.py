# SPDX-License-Identifier: GPL-3.0-or-later
"""What a working installation needs, looked at piece by piece."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass

from ..errors import FlamewheelError

PACKAGES = (
    "torch", "numpy", "scipy", "mediapipe", "opencv-contrib-python", "fastapi", "uvicorn",
)
"""What the backend imports and cannot do without."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked for."""

    what: str
    ok: bool
    found: str
    hint: str = ""
    needed: bool = True


def examine() -> list[Check]:
    """All checks, in the order in which a person would mend them."""
    return [_python(), *map(_package, PACKAGES), _open_head(), _detector(), _networks(), _blender()]


def _python() -> Check:
    # mediapipe 0.10.21 has wheels up to Python 3.12.
    found = ".".join(str(part) for part in sys.version_info[:3])
    ok = (3, 10) <= sys.version_info[:2] <= (3, 12)
    return Check("Python", ok, found, "" if ok else "The backend needs Python 3.10, 3.11 or 3.12.")


def _package(name: str) -> Check:
    try:
        return Check(name, True, importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, "not installed", f"{sys.executable} -m pip install {name}")


def _open_head() -> Check:
    from ..head.registry import find_head

    try:
        head = find_head("open")
    except FlamewheelError as refusal:
        return Check("open head", False, refusal.message, refusal.hint)
    return Check("open head", True, f"{head.vertex_count} vertices, checksum {head.checksum[:12]}")


def _networks() -> Check:
    """Which of the papers' checkpoints are there; none is needed."""
    from ..encoders.networks.weights import PUBLISHED, checkpoints_folder, find_checkpoint

    there = []
    for name, published in PUBLISHED.items():
        with suppress(FlamewheelError):
            find_checkpoint(name)
            there.append(published.title)
    found = f"{', '.join(there) or 'none'} in {checkpoints_folder()}"
    return Check("checkpoints for encode --encoder", True, found, needed=False)


def _detector() -> Check:
    try:
        import numpy as np

        from ..encoders.facemesh import PHOTO_THRESHOLD, detect

        detect(np.zeros((64, 64, 3), dtype=np.uint8), PHOTO_THRESHOLD)  # loads the models
    except FlamewheelError as refusal:
        return Check("FaceMesh", False, refusal.message, refusal.hint)
    return Check("FaceMesh", True, "478 landmarks")


def _blender() -> Check:
    wanted = os.environ.get("FLAMEWHEEL_BLENDER") or "blender"
    found = shutil.which(wanted)
    hint = "" if found else "Only `flamewheel batch` needs it; name it in FLAMEWHEEL_BLENDER."
    return Check("Blender", found is not None, found or "not on the PATH", hint, needed=False)
