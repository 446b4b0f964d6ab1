# SPDX-License-Identifier: GPL-3.0-or-later
"""The latent space of instruction models (paper 002, figure 7): drawn, and as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..files import written_aside
from .i2fet_scores import LatentSeparation
from .i2fet_tables import NAMES, in_order
from .wheel_drawing import COLOURS

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.str_]

MOST_POINTS = 1500  # drawn and compared; t-SNE of more takes minutes and shows no more
NEIGHBOURS = 5
PERPLEXITY = 30.0  # scikit-learn's usual one
NEUTRAL_COLOUR = (120, 120, 120)


def latent_separation(latents: Array, labels: Ints, people: Words) -> LatentSeparation:
    """How far classes lie apart among latents (N,L); NaN where only one class is there, or somebody
    has fewer than NEIGHBOURS others' faces about them.
    """
    from scipy.spatial.distance import cdist
    from sklearn.metrics import silhouette_score

    nothing = float("nan")
    some = chosen(len(labels))
    rows, of, whose = scaled(latents)[some], labels[some], people[some]
    if not 1 < len(np.unique(of)) < len(of):
        return LatentSeparation(nothing, nothing)
    apart = cdist(rows, rows)
    own = whose[:, None] == whose[None]
    apart[own] = np.inf
    named = nothing
    if (~own).sum(axis=1).min() >= NEIGHBOURS:
        near = of[np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBOURS]]
        votes = (near[:, :, None] == np.unique(of)).sum(axis=1)
        named = float((np.unique(of)[votes.argmax(axis=1)] == of).mean())
    return LatentSeparation(float(silhouette_score(rows, of)), named)


def draw_latents(
    spaces: Mapping[str, tuple[Array, Ints]], separations: Mapping[str, LatentSeparation],
    classes: tuple[str, ...], output: Path, seed: int = 0,
) -> None:
    """t-SNE of each model's latents (N,L), coloured by class (N,), into `output` (.png).

    Raises OutputError.
    """
    from matplotlib.figure import Figure
    from sklearn.manifold import TSNE

    figure = Figure(figsize=(5.2 * len(spaces), 5.6), layout="constrained")
    colours = np.array([COLOURS.get(name, NEUTRAL_COLOUR) for name in classes]) / 255
    for place, name in enumerate(in_order(spaces), start=1):
        latents, labels = spaces[name]
        some = chosen(len(labels))
        perplexity = min(PERPLEXITY, max(2.0, (len(some) - 1) / 3))
        flat = TSNE(perplexity=perplexity, random_state=seed, init="pca").fit_transform(
            scaled(latents)[some])
        axes = figure.add_subplot(1, len(spaces), place)
        for number, emotion in enumerate(classes):
            own = labels[some] == number
            axes.scatter(flat[own, 0], flat[own, 1], s=7, color=colours[number], label=emotion,
                         linewidths=0)
        told = separations[name]
        axes.set_title(
            f"{NAMES.get(name, name)}\nsilhouette {told.silhouette:.2f}, named by {NEIGHBOURS} "
            f"neighbours of other people {100 * told.neighbours:.0f} %", fontsize=10)
        axes.set_xticks([])
        axes.set_yticks([])
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside lower center",
                  ncols=len(classes), markerscale=3)
    with written_aside(output) as part:
        figure.savefig(part, format="png", dpi=110)


def chosen(count: int) -> Ints:
    """(<=MOST_POINTS,) rows by lot, the same every time."""
    order = np.random.default_rng(0).permutation(count)[:MOST_POINTS]
    return np.asarray(np.sort(order), dtype=np.int64)


def scaled(latents: Array) -> Array:
    """Latents about 0 with one scale for all: their own distances tell, as a decoder sees them."""
    centred = latents - latents.mean(axis=0)
    return np.asarray(centred / max(float(centred.std()), 1e-12))
