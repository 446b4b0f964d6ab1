# SPDX-License-Identifier: GPL-3.0-or-later
"""The traits in which people's heads differ, as shifts about landmarks.

Where a published measure exists (head_measures.csv), it alone decides how far the traits that make
it up vary and how they go together; the numbers here are then only the shape.  Traits without a
measure (fullness, slant, folds) vary as judged on renders.
"""

from __future__ import annotations

from dataclasses import dataclass

FACTORS = ("sex", "age", "weight", "east asian")
"""What traits go together with; one standard deviation of sex is from the mean to the men's mean,
of age 17 years, of weight that of adults' body mass index."""
FACTOR_SPREAD = (1.0, 1.0, 1.0, 0.45)
"""The fourth is a group, not a scale: 28 in a hundred people vary by sqrt(.28 (1 - .28)) = .45."""


@dataclass(frozen=True)
class Bump:
    """A shift (mm) about a landmark that fades with a Gaussian of `reach` mm; mirrored."""

    landmark: int
    shift: tuple[float, float, float]
    reach: float


B = Bump
TRAITS: dict[str, tuple[Bump, ...]] = {
    # forehead and brows
    "forehead slope": (B(10, (0, 0, 2.6), 38),),
    "forehead width": (B(54, (-2.2, 0, 0), 28),),
    "forehead bulge": (B(69, (0, 0.3, 1.7), 20),),
    "temples": (B(139, (-1.7, 0, 0), 20),),
    "brow height": (B(66, (0, 1.5, 0), 15), B(63, (0, 1.6, 0), 15)),
    "brow tilt": (B(55, (0, -0.9, 0), 13), B(70, (0, 1.2, 0), 14)),
    "brow ridge": (B(66, (0, -.4, 1.4), 17), B(63, (0, -.3, 1.1), 15), B(9, (0, 0, 1.0), 16)),
    "glabella": (B(9, (0, 0, 1.0), 12),),
    # eyes
    "eyes apart": (B(159, (-1.1, 0, 0), 22),),
    "eyes height": (B(159, (0, 1.1, 0), 24),),
    "eyes deep": (B(159, (0, 0, -1.2), 22),),
    "eye slant": (B(33, (0, 1.1, 0), 13), B(133, (0, -.6, 0), 10)),
    "eye length": (B(33, (-0.4, 0, -0.9), 11), B(133, (0.45, 0, 0), 14)),
    "eye opening": (B(159, (0, 1.1, 0), 8), B(145, (0, -1.0, 0), 8)),
    "inner corners": (B(133, (1.1, 0, 0.1), 15),),
    "lid hood": (B(28, (0, -1.1, 0.8), 7), B(30, (0, -1.0, 0.6), 7), B(56, (0, -.7, 0.5), 6)),
    "eye bags": (B(230, (0, -.3, 0.7), 9), B(229, (0, -.3, 0.6), 9)),
    "under-eye hollow": (B(119, (0, 0, -0.8), 14), B(232, (0, 0, -0.5), 11)),
    # nose
    "nose length": (B(1, (0, -2.4, .3), 20), B(2, (0, -1.9, 0), 20), B(64, (0, -1.0, 0), 16)),
    "nose forward": (B(1, (0, .2, 2.6), 16), B(195, (0, 0, 1.6), 17)),
    "nose tip turned up": (B(1, (0, 1.3, .4), 12), B(2, (0, 1.0, .5), 11)),
    "nose tip breadth": (B(45, (-0.9, 0, 0.2), 9),),
    "nose tip size": (B(4, (0, -.3, 1.0), 10), B(45, (-.4, 0, .3), 9)),
    "nose width": (B(64, (-1.3, 0, 0), 11), B(129, (-1.0, 0, 0), 12)),
    "nose wing height": (B(64, (0, 0.8, 0), 9), B(129, (0, 0.7, 0), 9)),
    "nose bridge": (B(6, (0, 0, 1.4), 15), B(197, (0, 0, 1.2), 13)),
    "nose hump": (B(197, (0, 0.1, 0.8), 12), B(195, (0, 0, .6), 11)),
    "bridge width": (B(188, (-1.0, 0, .3), 12),),
    "nose root": (B(168, (0, 0, 1.1), 12),),
    "nose root width": (B(193, (-.8, 0, .3), 11),),
    # cheeks
    "cheekbones": (B(123, (-2.0, 0.3, .8), 24), B(227, (-1.8, 0, 0), 24)),
    "cheekbones forward": (B(50, (-.4, 0.3, 1.5), 19),),
    "cheek height": (B(50, (0, 1.2, .3), 18), B(123, (0, 1.3, 0), 18)),
    "cheek fullness": (B(205, (-1.0, -.6, 2.2), 22), B(187, (-2.2, -.5, 1.4), 22)),
    "cheek hollow": (B(213, (1.3, 0, -.6), 17), B(192, (0.8, 0, -.6), 15)),
    "cheek sag": (B(187, (-.3, -1.3, .2), 20), B(205, (-.2, -1.2, .3), 18)),
    "nasolabial fold": (B(205, (-.2, -.3, 1.0), 12), B(165, (0, 0, -0.6), 8)),
    "midface forward": (B(164, (0, 0, 0.9), 30), B(203, (0, 0, 0.6), 22)),
    # mouth
    "mouth width": (B(61, (-2.0, 0, -.4), 16),),
    "mouth height": (B(13, (0, 1.5, 0), 22),),
    "lips forward": (B(0, (0, 0, 1.2), 17), B(17, (0, 0, 1.2), 17)),
    "upper lip": (B(0, (0, 1.3, .5), 8), B(39, (0, .9, .3), 7)),
    "lower lip": (B(17, (0, -1.4, .5), 8), B(181, (0, -1.0, .3), 7)),
    "lip fullness": (B(0, (0, 0.2, 0.8), 8), B(17, (0, -.2, 0.9), 8)),
    "lip corners": (B(61, (0, 1.2, 0), 11),),
    "cupid's bow": (B(37, (0, 0.6, .1), 6), B(0, (0, -.4, 0), 5)),
    "philtrum": (B(2, (0, 1.0, 0), 12), B(0, (0, -.8, -.2), 14)),
    # chin, jaw, throat
    "chin height": (B(152, (0, -3.0, 0), 28), B(176, (0, -2.2, 0), 22)),
    "chin forward": (B(199, (0, 0, 1.8), 24), B(152, (0, 0, 1.1), 22)),
    "chin width": (B(149, (-2.2, 0, .4), 18), B(150, (-1.6, 0, .3), 18)),
    "chin boss": (B(199, (0, 0, 1.1), 11),),
    "chin crease": (B(18, (0, 0, -0.9), 11),),
    "jaw width": (B(172, (-2.7, 0, 0), 30), B(58, (-2.2, 0, 0), 28)),
    "jaw angle": (B(58, (-.5, -1.9, 0), 22), B(172, (-.4, -1.3, 0), 20)),
    "jaw forward": (B(152, (0, 0, 1.3), 36), B(17, (0, 0, 1.0), 26)),
    "jowls": (B(136, (-.8, -1.4, 0.3), 15), B(150, (-.5, -1.2, 0.5), 14)),
}
"""One judged standard deviation of each trait, right side and middle."""

