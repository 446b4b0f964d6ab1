# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head posed by units and seen by FaceMesh in grey pictures: shared by tests and measures.

Lengths are metres, landmarks pixels of a square picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from flamewheel.encoders.facemesh import RENDER_THRESHOLD, detect, look_closer
from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate_identity_joints, rodrigues
from flamewheel.parameters import Camera
from flamewheel.render.grey import camera_points, render_grey
from flamewheel.wheel.facs import PROTOTYPES, strengths_for

BASIC = ("Joy", "Sadness", "Surprise", "Anger", "Disgust", "Fear")
SIZE = 384  # px: FaceMesh looks at 192 px of the face
FACE_FILLS = 0.2 / 0.62  # m of a head's width over its share of the picture
BELOW_EYES = 0.03  # m: where the picture's middle is
EYE_CORNERS = ((33, 133), (263, 362))  # the face's own right eye, left eye
SKIN_LANDMARKS = 468


def posed(head: HeadData, units: Mapping[str, float], shape: np.ndarray | None = None
          ) -> np.ndarray:
    """(V,3) the head of identity `shape` showing `units` (name -> strength), as its rig would."""
    assert head.units is not None
    row, missing = strengths_for(head.units.names, units)
    assert not missing, missing
    code, turns = head.units.codes(row[None])[0], head.units.poses(row[None])[0]
    return evaluate_identity_joints(head, shape, code, turns)[0]


def random_shapes(head: HeadData, count: int, seed: int) -> np.ndarray:
    """(count,S) identities as they come: unit variance, three deviations at most."""
    drawn = np.random.default_rng(seed).normal(size=(count, head.identity_count))
    return np.clip(drawn, -3.0, 3.0)


def random_units(head: HeadData, rng: np.random.Generator) -> dict[str, float]:
    """A face people make: one or two emotions' prototypes at 0.3 to 1, and now and then a unit."""
    names = [name for name, prototype in PROTOTYPES.items() if prototype.units]
    units: dict[str, float] = {}
    first, second = rng.choice(names, 2, replace=False)
    share = float(rng.choice([0.0, 0.4]))
    for name, part in ((first, 1 - share), (second, share)):
        for unit, strength in PROTOTYPES[name].units.items():
            units[unit] = units.get(unit, 0.0) + part * float(rng.uniform(0.3, 1.0)) * strength
    return {unit: strength for unit, strength in units.items() if strength > 0}


@dataclass(frozen=True, eq=False)
class Look:
    """What FaceMesh saw of a head, and where its landmarks truly are."""

    seen: np.ndarray | None  # (478,2) px; None where no face was found
    truth: np.ndarray  # (478,2) px
    picture: np.ndarray  # (SIZE,SIZE,3)

    def eyes(self) -> float:
        """Inter-ocular distance in px: between the middles of the eyes' corners, in truth."""
        middles = [self.truth[list(corners)].mean(0) for corners in EYE_CORNERS]
        return float(np.linalg.norm(middles[0] - middles[1]))

    def error(self) -> float:
        """Mean distance of the 468 skin landmarks seen from the true ones, over `eyes`."""
        assert self.seen is not None
        missed = np.linalg.norm(self.seen - self.truth, axis=1)[:SKIN_LANDMARKS]
        return float(missed.mean() / self.eyes())


def look(head: HeadData, vertices: np.ndarray, yaw: float = 0.0, pitch: float = 0.0) -> Look:
    """A grey picture of `vertices` turned by yaw and pitch in degrees, in FaceMesh's eyes."""
    turn = rodrigues(np.radians([pitch, 0, 0])) @ rodrigues(np.radians([0, yaw, 0]))
    balls = np.concatenate([head.masks["eye_left"], head.masks["eye_right"]])
    middle = vertices[balls].mean(0) - (0.0, BELOW_EYES, 0.0)  # expressions do not move it
    turned = (vertices - middle) @ turn.T
    camera = Camera(SIZE / FACE_FILLS, np.array([SIZE / 2, SIZE / 2]), (SIZE, SIZE))
    picture = render_grey(head, turned, camera, (SIZE, SIZE))
    truth = camera_points(skin_landmarks(head, turned), camera, (SIZE, SIZE))[:, :2]
    return Look(seen_in(picture), truth, picture)


def seen_in(picture: np.ndarray) -> np.ndarray | None:
    """(478,2) px of the face that FaceMesh finds in a rendered picture; None for none."""
    faces = detect(picture, RENDER_THRESHOLD)
    return look_closer(picture, faces[0]) if faces else None


def skin_landmarks(head: HeadData, vertices: np.ndarray) -> np.ndarray:
    """(478,3) the head's own facemesh478 landmarks on `vertices`."""
    embedding = head.landmarks["facemesh478"]
    corners = vertices[head.triangles[embedding.triangles]]
    return np.asarray(np.einsum("lci,lc->li", corners, embedding.barycentrics))


OWN = 0.3
"""A unit's own landmarks: those its field moves by at least this share of what it moves most."""


@dataclass(frozen=True, eq=False)
class Followed:
    """How FaceMesh saw one unit at full strength move the landmarks that the unit moves."""

    cosine: float  # between the seen and the true movements, own landmarks together
    gain: float  # length of the seen over that of the true
    size: float  # most any landmark truly moves, in inter-ocular distances
    count: int  # own landmarks


def base_units(head: HeadData) -> tuple[str, ...]:
    """The head's units, one for both sides where there is a left and a right of it."""
    assert head.units is not None
    names = set(head.units.names)
    bases = {name[:-1] if name[-1] in "LR" and f"{name[:-1]}L" in names
             and f"{name[:-1]}R" in names else name for name in names}
    return tuple(sorted(bases - ONE_SIDED, key=_number) + sorted(
        f"{base}{side}" for base in bases & ONE_SIDED for side in "LR"))


ONE_SIDED = {"AU30"}  # left and right cancel


def _number(name: str) -> tuple[int, str]:
    digits = "".join(letter for letter in name if letter.isdigit())
    return int(digits or 0), name


def followed(pairs: Sequence[tuple[Look, Look]]) -> Followed:
    """Landmark movements seen from the first to the second look of each pair against the true ones.

    Pairs show the same unit on several people; their mean is taken, because FaceMesh's landmarks
    scatter by half a per cent of the eyes' distance from picture to picture.
    """
    true = np.mean([(shown.truth - rest.truth)[:SKIN_LANDMARKS] / rest.eyes()
                    for rest, shown in pairs], axis=0)
    seen = np.mean([(_seen(shown) - _seen(rest))[:SKIN_LANDMARKS] / rest.eyes()
                    for rest, shown in pairs], axis=0)
    far = np.linalg.norm(true, axis=1)
    own = far >= OWN * far.max()
    lengths = np.linalg.norm(seen[own]), np.linalg.norm(true[own])
    cosine = float((seen[own] * true[own]).sum() / max(lengths[0] * lengths[1], 1e-12))
    return Followed(cosine, float(lengths[0] / max(lengths[1], 1e-12)), float(far.max()),
                    int(own.sum()))


def _seen(one: Look) -> np.ndarray:
    assert one.seen is not None
    return one.seen
