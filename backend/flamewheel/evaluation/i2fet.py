# SPDX-License-Identifier: GPL-3.0-or-later
"""How well instructions become the faces they name, on people kept for measuring (paper 002, IV-D).

Every held-out pair's sentence is given to the models, once as it stands and once in words and a
sentence that nothing is taught with; judges name the two faces that come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..emotion.features import FaceFeatures
from ..errors import InputFileError, UsageError
from ..head.registry import find_head
from ..instruction.transition_set import PHOTO, SOURCES, TransitionSet
from ..instruction.transition_wording import LABELS, unseen_sentence
from ..pipeline import expression_database, head_units
from ..pipeline.progress import Progress
from .i2fet_judges import (
    SHIPPED,
    TAUGHT,
    Judge,
    Looker,
    classes_of,
    shipped_judge,
    taught_judge,
)
from .i2fet_scores import (
    ALL,
    SEEN,
    TRUTH,
    UNSEEN,
    I2fetReport,
    LatentSeparation,
    Score,
    Tally,
    Variety,
)

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_SEEDS = 1000


class Generator(Protocol):
    """What is measured: `evaluation.i2fet_models` reads it from weights."""

    def sample(self, texts: Sequence[str], seed: int) -> Array:
        """(B,2,E+3) the two faces that each instruction names."""
        ...

    def latents(self, codes: npt.ArrayLike, texts: Sequence[str]) -> Array:
        """(B,M,L) of faces (B,2,E+3) with their instructions; M is 1 where both share one."""
        ...


@dataclass(frozen=True, eq=False)
class HeldOut:
    """What is asked: N pairs of people kept for measuring, of classes that can be learned."""

    classes: tuple[str, ...]
    pairs: Ints  # (N,2) rows of the set's faces
    asked: Ints  # (N,2) numbers of classes
    source: npt.NDArray[np.str_]  # (N,)
    texts: Mapping[str, tuple[str, ...]]  # wording -> (N,)


def held_out_of(transitions: TransitionSet, seed: int = 0) -> HeldOut:
    """The pairs to measure with.  Raises InputFileError `no-held-out`, `too-few-faces`."""
    classes = classes_of(transitions, tuple(LABELS))
    emotions = transitions.emotion[transitions.pairs]
    some = transitions.pair_held_out & np.isin(emotions, classes).all(axis=1)
    if not some.any():
        raise InputFileError("no-held-out", "The set has no pairs of held-out people.",
                             "Build it with more people: a fifth of them is kept for measuring.")
    chosen = emotions[some]
    chance = np.random.default_rng(seed)
    unseen = tuple(unseen_sentence(str(start), str(end), chance) for start, end in chosen)
    numbers = {name: number for number, name in enumerate(classes)}
    asked = np.array([[numbers[str(name)] for name in row] for row in chosen], dtype=np.int64)
    return HeldOut(classes, transitions.pairs[some], asked, transitions.pair_source[some],
                   {SEEN: tuple(transitions.text[some].tolist()), UNSEEN: unseen})


def evaluate_i2fet(
    transitions: TransitionSet, head: str, models: Mapping[str, Sequence[Generator]],
    seeds: int, progress: Progress,
) -> I2fetReport:
    """Scores of `models` (name -> one generator for each training seed) beside the ground truth.

    seeds: of sampling and of the taught judge, which is fitted anew for each.  Raises UsageError
    `bad-count`, `other-head`; InputFileError `no-held-out`, `too-few-faces`, `too-few-people`.
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise UsageError("bad-count", f"{seeds} seeds are not within 1 and {MOST_SEEDS}.",
                         "The paper takes 10.")
    data = find_head(head)
    if transitions.head_checksum not in ("", data.checksum) or transitions.head != data.name:
        raise UsageError("other-head", f"The set was made for the head {transitions.head}.",
                         "Name it with --head.")
    bench = _Bench(transitions, held_out_of(transitions), Looker(data, head_units(head).units))
    total = seeds * (1 + sum(map(len, models.values())))
    done = 0
    for seed in range(seeds):
        progress(done, total, "teaching the judge")
        judges = bench.judges(seed)
        bench.judge_truth(judges)
        done += 1
        for name, generators in models.items():
            for generator in generators:
                progress(done, total, f"judging {name}")
                bench.judge(name, generator, judges, seed)
                done += 1
    progress(total, total, "latents")
    separations = {name: bench.separation(generators[0]) for name, generators in models.items()}
    return bench.report(head, seeds, separations)


