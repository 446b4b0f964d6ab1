# SPDX-License-Identifier: GPL-3.0-or-later
"""A person's neutral face: which picture shows it, and what expressions are measured against.

Identity components do not hold every face, so that somebody at rest seems to smile or to frown
a little.  What is left over in the neutral picture, once its identity is known and its expression
is held at rest, is how FaceMesh sees *this* person's landmarks elsewhere than the head has them.
It is added to the offsets that the head's calibration knows, in the head's frame, so that it turns
with the head and opens with the jaw.  That is better than subtracting the neutral picture's code:
codes near a limit or with a one-sided prior do not add up, and landmarks do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..head.data import HeadData
from .landmark import PreparedHead, fit_face
from .noise import frame_of
from .priors import Priors
from .rows import mix_rows

Floats = npt.NDArray[np.float64]

REST_SLACK = 0.3
"""How much of the usual expression a picture called neutral may still show.  A design choice:
people asked for a neutral face press their lips or lift a brow a little."""
OWN_SHARE = 0.3
"""How much of what is left over in one neutral picture is the person's own, the rest being scatter
from picture to picture.  Over neutral photos of the faces set's people the variance between people
is 0.13 to 0.47 of all (brows' height the most).  Shares of 0, 0.2, 0.4, 0.7 and 1 tell smiles
with an AUC of 0.946, 0.948, 0.949, 0.945 and 0.937, open mouths of surprise with 0.836, 0.841,
0.842, 0.840 and 0.831 (116 people, not held out): beyond, one picture's scatter is added to all."""
CALM = 5.0
"""Surprise up to which a picture is convincingly neutral: of people's neutral photos a quarter lie
below, of their others less than a tenth; 84 of 100 that are found so are labelled neutral (faces
set, 116 people of 4 to 9 photos)."""


def at_rest(prepared: PreparedHead) -> PreparedHead:
    """The head of a person who shows next to no expression; the gaze stays free."""
    tighter = np.zeros(len(prepared.priors.precision))
    shown = _shown(prepared.priors)
    tighter[shown] = np.diag(prepared.priors.precision)[shown] * (REST_SLACK**-2 - 1)
    precision = prepared.priors.precision + np.diag(tighter)
    mean = prepared.priors.mean.copy()
    mean[shown] = 0.0
    return replace(prepared, priors=replace(prepared.priors, mean=mean, precision=precision))


def expression_surprise(held: PreparedHead, landmarks: Floats) -> float:
    """Half the squared deviations by which expression and jaw differ from rest; 0 at rest.

    held: the head of a known identity; landmarks: (478,2) px.
    """
    shown = _shown(held.priors)
    boxed = fit_face(held, landmarks).state.boxed()[shown]
    return float(0.5 * boxed @ held.priors.precision[shown, shown] @ boxed)


def calmest(surprises: Sequence[float]) -> int | None:
    """The picture with the least expression; None where even that one is not at rest."""
    best = int(np.argmin(surprises))
    return best if surprises[best] <= CALM else None


def measured_from(held: PreparedHead, head: HeadData, neutral: Floats) -> PreparedHead:
    """`held`, one person's head, with its landmarks where FaceMesh sees them on that person.

    neutral: the landmarks (478,2) px of that person's neutral picture.
    """
    known = held.identity
    assert known is not None
    own = OWN_SHARE * _left_over(held, neutral)
    points = replace(held.points, offsets=held.points.offsets + own)
    rows = mix_rows(head, points, known.size, held.rows.expression_count)
    return replace(held, points=points, rows=rows.with_identity(known))


def _left_over(held: PreparedHead, landmarks: Floats) -> Floats:
    """(L,3) m, head frame: from where the resting head has its landmarks to where they were seen.

    What lies along the line of sight is not seen, and taken for none.
    """
    state = fit_face(at_rest(held), landmarks).state
    resting = state.with_boxed(np.where(_is_shown(held.priors), 0.0, state.boxed()))
    expected = held.sight.expected(resting, frame_of(landmarks))
    off = landmarks[held.rows.landmarks] - expected
    seen = np.stack([off[:, 0], -off[:, 1], np.zeros(len(off))], axis=1) / resting.scale
    return np.asarray(seen @ resting.turn)


def _shown(priors: Priors) -> slice:
    """Expression and jaw among the unknowns of `State.boxed`; the gaze shows no emotion."""
    return slice(priors.identity_count, priors.mean.size - 4)


def _is_shown(priors: Priors) -> npt.NDArray[np.bool_]:
    shown = np.zeros(priors.mean.size, dtype=bool)
    shown[_shown(priors)] = True
    return shown
