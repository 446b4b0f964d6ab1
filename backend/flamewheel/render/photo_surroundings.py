# SPDX-License-Identifier: GPL-3.0-or-later
"""How a photo's surroundings follow the face: hair, neck, shoulders and background.

On a coarse grid over the photo the face's displacements are known where it is seen; beyond, they
fade smoothly (screened Laplace equation: a membrane on springs), so that nothing tears and what is
far stays.  The equation depends on the photo alone and is factored once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .photo_view import Cut

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]

CELL = 1 / 24
"""Of the face's width: the grid's step.  A design choice: half of it changes no picture visibly."""
FADE = 0.30
"""Of the face's width: how far off a displacement is down to 1 / e.  A design choice: nearer folds
the neck under an open jaw, farther bends doors behind cheeks."""
TURNS, HASTE = 8, 0.6
"""Of the fixed-point iteration that inverts the motion, and how much of a step it takes:
whole steps do not settle where a closing chin stretches the neck to twice its length."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Nodes over a picture: node (i, j) lies at pixel ((j + 0.5) step, (i + 0.5) step)."""

    step: float  # px
    rows: int
    columns: int

    @staticmethod
    def over(size: tuple[int, int], face_width: float) -> Grid:
        """One for a picture of `size` (width, height) px."""
        step = max(2.0, CELL * face_width)
        return Grid(step, int(np.ceil(size[1] / step)), int(np.ceil(size[0] / step)))

    def pixels(self) -> Floats:
        """(rows,columns,2) x and y of the nodes."""
        x, y = (np.arange(self.columns) + 0.5) * self.step, (np.arange(self.rows) + 0.5) * self.step
        return np.asarray(np.stack(np.meshgrid(x, y), axis=-1))


class Surroundings:
    """The displacement of everything, from that of the face."""

    def __init__(self, grid: Grid, known: Bools, cut: Cut) -> None:
        """known: (rows,columns) nodes at which the face is seen."""
        from scipy.sparse.linalg import splu

        self._grid, self._size, self._known = grid, cut.camera.image_size, known.ravel()
        screened = _screened_laplacian(grid, (grid.step / (FADE * cut.width)) ** 2)
        border = np.zeros_like(known)
        left, top, right, bottom = cut.held
        border[:, 0], border[:, -1] = left, right
        border[0] |= top
        border[-1] |= bottom
        free = self._free = ~(self._known | border.ravel())
        self._coupling = screened[free][:, self._known]
        self._solver = splu(screened[free][:, free].tocsc())

    def spread(self, moved: Floats) -> Singles:
        """(rows,columns,2) px of all nodes, from those (n,2) of the known ones in order."""
        whole = np.zeros((self._known.size, 2))
        whole[self._known] = moved
        whole[self._free] = self._solver.solve(-np.asarray(self._coupling @ moved))
        return np.asarray(whole.reshape(self._grid.rows, self._grid.columns, 2), np.float32)

    def sources(self, nodes: Singles) -> Singles:
        """(H,W,2) px: where each pixel of the new picture lay in the photo.

        nodes: displacements of the grid, from the photo to the new picture.
        """
        import cv2

        width, height = self._size
        step = self._grid.step
        x = (np.arange(width, dtype=np.float32) + 0.5) / step - 0.5
        y = (np.arange(height, dtype=np.float32) + 0.5) / step - 0.5
        across, down = np.meshgrid(x, y)
        whole = cv2.remap(nodes, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        here = np.stack(np.meshgrid(np.arange(width, dtype=np.float32),
                                    np.arange(height, dtype=np.float32)), axis=-1)
        found = here - whole
        for _ in range(TURNS):
            there = here - cv2.remap(whole, found, None, cv2.INTER_LINEAR,
                                     borderMode=cv2.BORDER_REPLICATE)
            found = found + HASTE * (there - found)
        return np.asarray(found, np.float32)


def _screened_laplacian(grid: Grid, screen: float):  # type: ignore[no-untyped-def]
    """(n,n) sparse: differences to the neighbours, and `screen` of the value itself."""
    from scipy.sparse import coo_matrix, diags

    number = np.arange(grid.rows * grid.columns).reshape(grid.rows, grid.columns)
    pairs = np.concatenate([
        np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
        np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)])
    both = np.concatenate([pairs, pairs[:, ::-1]])
    count = number.size
    graph = coo_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), (count, count)).tocsr()
    return (diags(np.asarray(graph.sum(1)).ravel() + screen) - graph).tocsr()