# Traits that are warps of the whole head, with their judged spread as a share; see identity_fields.
STRETCHES = {"head width": 5.0 / 77, "head length": 7.0 / 195, "crown height": 6.0 / 120,
             "occiput": 1.0, "face height": 5.0 / 118, "face width": 3.2 / 70, "neck": 0.08,
             "throat": 1.0, "double chin": 3.0, "midface height": 0.05}
EARS = {"ear length": 0.07, "ear breadth": 0.07, "ear stand-off": 0.15, "ear lobe": 1.2,
        "ear top": 0.7, "ear height": 1.6}

# Loadings on sex, age, weight and East Asian, each a trait's correlation with the factor (for the
# fourth: its mean difference in spreads).  Published measures override them.  Judged on renders by
# what is described: men's heavier brows, jaw and chin, fuller lips of women; sagging, thinner lips
# and larger noses with age (Sforza et al. 2010 for the lips); Le, Farkas et al. 2002 for the last.
LOADINGS: dict[str, tuple[float, float, float, float]] = {
    "forehead slope": (-.45, 0, 0, .1), "forehead bulge": (-.4, 0, 0, 0),
    "brow height": (-.45, -.35, 0, .35), "brow ridge": (.6, .1, 0, -.5),
    "brow tilt": (-.15, -.35, 0, .1), "glabella": (.5, .05, 0, -.4), "temples": (0, -.4, .3, 0),
    "eyes deep": (.25, .25, 0, -.7), "eye slant": (-.15, -.3, 0, .9),
    "eye opening": (-.3, -.4, 0, -.6), "eye length": (0, -.1, 0, -.6),
    "lid hood": (.1, .55, .1, 1.3), "inner corners": (0, 0, 0, .9), "eye bags": (.1, .6, .2, .2),
    "under-eye hollow": (.05, .55, -.3, -.3), "nose forward": (.2, .2, 0, -.5),
    "nose length": (.2, .35, 0, 0), "nose tip turned up": (-.4, -.35, 0, .2),
    "nose tip size": (.15, .4, .1, .3), "nose tip breadth": (.2, .25, .1, .8),
    "nose bridge": (.3, .05, 0, -1.1), "nose hump": (.35, .15, 0, -.6),
    "nose root": (.2, 0, 0, -1.), "cheekbones": (-.1, -.1, 0, .6),
    "cheekbones forward": (-.35, -.3, .1, .6), "cheek fullness": (-.25, -.2, .7, .3),
    "cheek hollow": (.15, .3, -.6, 0), "cheek height": (-.2, -.3, 0, .2),
    "cheek sag": (.05, .75, .3, 0), "nasolabial fold": (.1, .7, .2, 0),
    "midface forward": (0, 0, 0, .2), "mouth width": (.1, .2, 0, -.2),
    "lips forward": (-.05, -.3, 0, .5), "upper lip": (-.3, -.6, 0, .2),
    "lower lip": (-.2, -.5, 0, .1), "lip fullness": (-.4, -.6, 0, .3),
    "lip corners": (-.1, -.6, 0, 0), "cupid's bow": (-.1, -.4, 0, .1),
    "philtrum": (.2, .5, 0, -.1), "chin height": (.35, 0, 0, 0),
    "chin forward": (.35, .1, -.1, -.6), "chin width": (.6, .1, .2, 0),
    "chin boss": (.25, .2, -.1, -.3), "chin crease": (.1, .2, -.1, 0),
    "jaw width": (.5, .1, .5, .4), "jaw angle": (.5, .1, .1, .1), "jaw forward": (.2, .1, 0, .1),
    "jowls": (.05, .75, .4, 0), "double chin": (.05, .4, .75, 0), "neck": (.7, .05, .5, -.2),
    "throat": (.6, .2, -.1, 0), "ear lobe": (.1, .55, .1, 0), "face width": (.3, 0, .5, .7),
    "head width": (.3, 0, .3, .8),
}

# Fields that differ between the sides, mm: faces' two halves differ by one to two millimetres in
# all (fluctuating asymmetry, as commonly stated); spreads judged.  A midline bump leans sideways, a
# paired one goes up or out on one side and down or in on the other.
LEANS: dict[str, tuple[Bump, ...]] = {
    "nose leans": (B(1, (0.6, 0, 0), 14), B(195, (0.4, 0, 0), 14)),
    "nose tip leans": (B(4, (0.4, 0, 0), 9),),
    "chin leans": (B(152, (0.8, 0, 0), 30),),
    "mouth leans": (B(13, (0.45, 0, 0), 20),),
    "lip corners lean": (B(61, (0, 0.45, 0), 14),),
    "brows lean": (B(66, (0, 0.4, 0), 15), B(63, (0, 0.45, 0), 15)),
    "eyes lean": (B(159, (0, 0.3, 0), 24),),
    "cheeks lean": (B(205, (-.3, 0, 0.5), 24),),
    "jaw leans": (B(172, (-0.7, 0, 0), 30),),
    "nose wings lean": (B(64, (0, 0.3, 0), 10),),
    "forehead leans": (B(103, (0, 0, 0.6), 34),),
    "skull leans": (B(127, (0, 0, 0.9), 70),),
}
