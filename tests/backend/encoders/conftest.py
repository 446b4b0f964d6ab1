# SPDX-License-Identifier: GPL-3.0-or-later
from dataclasses import replace
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """What is learned about heads here stays out of the user's cache, and is learned once."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLAMEWHEEL_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def astronaut():
    """A public-domain portrait: frontal, smiling, mouth a little open."""
    return Path(__file__).parents[3] / "examples" / "astronaut.png"


@pytest.fixture(scope="session")
def deca_files(tmp_path_factory):
    """A folder with DECA's and both EMOCAs' checkpoints, numbers drawn at random."""
    from generated_checkpoints import write_deca, write_emoca

    folder = tmp_path_factory.mktemp("deca")
    write_deca(folder / "deca_model.tar", seed=7)
    for version in (1, 2):
        write_emoca(folder / f"emoca{version}.ckpt", seed=3, version=version)
    return folder


@pytest.fixture(scope="session")
def deca(deca_files):
    """DECA with its wrinkles."""
    from flamewheel.encoders.networks.deca import load_deca, load_deca_detail

    file = deca_files / "deca_model.tar"
    return replace(load_deca(file), detail=load_deca_detail(file))


@pytest.fixture(scope="session")
def emoca(deca_files):
    """EMOCA v2 without wrinkles."""
    from flamewheel.encoders.networks.emoca import load_emoca

    return load_emoca(deca_files / "emoca2.ckpt")
