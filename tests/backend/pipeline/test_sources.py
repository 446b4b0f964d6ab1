# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders that a person names, sorted into photos, videos and the rest."""

from pathlib import Path

import pytest

from flamewheel.cli.photo_folder import file_names
from flamewheel.errors import PhotoError
from flamewheel.pipeline.sources import gather_photos, is_video


def made(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_bytes(name.encode())
    return [folder / name for name in names]


def test_a_folder_by_name_and_what_was_left_out(tmp_path):
    made(tmp_path, "b.PNG", "a.jpg", "notes.txt", "clip.MP4", ".DS_Store")
    (tmp_path / "more").mkdir()
    found = gather_photos([tmp_path])
    assert [photo.name for photo in found.photos] == ["a.jpg", "b.PNG"]
    assert sorted(note.split()[0] for note in found.notes) == ["clip.MP4", "more", "notes.txt"]


def test_named_files_keep_their_order_whatever_they_are_called(tmp_path):
    photos = made(tmp_path, "z.jpg", "scan")
    assert gather_photos(photos).photos == tuple(photos)


def test_the_same_picture_counts_once(tmp_path):
    first, other = made(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "link.jpg").symlink_to(first)
    (tmp_path / "copy.jpg").write_bytes(first.read_bytes())
    found = gather_photos([first, tmp_path])
    assert found.photos == (first, other)
    assert len(found.notes) == 3 and all("the same picture as a.jpg" in n for n in found.notes)


def test_a_dangling_link_is_left_for_the_reader_to_refuse(tmp_path):
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    assert [photo.name for photo in gather_photos([tmp_path]).photos] == ["gone.jpg"]


def test_what_is_not_there_and_what_is_empty(tmp_path):
    with pytest.raises(PhotoError) as missing:
        gather_photos([tmp_path / "none.jpg"])
    assert missing.value.code == "file-not-found" and "none.jpg" in missing.value.message
    made(tmp_path, "notes.txt")
    with pytest.raises(PhotoError) as empty:
        gather_photos([tmp_path])
    assert empty.value.code == "no-photos" and tmp_path.name in empty.value.message


@pytest.mark.parametrize(("name", "start", "video"), [
    ("clip.MKV", b"", True), ("clip", b"\0\0\0\x18ftypisom", True), ("photo", b"\xff\xd8", False),
    ("clip.bin", b"RIFF\0\0\0\0AVI LIST", True), ("web", b"\x1a\x45\xdf\xa3", True),
    ("phone", b"\0\0\0\x18ftypheic", False), ("clip.jpg", b"\0\0\0\x18ftypisom", False),
    ("picture", b"RIFF\0\0\0\0WEBPVP8 ", False), ("nothing", b"", False),
])
def test_videos_by_name_and_by_their_first_bytes(name, start, video, tmp_path):
    (tmp_path / name).write_bytes(start)
    assert is_video(tmp_path / name) is video


def test_names_of_parameter_files_are_never_taken_twice():
    photos = [Path(name) for name in
              ("a.jpg", "A.png", "b.jpg", "x/c.jpg", "y/c.jpg", "identity.png")]
    assert file_names(photos) == [
        "a.jpg.json", "A.png.json", "b.json", "c.jpg.json", "c.jpg-2.json", "identity.png.json"]


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b"])
def test_a_name_that_no_file_can_have(name):
    with pytest.raises(PhotoError) as refused:
        gather_photos([Path(name)])
    assert refused.value.code == "file-not-found"
