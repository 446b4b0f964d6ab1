# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts, sides, single units and keeps of a step, on the open head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.errors import InstructionError
from flamewheel.head.evaluate import evaluate
from flamewheel.head.held_openings import TOUCHING
from flamewheel.head.openings import lip_pairs
from flamewheel.head.registry import find_head
from flamewheel.head.unit_regions import in_regions
from flamewheel.head.unit_strengths import STRONGEST_UNIT
from flamewheel.instruction.plan import EmotionMix, Layer, PlanStep
from flamewheel.pipeline.acting import stage_of
from flamewheel.wheel_names import DYADS, NEUTRAL, WHEEL_ORDER

STAGE = stage_of("open")
HEAD = find_head("open")
NAMES = np.array(STAGE.units.names)
REST = STAGE.faces((EmotionMix(NEUTRAL),))[0]


def face(step, before=REST):
    base, *layers = STAGE.faces((step.target, *(layer.mix for layer in step.layers)))
    return STAGE.parts.face(step, base, layers, before)


def step(mix=NEUTRAL, **changes):
    mix = mix if isinstance(mix, EmotionMix) else EmotionMix(mix)
    return PlanStep("go", mix, 1.0, **changes)


def units_of(code):
    return STAGE.meter.measure(np.concatenate([code.expression, code.jaw])).strengths[0]


def shown(code, *names):
    strengths = dict(zip(NAMES.tolist(), units_of(code).tolist(), strict=True))
    return [strengths[name] for name in names]


def moved(code):
    """(V,) m by which the mesh is moved from rest."""
    pose = np.zeros((1, 5, 3))
    pose[0, 2] = code.jaw
    away = evaluate(HEAD, None, code.expression, pose)[0] - HEAD.template
    return np.linalg.norm(away, axis=1)


def layer(emotion, *parts, side=None):
    return Layer(EmotionMix(emotion), parts, side)


def test_a_layer_changes_its_part_alone():
    happy = STAGE.faces((EmotionMix("Joy"),))[0]
    angry = STAGE.faces((EmotionMix("Anger"),))[0]
    mixed = units_of(face(step("Joy", layers=(layer("Anger", "brows"),))))
    brows = in_regions(NAMES.tolist(), ("brows",))
    assert np.allclose(mixed[brows], units_of(angry)[brows])
    assert np.allclose(mixed[~brows], units_of(happy)[~brows])


def test_only_the_left_brow_moves_only_the_left_brow():
    made = face(step(layers=(layer("Surprise", "brows", side="left"),)))
    template = np.asarray(HEAD.template)
    left, right = template[:, 0] > 0, template[:, 0] < -0.02  # skin between the brows is drawn up
    assert moved(made)[left].max() > 5e-3
    assert moved(made)[right].max() < 1e-3
    mouth = lip_pairs(HEAD, np.arange(HEAD.vertex_count))
    assert moved(made)[mouth.upper].max() < 1e-4


def test_a_smiling_mouth_opens_the_jaw_but_leaves_the_cheeks():
    made = units_of(face(step(layers=(layer("Surprise", "mouth"),))))
    surprised = units_of(STAGE.faces((EmotionMix("Surprise"),))[0])
    with_jaw = in_regions(NAMES.tolist(), ("mouth", "jaw"))
    assert np.allclose(made[with_jaw], surprised[with_jaw]) and not made[~with_jaw].any()


def test_eyes_smile_by_the_cheek_raiser_and_are_sad_by_the_slant_of_the_brows():
    assert min(shown(face(step(layers=(layer("Joy", "eyes"),))), "AU6L", "AU6R")) > 0.5
    sad = face(step("Joy", layers=(layer("Sadness", "eyes"),)))
    cheek, inner, drawn, smile = shown(sad, "AU6L", "AU1L", "AU4L", "AU12L")
    assert cheek == 0 and inner > 0.3 and drawn > 0.3 and smile > 1
    named = face(step(layers=(layer("Sadness", "eyes"), layer("Surprise", "brows"))))
    assert shown(named, "AU4L", "AU2L") == [0.0, pytest.approx(1.05)]


def test_one_sided_emotions_come_to_the_side_that_is_named():
    crooked = face(step(layers=(layer("Joy", side="left"),)))
    assert shown(crooked, "AU12L", "AU12R") == [pytest.approx(1.2), 0.0]
    scorn = face(step(layers=(layer("Contempt", side="left"),)))
    assert shown(scorn, "AU14L", "AU14R") == [pytest.approx(1.2), 0.0]


