# SPDX-License-Identifier: GPL-3.0-or-later
"""The torch rasteriser against the numpy one and the naive way, and a whole training picture.

    python tests/bench/bench_rasteriser.py

The naive way tests every triangle at every pixel of its rows, 64 triangles at a time, as a plain
vectorised rasteriser without boxes does.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import torch

from flamewheel.head.model import HeadModel
from flamewheel.head.registry import find_head
from flamewheel.render import rasterise as rasterise_numpy
from flamewheel.render.cameras import Orthographic
from flamewheel.render.learned_view import render_face, surface_of
from flamewheel.render.lighting import random_lights
from flamewheel.render.torch_raster import nearest_triangles

SIZE = 224
BATCH = 8
GOAL_MS = 30.0  # an image on one core, forwards


def median_ms(function: Callable[[], object], times: int) -> float:
    """Of several calls, after two to warm up; by the CPU's clock, on one thread."""
    taken = []
    for _ in range(times + 2):
        start = time.process_time()
        function()
        taken.append(1e3 * (time.process_time() - start))
    return statistics.median(taken[2:])


def naive(ndc: torch.Tensor, triangles: torch.Tensor) -> torch.Tensor:
    """(SIZE * SIZE,) nearest triangle of each pixel of one picture."""
    line = (2.0 * torch.arange(SIZE) + 1.0) / SIZE - 1.0
    y, x = (t.reshape(-1) for t in torch.meshgrid(line, line, indexing="ij"))
    best = torch.full_like(x, torch.inf)
    found = torch.full((len(x),), -1)
    for start in range(0, len(triangles), 64):
        a, b, c = ndc[triangles[start:start + 64]].unbind(1)
        u, v = b - a, c - a
        px, py = x - a[:, :1], y - a[:, 1:2]
        area = (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0])[:, None]
        second = (px * v[:, 1:2] - py * v[:, :1]) / area
        third = (py * u[:, :1] - px * u[:, 1:2]) / area
        z = a[:, 2:] + second * u[:, 2:] + third * v[:, 2:]
        z[(second < 0) | (third < 0) | (second + third > 1)] = torch.inf
        least, which = z.min(0)
        nearer = least < best
        best[nearer], found[nearer] = least[nearer], which[nearer] + start
    return found


def measure(name: str) -> None:
    """One head, filling the picture as a training crop does."""
    data = find_head(name)
    model = HeadModel(data)
    vertices = model.vertices(expression=torch.zeros(BATCH, 1))
    surface = surface_of(data, vertices)
    face = np.asarray(data.template)[np.asarray(data.masks["face"])]
    scale = 2.0 / (1.25 * np.ptp(face[:, 1]))
    numbers = vertices.new_tensor([[scale, 0.0, -float(face[:, 1].mean())]]).expand(BATCH, 3)
    camera, light = Orthographic(numbers), random_lights(BATCH, torch.Generator().manual_seed(0))
    ndc = camera.project(vertices)
    flat = (ndc[0].double().numpy() * [1, 1, -1] + [1, 1, 0]) * [SIZE / 2, SIZE / 2, SIZE / 2]
    texture = torch.full((1, 3, 256, 256), 0.6, requires_grad=True)

    def one(count: int) -> object:
        return nearest_triangles(ndc[:count], surface.triangles, (SIZE, SIZE))

    def picture() -> torch.Tensor:
        return render_face(vertices, surface, camera, light, texture, (SIZE, SIZE)).images

    def step() -> None:
        leaf = vertices.detach().requires_grad_()
        render_face(leaf, surface, camera, light, texture, (SIZE, SIZE)).images.sum().backward()

    ours, together = median_ms(lambda: one(1), 15), median_ms(lambda: one(BATCH), 5) / BATCH
    plain = median_ms(lambda: rasterise_numpy(flat, data.triangles, (SIZE, SIZE)), 5)
    start = time.process_time()
    slow = naive(ndc[0], surface.triangles)
    slowest = 1e3 * (time.process_time() - start)
    with torch.no_grad():
        whole = median_ms(picture, 5) / BATCH
    learning = median_ms(step, 5) / BATCH
    same = (slow == one(1).flatten()).float().mean()  # type: ignore[attr-defined]
    print(f"{name}: {data.vertex_count} vertices, {len(data.triangles)} triangles, {SIZE} px, "
          f"{(slow >= 0).float().mean():.0%} covered; same as naive {same:.4%}")
    for what, ms in (("naive", slowest), ("numpy", plain), ("torch, one picture", ours),
                     (f"torch, {BATCH} together, each", together)):
        print(f"  {what:34s}{ms:8.1f} ms{slowest / ms:8.0f} x")
    print(f"  render_face, textured, each       {whole:8.1f} ms (goal {GOAL_MS:.0f})")
    print(f"  the same with gradients, each     {learning:8.1f} ms")


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    for name in ("open", "open-light"):
        measure(name)


if __name__ == "__main__":
    main()
