# SPDX-License-Identifier: GPL-3.0-or-later
"""The emotion of a face: asked by a photo's path or by a rig's expression."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blender_addon.client.http import Connection
from blender_addon.core import errors
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.protocol import CodeBody, Greeting
from blender_addon.core.protocol_infer import InferRequest


@pytest.fixture
def calls(greeting: Greeting) -> Iterator[BackendCalls]:
    connection = Connection(greeting.port, greeting.token, timeout=20)
    yield BackendCalls(connection)
    connection.close()


def test_a_rigs_face_is_read_without_a_photo(calls: BackendCalls) -> None:
    reply = calls.infer(InferRequest("open", code=CodeBody([0.5, -0.5])))
    assert reply.emotion.label == "Joy" and reply.emotion.probabilities == {"Joy": 1.0}
    assert reply.emotion.valence == 0.5 and reply.parameters is None
    assert "head=open, 2 numbers" in reply.notes


def test_a_photo_brings_its_parameters_along(calls: BackendCalls, tmp_path: Path) -> None:
    photo = tmp_path / "ä photo.jpg"
    photo.write_bytes(b"a face")
    reply = calls.infer(InferRequest("open", photo=str(photo), face=2))
    assert reply.parameters is not None and reply.parameters["shape"] == [1.0, 1.0]
    assert "face=2" in reply.notes and reply.emotion.label == "Joy"


def test_what_is_refused(calls: BackendCalls, tmp_path: Path) -> None:
    wall = tmp_path / "wall.jpg"
    wall.write_bytes(b"noface:")
    with pytest.raises(errors.PhotoError) as nobody:
        calls.infer(InferRequest("open", photo=str(wall)))
    assert nobody.value.code == "no-face"
    for asked in (InferRequest("open"), InferRequest("open", "x.jpg", code=CodeBody([0.0])),
                  InferRequest("open", code=CodeBody([0.0], jaw=[0.0]))):
        with pytest.raises(errors.UsageError) as refused:
            calls.infer(asked)
        assert refused.value.hint
