# SPDX-License-Identifier: GPL-3.0-or-later
"""The words that the tests of the sentence speak."""

from __future__ import annotations

from functools import partial

import pytest

from flamewheel.instruction.grammar import parse as parse_with
from flamewheel.instruction.vocabulary import Vocabulary, default_vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The wheel's words and the verbs that show emotions."""
    return default_vocabulary()


@pytest.fixture(scope="session")
def parse(vocabulary: Vocabulary) -> partial:
    """`parse` with that vocabulary."""
    return partial(parse_with, vocabulary=vocabulary)
