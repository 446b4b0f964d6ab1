# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies behind lids and lips: the photo's own where it shows it, else the head's.

Teeth and eyeballs do not move with lids and lips.  So each is a layer of its own: the photo's,
continued a little beneath the edges that hid it, and beyond that the head's eyes, teeth and tongue
in the photo's light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .photo_images import (
    LUMA,
    Bools,
    Singles,
    blurred,
    display,
    extended,
    filled,
    grown,
    linear_light,
    looked_up,
    mixed,
    off,
    pixel_places,
    smooth_step,
)
from .photo_parts import EYE, LOWER, UPPER
from .photo_view import PhotoView

Floats = npt.NDArray[np.float64]

# Design choices, judged by eye; lengths are shares of the face's width.
TINT = np.array([1.1, 1.0, 0.92], np.float32)
"""Of teeth and eyeballs: beside skin the head's own look greenish."""
FAIR_SKIN = 0.40  # luminance of lit fair skin: what is brighter is light, darker may be either
SCENE = 0.6  # of the picture's brightest: light, where the skin is dark
LIGHT = (0.2, 1.4)  # least and most
COLOURFUL = 0.35  # saturation of skin in a photo with full colour; a grey one has none
MOUTH_DEPTH = 0.028  # m behind the lips at which no light arrives
HOLLOW = 0.0025  # m below its surroundings that darken a place fully
TEETH_REACH, ANY_REACH = 0.02, 0.010
"""How far the photo's teeth, and whatever else its mouth shows, go on beneath the lips."""
WIDE = (0.10, 0.06)
"""Opening from which a photo's mouth shows a lower half of its own, and over how much more."""
ENOUGH_EYE = (0.25, 0.30)
"""Share of the eye wanted that the photo must show, and over how much more it is then taken."""
SOCKET = 0.12  # about an iris' centre: skin that lies as deep as the eye
EYE_ABOUT = 0.2  # of an iris' centre: what belongs to that eye
FEWEST_SEEN = 12  # px: less is a stray triangle's worth
LID_SHADOW = 0.012  # how far the upper lid's shadow reaches
OWN_BLUR, SHARPEST = 0.6, 0.5
"""Of the photo's blur, which a face's own soft edges make larger; and px, the least."""
BLURREST = 0.012  # of the face's width


@dataclass(frozen=True, eq=False)
class PhotoLight:
    """How bright and how colourful a photo is."""

    strength: float
    colour: float  # 0 grey, 1 full
    blur: float  # px of the Gaussian by which its edges are soft

    def on(self, colours: Singles, light: Singles) -> Singles:
        """(H,W,3) display values of surfaces of linear `colours` (H,W,3) in `light` (H,W)."""
        grey = (colours @ LUMA)[..., None]
        tinted = grey + (colours * TINT - grey) * self.colour
        return display(tinted * self.strength * light[..., None])


def photo_light(photo: Singles, skin: Bools, width: float) -> PhotoLight:
    """The light and sharpness of a photo (H,W,3), from its skin (H,W); width: px of the face."""
    whole = linear_light(photo)
    colours = whole[skin]
    lit = colours @ LUMA
    bright = colours[lit >= np.median(lit)].mean(0)
    saturation = float((bright.max() - bright.min()) / max(float(bright.max()), 1e-3))
    scene = float(np.percentile(whole @ LUMA, 95))
    strength = max(float(np.percentile(lit, 75)) / FAIR_SKIN, SCENE * scene)
    box = np.ix_(*(np.flatnonzero(skin.any(axis)) for axis in (1, 0)))
    blur = float(np.clip(OWN_BLUR * edge_blur((photo @ LUMA)[box]), SHARPEST, BLURREST * width))
    return PhotoLight(float(np.clip(strength, *LIGHT)), min(saturation / COLOURFUL, 1.0), blur)


def edge_blur(grey: Singles) -> float:
    """px: the Gaussian by which a picture's (H,W) strongest edges are blurred.

    By how much steeper they are than after one more blur (Zhuo and Sim 2011, eq. 5).
    """
    more = 1.5  # px
    before, after = (np.hypot(*np.gradient(picture)) for picture in (grey, blurred(grey, more)))
    edges = before >= np.percentile(before, 95)
    steeper = float(np.median(before[edges] / np.maximum(after[edges], 1e-6)))
    return more / float(np.sqrt(max(steeper**2 - 1.0, 1e-2)))


