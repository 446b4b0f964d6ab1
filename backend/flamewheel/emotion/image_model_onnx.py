# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs an ONNX file with onnxruntime, the optional extra `flamewheel[onnx]`.

The file is given as bytes: weights in other files, which a model may name by any path, are not
followed, and operators that bring their own code are not registered.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import CheckpointError, UsageError


class OnnxRunner:
    """A session on the CPU."""

    def __init__(self, body: bytes, name: str) -> None:
        """Raises UsageError `missing-dependency`, CheckpointError `checkpoint-unreadable`."""
        try:
            import onnxruntime
        except ImportError as missing:
            raise UsageError(
                "missing-dependency", "ONNX models need the package onnxruntime.",
                'Install it: pip install "flamewheel[onnx]" (or pip install onnxruntime).'
            ) from missing
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # fatal only: refusals are told as ours
        options.intra_op_num_threads = 1
        self._name = name
        try:
            self._session: Any = onnxruntime.InferenceSession(
                body, options, providers=["CPUExecutionProvider"])
            inputs = self._session.get_inputs()
        except Exception as bad:  # onnxruntime's own classes of errors share no base but this
            raise CheckpointError(
                "checkpoint-unreadable", f"{name} is no ONNX model that can be run: "
                f"{_first_line(bad)}", "Export it again as one file, without external data or "
                "custom operators.") from bad
        if len(inputs) != 1:
            raise CheckpointError("bad-output", f"{name} takes {len(inputs)} inputs, not one "
                                  "picture.", "Export the model with its picture as only input.")
        self._input = inputs[0].name
        self.shape: tuple[int | None, ...] = tuple(
            side if isinstance(side, int) else None for side in inputs[0].shape)
        self._type = {"tensor(float16)": np.float16, "tensor(double)": np.float64}.get(
            inputs[0].type, np.float32)

    def run(self, picture: npt.NDArray[np.float32]) -> tuple[npt.NDArray[Any], ...]:
        """Outputs of one picture, (1,3,S,S) or (1,S,S,3).  Raises CheckpointError `bad-output`."""
        try:
            found = self._session.run(None, {self._input: picture.astype(self._type)})
        except Exception as bad:
            raise CheckpointError(
                "bad-output", f"{self._name} cannot look at a picture of "
                f"{'x'.join(map(str, picture.shape))}: {_first_line(bad)}",
                "Say its size in the model's description (docs/fusion.md).") from bad
        return tuple(np.asarray(one) for one in found)


def _first_line(bad: Exception) -> str:
    return (str(bad).strip().splitlines() or [type(bad).__name__])[0][:200]
