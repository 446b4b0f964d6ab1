# SPDX-License-Identifier: GPL-3.0-or-later
"""A blend by each method, of two and of three emotions, against the naive way.

    python tests/bench/bench_blend.py

The naive way asks the database anew for every mix, as a direct reading of paper 000 does: means,
Pearson correlations of every component with each label, the principal components for eq. 4, one
component after the other for eq. 3; for `units`, the emotions' strengths are measured by bounded
least squares on the head.  The last column is the same blend through `pipeline.blend`, words and
all, as the wheel under the mouse asks for it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from flamewheel import pipeline
from flamewheel.head.data import HeadData, NamedUnits
from flamewheel.head.registry import find_head
from flamewheel.head.unit_strengths import measure_strengths
from flamewheel.wheel.blend import METHODS, blend
from flamewheel.wheel.dbex import JAW_UNIT, ExpressionDatabase
from flamewheel.wheel.points import WheelPoint
from flamewheel.wheel.unit_blend import mixed_strengths
from flamewheel.wheel.units import face_rows
from flamewheel.wheel.weights import DEFAULTS

GOAL_MS = 1.0  # issue 5, "done when"
WORDS = ("Joy", "Fear", "Sadness")


def median_ms(function: Callable[[], object], times: int) -> float:
    """Of several calls, after two to warm up."""
    taken = []
    for _ in range(times + 2):
        start = time.perf_counter()
        function()
        taken.append(1e3 * (time.perf_counter() - start))
    return statistics.median(taken[2:])


class Naive:
    """Every mix from the rows of the database."""

    def __init__(self, head: HeadData, units: NamedUnits, database: ExpressionDatabase) -> None:
        self._head, self._units = head, units
        self._rows, self._labels = database.vectors, np.array(database.labels)
        self._agreeing = database.agreeing

    def blend(self, words: tuple[str, ...], method: str) -> Any:
        """(D,) the mix of two."""
        weights = DEFAULTS[method][1]
        faces = [self._rows[(self._labels == word) & self._agreeing].mean(axis=0)
                 for word in words]
        if method == "units":
            strengths = measure_strengths(self._head, self._units, np.stack(faces))
            mixed = mixed_strengths(self._units.names, words, strengths, weights)
            return face_rows(self._units, mixed)
        if method == "linear":
            return self._clipped(weights[0] * faces[0] + weights[1] * faces[1])
        if method == "correlation":
            return self._clipped(self._eq_3(self._rows, faces, words, weights))
        scale = np.ones(self._rows.shape[1])
        scale[-3:] = 1 / JAW_UNIT
        centre = self._rows.mean(axis=0)
        scaled = (self._rows - centre) * scale
        _, values, axes = np.linalg.svd(scaled, full_matrices=False)
        axes = axes[:int(np.searchsorted(np.cumsum(values**2) / (values**2).sum(), 0.95)) + 1]
        scores = [((face - centre) * scale) @ axes.T for face in faces]
        mixed = self._eq_3(scaled @ axes.T, scores, words, weights)
        return self._clipped(mixed @ axes / scale + centre)

    def _eq_3(self, rows: Any, faces: list[Any], words: tuple[str, ...],
              weights: tuple[float, ...]) -> Any:
        most = min(16, -(-rows.shape[1] // 2)) if rows.shape[1] < 50 else 16
        keys = []
        for word in words:
            label = (self._labels == word).astype(float)
            found = [abs(np.corrcoef(column, label)[0, 1]) if column.any() else 0.0
                     for column in rows.T]
            keys.append(set(np.argsort(found)[::-1][:most].tolist()))
        mixed = []
        for at in range(rows.shape[1]):
            share = 0.5
            if at in keys[0] - keys[1]:
                share = weights[0]
            elif at in keys[1] - keys[0]:
                share = weights[1]
            mixed.append(share * faces[0][at] + (1 - share) * faces[1][at])
        return np.array(mixed)

    def _clipped(self, row: Any) -> Any:
        return np.clip(row, self._rows.min(axis=0), self._rows.max(axis=0))


def main() -> None:
    """Prints the table."""
    database, units = pipeline.expression_database(), pipeline.head_units().units
    naive = Naive(find_head("open"), units, database)
    print(f"A blend on the open head, database of {len(database.labels)} rows; medians, goal "
          f"{GOAL_MS:g} ms")
    print(f"  {'method':12} {'two':>9} {'three':>9} {'naive, two':>12} {'':8} {'pipeline':>9}")
    for method in METHODS:
        _print_row(database, units, naive, method)


def _print_row(database: ExpressionDatabase, units: NamedUnits, naive: Naive, method: str) -> None:
    def mix(count: int) -> object:
        points = [WheelPoint(word) for word in WORDS[:count]]
        return blend(database, points, method=method, units=units)

    two, three = median_ms(lambda: mix(2), 200), median_ms(lambda: mix(3), 200)
    slow = median_ms(lambda: naive.blend(WORDS[:2], method), 7)
    whole = median_ms(lambda: pipeline.blend(*WORDS, method=method), 50)
    reached = "reached" if max(two, three) < GOAL_MS else "MISSED"
    print(f"  {method:12} {two:6.3f} ms {three:6.3f} ms {slow:9.2f} ms {slow / two:6.0f}x  "
          f"{whole:6.3f} ms   {reached}")


if __name__ == "__main__":
    main()