def test_single_units_are_set_and_what_would_undo_them_gives_way():
    made = face(step("Joy", units=(("AU1L", 1.0), ("AU15L", 0.5), ("AU15R", 1.0))))
    inner, left, right = shown(made, "AU1L", "AU12L", "AU12R")
    assert inner == 1 and left == pytest.approx(0.6) and right == 0
    assert shown(face(step("Fear", units=(("AU2", 1.5),))), "AU2L", "AU2R") == [1.5, 1.5]
    assert shown(face(step("Surprise", units=(("AU26", 0.0),))), "AU26") == [0.0]


def test_a_unit_that_the_head_lacks_is_refused():
    with pytest.raises(InstructionError) as refused:
        face(step(units=(("AU21", 1.0),)))
    assert refused.value.code == "no-such-unit" and "neck tightener" in refused.value.message


EVERY_MIX = [
    *(EmotionMix(name, ring) for name in (*WHEEL_ORDER, "Contempt") for ring in (0.5, 1.0, 1.5)),
    *(EmotionMix(one, 1.0, other) for one, other in DYADS.values()),
    EmotionMix("Joy", 1.5, "Surprise", 1.5, 0.3), EmotionMix("Joy", 1, "Fear", 1, 0.5, "Anger"),
]


def test_a_mouth_kept_shut_is_shut_on_the_mesh_within_the_bounds():
    pairs = lip_pairs(HEAD, np.arange(HEAD.vertex_count))
    low, high = STAGE.database.low[:-3], STAGE.database.high[:-3]
    for mix in EVERY_MIX:
        exact = STAGE.faces((mix,))[0]
        made = face(step(mix, keeps=("mouth shut",)))
        assert not made.jaw.any()
        gaps = pairs.gaps(evaluate(HEAD, None, made.expression)[0])
        assert np.abs(gaps).max() < TOUCHING, mix
        beyond = np.maximum(low - made.expression, made.expression - high)
        already = np.maximum(low - exact.expression, exact.expression - high)
        assert (beyond <= np.maximum(already, 0.0) + 0.15).all(), mix


def test_kept_eyes_are_shut_or_open_in_every_emotion():
    for mix in EVERY_MIX:
        lids = STAGE.parts.lids
        assert lids.openness(face(step(mix, keeps=("eyes shut",))).expression).max() < 0.03, mix
        assert lids.openness(face(step(mix, keeps=("eyes open",))).expression).min() > 0.58, mix


def test_closed_by_a_unit_is_closed_on_its_side_even_in_fear():
    lids = STAGE.parts.lids
    left, right = lids.openness(face(step("Fear", units=(("AU43L", 1.0),))).expression)
    assert left < 0.03 and right > 1.1


def test_a_mouth_kept_open_is_open():
    pairs = lip_pairs(HEAD, np.arange(HEAD.vertex_count))
    for emotion in ("Anger", "Sadness", NEUTRAL, "Joy"):
        made = face(step(emotion, keeps=("mouth open",)))
        pose = np.zeros((1, 5, 3))
        pose[0, 2] = made.jaw
        assert pairs.gaps(evaluate(HEAD, None, made.expression, pose)[0]).max() > 5e-3


def test_a_part_kept_still_stays_as_it_was_before():
    before = STAGE.faces((EmotionMix("Anger"),))[0]
    made = units_of(face(step("Surprise", keeps=("brows still", "jaw still")), before))
    kept = in_regions(NAMES.tolist(), ("brows", "jaw"))
    assert np.allclose(made[kept], units_of(before)[kept])
    surprised = units_of(STAGE.faces((EmotionMix("Surprise"),))[0])
    assert np.allclose(made[~kept], surprised[~kept])


def test_a_unit_that_is_asked_for_moves_in_a_part_that_is_kept_still():
    made = face(step("Surprise", units=(("AU2L", 0.5),), keeps=("brows still",)))
    assert shown(made, "AU2L", "AU2R", "AU1L") == [pytest.approx(0.5), 0.0, 0.0]


def test_what_no_unit_explains_stays_with_the_base():
    happy = STAGE.faces((EmotionMix("Joy"),))[0]
    odd = replace(happy, expression=happy.expression + 0.4 * np.sin(np.arange(100.0)),
                  neck=[0, 0.2, 0])
    own = units_of(odd)
    made = STAGE.parts.face(step(units=(("AU4L", 1.0),)), odd, (), REST)
    wanted = own.copy()
    wanted[NAMES == "AU4L"] = 1.0
    change = STAGE.units.codes(np.stack([wanted, own]))
    assert np.allclose(made.expression - odd.expression, change[0] - change[1])
    assert np.array_equal(made.neck, odd.neck)


def test_strengths_stay_within_what_a_unit_may_show():
    made = units_of(face(step(EmotionMix("Fear", 1.5), layers=(layer("Surprise", "mouth"),),
                              units=(("AU5", 1.5),))))
    assert made.max() <= STRONGEST_UNIT and made.min() >= 0
