# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks: on numpy's vertices and on torch's, fixed and sliding."""

import generated_flame
import numpy as np
import pytest

from flamewheel.errors import HeadError
from flamewheel.head import evaluate
from flamewheel.head import landmarks as sets
from flamewheel.head.convert import add_landmarks
from flamewheel.head.data import HeadData


@pytest.fixture(scope="module")
def marked(head: HeadData, landmarks: dict, tmp_path_factory) -> HeadData:
    """The head with every embedding."""
    folder = tmp_path_factory.mktemp("embeddings")
    generated_flame.write_deca_embedding(folder / "a.npy", landmarks, tensors=False)
    generated_flame.write_mediapipe_embedding(folder / "b.npz", landmarks)
    return add_landmarks(add_landmarks(head, folder / "a.npy"), folder / "b.npz")


def _pose(**turns: tuple[float, float, float]) -> np.ndarray:
    names = ("root", "neck", "jaw", "left_eye", "right_eye")
    return np.array([turns.get(name, (0.0, 0.0, 0.0)) for name in names])


def test_a_landmark_lies_in_its_triangle(marked: HeadData, landmarks: dict) -> None:
    points = sets.points_on(marked, "full68", marked.template)
    corners = marked.template[marked.triangles[landmarks["full_lmk_faces_idx"][0]]]
    expected = (corners * landmarks["full_lmk_bary_coords"][0][..., None]).sum(axis=1)
    np.testing.assert_allclose(points, expected, atol=1e-7)


def test_which_landmark_each_row_is(marked: HeadData, landmarks: dict) -> None:
    assert sets.landmark_indices(marked, "static51").tolist() == list(range(51))
    assert sets.landmark_indices(marked, "mediapipe105").tolist() == (
        landmarks["landmark_indices"].tolist())


@pytest.mark.parametrize(("degrees", "row"), [
    (0, 0), (0.4, 0), (10, 10), (39, 39), (60, 39), (-1, 40), (-39, 78), (-80, 78),
])
def test_the_contour_s_row_follows_the_yaw(degrees: float, row: int) -> None:
    yaw = (0.0, np.radians(degrees), 0.0)
    assert sets.contour_row(_pose(root=yaw)) == row
    assert sets.contour_row(_pose(neck=yaw)) == row
    assert sets.contour_row(_pose(jaw=yaw)) == 0
    half = (0.0, np.radians(degrees) / 2, 0.0)
    assert sets.contour_row(_pose(root=half, neck=half)) == row


def test_nodding_does_not_move_the_contour() -> None:
    assert sets.contour_row(_pose(root=(0.5, 0, 0))) == 0
    assert sets.contour_row(np.stack([_pose(root=(0, y, 0)) for y in (0, 0.1, -0.1)])).tolist() == [
        0, 6, 45]


def test_a_set_that_is_not_there(marked: HeadData, head: HeadData) -> None:
    with pytest.raises(HeadError) as refused:
        sets.points_on(marked, "full86", marked.template)
    assert refused.value.code == "no-landmarks" and "full68" in refused.value.message
    with pytest.raises(HeadError, match="has no landmarks"):
        sets.points_on(head, "static51", head.template)
    with pytest.raises(HeadError, match="contour"):
        sets.contour_of(head)


def test_torch_agrees_with_numpy(marked: HeadData) -> None:
    torch = pytest.importorskip("torch")
    from flamewheel.head.model import HeadModel

    model = HeadModel(marked, dtype=torch.float64)
    rng = np.random.default_rng(2)
    shape, expression = rng.normal(size=(4, 300)), rng.normal(size=(4, 100))
    pose = rng.normal(size=(4, 5, 3)) * 0.4
    vertices = evaluate.evaluate(marked, shape, expression, pose)
    for name in ("static51", "full68", "mediapipe105"):
        np.testing.assert_allclose(
            model.landmarks(name, shape, expression, pose).numpy(),
            sets.points_on(marked, name, vertices), atol=1e-7)
    np.testing.assert_allclose(
        model.landmarks("contour", shape, expression, pose).numpy(),
        sets.contour_on(marked, vertices, pose), atol=1e-7)
    assert model.landmarks("contour").shape == (1, 17, 3)
    turned = torch.tensor(pose, requires_grad=True)
    model.landmarks("contour", shape[0], expression[0], turned).sum().backward()
    assert turned.grad is not None and bool((turned.grad != 0).any())


def test_the_contour_is_smplx_s_with_the_yaw_turned_round(marked: HeadData) -> None:
    """smplx takes the yaw with the other sign than FLAME_PyTorch, whose table this is."""
    torch = pytest.importorskip("torch")
    lbs = pytest.importorskip("smplx.lbs")
    assert marked.contour is not None
    pose = np.stack([_pose(root=(0, y, 0)) for y in np.radians([-50, -20, -3, 0, 4, 30, 70])])
    rows, _ = lbs.find_dynamic_lmk_idx_and_bcoords(
        torch.zeros(len(pose), 5, 3, dtype=torch.float64), torch.tensor(-pose).flatten(1),
        torch.tensor(marked.contour.triangles), torch.tensor(marked.contour.barycentrics),
        torch.tensor([1, 0]))
    np.testing.assert_array_equal(
        rows.numpy(), marked.contour.triangles[sets.contour_row(pose)])
