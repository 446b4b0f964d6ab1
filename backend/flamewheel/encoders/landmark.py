# SPDX-License-Identifier: GPL-3.0-or-later
"""The landmark encoder: photo -> FaceMesh -> fit -> `FaceParameters`.  Needs no network of ours."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..parameters import Camera, Deviations, ExpressionCode, FaceParameters, Identity
from .calibration import calibration_of
from .correspondence import Progress
from .facemesh import look_for
from .fit import FitResult, Sight, camera_on, fit_landmarks
from .hunch import Hunch, hunch_of
from .noise import LandmarkNoise
from .photo import Photo, PhotoSource, load_photo
from .priors import Priors, learned_priors
from .problem import TURNING, State
from .regressor import Start
from .response import Response
from .rows import LandmarkRows, SurfacePoints, mix_rows, rotation, vector_of

Floats = npt.NDArray[np.float64]

IDENTITY_COUNT, EXPRESSION_COUNT = 60, 60
"""Components solved for at most: all 100 and 100 err as much on renders with known truth (0.02 mm),
tell expressions of photos as well, and take twice the time."""
LEAST_OWN = 0.022
"""Of the eyes' distance, for each landmark's own error.  What the shared errors leave is smaller
(0.003), but neighbours have it in common: taken for independent, 478 landmarks make a fit too sure
of itself.  On the open head's tuning renders 0.004, 0.012, 0.016 and 0.025 cut zero expression's
error by 37, 42, 43 and 42 % (without the regressor's word).

The regressor's word and the landmarks are heeded as if they were two things seen, which they are
not.  Less of the landmarks, with all errors taken for 1.4, 2.5 and 4 times as large, tells jaws a
little better (AUC of surprise 0.841, 0.844, 0.845), smiles worse (0.930, 0.925, 0.923), errs as
much on renders, and leaves photos' landmarks further off (2.5, 2.7, 2.8 % of the eyes' distance);
more of them, 0.7 times, brings the landmarks to 2.2 % and errs more (expression cut by 40 % instead
of 43, identity by 25 instead of 26, on the first 90 tuning renders)."""
POOR_FIT = 0.02  # of the eyes' distance; 95 of 100 photos stay below 0.014, profiles do not
HEADS_KEPT = 4

_lock = Lock()
_prepared: OrderedDict[int, tuple[HeadData, PreparedHead]] = OrderedDict()


@dataclass(frozen=True, eq=False)
class PreparedHead:
    """All that a fit needs to know of a head; made once per head and process."""

    points: SurfacePoints
    rows: LandmarkRows
    noise: LandmarkNoise
    priors: Priors
    identity: Floats | None = None  # (S,) where it is held fixed: then rows and priors have none
    response: Response | None = None
    hunch: Hunch | None = None  # where fits start, and what they heed; None: the mean face

    @property
    def sight(self) -> Sight:
        """How FaceMesh sees the head."""
        return Sight(self.rows, self.noise, self.response)

    @property
    def solved_identity(self) -> int:
        """How many identity components are solved for, or were."""
        return self.rows.identity_count if self.identity is None else int(self.identity.size)


def prepare_head(data: HeadData, progress: Progress | None = None) -> PreparedHead:
    """Learns how FaceMesh sees the head (kept on disk) and premixes its landmarks (in memory)."""
    with _lock:
        found = _prepared.get(id(data))
        if found is not None:
            _prepared.move_to_end(id(data))
            return found[1]
    known = calibration_of(data, progress)
    rows = mix_rows(data, known.points, IDENTITY_COUNT, EXPRESSION_COUNT)
    priors = learned_priors(data, rows, known.statistics)
    prepared = PreparedHead(
        known.points, rows, known.noise.with_floor(LEAST_OWN), priors,
        response=known.response.of_components(rows.identity_count, rows.expression_count),
        hunch=hunch_of(known.regressor, rows, priors))
    with _lock:
        _prepared[id(data)] = (data, prepared)  # the head is kept so that its id stays its own
        while len(_prepared) > HEADS_KEPT:
            _prepared.popitem(last=False)
    return prepared


def encode_photo(
    photo: PhotoSource,
    head: HeadData,
    *,
    face: int | None = None,
    progress: Progress | None = None,
) -> FaceParameters:
    """The parameters of the face in `photo`, on `head`.

    photo: a file, the bytes of one, or an array (H,W,3).  face: which, numbered by size from 1;
    None: the largest.  The neck stays at rest: all of the head's turn is `global_rotation`.
    `error` is the root mean square of what neither the face nor FaceMesh's commonest errors
    explain of its landmarks, over the distance of the eyes (`noise.COMMON_ERRORS`).

    Raises PhotoError (`file-not-found`, `unreadable-image`, `image-too-large`, `image-too-small`,
    `no-face`, `no-such-face`), HeadError `head-not-recognised`, BackendError `missing-dependency`.
    """
    picture, landmarks, notes = see_face(photo, face)
    return encode_landmarks(landmarks, picture.original_size, head, notes, progress)


def see_face(photo: PhotoSource, face: int | None) -> tuple[Photo, Floats, tuple[str, ...]]:
    """The photo, FaceMesh's landmarks (478,2) in its original pixels, and what to tell the user.

    Arguments and errors as those of `encode_photo`.
    """
    picture = load_photo(photo)
    landmarks, notes = look_for(picture, face)
    return picture, landmarks * picture.ratio, notes


def encode_landmarks(
    landmarks: Floats,
    image_size: tuple[int, int],
    head: HeadData,
    notes: tuple[str, ...] = (),
    progress: Progress | None = None,
) -> FaceParameters:
    """The parameters behind FaceMesh's landmarks (478,2) in pixels of a picture of `image_size`.

    image_size: width and height; notes: what to tell the user besides.
    """
    prepared = prepare_head(head, progress)
    return face_parameters(head, prepared, fit_face(prepared, landmarks), image_size, notes)


def hold_identity(prepared: PreparedHead, shape: Floats) -> PreparedHead:
    """The head of one person: further fits leave who it is alone.

    shape: (n,) identity coefficients; those beyond the solved ones are not heeded.
    """
    known = np.zeros(prepared.rows.identity_count)
    count = min(known.size, shape.size)
    known[:count] = shape[:count]
    return replace(prepared, rows=prepared.rows.with_identity(known),
                   priors=prepared.priors.given_identity(known), identity=known,
                   response=prepared.response and prepared.response.with_identity(known))


def fit_face(prepared: PreparedHead, landmarks: Floats, start: State | None = None) -> FitResult:
    """The face behind `landmarks` (478,2) px.  start: such as the state of the frame before."""
    if prepared.hunch is None:
        return fit_landmarks(prepared.sight, landmarks, prepared.priors, start)
    found = prepared.hunch.regressor(landmarks[None])
    word = prepared.hunch.word(found, prepared.identity)
    return fit_landmarks(prepared.sight, landmarks, prepared.priors,
                         start or _start(prepared, found, landmarks), word)


def _start(prepared: PreparedHead, found: Start, landmarks: Floats) -> State:
    """The face that the regressor found; the camera by least squares."""
    rows = prepared.rows
    coefficients = np.concatenate([found.shape[0, :rows.identity_count],
                                   found.expression[0, :rows.expression_count]])
    state = State(coefficients, found.jaw[0], found.gaze[0], rotation(found.global_rotation[0]),
                  1.0, np.zeros(2))
    return camera_on(prepared.sight, state, landmarks)


def face_parameters(
    head: HeadData, prepared: PreparedHead, result: FitResult, size: tuple[int, int],
    notes: tuple[str, ...] = (),
) -> FaceParameters:
    """The fit's end in the words of the parameter file; unsolved components are zero.

    size: width and height in pixels of the picture that the landmarks belong to.
    """
    state = result.state
    shape, expression = _coefficients(head, prepared, state.coefficients, 0.0)
    if prepared.identity is not None:
        shape[:prepared.identity.size] = prepared.identity
    if result.error > POOR_FIT:
        notes = (*notes, f"The head fits this face poorly (error {100 * result.error:.1f} % of the "
                         "distance of the eyes): look at the preview.")
    return FaceParameters(
        head=head.name,
        identity=Identity(shape),
        code=ExpressionCode(expression, jaw=state.jaw, eyes=state.eyes()),
        global_rotation=vector_of(state.turn),
        camera=Camera(state.scale, state.translation, size),
        error=result.error,
        notes=notes,
        deviation=_deviations(head, prepared, result.deviation),
    )


def _coefficients(
    head: HeadData, prepared: PreparedHead, solved: Floats, unsolved: float
) -> tuple[Floats, Floats]:
    """(S,) and (E,) of the head from those solved for; the others are `unsolved`."""
    shape = np.full(head.identity_count, unsolved)
    expression = np.full(head.expression_count, unsolved)
    identity = prepared.rows.identity_count
    shape[:identity] = solved[:identity]
    expression[:prepared.rows.expression_count] = solved[identity:]
    return shape, expression


def _deviations(head: HeadData, prepared: PreparedHead, deviation: Floats) -> Deviations:
    """Of a fit's unknowns, as the parameter file has them; unsolved components are as uncertain
    as among all faces, a held identity is certain."""
    count = prepared.rows.identity_count + prepared.rows.expression_count
    shape, expression = _coefficients(head, prepared, deviation[:count], 1.0)
    if prepared.identity is not None:
        shape[:prepared.identity.size] = 0.0
    gaze = deviation[count + 3:count + TURNING].reshape(2, 2)
    return Deviations(shape, expression, deviation[count:count + 3],
                      np.concatenate([gaze, np.zeros((2, 1))], axis=1),
                      deviation[count + TURNING:count + TURNING + 3])
