# SPDX-License-Identifier: GPL-3.0-or-later
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from blender_addon.core.coordinates import (
    FLAME_TO_BLENDER,
    bone_euler_from_flame,
    flame_from_bone_euler,
    from_blender,
    matrix_of,
    matrix_of_euler,
    to_blender,
)

RANDOM = np.random.default_rng(1)


def test_up_is_up_and_the_face_looks_forward() -> None:
    np.testing.assert_array_equal(to_blender([0, 1, 0]), [0, 0, 1])  # up
    np.testing.assert_array_equal(to_blender([0, 0, 1]), [0, -1, 0])  # out of the face: -Y
    points = RANDOM.normal(size=(7, 3))
    np.testing.assert_allclose(from_blender(to_blender(points)), points)
    np.testing.assert_allclose(points @ FLAME_TO_BLENDER.T, to_blender(points))


def test_rotations_agree_with_scipy() -> None:
    vectors = np.concatenate([RANDOM.normal(size=(50, 3)), np.zeros((1, 3)), [[1e-9, 0, 0]]])
    turned = Rotation.from_rotvec(vectors)
    np.testing.assert_allclose(matrix_of(vectors), turned.as_matrix(), atol=1e-12)
    # extrinsic xyz is what Blender calls XYZ
    np.testing.assert_allclose(bone_euler_from_flame(vectors), turned.as_euler("xyz"), atol=1e-9)


@pytest.mark.parametrize("axis", [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, -1, 0], [-1, 2, 3]])
@pytest.mark.parametrize("angle", [0.0, 1e-8, 0.3, 1.5, 3.0, np.pi - 1e-8, np.pi])
def test_there_and_back(axis, angle) -> None:
    vector = angle * np.asarray(axis) / np.linalg.norm(axis)
    back = flame_from_bone_euler(bone_euler_from_flame(vector))
    np.testing.assert_allclose(matrix_of(back), matrix_of(vector), atol=2e-7)


def test_gimbal_lock_keeps_the_rotation() -> None:
    vector = np.array([0.0, np.pi / 2, 0.0])
    np.testing.assert_allclose(
        matrix_of_euler(bone_euler_from_flame(vector)), matrix_of(vector), atol=1e-9
    )
