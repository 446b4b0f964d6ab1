# SPDX-License-Identifier: GPL-3.0-or-later
"""Table IV's evaluation on photos whose truth is known: renders of one photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flamewheel import pipeline
from flamewheel.errors import UsageError
from flamewheel.evaluation.rendering import (
    MOST_PAIRS,
    OURS,
    UNCHANGED,
    Compared,
    evaluate_rendering,
    pairs_of,
    similarity,
)
from flamewheel.labelled_photos import LabelledPhoto

PHOTO = Path(__file__).resolve().parents[3] / "examples" / "astronaut.png"


def test_pairs_are_of_one_person_both_ways_and_few() -> None:
    photos = [LabelledPhoto(Path(f"{who}_{number}.png"), who, emotion)
              for who, emotions in (("ann", ("joy", "joy", "fear", "anger")), ("bob", ("joy",)),
                                    ("cem", ("joy", "joy"))) for number, emotion
              in enumerate(emotions)]
    pairs = pairs_of(photos)
    assert {one.subject for pair in pairs for one in pair} == {"ann"}
    assert len(pairs) == MOST_PAIRS and all(a.emotion != b.emotion for a, b in pairs)
    assert all((b, a) in pairs for a, b in pairs)


def test_a_similarity_is_found_again() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(7, 2)) * 40 + 100
    turn = 1.7 * np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    found, shift = similarity(points, points @ turn.T + (5.0, -9.0))
    assert np.allclose(found, turn) and np.allclose(shift, (5.0, -9.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One person smiling, and the same person surprised, brighter, in another place."""
    where = tmp_path_factory.mktemp("faces")
    (where / "images").mkdir()
    photo = pipeline.acting_photo(PHOTO)
    surprised = photo.picture(pipeline.blend("surprise").code)
    other = np.clip(np.roll(surprised, (7, -12), (0, 1)) * 0.8 + 30.0, 0, 255).astype(np.uint8)
    Image.open(PHOTO).convert("RGB").save(where / "images" / "a.png")
    Image.fromarray(other).save(where / "images" / "b.png")
    (where / "labels.csv").write_text(
        "image,subject,emotion\na.png,dora,happiness\nb.png,dora,surprise\n")
    return where


def test_the_rendered_photo_is_nearer_than_the_unchanged_one(folder: Path) -> None:
    kept: list[Compared] = []
    report = evaluate_rendering(folder, everybody=True, shown=kept.append,
                                perceived=lambda one, other: float(np.abs(
                                    one.astype(float) - other).max()))
    assert report.pairs == 2 and report.people == 1 and len(kept) == 2
    by_name = {measure.name: measure.values for measure in report.measures}
    assert set(by_name) == {"L1", "PSNR", "MS-SSIM", "LPIPS", "landmarks"}
    assert by_name["PSNR"][OURS] > by_name["PSNR"][UNCHANGED] + 1.0
    assert by_name["L1"][OURS] < 0.8 * by_name["L1"][UNCHANGED]
    assert by_name["MS-SSIM"][OURS] > by_name["MS-SSIM"][UNCHANGED]
    assert by_name["landmarks"][OURS] < 0.7 * by_name["landmarks"][UNCHANGED]
    assert report.better["L1"] == 1.0
    assert report.to_dict()["measures"][0]["values"].keys() == {OURS, UNCHANGED}


def test_nobody_to_compare_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError) as refused:  # dora is not of the held-out people
        evaluate_rendering(folder)
    assert refused.value.code == "too-few-pairs" and refused.value.hint
