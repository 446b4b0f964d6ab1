# SPDX-License-Identifier: GPL-3.0-or-later
"""Made-up heads in the layouts in which FLAME is published: files for tests, free of any licence.

    python tests/generated_flame.py OUT.pkl [--layout 2020] [--seed 0] [--small]

Every layout is written byte for byte as its publisher's tools write it, with neither chumpy nor
scipy at hand: Python 2 strings and class paths for 2017 to 2020, Python 3 for 2023.  The shapes and
key names are those that public loaders (smplx, FLAME_PyTorch, DECA, SMIRK) read; no published file
was at hand.
"""

from __future__ import annotations

import argparse
import io
import pickle
import struct
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

LAYOUTS = ("2017", "2019", "2020", "2023", "2023-open")
ROOT_PARENT = 4294967295  # what -1 is in FLAME's unsigned kintree_table

# rows, columns of the skin and of one eyeball: 1 + 30 x 131 + 2 x (2 + 16 x 34) = 5023 vertices,
# as FLAME has (its eyeballs have 546 vertices each, too)
FULL_SIZE = ((30, 131), (16, 34))
SMALL_SIZE = ((10, 25), (4, 8))

_RADII = np.array([0.075, 0.115, 0.095])  # m, half axes of an adult's head, roughly
_EYES = np.array([[0.031, 0.02, 0.072], [-0.031, 0.02, 0.072]])  # m; left first (+X)
_JOINTS = np.array([[0, -0.11, -0.02], [0, -0.06, -0.015], [0, -0.02, 0.015]])  # root, neck, jaw


def _sphere(rows: int, columns: int, closed: bool) -> tuple[Array, Array]:
    """A unit sphere of latitude rings from the top pole; open below unless `closed`."""
    lowest = np.pi * rows / (rows + 1) if closed else 0.93 * np.pi
    polar = np.linspace(0, lowest, rows + 1)[1:, None]
    around = np.linspace(0, 2 * np.pi, columns, endpoint=False)[None]
    rings = np.stack([np.sin(polar) * np.sin(around), np.cos(polar) * np.ones_like(around),
                      np.sin(polar) * np.cos(around)], axis=-1).reshape(-1, 3)
    points = np.concatenate([[[0.0, 1.0, 0.0]], rings] + ([[[0.0, -1.0, 0.0]]] if closed else []))
    ring = np.arange(columns)
    after = (ring + 1) % columns
    row = 1 + columns * np.arange(rows - 1)[:, None]
    a, b, c, d = row + ring, row + after, row + columns + ring, row + columns + after
    top = np.stack([np.zeros_like(ring), 1 + ring, 1 + after], axis=-1)
    sides = [np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, c, b), (b, c, d))]
    last = 1 + columns * (rows - 1)
    bottom = np.stack([np.full_like(ring, len(points) - 1), last + after, last + ring], axis=-1)
    return points, np.concatenate([top, *sides] + ([bottom] if closed else []))


def _smooth_fields(points: Array, count: int, amplitude: Array, rng: np.random.Generator) -> Array:
    """(V,3,count) random displacements that vary over centimetres, `amplitude` metres each."""
    waves = rng.normal(scale=25.0, size=(3, 48))  # rad/m: lengths of about 25 cm and down to 6 cm
    features = np.sin(points @ waves + rng.uniform(0, 2 * np.pi, 48))
    mix = rng.normal(size=(48, 3 * count)) / np.sqrt(24)
    return (features @ mix).reshape(len(points), 3, count) * amplitude


def _step(value: Array, low: float, high: float) -> Array:
    ramp = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(ramp * ramp * (3 - 2 * ramp))


def _skinning(points: Array, skin: int, eyeball: int) -> Array:
    """(V,5) weights: root, neck, jaw, left eye, right eye; rows sum to 1."""
    weights = np.zeros((len(points), 5))
    weights[skin:skin + eyeball, 3] = 1
    weights[skin + eyeball:, 4] = 1
    x, y, z = points[:skin].T
    jaw = _step(-y, -0.005, 0.05) * _step(z, -0.01, 0.05) * (1 - 0.2 * np.abs(x) / _RADII[0])
    root = _step(-y, 0.06, 0.11) * (1 - jaw)
    weights[:skin, :3] = np.stack([root, 1 - jaw - root, jaw], axis=-1)
    return weights


