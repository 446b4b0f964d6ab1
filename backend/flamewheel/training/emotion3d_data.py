# SPDX-License-Identifier: GPL-3.0-or-later
"""Labelled 3D parameters, split by subject, as tensors."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..emotion.network_layout import NetworkLayout
from ..emotion.network_rows import joined
from ..emotion.network_table import ParameterTable
from ..errors import InputFileError, UsageError
from ..labelled_photos import is_held_out

Say = Callable[[str], None]
STOPPING_SHARE = 8  # one learning subject in eight tells when to stop; a design choice
MOST_PART = {"expression": 100, "jaw": 3, "global": 3, "shape": 300, "detail": 128}


@dataclass(frozen=True, eq=False)
class LearningSet:
    """N faces; rows of no subject stand in two of the three parts."""

    head: str
    classes: tuple[str, ...]
    parts: tuple[tuple[str, int], ...]
    inputs: Tensor  # (N,D)
    pictures: Tensor | None  # (N,F) features of a 2D model
    labels: Tensor  # (N,)
    affect: Tensor  # (N,2) NaN where unknown
    learning: Tensor  # rows to learn from
    stopping: Tensor  # rows that tell when to stop
    measuring: Tensor  # rows held out

    @property
    def knows_affect(self) -> bool:
        """Whether valence and arousal are in the labels it learns from."""
        return bool(self.affect[self.learning].isfinite().all(dim=1).any())

    def layout(self, *, width: int, dropouts: tuple[float, ...], projection: int,
               image_model: str) -> NetworkLayout:
        """Of a network for these faces."""
        count = 0 if self.pictures is None else self.pictures.shape[1]
        return NetworkLayout(self.head, self.classes, self.parts, self.knows_affect, count,
                             image_model if count else "", projection, width, dropouts=dropouts)


def learning_set(table: ParameterTable, parts: tuple[str, ...], fewest: int, *,
                 every_subject: bool, fuse_image: bool, say: Say) -> LearningSet:
    """The table's faces of emotions with `fewest` or more, as tensors; says what is left out.

    Raises UsageError `missing-part`, `no-image-features`; InputFileError `too-few-photos`.
    """
    counts = Counter(table.emotions)
    classes = tuple(sorted(name for name, count in counts.items() if count >= fewest))
    for name in sorted(set(counts) - set(classes)):
        say(f"left out: {name} has only {counts[name]} faces (--fewest {fewest})")
    kept = table.take(np.flatnonzero(np.isin(table.emotions, classes)))
    if fuse_image and table.image_features is None:
        raise UsageError("no-image-features", "The features hold no `image_features` to fuse.",
                         "Give --image-model and a folder, or leave --fuse out.")
    groups = np.array([_group(subject, every_subject) for subject in kept.subjects])
    learning, stopping, measuring = (torch.from_numpy(np.flatnonzero(groups == number))
                                     for number in range(3))
    if len(classes) < 2 or len(learning) < 2 * len(classes):
        raise InputFileError("too-few-photos", f"{len(learning)} faces of {len(classes)} emotions "
                             f"are left to learn from.", "Add faces, or lower --fewest.")
    sizes = tuple((name, min(MOST_PART[name], kept.parts[name].shape[1]))
                  for name in parts if name in kept.parts)
    layout = NetworkLayout(kept.head, classes, tuple((name, dict(sizes).get(name, 1))
                                                     for name in parts))
    found = LearningSet(
        kept.head, classes, layout.parts,
        torch.tensor(joined(kept.parts, layout), dtype=torch.float32),
        torch.tensor(kept.image_features, dtype=torch.float32) if fuse_image else None,
        torch.tensor([classes.index(name) for name in kept.emotions]),
        torch.tensor(kept.affect, dtype=torch.float32), learning, stopping, measuring)
    if not found.knows_affect:
        say("no valence and arousal in the labels: eq. 1 without its last three terms")
    return found


def _group(subject: str, every_subject: bool) -> int:
    """0 to learn from, 1 to stop by, 2 to measure with; a subject's name alone decides."""
    if is_held_out(subject) and not every_subject:
        return 2
    digest = hashlib.sha256(f"stopping {subject}".encode()).hexdigest()
    return int(int(digest, 16) % STOPPING_SHARE == 0)
