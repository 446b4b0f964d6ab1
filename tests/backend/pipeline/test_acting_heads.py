# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans with parts and keeps on a head without named units or landmarks: ICT-FaceKit's."""

from __future__ import annotations

import numpy as np
import pytest
from hidden_heads import ICT, ict_head

from flamewheel import pipeline
from flamewheel.head.files import save_head
from flamewheel.head.unit_regions import in_regions
from flamewheel.instruction.plan import EmotionMix, Layer, PlanStep, TransitionPlan
from flamewheel.motion.style import ALIVE
from flamewheel.pipeline.acting import stage_of

pytestmark = pytest.mark.skipif(not ICT.is_file(), reason="../shared/ict_face is absent")


@pytest.fixture(scope="module")
def head(tmp_path_factory):
    file = tmp_path_factory.mktemp("ict") / "ict.npz"
    save_head(ict_head().head, file)
    return str(file)


def performed(head, **changes):
    step = PlanStep("go", EmotionMix(changes.pop("mix", "Neutral")), 1.0, **changes)
    plan = TransitionPlan("", EmotionMix("Neutral"), True, (step,))
    return pipeline.perform(plan, head=head, motion=ALIVE).trajectory.codes[-1]


def test_parts_sides_units_and_keeps_are_solved_for(head):
    stage = stage_of(head)
    count, names = stage.database.expression_count, stage.units.names
    code = performed(head, layers=(Layer(EmotionMix("Surprise"), ("brows",), "left"),))
    shown = stage.meter.measure(code[None, :count + 3]).strengths[0]
    assert shown[names.index("AU2L")] > 0.7 > 0.2 > shown[names.index("AU2R")]
    assert shown[in_regions(names, ("mouth", "jaw"))].max() < 0.1
    disgust = performed(head, mix="Disgust", keeps=("mouth shut",))
    assert not disgust[count:count + 3].any() and stage.parts.lips.touching(disgust[:count])
    scared = performed(head, mix="Fear", keeps=("eyes shut",))
    assert np.abs(stage.parts.lids.openness(scared[:count])).max() < 0.25
    wink = performed(head, mix="Joy", units=(("AU43L", 1.0),))
    left, right = stage.parts.lids.openness(wink[:count])
    assert left < 0.1 and right > 0.4