class Eyeballs:
    """The eyes' layer."""

    def __init__(self, photo: Singles, view: PhotoView, irises: Floats, width: float,
                 light: PhotoLight) -> None:
        """view: the photo's own.  irises: (2,3) px centre and radius; width: px of the face."""
        self._photo, self._light, self._width = photo, light, width
        self._centres = irises[:, :2]
        self._shade = self._sockets(view)
        self._was = view.eyes
        edge = max(1, round(0.008 * width))
        core = grown(view.eyes, -edge).astype(np.float32)
        self._layer = photo.copy()
        for iris in irises:
            self._complete(core, iris[:2], float(iris[2]))
        self._layer = mixed(self._layer, photo, blurred(core, 0.5 * edge))

    def _sockets(self, view: PhotoView) -> float:
        """How much of the face's light reaches the eyes beneath their brows."""
        places = pixel_places(view.size)
        about = [np.hypot(*np.moveaxis(places - centre, -1, 0)) < SOCKET * self._width
                 for centre in self._centres]
        lit = linear_light(self._photo) @ LUMA
        near, skin = view.skin & (about[0] | about[1]), view.skin
        if not near.any():
            return 1.0
        bright = [max(float(np.percentile(lit[part], 75)), 1e-3) for part in (near, skin)]
        return float(np.clip(bright[0] / bright[1], 0.35, 1.0) ** 0.5)

    def _complete(self, core: Singles, centre: Floats, radius: float) -> None:
        """One eyeball without its lids: the iris from its own lower half, the white smoothly."""
        height, width = core.shape
        reach = int(4 * radius) + 4
        low = np.maximum(centre.astype(int) - reach, 0)
        high = np.minimum(centre.astype(int) + reach, (width, height))
        if (high - low).min() < 4:
            return
        box = (slice(low[1], high[1]), slice(low[0], high[0]))
        known, part = core[box], self._photo[box]
        if known.sum() < FEWEST_SEEN:  # an eye that is shut: there is nothing to continue
            return
        places = pixel_places((int(high[0] - low[0]), int(high[1] - low[1])))
        upside = places.copy()
        upside[..., 1] = 2.0 * (centre[1] - 0.5 - low[1]) - places[..., 1]
        away = np.hypot(*np.moveaxis(places + low + 0.5 - centre, -1, 0))
        on_iris = smooth_step((1.15 * radius - away) / (0.2 * radius))
        share = 0.9 * (1.0 - known) * looked_up(known, upside) * on_iris
        weight = known + share
        both = part * known[..., None] + looked_up(part, upside) * share[..., None]
        self._layer[box] = filled(both / np.maximum(weight, 1e-6)[..., None], weight)

    def drawn(self, view: PhotoView, moved: Singles, cover: Singles, colours: Singles,
              facing: Singles, change: float) -> Singles:
        """(H,W,3): the eyeballs in a new view.

        moved: (H,W,2) px from the photo.  cover: (H,W) how much of each pixel the open eyes take.
        colours: (H,W,3) the head's own, facing: (H,W) its normals' z.  change: 0 where nothing
        moved, 1 where it did.
        """
        places = pixel_places(view.size) - extended(moved, view.eyes, 2.0)
        layer = mixed(self._photo, self._layer, change)
        own = looked_up(layer, np.asarray(places, np.float32), sharp=True)
        known = (1.0 - change) + change * self._shown(view, cover)
        if known[cover > 0].min(initial=1.0) > 0.99:
            return own
        made = self._made(view, cover, colours, facing)
        return mixed(made, own, known)

    def _shown(self, view: PhotoView, cover: Singles) -> Singles:
        """(H,W) whether the photo shows enough of its eyes to make the whole of them.

        Of the one that shows less, for both: an eye of the photo's and one of the head's do not
        look alike.  Eyes that are hardly open in the new picture, as in a wink, do not count.
        """
        places = pixel_places(view.size)
        near = [np.hypot(*np.moveaxis(places - centre, -1, 0)) < EYE_ABOUT * self._width
                for centre in self._centres]
        was, now = (np.array([float(picture[about].sum()) for about in near])
                    for picture in (self._was, cover))
        wide = now > 0.5 * now.max()
        ratio = float((was[wide] / np.maximum(now[wide], 1.0)).min())
        share = np.ones(cover.shape, np.float32)
        for about in near:
            share[about] = smooth_step((ratio - ENOUGH_EYE[0]) / ENOUGH_EYE[1])
        return share

    def _made(self, view: PhotoView, cover: Singles, colours: Singles, facing: Singles) -> Singles:
        down = max(1, round(LID_SHADOW * self._width))
        lowered = np.pad(cover, ((down, 0), (0, 0)))[:-down]
        shadow = 0.3 + 0.7 * blurred(np.minimum(lowered, cover), LID_SHADOW * self._width)
        picture = self._light.on(colours, (0.25 + 0.35 * facing) * shadow * self._shade)
        return blurred(extended(picture, view.eyes, 2.0), self._light.blur)


