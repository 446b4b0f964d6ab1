# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of paper 002 on its way: the best one so far, and the curve (fig. 15)."""

from __future__ import annotations

import copy
import csv
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from ..files import written_aside

MOST_EPOCHS = 5000  # 25 times the paper's; room in the curve


class InstructionCourse(nn.Module):
    """One module, so that one file of `checkpoints` holds the whole."""

    curve: Tensor  # (MOST_EPOCHS,1+K) loss of learning, then of validation in total and by parts
    lowest: Tensor  # validation loss of the best network

    def __init__(self, network: nn.Module, parts: tuple[str, ...]) -> None:
        """parts: names of what the validation loss is made of."""
        super().__init__()
        self.parts = parts
        self.network = network
        self.best = copy.deepcopy(network).requires_grad_(False)
        self.register_buffer("curve", torch.full((MOST_EPOCHS, 2 + len(parts)), math.nan))
        self.register_buffer("lowest", torch.tensor(math.inf))

    def judge(self, epoch: int, learning: float, validation: tuple[float, ...]) -> None:
        """Notes an epoch's losses, the validation's total first; keeps the network where it fell.

        Without people to validate with (NaN) the last network is the best.
        """
        self.curve[epoch] = torch.tensor([learning, *validation])
        if not validation[0] >= float(self.lowest):
            self.best.load_state_dict(self.network.state_dict())
            self.lowest.fill_(validation[0] if not math.isnan(validation[0]) else math.inf)

    def epochs_done(self) -> int:
        """Epochs in the curve."""
        return int(self.curve[:, 0].isfinite().sum())

    def best_epoch(self) -> int:
        """The epoch of the kept network, from 1."""
        told = self.curve[:self.epochs_done(), 1]
        return int(told.argmin()) + 1 if told.isfinite().any() else self.epochs_done()

    def line(self, epoch: int) -> str:
        """An epoch in words."""
        learning, total, *parts = self.curve[epoch].tolist()
        named = ", ".join(f"{name} {value:.4f}"
                          for name, value in zip(self.parts, parts, strict=True))
        return f"loss {learning:.4f}, validation {total:.4f} ({named})"


def write_curves(path: Path, course: InstructionCourse) -> None:
    """`path` as CSV and, beside it, as PNG; each whole or not at all.  Raises OutputError."""
    done = course.epochs_done()
    rows = course.curve[:done].tolist()
    with written_aside(path) as part, open(part, "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["epoch", "learning", "validation", *course.parts])
        table.writerows([number + 1, *(f"{value:.6f}" for value in row)]
                        for number, row in enumerate(rows))
    with written_aside(path.with_suffix(".png")) as part:
        _draw(part, course, rows)


def _draw(path: Path, course: InstructionCourse, rows: list[list[float]]) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for at, name in enumerate(("learning", "validation", *course.parts)):
        axes.plot(range(1, len(rows) + 1), [row[at] for row in rows], label=name,
                  linewidth=2.0 if at < 2 else 1.0)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.set_yscale("log")
    axes.legend()
    figure.savefig(path, dpi=100)
