# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows kept photo by photo: what is read again, and what a broken end does."""

from __future__ import annotations

import gc
from pathlib import Path

import numpy as np
import pytest

from flamewheel.errors import OutputError
from flamewheel.pipeline.encoded_rows import DIGEST_BYTES, RowStore

SIZE = 7
ONE, TWO, THREE = (bytes([number]) * DIGEST_BYTES for number in range(3))


def filled(path: Path) -> None:
    with RowStore(path, SIZE) as store:
        store.add(ONE, np.arange(SIZE, dtype=np.float32))
        store.add(TWO, None)


def test_rows_and_photos_without_a_face_are_known_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "kept.rows"
    filled(path)
    with RowStore(path, SIZE) as store:
        known = store.known(ONE)
        assert known is not None and known.row is not None
        assert (known.row == np.arange(SIZE)).all()
        nothing = store.known(TWO)
        assert nothing is not None and nothing.row is None
        assert store.known(THREE) is None


@pytest.mark.parametrize("left", [1, 5, 40])
def test_a_record_cut_off_is_written_anew(tmp_path: Path, left: int) -> None:
    path = tmp_path / "kept.rows"
    filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:left])
    with RowStore(path, SIZE) as store:
        assert store.known(TWO) is not None
        store.add(THREE, np.ones(SIZE, np.float32))
    assert len(path.read_bytes()) == len(whole) * 3 // 2
    with RowStore(path, SIZE) as store:
        assert store.known(THREE) is not None


def test_damage_ends_what_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "kept.rows"
    filled(path)
    body = bytearray(path.read_bytes())
    body[40] ^= 1
    path.write_bytes(bytes(body))
    with RowStore(path, SIZE) as store:
        assert store.known(ONE) is None and store.known(TWO) is None
    assert path.read_bytes() == b""


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError) as refusal:
        RowStore(tmp_path / "file" / "kept.rows", SIZE).__enter__()
    assert "FLAMEWHEEL_CACHE" in refusal.value.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_file_that_cannot_be_cut_is_refused_and_closed(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "kept.rows").symlink_to("/dev/full")
    with pytest.raises(OutputError):
        RowStore(tmp_path / "kept.rows", SIZE).__enter__()
    gc.collect()
    assert not recwarn.list
