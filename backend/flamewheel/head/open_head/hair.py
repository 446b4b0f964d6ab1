# SPDX-License-Identifier: GPL-3.0-or-later
"""Hair as a shell over the scalp."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .mesh_tools import Points, smoothstep, vertex_normals
from .parts import Skin
from .strands import Strands


def _hairiness(points: Points) -> Points:
    """Signed height above the hairline, mm (positive is hair)."""
    y, z = points[:, 1], points[:, 2]
    line = np.interp(z, [-200, -105, -97, -88, -70, -52, -25, 12],
                     [-72, -66, -30, -2, 0, 20, 50, 68])
    return np.asarray(y - line)


def hair(skin: Skin) -> Strands:
    """A short crop: a shell over the scalp that dives under the skin at the hairline."""
    on_ear = np.zeros(len(skin.points), bool)
    for rings in skin.ears:
        on_ear[rings[2:].ravel()] = True
    height = _hairiness(skin.points)
    scalp = np.zeros(len(skin.points), bool)
    scalp[skin.skull] = True
    scalp[: skin.face_count] = True
    for rings in skin.ears:
        scalp[rings[:2].ravel()] = True
    covered = scalp & ~on_ear & (height > -16)
    triangles = skin.triangles[covered[skin.triangles].all(1)]
    used = np.unique(triangles)
    number = np.full(len(skin.points), -1)
    number[used] = np.arange(len(used))
    normal = vertex_normals(skin.points, skin.triangles)[used]
    top = smoothstep((skin.points[used, 1] - 20) / 60)
    # linear at the hairline, where the shell crosses the skin: a smooth line across triangles
    thickness = np.minimum(0.22 * height[used], 2.6 + 3.4 * top)
    binding = sp.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)),
                            shape=(len(used), len(skin.points)))
    return Strands(skin.points[used] + normal * thickness[:, None], number[triangles], binding)
