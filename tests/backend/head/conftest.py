# SPDX-License-Identifier: GPL-3.0-or-later
"""A small made-up head for the head's tests."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import generated_flame

from flamewheel.head.checks import head_from_arrays
from flamewheel.head.data import HeadData


@pytest.fixture(scope="session")
def arrays() -> dict[str, np.ndarray]:
    """319 vertices with FLAME's 300 + 100 components, under FLAME's names."""
    return generated_flame.generated_arrays(seed=3, small=True)


@pytest.fixture(scope="session")
def head(arrays: dict[str, np.ndarray]) -> HeadData:
    """The same as HeadData, in float64."""
    return head_from_arrays(arrays, where="generated", name="small")


@pytest.fixture(scope="session")
def landmarks(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Landmark embeddings for it, under DECA's and MediaPipe's names."""
    return generated_flame.generated_landmarks(arrays)
