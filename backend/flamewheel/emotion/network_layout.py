# SPDX-License-Identifier: GPL-3.0-or-later
"""How a classifier of 3D parameters is built: what it takes, its sizes, what it tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..errors import CheckpointError

PARTS = ("expression", "jaw", "global", "shape", "detail")
"""Parameters a face may be told by: ψ, the jaw's and the head's turn (axis-angle, rad), identity,
and the code of wrinkles of DECA and EMOCA.  Ig3D's `short` set is the first four."""
PUBLISHED_WIDTH, PUBLISHED_DROPOUTS = 2048, (0.5, 0.4)  # Ig3D, 4.1
MOST_INPUTS, MOST_WIDTH, MOST_CLASSES = 4096, 8192, 64
"""No file may ask for more: a network of these sizes is already 1 GB."""


@dataclass(frozen=True)
class NetworkLayout:
    """What a network's file says of itself beside its weights."""

    head: str  # name of the head whose coefficients it knows
    classes: tuple[str, ...]  # as the wheel names them
    parts: tuple[tuple[str, int], ...]  # name of `PARTS` and its length, in order
    knows_affect: bool = False  # valence and arousal were in the labels it learned from
    image_features: int = 0  # length of a 2D model's features; 0: 3D parameters alone
    image_model: str = ""  # checksum of the 2D model whose features those are
    projection: int = 128  # width the 3D parameters are transformed to before fusion
    width: int = PUBLISHED_WIDTH
    depth: int = 4
    dropouts: tuple[float, ...] = PUBLISHED_DROPOUTS  # of the first layers

    @property
    def inputs(self) -> int:
        """Numbers of a face."""
        return sum(size for _, size in self.parts)


def facts_of(layout: NetworkLayout) -> dict[str, Any]:
    """The layout as plain JSON."""
    return asdict(layout)


def layout_of(facts: Mapping[str, Any], name: str) -> NetworkLayout:
    """The layout of a file that nobody vouches for; `name` is the file's, for messages.

    Raises CheckpointError `unknown-layout`.
    """
    try:
        parts = tuple((str(part), int(size)) for part, size in facts["parts"])
        layout = NetworkLayout(
            str(facts["head"]), tuple(str(one) for one in facts["classes"]), parts,
            bool(facts["knows_affect"]), int(facts["image_features"]), str(facts["image_model"]),
            int(facts["projection"]), int(facts["width"]), int(facts["depth"]),
            tuple(float(share) for share in facts["dropouts"]))
    except (KeyError, TypeError, ValueError, OverflowError) as bad:
        raise _unknown(name, f"{bad!r} is missing or malformed") from bad
    limits = ((layout.inputs, MOST_INPUTS, "inputs"), (layout.width, MOST_WIDTH, "width"),
              (layout.projection, MOST_WIDTH, "projection"), (layout.depth, 16, "depth"),
              (len(layout.classes), MOST_CLASSES, "classes"))
    for value, most, what in limits:
        if not 1 <= value <= most:
            raise _unknown(name, f"{what} {value} is not within 1 and {most}")
    if not 0 <= layout.image_features <= MOST_INPUTS:
        raise _unknown(name, f"{layout.image_features} image features")
    if any(part not in PARTS or size < 1 for part, size in parts):
        raise _unknown(name, f"its parts are {parts}")
    if len({*layout.classes}) != len(layout.classes) or any(
            not 0.0 <= share < 1.0 for share in layout.dropouts):
        raise _unknown(name, "its classes or dropouts make no sense")
    return layout


def _unknown(name: str, why: str) -> CheckpointError:
    return CheckpointError("unknown-layout", f"{name} is laid out in an unknown way: {why}."[:300],
                           "Give a file that `flamewheel train emotion3d` wrote.")
