# SPDX-License-Identifier: GPL-3.0-or-later
"""Contestants on labelled photos of people whom nothing was trained or tuned on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..encoders.correspondence import landmark_points
from ..encoders.landmark import see_face
from ..encoders.photo import Photo, PhotoSource, load_photo
from ..encoders.several import FaceSeen
from ..errors import PhotoError
from ..head.data import HeadData
from ..labelled_photos import LabelledPhoto
from ..metrics.expression_signs import SignReader, Signs
from ..metrics.separation import separation, spread_ratio
from ..pipeline.progress import Progress
from .contestants import Answer, Contestant
from .copies import copies
from .halves import SPREAD_AIM, half_measures
from .measures import Measure

Floats = npt.NDArray[np.float64]

MEDIAN_AIM, HIGH_AIM, SMILE_AIM, JAW_AIM = 0.011, 0.020, 0.93, 0.88
PERCENTILES = (("median", 50), ("95th percentile", 95))
COPIED_PEOPLE = 12  # photos of as many people are copied 20 times
FEWEST_PHOTOS = 3  # of a person, for the spread over different photos
SIGNS = (  # name, the sign, emotion that has more of it (than neutral), aim
    ("smile, happiness from neutral", "smile", "happiness", SMILE_AIM),
    ("jaw opening, surprise from neutral", "jaw", "surprise", JAW_AIM),
    ("brow raise, surprise from neutral", "brow_raise", "surprise", None),
    ("brow lowering, anger from neutral", "brow_lowering", "anger", None),
)


@dataclass(frozen=True, eq=False)
class Seen:
    """A photo in which a face was found."""

    photo: LabelledPhoto
    landmarks: Floats  # (478,2) px
    size: tuple[int, int]


def look_at(photos: Sequence[LabelledPhoto], progress: Progress) -> list[Seen]:
    """FaceMesh's landmarks of the largest face of each photo, as the encoder sees them."""
    seen = []
    for number, photo in enumerate(photos):
        progress(number, len(photos), "looking at photos")
        found = _look(photo.path)
        if found is not None:
            seen.append(Seen(photo, found[1], found[0].original_size))
    return seen


def photo_measures(
    head: HeadData, seen: Sequence[Seen], contestants: Mapping[str, Contestant],
    progress: Progress,
) -> list[Measure]:
    """Residuals, repeatability of identity, and how well the signs of expressions are told."""
    answers: dict[str, list[Answer]] = defaultdict(list)
    for number, one in enumerate(seen):
        progress(number, len(seen), "encoding photos")
        for name, contestant in contestants.items():
            answers[name].append(contestant(one.landmarks, one.size))
    looks = [FaceSeen(one.photo.path.name, one.size, one.landmarks) for one in seen]
    return [*_residuals(answers), *_repeatability(seen, answers, contestants, progress),
            *half_measures(head, looks, _people(seen), answers), *_signs(head, seen, answers)]


def _look(source: PhotoSource) -> tuple[Photo, Floats] | None:
    """The picture and FaceMesh's landmarks of its largest face; None where there is no face."""
    try:
        return see_face(source, None)[:2]
    except PhotoError as refused:
        if refused.code != "no-face":
            raise
        return None


def _residuals(answers: Mapping[str, list[Answer]]) -> list[Measure]:
    """Of the head alone, which is like for like; and of what the encoder does not put down to
    FaceMesh's commonest errors, which is what parameter files call the error."""
    head = {name: [answer.residual for answer in given] for name, given in answers.items()}
    rest = {name: [answer.unexplained for answer in given] for name, given in answers.items()}
    rows = []
    for what, found, aims in (("residual of the head", head, (MEDIAN_AIM, HIGH_AIM)),
                              ("residual unexplained", rest, (None, None))):
        for (name, percentile), aim in zip(PERCENTILES, aims, strict=True):
            values = {who: float(np.percentile(one, percentile)) for who, one in found.items()}
            rows.append(Measure(f"{what}, {name}", "of the eyes' distance", values, aim))
    return rows


def _repeatability(
    seen: Sequence[Seen], answers: Mapping[str, list[Answer]],
    contestants: Mapping[str, Contestant], progress: Progress,
) -> list[Measure]:
    copied = _copied(seen, contestants, progress)
    groups = {name: [np.stack([given[n].shape for n in numbers])
                     for numbers in _people(seen).values() if len(numbers) >= FEWEST_PHOTOS]
              for name, given in answers.items()}
    unit = "deviation / rms"
    return [
        Measure("identity over 20 turned and scaled copies", unit,
                {name: spread_ratio(group) for name, group in copied.items()}, SPREAD_AIM),
        Measure("identity over different photos, each alone", unit,
                {name: spread_ratio(group) for name, group in groups.items()}, SPREAD_AIM),
    ]


def _people(seen: Sequence[Seen]) -> dict[str, list[int]]:
    """Each person's photos, as rows of `seen`."""
    people: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(seen):
        people[one.photo.subject].append(number)
    return people


def _copied(
    seen: Sequence[Seen], contestants: Mapping[str, Contestant], progress: Progress
) -> dict[str, list[Floats]]:
    """Identities (n,S) of the copies of one photo each of some people."""
    firsts = list({one.photo.subject: one for one in reversed(seen)}.values())
    firsts = firsts[::max(1, len(firsts) // COPIED_PEOPLE)][:COPIED_PEOPLE]  # from A to Z
    groups: dict[str, list[Floats]] = {name: [] for name in contestants}
    for number, one in enumerate(firsts):
        progress(number, len(firsts), "encoding copies")
        made = copies(load_photo(one.photo.path).pixels, number)
        looks = [look for look in map(_look, made) if look is not None]
        for name, contestant in contestants.items():
            groups[name].append(np.stack([contestant(landmarks, picture.original_size).shape
                                          for picture, landmarks in looks]))
    return groups


def _signs(
    head: HeadData, seen: Sequence[Seen], answers: Mapping[str, list[Answer]]
) -> list[Measure]:
    points = landmark_points(head)
    read = SignReader(head, points.landmarks, points.triangles, points.barycentrics)
    signs: dict[str, Signs] = {
        name: read(np.stack([answer.expression for answer in given]),
                   np.stack([answer.jaw for answer in given]))
        for name, given in answers.items()}
    labels = np.array([one.photo.emotion for one in seen])
    return [
        Measure(name, "AUC", {who: separation(getattr(its, sign)[labels == emotion],
                                              getattr(its, sign)[labels == "neutral"])
                              for who, its in signs.items()}, aim, at_most=False)
        for name, sign, emotion, aim in SIGNS]