class _Bench:
    """Holds what is asked, and what was said."""

    def __init__(self, transitions: TransitionSet, held: HeldOut, looker: Looker) -> None:
        self._set, self._held, self._looker = transitions, held, looker
        self._faces = looker.look(transitions.codes)
        self._shipped = shipped_judge(held.classes)
        self._tallies: dict[str, Tally] = {}
        self._shown: dict[str, tuple[Array, FaceFeatures]] = {
            TRUTH: (transitions.codes[held.pairs], self._faces.take(held.pairs.ravel()))}

    def judges(self, seed: int) -> dict[str, Judge]:
        judges: dict[str, Judge] = {
            TAUGHT: taught_judge(self._set, self._faces, self._held.classes, seed)}
        if self._shipped is not None:
            judges[SHIPPED] = self._shipped
        return judges

    def judge_truth(self, judges: Mapping[str, Judge]) -> None:
        """The held-out people's own faces."""
        self._hear(TRUTH, SEEN, self._shown[TRUTH][1], judges)

    def judge(self, name: str, generator: Generator, judges: Mapping[str, Judge], seed: int
              ) -> None:
        """Faces of one seed, in both wordings."""
        for wording, texts in self._held.texts.items():
            codes = generator.sample(texts, seed)
            faces = self._looker.look(codes.reshape(-1, codes.shape[-1]))
            self._hear(name, wording, faces, judges)
            if wording == SEEN:
                self._shown.setdefault(name, (codes, faces))

    def _hear(self, name: str, wording: str, faces: FaceFeatures, judges: Mapping[str, Judge]
              ) -> None:
        tally = self._tallies.setdefault(name, Tally(len(self._held.classes)))
        for judge, one in judges.items():
            told = one.answers(faces).reshape(self._held.asked.shape)
            tally.add(judge, wording, self._held.asked, told)

    def separation(self, generator: Generator) -> LatentSeparation:
        from .i2fet_latents import latent_separation

        latents, labels, people = self.latents(generator)
        return latent_separation(latents, labels, people)

    def latents(self, generator: Generator) -> tuple[Array, Ints, npt.NDArray[np.str_]]:
        return latents_of(self._set, self._held, generator)

    def report(self, head: str, seeds: int, separations: Mapping[str, LatentSeparation]
               ) -> I2fetReport:
        scores: list[Score] = []
        sources = [ALL, *(name for name in SOURCES if (self._held.source == name).any())]
        for name, tally in self._tallies.items():
            for judge, wording in tally.told:
                scores += [tally.score(name, judge, wording, source, self._of(source))
                           for source in sources]
        bounds = expression_database(head)
        people = np.unique(self._set.subject[self._held.pairs[:, 0]])
        return I2fetReport(
            self._held.classes, tuple(scores),
            {name: tally.confusion(TAUGHT, SEEN) for name, tally in self._tallies.items()},
            {name: _variety(codes, faces, self._held.asked, bounds.low, bounds.high)
             for name, (codes, faces) in self._shown.items()},
            separations, seeds, len(people), self._set.provenance, self._notes())

    def _of(self, source: str) -> Bools:
        return np.asarray((self._held.source == source) | (source == ALL))

    def _notes(self) -> tuple[str, ...]:
        photos = self._held.asked[self._held.source == PHOTO]
        counts = np.bincount(photos.ravel(), minlength=len(self._held.classes))
        told = ", ".join(f"{name} {count}"
                         for name, count in zip(self._held.classes, counts, strict=True))
        return (f"Expressions of photos among those asked for: {told}.",)


def latents_of(
    transitions: TransitionSet, held: HeldOut, generator: Generator
) -> tuple[Array, Ints, npt.NDArray[np.str_]]:
    """(N,L) latents of held-out faces, numbers of their classes and their subjects.

    A model with one latent for both faces is labelled by the face that the sentence ends with.
    """
    codes = transitions.codes[held.pairs]
    found = generator.latents(codes, held.texts[SEEN])
    each = found.shape[1]
    people = np.repeat(transitions.subject[held.pairs[:, 0]], each)
    return found.reshape(-1, found.shape[-1]), held.asked[:, -each:].ravel(), people


def _variety(codes: Array, faces: FaceFeatures, asked: Ints, low: Array, high: Array) -> Variety:
    """Of faces (N,2,E+3) with features (2N,), about the mean of their class."""
    labels = asked.ravel()
    points = faces.shown.reshape(len(labels), -1, 3)
    squares = [((points[labels == at] - points[labels == at].mean(axis=0)) ** 2).sum(axis=2).mean()
               for at in np.unique(labels)]
    rows = codes.reshape(-1, codes.shape[-1])
    beyond = (rows < low - 1e-6) | (rows > high + 1e-6)
    return Variety(float(np.sqrt(np.mean(squares))), float(beyond.mean()))
