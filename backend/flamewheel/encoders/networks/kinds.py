# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the published networks a checkpoint belongs to."""

from __future__ import annotations

from ...errors import CheckpointError
from .checkpoint import Checkpoint, listed

_STRANGER = "an unknown network"


def kind_of(checkpoint: Checkpoint) -> str:
    """"DECA", "EMOCA", "MICA", "SMIRK", or words for something else, by the file's first names.

    DECA: E_flame, E_detail, D_detail (decalib/deca.py).  EMOCA: a Lightning file whose state_dict
    begins with `deca.` (gdl/models/DECA.py).  MICA: arcface, flameModel (micalib/models/mica.py).
    SMIRK: flat, `smirk_encoder.` (src/base_trainer.py).
    """
    names = checkpoint.entries
    if "E_flame" in names:
        return "DECA"
    if "arcface" in names:
        return "MICA"
    if any(key.startswith("smirk_encoder.") for key in names):
        return "SMIRK"
    state = names.get("state_dict")
    if isinstance(state, dict):
        inside = any(isinstance(key, str) and key.startswith("deca.") for key in state)
        return "EMOCA" if inside else "another network trained with Lightning"
    return _STRANGER


def expect_kind(checkpoint: Checkpoint, kind: str) -> None:
    """Refuses a checkpoint of another network: CheckpointError `other-checkpoint`."""
    found = kind_of(checkpoint)
    if found == kind:
        return
    what = (f"{found}: it has {listed(checkpoint.entries)}" if found == _STRANGER
            else f"{found}'s" if found.isupper() else f"that of {found}")
    raise CheckpointError("other-checkpoint", f"{checkpoint.name} is not {kind}'s checkpoint but "
                          f"{what}.", f"Give {kind}'s own file, or choose the encoder it is for.")
