# SPDX-License-Identifier: GPL-3.0-or-later
"""A head cut down to some of its vertices: the same numbers there, quicker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .data import HeadData

Ints = npt.NDArray[np.int64]


def cut_down(head: HeadData, vertices: npt.ArrayLike) -> tuple[HeadData, Ints]:
    """A head of `vertices` (n,) and those its joints hang on, and where the asked ones went.

    `evaluate` places them exactly as the whole head does.  It has no triangles, masks, landmarks or
    texture coordinates: those name vertices that are gone.
    """
    asked = np.asarray(vertices, dtype=np.int64)
    regressor = head.joint_regressor
    kept, places = np.unique(
        np.concatenate([asked, np.flatnonzero(np.abs(regressor).sum(0))]), return_inverse=True)
    part = replace(
        head, template=head.template[kept], triangles=np.zeros((0, 3), np.int32),
        identity_basis=head.identity_basis[kept], expression_basis=head.expression_basis[kept],
        pose_basis=head.pose_basis[kept], joint_regressor=regressor[:, kept],
        weights=head.weights[kept], uv=None, uv_triangles=None, landmarks={}, contour=None,
        masks={}, mirror=None,
    )
    return part, places[:asked.size]
