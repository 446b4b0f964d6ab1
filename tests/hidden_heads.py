# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads whose action units are known to the tests and hidden from Flamewheel.

Their shapes are put behind a PCA, as FLAME's are: random faces are made of the shapes, and the
components of those faces, one standard deviation each, are all that the head tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from flamewheel.head.data import HeadData, LandmarkEmbedding
from flamewheel.head.evaluate import rodrigues
from flamewheel.head.files import checksum
from flamewheel.head.open_head.mesh_tools import loop_subdivision

ROOT = Path(__file__).resolve().parent.parent
ICT = ROOT.parent / "shared" / "ict_face" / "ict_face_light.npz"
WITHOUT = ("PupilDilate", "eyeLook")  # ICT's shapes that turn eyes: FLAME has joints for them
FACES = 600  # random faces behind the PCA
SHOWN = 0.25  # chance that one of them shows a shape
JAW = 2  # joint
SIZE = 1.5  # of the hidden open head beside the open head


@dataclass(frozen=True, eq=False)
class HiddenHead:
    """A head without names, and what it hides."""

    head: HeadData
    shapes: dict[str, np.ndarray]  # name -> (V,3) m at full strength; the jaw's turn taken out
    jaw_open: float = 0.0  # rad that "jawOpen" turns the jaw; 0: the head has no such joint


def ict_head(count: int = 50, jaw_joint: bool = True, seed: int = 0) -> HiddenHead:
    """ICT-FaceKit's head with `count` unnamed components.

    With `jaw_joint` the turn that jawOpen makes of the lower teeth is a joint's, with weights as
    far as the skin follows it, and only what is left of the shape is in the basis; without it
    the whole shape is, and the joint moves nothing.
    """
    with np.load(ICT) as file:
        points, quads = file["neutral"].astype(float) / 100, file["faces"]  # cm
        fields = file["expression"].astype(float) / 100
        names = [str(name) for name in file["expression_names"]]
        parts = {str(n): np.arange(int(a), int(b) + 1) for n, a, b in file["parts"]}
        identity = file["identity"][:10].astype(float).transpose(1, 2, 0) / 100
    kept = [at for at, name in enumerate(names) if not name.startswith(WITHOUT)]
    shapes = {names[at]: fields[at] for at in kept}
    weights = np.zeros((len(points), 5))
    weights[parts["eyeball_left"], 3], weights[parts["eyeball_right"], 4] = 1, 1
    joints = np.array([[0, -0.1, 0], [0, -0.02, -0.01], [0, 0.01, 0.02],
                       points[parts["eyeball_left"]].mean(0),
                       points[parts["eyeball_right"]].mean(0)])
    angle = 0.0
    if jaw_joint:
        joints[JAW], angle, weights[:, JAW] = _hinge(
            points, shapes["jawOpen"], parts["teeth"], weights[:, 3] + weights[:, 4])
        turned = _turned(points, joints[JAW], angle) - points
        shapes["jawOpen"] = shapes["jawOpen"] - weights[:, JAW, None] * turned
    weights[:, 1] = 1 - weights.sum(1)
    triangles = np.concatenate([quads[:, :3], quads[quads[:, 3] >= 0][:, [0, 2, 3]]])
    head = HeadData(
        "ict", points, triangles.astype(np.int32), identity,
        hidden_basis(np.stack(list(shapes.values())), count, seed),
        np.zeros((len(points), 3, 36)), _regressor(points, joints), weights,
        masks={name: rows.astype(np.int32) for name, rows in (
            ("eye_left", parts["eyeball_left"]), ("eye_right", parts["eyeball_right"]),
            ("teeth", parts["teeth"]), ("gums", parts["gums_tongue"]),
            ("mouth_bag", parts["mouth_socket"]))},
        licence="MIT", source="ICT-FaceKit")
    return HiddenHead(replace(head, checksum=checksum(head)), shapes, angle)


