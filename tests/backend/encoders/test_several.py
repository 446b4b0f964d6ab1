# SPDX-License-Identifier: GPL-3.0-or-later
"""Several pictures of one person, made from known parameters: one identity, strangers, rest."""

from dataclasses import replace

import numpy as np
import pytest

from flamewheel.encoders import landmark, several, several_people
from flamewheel.encoders.landmark import PreparedHead, encode_landmarks, hold_identity
from flamewheel.encoders.noise import own_noise
from flamewheel.encoders.photo import load_photo
from flamewheel.encoders.priors import priors_of
from flamewheel.encoders.problem import State, project
from flamewheel.encoders.rows import SurfacePoints, mix_rows, rotation
from flamewheel.encoders.several import FaceSeen, encode_photos, solve_person
from flamewheel.encoders.several_neutral import measured_from
from flamewheel.encoders.several_people import (
    People,
    learn_people,
    people_of,
    shipped_people,
    write_people,
)
from flamewheel.encoders.uncertainty import IdentityLook
from flamewheel.errors import PhotoError, UsageError
from flamewheel.head.registry import find_head

IDENTITY, EXPRESSION = 12, 30
SCATTER = 0.012  # of the eyes' distance
EYES = 120.0  # px between them
SMILE_ROWS = (61, 291)


@pytest.fixture(scope="module")
def head():
    return find_head()


@pytest.fixture(scope="module")
def prepared(head):
    embedding = head.landmarks["facemesh478"]
    numbers = np.asarray(embedding.indices, dtype=np.int64)
    points = SurfacePoints(
        numbers, np.asarray(embedding.triangles, dtype=np.int64),
        np.asarray(embedding.barycentrics, dtype=np.float64), np.zeros((len(numbers), 3)),
        np.full(len(numbers), SCATTER))
    rows = mix_rows(head, points, IDENTITY, EXPRESSION)
    return PreparedHead(points, rows, own_noise(points.deviation), priors_of(head, rows))


@pytest.fixture(autouse=True)
def this_head(prepared, monkeypatch):
    """The landmarks of the head's embedding: nothing has to be learned about it first."""
    for module in (landmark, several):
        monkeypatch.setattr(module, "prepare_head", lambda head, progress=None: prepared)


def picture(prepared, shape, seed, *, strength=0.6, shift=0.0, name=None):
    """A face of identity `shape` with an expression of its own, seen with FaceMesh's scatter."""
    rng = np.random.default_rng(seed)
    expression = np.clip(strength * rng.normal(size=EXPRESSION), -0.1, 1.2)
    state = State(np.concatenate([shape, expression]), np.array([0.15 * strength, 0.0, 0.0]),
                  np.zeros((2, 2)), rotation(0.3 * rng.normal(size=3) * (0.6, 1, 0.4)),
                  2000.0, np.array([300.0, 250.0]))
    landmarks = np.zeros((478, 2))
    landmarks[prepared.rows.landmarks] = project(prepared.rows, state) + shift
    missing = np.setdiff1d(np.arange(478), prepared.rows.landmarks)
    landmarks[missing] = landmarks[prepared.rows.landmarks].mean(0)
    landmarks += rng.normal(size=(478, 2)) * SCATTER * EYES
    return FaceSeen(name or f"{seed}.jpg", (640, 480), landmarks)


def person(seed):
    return np.random.default_rng(1000 + seed).normal(size=IDENTITY)


def solved(face):
    return face.identity.shape[:IDENTITY]


def test_several_pictures_share_one_identity_that_is_nearer_the_truth(prepared, head):
    truth = person(1)
    seen = [picture(prepared, truth, seed) for seed in range(6)]
    together = solve_person(seen, head)
    shapes = {face.identity.shape.tobytes() for face in together.faces}
    assert len(shapes) == 1 and together.outsiders == ()
    off = np.linalg.norm(solved(together.faces[0]) - truth)
    alone = [np.linalg.norm(solved(encode_landmarks(face.landmarks, face.size, head)) - truth)
             for face in seen]
    assert off < 0.75 * np.mean(alone)
    codes = np.array([face.code.expression for face in together.faces])
    assert codes.std(axis=0).max() > 0.1  # each has an expression of its own


def test_other_pictures_of_the_person_give_the_same_identity(prepared, head):
    people = range(6)
    halves = np.array([[
        solved(solve_person([picture(prepared, person(who), 50 * who + 10 * half + number)
                             for number in range(5)], head).faces[0])
        for half in range(2)] for who in people])
    spread = np.sqrt(halves.var(axis=1, ddof=1).sum(axis=1).mean())
    assert spread / np.sqrt((halves**2).sum(axis=2).mean()) <= 0.3
    apart = np.linalg.norm(halves[:, None, 0] - halves[None, :, 1], axis=2)
    assert (apart.argmin(axis=1) == np.arange(len(halves))).all()


