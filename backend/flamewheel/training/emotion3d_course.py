# SPDX-License-Identifier: GPL-3.0-or-later
"""A training's network, the best one so far, and the curve between: all that a resume needs."""

from __future__ import annotations

import copy
import csv
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from ..emotion.network import ParameterNetwork
from ..emotion.network_layout import NetworkLayout
from ..files import written_aside

MOST_EPOCHS = 1000  # ten times the paper's; room in the curve


class Course(nn.Module):
    """One module, so that one file of `checkpoints` holds the whole."""

    curve: Tensor  # (MOST_EPOCHS,2) loss of learning and of stopping; NaN where not reached
    waited: Tensor  # epochs since the stopping loss last fell
    lowest: Tensor  # stopping loss of the best network

    def __init__(self, layout: NetworkLayout) -> None:
        super().__init__()
        self.network = ParameterNetwork(layout)
        self.best = copy.deepcopy(self.network).requires_grad_(False)
        self.register_buffer("curve", torch.full((MOST_EPOCHS, 2), math.nan))
        self.register_buffer("waited", torch.tensor(0))
        self.register_buffer("lowest", torch.tensor(math.inf))

    def judge(self, epoch: int, learning: float, stopping: float) -> None:
        """Notes an epoch's losses; the network is the best where the stopping loss has fallen.

        Without stopping subjects (NaN) the last network is the best.
        """
        self.curve[epoch] = torch.tensor([learning, stopping])
        if math.isnan(stopping) or stopping < float(self.lowest):
            self.best.load_state_dict(self.network.state_dict())
            self.lowest.fill_(stopping if not math.isnan(stopping) else math.inf)
            self.waited.zero_()
        else:
            self.waited += 1

    def patience_left(self, patience: int) -> bool:
        """Whether it is worth going on."""
        return int(self.waited) < patience

    def epochs_done(self) -> int:
        """Epochs in the curve."""
        return int(self.curve[:, 0].isfinite().sum())

    def line(self, epoch: int) -> str:
        """An epoch in words."""
        learning, stopping = self.curve[epoch].tolist()
        return f"loss {learning:.4f}, on the stopping subjects {stopping:.4f}"


def write_curve(path: Path, course: Course) -> None:
    """epoch,learning,stopping as CSV, whole or not at all.  Raises OutputError."""
    done = course.epochs_done()
    with written_aside(path) as part, open(part, "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["epoch", "learning_loss", "stopping_loss"])
        table.writerows([number + 1, *(f"{value:.6f}" for value in row)]
                        for number, row in enumerate(course.curve[:done].tolist()))
