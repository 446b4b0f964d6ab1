# SPDX-License-Identifier: GPL-3.0-or-later
import json

import numpy as np
import pytest

from blender_addon.core.errors import InputFileError
from blender_addon.core.parameter_reply import face_from_json, read_face

GOOD = {
    "head": "open", "shape": [1.0, -2.0], "expression": [0.5],
    "pose": {"global": [0, 0.1, 0], "neck": [0, 0, 0], "jaw": [0.2, 0, 0],
             "eyes": [[0, 0.1, 0], [0, 0.2, 0]]},
    "error": 0.012,
}


def test_a_parameter_file_is_read(tmp_path) -> None:
    path = tmp_path / "face.json"
    path.write_text(json.dumps(GOOD))
    face = read_face(path)
    assert face.head == "open" and face.error == 0.012
    np.testing.assert_array_equal(face.shape, [1.0, -2.0])
    assert face.code.jaw == [0.2, 0.0, 0.0]
    assert face.code.eyes == [[0.0, 0.1, 0.0], [0.0, 0.2, 0.0]]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"expression": None}, "expression"),
        ({"expression": "many"}, "expression"),
        ({"shape": [float("nan")]}, "shape"),
        ({"pose": {"jaw": [1, 2]}}, "pose.jaw"),
        ({"pose": [1]}, "pose"),
    ],
)
def test_a_wrong_key_is_named(change, named) -> None:
    with pytest.raises(InputFileError) as refused:
        face_from_json({**GOOD, **change}, "face.json")
    assert named in refused.value.message and "face.json" in refused.value.message


@pytest.mark.parametrize("text", ["", "[]", "{", "nonsense", "[" * 5000])
def test_what_is_no_parameter_file_is_refused(tmp_path, text) -> None:
    path = tmp_path / "face.json"
    path.write_text(text)
    with pytest.raises(InputFileError):
        read_face(path)
