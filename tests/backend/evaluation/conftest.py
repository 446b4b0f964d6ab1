# SPDX-License-Identifier: GPL-3.0-or-later
import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """What is learned about heads here stays out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLAMEWHEEL_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
