# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers of a photo with another expression, put together: moved skin, eyeballs, mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from ..parameters import ExpressionCode
from .head_look import look_of
from .photo_images import (
    Bools,
    Singles,
    blurred,
    grown,
    looked_up,
    mixed,
    pixel_places,
    smooth_step,
)
from .photo_inside import Eyeballs, Mouth, photo_light, without_inside
from .photo_openings import EYES, LIPS, Opening, coverage
from .photo_parts import INNER_LIPS
from .photo_shading import creased, fit_light, softened
from .photo_surroundings import Grid, Surroundings
from .photo_texture import PhotoTexture
from .photo_view import IRISES_FROM, Cut, PhotoView, seen_vertices
from .skin_relief import relief_of

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

HIDDEN_BY = 0.004  # m that something must lie before a place to hide it
STILL, MOVED = 0.3, 2.0
"""px: motion of which nothing is seen, and how much more shows in full.  Between them the photo
passes into its layers, so that its own expression is the photo and nothing jumps."""
EYE_STILL = 0.4
LIP_DARK = 0.3  # of the light is kept from the lips' inner side
PLAIN = ("lips", "lids", "nostrils", "mouth_bag")  # skin that tells little of the light
_EDGE = 0.0018  # of the face's width: softness of lids' and lips' edges
_RIM = 0.016  # of it: how far the smooth rim of an opening may lie off the mesh's
_HIDDEN = 0.005  # of it: softness of the line between what the photo shows and what it hides
_BESIDE = 1.5  # px about holes in which the skin's motion is continued


@dataclass(frozen=True, eq=False)
class _Places:
    """A landmark's triangle on the drawn mesh, for views of any expression."""

    corners: Ints  # (L,3)
    weights: Floats  # (L,3)

    def on(self, points: Floats) -> Floats:
        """(L,2) px."""
        return np.asarray(np.einsum("lkc,lk->lc", points[self.corners][..., :2], self.weights))


def _irises(landmarks: Floats) -> Floats:
    """(2,3) px: centre and radius of either iris."""
    rings = landmarks[IRISES_FROM:].reshape(2, 5, 2)
    radii = np.linalg.norm(rings[:, 1:] - rings[:, :1], axis=2).mean(1)
    return np.concatenate([rings[:, 0], radii[:, None]], axis=1)


