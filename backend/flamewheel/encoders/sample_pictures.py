# SPDX-License-Identifier: GPL-3.0-or-later
"""Quick colour pictures of a head, varied as photos are: skin, hair, light, camera, grain.

Only what a camera before the face can see is drawn, every vertex is painted and lit once, and the
pixels between are interpolated.  About 20 ms a picture on one core.  FaceMesh needs brows, irises
and lips in colours of their own; where a head's masks do not name them, they are painted between
the landmarks that bound them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ..head.data import JOINT_NAMES, HeadData
from ..head.evaluate import evaluate
from ..head.part import cut_down
from ..head.surface import outer_skin
from ..render.grey import IRIS_ANGLE, vertex_normals
from ..render.rasterise import rasterise
from .correspondence import landmark_points
from .photo import Pixels
from .rows import SurfacePoints
from .sample_truth import FaceTruth

Floats = npt.NDArray[np.float64]

SIZE = 288  # px: FaceMesh looks at 192 px of the face
SKIN, LIPS, HAIR, SCALP, BROWS, LASHES, WHITE, IRIS, PUPIL, TEETH, GUMS, INSIDE, TONGUE = range(13)
PART_OF_MASK = {  # later ones lie over earlier ones
    "scalp": SCALP, "lips": LIPS, "nostrils": INSIDE, "mouth_bag": INSIDE, "gums": GUMS,
    "tongue": TONGUE, "teeth": TEETH, "eye_left": WHITE, "eye_right": WHITE, "caruncle": GUMS,
    "limbus": IRIS, "iris": IRIS, "pupil": PUPIL, "hair": HAIR, "brows": BROWS, "lashes": LASHES,
}
UNSEEN_MASKS = ("hair_cards", "tear")
SKIN_TONES = np.array([[.80, .56, .45], [.66, .42, .30], [.48, .28, .18], [.30, .16, .10],
                       [.13, .065, .04]])  # linear RGB, light to dark; picked from photos by eye
HAIR_TONES = np.array([[.012, .010, .009], [.045, .026, .017], [.16, .09, .05], [.38, .27, .15],
                       [.30, .29, .28]])
IRIS_TONES = np.array([[.06, .03, .015], [.12, .08, .04], [.10, .16, .20]])
BROW_REACH = 0.003  # m from the hairs of a brow to where skin is no darker
EYES_APART = (40.0, 62.0)  # px between the eyes' joints
NEAR, FAR = 0.6, 3.0  # m from the camera
UPPER_BROWS = ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336))
LOWER_BROWS = ((46, 53, 52, 65, 55), (276, 283, 282, 295, 285))
OUTER_LIPS = ((61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
              (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291))
INNER_LIPS = ((78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308),
              (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308))
EVALUATED_AT_ONCE = 8


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture of a head, and where its landmarks are."""

    pixels: Pixels  # (SIZE,SIZE,3)
    places: Floats  # (L,3) m
    projected: Floats  # (L,2) px: where the camera puts them


@dataclass(frozen=True, eq=False)
class Camera3D:
    """A camera with perspective, looking along -Z at a point of the turned head."""

    focus: Floats  # (3,) m that falls on `middle`
    distance: float  # m from the focus
    scale: float  # px per metre at the focus
    middle: Floats  # (2,) px

    def project(self, points: Floats) -> Floats:
        """(n,3) pixels of (n,3) m, and a depth that is linear in the picture, larger is nearer."""
        arm = points - self.focus
        nearness = self.distance / np.maximum(self.distance - arm[:, 2], 0.05 * self.distance)
        pixels = arm[:, :2] * (self.scale * nearness)[:, None] * (1.0, -1.0) + self.middle
        return np.concatenate([pixels, nearness[:, None]], axis=1)


