# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's units and measured faces, asked for as jobs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from blender_addon.client.http import Connection
from blender_addon.core import errors
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.head_units import units_of_reply
from blender_addon.core.protocol import Greeting
from blender_addon.core.protocol_units import MAX_FACES, MeasureRequest, UnitsRequest


@pytest.fixture
def calls(greeting: Greeting) -> Iterator[BackendCalls]:
    connection = Connection(greeting.port, greeting.token, timeout=20)
    yield BackendCalls(connection)
    connection.close()


def test_a_heads_units(calls: BackendCalls) -> None:
    reply = calls.head_units(UnitsRequest("first"))
    assert reply.names == ["AU1L", "AU26"] and reply.rows == [[1, 2, 3, 0, 0, 0],
                                                              [4, 5, 6, 0.25, 0, 0]]
    assert (reply.pairs, reply.pair_rows) == ([[0, 1]], [[7, 8, 9]])
    assert reply.source == "made up for first" and "AU26" in reply.notes[0]
    units = units_of_reply(reply)
    assert units.codes([[1.0, 2.0]]).tolist() == [[1 + 8 + 14, 2 + 10 + 16, 3 + 12 + 18]]
    assert units.turns([[0.0, 2.0]])[0] == pytest.approx([0.5, 0, 0])


def test_units_of_a_head_that_has_none(calls: BackendCalls) -> None:
    with pytest.raises(errors.HeadError) as refused:
        calls.head_units(UnitsRequest("bad"))
    assert refused.value.code == "no-landmarks" and refused.value.hint


def test_measured_faces(calls: BackendCalls) -> None:
    reply = calls.measure_units(MeasureRequest("first", [[1, 2, 3, 0, 0, 0], [0, 0, 0, 1, 0, 0]]))
    assert reply.names == ["AU1L", "AU26"]
    assert reply.strengths == [[1, 0], [0, 1]] and reply.explained == [0.5, 0.5]


@pytest.mark.parametrize(("rows", "code"), [
    ([], "no-faces"), ([[1.0, 2.0, 3.0]], "bad-shape"), ([[0.0] * 5, [0.0] * 6], "bad-shape"),
    ([[0.0] * 4] * (MAX_FACES + 1), "too-many-faces"),
])
def test_faces_that_cannot_be_measured(
    calls: BackendCalls, rows: list[list[float]], code: str
) -> None:
    with pytest.raises(errors.UsageError) as refused:
        calls.measure_units(MeasureRequest("first", rows))
    assert refused.value.code == code and refused.value.hint
