# SPDX-License-Identifier: GPL-3.0-or-later
"""Joints, skinning weights and pose correctives."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from .assembly import Head
from .extension import SkinExtension
from .gaze import lid_correctives
from .jaw_pose import jaw_correctives
from .landmarks_lists import INNER_LIPS, OUTER_LIPS
from .mesh_tools import Points, inverse_length_laplacian, smoothstep, solve_free
from .neck_pose import neck_correctives
from .parts import Skin

# Joints in mm: root, neck; the jaw's axis runs through its condyles, below and before the ears.
ROOT = np.array([0.0, -190.0, -105.0])
NECK = np.array([0.0, -95.0, -95.0])
JAW = np.array([0.0, -28.0, -60.0])

_CORNER = 0.46  # the jaw's share of the mouth corners, from surprised faces of photos
# The jaw's share of landmarks of chin and cheek, by hand along the lower jaw.
_JAW_SHARE = {172: 0.72, 136: 0.86, 150: 0.95, 149: 1.0, 58: 0.5, 132: 0.22, 93: 0.06, 205: 0.12,
              187: 0.2, 207: 0.3, 212: 0.55, 216: 0.33, 92: 0.06, 186: 0.2}
_BAG_SHARE = (1, 1, 1, 1, 1, 0.95, 0.8, 0.4)  # the floor goes with gums and tongue


def jaw_weight(skin: Skin) -> Points:
    """(n,) the jaw's share of each skin vertex, 0..1; round, not angular, at the lips."""
    points, landmarks = skin.points, skin.points[:468]
    x, y, z = points.T
    chin = np.zeros(len(points), bool)
    chin[: skin.face_count] = ((y < -92) & (np.abs(x) < 42) & (z > -12))[: skin.face_count]
    still = (y > landmarks[61, 1] + 32) | (z < -80)
    still[skin.neck[1:].ravel()] = True
    for rings in skin.ears:
        still[rings.ravel()] = True
    share = _lip_shares(landmarks)
    for i, value in _JAW_SHARE.items():
        share[i] = share[int(skin.face.mirror[i])] = value
    values = np.zeros((len(points), 1))
    values[chin] = 1.0
    values[list(share), 0] = list(share.values())
    known = chin | still
    known[list(share)] = True
    laplacian = inverse_length_laplacian(points, skin.triangles)
    energy = laplacian.T @ laplacian - 0.01 * (laplacian + laplacian.T)
    weight = np.clip(solve_free(sp.csr_matrix(energy), values, ~known)[:, 0], 0, 1)
    for ring, part in zip(skin.bag, _BAG_SHARE, strict=True):
        weight[ring] = weight[skin.lips] * part
    weight[skin.bag_end] = _BAG_SHARE[-1]
    return np.asarray((weight + weight[skin.mirror]) / 2)


def _lip_shares(landmarks: Points) -> dict[int, float]:
    """Elliptic opening: at a turn of the jaw the lips' rings become ellipses, not polygons."""
    shares: dict[int, float] = {}
    for ring in (INNER_LIPS, OUTER_LIPS):
        across = np.abs(landmarks[list(ring), 0]) / np.abs(landmarks[ring[0], 0])
        round_ = np.sqrt(np.clip(1 - across**2, 0, 1))
        upper = np.arange(len(ring)) < len(ring) // 2
        value = np.where(upper, _CORNER * (1 - round_), _CORNER + (1 - _CORNER) * round_)
        value[[0, len(ring) // 2]] = _CORNER
        shares.update(zip(ring, value.tolist(), strict=True))
    return shares


def neck_weight(skin: Skin) -> Points:
    """(n,) what turns with the neck, the jaw's share included; fades down to the shoulders."""
    return np.asarray(1 - smoothstep((-skin.points[:, 1] - 95) / 110))


def weights(head: Head, jaw: Points) -> Points:
    """(V,5) skinning weights of root, neck, jaw, left eye, right eye."""
    above = neck_weight(head.skin)[:, None]
    skin = np.concatenate([1 - above, above * (1 - jaw[:, None]), above * jaw[:, None],
                           np.zeros((len(above), 2))], 1)
    rigid = {name: np.eye(5)[joint] * np.ones((len(part.points), 1))
             for name, part in head.loose.items()
             for joint in [_JOINT_OF[name]]}
    return head.carried(skin, rigid)


_JAW_JOINT = 2
_JOINT_OF = {"eye_left": 3, "eye_right": 4, "teeth_upper": 1, "gums_upper": 1, "teeth_lower": 2,
             "gums_lower": 2, "tongue": 2, "cornea_left": 3, "cornea_right": 4}


def regressor(head: Head) -> Points:
    """(5,V) rows sum to 1; built on vertices that no expression moves.

    Root and neck hang on neck rings, the jaw on the ears' seams, eyes on their balls.
    """
    skin = head.skin
    ears = np.concatenate([skin.ears[0][:2].ravel(), skin.ears[1][:2].ravel()])
    low = np.concatenate([skin.neck[4], skin.neck[7]])
    high = np.concatenate([skin.neck[1], skin.neck[3], ears])
    left, right = (np.arange(len(head.points))[head.slices[n]] for n in ("eye_left", "eye_right"))
    eyes = dict(zip(("right", "left"), skin.face.eye_centres, strict=True))
    rows = np.zeros((5, len(head.points)))
    for row, aim, used in ((0, ROOT, low), (1, NECK, high), (2, JAW, ears),
                           (3, eyes["left"], left), (4, eyes["right"], right)):
        rows[row, used] = _least_weights(head.points[used], aim)
    return rows


def _least_weights(points: Points, aim: Points) -> Points:
    """Smallest weights that sum to 1 and whose mean of `points` is `aim` (exact)."""
    system = np.concatenate([points.T / 50.0, np.ones((1, len(points)))])  # 50 mm: alike scales
    return np.asarray(np.linalg.pinv(system) @ np.r_[aim / 50.0, 1.0])


def pose_basis(head: Head, jaw: Points, extend: SkinExtension) -> Points:
    """(V,3,36) mm per entry of R - I of neck, jaw, left and right eye, learned from targets.

    jaw: (n,) the jaw's share of each skin vertex.
    """
    skin, count = head.skin, len(head.points)
    on_skin, on_bone = jaw_correctives(skin, jaw, extend)
    bone = {name: np.broadcast_to(on_bone.reshape(1, 27), (len(part.points), 27))
            for name, part in head.loose.items() if _JOINT_OF[name] == _JAW_JOINT}
    neck = neck_correctives(skin, neck_weight(skin), NECK)
    basis = np.zeros((count, 3, 36))
    basis[:, :, :9] = head.carried(neck.reshape(-1, 27)).reshape(count, 3, 9)
    basis[:, :, 9:18] = head.carried(on_skin.reshape(-1, 27), bone).reshape(count, 3, 9)
    for start, eye in ((18, 1), (27, 0)):  # left eye, right eye; the lids' numbers: right, left
        lids = lid_correctives(skin, eye)
        basis[:, :, start:start + 9] = head.carried(lids.reshape(-1, 27)).reshape(count, 3, 9)
    return basis