def _regressor(points: Array, skin: int, eyeball: int) -> Array:
    """(5,V) sparse rows that sum to 1 and give `_JOINTS` nearly and the eyeballs' middles."""
    rows = np.zeros((5, len(points)))
    for joint, place in enumerate(_JOINTS):
        near = np.argsort(np.linalg.norm(points[:skin] - place, axis=1))[:24]
        system = np.vstack([points[near].T, np.ones(24)])
        rows[joint, near] = 1 / 24 + np.linalg.lstsq(
            system, np.append(place, 1) - system.mean(axis=1), rcond=None)[0]
    rows[3, skin:skin + eyeball] = 1 / eyeball
    rows[4, skin + eyeball:] = 1 / eyeball
    return rows


def generated_arrays(
    seed: int = 0, *, small: bool = False, identity: int = 300, expression: int = 100
) -> dict[str, Array]:
    """A head as arrays under FLAME's names: dense `J_regressor`, both bases in `shapedirs`."""
    rng = np.random.default_rng(seed)
    skin_size, eye_size = SMALL_SIZE if small else FULL_SIZE
    skin, skin_faces = _sphere(*skin_size, closed=False)
    eye, eye_faces = _sphere(*eye_size, closed=True)
    points = np.concatenate([skin * _RADII, eye * 0.012 + _EYES[0], eye * 0.012 + _EYES[1]])
    faces = np.concatenate(
        [skin_faces, eye_faces + len(skin), eye_faces + len(skin) + len(eye)])
    points[:len(skin)] += _smooth_fields(points[:len(skin)], 1, np.array([0.002]), rng)[..., 0]
    decay = np.concatenate([0.004 / np.sqrt(1 + np.arange(identity)),
                            0.002 / np.sqrt(1 + np.arange(expression))])
    regressor = _regressor(points, len(skin), len(eye))
    return {
        "f": faces.astype(np.uint32),
        "v_template": points,
        "shapedirs": _smooth_fields(points, identity + expression, decay, rng),
        "posedirs": _smooth_fields(points, 36, np.full(36, 0.002), rng),
        "J_regressor": regressor,
        "J": regressor @ points,
        "weights": _skinning(points, len(skin), len(eye)),
        "kintree_table": np.array([[ROOT_PARENT, 0, 1, 1, 1], range(5)], dtype=np.uint32),
    }


class Ch:
    """What chumpy's arrays leave in a pickle: their state as a plain dict with the array in `x`."""

    def __init__(self, x: Array) -> None:
        self.__dict__.update(
            {"_dirty_vars": {"x"}, "_itr": None, "_make_dense": False, "_make_sparse": False,
             "_depends_on_deps": {}, "x": x})


class Select:
    """chumpy's slice of another array: entries `idxs` of the flattened `a`, reshaped."""

    def __init__(self, a: Ch, idxs: Array, preferred_shape: tuple[int, ...]) -> None:
        self.__dict__.update({"a": a, "idxs": idxs, "preferred_shape": preferred_shape,
                              "_dirty_vars": set(), "_itr": None, "_depends_on_deps": {}})


class csc_matrix:  # the class's own name goes into the pickle
    """What a scipy sparse matrix leaves in a pickle."""

    def __init__(self, dense: Array) -> None:
        columns, rows = np.nonzero(dense.T)
        counts = np.bincount(columns, minlength=dense.shape[1])
        self.__dict__.update(
            {"_shape": dense.shape, "maxprint": 50, "data": dense[rows, columns],
             "indices": rows.astype(np.int32),
             "indptr": np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)})


@contextmanager
def _published_as(places: dict[type, str]) -> Iterator[None]:
    """While open, each class can be found (and so be pickled) under the module given for it."""
    before = {name: sys.modules.get(name) for name in _with_parents(places.values())}
    homes = {cls: cls.__module__ for cls in places}
    sys.modules.update({name: types.ModuleType(name) for name in before})
    for cls, module in places.items():
        cls.__module__ = module
        setattr(sys.modules[module], cls.__name__, cls)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
        for cls, home in homes.items():
            cls.__module__ = home


