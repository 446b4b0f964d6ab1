# SPDX-License-Identifier: GPL-3.0-or-later
"""The landmark encoder: photo -> FaceMesh -> fit -> `FaceParameters`.  Needs no network of ours."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..parameters import Camera, ExpressionCode, FaceParameters, Identity
from .correspondence import Progress, landmark_points
from .facemesh import choose_face, find_faces, look_closer
from .fit import FitResult, Priors, fit_landmarks, priors_of
from .photo import PhotoSource, load_photo
from .rows import LandmarkRows, SurfacePoints, mix_rows, vector_of

Floats = npt.NDArray[np.float64]

IDENTITY_COUNT, EXPRESSION_COUNT = 60, 60
"""Components solved for at most: later ones move no landmark by more than FaceMesh's scatter."""
POOR_FIT = 0.03  # of the inter-ocular distance; the 95th percentile over photos is 0.031
HEADS_KEPT = 4

_lock = Lock()
_prepared: OrderedDict[int, tuple[HeadData, PreparedHead]] = OrderedDict()


@dataclass(frozen=True, eq=False)
class PreparedHead:
    """All that a fit needs to know of a head; made once per head and process."""

    points: SurfacePoints
    rows: LandmarkRows
    priors: Priors


def prepare_head(data: HeadData, progress: Progress | None = None) -> PreparedHead:
    """Finds the head's landmarks (cached on disk) and premixes them (cached in memory)."""
    with _lock:
        found = _prepared.get(id(data))
        if found is not None:
            _prepared.move_to_end(id(data))
            return found[1]
    points = landmark_points(data, progress)
    rows = mix_rows(data, points, IDENTITY_COUNT, EXPRESSION_COUNT)
    prepared = PreparedHead(points, rows, priors_of(data, rows))
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
    `error` is the root mean square landmark residual over the distance of the eyes.

    Raises PhotoError (`file-not-found`, `unreadable-image`, `image-too-large`, `image-too-small`,
    `no-face`, `no-such-face`), HeadError `head-not-recognised`, BackendError `missing-dependency`.
    """
    picture = load_photo(photo)
    coarse, notes = choose_face(find_faces(picture), face, picture.name)
    landmarks = look_closer(picture.pixels, coarse / picture.ratio) * picture.ratio
    return encode_landmarks(landmarks, picture.original_size, head, notes, progress)


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
    result = fit_landmarks(prepared.rows, prepared.points.deviation, landmarks, prepared.priors)
    return _parameters(head, result, image_size, notes)


def _parameters(
    head: HeadData, result: FitResult, image_size: tuple[int, int], notes: tuple[str, ...]
) -> FaceParameters:
    """The fit's end in the words of the parameter file; unsolved components are zero."""
    state = result.state
    solved = min(IDENTITY_COUNT, head.identity_count)
    shape = np.zeros(head.identity_count)
    shape[:solved] = state.coefficients[:solved]
    expression = np.zeros(head.expression_count)
    rest = state.coefficients[solved:]
    expression[:rest.size] = rest
    error = float(np.sqrt((result.residuals**2).mean())) / result.eye_distance
    if error > POOR_FIT:
        notes = (*notes, f"The head fits this face poorly (error {100 * error:.1f} % of the "
                         "distance of the eyes): look at the preview.")
    return FaceParameters(
        head=head.name,
        identity=Identity(shape),
        code=ExpressionCode(expression, jaw=state.jaw, eyes=np.stack([state.eye()] * 2)),
        global_rotation=vector_of(state.turn),
        camera=Camera(state.scale, state.translation, image_size),
        error=error,
        notes=notes,
    )
