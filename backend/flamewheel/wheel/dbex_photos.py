# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression database from photos that an encoder has read: measured against neutral faces,
checked against the FACS prototypes, filled up where photos are too few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import WheelError
from ..head.data import HeadData, NamedUnits
from ..head.unit_strengths import measure_strengths
from ..wheel_names import NEUTRAL
from .dbex import (
    JAW_SIZE,
    JAW_UNIT,
    MADE_FROM_NEIGHBOURS,
    Array,
    ExpressionDatabase,
    database_from_arrays,
)
from .facs import agrees
from .points import EMOTIONS
from .prototypes import build_prototype_database

Bools = npt.NDArray[np.bool_]

FEWEST = 3
"""Photos of an emotion, and photos that agree: fewer are no mean of people (issue 5)."""
FEWEST_PAIRS = 20  # photos with a neutral photo of their subject, to measure the own share with
OWN_SHARE_HEEDED = 0.5
"""Own share from which a subject's own neutral face is taken off: beyond, a neutral photo tells
more of the person than of the moment.  Of the faces set's pictures from the street the share is
0.34, and taking it off tells five emotions apart worse than the mean neutral face alone does
(balanced accuracy 0.546 and 0.575; linear discriminant, subject-disjoint folds, 116 people)."""
SHRINKAGE = 0.1  # of the within-class covariance towards a round one: there are few photos
FILLED = 30  # varied prototype faces for an emotion that photos do not tell
_FILLS = tuple(name for name in EMOTIONS if name not in MADE_FROM_NEIGHBOURS)


@dataclass(frozen=True, eq=False)
class PhotoRows:
    """N faces as an encoder reads them, in an order that tells nothing of the people."""

    labels: tuple[str, ...]  # (N,) names of EMOTIONS
    subjects: tuple[str, ...]  # (N,) whose photos belong together; not kept
    vectors: Array  # (N,D) ψ, jaw


@dataclass(frozen=True, eq=False)
class NeutralFace:
    """What is taken off every row."""

    mean: Array  # (D,) how the encoder sees neutral faces
    origin: str  # of `mean`, for a person
    own_share: float  # 0..1 of a subject's own difference from it, taken off where it is known


@dataclass(frozen=True, eq=False)
class PhotoDatabase:
    """A database and what a person should know of how it was made."""

    database: ExpressionDatabase
    notes: tuple[str, ...]
    from_photos: Mapping[str, tuple[int, int]]  # emotion -> photos, and those that agree


def neutral_face(rows: PhotoRows, known: Array | None = None) -> tuple[NeutralFace, str]:
    """What `rows` are to be measured against, and how that was decided.

    Encoders see a little of an expression in faces at rest, so the folder's mean neutral face is
    taken off; without FEWEST neutral photos it is `known` (D,), the same encoder's on others.
    """
    neutral = np.array(rows.labels) == NEUTRAL
    count = int(neutral.sum())
    if count < FEWEST:
        if known is None:
            return (NeutralFace(np.zeros(rows.vectors.shape[1]), "nothing", 0.0),
                    f"{count} neutral photos: expressions are as the encoder gives them.")
        return (NeutralFace(known, "the mean neutral face of the shipped database", 0.0),
                f"{count} neutral photos: expressions are measured against the mean neutral face "
                "of the shipped database.")
    mean = rows.vectors[neutral].mean(axis=0)
    share, pairs = _own_share(rows, mean)
    origin = f"the mean of {count} neutral photos"
    said = f"Expressions are measured against {origin}"
    if pairs < FEWEST_PAIRS:
        return NeutralFace(mean, origin, 0.0), f"{said}; {pairs} photos have their subject's own."
    heeded = share >= OWN_SHARE_HEEDED
    verdict = (f"{100 * share:.0f} % of each subject's own difference from it" if heeded else
               f"not against each subject's own, which tells {100 * share:.0f} % of what lies "
               f"between people ({100 * OWN_SHARE_HEEDED:.0f} % are asked for)")
    return (NeutralFace(mean, origin, share if heeded else 0.0),
            f"{said} and {verdict} ({pairs} photos have their subject's own).")


