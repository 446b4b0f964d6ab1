# SPDX-License-Identifier: GPL-3.0-or-later
"""What a head's file carries for who makes its materials, beside the geometry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..data import HeadData
from .assembly import Head
from .crease_weights import crease_weights
from .expression_samples import activations
from .maps import as_bytes, as_srgb, crease_table, skin_maps
from .tints import RGB, vertex_colours


def surface_arrays(
    head: Head, data: HeadData, colours: Mapping[str, RGB]
) -> dict[str, npt.NDArray[Any]]:
    """Pictures (`map_*`, PNG bytes), `vertex_colours` (V,3) sRGB bytes, and of the creases names
    (K,), masks (V,K) 0..255 and weights (K,E).
    """
    assert data.units is not None
    names, masks = crease_table(head)
    weights = crease_weights(names, data.units, activations(data.units.names, (), ()))
    return {
        **{f"map_{name}": png for name, png in skin_maps(head).items()},
        "vertex_colours": as_bytes(as_srgb(vertex_colours(head, colours))),
        "crease_names": np.array(names), "crease_masks": masks,
        "crease_weights": weights.astype(np.float32),
    }
