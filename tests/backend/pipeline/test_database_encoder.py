# SPDX-License-Identifier: GPL-3.0-or-later
"""Which encoder reads a database's photos, and what its rows are kept under."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from flamewheel.errors import CheckpointError, HeadError, UsageError
from flamewheel.head.registry import find_head, open_head_path
from flamewheel.pipeline.database_encoder import row_encoder

pytestmark = pytest.mark.skipif(not open_head_path().is_file(),
                                reason="the embedded head is not built")


def test_the_landmark_encoder_is_kept_under_what_it_has_learned() -> None:
    head = find_head("open")
    one, again = row_encoder(head, "open"), row_encoder(head, "open")
    light = row_encoder(find_head("open-light"), "open-light")
    assert one.is_landmark and one.key == again.key != light.key
    with pytest.raises(Exception, match="picture"):
        one.encode(b"no picture")


def test_networks_that_cannot_serve_are_refused() -> None:
    head = find_head("open")
    with pytest.raises(UsageError) as refusal:
        row_encoder(head, "open", "mica")
    assert refusal.value.code == "no-expression"
    with pytest.raises(UsageError):
        row_encoder(head, "open", "landmarks")
    with pytest.raises((HeadError, CheckpointError)):
        row_encoder(head, "open", "emoca")  # knows FLAME heads only


def test_a_networks_rows_are_kept_under_the_state_of_its_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "emoca.ckpt"
    weights.write_bytes(b"one")
    monkeypatch.setattr("flamewheel.pipeline.database_encoder.ready_encoder",
                        lambda *_: "network")
    monkeypatch.setattr("flamewheel.pipeline.database_encoder.encode_with",
                        lambda encoder, photo, head: SimpleNamespace(told=(encoder, photo, head)))
    data = find_head("open")
    one = row_encoder(data, "open", "emoca", {"emoca": weights})
    assert one.key.startswith("emoca-") and not one.is_landmark
    assert one.encode(b"x").told == ("network", b"x", "open")
    weights.write_bytes(b"another")
    assert row_encoder(data, "open", "emoca", {"emoca": weights}).key != one.key
