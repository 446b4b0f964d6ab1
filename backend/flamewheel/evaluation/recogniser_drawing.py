# SPDX-License-Identifier: GPL-3.0-or-later
"""A confusion matrix as a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..files import written_aside
from .recogniser_scores import Scores


def draw_confusion(scores: Scores, output: Path) -> None:
    """Shares of each label's faces, with counts, into `output` (.png).

    Raises OutputError as `files.written_aside`.
    """
    from matplotlib.figure import Figure

    names = tuple(scores.confusion)
    counts = np.array([list(row.values()) for row in scores.confusion.values()], dtype=float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(7.5, 6.5), layout="constrained")
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), [f"{name} ({int(total)})" for name, total in
                                        zip(names, counts.sum(axis=1), strict=True)])
    for row, column in np.ndindex(*shares.shape):
        axes.text(column, row, f"{100 * shares[row, column]:.0f}", ha="center", va="center",
                  color="white" if shares[row, column] > 0.5 else "black")
    axes.set_xlabel("answered, % of the label's faces")
    axes.set_ylabel("label (photos)")
    axes.set_title(f"{scores.name}\nbalanced accuracy: six {scores.six:.3f}, five "
                   f"{scores.five:.3f}", fontsize=10)
    with written_aside(output) as part:
        figure.savefig(part, format="png", dpi=110)
