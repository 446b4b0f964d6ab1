# SPDX-License-Identifier: GPL-3.0-or-later
"""`build_open_head`: the whole chain; `write_open_head`: its file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..data import HeadData, LandmarkEmbedding, NamedAxes
from . import joints
from .assembly import Head, assemble
from .expression import expression_space
from .extension import SkinExtension
from .eyes import iris_points
from .identity import identity_space
from .landmarks_lists import FULL_68, MEDIAPIPE_105
from .mesh_tools import Points
from .skull import head_skin
from .surface import surface_arrays
from .template import neutral_face
from .uv import texture_coordinates

LICENCE = "CC0-1.0; the face's template derives from MediaPipe's canonical face (Apache-2.0)"
SOURCE = "flamewheel head build-open"

COLOURS: dict[str, tuple[float, float, float]] = {
    # linear RGB, judged on renders in Cycles and EEVEE
    "skin": (0.56, 0.315, 0.225), "scalp": (0.56, 0.315, 0.225), "ears": (0.57, 0.30, 0.22),
    "lips": (0.47, 0.175, 0.15), "nostrils": (0.10, 0.035, 0.028),
    "mouth_bag": (0.22, 0.05, 0.045), "gums": (0.48, 0.16, 0.15),
    "tongue": (0.62, 0.25, 0.23), "teeth": (0.74, 0.69, 0.59), "eye_left": (0.72, 0.69, 0.66),
    "eye_right": (0.72, 0.69, 0.66), "caruncle": (0.52, 0.24, 0.20),
    "iris": (0.115, 0.062, 0.028), "pupil": (0.004, 0.004, 0.004),
    "limbus": (0.045, 0.027, 0.016),
    "hair": (0.045, 0.027, 0.017), "hair_cards": (0.045, 0.027, 0.017),
    "brows": (0.030, 0.017, 0.010), "lashes": (0.010, 0.007, 0.005),
}

_MM = 1e-3
_IDENTITY_STEP = 2.0**-18  # m; 3.8 µm, of identities within three deviations 20 µm at worst
_EXPRESSION_STEP = 2.0**-20  # m; 1 µm, of units at full strength 8 µm at worst
"""Steps to which the bases are rounded, powers of two so that float32's last bits are zero and the
file compresses."""


def build_open_head() -> HeadData:
    """The embedded open head; the same bits each time on one machine, within seconds."""
    return _data_of(assemble(head_skin(neutral_face())))


def _data_of(head: Head) -> HeadData:
    """The assembled head's arrays, in metres and rounded as the file keeps them."""
    jaw = joints.jaw_weight(head.skin)
    extension = SkinExtension(head.skin)
    space = expression_space(head, jaw, extension)
    uv, uv_triangles = texture_coordinates(head)
    identity = identity_space(head)
    return HeadData(
        name="open", template=_single(head.points * _MM), triangles=head.triangles.astype(np.int32),
        identity_basis=_rounded(identity.basis, _IDENTITY_STEP),
        expression_basis=_rounded(space.basis, _EXPRESSION_STEP),
        pose_basis=_rounded(joints.pose_basis(head, jaw, extension), _IDENTITY_STEP),
        joint_regressor=_single(joints.regressor(head)), weights=_single(joints.weights(head, jaw)),
        uv=_single(uv), uv_triangles=uv_triangles.astype(np.int32), landmarks=_landmarks(head),
        masks={name: numbers.astype(np.int32) for name, numbers in head.masks.items()},
        units=space.units, visemes=space.visemes,
        axes=NamedAxes(identity.axis_names, _single(identity.axes)),
        mirror=head.mirror.astype(np.int32),
        licence=LICENCE, source=SOURCE)


def _single(values: Points) -> Any:
    return np.ascontiguousarray(values, dtype=np.float32)


def _rounded(values: Points, step: float) -> Any:
    """float32 in whole steps, metres from mm."""
    return _single(np.round(values * (_MM / step)) * step)


def _landmarks(head: Head) -> dict[str, LandmarkEmbedding]:
    """Landmark sets: MediaPipe's are vertices of the mesh, its irises points of the eyeballs."""
    triangle = np.full(468, -1)
    corner = np.zeros(468, int)
    face = head.skin.triangles[: head.skin.face_triangles].tolist()
    for t, abc in reversed(list(enumerate(face))):
        for k, v in enumerate(abc):
            if v < 468:
                triangle[v], corner[v] = t, k
    weights = np.eye(3)[corner]

    def subset(numbers: tuple[int, ...], names: tuple[int, ...]) -> LandmarkEmbedding:
        chosen = list(numbers)
        return LandmarkEmbedding(triangle[chosen].astype(np.int32), _single(weights[chosen]),
                                 np.array(names, np.int32))

    whole = subset(tuple(range(468)), tuple(range(478)))
    irises = [_on_ball(head, name, iris_points(centre))
              for name, centre in zip(("eye_right", "eye_left"), head.skin.face.eye_centres,
                                      strict=True)]
    whole = LandmarkEmbedding(
        np.concatenate([whole.triangles, *(t for t, _ in irises)]).astype(np.int32),
        np.concatenate([whole.barycentrics, *(w for _, w in irises)]), whole.indices)
    return {"facemesh478": whole, "mediapipe105": subset(MEDIAPIPE_105, MEDIAPIPE_105),
            "full68": subset(FULL_68, tuple(range(68))),
            "static51": subset(FULL_68[17:], tuple(range(51)))}


def _on_ball(head: Head, name: str, spots: Points) -> tuple[Any, Any]:
    """Nearest triangle corner of an eyeball for each spot."""
    piece = head.slices[name]
    faces = np.flatnonzero((head.triangles[:, 0] >= piece.start)
                           & (head.triangles[:, 0] < piece.stop))
    corners = head.points[head.triangles[faces]]
    distance = np.linalg.norm(corners[None] - spots[:, None, None], axis=-1)
    best = distance.reshape(len(spots), -1).argmin(1)
    return faces[best // 3], _single(np.eye(3)[best % 3])


def write_open_head(path: Path) -> HeadData:
    """Build the head and write it to `path` (.npz); returns it.

    Raises OutputError where the file cannot be written.
    """
    from ..files import save_head

    head = assemble(head_skin(neutral_face()))
    data = _data_of(head)
    save_head(data, path, colours=COLOURS, extras=surface_arrays(head, data, COLOURS))
    return data
