# SPDX-License-Identifier: GPL-3.0-or-later
"""`HeadModel` against smplx's `lbs`, in turn, in one process: medians and ratios.

    python tests/bench/bench_head_model.py

FLAME's size (5023 vertices, 100 + 50 components), float32, no gradients.  "one identity" is a head
with its identity folded in; smplx's `lbs` has no such form and is given the identity on every row.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from generated_flame import generated_arrays

from flamewheel.head.checks import head_from_arrays
from flamewheel.head.data import HeadData
from flamewheel.head.model import HeadModel

SHAPES, EXPRESSIONS = 100, 50
ONE, EACH = "one identity", "identity per row"
GOALS = {(ONE, 1): 3.0, (ONE, 32): 1.7, (ONE, 256): 3.5, (EACH, 256): 1.3}  # issue 2, "done when"


@dataclass(frozen=True)
class Result:
    """One comparison; times are medians in milliseconds."""

    case: str
    batch: int
    threads: int
    ours: float
    smplx: float

    @property
    def ratio(self) -> float:
        """How many times faster than smplx."""
        return self.smplx / self.ours


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], seconds: float
            ) -> tuple[float, float]:
    """Medians in ms of two functions run alternately, so that a busy machine slows both."""
    times: tuple[list[float], list[float]] = ([], [])
    for function in (ours, theirs, ours, theirs):
        function()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[0]) < 7:
        for function, kept in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            function()
            kept.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[0]), statistics.median(times[1])


def smplx_lbs(data: HeadData) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """smplx's function with the head's arrays: (B,150) coefficients, (B,15) pose -> vertices."""
    from smplx.lbs import lbs

    def tensor(array: object) -> torch.Tensor:
        return torch.tensor(np.asarray(array), dtype=torch.float32)

    bases = tensor(np.concatenate([data.identity_basis, data.expression_basis], axis=2))
    correctives = tensor(data.pose_basis.reshape(-1, 36).T.copy())
    template, regressor, weights = (
        tensor(a) for a in (data.template, data.joint_regressor, data.weights))
    parents = torch.tensor(data.parents)
    return lambda betas, pose: lbs(
        betas, pose, template, bases, correctives, regressor, parents, weights)[0]


def measure(data: HeadData, threads: int, seconds: float = 2.0) -> list[Result]:
    """Every case at a number of threads."""
    torch.set_num_threads(threads)
    model, lbs = HeadModel(data), smplx_lbs(data)
    random = torch.Generator().manual_seed(0)
    results = []
    for case, batch in GOALS:
        shape = torch.randn(1 if case == ONE else batch, SHAPES, generator=random)
        expression = torch.randn(batch, EXPRESSIONS, generator=random)
        pose = torch.randn(batch, 5, 3, generator=random) * 0.2
        betas = torch.cat([shape.expand(batch, -1), expression], dim=1)
        folded = model.with_identity(shape) if case == ONE else None

        def ours(folded=folded, shape=shape, expression=expression, pose=pose):  # type: ignore[no-untyped-def]
            return folded.vertices(expression, pose) if folded else model.vertices(
                shape, expression, pose)

        def theirs(betas=betas, pose=pose):  # type: ignore[no-untyped-def]
            return lbs(betas, pose.flatten(1))

        with torch.no_grad():
            off = float((ours() - theirs()).abs().max())
            assert off < 1e-5, f"the two differ by {off} m"
            results.append(Result(case, batch, threads, *in_turn(ours, theirs, seconds)))
    return results


def main() -> None:
    """Prints the table."""
    data = head_from_arrays(
        generated_arrays(identity=SHAPES, expression=EXPRESSIONS), where="generated", name="bench")
    default = torch.get_num_threads()
    print("HeadModel against smplx lbs: 5023 vertices, 100 + 50 components, float32, one thread")
    print_table(measure(data, 1))
    if default > 1:
        print(f"the same with {default} threads (means something on an idle machine only)")
        print_table(measure(data, default))


def print_table(results: list[Result]) -> None:
    """One line for each case."""
    print(f"  {'case':18}{'batch':>6}{'ours ms':>10}{'smplx ms':>10}{'ratio':>8}   goal")
    for r in results:
        goal = GOALS[(r.case, r.batch)]
        verdict = "" if r.threads > 1 else " reached" if r.ratio >= goal else " MISSED"
        print(f"  {r.case:18}{r.batch:6d}{r.ours:10.3f}{r.smplx:10.3f}{r.ratio:7.1f}x"
              f"  {goal:g}x{verdict}")


if __name__ == "__main__":
    main()
