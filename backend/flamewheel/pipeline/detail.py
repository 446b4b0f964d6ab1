# SPDX-License-Identifier: GPL-3.0-or-later
"""The wrinkles that DECA and EMOCA see, as a map of displacements for Blender."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..files import write_whole, written_aside
from ..parameters import FaceParameters
from .networks import EncoderChoice

if TYPE_CHECKING:
    from ..encoders.networks.detail import DetailNetworks, Map
    from ..encoders.networks.interface import FaceEncoder

DETAILED = ("deca", "emoca")
"""Encoders with a network for wrinkles."""
MAP_KEY = "displacement"
"""The array in the file: metres along the normal over the UV square, row 0 at v = 1."""


def ready_detail(choice: EncoderChoice) -> DetailNetworks:
    """The networks for wrinkles of the encoder that gives the expression.

    Raises UsageError `no-detail` where it has none, CheckpointError as `ready_encoder`.
    """
    from ..encoders.networks.registry import detail_networks

    if choice.expression_from not in DETAILED:
        raise UsageError("no-detail", f"The encoder {choice.expression_from} sees no wrinkles.",
                         "Take DECA or EMOCA for the expression: --encoder emoca.")
    return detail_networks(choice.expression_from, choice.checkpoints)


def keeping_detail(encoder: FaceEncoder, networks: DetailNetworks) -> FaceEncoder:
    """`encoder`, whose parameters keep the wrinkles' code: `appearance.detail`."""
    from ..encoders.networks.combined import Combined
    from ..encoders.networks.flame_encoder import FlameEncoder

    if isinstance(encoder, Combined):
        seeing = keeping_detail(encoder.expression_from, networks)
        return replace(encoder, expression_from=seeing)
    assert isinstance(encoder, FlameEncoder), encoder  # `ready_detail` lets no other through
    return replace(encoder, detail=networks)


def write_detail(face: FaceParameters, networks: DetailNetworks, output: Path,
                 head: str = "open") -> FaceParameters:
    """Writes the wrinkles of a face on `head`, and gives the face with what there is to say.

    `.npz`: metres under `MAP_KEY`, for Blender's Apply Detail.  `.png`: 16 bits of height, for any
    renderer, and beside it `…_normal.png`, tangent-space normals, green up.
    Raises UsageError `wrong-ending`, `no-detail`; OutputError; for pictures HeadError `no-uv`.
    """
    import numpy as np

    check_map_name(output)
    metres, notes = networks.displacement(face)
    if output.suffix.lower() == ".png":
        notes = (*notes, _write_pictures(face, metres, output, head))
    else:
        with written_aside(output) as part:
            np.savez_compressed(part, **{MAP_KEY: metres.astype(np.float32)})
    return replace(face, notes=(*face.notes, *notes))


def _write_pictures(face: FaceParameters, metres: Map, output: Path, head: str) -> str:
    """Height and normals on the person's own neutral face; gives the height's scale in words."""
    from ..head.model import HeadModel
    from ..head.registry import find_head
    from ..render.displacement import as_png, relief_maps

    data = find_head(head)
    neutral = HeadModel(data).vertices(face.identity.shape)[0].numpy()
    maps = relief_maps(metres, data, neutral)
    _, normals = map_files(output)
    write_whole(output, as_png(maps.height))
    write_whole(normals, as_png(maps.normal))
    return (f"{output.name}: {1e3 * maps.scale:.3g} mm from black to white, mid grey is none; "
            f"its normals are {normals.name}.")


def map_files(output: Path | None) -> tuple[Path, ...]:
    """The files that `write_detail` writes for `output`: a picture has another of normals."""
    if output is None:
        return ()
    if output.suffix.lower() != ".png":
        return (output,)
    return (output, output.with_name(f"{output.stem}_normal.png"))


def check_map_name(output: Path) -> None:
    """Raises UsageError `wrong-ending` where `output` is neither `.npz` nor `.png`."""
    if output.suffix.lower() not in (".npz", ".png"):
        raise UsageError("wrong-ending", f"A map of wrinkles is a .npz or .png, not {output.name}.",
                         "Name it .npz for Blender's Apply Detail, .png for other programs.")
