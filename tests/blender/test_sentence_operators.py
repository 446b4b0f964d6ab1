# SPDX-License-Identifier: GPL-3.0-or-later
"""The Sentence panel's verbs in the background: read, edit, act, take again, suggest, refuse."""

from __future__ import annotations

import json
from typing import Any

import bpy
import numpy as np
import pytest
from scene_tools import contents, head_mesh, keyframes, values
from simple_rig import empty_file

from blender_addon.core.plan_rows import step_title
from blender_addon.scene.plan_fields import plan_rows, step_of
from blender_addon.ui import marked_text, sentence_panel, step_fields

FPS = 30
SENTENCE = "from disgust to awe in 12 frames, then 70% joy and 30% fear, linearly, then hold"


@pytest.fixture(autouse=True)
def scene(addon: Any) -> Any:
    empty_file()
    bpy.context.scene.render.fps = FPS
    return bpy.context.scene


@pytest.fixture
def head() -> Any:
    assert bpy.ops.flamewheel.import_head(expression_count=100) == {"FINISHED"}
    return head_mesh()


@pytest.fixture
def plan(scene: Any) -> Any:
    assert bpy.ops.flamewheel.read_sentence(text=SENTENCE) == {"FINISHED"}
    return scene.flamewheel


def titles(state: Any) -> list[str]:
    return [step_title(step_of(item)) for item in state.steps]


def curves(head: Any) -> dict[str, list[tuple[float, float]]]:
    """Of the expression keys alone."""
    return {path: points for (path, _), points in keyframes(head.data.shape_keys).items()}


def frames_of(head: Any) -> tuple[float, float]:
    every = [frame for points in curves(head).values() for frame, _ in points]
    return min(every), max(every)


def test_reading_shows_steps_and_touches_no_key(scene: Any, head: Any) -> None:
    before = contents()
    assert bpy.ops.flamewheel.read_sentence(text=SENTENCE) == {"FINISHED"}
    assert contents() == before
    state = scene.flamewheel
    assert state.sentence == state.read_text == SENTENCE
    assert state.plan_start.emotion == "Disgust"
    assert titles(state) == ["Awe", "Joy + Fear  70 : 30", "hold"]
    assert [round(step.seconds, 4) for step in state.steps] == [0.4, 1.0, 1.0]  # 12 of 30 frames
    assert state.steps[1].easing == "linear" and state.steps[0].words == "awe"


def test_reading_needs_no_head(plan: Any) -> None:
    assert len(plan.steps) == 3


def test_what_was_read_goes_back_unchanged(plan: Any) -> None:
    rows = plan_rows(plan)
    assert (rows[0].emotion, rows[0].seconds, rows[0].words) == ("Disgust", 0.0, "start")
    awe, mix, hold = rows[1:]
    assert (awe.emotion, awe.also[0].emotion, awe.seconds) == ("Fear", "Surprise", 0.4)
    assert (mix.emotion, mix.also[0].emotion, mix.share) == ("Joy", "Fear", 0.7)
    assert hold.easing == "hold" and SENTENCE[awe.start:awe.end] == "awe"


def test_steps_as_they_stand_are_acted(head: Any, plan: Any) -> None:
    bpy.ops.flamewheel.perform(frame=1, still=True)
    assert frames_of(head) == (1, 1 + 2.4 * FPS)
    plan.steps[0].emotion, plan.steps[0].seconds = "Anger", 1.0
    plan.steps.remove(2)
    bpy.ops.flamewheel.perform(frame=201, still=True)
    assert frames_of(head) == (1, 201 + 2 * FPS)
    bpy.context.scene.frame_set(201 + FPS)
    edited = values("Exp")
    empty_file()
    bpy.context.scene.render.fps = FPS
    bpy.ops.flamewheel.import_head(expression_count=100)
    bpy.ops.flamewheel.transition(text="from disgust to anger over one second", frame=1, still=True)
    bpy.context.scene.frame_set(1 + FPS)
    np.testing.assert_allclose(edited, values("Exp"), atol=1e-4)


