# SPDX-License-Identifier: GPL-3.0-or-later
"""From labelled faces to a set of transitions: people with several emotions, in pairs, each with a
sentence (paper 002, section IV-A); people made from statistics where there are too few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...errors import InputFileError, UsageError
from ...head.data import HeadData, NamedUnits
from ...head.unit_strengths import measure_strengths
from ...instruction.transition_set import FACS, NO_NEUTRAL, PHOTO, SPREAD, TransitionSet
from ...instruction.transition_wording import LABELS, TEMPLATES, seen_words, sentence
from ...labelled_photos import is_held_out
from ...pipeline.transition_data import PhotoFaces
from ...wheel.dbex import ExpressionDatabase
from ...wheel.dbex_photos import PhotoRows, agreeing_rows, measured_from, neutral_face
from ...wheel.units import face_rows
from ...wheel_names import NEUTRAL
from .transition_people import MadePeople, facs_people, spread_people
from .transition_statistics import photo_statistics

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SPREAD_PEOPLE, FACS_PEOPLE = 70, 130
"""People made by default: with their 56 transitions each about as many as the paper's third."""


@dataclass(frozen=True)
class TransitionConfig:
    """What a set is made of."""

    spread: int = SPREAD_PEOPLE  # people drawn about photos
    units: int = FACS_PEOPLE  # people made from FACS prototypes
    takes: int = 2  # faces of one emotion that a made person shows
    templates: int = len(TEMPLATES)  # sentences of paper 002, table I, one drawn for each pair
    synonyms: float = 0.5  # share of words that are not the emotion's label
    most_pairs: int = 4  # of one photographed subject from one emotion to another, so that those
    # with many photos do not outweigh the others (the paper has no bound); of made people 1
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises UsageError `bad-count`, `bad-share` or `bad-seed`."""
        if self.seed < 0:
            raise UsageError("bad-seed", f"The seed {self.seed} is below 0.", "Give 0 or more.")
        if not (0 <= self.spread <= 10_000 and 0 <= self.units <= 10_000
                and 1 <= self.takes <= 100 and 1 <= self.most_pairs <= 1000):
            raise UsageError("bad-count", "A set has 0 to 10,000 made people of each kind, with 1 "
                             "to 100 takes.", "Give --spread 70 --units 130.")
        if not 1 <= self.templates <= len(TEMPLATES):
            raise UsageError("bad-count", f"There are 1 to {len(TEMPLATES)} templates.",
                             f"Give --templates {len(TEMPLATES)}.")
        if not 0.0 <= self.synonyms <= 1.0:
            raise UsageError("bad-share", "A share of synonyms is from 0 to 1.",
                             "Give --synonyms 0.5.")


@dataclass(frozen=True, eq=False)
class BuiltTransitions:
    """A set, and what a person should know of how it was made."""

    transitions: TransitionSet
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Faces:
    """Faces of some people, of one source."""

    codes: Array  # (N,E+3)
    emotions: tuple[str, ...]
    subjects: tuple[str, ...]
    source: str


def build_transitions(
    faces: PhotoFaces, head: HeadData, units: NamedUnits, database: ExpressionDatabase,
    config: TransitionConfig,
    progress: Callable[[int, int, str], None] | None = None,
) -> BuiltTransitions:
    """A set for `head` with its action `units`.  The same seed gives the same set.

    Made faces stay within the bounds of the head's expression `database`; photos are measured
    against the mean neutral face of the subjects to learn from.  Raises InputFileError `no-pairs`.
    """
    wanted = np.isin(faces.emotions, list(LABELS))
    labels = tuple(np.array(faces.emotions)[wanted].tolist())
    subjects = tuple(np.array(faces.subjects)[wanted].tolist())
    held = np.array([is_held_out(name) for name in subjects], dtype=bool)
    rows = np.asarray(faces.codes)[wanted]
    _step(progress, 0, "measuring photos")
    codes, reference, said = _measured(rows, labels, subjects, held)
    strengths = measure_strengths(head, units, codes)
    agreeing = agreeing_rows(labels, units.names, strengths)
    known = photo_statistics(strengths[~held], np.array(labels)[~held].tolist(), agreeing[~held])
    chance = np.random.default_rng(config.seed)
    parts = [_with_several(_Faces(codes, labels, subjects, PHOTO))]
    notes = [*faces.notes, said]
    for stage, (kind, count, make) in enumerate((
            (SPREAD, config.spread, spread_people), (FACS, config.units, facs_people)), start=1):
        _step(progress, stage, f"making people ({kind})")
        made = make(units.names, count, tuple(LABELS), config.takes, known, chance)
        parts.append(_as_faces(made, kind, units, database))
        if made.plain:
            notes.append(f"{made.plain} of {len(made.emotions)} faces of source {kind} are their "
                         "emotion's basic face, as none that was drawn showed it.")
    _step(progress, 3, "pairing")
    return _assembled(parts, head, reference, faces, config, chance, notes, known.counts)


def _step(progress: Callable[[int, int, str], None] | None, done: int, what: str) -> None:
    if progress is not None:
        progress(done, 4, what)


def _measured(
    rows: Array, labels: tuple[str, ...], subjects: tuple[str, ...], held: npt.NDArray[np.bool_]
) -> tuple[Array, Array, str]:
    """Photos' rows less the training subjects' neutral face, this face, and how it was found."""
    taught = np.flatnonzero(~held)
    learned = PhotoRows(tuple(labels[at] for at in taught), tuple(subjects[at] for at in taught),
                        rows[taught])
    neutral, said = neutral_face(learned)
    return measured_from(PhotoRows(labels, subjects, rows), neutral), neutral.mean, said


def _with_several(faces: _Faces) -> _Faces:
    """The faces of subjects with two emotions or more."""
    emotions: dict[str, set[str]] = {}
    for subject, emotion in zip(faces.subjects, faces.emotions, strict=True):
        emotions.setdefault(subject, set()).add(emotion)
    kept = [at for at, subject in enumerate(faces.subjects) if len(emotions[subject]) > 1]
    return _Faces(faces.codes[kept], tuple(faces.emotions[at] for at in kept),
                  tuple(faces.subjects[at] for at in kept), faces.source)


def _as_faces(
    made: MadePeople, kind: str, units: NamedUnits, database: ExpressionDatabase
) -> _Faces:
    width = database.expression_count
    rows = np.zeros((len(made.strengths), width + 3))
    if len(rows):
        found = face_rows(units, made.strengths)  # carried-over units have fewer components
        rows[:, :found.shape[1] - 3], rows[:, -3:] = found[:, :-3], found[:, -3:]
    return _Faces(np.clip(rows, database.low, database.high), made.emotions,
                  tuple(f"{kind} person {at}" for at in made.people), kind)


def _assembled(
    parts: Sequence[_Faces], head: HeadData, reference: Array, faces: PhotoFaces,
    config: TransitionConfig, chance: np.random.Generator, notes: list[str],
    counts: Mapping[str, int],
) -> BuiltTransitions:
    codes = np.concatenate([part.codes for part in parts])
    emotions = np.array([name for part in parts for name in part.emotions])
    subjects = np.array([name for part in parts for name in part.subjects])
    source = np.array([part.source for part in parts for _ in part.emotions])
    most = np.where(source == PHOTO, config.most_pairs, 1)
    pairs = _pairs(emotions, subjects, most, chance)
    if not len(pairs):
        raise InputFileError("no-pairs", "Nobody shows two emotions: there is nothing to go from "
                             "and to.", "Give photos with the subjects named, or --spread and "
                             "--units people.")
    template = chance.integers(0, config.templates, len(pairs))
    text = np.array([sentence(TEMPLATES[which], _word(emotions[start], config.synonyms, chance),
                              _word(emotions[end], config.synonyms, chance))
                     for which, (start, end) in zip(template, pairs, strict=True)])
    held = np.array([is_held_out(name) for name in subjects], dtype=bool)
    transitions = TransitionSet(
        head.name, codes[:, :-3], codes[:, -3:], emotions, subjects, source, held, pairs, text,
        template, _neutral_rows(emotions, subjects), head.checksum,
        _provenance(faces, config, Counter(source.tolist()), counts), reference)
    return BuiltTransitions(transitions, tuple(notes))


def _pairs(
    emotions: npt.NDArray[np.str_], subjects: npt.NDArray[np.str_], most: Ints,
    chance: np.random.Generator,
) -> Ints:
    """(N,2) of each subject from each emotion to each other one, as many as `most` (P,) says."""
    rows: dict[str, dict[str, list[int]]] = {}
    for at, (subject, emotion) in enumerate(zip(subjects, emotions, strict=True)):
        rows.setdefault(str(subject), {}).setdefault(str(emotion), []).append(at)
    found = []
    for shown in rows.values():
        for start in shown:
            for end in shown:
                if start == end:
                    continue
                every = np.stack(np.meshgrid(shown[start], shown[end], indexing="ij"),
                                 axis=-1).reshape(-1, 2)
                few = min(int(most[shown[start][0]]), max(len(shown[start]), len(shown[end])))
                found.append(chance.permutation(every)[:few])
    return np.concatenate(found).astype(np.int64) if found else np.zeros((0, 2), np.int64)


def _word(emotion: str, synonyms: float, chance: np.random.Generator) -> str:
    words = seen_words(str(emotion))
    if len(words) == 1 or chance.random() >= synonyms:
        return words[0]
    return str(chance.choice(words[1:]))


def _neutral_rows(emotions: npt.NDArray[np.str_], subjects: npt.NDArray[np.str_]) -> Ints:
    """(P,) each subject's first neutral face."""
    first: dict[str, int] = {}
    for at in np.flatnonzero(emotions == NEUTRAL):
        first.setdefault(str(subjects[at]), int(at))
    return np.array([first.get(str(name), NO_NEUTRAL) for name in subjects], dtype=np.int64)


def _provenance(
    faces: PhotoFaces, config: TransitionConfig, sources: Mapping[str, int],
    counts: Mapping[str, int],
) -> str:
    """How it was made, without a date or a path."""
    agree = ", ".join(f"{name} {count}" for name, count in counts.items())
    return (f"{sources.get(PHOTO, 0)} photos of {faces.name} ({faces.layout}), "
            f"{sources.get(SPREAD, 0)} faces of {config.spread} people drawn about training "
            f"photos that agree with FACS ({agree}), {sources.get(FACS, 0)} faces of "
            f"{config.units} people made from FACS prototypes; {config.templates} templates, "
            f"{100 * config.synonyms:.0f} % synonyms, seed {config.seed}; encoder "
            f"{faces.encoder}.")