def _with_parents(names: Iterable[str]) -> list[str]:
    parts = [name.split(".") for name in names]
    return sorted({".".join(part[:n + 1]) for part in parts for n in range(len(part))})


class Python2Pickler(pickle._Pickler):  # type: ignore[name-defined, misc]
    """Writes `str` and `bytes` as Python 2 did: raw 8-bit strings, to be read as latin1."""

    dispatch: ClassVar[dict[type, Callable[..., None]]] = dict(
        pickle._Pickler.dispatch)  # type: ignore[attr-defined]

    def save_string(self, value: str | bytes) -> None:
        """BINSTRING: a four-byte length, then the bytes."""
        raw = value if isinstance(value, bytes) else value.encode("latin1")
        self.write(pickle.BINSTRING + struct.pack("<i", len(raw)) + raw)
        self.memoize(value)

    dispatch[str] = save_string
    dispatch[bytes] = save_string


def python2_pickle(value: Any, protocol: int = 2) -> bytes:
    """`value` pickled as Python 2's cPickle did."""
    out = io.BytesIO()
    Python2Pickler(out, protocol=protocol, fix_imports=True).dump(value)
    return out.getvalue()


def write_flame_pickle(path: Path, layout: str = "2020", **how: Any) -> dict[str, Array]:
    """A FLAME pickle of `layout` (one of LAYOUTS); `how` and the result are `generated_arrays`'s.

    2017: every float array a chumpy array, `shapedirs` a chumpy slice.  2019, 2020: template and
    bases are chumpy arrays.  2023: numpy arrays, the regressor sparse, written by Python 3.
    2023-open: the same with a dense regressor and UVs beside it.
    """
    arrays = generated_arrays(**how)
    head: dict[str, Any] = {**arrays, "bs_style": "lbs", "bs_type": "lrotmin"}
    if layout == "2023-open":
        head.update(generated_uv(arrays))
        path.write_bytes(pickle.dumps(head, protocol=4))
        return arrays
    modern = layout == "2023"
    sparse_home = "scipy.sparse._csc" if modern else "scipy.sparse.csc"
    with _published_as({Ch: "chumpy.ch", Select: "chumpy.reordering", csc_matrix: sparse_home}):
        head["J_regressor"] = csc_matrix(arrays["J_regressor"])
        if modern:
            path.write_bytes(pickle.dumps(head, protocol=4))
            return arrays
        for name in ("v_template", "shapedirs", "J") + (("posedirs",) if layout == "2017" else ()):
            head[name] = Ch(arrays[name])
        if layout == "2017":
            bases = arrays["shapedirs"]
            head["shapedirs"] = Select(head["shapedirs"], np.arange(bases.size), bases.shape)
        path.write_bytes(python2_pickle(head))
    return arrays


def generated_uv(arrays: dict[str, Array]) -> dict[str, Array]:
    """A cylindrical UV layout with one texture point more than vertices, as a seam would give."""
    x, y, z = arrays["v_template"].T
    uv = np.stack([0.5 + np.arctan2(x, z) / (2 * np.pi), 0.5 + y / 0.3], axis=-1)
    return {"vt": np.vstack([uv, [[0.5, 0.5]]]), "ft": arrays["f"].copy()}


