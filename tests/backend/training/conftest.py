# SPDX-License-Identifier: GPL-3.0-or-later
from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Crops and landmarks made here stay out of the user's cache."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLAMEWHEEL_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def astronaut():
    """A public-domain portrait: frontal, smiling, mouth a little open."""
    return Path(__file__).parents[3] / "examples" / "astronaut.png"
