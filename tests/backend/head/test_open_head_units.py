# SPDX-License-Identifier: GPL-3.0-or-later
"""The open head's units and their pairs, on a head built anew: do they do what their names say?"""

from __future__ import annotations

import numpy as np
import pytest

from flamewheel.head.data import HeadData
from flamewheel.head.evaluate import evaluate, joints
from flamewheel.head.open_head.build import build_open_head
from flamewheel.head.open_head.template import EYE_RADIUS
from flamewheel.wheel.facs import strengths_for

SIDED = (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 23, 24, 25, 28, 33, 34, 35,
         38, 39, 41, 43, 44, 45)
PLAIN = (17, 19, 26, 27, 29, 37)
CLOSED = ("AU12", "AU13", "AU14", "AU15", "AU17", "AU18", "AU20", "AU23", "AU24", "AU28")
INNER_PAIRS = ((191, 95), (80, 88), (81, 178), (82, 87), (13, 14), (312, 317), (311, 402))


@pytest.fixture(scope="module")
def head() -> HeadData:
    return build_open_head()


def posed(head: HeadData, units: dict[str, float], *, jaw: float = 0.0,
          gaze: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """(V,3) mm."""
    assert head.units is not None
    row, missing = strengths_for(head.units.names, units)
    assert not missing
    pose = head.units.poses(row[None])
    pose[:, 2, 0] += jaw
    pose[:, 3:, :2] += gaze
    return evaluate(head, np.zeros(1), head.units.codes(row[None]), pose)[0] * 1000


def test_every_named_unit_is_there(head: HeadData) -> None:
    assert head.units is not None
    wanted = {f"AU{n}{s}" for n in SIDED for s in "LR"} | {f"AU{n}" for n in PLAIN}
    assert wanted | {"AU30L", "AU30R"} == set(head.units.names)


def test_the_jaw_opens_the_mouth(head: HeadData) -> None:
    def gap(points: np.ndarray) -> float:
        return float(points[13, 1] - points[14, 1])

    assert 0 < gap(posed(head, {})) < 1.0
    assert gap(posed(head, {"AU27": 1})) - gap(posed(head, {})) > 25
    assert gap(posed(head, {}, jaw=0.4)) > 15


# unit, landmark, direction (x to the head's left, y up, z out), least mm along it
DIRECTIONS = [
    ("AU1", 107, (0, 1, 0), 8), ("AU2", 63, (0, 1, 0), 5), ("AU4", 107, (.45, -.85, .2), 7),
    ("AU5", 159, (0, 1, 0), 2), ("AU6", 50, (0, .75, .65), 4), ("AU6", 145, (0, 1, 0), 1.8),
    ("AU7", 145, (0, 1, 0), 1.5),
    ("AU9", 129, (0, .95, .3), 5), ("AU9", 107, (.5, -.85, 0), 3), ("AU10", 40, (0, 1, .2), 3),
    ("AU11", 203, (0, 1, .2), 2.5), ("AU12", 61, (-.7, .6, -.4), 9), ("AU13", 61, (0, 1, 0), 6),
    ("AU14", 61, (-.7, .1, -.7), 5), ("AU15", 61, (0, -1, 0), 6), ("AU16", 17, (0, -1, .2), 3),
    ("AU17", 200, (0, .9, .4), 4), ("AU18", 61, (.9, 0, .4), 7), ("AU20", 61, (-.85, -.3, -.45), 8),
    ("AU22", 0, (0, .4, .9), 5), ("AU25", 13, (0, 1, 0), 2), ("AU25", 14, (0, -1, 0), 1.5),
    ("AU26", 152, (0, -.7, -.7), 8), ("AU27", 152, (0, -.7, -.7), 20), ("AU29", 152, (0, 0, 1), 4),
    ("AU30L", 152, (1, 0, 0), 4), ("AU30R", 152, (-1, 0, 0), 4), ("AU33", 207, (-.6, 0, .7), 4),
    ("AU34", 207, (-.6, 0, .7), 5), ("AU35", 207, (.6, 0, -.8), 4), ("AU38", 64, (-1, .1, 0), 2),
    ("AU39", 64, (.9, -.3, 0), 1.8), ("AU41", 159, (0, -1, 0), 2), ("AU43", 159, (0, -1, 0), 5),
]


@pytest.mark.parametrize(("unit", "landmark", "way", "least"), DIRECTIONS)
def test_units_move_their_own_landmarks(
    head: HeadData, unit: str, landmark: int, way: tuple[float, float, float], least: float
) -> None:
    moved = posed(head, {unit: 1})[landmark] - posed(head, {})[landmark]
    aim = np.array(way) / np.linalg.norm(way)
    assert moved @ aim > least
    assert moved @ aim > 0.85 * np.linalg.norm(moved)


def test_one_side_leaves_the_other_alone(head: HeadData) -> None:
    change = posed(head, {"AU12L": 1}) - posed(head, {})
    assert np.linalg.norm(change[291]) > 5 and np.linalg.norm(change[61]) < 0.2


@pytest.mark.parametrize("unit", CLOSED)
def test_lips_of_a_closed_mouth_stay_together(head: HeadData, unit: str) -> None:
    points = posed(head, {unit: 1})
    for upper, lower in INNER_PAIRS:
        apart = np.linalg.norm(points[upper] - points[lower])
        assert apart < 0.8, (upper, lower)


def test_pressed_lips_are_thin_and_do_not_cross(head: HeadData) -> None:
    rest = posed(head, {})
    for units in ({"AU23": 1}, {"AU24": 1}, {"AU23": 1, "AU24": 1}, {"AU17": 1, "AU24": 1}):
        points = posed(head, units)
        red = (points[0] - points[17])[1]
        assert 2 < red < 0.62 * (rest[0] - rest[17])[1], units
        assert points[0, 1] > points[13, 1] and points[14, 1] > points[17, 1], units


@pytest.mark.parametrize("unit", ["AU26", "AU27"])
def test_an_open_mouth_is_an_oval(head: HeadData, unit: str) -> None:
    """The inner line lies within 12 % of an ellipse through its corners and middles."""
    from flamewheel.head.open_head.landmarks_lists import INNER_LIPS

    ring = posed(head, {unit: 1})[list(INNER_LIPS)]
    middle = (ring[0, 1] + ring[10, 1]) / 2
    up = ring[:, 1] > middle
    half = np.where(up, ring[5, 1] - middle, middle - ring[15, 1])
    radius = np.hypot(ring[:, 0] / abs(ring[0, 0]), (ring[:, 1] - middle) / half)
    assert np.abs(radius - 1).max() < 0.12


@pytest.mark.parametrize("strength", [0.25, 0.5, 0.75, 1.0])
def test_lids_close_without_piercing_the_eyes(head: HeadData, strength: float) -> None:
    points = posed(head, {"AU43": strength})
    for side, joint in (("left", 3), ("right", 4)):
        centre = joints(head)[0][joint] * 1000
        distance = np.linalg.norm(points[head.masks["face"]] - centre, axis=1)
        assert distance.min() > EYE_RADIUS + 0.2, side


@pytest.mark.parametrize("other", ["AU5", "AU6", "AU7", "AU9", "AU41", "AU44"])
def test_a_shut_lid_is_shut_whatever_the_eye_does(head: HeadData, other: str) -> None:
    alone, both = posed(head, {"AU43": 1}), posed(head, {"AU43": 1, other: 1})
    for lid in (159, 145, 386, 374):
        assert np.linalg.norm(alone[lid] - both[lid]) < 0.5


def test_pairs_act_by_the_product_of_their_strengths(head: HeadData) -> None:
    units = head.units
    assert units is not None and units.pair_expression is not None
    sums = np.asarray(units.expression, np.float64)
    row, _ = strengths_for(units.names, {"AU9": 0.5, "AU10": 0.4})
    mending = units.codes(row[None])[0] - row @ sums
    named = [tuple(units.names[i] for i in pair) for pair in units.pairs]
    wanted = sum(units.pair_expression[named.index((f"AU9{s}", f"AU10{s}"))] for s in "LR")
    np.testing.assert_allclose(mending, 0.2 * np.asarray(wanted, np.float64), atol=1e-5)
    lips = [posed(head, units)[37, 1] - posed(head, {})[37, 1]
            for units in ({"AU9": 1}, {"AU10": 1}, {"AU9": 1, "AU10": 1})]
    assert max(lips[:2]) < lips[2] < 0.9 * (lips[0] + lips[1])


def test_joints_do_not_drift_with_expression(head: HeadData) -> None:
    field = np.einsum("jv,vce->jce", head.joint_regressor, head.expression_basis)
    assert head.units is not None
    drift = np.linalg.norm(np.einsum("jce,ue->ujc", field, head.units.expression), axis=-1)
    assert drift.max() < 3e-4  # m; what the rig allows


def test_the_basis_is_orthogonal_and_ordered(head: HeadData) -> None:
    flat = np.asarray(head.expression_basis, np.float64).reshape(-1, head.expression_count)
    gram = flat.T @ flat
    size = np.sqrt(np.diag(gram))
    assert head.expression_count == 100
    assert (np.diff(size) < 1e-3 * size[0]).all()
    assert np.abs(gram / np.outer(size, size) - np.eye(len(size))).max() < 0.1


def test_coefficients_fit_the_sliders_of_rigs(head: HeadData) -> None:
    """Every prototype of the wheel, and every unit and viseme at its strongest, within ±10."""
    from flamewheel.wheel.facs import PROTOTYPES

    assert head.units is not None and head.visemes is not None
    shown = [strengths_for(head.units.names, proto.units)[0] for proto in PROTOTYPES.values()]
    for codes in (head.units.codes(1.4 * np.array(shown)), 1.4 * head.units.expression,
                  1.4 * head.visemes.expression):
        assert np.abs(codes).max() < 10


def test_the_file_keeps_units_to_a_hundredth_of_a_millimetre(head: HeadData) -> None:
    """Against the basis before it is rounded for the file."""
    from flamewheel.head.open_head.assembly import assemble
    from flamewheel.head.open_head.expression import expression_space
    from flamewheel.head.open_head.extension import SkinExtension
    from flamewheel.head.open_head.joints import jaw_weight
    from flamewheel.head.open_head.skull import head_skin
    from flamewheel.head.open_head.template import neutral_face

    whole = assemble(head_skin(neutral_face()))
    space = expression_space(whole, jaw_weight(whole.skin), SkinExtension(whole.skin))
    assert head.units is not None
    lost = np.einsum("vce,ue->uvc", head.expression_basis * 1000.0 - space.basis,
                     head.units.expression)
    assert np.linalg.norm(lost, axis=2).max() < 0.01  # mm
    # what the hundred components cannot hold: nothing of a unit or viseme that an eye would see
    assert max(space.residual[name] for name in space.residual if "+" not in name) < 0.15  # mm
    assert max(space.residual.values()) < 0.5


def test_visemes_do_what_speech_needs(head: HeadData) -> None:
    visemes = head.visemes
    assert visemes is not None
    assert visemes.names == ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E",
                             "ih", "oh", "ou")
    points = dict(zip(visemes.names, evaluate(
        head, np.zeros(1), visemes.expression, visemes.pose) * 1000, strict=True))
    rest = posed(head, {})

    def gap(name: str) -> float:
        return float(points[name][13, 1] - points[name][14, 1])

    def width(name: str) -> float:
        return float(points[name][291, 0] - points[name][61, 0])

    np.testing.assert_allclose(points["sil"], rest, atol=1e-3)
    assert gap("PP") < 0.4 and gap("aa") > gap("E") > gap("ih") > 5
    assert width("E") > width("aa") > width("oh") > width("ou")
    assert points["PP"][0, 1] - points["PP"][17, 1] < 0.7 * (rest[0, 1] - rest[17, 1])
    edge = rest[head.masks["teeth"], 1]  # the upper incisors' edge is the lowest of the upper row
    assert points["FF"][14, 1] > edge[edge > rest[13, 1] - 4].min()  # lower lip at the upper teeth
    assert points["FF"][14, 2] < rest[14, 2] - 2
    tongue = head.masks["tongue"]
    teeth = rest[head.masks["teeth"], 2].max()
    assert points["TH"][tongue, 2].max() > teeth > rest[tongue, 2].max()
    assert points["CH"][0, 2] > rest[0, 2] + 4 and points["ou"][0, 2] > rest[0, 2] + 4
