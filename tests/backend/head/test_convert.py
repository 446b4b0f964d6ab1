# SPDX-License-Identifier: GPL-3.0-or-later
"""FLAME as it is published becomes a head file; what does not belong together is refused."""

import pickle
import sys
from pathlib import Path

import generated_flame
import numpy as np
import pytest

from flamewheel.errors import HeadError, OutputError
from flamewheel.head.convert import (
    add_landmarks,
    add_masks,
    add_uv,
    convert_flame,
    convert_head,
)
from flamewheel.head.data import HeadData
from flamewheel.head.files import load_head_file, save_head


@pytest.mark.parametrize("layout", generated_flame.LAYOUTS)
def test_every_published_layout(layout: str, tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / f"flame{layout}.pkl"
    arrays = generated_flame.write_flame_pickle(path, layout, seed=5, small=True)
    monkeypatch.setitem(sys.modules, "chumpy", None)  # an import of either would fail
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    head = convert_flame(path)
    assert (head.identity_count, head.expression_count, head.vertex_count) == (300, 100, 319)
    assert head.parents == (-1, 0, 1, 1, 1) and head.name == f"flame{layout}"
    np.testing.assert_array_equal(head.template, arrays["v_template"])
    np.testing.assert_array_equal(head.identity_basis, arrays["shapedirs"][:, :, :300])
    np.testing.assert_array_equal(head.expression_basis, arrays["shapedirs"][:, :, 300:])
    np.testing.assert_array_equal(head.pose_basis, arrays["posedirs"])
    np.testing.assert_array_equal(head.joint_regressor, arrays["J_regressor"])
    np.testing.assert_array_equal(head.weights, arrays["weights"])
    np.testing.assert_array_equal(head.triangles, arrays["f"])
    assert (head.uv is not None) == (layout == "2023-open")


def test_the_published_files_are_what_python_2_wrote(tmp_path: Path) -> None:
    """The generator's own promise: these cannot be read without chumpy by an ordinary unpickler."""
    path = tmp_path / "generic_model.pkl"
    generated_flame.write_flame_pickle(path, "2020", small=True)
    raw = path.read_bytes()
    assert b"cchumpy.ch\nCh\n" in raw and b"cscipy.sparse.csc\ncsc_matrix\n" in raw
    assert b"c_codecs\nencode\n" not in raw  # only Python 3 writes bytes so
    with pytest.raises(ModuleNotFoundError, match="chumpy"):
        pickle.loads(raw, encoding="latin1")


def test_converted_and_saved(tmp_path: Path) -> None:
    generated_flame.write_flame_pickle(tmp_path / "m.pkl", "2019", small=True)
    made = convert_head(tmp_path / "m.pkl", tmp_path / "m.npz")
    assert made.checksum == convert_flame(tmp_path / "m.pkl").checksum
    again = convert_head(tmp_path / "m.npz", tmp_path / "again.npz")
    assert again.checksum == made.checksum and again.licence == made.licence
    assert "FLAME" in made.licence


def test_everything_beside_the_model(
    arrays: dict, landmarks: dict, tmp_path: Path
) -> None:
    generated_flame.write_flame_pickle(tmp_path / "m.pkl", "2020", seed=3, small=True)
    generated_flame.write_deca_embedding(tmp_path / "landmark_embedding.npy", landmarks)
    generated_flame.write_mediapipe_embedding(tmp_path / "mediapipe.npz", landmarks)
    masks = generated_flame.write_masks(tmp_path / "FLAME_masks.pkl", arrays)
    uv = generated_flame.write_template_obj(tmp_path / "head_template.obj", arrays)
    head = convert_head(
        tmp_path / "m.pkl", tmp_path / "m.npz",
        landmarks=[tmp_path / "landmark_embedding.npy", tmp_path / "mediapipe.npz"],
        uv=tmp_path / "head_template.obj", masks=tmp_path / "FLAME_masks.pkl")
    assert set(head.landmarks) == {"static51", "full68", "mediapipe105"}
    full = head.landmarks["full68"]
    np.testing.assert_array_equal(full.triangles, landmarks["full_lmk_faces_idx"][0])
    np.testing.assert_allclose(full.barycentrics, landmarks["full_lmk_bary_coords"][0], atol=1e-7)
    np.testing.assert_array_equal(
        head.landmarks["mediapipe105"].indices, landmarks["landmark_indices"])
    assert head.contour is not None
    np.testing.assert_array_equal(head.contour.triangles, landmarks["dynamic_lmk_faces_idx"])
    assert {k: v.tolist() for k, v in head.masks.items()} == {
        k: v.tolist() for k, v in masks.items()}
    assert head.uv is not None and head.uv_triangles is not None
    np.testing.assert_allclose(head.uv, uv["vt"], atol=1e-6)
    np.testing.assert_array_equal(head.uv_triangles, uv["ft"])


def test_flame_pytorch_s_two_embeddings(head: HeadData, landmarks: dict, tmp_path: Path) -> None:
    generated_flame.write_static_embedding(tmp_path / "flame_static_embedding.pkl", landmarks)
    generated_flame.write_dynamic_embedding(tmp_path / "flame_dynamic_embedding.npy", landmarks)
    head = add_landmarks(head, tmp_path / "flame_static_embedding.pkl")
    head = add_landmarks(head, tmp_path / "flame_dynamic_embedding.npy")
    np.testing.assert_array_equal(
        head.landmarks["static51"].triangles, landmarks["static_lmk_faces_idx"])
    assert head.contour is not None
    np.testing.assert_array_equal(head.contour.triangles, landmarks["dynamic_lmk_faces_idx"])
    np.testing.assert_allclose(
        head.contour.barycentrics, landmarks["dynamic_lmk_bary_coords"], atol=1e-7)


@pytest.mark.parametrize("tensors", [True, False])
def test_deca_s_embedding_with_and_without_tensors(
    head: HeadData, landmarks: dict, tmp_path: Path, tensors: bool
) -> None:
    if tensors:
        pytest.importorskip("torch")
    path = tmp_path / "landmark_embedding.npy"
    generated_flame.write_deca_embedding(path, landmarks, tensors=tensors)
    made = add_landmarks(head, path)
    assert made.contour is not None
    np.testing.assert_array_equal(made.contour.triangles, landmarks["dynamic_lmk_faces_idx"])


def test_an_embedding_of_another_mesh(head: HeadData, landmarks: dict, tmp_path: Path) -> None:
    other = {**landmarks, "lmk_face_idx": landmarks["lmk_face_idx"] + 9000}
    generated_flame.write_mediapipe_embedding(tmp_path / "other.npz", other)
    with pytest.raises(HeadError, match=r"other.npz.*triangles"):
        add_landmarks(head, tmp_path / "other.npz")


def test_no_embedding_at_all(head: HeadData, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", nothing=np.zeros(3))
    with pytest.raises(HeadError) as refused:
        add_landmarks(head, tmp_path / "x.npz")
    assert refused.value.code == "landmarks-unknown" and "nothing" in refused.value.message


def test_a_template_of_another_mesh(head: HeadData, tmp_path: Path) -> None:
    other = generated_flame.generated_arrays(small=True)
    other["f"] = other["f"][:-1]
    generated_flame.write_template_obj(tmp_path / "other.obj", other)
    with pytest.raises(HeadError) as refused:
        add_uv(head, tmp_path / "other.obj")
    assert refused.value.code == "uv-other-mesh"


@pytest.mark.parametrize(("text", "says"), [
    ("v 0 0 0\nf 1//1 1//1 1//1\n", "line 2"),
    ("v 0 0 0\nvt 0 x\n", "line 2"),
    ("v 0 0 0\nvt 0 0\nf 1/1 1/1\n", "line 3"),
    ("v 0 0 0\nvt 0 0\nf 1/1 2/1 1/1\n", "points outside"),
    ("v 0 0 0\n", "no texture coordinates"),
])
def test_a_bad_obj_names_the_line(head: HeadData, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "t.obj").write_text(text)
    with pytest.raises(HeadError, match=says):
        add_uv(head, tmp_path / "t.obj")


def test_quads_and_relative_numbers_in_an_obj(tmp_path: Path) -> None:
    from flamewheel.head.obj_uv import read_obj_uv

    corners = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
    uvs = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
    for number, face in enumerate(("f 1/1/1 2/2/1 3/3/1 4/4/1", "f -4/-4 -3/-3 -2/-2 -1/-1")):
        path = tmp_path / f"{number}.obj"
        path.write_text(corners + uvs + face + "  # a quad\n")
        triangles, uv, uv_triangles = read_obj_uv(path)
        assert triangles.tolist() == uv_triangles.tolist() == [[0, 1, 2], [0, 2, 3]]
        assert uv.shape == (4, 2)


def test_masks_of_another_mesh(head: HeadData, tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(pickle.dumps({"face": np.array([5, 4000])}))
    with pytest.raises(HeadError, match="`masks_face` should index vertices"):
        add_masks(head, tmp_path / "m.pkl")


@pytest.mark.parametrize("content", [[1, 2], {"v_template": "text"}, {"a": np.zeros(3)}])
def test_a_pickle_that_is_no_model(tmp_path: Path, content: object) -> None:
    (tmp_path / "x.pkl").write_bytes(pickle.dumps(content))
    with pytest.raises(HeadError) as refused:
        convert_flame(tmp_path / "x.pkl")
    assert "x.pkl" in refused.value.message and refused.value.hint


def test_nothing_is_left_where_it_fails(head: HeadData, tmp_path: Path) -> None:
    save_head(head, tmp_path / "in.npz")
    with pytest.raises(HeadError):
        convert_head(tmp_path / "in.npz", tmp_path / "out.npz", masks=tmp_path / "none.pkl")
    with pytest.raises(OutputError):
        convert_head(tmp_path / "in.npz", tmp_path / "no" / "out.npz")
    assert [p.name for p in tmp_path.iterdir()] == ["in.npz"]
    assert load_head_file(tmp_path / "in.npz").checksum == head.checksum
