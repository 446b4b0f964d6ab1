# SPDX-License-Identifier: GPL-3.0-or-later
"""The verb `blend` and the panel's mix: three emotions, weights, a person's own face, one side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
import numpy as np
import pytest
from scene_tools import flamewheel, head_mesh, values
from simple_rig import empty_file

from blender_addon.ui.mix_fields import fill_mix, shares_of


@pytest.fixture(autouse=True)
def head(addon: Path) -> Any:
    empty_file()
    assert bpy.ops.flamewheel.import_head(expression_count=100) == {"FINISHED"}
    return head_mesh()


def posed(**how: Any) -> Any:
    assert bpy.ops.flamewheel.blend(insert_keys=False, **how) == {"FINISHED"}
    return np.array(values("Exp"))


def said(*arguments: object) -> Any:
    return np.array(flamewheel("blend", *arguments)["expression"])


def test_three_emotions_with_the_command_lines_weights() -> None:
    expected = said("joy", "fear", "sadness", "--weights", "0.5,0.3,0.2", "--side", "left",
                    "--asymmetry", "0.5")
    shown = posed(primary="joy", secondary="fear", tertiary="sadness", weights=(0.5, 0.3, 0.2),
                  side="left", asymmetry=0.5)
    np.testing.assert_allclose(shown, expected, atol=1e-4)


def test_without_weights_the_method_has_its_own() -> None:
    np.testing.assert_allclose(posed(primary="joy", secondary="fear"), said("joy", "fear"),
                               atol=1e-4)
    np.testing.assert_allclose(
        posed(primary="joy", secondary="fear", method="correlation"),
        said("joy", "fear", "--method", "correlation"), atol=1e-4)


def test_a_persons_own_face_is_the_primary(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    flamewheel("blend", "furious", "-o", own)
    np.testing.assert_allclose(posed(primary="anger", secondary="joy", own=str(own)),
                               said("anger", "joy", "--own", own), atol=1e-4)


def test_the_face_as_it_stands_is_the_primary(tmp_path: Path) -> None:
    own = tmp_path / "own.json"
    flamewheel("blend", "furious", "-o", own)
    posed(primary="furious")
    shown = posed(primary="anger", secondary="joy", use_present=True)
    np.testing.assert_allclose(shown, said("anger", "joy", "--own", own), atol=1e-3)
    with pytest.raises(RuntimeError, match="Give one of both"):
        posed(primary="anger", secondary="joy", use_present=True, own=str(own))


def test_what_cannot_be_mixed_is_said(tmp_path: Path) -> None:
    mix = {"primary": "joy", "secondary": "fear"}
    for how, words in (
        ({"weights": (0.5, 0.6, 0.0)}, r"= 1\.1, not 1"),
        ({"weights": (0.5, 0.3, 0.2)}, "3 weights for 2 emotions"),
        ({"weights": (1.0, -0.5, 0.0)}, "not between 0 and 1"),
        ({"side": "up"}, "no side of a face"),
        ({"own": str(tmp_path / "none.json")}, "cannot be read"),
        ({"tertiary": "joy"}, "cannot be blended with itself"),
    ):
        with pytest.raises(RuntimeError, match=words):
            bpy.ops.flamewheel.blend(**mix, **how)


def test_the_panels_weights_are_one_together() -> None:
    state = bpy.context.scene.flamewheel
    assert state.method == "units" and shares_of(state) == (1.0,)
    state.secondary = "Fear"
    state.method = "correlation"
    assert shares_of(state) == pytest.approx((0.75, 0.25))  # the method brings its share
    state.tertiary, state.weight, state.rest = "Anger", 0.5, 0.6
    assert shares_of(state) == pytest.approx((0.5, 0.3, 0.2))
    for weight in (0.0, 0.37, 1.0):
        state.weight = weight
        assert sum(shares_of(state)) == pytest.approx(1.0)


def test_the_panels_fields_are_the_verbs_keywords() -> None:
    class Verb:
        pass

    state = bpy.context.scene.flamewheel
    state.primary, state.secondary, state.tertiary = "Joy", "Fear", "Anger"
    state.weight, state.rest, state.side, state.asymmetry = 0.5, 0.6, "left", 0.5
    verb: Any = Verb()
    fill_mix(verb, state)
    assert (verb.primary, verb.secondary, verb.tertiary) == ("Joy", "Fear", "Anger")
    assert verb.weights == pytest.approx((0.5, 0.3, 0.2))
    assert (verb.method, verb.side, verb.asymmetry) == ("units", "left", 0.5)
    state.tertiary = "NONE"
    fill_mix(verb, state)
    assert verb.tertiary == "" and verb.weights == pytest.approx((0.5, 0.5, 0.0))
    state.secondary = "NONE"
    fill_mix(verb, state)
    assert verb.secondary == "" and max(verb.weights) < 0
