# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages survive the wire between the backend's copy and the add-on's; bad ones are refused."""

from __future__ import annotations

from dataclasses import fields

import pytest

from flamewheel import errors, protocol, protocol_plan
from flamewheel.instruction import plan
from flamewheel.motion.style import MOST, MotionStyle
from flamewheel.trajectory import EASINGS

CODE = protocol.CodeBody([0.5, -1.0], jaw=[0.1, 0.0, 0.0])
MESSAGES = [
    protocol.Greeting(8123, "secret", 77, "0.1.0"),
    protocol.HealthReply("0.1.0", 77, "loading"),
    protocol.BlendRequest("open", protocol.WheelSpot("joy"), protocol.WheelSpot("fear", 0.5)),
    protocol.BlendRequest("open", protocol.WheelSpot("joy"), protocol.WheelSpot("fear"),
                          tertiary=protocol.WheelSpot("anger", 1.5), weights=[0.5, 0.3, 0.2],
                          side="left", asymmetry=0.5, own={"head": "open"}),
    protocol.BlendReply(CODE, "guilt", ["a note"], {"AU12L": 0.5}),
    protocol_plan.TransitionRequest("open", "to joy", CODE, 3),
    protocol_plan.TransitionRequest("open", "to joy"),
    protocol_plan.TrajectoryReply(
        "open", [0.0, 1.0], [[0.0], [1.0]], ["smooth"],
        plan=[protocol_plan.PlanStep("joy", 1, 2.5, "smooth", "to joy")], seed=4,
    ),
    protocol_plan.PerformRequest(
        "open",
        [protocol_plan.PlanStep(
            "Joy", 1.5, 0.5, "linear", "a smile", 3, 10, [protocol_plan.PlanEmotion("Fear")], 0.7,
            [protocol_plan.PlanLayer("Anger", 1.0, ["brows"], "left")], {"AU1L": 0.5},
            ["mouth shut"],
        )],
        motion=protocol_plan.MotionBody(blinks=0.0, speed_limits=False),
    ),
    protocol_plan.UnderstandReply([], [protocol_plan.NotUnderstood(0, 4, "hapy", ["happy"])]),
    protocol.RetargetRequest("open", {"head": "open"}, None),
    protocol.ConvertRequest("a.pkl", "b.npz"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_the_same(message: object) -> None:
    assert protocol.from_json(type(message), protocol.to_json(message)) == message


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"{}", "lacks a field"),
        (b'{"head": 1, "primary": {"emotion": "joy"}}', "BlendRequest.head must be a str, not int"),
        (b'{"head": "open", "primary": "joy"}', "not a JSON object"),
        (b'{"head": "open", "primary": {"emotion": "joy"}, "weight": true}', "weight"),
        (b'{"head": "open", "primary": {"emotion": "joy"}, "weight": NaN}', "not finite"),
        (b'{"head": "open", "primary": {"emotion": "joy"}, "weight": 1e999}', "not finite"),
        (b'{"head": "open", "primary": {"emotion": "joy"}, "weight": 1' + b"0" * 400 + b"}",
         "not finite"),
    ],
)
def test_a_bad_body_is_refused_with_its_field(body: bytes, said: str) -> None:
    with pytest.raises(errors.BackendError) as caught:
        protocol.from_json(protocol.BlendRequest, body)
    assert caught.value.code == "bad-message"
    assert said in caught.value.message


def test_a_refused_sentence_keeps_its_place() -> None:
    refusal = errors.InstructionError("absent-control", "No ears.", "Brows.", (3, 7))
    reply = protocol.ErrorReply.of(refusal)
    assert (reply.start, reply.end) == (3, 7)
    again = protocol.from_json(protocol.ErrorReply, protocol.to_json(reply)).error()
    assert isinstance(again, errors.InstructionError) and again.span == (3, 7)
    nowhere = protocol.ErrorReply.of(errors.InstructionError("empty", "Empty."))
    assert (nowhere.start, nowhere.end) == (None, None)


def test_what_plans_may_say_is_what_the_add_on_offers() -> None:
    assert protocol_plan.PARTS == plan.PARTS and protocol_plan.KEEPS == plan.KEEPS
    assert (plan.CURRENT, plan.MAX_INTENSITY, plan.MAX_SECONDS) == (
        protocol_plan.CURRENT, protocol_plan.MAX_INTENSITY, protocol_plan.MAX_SECONDS)
    assert set(protocol_plan.EASINGS) == set(EASINGS)
    offered = {slot.name for slot in fields(protocol_plan.MotionBody)}
    assert offered == {slot.name for slot in fields(MotionStyle)}
    assert protocol_plan.MOST_MOTION == MOST
    assert protocol_plan.MotionBody() == protocol_plan.MotionBody(**vars(MotionStyle()))


def test_a_table_holds_values_of_its_kind() -> None:
    step = b'{"emotion": "Joy", "intensity": 1, "seconds": 1, "easing": "smooth", "units": %s}'
    read = protocol.from_json(protocol_plan.PlanStep, step % b'{"AU1L": 1}')
    assert read.units == {"AU1L": 1}
    with pytest.raises(errors.BackendError, match=r"PlanStep\.units\.AU1L must be a float"):
        protocol.from_json(protocol_plan.PlanStep, step % b'{"AU1L": "all"}')


def test_unknown_fields_are_left_out() -> None:
    body = b'{"source": "a", "output": "b", "of_a_newer_version": 1}'
    assert protocol.from_json(protocol.ConvertRequest, body).output == "b"


def test_not_a_number_is_never_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        protocol.to_json(protocol.CodeBody([float("nan")]))


def test_a_refusal_keeps_its_class() -> None:
    sent = protocol.ErrorReply.of(errors.PhotoError("no-face", "No face.", "Another photo."))
    raised = protocol.from_json(protocol.ErrorReply, protocol.to_json(sent)).error()
    assert type(raised) is errors.PhotoError
    assert (raised.code, raised.message, raised.hint) == ("no-face", "No face.", "Another photo.")


@pytest.mark.parametrize("kind", ["", "NoSuchError", "annotations", "__name__"])
def test_an_unknown_class_of_refusal_becomes_the_root(kind: str) -> None:
    assert type(protocol.ErrorReply("a", "b", kind=kind).error()) is errors.FlamewheelError
