# SPDX-License-Identifier: GPL-3.0-or-later
"""HeadModel against smplx, against numpy, and against its own derivatives."""

import dataclasses
import warnings
from pathlib import Path

import generated_flame
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from flamewheel.errors import UsageError  # noqa: E402
from flamewheel.head import evaluate as in_numpy  # noqa: E402
from flamewheel.head import skinning  # noqa: E402
from flamewheel.head.data import HeadData  # noqa: E402
from flamewheel.head.model import HeadModel  # noqa: E402

EXACT = 1e-12  # m; rounding of float64 sums of decimetres


@pytest.fixture(scope="module")
def model(head: HeadData) -> HeadModel:
    return HeadModel(head, dtype=torch.float64)


def _random(batch: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(batch, 300)), rng.normal(size=(batch, 100)),
            rng.normal(size=(batch, 5, 3)))


def _lbs(head: HeadData, shape: np.ndarray, expression: np.ndarray, pose: np.ndarray):
    lbs = pytest.importorskip("smplx.lbs").lbs

    def tensor(array) -> torch.Tensor:
        return torch.tensor(np.asarray(array))

    return lbs(tensor(np.hstack([shape, expression])), tensor(pose.reshape(len(pose), 15)),
               tensor(head.template),
               tensor(np.concatenate([head.identity_basis, head.expression_basis], axis=2)),
               tensor(head.pose_basis.reshape(-1, 36).T), tensor(head.joint_regressor),
               tensor(np.array(head.parents)), tensor(head.weights))[0].numpy()


def test_it_agrees_with_smplx_lbs(model: HeadModel, head: HeadData) -> None:
    given = _random(6)
    assert np.abs(model.vertices(*given).numpy() - _lbs(head, *given)).max() < 1e-6


def test_it_agrees_with_smplx_s_flame_layer(tmp_path: Path, landmarks: dict) -> None:
    """The whole way: a generated FLAME 2023 pickle, read by smplx and by us."""
    smplx = pytest.importorskip("smplx")
    pytest.importorskip("scipy.sparse")
    from flamewheel.head.convert import add_landmarks, convert_flame

    path = tmp_path / "FLAME_NEUTRAL.pkl"
    generated_flame.write_flame_pickle(path, "2023", seed=3, small=True)
    generated_flame.write_static_embedding(tmp_path / "flame_static_embedding.pkl", landmarks)
    theirs = smplx.FLAME(str(tmp_path), num_betas=100, num_expression_coeffs=50, batch_size=3,
                         dtype=torch.float64)
    data = add_landmarks(convert_flame(path), tmp_path / "flame_static_embedding.pkl")
    ours = HeadModel(data, dtype=torch.float64)
    shape, expression, pose = (torch.tensor(part) for part in _random(3, seed=4))
    shape, expression = shape[:, :100], expression[:, :50]
    with torch.no_grad():
        out = theirs(betas=shape, expression=expression, global_orient=pose[:, 0],
                     neck_pose=pose[:, 1], jaw_pose=pose[:, 2], leye_pose=pose[:, 3],
                     reye_pose=pose[:, 4])
    assert float((out.vertices - ours.vertices(shape, expression, pose)).abs().max()) < 1e-6
    points = ours.landmarks("static51", shape, expression, pose)
    assert float((out.joints[:, -51:] - points).abs().max()) < 1e-6


def test_it_agrees_with_numpy(model: HeadModel, head: HeadData) -> None:
    given = _random(4, seed=1)
    for batch in (given, tuple(part[0] for part in given), (given[0][:1], given[1], given[2]),
                  (given[0], given[1][:1], given[2][:1]), (None, given[1], None),
                  (given[0], None, None), (None, None, given[2]),
                  (given[0][:, :7], given[1][:, :5], given[2])):
        np.testing.assert_allclose(
            model.vertices(*batch).numpy(), in_numpy.evaluate(head, *batch), atol=EXACT)
        np.testing.assert_allclose(
            model.vertices_identity_joints(*batch).numpy(),
            in_numpy.evaluate_identity_joints(head, *batch), atol=EXACT)
        np.testing.assert_allclose(
            model.joints(*batch[:2]).numpy(), in_numpy.joints(head, *batch[:2]), atol=EXACT)


def test_at_rest_it_is_the_template(model: HeadModel, head: HeadData) -> None:
    assert model.vertices().shape == (1, head.vertex_count, 3)
    np.testing.assert_allclose(model.vertices()[0].numpy(), head.template, atol=EXACT)
    np.testing.assert_allclose(
        model.joints()[0].numpy(), head.joint_regressor @ head.template, atol=EXACT)


def test_the_root_turns_about_its_joint_and_stays(model: HeadModel) -> None:
    pose = np.zeros((5, 3))
    pose[0] = [0, np.pi / 2, 0]
    root = model.joints()[0, 0].numpy()
    still, turned = model.vertices()[0].numpy(), model.vertices(pose=pose)[0].numpy()
    around = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]])  # a quarter turn: Z goes to X
    np.testing.assert_allclose(turned - root, (still - root) @ around.T, atol=EXACT)


def test_the_two_kinds_of_joints_differ_by_expression_only(model: HeadModel) -> None:
    shape, expression, pose = _random(2)
    for arguments in ((shape, None, pose), (shape, expression, pose * 0)):
        assert torch.allclose(
            model.vertices(*arguments), model.vertices_identity_joints(*arguments), atol=1e-14)
    apart = model.vertices(shape, expression, pose) - model.vertices_identity_joints(
        shape, expression, pose)
    assert float(apart.abs().max()) > 1e-5


