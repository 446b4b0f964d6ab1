# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a training computes."""

from __future__ import annotations

import torch

from ..errors import UsageError


def usable_device(name: str) -> torch.device:
    """The device of a name such as "cpu" or "cuda".  Raises UsageError `no-device`."""
    try:
        device = torch.device(name)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as missing:
        raise UsageError("no-device", f"This machine cannot compute on {name!r}.",
                         'Take --device cpu, or install a torch with CUDA for "cuda".'
                         ) from missing
    return device
