# SPDX-License-Identifier: GPL-3.0-or-later
"""A set of transitions as tensors to learn from, and its vertices for eq. 14."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..errors import InputFileError, UsageError
from ..head.data import JOINT_NAMES, HeadData
from ..head.model import FoldedHead, HeadModel
from ..head.part import cut_down
from ..instruction.networks.i2fet import Told
from ..instruction.networks.layout import JAW
from ..instruction.networks.trained import Standard
from ..instruction.text_encoders import TextEncoder
from .datasets.transitions import TransitionSet

FEWEST_PAIRS = 8
MOST_VERTICES = 200
"""Of the face that eq. 14 looks at; a design choice: with all of them an epoch takes many times as
long for a mean over neighbours that move alike."""
MOVES = 1e-4  # m by which one standard deviation of some component moves a vertex of the face


@dataclass(frozen=True, eq=False)
class PairLessons:
    """N pairs of faces with S distinct sentences."""

    faces: Tensor  # (P,E+3) standardised
    pairs: Tensor  # (N,2) rows of `faces`
    sentence: Tensor  # (N,) rows of `told`
    told: Told  # of S sentences
    learning: Tensor  # (n,) pairs to learn from
    validating: Tensor  # (v,) pairs of other people to watch
    standard: Standard

    def batch(self, rows: Tensor, device: torch.device) -> tuple[Tensor, Told]:
        """Faces (B,2,E+3) and what is told, of some pairs."""
        of = self.sentence[rows]
        return self.faces[self.pairs[rows]].to(device), Told(
            *(part[of].to(device) for part in self.told))


def pair_lessons(
    transitions: TransitionSet, encoder: TextEncoder, validation: float, seed: int, *,
    every_subject: bool,
) -> PairLessons:
    """The set's pairs, a share of the subjects kept to watch; each sentence is encoded once.

    Held-out subjects are left out unless `every_subject`.  Raises InputFileError `too-few-pairs`.
    """
    free = np.ones(len(transitions.pairs), bool) if every_subject else ~transitions.pair_held_out
    subject = transitions.subject[transitions.pairs[:, 0]]
    watched = free & np.isin(subject, drawn_subjects(subject[free], validation, seed))
    learning = np.flatnonzero(free & ~watched)
    if len(learning) < FEWEST_PAIRS:
        raise InputFileError(
            "too-few-pairs", f"{len(learning)} pairs are too few to learn from.",
            "Build a set with more people: `flamewheel dataset build transitions`.")
    standard = standard_of(transitions.codes[np.unique(transitions.pairs[learning])])
    texts, sentence = np.unique(transitions.text, return_inverse=True)
    encoded = encoder.encode([str(text) for text in texts])
    return PairLessons(
        torch.from_numpy(standard.inward(transitions.codes).astype(np.float32)),
        torch.from_numpy(transitions.pairs), torch.from_numpy(sentence.ravel()),
        Told(*(torch.from_numpy(part) for part in (encoded.tokens, encoded.mask,
                                                   encoded.overall))),
        torch.from_numpy(learning), torch.from_numpy(np.flatnonzero(watched)), standard)


def standard_of(codes: npt.NDArray[np.float64]) -> Standard:
    """Centre and spread of codes (n,E+3): one spread for all of ψ, one for the jaw.

    Components keep their sizes relative to one another, so that mean squares weigh what moves the
    face most; each by its own spread, what is only noise would count as much.
    """
    spread = np.sqrt(codes.var(axis=0))
    scale = np.empty(codes.shape[1])
    scale[:-JAW] = max(float(np.sqrt((spread[:-JAW] ** 2).mean())), 1e-6)
    scale[-JAW:] = max(float(np.sqrt((spread[-JAW:] ** 2).mean())), 1e-6)
    return Standard(codes.mean(axis=0), scale)


class FaceVertices:
    """Eq. 13 and 14 on some vertices of a head's mean person, jaw turned, all else at rest.

    The set knows no identities, and eq. 14 gives both faces the same.  The printed loss is in
    metres squared, a millionth of the others: here it is in shares of the vertices' variance over
    the learning faces, as the codes' losses are.
    """

    def __init__(self, head: HeadData, lessons: PairLessons, device: torch.device) -> None:
        count = lessons.faces.shape[1] - JAW
        if count > head.expression_count:
            raise UsageError("other-head", f"The set's faces have {count} numbers of expression, "
                             f"the head {head.name} has {head.expression_count}.",
                             "Name the head that the set was made for.")
        self._head: FoldedHead = HeadModel(_face_of(head), device).with_identity(None)
        self._mean, self._scale = (
            torch.tensor(value, dtype=torch.float32, device=device)
            for value in (lessons.standard.mean, lessons.standard.scale))
        used = torch.unique(lessons.pairs[lessons.learning])
        with torch.no_grad():
            placed = self.of(lessons.faces[used].to(device))
        self._variance = float(placed.var(dim=0).mean())

    def of(self, faces: Tensor) -> Tensor:
        """(n,k,3) m of standardised faces (n,E+3)."""
        codes = faces * self._scale + self._mean
        pose = codes.new_zeros((len(codes), len(JOINT_NAMES), 3))
        pose[:, JOINT_NAMES.index("jaw")] = codes[:, -JAW:]
        return self._head.vertices_identity_joints(codes[:, :-JAW], pose)[:, :-len(JOINT_NAMES)]

    def loss(self, real: Tensor, rebuilt: Tensor) -> Tensor:
        """Eq. 14 of faces (B,2,E+3)."""
        with torch.no_grad():
            wanted = self.of(real.flatten(0, 1))
        return ((self.of(rebuilt.flatten(0, 1)) - wanted) ** 2).mean() / self._variance


def drawn_subjects(subjects: npt.NDArray[np.str_], share: float, seed: int) -> npt.NDArray[np.str_]:
    """A share of the distinct subjects; at least one is left to learn from."""
    names = np.unique(subjects)
    count = min(round(share * len(names)), len(names) - 1)
    return np.random.default_rng(seed).permutation(names)[:max(count, 0)]


def _face_of(head: HeadData) -> HeadData:
    """A head of `MOST_VERTICES` that an expression moves, and after them one for each joint.

    Joints hang on thousands of vertices; where neither identity nor expression moves them, one
    vertex at the joint's place does as well.
    """
    moved = np.abs(np.asarray(head.expression_basis)).max(axis=(1, 2))
    moving = np.flatnonzero(moved > min(MOVES, 0.5 * float(moved.max())))
    part, places = cut_down(head, moving[::max(1, -(-len(moving) // MOST_VERTICES))])
    joints = len(JOINT_NAMES)
    count = len(places) + joints

    def beside(rows: npt.NDArray[np.floating[Any]], more: Any = None) -> npt.NDArray[Any]:
        kept = np.zeros((count, *rows.shape[1:]))  # the head may be kept in half precision
        kept[:-joints] = rows[places]
        if more is not None:
            kept[-joints:] = more
        return kept

    joint_places = np.asarray(part.joint_regressor, np.float64) @ part.template
    return replace(
        part, template=beside(part.template, joint_places),
        identity_basis=beside(part.identity_basis), pose_basis=beside(part.pose_basis),
        expression_basis=beside(part.expression_basis),
        weights=beside(part.weights, np.eye(joints)),
        joint_regressor=np.eye(joints, count, count - joints))
