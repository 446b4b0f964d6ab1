# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures and creases in a head file: what is sound is read, what is not is named."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from blender_addon.core.errors import HeadError
from blender_addon.core.head_surface import PNG_SIGNATURE, read_surface

PATH = Path("head.npz")


def png(width: int = 4, height: int = 4, signature: bytes = PNG_SIGNATURE) -> Any:
    header = signature + struct.pack(">I", 13) + b"IHDR" + struct.pack(">II", width, height)
    return np.frombuffer(header + bytes(9), np.uint8)


def arrays(**changed: Any) -> dict[str, Any]:
    made = {
        "map_skin_colour": png(), "vertex_colours": np.full((5, 3), 188, np.uint8),
        "crease_names": np.array(["AU4L", "AU4R"]), "crease_masks": np.full((5, 2), 255, np.uint8),
        "crease_weights": np.ones((2, 3), np.float32),
    }
    return {name: array for name, array in {**made, **changed}.items() if array is not None}


def test_a_surface_is_read() -> None:
    surface = read_surface(arrays(), PATH, 5, 3)
    assert surface.maps["skin_colour"].startswith(PNG_SIGNATURE)
    np.testing.assert_allclose(surface.vertex_colours, 0.5, atol=0.005)  # sRGB 188 is half
    assert surface.creases is not None and surface.creases.names == ("AU4L", "AU4R")
    assert surface.creases.masks.max() == 1.0


def test_a_head_without_a_surface_has_none() -> None:
    surface = read_surface({}, PATH, 5, 3)
    assert not surface.maps and surface.vertex_colours is None and surface.creases is None


@pytest.mark.parametrize("changed, named", [
    ({"map_skin_colour": png(signature=b"not a png")}, "map_skin_colour"),
    ({"map_skin_colour": png(width=100_000)}, "100000 x 4"),
    ({"map_skin_colour": png(height=0)}, "map_skin_colour"),
    ({"map_skin_colour": np.zeros((3, 3), np.float32)}, "map_skin_colour"),
    ({"vertex_colours": np.zeros((4, 3), np.uint8)}, "vertex_colours"),
    ({"vertex_colours": np.zeros((5, 3), np.float32)}, "vertex_colours"),
    ({"crease_masks": None}, "crease_masks"),
    ({"crease_masks": np.zeros((5, 3), np.uint8)}, "crease_masks"),
    ({"crease_weights": np.full((2, 3), np.nan, np.float32)}, "crease_weights"),
    ({"crease_weights": np.zeros((2, 4), np.float32)}, "crease_weights"),
])
def test_what_is_wrong_is_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(HeadError) as refused:
        read_surface(arrays(**changed), PATH, 5, 3)
    assert named in refused.value.message and refused.value.hint
