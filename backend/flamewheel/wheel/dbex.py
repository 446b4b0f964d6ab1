# SPDX-License-Identifier: GPL-3.0-or-later
"""The expression database (DBEX, paper 000): labelled expressions of one head; statistics.

It is made from arrays, wherever they come from: FACS prototypes (`prototypes.py`) or labelled
photos.  A row is ψ followed by the jaw's three numbers; "component" means any of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import WheelError
from ..parameters import checked_array
from ..wheel_names import NEUTRAL
from .geometry import neighbours_of
from .points import BASIC, EMOTIONS, INTENSE, MILD, WheelPoint

Array = npt.NDArray[np.float64]

JAW_SIZE = 3  # numbers of a row after ψ: axis-angle, rad
LONGEST_SHOWN = 60  # characters of a file's words in a message
STRONGEST = 16
"""Components in I_E: paper 000, "the 16 parameters that exhibit the strongest correlation"."""
PCA_VARIANCE = 0.95  # paper 000, figure 5: the first components that hold 95 % of the variance
JAW_UNIT = 0.2
"""Radians that count as much as one standard deviation of ψ in the PCA: a jaw drop (AU26) of the
open head; without it, a mouth opening by 0.2 would weigh nothing beside coefficients of 1."""
RING_KNOTS = (0.0, MILD, BASIC, INTENSE)
MADE_FROM_NEIGHBOURS = ("Trust", "Anticipation")
"""Emotions that no photo set labels: the paper blends them from their neighbours on the wheel."""


@dataclass(frozen=True, eq=False)
class ExpressionDatabase:
    """Expressions of one head; made by `database_from_arrays`.  K emotions, D = E + 3, P axes."""

    head: str
    head_checksum: str
    labels: tuple[str, ...]  # (N,) names of EMOTIONS
    vectors: Array  # (N,D) ψ, jaw
    sources: tuple[str, ...]  # (N,) where each row comes from
    agreeing: npt.NDArray[np.bool_]  # (N,) rows that show the FACS prototype of their label
    provenance: str  # how it was built, for a person
    emotions: tuple[str, ...]  # (K,) labels present, in the order of EMOTIONS
    b1: Array  # (K,D) mean over all rows of an emotion
    b2: Array  # (K,D) mean over its agreeing rows; B1 where there is none
    rings: Array  # (K,3,D) an emotion's mild, basic and intense face; multiples of B2 if not given
    low: Array  # (D,) least of every component over all rows
    high: Array  # (D,) greatest
    correlations: Array  # (K,D) Pearson, with "is labelled so"; 0 for a component that never moves
    centre: Array  # (D,) mean of all rows
    axes: Array  # (P,D) principal components: scores are (row - centre) · scale @ axes.T
    axis_correlations: Array  # (K,P) as `correlations`, of the scores
    reference: Array  # (D,) neutral face as the encoder saw it, taken off the photos' rows; else 0

    @property
    def expression_count(self) -> int:
        """E."""
        return self.vectors.shape[1] - JAW_SIZE

    @property
    def scale(self) -> Array:
        """(D,) brings components to one size for the PCA: 1 for ψ, 1 / JAW_UNIT for the jaw."""
        scale = np.ones(self.vectors.shape[1])
        scale[-JAW_SIZE:] = 1.0 / JAW_UNIT
        return scale

    def index(self, emotion: str) -> int:
        """Row of `emotion` in b1, b2, correlations.

        Raises WheelError `not-in-database`.
        """
        if emotion not in self.emotions:
            raise WheelError(
                "not-in-database", f"The expression database of {self.head} has no {emotion}.",
                f"It has {', '.join(self.emotions)}; build one with `flamewheel dbex build`.",
            )
        return self.emotions.index(emotion)

    def counts(self, emotion: str) -> tuple[int, int]:
        """Rows of `emotion`, and how many of them agree with its prototype."""
        rows = np.array(self.labels) == emotion
        return int(rows.sum()), int(self.agreeing[rows].sum())

    def strongest(self, emotion: str) -> npt.NDArray[np.int64]:
        """I_E: the 16 components most correlated with `emotion`, the strongest first."""
        return strongest_of(self.correlations[self.index(emotion)], STRONGEST)


def strongest_of(correlations: Array, most: int) -> npt.NDArray[np.int64]:
    """Indices of the largest absolute values, the earlier one first where two are equal."""
    order: npt.NDArray[np.int64] = np.argsort(-np.abs(correlations), kind="stable")
    return order[:most]


def database_from_arrays(
    head: str,
    head_checksum: str,
    labels: Sequence[str],
    vectors: npt.ArrayLike,
    sources: Sequence[str],
    *,
    agreeing: npt.ArrayLike | None = None,
    provenance: str = "",
    rings: npt.ArrayLike | None = None,
    reference: npt.ArrayLike | None = None,
) -> ExpressionDatabase:
    """A database from labelled rows; `agreeing` None counts every row as agreeing.

    `rings` (K,3,D): the mild, basic and intense face of every emotion present, in the order of
    EMOTIONS; None takes 0.5, 1 and 1.5 times B2.
    Trust and Anticipation, where no row is labelled so, are made from their neighbours on the
    wheel (their sources say it).  Raises WheelError `bad-database`.
    """
    rows = checked_array("expression vectors", vectors, (None, None))
    agree = np.ones(len(rows), bool) if agreeing is None else np.array(agreeing, dtype=bool)
    labels, sources = tuple(map(str, labels)), tuple(map(str, sources))
    _check(rows, labels, sources, agree)
    labels, rows, sources, agree = _with_neighbours(labels, rows, sources, agree)
    emotions = tuple(name for name in EMOTIONS if name in labels)
    is_label = np.array([[label == name for label in labels] for name in emotions])
    b1 = _means(is_label, rows)
    chosen = is_label & agree
    b2 = np.where(chosen.any(axis=1)[:, None], _means(chosen, rows), b1)
    if rings is None:
        rings = np.array(RING_KNOTS[1:])[:, None] * b2[:, None]
    faces = checked_array("faces of the rings", rings, (*b2.shape[:1], 3, *b2.shape[1:]))
    size = rows.shape[1]
    taken = checked_array("reference", np.zeros(size) if reference is None else reference, (size,))
    centre = rows.mean(axis=0)
    database = ExpressionDatabase(
        head, head_checksum, labels, rows, sources, agree, provenance, emotions, b1, b2, faces,
        low=rows.min(axis=0), high=rows.max(axis=0),
        correlations=_pearson(is_label, rows), centre=centre,
        axes=np.zeros((0, rows.shape[1])), axis_correlations=np.zeros((len(emotions), 0)),
        reference=taken)
    return _with_axes(database, is_label)


def _with_axes(
    database: ExpressionDatabase, is_label: npt.NDArray[np.bool_]
) -> ExpressionDatabase:
    """The database with its principal components, closed to changes."""
    scaled = (database.vectors - database.centre) * database.scale
    axes = _principal_axes(scaled)
    database = dataclasses.replace(
        database, axes=axes, axis_correlations=_pearson(is_label, scaled @ axes.T))
    for value in vars(database).values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    return database


def check_head(database: ExpressionDatabase, head: str, checksum: str) -> None:
    """Raises WheelError `other-head` where the database was built for another head."""
    if checksum and database.head_checksum:
        same = checksum == database.head_checksum
    else:
        same = head == database.head
    if not same:
        raise WheelError(
            "other-head", "The expression database belongs to the head "
            f"{database.head[:LONGEST_SHOWN]!r}, not to {head}.",
            f"Build one with `flamewheel dbex build --head {head}`.",
        )


def _check(
    rows: Array, labels: tuple[str, ...], sources: tuple[str, ...], agree: npt.NDArray[np.bool_]
) -> None:
    count, size = rows.shape
    unknown = sorted(set(labels) - set(EMOTIONS))
    why = ""
    if count < 2 or size <= JAW_SIZE:
        why = f"it has {count} rows of {size} numbers; at least 2 of {JAW_SIZE + 1} are needed"
    elif not len(labels) == len(sources) == agree.size == count or agree.ndim != 1:
        why = "labels, rows, sources and agreement are not of one length"
    elif unknown:
        shown = ", ".join(repr(name[:LONGEST_SHOWN]) for name in unknown[:3])
        why = f"{shown} is no emotion of the wheel"
    if why:
        raise WheelError("bad-database", f"The expression database cannot be used: {why}.",
                         "Check where its rows come from.")


def _with_neighbours(
    labels: tuple[str, ...], rows: Array, sources: tuple[str, ...], agree: npt.NDArray[np.bool_]
) -> tuple[tuple[str, ...], Array, tuple[str, ...], npt.NDArray[np.bool_]]:
    """Rows added for Trust and Anticipation: halves of their neighbours' rows, paired in order.

    Rows that agree come first: what is made of two that agree agrees as well.
    """
    names = np.array(labels)
    for emotion in MADE_FROM_NEIGHBOURS:
        one, other = neighbours_of(emotion)
        first, second = (
            rows_of[np.argsort(~agree[rows_of], kind="stable")]
            for rows_of in (np.flatnonzero(names == one), np.flatnonzero(names == other)))
        count = min(first.size, second.size)
        if emotion in labels or count == 0:
            continue
        made = (rows[first[:count]] + rows[second[:count]]) / 2
        rows = np.concatenate([rows, made])
        labels += (emotion,) * count
        sources += (f"blended evenly from {one} and {other}, its neighbours (paper 000)",) * count
        agree = np.concatenate([agree, agree[first[:count]] & agree[second[:count]]])
    return labels, rows, sources, agree


def _means(chosen: npt.NDArray[np.bool_], rows: Array) -> Array:
    """(K,D) mean of the chosen rows; 0 where none is."""
    sums: Array = chosen.astype(np.float64) @ rows
    return np.asarray(sums / np.maximum(chosen.sum(axis=1), 1)[:, None])


def _pearson(is_label: npt.NDArray[np.bool_], rows: Array) -> Array:
    """(K,D) Pearson correlation of each component with each label's 0/1 indicator."""
    indicator = is_label - is_label.mean(axis=1, keepdims=True)
    moved = rows - rows.mean(axis=0)
    spread = np.linalg.norm(indicator, axis=1)[:, None] * np.linalg.norm(moved, axis=0)
    still = spread < 1e-12  # a component or a label that never changes
    found: Array = np.where(still, 0.0, indicator @ moved / np.where(still, 1.0, spread))
    return found


def _principal_axes(centred: Array) -> Array:
    """(P,D) the first right singular vectors that hold `PCA_VARIANCE` of the variance."""
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    variance = values**2
    total = float(variance.sum())
    if total == 0.0:
        return axes[:1]
    needed = int(np.searchsorted(np.cumsum(variance) / total, PCA_VARIANCE - 1e-12)) + 1
    found: Array = axes[:needed]
    return found


def prototype_of(database: ExpressionDatabase, point: WheelPoint) -> Array:
    """(D,) the emotion at its intensity, before any clip: straight from ring to ring."""
    if point.emotion == NEUTRAL:
        return np.zeros(database.vectors.shape[1])
    faces = database.rings[database.index(point.emotion)]
    knots = np.concatenate([np.zeros((1, faces.shape[1])), faces])
    at = float(np.interp(point.intensity, RING_KNOTS, range(len(RING_KNOTS))))
    low = min(int(at), len(RING_KNOTS) - 2)
    return np.asarray(knots[low] + (at - low) * (knots[low + 1] - knots[low]))