def test_turned_and_scaled_copies_have_one_identity(prepared, head):
    seen = picture(prepared, person(2), 3)
    shapes = []
    for angle, scale in ((0.0, 1.0), (0.3, 0.5), (-0.4, 2.0)):
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        copy = replace(seen, landmarks=seen.landmarks @ turn.T + 40.0)
        shapes.append(solved(solve_person([copy], head).faces[0]))
    assert np.std(shapes, axis=0).max() < 0.05 * np.sqrt(np.mean(np.square(shapes)))


def test_the_order_of_the_pictures_says_nothing(prepared, head):
    seen = [picture(prepared, person(3), seed) for seed in range(4)]
    one, other = solve_person(seen, head), solve_person(seen[::-1], head)
    np.testing.assert_allclose(solved(one.faces[0]), solved(other.faces[0]), atol=0.1)


def test_a_stranger_has_no_say_and_is_told(prepared, head):
    truth = person(4)
    seen = [picture(prepared, truth, seed) for seed in range(5)]
    clean = solve_person(seen, head)
    seen.insert(2, picture(prepared, -truth, 99))
    mixed = solve_person(seen, head)
    assert mixed.outsiders == (2,)
    np.testing.assert_allclose(solved(mixed.faces[0]), solved(clean.faces[0]), atol=0.05)
    assert "another person" in mixed.faces[2].notes[0]
    assert all("another person" not in note for number in (0, 1, 3, 4, 5)
               for note in mixed.faces[number].notes)
    assert np.isfinite(mixed.faces[2].code.expression).all()


def test_of_two_pictures_nobody_is_the_stranger(prepared, head):
    seen = [picture(prepared, person(5), 1), picture(prepared, -person(5), 2)]
    assert solve_person(seen, head).outsiders == ()


def test_more_pictures_leave_less_doubt(prepared, head):
    seen = [picture(prepared, person(6), seed) for seed in range(5)]
    one, all_five = solve_person(seen[:1], head), solve_person(seen, head)
    few, many = (found.faces[0].deviation.shape[:IDENTITY] for found in (one, all_five))
    assert (many > 0).all() and many.mean() < 0.8 * few.mean()


def _own_offsets(prepared):
    """A person whose mouth corners FaceMesh sees 4 % of the eyes' distance too high."""
    shift = np.zeros((len(prepared.rows.landmarks), 2))
    shift[np.isin(prepared.rows.landmarks, SMILE_ROWS), 1] = -0.04 * EYES
    return shift


def test_a_neutral_picture_shows_next_to_nothing(prepared, head):
    shift = _own_offsets(prepared)
    rest = picture(prepared, person(7), 1, strength=0.1, shift=shift)
    seen = [rest, *(picture(prepared, person(7), seed, shift=shift) for seed in (2, 3))]
    given = solve_person(seen, head, neutral=0)
    assert given.neutral == 0
    shown = [np.linalg.norm(face.code.expression) for face in given.faces]
    assert shown[0] < 0.4 * min(shown[1:])


def test_expressions_are_measured_against_the_persons_own_face(prepared, head):
    shift = _own_offsets(prepared)
    held = hold_identity(prepared, person(8))
    rest = picture(prepared, person(8), 1, strength=0.0, shift=shift).landmarks
    own = measured_from(held, head, rest)
    moved = own.points.offsets - held.points.offsets
    mouth = np.isin(prepared.rows.landmarks, SMILE_ROWS)
    assert moved[mouth, 1].mean() > 3 * np.abs(moved[~mouth, 1]).mean()  # up, in the head's frame
    assert np.array_equal(own.identity, held.identity)


def test_a_calm_picture_is_found_and_a_laughing_person_has_none(prepared, head, monkeypatch):
    seen = [picture(prepared, person(9), seed) for seed in (1, 2)]
    calm = picture(prepared, person(9), 3, strength=0.05)
    found = solve_person([*seen, calm], head)
    assert found.neutral == 2 and any("neutral face" in note for note in found.faces[2].notes)
    wild = [picture(prepared, person(9), seed, strength=1.5) for seed in (1, 2, 4)]
    assert solve_person(wild, head).neutral is None
    assert solve_person([calm], head).neutral is None  # nothing to measure against it


def test_what_is_refused(prepared, head):
    seen = [picture(prepared, person(1), 1)]
    with pytest.raises(UsageError) as nothing:
        solve_person([], head)
    assert nothing.value.code == "no-photos"
    with pytest.raises(UsageError) as beyond:
        solve_person(seen, head, neutral=1)
    assert beyond.value.code == "no-such-photo"