def _embedding(
    faces: Array, shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[Array, Array]:
    weights = rng.dirichlet([2.0, 2.0, 2.0], size=shape)
    return rng.integers(0, len(faces), size=shape), weights


def generated_landmarks(arrays: dict[str, Array], seed: int = 0) -> dict[str, Array]:
    """All keys of DECA's `landmark_embedding.npy`, and MediaPipe's three, as numpy arrays."""
    rng = np.random.default_rng(seed)
    static, static_weights = _embedding(arrays["f"], (51,), rng)
    dynamic, dynamic_weights = _embedding(arrays["f"], (79, 17), rng)
    mediapipe, mediapipe_weights = _embedding(arrays["f"], (105,), rng)
    return {
        "static_lmk_faces_idx": static, "static_lmk_bary_coords": static_weights,
        "dynamic_lmk_faces_idx": dynamic, "dynamic_lmk_bary_coords": dynamic_weights,
        "full_lmk_faces_idx": np.concatenate([dynamic[0], static])[None],
        "full_lmk_bary_coords": np.concatenate([dynamic_weights[0], static_weights])[None],
        "lmk_face_idx": mediapipe, "lmk_b_coords": mediapipe_weights,
        "landmark_indices": np.sort(rng.permutation(468)[:105]),
    }


def write_deca_embedding(path: Path, landmarks: dict[str, Array], *, tensors: bool = True) -> None:
    """`landmark_embedding.npy`: a dict in a 0-d object array; the contour as torch tensors."""
    content: dict[str, Any] = {k: landmarks[k] for k in landmarks if "_lmk_" in k}
    if tensors:
        import torch

        content["dynamic_lmk_faces_idx"] = torch.from_numpy(landmarks["dynamic_lmk_faces_idx"])
        content["dynamic_lmk_bary_coords"] = torch.from_numpy(landmarks["dynamic_lmk_bary_coords"])
    np.save(path, np.array(content, dtype=object), allow_pickle=True)


def write_static_embedding(path: Path, landmarks: dict[str, Array]) -> None:
    """`flame_static_embedding.pkl` as Python 2 wrote it."""
    path.write_bytes(python2_pickle({
        "lmk_face_idx": landmarks["static_lmk_faces_idx"].astype(np.uint32),
        "lmk_b_coords": landmarks["static_lmk_bary_coords"]}))


def write_dynamic_embedding(path: Path, landmarks: dict[str, Array]) -> None:
    """`flame_dynamic_embedding.npy`: lists of 79 arrays in a dict in a 0-d object array."""
    np.save(path, np.array({
        "lmk_face_idx": list(landmarks["dynamic_lmk_faces_idx"].astype(np.uint32)),
        "lmk_b_coords": list(landmarks["dynamic_lmk_bary_coords"])}, dtype=object),
        allow_pickle=True)


def write_mediapipe_embedding(path: Path, landmarks: dict[str, Array]) -> None:
    """`mediapipe_landmark_embedding.npz`."""
    keys = ("lmk_face_idx", "lmk_b_coords", "landmark_indices")
    np.savez(path, **{key: landmarks[key] for key in keys})


def write_masks(path: Path, arrays: dict[str, Array]) -> dict[str, Array]:
    """`FLAME_masks.pkl`: part -> vertex indices, as Python 2 wrote it."""
    owner = np.argmax(arrays["weights"], axis=1)
    masks = {"neck": np.flatnonzero(owner == 0), "face": np.flatnonzero(owner == 1),
             "left_eyeball": np.flatnonzero(owner == 3),
             "right_eyeball": np.flatnonzero(owner == 4)}
    path.write_bytes(python2_pickle(masks))
    return masks


def write_template_obj(path: Path, arrays: dict[str, Array]) -> dict[str, Array]:
    """`head_template.obj` with texture coordinates, corners written `v/vt`; the UVs it wrote."""
    uv = generated_uv(arrays)
    lines = ["# generated", "mtllib head_template.mtl"]
    lines += [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in arrays["v_template"]]
    lines += [f"vt {u:.6f} {v:.6f}" for u, v in uv["vt"]]
    lines += ["usemtl head"]
    corners = np.stack([arrays["f"] + 1, uv["ft"] + 1], axis=-1).astype(int)
    lines += ["f " + " ".join(f"{v}/{t}" for v, t in face) for face in corners.tolist()]
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return uv


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write a made-up head as FLAME is published.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--layout", choices=LAYOUTS, default="2020")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--small", action="store_true", help="few vertices, for quick tests")
    given = parser.parse_args()
    arrays = write_flame_pickle(given.out, given.layout, seed=given.seed, small=given.small)
    print(f"{given.out}: {len(arrays['v_template'])} vertices, {len(arrays['f'])} triangles")


if __name__ == "__main__":
    main()
