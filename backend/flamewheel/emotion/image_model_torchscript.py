# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a TorchScript file on the CPU.

TorchScript is a program.  It holds no Python and torch's loader runs none, but its operators can
read and write files, and it can loop for ever.  Operators that reach out of memory are refused by
name before anything is run; a program that never ends is not found out: bring models you trust, or
ONNX, which is a graph of arithmetic.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ..errors import CheckpointError

REACHING_OUT = ("aten::save", "aten::load", "aten::from_file", "prim::PythonOp",
                "prim::IgnoredPythonOp", "prim::CallFunction_py", "aten::backward",
                "profiler::", "rpc::", "dist::", "c10d::", "cuda::")
"""Operators (by how their names begin) that touch files, other processes or Python: torch's
native_functions.yaml and register_prim_ops.cpp."""


class TorchScriptRunner:
    """A scripted or traced module."""

    shape: tuple[int | None, ...] = (None, None, None, None)  # a program does not say

    def __init__(self, body: bytes, name: str) -> None:
        """Raises CheckpointError `checkpoint-unreadable`, `unsafe-model`."""
        self._name = name
        try:
            self._module: Any = torch.jit.load(  # type: ignore[no-untyped-call]
                io.BytesIO(body), map_location="cpu").eval()
            operators = operators_of(self._module)
        except Exception as bad:  # torch's loader raises whatever it likes on damaged input
            raise CheckpointError(
                "checkpoint-unreadable", f"{name} is no TorchScript model: "
                f"{(str(bad).strip().splitlines() or ['?'])[0][:200]}",
                "Save it with torch.jit.trace(model, picture).save(...); weights alone (a "
                "state_dict) are no model. Or export it as ONNX.") from bad
        unsafe = sorted(one for one in operators if one.startswith(REACHING_OUT))
        if unsafe:
            raise CheckpointError(
                "unsafe-model", f"{name} would use {', '.join(unsafe)[:120]}, which a model of "
                "faces has no need of.", "Do not use this file.")

    def run(self, picture: npt.NDArray[np.float32]) -> tuple[npt.NDArray[Any], ...]:
        """Outputs of one picture (1,3,S,S).  Raises CheckpointError `bad-output`."""
        try:
            with torch.no_grad():
                found = self._module(torch.from_numpy(picture))
        except Exception as bad:
            raise CheckpointError(
                "bad-output", f"{self._name} cannot look at a picture of "
                f"{'x'.join(map(str, picture.shape))}.",
                "Say its size in the model's description (docs/fusion.md).") from bad
        if isinstance(found, dict):
            found = tuple(found.values())
        outputs = tuple(found) if isinstance(found, tuple | list) else (found,)
        if not outputs or not all(isinstance(one, torch.Tensor) for one in outputs):
            raise CheckpointError("bad-output", f"{self._name} answers with other things than "
                                  "tensors.", "Trace it so that it gives one tensor or several.")
        return tuple(one.detach().float().cpu().numpy() for one in outputs)


def operators_of(module: Any) -> set[str]:
    """Names of all operators in all methods of a module and of those within it."""
    found: set[str] = set()
    graphs = [method.graph for part in module.modules() for method in _methods(part)]
    while graphs:
        graph = graphs.pop()
        for node in graph.nodes():
            found.add(node.kind())
            graphs.extend(node.blocks())
    found.update(torch.jit.export_opnames(module))  # type: ignore[no-untyped-call]
    return found


def _methods(part: Any) -> list[Any]:
    names = part._c._method_names()
    return [part._c._get_method(name) for name in names]
