# SPDX-License-Identifier: GPL-3.0-or-later
"""Smooth fields over a head's skin that take given values at its landmarks.

The fitted head misses a photo's lids, lips and chin by 1 to 2 % of the eyes' distance, which is a
doubled edge in a picture.  What is missed at the landmarks is spread along the skin: the field x
with the least |L x|² + stiffness |C x - d|², with L the surface's Laplacian and C the landmarks'
barycentrics (Sorkine et al. 2004, without the details' turning).  Along the skin and not across the
picture: closed lips touch, and may part.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .photo_parts import PhotoParts

Floats = npt.NDArray[np.float64]

STIFFNESS = 0.3
"""Weight of a landmark against the field's smoothness; a design choice, judged by eye: at 3 the
landmarks' own scatter dents the lids, at 0.03 lips are missed by a pixel in 350."""
REST = 1e-5
"""Weight of no displacement: what keeps the skin far from any landmark where it is."""


class SkinField:
    """Spreads values of landmarks along the skin of one head."""

    def __init__(self, parts: PhotoParts, template: Floats, triangles: npt.NDArray[np.int32],
                 trust: Floats) -> None:
        """template: (V,3) m at rest; triangles: the head's; trust: (L,) 0..1 in each landmark."""
        from scipy.sparse import coo_matrix, diags, identity
        from scipy.sparse.linalg import splu

        self._count = len(template)
        self._used = np.unique(parts.skin)
        self.reached = np.zeros(self._count, bool)  # (V,) vertices of the skin
        self.reached[self._used] = True
        place = np.full(self._count, -1)
        place[self._used] = np.arange(self._used.size)
        on_skin = place[triangles[parts.marks.triangles]]
        self._marked = np.flatnonzero((on_skin >= 0).all(1))
        rows = np.repeat(np.arange(self._marked.size), 3)
        values = np.asarray(parts.marks.barycentrics, np.float64)[self._marked]
        shape = (self._marked.size, self._used.size)
        marks = coo_matrix((values.ravel(), (rows, on_skin[self._marked].ravel())), shape).tocsr()
        smooth = _laplacian(place[parts.skin], template[self._used])
        weights = diags(STIFFNESS * trust[self._marked])
        self._pull = (marks.T @ weights).tocsc()
        system = smooth.T @ smooth + self._pull @ marks + REST * identity(self._used.size)
        self._solver = splu(system.tocsc(), permc_spec="MMD_AT_PLUS_A",
                            options={"SymmetricMode": True})

    def spread(self, values: Floats) -> Floats:
        """(V,C) of values (L,C) at the landmarks; 0 on vertices that are not of the skin."""
        found = np.zeros((self._count, values.shape[1]))
        found[self._used] = self._solver.solve(np.asarray(self._pull @ values[self._marked]))
        return found


def _laplacian(triangles: npt.NDArray[np.int64], points: Floats):  # type: ignore[no-untyped-def]
    """(n,n) sparse: each vertex less the mean of its neighbours, near ones counting more."""
    from scipy.sparse import coo_matrix, diags, identity

    ends = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    ends = np.unique(np.sort(ends, axis=1), axis=0)
    length = np.linalg.norm(points[ends[:, 0]] - points[ends[:, 1]], axis=1)
    near = 1.0 / np.maximum(length, 1e-5)
    count = len(points)
    graph = coo_matrix((np.tile(near, 2), (np.concatenate([ends[:, 0], ends[:, 1]]),
                                           np.concatenate([ends[:, 1], ends[:, 0]]))),
                       (count, count)).tocsr()
    total = np.asarray(graph.sum(1)).ravel()
    return identity(count) - diags(1.0 / np.maximum(total, 1e-12)) @ graph