def test_a_folded_identity_gives_the_same(model: HeadModel) -> None:
    shape, expression, pose = (torch.tensor(part) for part in _random(5, seed=2))
    for beta in (shape[0], shape[:1], shape, shape[0, :20], None):
        folded = model.with_identity(beta)
        for arguments in ((expression, pose), (expression[:1], pose[:1]), (None, pose), ()):
            assert torch.allclose(
                folded.vertices(*arguments), model.vertices(beta, *arguments), atol=1e-14)
            assert torch.allclose(
                folded.vertices_identity_joints(*arguments),
                model.vertices_identity_joints(beta, *arguments), atol=1e-14)


def test_pieces_of_a_batch_are_the_batch(model: HeadModel, monkeypatch) -> None:
    shape, expression, pose = _random(23, seed=6)
    whole = model.vertices(shape, expression, pose)
    one_identity = model.vertices(shape[0], expression, pose)
    one_pose = model.vertices(shape, expression, pose[0])
    monkeypatch.setattr(skinning, "_PIECE_BYTES", 12 * 319 * 8 * 4)  # four rows a thread
    assert torch.equal(model.vertices(shape, expression, pose), whole) or torch.allclose(
        model.vertices(shape, expression, pose), whole, atol=1e-14)
    assert torch.allclose(model.vertices(shape[0], expression, pose), one_identity, atol=1e-14)
    assert torch.allclose(model.vertices(shape, expression, pose[0]), one_pose, atol=1e-14)
    with_graph = model.vertices(torch.tensor(shape, requires_grad=True), expression, pose)
    assert torch.allclose(with_graph, whole, atol=1e-14)


@pytest.mark.parametrize("turn", [0.0, 1e-9, 1e-4, 1.0, 3.1])
def test_derivatives(model: HeadModel, turn: float) -> None:
    shape, expression, pose = _random(2, seed=7)
    leaves = [torch.tensor(part, requires_grad=True)
              for part in (shape[:, :4], expression[:, :4], pose * turn)]
    some = torch.arange(0, 319, 29)
    assert torch.autograd.gradcheck(
        lambda *given: model.vertices(*given)[:, some], leaves, eps=1e-6, atol=1e-6)
    assert torch.autograd.gradcheck(
        lambda *given: model.with_identity(given[0]).vertices(*given[1:])[:, some], leaves,
        eps=1e-6, atol=1e-6)


def test_float32_derivatives_at_and_near_zero(head: HeadData, model: HeadModel) -> None:
    near = HeadModel(head)
    for turn in (0.0, 1e-8, 1e-5, 1e-3):
        gradients = []
        for some, dtype in ((near, torch.float32), (model, torch.float64)):
            pose = torch.full((1, 5, 3), turn, dtype=dtype, requires_grad=True)
            (some.vertices(pose=pose) ** 2).sum().backward()
            assert pose.grad is not None and bool(torch.isfinite(pose.grad).all())
            gradients.append(pose.grad.double())
        assert torch.allclose(*gradients, rtol=1e-3, atol=1e-4)


def test_float32_is_close(head: HeadData, model: HeadModel) -> None:
    given = _random(3, seed=8)
    near = HeadModel(head).vertices(*given)
    assert near.dtype == torch.float32
    assert float((near.double() - model.vertices(*given)).abs().max()) < 1e-6
    assert model.to(dtype=torch.float32).vertices(*given).dtype == torch.float32


def test_another_device(head: HeadData, model: HeadModel) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device here")
    given = _random(40, seed=9)
    there = HeadModel(head, device="cuda", dtype=torch.float64).vertices(*given)
    assert there.is_cuda
    assert torch.allclose(there.cpu(), model.vertices(*given), atol=EXACT)


def test_every_device_takes_the_same_path(head: HeadData) -> None:
    """On torch's device without memory: all tensors are made on the model's own device."""
    there = HeadModel(dataclasses.replace(head), device="meta")
    made = there.vertices(np.zeros((3, 9)), np.zeros(5), np.zeros((5, 3)))
    assert made.device.type == "meta" and made.shape == (3, head.vertex_count, 3)


def test_other_trees(head: HeadData) -> None:
    for parents in ((-1, 0, 1, 2, 3), (-1, 0, 0, 0, 0), (-1, 0, 1, 0, 2), (-1, 0, 1, 1, 0)):
        other = dataclasses.replace(head, parents=parents)
        given = _random(2, seed=10)
        np.testing.assert_allclose(
            HeadModel(other, dtype=torch.float64).vertices(*given).numpy(),
            in_numpy.evaluate(other, *given), atol=EXACT)


@pytest.mark.parametrize("arguments", [
    (np.zeros(301), None, None), (None, np.zeros((2, 101)), None), (None, None, np.zeros((2, 15))),
    (np.zeros((2, 3)), np.zeros((3, 3)), None), (np.zeros((1, 1, 3)), None, None),
    (None, None, np.zeros((4, 3))),
])
def test_sizes_that_do_not_fit(model: HeadModel, head: HeadData, arguments: tuple) -> None:
    for function in (model.vertices, lambda *a: in_numpy.evaluate(head, *a)):
        with pytest.raises(UsageError) as refused:
            function(*arguments)
        assert refused.value.code == "bad-parameters" and refused.value.hint


def test_read_only_arrays_are_taken_without_a_warning(model: HeadModel) -> None:
    pose = np.zeros((5, 3))
    pose.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.vertices(pose=pose)
