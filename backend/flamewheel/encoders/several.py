# SPDX-License-Identifier: GPL-3.0-or-later
"""Several pictures of one person: one identity, and each picture's own expression.

One picture says little of who somebody is: a wide jaw and a smile, or a long face and a bowed
head, look alike.  Several pictures differ in all but the person, so that together they tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import FlamewheelError, PhotoError, UsageError
from ..head.data import HeadData
from ..parameters import FaceParameters, Identity
from .correspondence import Progress
from .landmark import PreparedHead, face_parameters, fit_face, hold_identity, prepare_head, see_face
from .photo import PhotoSource
from .several_identity import SharedIdentity, identity_of_pictures
from .several_neutral import at_rest, calmest, expression_surprise, measured_from

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FaceSeen:
    """A face in one picture as FaceMesh sees it."""

    name: str  # of the picture, for messages
    size: tuple[int, int]  # width, height of the picture in pixels
    landmarks: Floats  # (478,2) pixels
    notes: tuple[str, ...] = ()  # e.g. "2 faces; took the largest"


@dataclass(frozen=True, eq=False)
class Person:
    """What several pictures tell of one person."""

    faces: tuple[FaceParameters, ...]  # one for each picture, all of the same identity
    identity: Identity
    outsiders: tuple[int, ...]  # pictures that the identity was not taken from
    neutral: int | None  # the picture that expressions are measured against


def encode_photos(
    photos: Sequence[PhotoSource],
    head: HeadData,
    *,
    neutral: int | None = None,
    face: int | None = None,
    progress: Progress | None = None,
) -> tuple[FaceParameters, ...]:
    """The parameters of one person's face in each of `photos`, on `head`.

    photos, face: as `encode_photo` takes them.  neutral: number from 0 of the photo that shows the
    person's neutral face; None: the calmest one, where one is calm, which its notes then say.

    Raises UsageError `no-photos`, `no-such-photo`, and what `encode_photo` raises for the first
    photo that has no face.
    """
    seen, refused = see_photos(photos, face=face, progress=progress)
    for refusal in refused:
        if refusal is not None:
            raise refusal
    kept = [look for look in seen if look is not None]
    return solve_person(kept, head, neutral=neutral, progress=progress).faces


def see_photos(
    photos: Sequence[PhotoSource], *, face: int | None = None, progress: Progress | None = None
) -> tuple[list[FaceSeen | None], list[FlamewheelError | None]]:
    """The face in each photo, or the refusal why there is none; one photo is held at a time."""
    seen: list[FaceSeen | None] = []
    refused: list[FlamewheelError | None] = []
    for number, photo in enumerate(photos):
        if progress is not None:
            progress(number, len(photos), "finding faces")
        try:
            picture, landmarks, notes = see_face(photo, face)
        except PhotoError as refusal:
            seen.append(None)
            refused.append(refusal)
            continue
        seen.append(FaceSeen(picture.name, picture.original_size, landmarks, notes))
        refused.append(None)
    return seen, refused


def solve_person(
    seen: Sequence[FaceSeen], head: HeadData, *, neutral: int | None = None,
    progress: Progress | None = None,
) -> Person:
    """One identity behind all of `seen`, then each expression with that identity held.

    neutral: as in `encode_photos`.  A picture of somebody else (told by its distance from the
    others, from three pictures on) has no say in the identity; its expression is given none the
    less, and its notes say so.  Raises UsageError `no-photos`, `no-such-photo`.
    """
    _check(len(seen), neutral)
    prepared = prepare_head(head, progress)
    told = progress or _silent
    steps = 2 * len(seen)
    known = [at_rest(prepared) if number == neutral else prepared for number in range(len(seen))]
    shared = identity_of_pictures(head, known, [face.landmarks for face in seen],
                                  lambda done: told(done, steps, "one identity"))
    held = hold_identity(prepared, shared.shape)
    found = neutral if neutral is not None else _found_neutral(held, seen, shared)
    if found is not None:
        held = measured_from(held, head, seen[found].landmarks)
    faces = []
    for number, face in enumerate(seen):
        notes = (*face.notes, *_notes_of(number, shared, found, neutral))
        result = fit_face(at_rest(held) if number == found else held, face.landmarks)
        faces.append(_with_deviation(
            face_parameters(head, held, result, face.size, notes), shared.deviation))
        told(len(seen) + number + 1, steps, "expressions")
    return Person(tuple(faces), faces[0].identity, shared.outsiders, found)


def _found_neutral(
    held: PreparedHead, seen: Sequence[FaceSeen], shared: SharedIdentity
) -> int | None:
    """The calmest picture of the person, if there are others to measure against it."""
    inside = [number for number in range(len(seen)) if number not in shared.outsiders]
    if len(inside) < 2:
        return None
    best = calmest([expression_surprise(held, seen[number].landmarks) for number in inside])
    return None if best is None else inside[best]


def _with_deviation(face: FaceParameters, identity: Floats) -> FaceParameters:
    """The identity is as uncertain as all pictures together leave it, not certain."""
    if face.deviation is None:
        return face
    shape = face.deviation.shape.copy()
    shape[:identity.size] = identity
    return replace(face, deviation=replace(face.deviation, shape=shape))


def _notes_of(
    number: int, shared: SharedIdentity, found: int | None, given: int | None
) -> tuple[str, ...]:
    notes = []
    if number in shared.outsiders:
        notes.append("This face is unlike those in the other pictures, so the identity was taken "
                     "without it: is it another person, or badly seen?")
    if number == found and given is None:
        notes.append("This picture shows the least expression and was taken as the neutral face "
                     "that the others are measured against.")
    return tuple(notes)


def _check(count: int, neutral: int | None) -> None:
    if not count:
        raise UsageError("no-photos", "There is no photo.", "Give at least one.")
    if neutral is not None and not 0 <= neutral < count:
        raise UsageError("no-such-photo", f"The neutral photo is number {neutral} of {count}.",
                         f"Give a number from 0 to {count - 1}.")


def _silent(done: int, total: int, what: str) -> None:
    """Where nobody asked."""
