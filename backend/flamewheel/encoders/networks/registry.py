# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoders by name, with their weights, kept in memory: a server encodes many photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import CheckpointError, UsageError
from ...head.data import HeadData
from ...parameters import FaceParameters
from ..photo import PhotoSource
from .interface import FaceEncoder
from .weights import IMAGE, find_checkpoint, find_fixed_displacement

if TYPE_CHECKING:
    from ..correspondence import Progress
    from .detail import DetailNetworks

LANDMARK = "landmark"
"""The encoder that needs no checkpoint and knows any head."""
NETWORKS_KEPT = 4
"""Loaded networks held in memory: one of each.  MICA has 260 MB, EMOCA 310, DECA 220, SMIRK 40."""


@dataclass(frozen=True, eq=False)
class LandmarkEncoder:
    """The landmark encoder as one of several."""

    progress: Progress | None = None

    @property
    def name(self) -> str:
        """How users call it."""
        return LANDMARK

    def encode(
        self, photo: PhotoSource, head: HeadData, *, face: int | None = None
    ) -> FaceParameters:
        """As `landmark.encode_photo`."""
        from ..landmark import encode_photo

        return encode_photo(photo, head, face=face, progress=self.progress)


def network_encoder(name: str, checkpoints: Mapping[str, Path] | None = None) -> FaceEncoder:
    """The network `name` with its published weights.

    checkpoints: files or folders by network, where they are not in the folder of checkpoints.
    Loaded once for each state of the file.  Raises UsageError `no-such-encoder`, CheckpointError
    as `find_checkpoint` and as reading the file.
    """
    check_name(name)
    return _kept(name, *_state_of(find_checkpoint(name, checkpoints)))


def detail_networks(name: str, checkpoints: Mapping[str, Path] | None = None) -> DetailNetworks:
    """The networks for wrinkles of `name`, "deca" or "emoca"; as `network_encoder` otherwise."""
    path = find_checkpoint(name, checkpoints)
    return _kept_detail(name, *_state_of(path), find_fixed_displacement(path))


def _state_of(path: Path) -> tuple[Path, int, int]:
    """A file, when it was changed and its size: together they say whether it is the same."""
    try:
        state = path.stat()
    except OSError as gone:
        raise CheckpointError("checkpoint-not-found", f"{path} cannot be read: {gone.strerror}.",
                              "Check the name and the folder.") from gone
    return path.resolve(), state.st_mtime_ns, state.st_size


def check_name(name: str) -> None:
    """Raises UsageError `no-such-encoder`."""
    if name not in ENCODERS:
        raise UsageError("no-such-encoder", f"There is no encoder {name!r}.",
                         f"Choose one of: {', '.join(ENCODERS)}.")


@lru_cache(maxsize=NETWORKS_KEPT)
def _kept(name: str, path: Path, _changed: int, _size: int) -> FaceEncoder:
    return _LOADERS[name](path)


@lru_cache(maxsize=1)
def _kept_detail(
    name: str, path: Path, _changed: int, _size: int, fixed: Path | None
) -> DetailNetworks:
    from .deca import load_deca_detail
    from .emoca import load_emoca_detail

    load = {"deca": load_deca_detail, "emoca": load_emoca_detail}[name]
    return load(path, fixed)


def _deca(path: Path) -> FaceEncoder:
    from .deca import load_deca

    return load_deca(path)


def _emoca(path: Path) -> FaceEncoder:
    from .emoca import load_emoca

    return load_emoca(path)


def _smirk(path: Path) -> FaceEncoder:
    from .lids import lid_expressions, read_lid_shapes
    from .smirk import load_smirk

    shapes = read_lid_shapes(path.parent)
    if shapes is None:
        return load_smirk(path)
    return load_smirk(path, lambda head: lid_expressions(head, shapes))


def _mica(path: Path) -> FaceEncoder:
    from .mica import load_mica

    return load_mica(path)


def _image(path: Path) -> FaceEncoder:
    from ..image import load_image_encoder

    return load_image_encoder(path)


_LOADERS: Mapping[str, Callable[[Path], FaceEncoder]] = {
    "deca": _deca, "emoca": _emoca, "smirk": _smirk, "mica": _mica,
    IMAGE: _image,
}

ANY_HEAD = (LANDMARK, IMAGE)
"""Encoders that are not bound to FLAME."""
ENCODERS = (LANDMARK, *_LOADERS)
"""Names that users give."""
