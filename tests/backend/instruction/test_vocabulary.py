# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions, misspellings, and ordinary words that must not be taken for emotions."""

from __future__ import annotations

import random
import string
import time

import pytest

from flamewheel.instruction.near_meanings import NEAR_MEANINGS
from flamewheel.instruction.suggestions import mistakes
from flamewheel.instruction.tokens import word_list
from flamewheel.instruction.vocabulary import default_vocabulary

ORDINARY = word_list(
    "about above across after again age ago air almost alone along already always angle animal "
    "animate animation answer any apple area arm army around arrive art ask audience autumn baby "
    "bag ball band bank bar base basket bath beach bean bed bell below belt bench bicycle big bird "
    "black blanket block blood board boat body bone book boots border bottle bottom bowl box boy "
    "brain branch brass bread breath brick bridge brief bright brother brow brown brows brush "
    "bucket build building bulb burn bus business butter button cake camera card care "
    "careful careless carpenter carriage cart case cat cause cause center centre chain chair chalk "
    "chance change character charge cheap check cheek cheese chest chief child chin church circle "
    "city class clay clean clear clock close cloth cloud club coal coast coat coffee collar "
    "colour comb come comment common company compare complete computer condition contents context "
    "continue control cook copper copy cord cork corner cost cotton cough count country course "
    "cousin cover covered cow crack craft crash credit crime crowd crown crush cup curl current "
    "curtain curve cushion cut damage dance danger dark data date daughter day dead dear death "
    "debt decide deep degree delay depend describe design desk detail detect develop different "
    "digestion dinner direct direction dirty discover discuss display distance divide doctor dog "
    "door dot double down drain draw drawer dream dress drink drive drop dry dust ear "
    "early earth east edge editor education effect egg elbow electric empty end engine english "
    "enough equal error even evening event every exact example exchange exercise exit expand "
    "expert export express eye eyebrow eyelid eyes face fact fair fairly fall family far farm fast "
    "father feather feature feeble feed female fence fertile fibre field fight figure file film "
    "find finger finish fire first fish fist five fix flag flame flat flight float floor flow "
    "flower fly fold food foolish foot force forehead forest form forward founder four fowl frame "
    "free frequent fresh friday friend front fruit full future game garden gas gate general get "
    "girl give glass glove glow goat gold govern grain grape grasp grass great green grey grind "
    "grip ground group grow guess guide guitar gun hair half hammer hand handle hang happen "
    "harbour hard harmony hat head health hear heart heat heater heating heavy height help high "
    "history hold hole hollow home hook hopping horn horse hospital hour house human hundred ice "
    "idea image import inch industry ink insect instrument insurance inside iron island item "
    "jaw jelly jewel join journey judge juice jump keep kettle key keyframe kick king kitchen knee "
    "knife knot know knowledge lady lamp land language large last late law lead leaf learn least "
    "leather left leg lemon length less letter level library lid lift light like limit line link "
    "linen lip lips liquid list little live load lock long look loose loud low lower lunch machine "
    "make male man manager map march mark market mass match material matter meal measure meat "
    "medical meet mercy merely metal metre middle military milk million mind mine minute mirror "
    "mist mix model modern monday money monkey month moon more morning most mother motion "
    "mountain mouse mouth move much muscle music nail name narrow nation natural near neck needle "
    "nerve net new news next night noise north nose nostril note number nut object observe ocean "
    "offer office oil old open operation opposite orange order organ other oven over owner page "
    "paint painted paper parallel parcel parent part party past paste patients peak pear peasant "
    "pen pencil people pepper person photo physical piano picture pig pin pipe place placed plane "
    "plant plastic plate play please plough pocket point poison police polish political poor "
    "porter position possible pot potato powder powered present price print prison private "
    "probable process produce profit property prose protest public pull pump purpose push quality "
    "question quick quiet quite rail rain raise range ranger rate ray reach reaction read ready "
    "reason receipt record red regular relate relation religion render report request reset rest "
    "reverse rhythm rice right ring river road rod roll roof room root rotate rough round rub rule "
    "run sacred safe sail salt salvage same sand scale scar scarce scene school science scissors "
    "score screw sea seat second seconds secret secretary see seed selection self send sense "
    "separate serious servant sex shade shake shallow shape share sharp sheep shelf ship shirt "
    "shoe short shoulder shut side sights sign silk silver simile simple simpler single sister "
    "size skin skirt sky sleep slice slip slope slow small smash smell smoke smooth snake sneeze "
    "snow soap sober society sock soft solid something son song sort sound soup south space spade "
    "speaker spoon spring square stage stamp star started station steam steel stem step stick "
    "sticky stiff still stitch stocking stomach stone stop store story straight stream street "
    "stretch stroked strong structure substance such sudden sugar suggestion summer sun support "
    "sweet swim system table tail take talk tall taste tax teaching tendency test then theory "
    "there thick thin thing thousand thread throat through thrusting thumb thunder ticket tighten "
    "till time tin toe together tomorrow tongue tooth top touch town trade train transport tray "
    "tree trick tried trousers truck turn twist umbrella under unit up upper value verse very "
    "vessel view violet voice waiting walk walking wall wander war wash waste watch water wave wax "
    "way weather week weight west wet wheel when whip whistle white wide wife wind window wine "
    "wing winter wire wise with woman wood wool word work worm wound writing wrong year yellow "
    "yesterday young fearless shameless surprisingly rate unkind heatedly adorning covering "
    "brighten lovers painting crises grinding wonders interesting amazing boring exciting "
    "hardly nearly likely daily friendless regardless harmless worthless helpful useful"
)
NO_EMOTIONS = tuple(dict.fromkeys(ORDINARY))