def measured_from(rows: PhotoRows, neutral: NeutralFace) -> Array:
    """(N,D) the rows with the neutral face taken off."""
    own = _own_differences(rows, neutral.mean)
    return np.asarray(rows.vectors - neutral.mean - neutral.own_share * own)


def agreeing_rows(labels: Sequence[str], names: Sequence[str], strengths: Array) -> Bools:
    """(N,) rows whose measured units show what names their emotion (`facs.agrees`).

    A neutral face agrees where it shows no emotion of FACS.
    """
    of = np.array(labels)
    result = np.zeros(len(of), bool)
    shown = np.zeros(len(of), bool)
    for emotion in EMOTIONS:
        if emotion == NEUTRAL:
            continue
        fits = agrees(emotion, names, strengths)
        result |= (of == emotion) & fits
        if emotion not in MADE_FROM_NEIGHBOURS:
            shown |= fits
    return np.asarray(np.where(of == NEUTRAL, ~shown, result))


def shown_by_b2(database: ExpressionDatabase, head: HeadData, units: NamedUnits) -> Bools:
    """(K,) whether an emotion's B2, measured anew, shows what names it.

    A mean of photos that agree need not: some show one of an emotion's signs, some another.
    """
    return agreeing_rows(database.emotions, units.names,
                         measure_strengths(head, units, database.b2))


def database_of_photos(
    head: HeadData, units: NamedUnits, rows: PhotoRows, *, what: str, provenance: str,
    fill: bool = True, known_neutral: Array | None = None,
) -> PhotoDatabase:
    """The database of `head` from what an encoder read in photos.

    B2 is the mean over photos that agree with their prototype by measured units.  `fill`: emotions
    of which fewer than FEWEST photos agree, or whose B2 does not show what names them, are made
    from their FACS prototypes instead, and say so; else those of fewer than FEWEST photos are left
    out.  `what` names a photo in the sources.  Raises WheelError `too-few-photos` where nothing is
    left.
    """
    rows = _of_width(rows, units)
    neutral, decided = neutral_face(rows, known_neutral)
    vectors = measured_from(rows, neutral)
    agree = agreeing_rows(rows.labels, units.names, measure_strengths(head, units, vectors))
    labels = np.array(rows.labels)
    counts = {name: (int((labels == name).sum()), int(agree[labels == name].sum()))
              for name in EMOTIONS if name in rows.labels}
    replaced = _replaced(counts, fill)
    if fill:
        mixed = _mixed(head, units, labels, vectors, agree)
        replaced |= {name: f"the mean of {counts[name][1]} photos that agree does not show it"
                     for name in mixed if name not in replaced}
    kept = ~np.isin(labels, list(replaced))
    if not fill and not kept.any():
        raise WheelError("too-few-photos", "No emotion has enough photos to stay: "
                         + "; ".join(f"{name}: {why}" for name, why in replaced.items()) + ".",
                         "Add photos, or leave out --photos-only.")
    parts = [(list(labels[kept]), vectors[kept], [f"{what}, read by the encoder"] * int(kept.sum()),
              agree[kept])]
    if fill and replaced:
        parts.append(_prototypes(head, units, replaced))
    database = database_from_arrays(
        head.name, head.checksum, [name for part in parts for name in part[0]],
        np.concatenate([part[1] for part in parts]), [name for part in parts for name in part[2]],
        agreeing=np.concatenate([part[3] for part in parts]), reference=neutral.mean,
        provenance=f"{provenance} {decided}")
    instead = "made from its FACS prototype" if fill else "left out"
    notes = [f"{name}: {why}; {instead}." for name, why in replaced.items()]
    return PhotoDatabase(database, (decided, *notes, *_faint(database, head, units)), counts)


def _faint(database: ExpressionDatabase, head: HeadData, units: NamedUnits) -> list[str]:
    """What to say of emotions whose B2 does not show them."""
    shown = shown_by_b2(database, head, units)
    faint = [name for name, shows in zip(database.emotions, shown, strict=True)
             if not shows and name not in MADE_FROM_NEIGHBOURS]
    return [f"B2 of {', '.join(faint)} is too mixed a mean to show by itself what names the "
            "emotion: look at `dbex show --drawing`."] if faint else []


