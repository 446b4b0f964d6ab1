# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a training stands, kept on disk so that it can go on as if it had never stopped.

A training's file lies beside its result: `FILE.npz` and `FILE.resume`.  It holds network,
optimizer, step, random numbers and config, and is read by torch's restricted loader only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import CheckpointError, FlamewheelError
from ..files import written_aside

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Standing:
    """What one step hands to the next."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    generator: torch.Generator  # every random number of the training comes from it
    config: Mapping[str, Any]  # what must be the same for the training to go on


def resume_path(output: Path) -> Path:
    """Where the standing of the training of `output` lies."""
    return output.with_suffix(".resume")


def save_standing(path: Path, standing: Standing, step: int) -> None:
    """Writes it whole or not at all.  Raises OutputError."""
    body = {
        "format": FORMAT, "step": step, "network": standing.network.state_dict(),
        "optimizer": standing.optimizer.state_dict(),
        "generator": standing.generator.get_state(), "config": dict(standing.config),
    }
    with written_aside(path) as part:
        torch.save(body, part)


def load_standing(path: Path, standing: Standing) -> int:
    """Brings network, optimizer and random numbers to where `path` says; the step to go on with.

    Raises CheckpointError: `checkpoint-not-found`, `checkpoint-unreadable`, `wrong-checkpoint`
    where it was made with another config.
    """
    if not path.is_file():
        raise CheckpointError("checkpoint-not-found", f"There is nothing to resume at {path}.",
                              "Leave --resume out to start anew.")
    try:
        body = torch.load(path, map_location="cpu", weights_only=True)
        step, config = int(body["step"]), dict(body["config"])
        if int(body["format"]) != FORMAT or not all(isinstance(name, str) for name in config):
            raise KeyError("format")
    except Exception as bad:  # torch's loader raises whatever it likes on damaged input
        raise CheckpointError(
            "checkpoint-unreadable", f"{path.name} is no training of Flamewheel's, or damaged.",
            "Leave --resume out to start anew.") from bad
    changed = sorted(name for name in {*config, *standing.config}
                     if repr(config.get(name)) != repr(standing.config.get(name)))
    if changed:
        name = changed[0]
        raise CheckpointError(
            "wrong-checkpoint", f"{path.name} was trained with {name} = {config.get(name)!r}, "
            f"now it is {standing.config.get(name)!r}.",
            "Resume with the same options, or leave --resume out to start anew.")
    try:
        standing.network.load_state_dict(body["network"])
        usual = _settings(standing.optimizer)
        standing.optimizer.load_state_dict(body["optimizer"])
        if _settings(standing.optimizer) != usual or not _averages_fit(standing.optimizer):
            raise ValueError("the optimiser is not the network's")
        standing.generator.set_state(body["generator"])
    except Exception as bad:  # torch looks at little of what it is given
        raise CheckpointError("checkpoint-unreadable", f"{path.name} does not fit the network.",
                              "Leave --resume out to start anew.") from bad
    return step


def _settings(optimizer: torch.optim.Optimizer) -> list[dict[str, type]]:
    """Kinds of an optimiser's settings; their values change on the way."""
    return [{name: type(value) for name, value in group.items() if name != "params"}
            for group in optimizer.param_groups]


def _averages_fit(optimizer: torch.optim.Optimizer) -> bool:
    """Whether each parameter has Adam's averages in its own shape, or none yet."""
    kept = [(parameter, optimizer.state.get(parameter) or {})
            for group in optimizer.param_groups for parameter in group["params"]]
    return all(not state or all(
        isinstance(state.get(name), Tensor) and state[name].shape == shape
        for name, shape in (("step", ()), ("exp_avg", parameter.shape),
                            ("exp_avg_sq", parameter.shape))) for parameter, state in kept)


def checked_loss(loss: Tensor, step: int, kept: Path | None) -> float:
    """The loss as a number.  Raises FlamewheelError `training-diverged` where it is none.

    kept: the standing that is still good, for the message.
    """
    value = float(loss.detach())
    if math.isfinite(value):
        return value
    where = f"The last good standing is {kept}." if kept and kept.is_file() else ""
    raise FlamewheelError(
        "training-diverged", f"The loss of step {step} is {value}. {where}".strip(),
        "Lower --learning-rate" + (" and go on with --resume." if where else "."))