def test_the_list_is_edited(plan: Any) -> None:
    plan.active_step = 0
    assert bpy.ops.flamewheel.add_step() == {"FINISHED"}
    assert titles(plan) == ["Awe", "Awe", "Joy + Fear  70 : 30", "hold"] and plan.active_step == 1
    assert plan.steps[1].words == ""
    plan.steps[1].emotion = "Trust"
    bpy.ops.flamewheel.move_step(up=False)
    assert titles(plan) == ["Awe", "Joy + Fear  70 : 30", "Trust", "hold"]
    assert plan.active_step == 2
    bpy.ops.flamewheel.add_to_step(what="layers")
    bpy.ops.flamewheel.add_to_step(what="units")
    step = plan.steps[2]
    step.layers[0].emotion, step.layers[0].parts, step.layers[0].side = "Love", {"eyes"}, "left"
    step.units[0].unit, step.units[0].strength = "AU12L", 0.5
    step.keeps = {"mouth_shut"}
    assert titles(plan)[2] == "Trust · left eyes: Love · AU12L · mouth shut"
    row = plan_rows(plan)[3]
    assert (row.layers[0].emotion, row.layers[0].also[0].emotion) == ("Joy", "Trust")
    assert row.units == {"AU12L": 0.5} and row.keeps == ["mouth shut"]
    bpy.ops.flamewheel.remove_from_step(what="units", index=0)
    assert not plan.steps[2].units
    bpy.ops.flamewheel.remove_step()
    assert titles(plan) == ["Awe", "Joy + Fear  70 : 30", "hold"]


def test_at_the_list_s_ends_nothing_happens(plan: Any) -> None:
    plan.active_step = 0
    assert bpy.ops.flamewheel.move_step(up=True) == {"CANCELLED"}
    plan.active_step = 2
    assert bpy.ops.flamewheel.move_step(up=False) == {"CANCELLED"}
    assert bpy.ops.flamewheel.remove_from_step(what="layers", index=5) == {"CANCELLED"}
    for _ in range(3):
        bpy.ops.flamewheel.remove_step()
    assert not plan.steps and not bpy.ops.flamewheel.remove_step.poll()
    assert bpy.ops.flamewheel.add_step() == {"FINISHED"}
    assert titles(plan) == ["Joy"]


def test_a_script_s_steps(scene: Any, head: Any) -> None:
    steps = [{"emotion": "Joy", "seconds": 0.5}, {"emotion": "Awe", "intensity": 0.5}]
    assert bpy.ops.flamewheel.perform(steps=json.dumps(steps), frame=1) == {"FINISHED"}
    assert titles(scene.flamewheel) == ["Joy", "Awe 50 %"]
    assert frames_of(head) == (1, 1 + 1.5 * FPS)


def test_another_take_is_another_and_stands_in_the_same_place(scene: Any, head: Any) -> None:
    bpy.ops.flamewheel.transition(text="from joy to fear over one second", frame=10)
    first = curves(head)
    took = []
    for _ in range(2):
        scene.frame_set(77)  # wherever a person is: the take stays where it was
        assert bpy.ops.flamewheel.another_take() == {"FINISHED"}
        took.append(curves(head))
        assert frames_of(head) == (10, 10 + FPS)
    assert scene.flamewheel.seed == 1
    assert first != took[0] != took[1]
    bpy.ops.flamewheel.another_take(seed=2**31 - 1)
    assert bpy.ops.flamewheel.another_take() == {"FINISHED"}  # after the last comes the first
    assert scene.flamewheel.seed == 0
    assert curves(head) == took[0]


