# SPDX-License-Identifier: GPL-3.0-or-later
"""Several photos of one person: asked for by their paths, answered together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from blender_addon.client.http import Connection
from blender_addon.core import errors
from blender_addon.core.backend_calls import BackendCalls
from blender_addon.core.photo_files import chosen_photos, neutral_photo
from blender_addon.core.protocol import Greeting
from blender_addon.core.protocol_photos import MAX_PHOTOS, PhotosRequest


@pytest.fixture
def calls(greeting: Greeting) -> Iterator[BackendCalls]:
    connection = Connection(greeting.port, greeting.token, timeout=20)
    yield BackendCalls(connection)
    connection.close()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    made = [tmp_path / name for name in ("ärger.jpg", "rest & more.jpg", "wall.jpg")]
    for photo in made:
        photo.write_bytes(photo.name.encode())
    return made


def test_photos_are_answered_in_the_order_asked(calls: BackendCalls, photos: list[Path]) -> None:
    asked = PhotosRequest("open", [str(photo) for photo in photos], str(photos[1]), 2)
    reply = calls.encode_photos(asked)
    assert [each.photo for each in reply.faces] == [str(photo) for photo in photos[:2]]
    assert all(each.parameters["shape"] == [1.0, 1.0] for each in reply.faces)
    assert "face=2" in reply.faces[0].parameters["notes"]
    assert f"neutral={photos[1]}" in reply.notes
    assert any("wall.jpg was left out" in note for note in reply.notes)


def test_the_same_photo_twice_is_one(calls: BackendCalls, photos: list[Path]) -> None:
    reply = calls.encode_photos(PhotosRequest("open", [str(photos[0])] * 2))
    assert len(reply.faces) == 1 and any("the same picture" in note for note in reply.notes)


def test_what_is_refused(calls: BackendCalls, photos: list[Path]) -> None:
    for paths, code in (([], "no-photos"), (["x"] * (MAX_PHOTOS + 1), "too-many-photos"),
                        ([str(photos[0]), "/gone.jpg"], "file-not-found")):
        with pytest.raises(errors.PhotoError) as refused:
            calls.encode_photos(PhotosRequest("open", paths))
        assert refused.value.code == code and refused.value.hint


def test_which_photos_were_chosen(photos: list[Path]) -> None:
    folder, names = str(photos[0].parent), [photo.name for photo in photos]
    assert chosen_photos(str(photos[0]), folder, names) == photos
    assert chosen_photos(str(photos[0]), folder, [""]) == photos[:1]  # as the browser gives one
    assert chosen_photos("", folder, [names[1], names[1]]) == [photos[1]]
    for given in (("", "", []), (str(photos[0].parent), "", []), ("", folder, ["gone.jpg"])):
        with pytest.raises(errors.PhotoError, match="no photo"):
            chosen_photos(*given)
    with pytest.raises(errors.PhotoError) as many:
        chosen_photos("", folder, [f"{number}.jpg" for number in range(MAX_PHOTOS + 1)])
    assert many.value.code == "too-many-photos"


def test_which_photo_is_the_neutral_one(photos: list[Path]) -> None:
    assert neutral_photo("", photos) is None
    assert neutral_photo(photos[1].name, photos) == photos[1]
    assert neutral_photo(str(photos[2]), photos[:1]) == photos[2]
    with pytest.raises(errors.PhotoError, match=r"gone\.jpg"):
        neutral_photo("gone.jpg", photos)