def _mixed(
    head: HeadData, units: NamedUnits, labels: npt.NDArray[np.str_], vectors: Array, agree: Bools
) -> list[str]:
    """Emotions whose photos agree each for itself, but not their mean."""
    names = [name for name in _FILLS if name != NEUTRAL and (agree & (labels == name)).any()]
    means = [vectors[agree & (labels == name)].mean(axis=0) for name in names]
    if not means:
        return []
    shown = agreeing_rows(names, units.names, measure_strengths(head, units, np.stack(means)))
    return [name for name, shows in zip(names, shown, strict=True) if not shows]


def _of_width(rows: PhotoRows, units: NamedUnits) -> PhotoRows:
    """The rows with as many components of ψ as the head's units: FLAME's have 50 (of 100)."""
    count = units.expression.shape[1]
    wide = np.zeros((len(rows.vectors), count + JAW_SIZE))
    given = min(count, rows.vectors.shape[1] - JAW_SIZE)
    wide[:, :given] = rows.vectors[:, :given]
    wide[:, -JAW_SIZE:] = rows.vectors[:, -JAW_SIZE:]
    return replace(rows, vectors=wide)


def _replaced(counts: Mapping[str, tuple[int, int]], fill: bool) -> dict[str, str]:
    """Emotions that photos do not tell, and why."""
    found = {}
    for name in (_FILLS if fill else counts):
        photos, agree = counts.get(name, (0, 0))
        if photos < FEWEST:
            found[name] = f"{photos} photos, {FEWEST} are needed"
        elif fill and agree < FEWEST and name != NEUTRAL:
            found[name] = f"{agree} of {photos} photos agree with FACS, {FEWEST} are needed"
    return found


def _prototypes(
    head: HeadData, units: NamedUnits, replaced: Mapping[str, str]
) -> tuple[list[str], Array, list[str], Bools]:
    """Labels, rows, sources and agreement of prototype faces for some emotions."""
    made = build_prototype_database(head, units, samples_per_emotion=FILLED)
    chosen = np.flatnonzero(np.isin(made.labels, list(replaced)))
    labels = [made.labels[at] for at in chosen]
    sources = [f"{made.sources[at]} ({replaced[made.labels[at]]})" for at in chosen]
    return labels, made.vectors[chosen], sources, made.agreeing[chosen]


def _own_differences(rows: PhotoRows, mean: Array) -> Array:
    """(N,D) each row's subject's mean neutral face less `mean`; 0 where there is none."""
    subjects, of = np.unique(np.array(rows.subjects), return_inverse=True)
    neutral = (np.array(rows.labels) == NEUTRAL).astype(np.float64)
    counts = np.bincount(of, neutral, minlength=len(subjects))
    sums = np.zeros((len(subjects), rows.vectors.shape[1]))
    np.add.at(sums, of, neutral[:, None] * (rows.vectors - mean))
    own: Array = sums / np.maximum(counts, 1)[:, None]
    return np.asarray(own[of])


def _own_share(rows: PhotoRows, mean: Array) -> tuple[float, int]:
    """How much of a subject's own neutral face is in their other photos, 0..1, and how many tell.

    The slope of other photos' deviations from their emotion's mean on the neutral photo's from the
    mean neutral face, weighed by the inverse covariance of the former.
    """
    labels = np.array(rows.labels)
    scale = np.ones(rows.vectors.shape[1])
    scale[-JAW_SIZE:] = 1.0 / JAW_UNIT
    own = _own_differences(rows, mean) * scale
    told = (labels != NEUTRAL) & own.any(axis=1)
    count = int(told.sum())
    if count < FEWEST_PAIRS:
        return 0.0, count
    names, of = np.unique(labels, return_inverse=True)
    means = np.stack([rows.vectors[of == at].mean(axis=0) for at in range(len(names))])
    deviations = ((rows.vectors - means[of]) * scale)[told]
    own = own[told]
    covariance = deviations.T @ deviations / count
    size = float(np.trace(covariance)) / len(covariance)
    covariance = (1 - SHRINKAGE) * covariance + (SHRINKAGE * size + 1e-12) * np.eye(len(covariance))
    weighed = np.linalg.solve(covariance, own.T).T
    slope = float((deviations * weighed).sum() / max(float((own * weighed).sum()), 1e-12))
    return min(max(slope, 0.0), 1.0), count
