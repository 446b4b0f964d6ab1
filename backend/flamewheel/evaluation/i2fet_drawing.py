# SPDX-License-Identifier: GPL-3.0-or-later
"""Confusion matrices of instruction models as one picture (paper 002, figures 8 and 9)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..files import written_aside
from .i2fet_scores import I2fetReport
from .i2fet_tables import NAMES, in_order


def draw_confusions(report: I2fetReport, output: Path) -> None:
    """Shares of what was asked for, one matrix a model, into `output` (.png).

    Raises OutputError.
    """
    from matplotlib.figure import Figure

    count = len(report.confusions)
    figure = Figure(figsize=(4.6 * count, 4.9), layout="constrained")
    for place, name in enumerate(in_order(report.confusions), start=1):
        counts = report.confusions[name]
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        axes = figure.add_subplot(1, count, place)
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(report.classes)), report.classes, rotation=45, ha="right")
        axes.set_yticks(range(len(report.classes)), report.classes)
        for row, column in np.ndindex(*shares.shape):
            axes.text(column, row, f"{100 * shares[row, column]:.0f}", ha="center", va="center",
                      fontsize=8, color="white" if shares[row, column] > 0.5 else "black")
        axes.set_title(NAMES.get(name, name), fontsize=10)
        axes.set_xlabel("named, % of what was asked for")
    with written_aside(output) as part:
        figure.savefig(part, format="png", dpi=110)