@dataclass(frozen=True, eq=False)
class Painter:
    """What is drawn of a head."""

    seen: HeadData  # the vertices that are drawn, and those its joints hang on
    points: SurfacePoints  # landmarks of the whole head
    corners: npt.NDArray[np.int64]  # (L,3) vertices of `seen` that bear them
    one_sided: npt.NDArray[np.bool_]  # (F,) triangles that hide nothing when seen from behind
    outward: float  # +1 or -1: the sense of its triangles
    part: npt.NDArray[np.int64]  # (V,) SKIN, LIPS …
    brow_shade: Floats  # (V,) 0..1 how much skin has of the brow's colour
    lip_shade: Floats  # (V,) likewise of the lips'

    def vertices(self, truth: FaceTruth, rows: slice) -> Floats:
        """(n,V,3) m of some of the faces."""
        return evaluate(self.seen, truth.shape[rows], truth.expression[rows], truth.pose[rows])

    def landmarks(self, vertices: Floats) -> Floats:
        """(L,3) m where the landmarks lie on `vertices` (V,3), without offsets."""
        return np.asarray(
            (vertices[self.corners] * self.points.barycentrics[:, :, None]).sum(1))

    def camera(self, vertices: Floats, rng: np.random.Generator) -> Camera3D:
        """One that has the face about in its middle."""
        joints = np.asarray(self.seen.joint_regressor, np.float64) @ np.asarray(
            self.seen.template, np.float64)
        eyes = float(np.linalg.norm(joints[3] - joints[4]))
        places = self.landmarks(vertices)
        focus = (places.min(0) + places.max(0)) / 2
        return Camera3D(focus, float(np.exp(rng.uniform(np.log(NEAR), np.log(FAR)))),
                        rng.uniform(*EYES_APART) / eyes,
                        SIZE / 2 + rng.uniform(-0.06, 0.06, 2) * SIZE)

    def shot(self, vertices: Floats, rng: np.random.Generator) -> Shot:
        """A picture of a posed head (V,3) m, by a camera somewhere before it."""
        camera, places = self.camera(vertices, rng), self.landmarks(vertices)
        pixels = self.picture(vertices, camera, rng)
        return Shot(pixels, places, camera.project(places)[:, :2])

    def picture(self, vertices: Floats, camera: Camera3D, rng: np.random.Generator) -> Pixels:
        """(SIZE,SIZE,3) of a posed head (V,3) m, in random colours and light."""
        triangles = np.asarray(self.seen.triangles)
        points = camera.project(vertices)
        lit = self._lit(vertices, triangles, rng)
        edges = points[triangles[:, 1:], :2] - points[triangles[:, :1], :2]
        facing = edges[:, 0, 1] * edges[:, 1, 0] - edges[:, 0, 0] * edges[:, 1, 1]  # y runs down
        drawn = triangles[np.logical_or(~self.one_sided, facing * self.outward > 0)]
        fragments = rasterise(points, drawn, (SIZE, SIZE))
        hit = fragments.triangle >= 0
        canvas = _background(rng)
        weights = fragments.barycentrics[hit].astype(np.float32)
        canvas[hit] = np.einsum("nkc,nk->nc", lit[drawn[fragments.triangle[hit]]], weights)
        return _developed(canvas, rng)

    def _lit(
        self, vertices: Floats, triangles: npt.NDArray[np.int32], rng: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        """(V,3) linear RGB of the vertices."""
        colours = self._colours(rng)
        normals = vertex_normals(vertices, triangles)
        light = np.full((len(vertices), 3), rng.uniform(0.12, 0.6)) * rng.uniform(0.85, 1.15, 3)
        for strength in (rng.uniform(0.3, 1.1), rng.uniform(0.0, 0.5)):
            across, up = rng.uniform(-1.3, 1.3), rng.uniform(-0.2, 1.1)
            towards = np.array([np.sin(across) * np.cos(up), np.sin(up),
                                np.cos(across) * np.cos(up)])
            wrap = rng.uniform(0.0, 0.5)  # how far light bends round, as from a window
            share = np.clip((normals @ towards + wrap) / (1 + wrap), 0, None)
            light += strength * share[:, None] * rng.uniform(0.85, 1.15, 3)
        return np.asarray(colours * light, dtype=np.float32)

    def _colours(self, rng: np.random.Generator) -> Floats:
        """(V,3) linear RGB reflectances of one person."""
        skin = _between(SKIN_TONES, rng) * rng.uniform(0.9, 1.1, 3)
        hair = _between(HAIR_TONES, rng)
        brow = hair * rng.uniform(0.7, 1.3)
        table = np.zeros((13, 3))
        table[SKIN], table[HAIR], table[BROWS] = skin, hair, brow
        table[LIPS] = skin * (rng.uniform(0.75, 1.0), *(rng.uniform(0.4, 0.85) * np.ones(2)))
        table[SCALP] = skin if rng.random() < 0.3 else hair
        table[LASHES] = 0.02
        table[WHITE], table[IRIS] = rng.uniform(0.45, 0.75), _between(IRIS_TONES, rng)
        table[PUPIL], table[TEETH] = 0.01, rng.uniform(0.45, 0.75) * np.array([1.0, .95, .85])
        table[GUMS], table[TONGUE] = skin * (0.8, 0.4, 0.4), (0.35, 0.13, 0.12)
        table[INSIDE] = (0.04, 0.012, 0.01)
        colours: Floats = table[self.part]
        for shade, tone, most in ((self.brow_shade, brow, rng.uniform(0.35, 0.95)),
                                  (self.lip_shade, table[LIPS], 1.0)):
            share: Floats = np.asarray(most * shade)[:, None]
            colours = np.asarray(colours * (1 - share) + tone * share)
        return colours


def _between(tones: Floats, rng: np.random.Generator) -> Floats:
    """A colour on the way along a list of them."""
    place = rng.uniform(0, len(tones) - 1)
    first = int(place)
    share = place - first
    return np.asarray(tones[first] * (1 - share) + tones[min(first + 1, len(tones) - 1)] * share)


def _background(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """(SIZE,SIZE,3) soft blots, linear."""
    import cv2

    grey = rng.uniform(0, 1) + rng.normal(0, rng.uniform(0.0, 0.3), (5, 5, 1))
    blots = grey + rng.normal(0, rng.uniform(0.0, 0.15), (5, 5, 3)) + rng.normal(0, 0.1, 3)
    return np.asarray(cv2.resize(np.clip(blots, 0, 1).astype(np.float32) ** 2, (SIZE, SIZE),
                                 interpolation=cv2.INTER_CUBIC))


def _developed(canvas: npt.NDArray[np.float32], rng: np.random.Generator) -> Pixels:
    """Exposed, blurred, grained and compressed, as pictures are."""
    import cv2

    exposed = np.clip(canvas * rng.uniform(0.6, 1.3), 0, 1) ** (1 / 2.2) * 255
    blurred = cv2.GaussianBlur(exposed, (0, 0), rng.uniform(0.35, 1.1))
    grain = rng.normal(0, rng.uniform(0.0, 6.0), (SIZE, SIZE, 1)).astype(np.float32)
    if rng.random() < 0.15:
        blurred[:] = blurred.mean(axis=2, keepdims=True)
    pixels = np.clip(blurred + grain, 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(50, 96))]
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", pixels, quality)[1], cv2.IMREAD_COLOR))


def painter_of(head: HeadData) -> Painter:
    """What is to be drawn of `head`; its landmarks come from the cache or are found now."""
    points = landmark_points(head)
    hidden = np.zeros(head.vertex_count, dtype=bool)
    unseen = (*UNSEEN_MASKS, "cornea") if "iris" in head.masks else UNSEEN_MASKS
    for name in unseen:
        if name in head.masks:
            hidden[np.asarray(head.masks[name])] = True
    triangles = np.asarray(head.triangles)
    shown = ~hidden[triangles].any(axis=1)
    asked = np.unique(np.concatenate([triangles[shown], triangles[points.triangles]]))
    seen, places = cut_down(head, asked)
    number = np.full(head.vertex_count, -1)
    number[asked] = places

    def of_seen(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        kept = np.zeros(seen.vertex_count, values.dtype)
        kept[places] = values[asked]
        return kept

    skin, part = outer_skin(head), _parts(head)
    outward = _sense(head, skin & shown)
    brow_shade, lip_shade = _shades(head, points, part)
    return Painter(
        replace(seen, triangles=number[triangles[shown]].astype(np.int32)), points,
        number[triangles[points.triangles]], (skin & (outward != 0))[shown], outward,
        of_seen(part), of_seen(brow_shade), of_seen(lip_shade))


def _sense(head: HeadData, skin: npt.NDArray[np.bool_]) -> float:
    """+1 where the skin's triangles turn anticlockwise seen from outside, -1 clockwise, 0 mixed."""
    corners = np.asarray(head.template, np.float64)[np.asarray(head.triangles)[skin]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    arms = corners.mean(1) - corners.mean((0, 1))
    out = np.sign((normals * arms).sum(1)).mean()
    return float(np.sign(out)) if abs(out) > 0.6 else 0.0


def _parts(head: HeadData) -> npt.NDArray[np.int64]:
    """(V,) which part each vertex is; eyeballs by their joints where no mask tells."""
    part = np.full(head.vertex_count, SKIN)
    template = np.asarray(head.template, np.float64)
    joints = np.asarray(head.joint_regressor, np.float64) @ template
    for name in ("left_eye", "right_eye"):
        joint = JOINT_NAMES.index(name)
        ball = np.flatnonzero(np.asarray(head.weights, np.float64)[:, joint] > 0.5)
        arm = template[ball] - joints[joint]
        forward = arm[:, 2] / np.maximum(np.linalg.norm(arm, axis=1), 1e-12)
        part[ball] = np.where(forward > np.cos(0.45 * IRIS_ANGLE), PUPIL,
                              np.where(forward > np.cos(IRIS_ANGLE), IRIS, WHITE))
    named = "iris" in head.masks
    for name, number in PART_OF_MASK.items():
        if name in head.masks and (named or not name.startswith("eye_")):
            part[np.asarray(head.masks[name])] = number
    return part


def _shades(
    head: HeadData, points: SurfacePoints, part: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """(V,) of brows and of lips: near the mask's hairs, or between the landmarks around them."""
    from scipy.spatial import cKDTree

    template = np.asarray(head.template, np.float64)
    corners = template[np.asarray(head.triangles)[points.triangles]]
    places = (corners * points.barycentrics[:, :, None]).sum(1)
    found = np.zeros((478, 3))
    found[points.landmarks] = places

    def near(targets: Floats, reach: float) -> Floats:
        away = cKDTree(targets).query(template)[0]
        return np.asarray(np.clip(1.5 - away / reach, 0, 1) * np.isin(part, (SKIN, SCALP)))

    if "brows" in head.masks:
        brows = near(template[np.asarray(head.masks["brows"])], BROW_REACH)
    else:
        brows = near(bands(found, UPPER_BROWS, LOWER_BROWS), BROW_REACH)
    if "lips" in head.masks:
        return brows, np.zeros(head.vertex_count)
    return brows, near(bands(found, OUTER_LIPS, INNER_LIPS), 0.0015)


def bands(
    places: Floats, one: tuple[tuple[int, ...], ...], other: tuple[tuple[int, ...], ...]
) -> Floats:
    """(n,3) points spread between lines of landmarks."""
    share = np.linspace(0, 1, 9)[:, None, None]
    first, second = places[np.array(one)], places[np.array(other)]
    along = np.linspace(0, 1, 6)[:, None, None, None]
    lines = [line[:, :-1] * (1 - along) + line[:, 1:] * along for line in (first, second)]
    return np.asarray((lines[0][None] * (1 - share[..., None, None])
                       + lines[1][None] * share[..., None, None]).reshape(-1, 3))
