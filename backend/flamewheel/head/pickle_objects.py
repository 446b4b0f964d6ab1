# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the objects of scipy.sparse and chumpy in a pickle: their arrays, by plain numpy.

What each object keeps in its state is from scipy's `scipy/sparse` (`_compressed.py`, `_coo.py`) and
chumpy's `ch.py` and `reordering.py`.
"""

from __future__ import annotations

import numpy as np

from .pickle_stand_ins import Array, BadContent, StateHolder, Walk, as_array, checked_size


class CompressedColumns(StateHolder):
    """scipy.sparse.csc_matrix, given densely."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """(rows, columns)."""
        rows, columns = self._rows_columns()
        return self._dense(columns, rows, walk).T

    def _rows_columns(self) -> tuple[int, int]:
        shape = self.shape("_shape" if "_shape" in self._state else "shape")
        checked_size(shape)
        if len(shape) != 2:
            raise BadContent("it has a sparse matrix that is none")
        return shape[0], shape[1]

    def _dense(self, major: int, minor: int, walk: Walk) -> Array:
        data, indices, starts = (
            self.part(name, walk).ravel() for name in ("data", "indices", "indptr"))
        fits = (
            data.dtype.kind in "fiu" and indices.dtype.kind in "iu" and starts.dtype.kind in "iu"
            and len(starts) == major + 1 and len(indices) == len(data) and int(starts[0]) == 0
            and int(starts[-1]) <= len(data) and bool((np.diff(starts.astype(np.int64)) >= 0).all())
            and (not len(indices) or 0 <= int(indices.min()) <= int(indices.max()) < minor))
        if not fits:
            raise BadContent("it has a sparse matrix whose parts do not fit")
        dense = np.zeros((major, minor))
        line = np.repeat(np.arange(major), np.diff(starts.astype(np.int64)))
        np.add.at(dense, (line, indices[:len(line)]), data[:len(line)])
        return dense


class CompressedRows(CompressedColumns):
    """scipy.sparse.csr_matrix, given densely."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """(rows, columns)."""
        return self._dense(*self._rows_columns(), walk)


class Coordinates(CompressedColumns):
    """scipy.sparse.coo_matrix, given densely."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """(rows, columns)."""
        shape = self._rows_columns()
        if "coords" in self._state:  # scipy >= 1.13
            row, column = (as_array(part, walk.deeper()) for part in self._state["coords"])
        else:
            row, column = self.part("row", walk), self.part("col", walk)
        data = self.part("data", walk)
        for index, count in ((row, shape[0]), (column, shape[1])):
            if index.dtype.kind not in "iu" or index.shape != data.shape or (
                    index.size and not 0 <= int(index.min()) <= int(index.max()) < count):
                raise BadContent("it has a sparse matrix whose parts do not fit")
        dense = np.zeros(shape)
        np.add.at(dense, (row, column), data)
        return dense


class ChumpyArray(StateHolder):
    """chumpy.ch.Ch: its array is the entry `x`."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """The array."""
        return self.part("x", walk)


class ChumpySelect(StateHolder):
    """chumpy.reordering.Select: entries `idxs` of the flattened `a`, in `preferred_shape`."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """The array."""
        taken = self.part("a", walk).ravel()[self.part("idxs", walk)]
        if "preferred_shape" not in self._state:
            return taken
        return taken.reshape(self.shape("preferred_shape"))


class ChumpyReshape(StateHolder):
    """chumpy.reordering.Reshape: `a` in `newshape`."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """The array."""
        return self.part("a", walk).reshape(self.shape("newshape"))


class ChumpyTranspose(StateHolder):
    """chumpy.reordering.transpose: `a` with its axes in the order of `axes`."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """The array."""
        turned = self._state.get("axes") is not None
        return self.part("a", walk).transpose(self.shape("axes") if turned else None)


class ChumpyConcatenate(StateHolder):
    """chumpy.reordering.Concatenate: `m0`, `m1`, … (listed in `dterms`) along `axis`."""

    __slots__ = ()

    def value(self, walk: Walk) -> Array:
        """The array."""
        names, axis = self._state.get("dterms"), self._state.get("axis", 0)
        named = isinstance(names, (list, tuple)) and all(isinstance(name, str) for name in names)
        if not named or not names or type(axis) is not int:
            raise BadContent("it has a chumpy concatenation that is none")
        return np.concatenate([self.part(name, walk) for name in names], axis=axis)
