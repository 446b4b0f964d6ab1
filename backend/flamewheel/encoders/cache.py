# SPDX-License-Identifier: GPL-3.0-or-later
"""What was learned about a head, kept in the user's cache folder; a damaged file is made anew."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from .rows import SurfacePoints

FIELDS = ("landmarks", "triangles", "barycentrics", "offsets", "deviation")


def cache_file(kind: str, version: int, key: str) -> Path:
    """Where the cache of one head lies: FLAMEWHEEL_CACHE or the system's cache folder."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("FLAMEWHEEL_CACHE")
    folder = Path(chosen) if chosen else user_cache_path("flamewheel")
    return folder / kind / f"{key}-v{version}.npz"


def read_cache(kind: str, version: int, key: str) -> SurfacePoints | None:
    """The points kept under `key`; None where there are none or the file is damaged."""
    path = cache_file(kind, version, key)
    try:
        with np.load(path, allow_pickle=False) as stored:
            points = SurfacePoints(*(stored[name] for name in FIELDS))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    count = len(points.landmarks)
    shapes = {"landmarks": (count,), "triangles": (count,), "barycentrics": (count, 3),
              "offsets": (count, 3), "deviation": (count,)}
    sound = count > 0 and all(getattr(points, name).shape == shape
                              and np.isfinite(getattr(points, name)).all()
                              for name, shape in shapes.items())
    return points if sound else None


def write_cache(kind: str, version: int, key: str, points: SurfacePoints) -> None:
    """Keeps `points`; where the folder cannot be written to, they are found again next time."""
    path = cache_file(kind, version, key)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                np.savez_compressed(stream, **{name: getattr(points, name) for name in FIELDS})
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