def test_there_are_hundreds_of_ordinary_words():
    assert len(set(NO_EMOTIONS)) > 800


def test_ordinary_words_are_neither_emotions_nor_misspelt(vocabulary):
    taken = [word for word in NO_EMOTIONS
             if vocabulary.find([word]) or vocabulary.find_form(word) or vocabulary.misspelt(word)]
    assert taken == []


def test_ordinary_words_get_no_suggestion(vocabulary):
    odd = {word: vocabulary.suggest(word) for word in NO_EMOTIONS
           if word not in NEAR_MEANINGS and vocabulary.suggest(word)}
    assert odd == {}


@pytest.mark.parametrize(("written", "meant"), [
    ("hapy", "happy"), ("angery", "anger"), ("suprised", "surprised"), ("discust", "disgust"),
    ("exited", "excited"), ("frigtened", "frightened"), ("melancoly", "melancholy"),
    ("afriad", "afraid"), ("anoyed", "annoyed"), ("jelous", "jealous"), ("angre", "anger"),
    ("dissapointed", "disappointed"), ("supprized", "surprised"), ("embarased", "embarrassed"),
    ("scaird", "scared"), ("hapyness", "happiness"), ("saddness", "sadness"), ("greif", "grief"),
    ("releived", "relieved"), ("anxeity", "anxiety"), ("mischevious", "mischievous"),
    ("smiel", "smile"), ("ecstacy", "ecstasy"), ("dispair", "despair"), ("boring", "bored"),
])
def test_misspellings_are_suggested_first(vocabulary, written, meant):
    assert vocabulary.find([written]) is None
    assert vocabulary.suggest(written)[0] == meant
    assert meant in vocabulary.hint(written)


@pytest.mark.parametrize("word", word_list(
    "hapy hapiness angery suprised frigtened melancoly afriad anoyed jelous disapointed greif"
))
def test_plain_misspellings_are_refused_rather_than_left_out(vocabulary, word):
    assert vocabulary.misspelt(word)


@pytest.mark.parametrize("word", word_list("5 xylophone blorp zorbly table camera teh 🙂 the"))
def test_nothing_near_nothing_suggested(vocabulary, word):
    assert vocabulary.suggest(word) == ()
    assert vocabulary.hint(word).startswith("Name an emotion")


def test_suggestions_are_known_and_each_for_another_emotion(vocabulary):
    for word in (*NEAR_MEANINGS, "angre", "jelousy", "contemt"):
        words = vocabulary.suggest(word)
        mixes = [vocabulary.find(near.split())[0] for near in words]
        assert 1 <= len(words) <= 3 and len(set(mixes)) == len(words), word
    for words in NEAR_MEANINGS.values():
        assert all(vocabulary.find([word]) is not None for word in words), words


def test_words_near_in_meaning_are_no_emotions_themselves(vocabulary):
    assert [word for word in NEAR_MEANINGS if vocabulary.find([word])] == []


@pytest.mark.parametrize(("form", "primary", "intensity"), [
    ("joy's", "Joy", 1.0), ("saddish", "Sadness", 0.75), ("angryish", "Anger", 0.75),
])
def test_forms_that_are_not_listed(vocabulary, form, primary, intensity):
    mix = vocabulary.find_form(form)
    assert (mix.primary, mix.intensity) == (primary, intensity)


def test_mistakes_count_letters():
    assert [mistakes("happy", one) for one in ("happy", "hapy", "hpapy", "nappy", "sad")] == [
        0, 1, 1, 1, 4]


def test_a_long_text_of_unknown_words_is_quick():
    chance = random.Random(3)
    words = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(3, 9)))
             for _ in range(600)]  # some 4,000 characters
    vocabulary = default_vocabulary()
    vocabulary.suggest("warm-up")
    began = time.process_time()
    for word in words:
        vocabulary.misspelt(word)
        vocabulary.suggest(word)
    assert time.process_time() - began < 1.0  # 0.2 s measured; a slow machine may take more