def test_the_first_photo_without_a_face_is_refused(head, astronaut):
    with pytest.raises(PhotoError) as none:
        encode_photos([astronaut, np.zeros((200, 200, 3), np.uint8)], head)
    assert none.value.code == "no-face"


def test_progress_runs_forward_to_its_end(prepared, head):
    told = []
    seen = [picture(prepared, person(1), seed) for seed in range(3)]
    solve_person(seen, head, progress=lambda done, total, what: told.append((done, total)))
    assert told == sorted(told) and told[-1] == (6, 6)


def test_photos_of_one_person_from_files(head, astronaut):
    """A photo and its copy, brighter and half as large: one identity, one expression."""
    whole = load_photo(astronaut).pixels
    half = np.clip(whole[::2, ::2].astype(int) + 30, 0, 255).astype(np.uint8)
    one, other = encode_photos([astronaut, half], head)
    assert np.array_equal(one.identity.shape, other.identity.shape)
    assert one.camera.scale == pytest.approx(2 * other.camera.scale, rel=0.03)


@pytest.fixture
def people():
    """Two directions in which people differ, one in which only pictures do."""
    return People(np.zeros(3), np.diag([4.0, 1.0, 0.01]), np.diag([0.5, 0.5, 3.0]))


def test_what_only_pictures_differ_in_says_little_of_the_person(people):
    one = people.person([np.array([2.0, 2.0, 2.0])])
    assert one[0] == pytest.approx([2 * 4 / 4.5, 2 * 1 / 1.5, 2 * 0.01 / 3.01])
    many = people.person([np.array([2.0, 2.0, 2.0])] * 50)
    assert many[0] == pytest.approx([2.0, 2.0, 2 * 0.01 / 0.07], rel=0.02)
    assert (np.diag(many[1]) < np.diag(one[1])).all()


def test_a_picture_that_errs_wildly_weighs_little(people):
    fits = [np.array([1.0, 1.0, 0.0])] * 5
    wild = [*fits, np.array([40.0, -40.0, 0.0])]
    steady = people.robust_person(fits)
    assert steady == pytest.approx(people.person(fits)[0], abs=0.05)
    assert np.abs(people.robust_person(wild) - steady).max() < 0.2
    assert np.abs(people.person(wild)[0] - steady).max() > 3


def test_the_bayes_factor_is_that_of_the_joint_gaussians(people):
    """Against the formula over both pictures at once, nothing integrated step by step."""
    from scipy.stats import multivariate_normal

    one, other = np.array([1.0, 0.3, -2.0]), np.array([1.4, -0.2, 1.0])
    total = people.between + people.within
    both = np.block([[total, people.between], [people.between, total]])
    wanted = multivariate_normal(np.zeros(6), both).logpdf(np.concatenate([one, other])) - sum(
        multivariate_normal(np.zeros(3), total).logpdf(each) for each in (one, other))
    assert people.same_person(one, [other]) == pytest.approx(wanted)


def test_people_are_learned_from_their_pictures(people):
    rng = np.random.default_rng(0)
    roots = np.linalg.cholesky(people.between), np.linalg.cholesky(people.within)
    groups = [rng.normal(size=3) @ roots[0].T + rng.normal(size=(4, 3)) @ roots[1].T
              for _ in range(2000)]
    learned = learn_people(groups)
    np.testing.assert_allclose(learned.within, people.within, atol=0.15)
    np.testing.assert_allclose(learned.between, people.between, atol=0.3)


def test_the_shipped_statistics_fit_the_open_head(head):
    shipped = shipped_people()
    assert shipped is not None and shipped.mean.size == landmark.IDENTITY_COUNT
    for covariance in (shipped.between, shipped.within):
        assert np.linalg.eigvalsh(covariance).min() > 0
    assert people_of(head, [], np.eye(shipped.mean.size)) is shipped
    foreign = replace(head, name="foreign")
    look = IdentityLook(np.eye(2), np.zeros(2))
    expected = people_of(foreign, [look], np.eye(2))
    assert expected.between == pytest.approx(several_people.BETWEEN / 4 * np.eye(2), abs=1e-3)


def test_damaged_statistics_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(several_people, "SHIPPED", tmp_path / "people.npz")
    for content in (b"", b"PK\3\4 nothing"):
        (tmp_path / "people.npz").write_bytes(content)
        shipped_people.cache_clear()
        assert shipped_people() is None
    write_people(People(np.zeros(2), np.eye(2), np.eye(3)), tmp_path / "people.npz")
    shipped_people.cache_clear()
    assert shipped_people() is None
    shipped_people.cache_clear()
