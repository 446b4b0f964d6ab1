# SPDX-License-Identifier: GPL-3.0-or-later
"""A calibration learned from samples: offsets, response, what errors are left, statistics."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import HeadError, UsageError
from ..head.data import HeadData
from ..head.evaluate import evaluate, rodrigues
from ..head.part import cut_down
from .calibration import Calibration, FaceStatistics, head_key
from .calibration_regression import train_regressor
from .correspondence import Progress, landmark_points
from .factors import factored
from .noise import LandmarkNoise, frame_of
from .photo_errors import PhotoErrors, photo_errors
from .response import Response, turn_terms
from .rows import SurfacePoints
from .sample_truth import draw_truth
from .samples import FaceSamples, joined, make_plain_samples, make_samples

Floats = npt.NDArray[np.float64]

SAMPLES, BLOCK = 1500, 250
"""Renders for a head that is not shipped: about two minutes of two cores."""
FEWEST_SAMPLES = 50  # found, below which nothing can be learned
EVALUATED_AT_ONCE = 100
OFFSET_RIDGE = 1.0  # in samples; holds the depth of points that are only seen from the front
RESPONSE_RIDGE = 100.0
"""In samples, each term at unit variance.  On the open head's tuning renders 100 and 300 leave the
same (0.0385 of the eyes' distance), from 600 samples and from 2,100."""
FOLDS = 5  # errors are measured on samples that were not learned from
SHARED = 60  # factors; they hold 97 % of the errors' variance on the open head
LEAST_OWN = 0.004  # of the eyes' distance: FaceMesh's scatter over shifted copies of a photo
STATISTICS_OF, STATISTICS_FACTORS = 20_000, 60  # faces drawn for them, and factors kept


def learn_calibration(
    head: HeadData, count: int = SAMPLES, progress: Progress | None = None
) -> Calibration:
    """Renders `count` faces of `head` (seeds 0, 1, …) and learns from them: `calibration_of`.

    Raises UsageError `bad-count` for fewer than anything can be learned from.
    """
    if count < FEWEST_SAMPLES:
        raise UsageError("bad-count", f"{count} faces are too few to learn from.",
                         f"Render {SAMPLES}, or {FEWEST_SAMPLES} at least.")
    return calibration_from(head, rendered(head, count, progress), progress)


def rendered(head: HeadData, count: int, progress: Progress | None = None) -> FaceSamples:
    """`count` samples of `head`, in blocks of seeds 0, 1, …; every third of plain pictures."""
    parts = []
    for seed, first in enumerate(range(0, count, BLOCK)):
        make = make_plain_samples if seed % 3 == 2 else make_samples
        part = min(BLOCK, count - first)
        parts.append(make(head, part, seed, _within(progress, first, count)))
    return joined(parts)


def _within(progress: Progress | None, first: int, count: int) -> Progress | None:
    """Progress of one block as progress of the whole."""
    if progress is None:
        return None
    return lambda done, _total, text: progress(first + done, count, text)


def calibration_from(
    head: HeadData, samples: FaceSamples, progress: Progress | None = None,
    photos: PhotoErrors | None = None,
) -> Calibration:
    """The calibration of `head` from `samples` of it.

    photos: how photos differ from renders; None: as was measured.  Raises HeadError
    `head-not-recognised`.
    """
    samples = samples.take(samples.found)
    if len(samples.scale) < FEWEST_SAMPLES:
        raise HeadError(
            "head-not-recognised",
            f"FaceMesh finds the face in too few pictures of the head {head.name!r}.",
            "Photos need a human face that looks along +Z, Y up.")
    if progress is not None:
        progress(0, 1, f"learning how FaceMesh sees the head {head.name}")
    points, looks = _with_offsets(_looks(head, landmark_points(head), samples))
    response, left = _response(samples, looks)
    points = replace(points, deviation=np.sqrt(np.square(left).reshape(len(left), -1, 2)
                                               .sum(2).mean(0) / 2))
    calibration = Calibration(
        head_key(head), points, response, _noise(left), _statistics(head),
        train_regressor(head, points, samples, photo_errors() if photos is None else photos))
    if progress is not None:
        progress(1, 1, f"learned how FaceMesh sees the head {head.name}")
    return calibration


def on_other_mesh(learned: Calibration, head: HeadData) -> Calibration:
    """For a head with the same faces in another mesh, such as a light version.

    Raises HeadError `other-faces` where its landmarks or components are others.
    """
    points = landmark_points(head)
    regressor = learned.regressor
    same = (np.array_equal(points.landmarks, learned.points.landmarks)
            and head.identity_count == regressor.identity_count
            and head.expression_count == learned.response.expression.shape[1])
    if not same:
        raise HeadError("other-faces", f"The head {head.name!r} has other faces than the one that "
                        "was learned.", "Calibrate it by itself.")
    return replace(learned, key=head_key(head), points=replace(
        points, offsets=learned.points.offsets, deviation=learned.points.deviation))


@dataclass(frozen=True, eq=False)
class _Looks:
    """Samples in the upright frames of their eyes."""

    points: SurfacePoints
    shifts: Floats  # (N,2L) FaceMesh's landmarks from the head's points, of the eyes' distance
    maps: Floats  # (N,2,3) m of the unturned head -> frame
    turn: Floats  # (N,5) terms of the response


def _looks(head: HeadData, points: SurfacePoints, samples: FaceSamples) -> _Looks:
    """Where FaceMesh sees the samples' landmarks, from where the bare points of the head are."""
    points = replace(points, offsets=np.zeros_like(points.offsets))
    frames = [frame_of(landmarks) for landmarks in samples.landmarks]
    turn = np.stack([frame.turn for frame in frames])
    distance = np.array([frame.distance for frame in frames])
    to_frame = np.einsum("nab,b->nab", turn, np.array([1.0, -1.0])) / distance[:, None, None]
    places = _places(head, points, samples)[:, :, :2] * samples.scale[:, None, None]
    seen = (samples.landmarks[:, points.landmarks] - samples.translation[:, None]) * (1.0, -1.0)
    shifts = np.einsum("nab,nlb->nla", to_frame, seen - places)
    rotations = rodrigues(samples.global_rotation)
    maps = to_frame @ rotations[:, :2] * samples.scale[:, None, None]
    looks = np.einsum("nab,nb->na", to_frame * distance[:, None, None], rotations[:, :2, 2])
    return _Looks(points, shifts.reshape(len(shifts), -1), maps, turn_terms(looks))


def _places(head: HeadData, points: SurfacePoints, samples: FaceSamples) -> Floats:
    """(N,L,3) m: the landmarks of the samples' faces."""
    corners = np.asarray(head.triangles)[points.triangles]
    part, places = cut_down(head, corners.ravel())
    pose = np.zeros((len(samples.jaw), 5, 3))
    pose[:, 0], pose[:, 2], pose[:, 3:] = samples.global_rotation, samples.jaw, samples.eyes
    found = []
    for start in range(0, len(pose), EVALUATED_AT_ONCE):
        rows = slice(start, start + EVALUATED_AT_ONCE)
        vertices = evaluate(part, samples.shape[rows], samples.expression[rows], pose[rows])
        at = vertices[:, places].reshape(len(vertices), -1, 3, 3)
        found.append((at * points.barycentrics[:, :, None]).sum(2))
    return np.concatenate(found)


def _with_offsets(looks: _Looks) -> tuple[SurfacePoints, _Looks]:
    """Offsets in the head's own axes that explain most of the shifts; the shifts without them."""
    count = len(looks.shifts)
    shifts = looks.shifts.reshape(count, -1, 2)
    system = np.einsum("nab,nac->bc", looks.maps, looks.maps)
    ridge = OFFSET_RIDGE * np.trace(system) / (3 * count) * np.eye(3)
    wanted = np.einsum("nab,nla->bl", looks.maps, shifts)
    offsets = np.linalg.solve(system + ridge, wanted).T
    left = shifts - np.einsum("nab,lb->nla", looks.maps, offsets)
    points = replace(looks.points, offsets=offsets)
    return points, replace(looks, points=points, shifts=left.reshape(count, -1))


def _response(samples: FaceSamples, looks: _Looks) -> tuple[Response, Floats]:
    """The linear response, and (N,2L) what it leaves of samples that it was not learned from."""
    gaze = samples.eyes[:, :, :2].reshape(len(samples.eyes), -1)
    terms = np.concatenate(
        [looks.turn, samples.shape, samples.expression, samples.jaw, gaze], axis=1)
    left = np.empty_like(looks.shifts)
    fold = np.arange(len(terms)) % FOLDS
    for number in range(FOLDS):
        constant, slopes = _ridge(terms[fold != number], looks.shifts[fold != number])
        rows = fold == number
        left[rows] = looks.shifts[rows] - terms[rows] @ slopes.T - constant
    constant, slopes = _ridge(terms, looks.shifts)
    ends = np.cumsum([looks.turn.shape[1], samples.shape.shape[1], samples.expression.shape[1], 3])
    return Response(constant, *np.split(slopes, ends, axis=1)), left


def _ridge(terms: Floats, wanted: Floats) -> tuple[Floats, Floats]:
    """Constant (D,) and slopes (D,T) that give `wanted` (N,D) from `terms` (N,T)."""
    middle, aim = terms.mean(0), wanted.mean(0)
    spread = np.maximum(terms.std(0), 1e-9)
    unit = (terms - middle) / spread
    system = unit.T @ unit + RESPONSE_RIDGE * np.eye(unit.shape[1])
    slopes = np.linalg.solve(system, unit.T @ (wanted - aim)).T / spread
    return aim - slopes @ middle, slopes


def _noise(left: Floats) -> LandmarkNoise:
    """Shared factors and each row's own deviation of errors (N,2L), shrunk as few samples need it
    (Ledoit and Wolf 2004)."""
    from sklearn.covariance import ledoit_wolf

    factor, floor = factored(ledoit_wolf(left, assume_centered=True)[0], SHARED)
    return LandmarkNoise(factor, np.maximum(floor, LEAST_OWN))


def _statistics(head: HeadData) -> FaceStatistics:
    """Of the faces that the samples are drawn from."""
    truth = draw_truth(head, STATISTICS_OF, np.random.default_rng(0))
    gaze = truth.eyes[:, :, :2].reshape(STATISTICS_OF, -1)
    rows = np.concatenate([truth.expression, truth.jaw, gaze], axis=1)
    spread = np.maximum(rows.std(0), 1e-3)  # of one scale, so that no factor goes to one unit only
    factor, floor = factored(np.cov((rows / spread).T), STATISTICS_FACTORS)
    return FaceStatistics(rows.mean(0), factor * spread[:, None],
                          np.maximum(floor, 0.02) * spread)