class Painter:
    """Draws one photo's face, cut out of it, in other expressions."""

    def __init__(self, cut: Cut, view: PhotoView, at: dict[int, int], head: HeadData,
                 own: ExpressionCode, lips: Opening) -> None:
        """view: the photo's own.  at: the row of each FaceMesh number; lips: their opening."""
        self._photo = cut.pixels.astype(np.float32)
        self._view, self._own, self._scale = view, own, cut.camera.scale
        self._at, self._parts, self._width = at, view.parts, cut.width
        corners = np.asarray(head.triangles, np.int64)[view.parts.marks.triangles]
        self._marks = _Places(corners, np.asarray(view.parts.marks.barycentrics, np.float64))
        self._seen = seen_vertices(view, HIDDEN_BY * self._scale)
        self._moving = view.parts.inside * smooth_step((view.normals[:, 2] - 0.1) / 0.3)
        self._surround(cut)
        self._dress(head)
        light = photo_light(self._photo, self._plain_pixels(), cut.width)
        self._eyeballs = Eyeballs(self._photo, view, _irises(cut.landmarks), cut.width, light)
        self._mouth = Mouth(self._photo, view, float(lips.shown.max()), cut.width, light)
        self._skin = without_inside(self._photo, view, cut.width)

    def _plain_pixels(self) -> Bools:
        skin = self._view.skin & (self._view.drawn(self._parts.inside[:, None])[..., 0] > 0.5)
        return skin if skin.any() else np.ones_like(skin)

    def _dress(self, head: HeadData) -> None:
        """Light, texture, creases and colours."""
        view, parts = self._view, self._parts
        skin = np.zeros(head.vertex_count, bool)
        skin[parts.skin] = True
        plain = skin & (self._seen > 0.5) & (parts.inside > 0.5)
        self._lips = np.zeros((head.vertex_count, 1))
        for part in PLAIN:
            if part in head.masks:
                plain[np.asarray(head.masks[part])] = False
        if "lips" in head.masks:
            self._lips[np.asarray(head.masks["lips"])] = 1.0
        plain = plain if plain.any() else skin
        self._light = fit_light(self._photo, view.points[plain], view.normals[plain], self._width)
        self._relief = relief_of(head)
        self._colours = look_of(head).colours
        textured = head.uv is not None
        self._texture = PhotoTexture(self._photo, view.points, self._seen * skin, head,
                                     parts.rows) if textured else None

    def _surround(self, cut: Cut) -> None:
        """The grid, and which of its nodes the face moves."""
        view, parts = self._view, self._parts
        grid = Grid.over(view.size, self._width)
        column, row = np.moveaxis(grid.pixels().astype(np.int64), -1, 0)
        width, height = view.size
        row, column = np.minimum(row, height - 1), np.minimum(column, width - 1)
        triangle = view.fragments.triangle[0].numpy()[row, column]
        corners = parts.triangles[np.maximum(triangle, 0)]
        known = view.skin[row, column] & (self._moving[corners] > 0.02).all(-1)
        self._nodes = _Places(corners[known], view.fragments.barycentrics[0].numpy()[
            row, column][known].astype(np.float64))
        self._surroundings = Surroundings(grid, known, cut)

    def drawn(self, view: PhotoView, code: ExpressionCode, opened: tuple[float, float]) -> Pixels:
        """The cut with the face as in `view`, which shows `code`.

        opened: px by which eyes and lips open or close at most.
        """
        moved = (view.points - self._view.points)[:, :2]
        seen = self._seen > 0.5
        most = float(np.abs(moved[seen]).max(initial=0.0))
        change = float(smooth_step((most - STILL) / MOVED))
        if change == 0.0 and max(opened) < STILL:
            return self._photo.astype(np.uint8)
        motion = view.drawn(moved)
        picture = self._skin_drawn(view, code, motion, change)
        colours, facing = view.drawn(self._colours), np.clip(view.drawn(view.normals)[..., 2], 0, 1)
        if view.eyes.any():
            cover = self._cover(view, EYES, view.eyes)
            turned = np.abs(moved[self._parts.eyes[0] | self._parts.eyes[1]]).max(initial=0.0)
            part = float(smooth_step((max(opened[0], float(turned)) - EYE_STILL) / MOVED))
            layer = self._eyeballs.drawn(view, motion, cover, colours, facing, part)
            picture = mixed(picture, layer, cover)
        if view.mouth.any():
            cover = self._cover(view, LIPS, view.mouth)
            part = float(smooth_step((opened[1] - EYE_STILL) / MOVED))
            layer = self._mouth.drawn(view, motion, colours, facing, self._behind(view), part)
            picture = mixed(picture, layer, cover)
        return np.asarray(np.clip(picture + 0.5, 0.0, 255.0), np.uint8)

    def _skin_drawn(self, view: PhotoView, code: ExpressionCode, motion: Singles, change: float
                    ) -> Singles:
        facing = smooth_step((view.normals[:, 2] - 0.05) / 0.3)
        told = np.stack([self._moving * facing, self._seen,
                         self._light.ratio(view.normals, self._view.normals),
                         self._lips[:, 0]], axis=1)
        inside, seen, ratio, lips = np.moveaxis(view.drawn(told), -1, 0)
        inside = np.where(view.skin, inside, 0.0).astype(np.float32)
        base = mixed(self._photo, self._skin, change)
        picture = looked_up(base, self._sources(view, motion, inside), sharp=True)
        uv = None
        if self._texture is not None:
            corners = self._texture.corners.index_select(0, view.fragments.seen).view(-1, 3, 2)
            uv = (corners * view.fragments.weights[:, :, None]).sum(1)
            hidden = np.where(view.skin, (1.0 - smooth_step(seen / 0.8)) * smooth_step(2 * inside),
                              0.0).astype(np.float32)
            texture = self._texture.looked_up(view.spread(uv)) * (1.0 - LIP_DARK * lips)[..., None]
            share = blurred(hidden, _HIDDEN * self._width) * np.float32(change)
            picture = mixed(picture, texture, share)
        light = np.where(view.skin, 1.0 + (ratio - 1.0) * inside, 1.0).astype(np.float32)
        picture = picture * softened(light, self._width)[..., None]
        if self._relief is None or uv is None:
            return picture
        return creased(picture, view, self._relief, uv,
                       (self._own.expression, code.expression), inside, self._width)

    def _sources(self, view: PhotoView, motion: Singles, inside: Singles) -> Singles:
        """(H,W,2) where each pixel of the new skin lay in the photo."""
        nodes = self._nodes.on(view.points) - self._nodes.on(self._view.points)
        around = self._surroundings.sources(self._surroundings.spread(nodes))
        near = blurred(inside, _BESIDE)
        beside = blurred(motion * inside[..., None], _BESIDE) / np.maximum(near, 1e-3)[..., None]
        holes = view.eyes | view.mouth
        by_head = np.where((inside > 0)[..., None], motion, beside)
        share = np.where(holes, np.clip(10.0 * near, 0.0, 1.0), inside)[..., None]
        places = around * (1.0 - share) + (pixel_places(view.size) - by_head) * share
        return np.asarray(places, np.float32)

    def _cover(self, view: PhotoView, rims: tuple[tuple[int, ...], ...], kinds: Bools) -> Singles:
        """(H,W) 0..1: openings with smooth edges, where the mesh has them, too."""
        marks = self._marks.on(view.points)
        smooth = coverage([marks[[self._at[number] for number in rim]] for rim in rims], view.size)
        edge = _EDGE * self._width if self._width > 250 else 0.45
        near = grown(kinds, max(1, round(_RIM * self._width))).astype(np.float32)
        return blurred(np.minimum(smooth, blurred(near, edge)), 0.6 * edge)

    def _behind(self, view: PhotoView) -> Singles:
        """(H,W) m behind the lips."""
        rows = [self._at[number] for number in INNER_LIPS]
        weights = self._marks.weights[rows]
        front = float(np.einsum("lk,lk->l", view.points[self._marks.corners[rows], 2],
                                weights).mean())
        depth = view.drawn(view.points[:, 2:])[..., 0]
        return np.asarray((front - depth) / self._scale, np.float32)