def hidden_basis(shapes: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """(V,3,<=count) components, one standard deviation each, of random faces made of `shapes`.

    shapes: (N,V,3) m; neighbours are taken for sides of one movement, which mostly act together.
    """
    chance = np.random.default_rng(seed)
    some = (chance.random((FACES, len(shapes))) < SHOWN) * chance.random((FACES, len(shapes)))
    left, right = some[:, ::2], some[:, 1::2]
    even = chance.random((FACES, 1)) < 0.8
    some[:, 1::2] = np.where(even, left[:, :right.shape[1]], right)
    spread = np.linalg.cholesky(np.cov(some.T) + 1e-9 * np.eye(len(shapes)))
    flat = spread.T @ shapes.reshape(len(shapes), -1)
    values, vectors = np.linalg.eigh(flat @ flat.T)
    best = np.argsort(-values)[:count]
    return (vectors[:, best].T @ flat).reshape(-1, *shapes.shape[1:]).transpose(1, 2, 0)


def _hinge(
    points: np.ndarray, opened: np.ndarray, teeth: np.ndarray, ball: np.ndarray
) -> tuple[np.ndarray, float, np.ndarray]:
    """Where the jaw turns about, how far (rad about X), and how far each vertex follows."""
    moved = np.linalg.norm(opened[teeth], axis=1)
    lower = teeth[moved > 0.5 * moved.max()]
    before, after = points[lower], points[lower] + opened[lower]
    one, other = before - before.mean(0), after - after.mean(0)
    angle = float(np.arctan2((one[:, 1] * other[:, 2] - one[:, 2] * other[:, 1]).sum(),
                             (one[:, 1:] * other[:, 1:]).sum()))
    turn = rodrigues(np.array([angle, 0, 0]))
    shift = after.mean(0) - turn @ before.mean(0)
    flat = (np.eye(3) - turn)[1:, 1:]
    centre = np.concatenate([[0.0], np.linalg.solve(flat, shift[1:])])
    swing = _turned(points, centre, angle) - points
    follow = (opened * swing).sum(1) / np.maximum((swing**2).sum(1), 1e-12)
    follow[np.linalg.norm(opened, axis=1) < 1e-5] = 0
    return centre, angle, np.clip(follow, 0, 1) * (ball == 0)


def _turned(points: np.ndarray, centre: np.ndarray, angle: float) -> np.ndarray:
    return (points - centre) @ rodrigues(np.array([angle, 0, 0])).T + centre


def _regressor(points: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """(5,V) rows that sum to one and give the joints, of vertices that no expression moves much."""
    rows = np.zeros((5, len(points)))
    back = np.argsort(points[:, 2])[:400]
    for row, place in zip(rows, joints, strict=True):
        system = np.vstack([points[back].T, np.ones(len(back))])
        row[back] = np.linalg.lstsq(system, np.append(place, 1), rcond=None)[0]
    return rows


def hidden_open_head(head: HeadData, seed: int = 0, count: int = 50) -> HiddenHead:
    """The open head as somebody else's: another person with another mesh (subdivided, its vertices
    in another order), half as large again, its units behind a PCA and without names.

    It keeps only its skin and eyeballs, and its landmarks under other triangles.
    """
    chance = np.random.default_rng(seed)
    assert head.units is not None
    kept = np.concatenate([head.masks["skin"], head.masks["eye_left"], head.masks["eye_right"]])
    used = np.zeros(head.vertex_count, bool)
    used[kept] = True
    triangles = np.asarray(head.triangles)[used[head.triangles].all(1)]
    rows = np.flatnonzero(used)
    number = np.cumsum(used) - 1
    matrix, fine, _ = loop_subdivision(number[triangles].astype(np.int64), len(rows))
    order = chance.permutation(matrix.shape[0])
    place = np.argsort(order)

    def remade(values: np.ndarray, scale: float = 1.0) -> np.ndarray:
        flat = np.asarray(values[rows], np.float64).reshape(len(rows), -1)
        return (scale * (matrix @ flat)).reshape(-1, *values.shape[1:])[order]

    person = chance.normal(size=head.identity_count) * 0.7
    shaped = head.template + head.identity_basis @ person
    fields = np.einsum("vke,ue->uvk", head.expression_basis, head.units.expression)
    shapes = {name: remade(field, SIZE)
              for name, field in zip(head.units.names, fields, strict=True)}
    moving = [field for name, field in shapes.items() if np.abs(field).max() > 0]
    weights = remade(head.weights).clip(0)
    points, triangles = remade(shaped, SIZE), place[fine].astype(np.int32)
    marks = head.landmarks["facemesh478"]
    corner = np.asarray(head.triangles)[marks.triangles, marks.barycentrics.argmax(1)]
    found = used[corner]
    vertex = place[number[corner[found]]]
    first = {int(v): at for at, triangle in enumerate(triangles) for v in triangle}
    triangle = np.array([first[int(v)] for v in vertex], np.int32)
    embedding = LandmarkEmbedding(
        triangle, (triangles[triangle] == vertex[:, None]).astype(float),
        np.flatnonzero(found).astype(np.int32))
    weights /= weights.sum(1, keepdims=True)
    joints = SIZE * np.asarray(head.joint_regressor @ shaped)
    made = HeadData(
        "somebody", points, triangles, np.zeros((len(points), 3, 1)),
        hidden_basis(np.stack(moving), count, seed), np.zeros((len(points), 3, 36)),
        _regressor(points, joints), weights, landmarks={"facemesh478": embedding})
    jaw = float(head.units.pose[head.units.names.index("AU26"), JAW, 0])
    return HiddenHead(replace(made, checksum=checksum(made)), shapes, jaw)