class Mouth:
    """The layer behind the lips."""

    def __init__(self, photo: Singles, view: PhotoView, opening: float, width: float,
                 light: PhotoLight) -> None:
        """view: the photo's own.  opening: px between its lips; width: px of its face."""
        self._photo, self._light, self._width = photo, light, width
        edge = max(1, round(0.006 * width))
        core = grown(view.mouth, -edge)
        inner = core.astype(np.float32)
        self._layer = photo
        if core.any():
            self._layer = mixed(filled(photo, inner), photo, blurred(inner, 0.7))
        halves = bool(opening > (WIDE[0] + WIDE[1] / 2) * width)
        tooth = self._tooth(view)
        self._known = {kind: self._reach(core & (view.kinds == kind) if halves
                                         else core & (kind == UPPER), tooth)
                       for kind in (UPPER, LOWER)}

    def _tooth(self, view: PhotoView) -> Singles:
        """(H,W) 1 where the layer is as bright as teeth are."""
        skin = linear_light(self._photo)[view.skin] @ LUMA
        bright = (linear_light(self._layer) @ LUMA) / max(float(np.percentile(skin, 60)), 1e-3)
        return smooth_step((bright - 0.35) / 0.3)

    def _reach(self, shown: Bools, tooth: Singles) -> Singles:
        """(H,W) 1 where the photo's own may be used, from where it shows it."""
        if shown.sum() < FEWEST_SEEN:
            return np.zeros(shown.shape, np.float32)
        span = np.maximum(TEETH_REACH * tooth, ANY_REACH) * self._width
        return smooth_step(1.5 - off(shown) / np.maximum(span, 1.0))

    def drawn(self, view: PhotoView, moved: Singles, colours: Singles, facing: Singles,
              behind: Singles, change: float) -> Singles:
        """(H,W,3): the mouth's inside in a new view.

        behind: (H,W) m behind the lips; the rest as `Eyeballs.drawn`.
        """
        inside = view.mouth
        places = np.asarray(pixel_places(view.size) - extended(moved, inside, 2.0), np.float32)
        layer = mixed(self._photo, self._layer, change)
        own = looked_up(layer, places, sharp=True)
        soft = {kind: blurred((view.kinds == kind).astype(np.float32), 1.0)
                for kind in (UPPER, LOWER)}
        total = np.maximum(soft[UPPER] + soft[LOWER], 1e-4)
        known = sum((looked_up(self._known[kind], places) * soft[kind] for kind in soft),
                    np.zeros_like(total)) / total
        known = np.asarray((1.0 - change) + change * known, np.float32)
        return mixed(self._made(inside, colours, facing, behind), own, known)

    def _made(self, inside: Bools, colours: Singles, facing: Singles, behind: Singles) -> Singles:
        """(H,W,3): the head's own: teeth that stand out are lit, what lies deep is dark."""
        deep = np.where(inside, behind, 0.0).astype(np.float32)
        sigma = 0.008 * self._width
        around = blurred(deep, sigma) / np.maximum(blurred(inside.astype(np.float32), sigma), 1e-3)
        hollow = np.clip((deep - around) / HOLLOW, 0.0, 1.0)
        open_to_light = np.clip(1.0 - deep / MOUTH_DEPTH, 0.0, 1.0) ** 1.3
        light = (0.3 + 0.65 * facing**1.5) * open_to_light * (1.0 - 0.4 * hollow) + 0.015
        picture = self._light.on(colours, np.asarray(light, np.float32))
        return blurred(extended(picture, inside, 2.0), self._light.blur)


def without_inside(photo: Singles, view: PhotoView, width: float) -> Singles:
    """(H,W,3): the photo with its eyes and open mouth filled from the skin about them.

    What lids and lips that close draw along: no white of an eye, no tooth.  Lashes stay: about the
    eyes only what is brighter than the skin goes.
    """
    mouth = grown(view.mouth, max(1, round(0.006 * width)))
    hole = mouth | (view.kinds == EYE)
    fill = filled(photo, (~hole).astype(np.float32))
    rim = grown(view.eyes, max(1, round(0.008 * width))) & ~hole
    beyond = filled(photo, (~(hole | rim)).astype(np.float32))
    taken = mixed(photo, fill, blurred(hole.astype(np.float32), 0.7))
    return mixed(taken, np.minimum(taken, beyond), blurred(rim.astype(np.float32), 0.7))
