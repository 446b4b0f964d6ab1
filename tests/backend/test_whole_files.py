# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are there whole or not at all, and both halves write them with the same code."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from flamewheel.errors import OutputError
from flamewheel.files import make_folder, write_whole, written_aside


def test_what_was_written_aside_takes_the_place(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with written_aside(path) as part:
        assert part.suffix == ".txt" and part.parent == tmp_path
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [left.name for left in tmp_path.iterdir()] == ["a.txt"]


def test_nothing_is_left_of_a_block_that_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), written_aside(tmp_path / "a.txt") as part:
        part.write_text("half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code"), [
    (errno.ENOSPC, "disk-full"), (errno.EDQUOT, "disk-full"), (errno.EACCES, "unwritable"),
    (errno.EROFS, "unwritable"), (errno.EIO, "cannot-write"),
])
def test_what_the_disk_says_decides_the_code(tmp_path: Path, number: int, code: str) -> None:
    with pytest.raises(OutputError) as refused, written_aside(tmp_path / "a.txt"):
        raise OSError(number, "the disk's words")
    assert refused.value.code == code
    assert "a.txt" in refused.value.message and "the disk's words" in refused.value.message


@pytest.mark.parametrize("name", ["", "no/such/a.txt", "a\0b", "\ud800", "a" * 300, "folder"])
def test_impossible_names_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    path = tmp_path / name if name else Path()
    with pytest.raises(OutputError) as refused:
        write_whole(path, b"x")
    assert refused.value.code == "cannot-write"
    assert [left.name for left in tmp_path.iterdir()] == ["folder"]


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        make_folder(tmp_path / "file" / "b")
