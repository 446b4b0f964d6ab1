# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the networks' published checkpoints lie: given by name, or in one folder for all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import CheckpointError

FOLDER_VARIABLE = "FLAMEWHEEL_CHECKPOINTS"
"""Environment variable that names the folder; without it, `checkpoints` in Flamewheel's own."""


IMAGE = "image"
"""Flamewheel's own network, of whatever head it was trained for."""
EMOCA = "emoca"
"""The network whose weights lie in a folder, under a name that its training chose."""


@dataclass(frozen=True)
class Published:
    """How a network's authors give its weights away."""

    title: str
    places: tuple[str, ...]  # files or folders below the folder of all checkpoints; first come
    origin: str  # where a person gets them
    reason: str = "it is under its authors' licence, so Flamewheel does not bring it"


PUBLISHED: Mapping[str, Published] = {
    "deca": Published(
        "DECA", ("deca_model.tar", "data/deca_model.tar"),
        "deca_model.tar, which fetch_data.sh of github.com/yfeng95/DECA downloads"),
    EMOCA: Published(
        "EMOCA", ("EMOCA_v2_lr_mse_20", "EMOCA_v2_mp", "EMOCA_v2_lr_cos_1.5", "EMOCA", "detail"),
        "EMOCA_v2_lr_mse_20.zip (unpacked) or another model of "
        "gdl_apps/EMOCA/demos/download_assets.sh of github.com/radekd91/emoca"),
    "smirk": Published(
        "SMIRK", ("SMIRK_em1.pt", "pretrained_models/SMIRK_em1.pt", "trained_models/SMIRK_em1.pt"),
        "SMIRK_em1.pt, which quick_install.sh of github.com/georgeretsi/smirk downloads"),
    "mica": Published(
        "MICA", ("mica.tar", "data/pretrained/mica.tar", "assets/mica.tar"),
        "mica.tar, which install.sh of github.com/Zielon/MICA downloads"),
    IMAGE: Published(
        "the image encoder", ("image_encoder.npz",),
        "image_encoder.npz, which `flamewheel train encoder` makes from a folder of photos",
        "it belongs to one head, and Flamewheel brings none"),
}
"""Each network by the name users call it; places as in its authors' own folders."""


def find_checkpoint(name: str, given: Mapping[str, Path] | None = None) -> Path:
    """The file with the weights of the network `name`, one of `PUBLISHED`.

    given: files, or folders in the authors' layout, that the user named.  What is not given is
    looked for in the folder of checkpoints.  Raises CheckpointError `checkpoint-not-found`.
    """
    if given and name in given:
        found = given[name] if given[name].is_file() else _weights_in(given[name], name)
        if found is None:
            raise _missing(name, f"There is no checkpoint at {given[name]}.")
        return found
    folder = checkpoints_folder()
    found = _weights_in(folder, name)
    if found is None:
        raise _missing(name, f"The weights of {PUBLISHED[name].title} are not in {folder}.")
    return found


def checkpoints_folder() -> Path:
    """Where checkpoints are looked for that are not given."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_path("flamewheel", appauthor=False)) / "checkpoints"


def find_fixed_displacement(checkpoint: Path) -> Path | None:
    """DECA's `fixed_displacement_256.npy` beside a checkpoint or in the folder of checkpoints.

    It ships in the folder data/ of github.com/yfeng95/DECA, where the checkpoint belongs too.
    """
    folders = (checkpoint.parent, checkpoints_folder(), checkpoints_folder() / "data")
    places = (folder / "fixed_displacement_256.npy" for folder in folders)
    return next((place for place in places if place.is_file()), None)


def best_checkpoint(folder: Path) -> Path | None:
    """EMOCA's choice among a folder's `.ckpt` files, or None: the smallest validation loss.

    That is the number after the last `=` of a name, `last.ckpt` aside; of equals the last by name
    (gdl/models/IO.py, `locate_checkpoint`, mode "best", in the folder `detail` where there is one,
    for `coarse` holds the networks of an earlier stage).
    """
    detail = folder / "detail"
    inside = detail if detail.is_dir() else folder
    files = sorted(path for path in inside.rglob("*.ckpt") if path.is_file())
    ranked = [(loss, at) for at, path in enumerate(files)
              if path.stem != "last" and (loss := _loss_of(path)) is not None]
    if ranked:
        return files[min(ranked, key=lambda found: (found[0], -found[1]))[1]]
    return files[0] if len(files) == 1 else None


def _loss_of(path: Path) -> float | None:
    try:
        return float(path.stem.rpartition("=")[2])
    except ValueError:
        return None


def _weights_in(folder: Path, name: str) -> Path | None:
    """The weights of a network in a folder laid out as its authors' own."""
    inside = [folder / place for place in PUBLISHED[name].places]
    if name != EMOCA:
        return next((place for place in inside if place.is_file()), None)
    models = [place for place in inside if place.is_dir()] or [folder]
    return next((best for model in models if (best := best_checkpoint(model))), None)


def _missing(name: str, message: str) -> CheckpointError:
    published = PUBLISHED[name]
    return CheckpointError(
        "checkpoint-not-found", message,
        f"Get {published.origin}; {published.reason}. Then give `--checkpoint {name}=FILE`, or put "
        f"it into {checkpoints_folder()} (or the folder that {FOLDER_VARIABLE} names).")
