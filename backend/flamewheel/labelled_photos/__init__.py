# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders of labelled photos: which picture shows whom, with what emotion, valence and arousal.

`read_labelled` finds the layout by what lies in the folder, the first that fits:

1. `labels.csv` with the columns image, emotion, and where known subject, valence and arousal;
2. AffectNet's: `images/` and `annotations/<name>_exp.npy` (Mollahosseini et al. 2017);
3. RAF-DB's basic set: `EmoLabel/list_patition_label.txt` and `Image/` (Li and Deng 2017);
4. CK+: `cohn-kanade-images/` and `Emotion/` (Lucey et al. 2010);
5. CelebV-HQ: `celebvhq_info.json` and clips or their frames (Zhu et al. 2022);
6. FER2013: one `.csv` with the columns emotion and pixels (Goodfellow et al. 2013);
7. `train/`, `test/` … with a folder for each emotion;
8. the emotion in the pictures' names, with or without a folder for each person;
9. one folder for each emotion.
"""

from .photos import (
    PICTURE_SUFFIXES,
    LabelledPhoto,
    Split,
    is_held_out,
    split_by_subject,
    with_enough_photos,
)
from .reading import LabelledFolder, read_folder, read_labelled
from .sets import AFFECTNET_CLASSES, RAF_CLASSES
from .tables import FER_CLASSES

__all__ = [
    "AFFECTNET_CLASSES",
    "FER_CLASSES",
    "PICTURE_SUFFIXES",
    "RAF_CLASSES",
    "LabelledFolder",
    "LabelledPhoto",
    "Split",
    "is_held_out",
    "read_folder",
    "read_labelled",
    "split_by_subject",
    "with_enough_photos",
]