def test_another_take_touches_nobody_else_s_keys(scene: Any, head: Any) -> None:
    """Neither those before and after it, nor other channels within it."""
    for frame in (1, 200):
        bpy.ops.flamewheel.transition(text="to anger in 10 frames", frame=frame, still=True)
    bpy.ops.flamewheel.transition(text="to joy, then surprise", frame=50)
    bones = head.parent.pose.bones
    bones["neck"].rotation_euler = (0.1, 0.2, 0.3)
    bones["neck"].keyframe_insert("rotation_euler", frame=70)
    before, rig = curves(head), keyframes(head.parent)
    bpy.ops.flamewheel.another_take()
    after = curves(head)
    assert after != before

    def outside(points: Any) -> Any:
        return [point for point in points if not 50 <= point[0] <= 50 + 2 * FPS]

    assert {path: outside(points) for path, points in after.items()} == {
        path: outside(points) for path, points in before.items()}
    neck = {channel: points for channel, points in rig.items() if "neck" in channel[0]}
    assert neck and {channel: keyframes(head.parent)[channel] for channel in neck} == neck


def test_a_shorter_take_leaves_nothing_of_the_longer_one(scene: Any, head: Any, plan: Any) -> None:
    bpy.ops.flamewheel.perform(frame=1)
    assert frames_of(head) == (1, 1 + 2.4 * FPS)
    plan.steps.remove(2)
    bpy.ops.flamewheel.another_take()
    assert frames_of(head) == (1, 1 + 1.4 * FPS)


def test_the_face_at_the_beginning_is_a_take_s_too(scene: Any, head: Any) -> None:
    """"The present face" of another take is the one that the first began from."""
    key = head.data.shape_keys.key_blocks["Exp1"]
    key.value = 0.75
    bpy.ops.flamewheel.transition(text="to joy", frame=1)
    bpy.ops.flamewheel.another_take()
    scene.frame_set(1)
    assert key.value == pytest.approx(0.75, abs=1e-5)


def test_few_keys_with_slopes_or_one_a_frame(scene: Any, head: Any) -> None:
    text = "from disgust to joy over two seconds"
    bpy.ops.flamewheel.transition(text=text, frame=1, seed=1)
    few = curves(head)
    scene.frame_set(31)
    halfway = values("Exp")
    bpy.ops.flamewheel.transition(text=text, frame=1, seed=1, dense=True)
    assert all(len(points) == 61 for points in curves(head).values())
    assert np.mean([len(points) for points in few.values()]) < 15
    scene.frame_set(31)
    np.testing.assert_allclose(values("Exp"), halfway, atol=0.05)


def test_sliders_of_units_give_way_for_the_span_of_a_performance(scene: Any, head: Any) -> None:
    assert bpy.ops.flamewheel.add_units() == {"FINISHED"}
    rig = head.parent
    rig["AU12L"] = 1.0
    bpy.ops.flamewheel.transition(text="to sadness over one second", frame=1)
    slider = keyframes(rig)['["AU12L"]', 0]
    assert [value for _, value in slider] == [0.0, 0.0]
    base = keyframes(head.data.shape_keys)
    assert any("Exp" in path for path, _ in base)
    bpy.ops.flamewheel.another_take()
    assert keyframes(rig)['["AU12L"]', 0] == slider
    assert keyframes(head.data.shape_keys) != base


def test_markers_name_the_steps_and_go_with_the_take(scene: Any, head: Any) -> None:
    scene.timeline_markers.new("mine", frame=5)
    bpy.ops.flamewheel.transition(text="to joy, then fear", frame=1, markers=True)
    expected = {("mine", 5), ("Joy", 1), ("Fear", 1 + FPS)}
    assert {(one.name, one.frame) for one in scene.timeline_markers} == expected
    bpy.ops.flamewheel.another_take(markers=True)
    assert len(scene.timeline_markers) == 3
    bpy.ops.flamewheel.another_take()
    assert [one.name for one in scene.timeline_markers] == ["mine"]


def test_a_suggestion_takes_the_word_s_place_and_is_read(scene: Any) -> None:
    state = scene.flamewheel
    state.sentence = "to hapy over two seconds"
    done = bpy.ops.flamewheel.use_suggestion(start=3, end=7, words="hapy", suggestion="happy")
    assert done == {"FINISHED"}
    assert state.sentence == state.read_text == "to happy over two seconds"
    assert titles(state) == ["Joy"]


