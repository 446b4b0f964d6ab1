# SPDX-License-Identifier: GPL-3.0-or-later
"""Heads by name and by path."""

from pathlib import Path

import generated_flame
import pytest

from flamewheel.errors import HeadError
from flamewheel.head import registry
from flamewheel.head.data import HeadData
from flamewheel.head.files import save_head
from flamewheel.head.registry import find_head, list_heads


@pytest.fixture
def places(tmp_path: Path, monkeypatch, head: HeadData) -> Path:
    """An empty user's folder and an assets folder with an open head."""
    monkeypatch.setattr(registry, "user_heads_folder", lambda: tmp_path / "user")
    monkeypatch.setattr(registry, "_ASSETS", tmp_path / "assets")
    monkeypatch.setattr(registry, "_PACKAGE", tmp_path / "package")
    (tmp_path / "user").mkdir()
    (tmp_path / "assets" / "flame").mkdir(parents=True)
    save_head(head, tmp_path / "assets" / "open_head.npz")
    return tmp_path


def test_the_open_head_and_the_users(places: Path, head: HeadData) -> None:
    save_head(head, places / "user" / "mine.npz")
    generated_flame.write_flame_pickle(places / "assets" / "flame" / "flame2023.pkl", small=True)
    (places / "assets" / "flame" / "FLAME_masks.pkl").write_bytes(b"")
    (places / "assets" / "flame" / "README.md").write_text("here")
    assert [(e.name, e.origin) for e in list_heads()] == [
        ("open", "embedded"), ("mine", "user"), ("flame2023", "flame_assets")]
    assert find_head().checksum == find_head("mine").checksum == head.checksum
    assert find_head("flame2023").identity_count == 300


def test_the_package_s_own_open_head_comes_first(places: Path, head: HeadData) -> None:
    packaged = places / "package" / "assets" / "open_head.npz"
    packaged.parent.mkdir(parents=True)
    save_head(head, packaged)
    assert list_heads()[0].path == packaged


def test_the_light_version_has_a_name_of_its_own(places: Path, head: HeadData) -> None:
    save_head(head, places / "assets" / "open_head_light.npz")
    assert [(e.name, e.origin) for e in list_heads()] == [
        ("open", "embedded"), ("open-light", "embedded")]
    assert find_head("open-light").checksum == head.checksum


def test_a_converted_file_hides_its_pickle(places: Path, head: HeadData) -> None:
    generated_flame.write_flame_pickle(places / "user" / "flame.pkl", small=True)
    save_head(head, places / "user" / "flame.npz")
    assert [e.path.suffix for e in list_heads() if e.name == "flame"] == [".npz"]


def test_a_file_is_read_once_until_it_changes(places: Path, head: HeadData) -> None:
    path = places / "a.npz"
    save_head(head, path)
    first = find_head(path)
    assert find_head(str(path)) is first
    path.touch()
    assert find_head(path) is not first


def test_an_unknown_name_suggests(places: Path, head: HeadData) -> None:
    save_head(head, places / "user" / "flame2020.npz")
    with pytest.raises(HeadError) as refused:
        find_head("flame2002")
    assert refused.value.code == "head-unknown"
    assert "flame2020" in refused.value.hint and "flamewheel head list" in refused.value.hint


def test_a_path_that_is_not_there(places: Path) -> None:
    for path in ("none.npz", str(places / "none.pkl"), "folder/none"):
        with pytest.raises(HeadError) as refused:
            find_head(path)
        assert refused.value.code == "head-not-found"


def test_without_the_open_head(places: Path) -> None:
    (places / "assets" / "open_head.npz").unlink()
    assert list_heads() == ()
    with pytest.raises(HeadError) as refused:
        find_head("open")
    assert refused.value.code == "head-not-found" and "embedded" in refused.value.message
