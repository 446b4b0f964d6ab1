# SPDX-License-Identifier: GPL-3.0-or-later
"""A followed face as parameters: who it is, once for the clip, then what it does in each frame."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .correspondence import Progress
from .fit import FitResult, fit_landmarks
from .landmark import PreparedHead, fit_face, hold_identity
from .priors import Word
from .regressor import Start
from .several_identity import the_same_person
from .several_neutral import calmest, expression_surprise, measured_from
from .several_people import people_of
from .uncertainty import identity_look, identity_of_looks
from .video_faces import FollowedFace

Floats = npt.NDArray[np.float64]

LOOKS = 12  # frames that say who it is
ALIKE = 1.0
"""How far one clip's frames repeat each other's errors (`identity_of_looks`): wholly, so that they
are averaged, each by what it knows.  0.1, 0.3, 0.6, 1 and 3 leave 1.64, 1.36, 1.24, 1.20 and
1.30 mm of error over eight rendered clips."""
AT_ONCE = 64  # faces that the regressor sees together: its weights are read once for all
LID_PAIRS = ((159, 145), (386, 374))  # FaceMesh: middle of the upper and the lower lid
EYE_CORNERS = ((33, 133), (263, 362))
CLOSED = 0.5  # of the eye's usual opening: the iris is half hidden, and FaceMesh's is a guess


@dataclass(frozen=True, eq=False)
class PersonInClip:
    """Who it is."""

    held: PreparedHead  # the head with that identity
    neutral: float | None  # s of the frame that expressions are measured from
    strangers: tuple[float, ...]  # s of frames that seem to show somebody else


@dataclass(frozen=True, eq=False)
class FittedFrames:
    """The fits of N frames with one identity, frame by frame, unsmoothed."""

    expression: Floats  # (N,E') of the solved components
    jaw: Floats  # (N,3) rad
    gaze: Floats  # (N,2,2) rad: left, right; down, to the face's own left
    turn: Floats  # (N,3,3)
    scale: Floats  # (N,) pixels per metre
    translation: Floats  # (N,2) pixels
    error: Floats  # (N,) root mean square residual over the distance of the eyes
    deviation: Floats  # (N,E'+13) of expression, jaw, gaze, turn, log scale, translation


def person_in(
    face: FollowedFace, prepared: PreparedHead, head: HeadData, identity: Floats | None = None
) -> PersonInClip:
    """Who a clip shows, from frames in which the face is seen in different ways.

    identity: (S,) where it is known.  What the frames say of it is weighed by information; those of
    somebody else are left out (`several_identity`).  Where the face is calm in one of them, all
    expressions are measured from that one (`several_neutral`).
    """
    frames = spread_frames(face)
    looks = [face.landmarks[frame].astype(np.float64) for frame in frames]
    inside = list(range(len(looks)))
    strangers: tuple[float, ...] = ()
    if identity is None:
        identity, inside = _identity_behind(looks, prepared, head)
        strangers = tuple(float(face.times[frames[index]]) for index in range(len(looks))
                          if index not in inside)
    held = hold_identity(prepared, identity)
    calm = calmest([expression_surprise(held, looks[index]) for index in inside])
    if calm is None:
        return PersonInClip(held, None, strangers)
    neutral = inside[calm]
    return PersonInClip(measured_from(held, head, looks[neutral]),
                        float(face.times[frames[neutral]]), strangers)


def _identity_behind(
    looks: list[Floats], prepared: PreparedHead, head: HeadData
) -> tuple[Floats, list[int]]:
    """(S',) the identity behind landmarks (478,2) px of several frames, and those that show it.

    Whether somebody else is among them is asked as of photos.  The identity itself is not: photos
    of one person scatter as days, lenses and light do, frames of a clip far less, so that what
    each says is weighed by its information.  Over eight rendered clips that leaves 1.20 mm of
    error, the photos' way 1.49, one frame alone 1.31, the mean face 2.09.
    """
    fits = [fit_face(prepared, landmarks) for landmarks in looks]
    told = [identity_look(fit.information, fit.state, prepared.priors) for fit in fits]
    count = prepared.priors.identity_count
    prior = np.linalg.inv(identity_of_looks([], prepared.priors)[1])
    inside = the_same_person([fit.state.coefficients[:count] for fit in fits],
                             people_of(head, told, prior))
    shape = identity_of_looks([told[index] for index in inside], prepared.priors, ALIKE)[0]
    return np.clip(shape, prepared.priors.low[:count], prepared.priors.high[:count]), inside


def spread_frames(face: FollowedFace) -> npt.NDArray[np.int64]:
    """(at most LOOKS,) frames that differ most from one another, each the middle one of its kind.

    Kinds are found by k-means of the landmarks, so that an odd frame is not taken for itself.
    Frames of a blink say nothing of a person and are no rest.
    """
    from scipy.cluster.vq import kmeans2

    found = np.flatnonzero(face.found)
    open_eyed = found[~eyes_closed(face)]
    found = open_eyed if open_eyed.size else found
    if found.size <= LOOKS:
        return found
    marks = face.landmarks[found].astype(np.float64)
    marks = marks - marks.mean(axis=1, keepdims=True)
    marks /= np.sqrt((marks**2).mean(axis=(1, 2), keepdims=True))
    flat = (marks - marks.mean(axis=0)).reshape(len(found), -1)
    centres, kinds = kmeans2(flat, LOOKS, minit="++", seed=0)
    apart = np.linalg.norm(flat - centres[kinds], axis=1)
    order = np.lexsort((apart, kinds))
    return np.sort(found[order[np.unique(kinds[order], return_index=True)[1]]])


def fit_frames(
    face: FollowedFace, prepared: PreparedHead, progress: Progress | None = None
) -> FittedFrames:
    """What the face does in each frame in which it was found; `prepared` holds its identity.

    A fit begins where that of the frame before arrived.
    """
    found = np.flatnonzero(face.found)
    landmarks = face.landmarks[found].astype(np.float64)
    shots = np.searchsorted(face.cuts, found, side="right")
    words = _words(prepared, landmarks)
    fits: list[FitResult] = []
    for number in range(found.size):
        if number == 0 or shots[number] != shots[number - 1]:
            fits.append(fit_face(prepared, landmarks[number]))
        else:
            fits.append(fit_landmarks(prepared.sight, landmarks[number], prepared.priors,
                                      fits[-1].state, words[number]))
        if progress is not None:
            progress(number + 1, found.size, "fitting")
    states = [fit.state for fit in fits]
    return FittedFrames(
        np.stack([state.coefficients for state in states]),
        np.stack([state.jaw for state in states]),
        np.stack([state.gaze for state in states]),
        np.stack([state.turn for state in states]),
        np.array([state.scale for state in states]),
        np.stack([state.translation for state in states]),
        np.array([fit.error for fit in fits]),
        np.stack([fit.deviation for fit in fits]),
    )


def _words(prepared: PreparedHead, landmarks: Floats) -> list[Word | None]:
    """What the regressor says of each of N faces (N,478,2) px, asked of many at once."""
    hunch = prepared.hunch
    if hunch is None:
        return [None] * len(landmarks)
    words: list[Word | None] = []
    for first in range(0, len(landmarks), AT_ONCE):
        found = hunch.regressor(landmarks[first:first + AT_ONCE])
        words += [hunch.word(_one(found, number), prepared.identity)
                  for number in range(len(found.jaw))]
    return words


def _one(found: Start, number: int) -> Start:
    return Start(*(getattr(found, slot.name)[number:number + 1] for slot in fields(found)))


def eyes_closed(face: FollowedFace) -> npt.NDArray[np.bool_]:
    """(N,) of the frames in which the face was found: is an iris hidden by its lids?"""
    marks = face.landmarks[face.found].astype(np.float64)
    lids = np.array(LID_PAIRS)
    corners = np.array(EYE_CORNERS)
    opening = np.linalg.norm(marks[:, lids[:, 0]] - marks[:, lids[:, 1]], axis=2)
    width = np.linalg.norm(marks[:, corners[:, 0]] - marks[:, corners[:, 1]], axis=2)
    share = opening / np.maximum(width, 1e-6)
    usual = np.quantile(share, 0.75, axis=0)
    closed = (share < CLOSED * usual).any(axis=1)
    beside = closed.copy()  # the lids' edge passes over the iris in the frames before and after
    beside[1:] |= closed[:-1]
    beside[:-1] |= closed[1:]
    return np.asarray(beside)