def refused(verb: Any, **given: Any) -> str:
    with pytest.raises(RuntimeError) as caught:
        verb(**given)
    return str(caught.value)


@pytest.mark.parametrize(
    ("verb", "given", "said"),
    [
        ("read_sentence", {"text": "hello"}, "emotion"),
        ("use_suggestion", {"start": 0, "end": 4, "words": "hapy", "suggestion": "happy"},
         "no longer"),
        ("perform", {}, "no steps"),
        ("perform", {"steps": "nonsense"}, "not JSON"),
        ("perform", {"steps": '[{"emotion": "Bliss"}]'}, "Bliss"),
        ("another_take", {}, "no steps"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(
    head: Any, verb: str, given: dict[str, Any], said: str
) -> None:
    before, steps = contents(), len(bpy.context.scene.flamewheel.steps)
    assert said in refused(getattr(bpy.ops.flamewheel, verb), **given)
    assert contents() == before and len(bpy.context.scene.flamewheel.steps) == steps


def test_there_is_no_take_before_the_first_nor_of_another_head(head: Any, plan: Any) -> None:
    assert "Act a sentence first" in refused(bpy.ops.flamewheel.another_take)
    bpy.ops.flamewheel.perform()
    bpy.ops.flamewheel.import_head()
    assert "Act a sentence first" in refused(bpy.ops.flamewheel.another_take)


def test_a_take_of_another_version_s_file_is_none(scene: Any, head: Any, plan: Any) -> None:
    scene.flamewheel.take = '{"head": 3}'
    assert "Act a sentence first" in refused(bpy.ops.flamewheel.another_take)


@pytest.mark.parametrize("verb", ["read_sentence", "perform", "another_take", "transition",
                                  "use_suggestion", "add_step"])
def test_each_verb_is_one_step_of_undo(verb: str) -> None:
    assert "UNDO" in getattr(bpy.types, f"FLAMEWHEEL_OT_{verb}").bl_options


class Layout:
    """Takes what panels draw."""

    def __init__(self, drawn: list[str]) -> None:
        self.drawn = drawn

    def __getattr__(self, name: str) -> Any:
        def draw(*given: Any, **named: Any) -> Any:
            self.drawn.append(" ".join(map(str, (name, *given, named.get("text", "")))))
            return Layout(self.drawn)

        return draw


def test_the_panel_draws_the_sentence_its_unknown_words_and_the_steps(
    monkeypatch: Any, head: Any, plan: Any
) -> None:
    monkeypatch.setattr(marked_text, "_pixels", len)  # there is no font in the background
    unknown = plan.unknown.add()
    unknown.words, unknown.start, unknown.end = "disgust", 5, 12
    unknown.suggestions = "dismay\ndistaste"
    drawn: list[str] = []
    sentence_panel._draw_unknown(Layout(drawn), plan, 30)
    assert any(line.startswith("label disgust") for line in drawn)
    assert any(line.startswith("operator flamewheel.use_suggestion dismay") for line in drawn)
    drawn.clear()
    plan.sentence = "something else"
    sentence_panel._draw_unknown(Layout(drawn), plan, 30)
    assert not drawn
    sentence_panel._draw_verbs(Layout(drawn), bpy.context, plan)
    assert any("flamewheel.transition Read and Act It" in line for line in drawn)
    assert any("flamewheel.perform Act the Steps" in line for line in drawn)
    drawn.clear()
    plan.sentence = plan.read_text
    sentence_panel._draw_verbs(Layout(drawn), bpy.context, plan)
    assert any("flamewheel.perform Act It" in line for line in drawn)
    assert not any("flamewheel.transition" in line for line in drawn)
    step_fields.draw_step(Layout(drawn), plan.steps[1], 1)
    assert any("share" in line for line in drawn)
