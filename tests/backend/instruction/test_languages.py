# SPDX-License-Identifier: GPL-3.0-or-later
"""Other languages are told by name; English with a borrowed word stays English."""

from __future__ import annotations

import pytest

from flamewheel.errors import InstructionError
from flamewheel.instruction.language_words import LANGUAGES, TRANSLATED

FOREIGN = {
    "German": ("von Freude zu Wut in zwei Sekunden", "lächle langsam", "Freude",
               "Sie lächelt und wird dann wütend", "mache das Gesicht traurig"),
    "French": ("de la joie à la colère en deux secondes", "Elle sourit puis devient triste",
               "rends-la heureuse", "sois heureux", "change le visage en colère"),
    "Spanish": ("de la alegría a la ira en dos segundos", "ella está triste",
                "cambia la cara a feliz"),
    "Italian": ("dalla gioia alla rabbia in due secondi", "lei è felice"),
    "Portuguese": ("da alegria para a raiva em dois segundos", "ela está com medo"),
    "Dutch": ("van blij naar boos in twee seconden", "maak haar verdrietig"),
    "Polish": ("z radości do gniewu w dwie sekundy", "uśmiechnij się powoli"),
    "Czech": ("od radosti k hněvu za dvě sekundy",),
    "Swedish": ("från glädje till ilska på två sekunder", "hon är ledsen"),
    "Norwegian or Danish": ("fra glede til sinne på to sekunder", "hun er trist"),
    "Finnish": ("ilosta vihaan kahdessa sekunnissa", "iloinen ja sitten surullinen"),
    "Turkish": ("mutluluktan öfkeye iki saniyede", "gülümse sonra üzgün"),
    "Vietnamese": ("từ vui sang giận trong hai giây",),
    "Indonesian": ("dari senang ke marah dalam dua detik", "tersenyum lalu sedih"),
    "Romanian": ("de la bucurie la furie în două secunde",),
    "Hungarian": ("mosolyog majd szomorú",),
    "Russian": ("от радости к гневу за две секунды",),
    "Ukrainian": ("від радості до гніву",),
    "in Cyrillic letters": ("радост",),
    "Greek": ("από χαρά σε θυμό",), "Arabic": ("من الفرح إلى الغضب",),
    "Persian": ("از شادی به خشم",), "Hebrew": ("משמחה לכעס",),
    "Hindi": ("खुशी से गुस्से तक",), "Thai": ("จากความสุขไปสู่ความโกรธ",),
    "Chinese": ("从高兴到愤怒",), "Japanese": ("喜びから怒りへ", "かなしみ"),
    "Korean": ("기쁨에서 분노로",),
}

ENGLISH = (
    "a certain ennui", "schadenfreude", "José smiles", "smile à la Mona Lisa", "a café smile",
    "Łukasz is angry, then Søren smiles", "Zoë looks naïve and blasé", "El Greco smiles",
    "She smiles like Leonardo da Vinci's Mona Lisa", "Señor González looks angry",
    "smile, por favor", "the man van der Berg is sad", "she has a je ne sais quoi smile",
    "angst then joy", "men are angry", "la la land happy", "content", "sad", "glad",
    "a feeling of fear and déjà vu", "from mad to glad in a second", "smile, 1ª",
)


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in FOREIGN.items() for text in texts]
)
def test_the_language_is_named_with_its_place(parse, name, text):
    with pytest.raises(InstructionError) as refused:
        parse(text)
    assert refused.value.code == "not-english"
    assert name in refused.value.message
    start, end = refused.value.span
    assert 0 <= start < end <= len(text) and text[start:end].strip() == text[start:end]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_with_a_foreign_word_is_read(parse, text):
    assert parse(text).steps


def test_a_language_that_is_not_sure_is_not_named(parse):
    with pytest.raises(InstructionError) as refused:
        parse("tristeza")
    assert refused.value.code == "not-english" and "is not." in refused.value.message


def test_a_foreign_emotion_in_an_english_sentence_is_translated(parse):
    with pytest.raises(InstructionError) as refused:
        parse("turn this face from joie to anger")
    assert refused.value.code == "unknown-word" and "joy" in refused.value.hint


def test_translations_are_emotions_that_are_known(vocabulary):
    assert {english for english in TRANSLATED.values() if not vocabulary.find([english])} == set()
    assert len({language.name for language in LANGUAGES}) == len(LANGUAGES) >= 15


def test_ordinary_english_sentences_are_never_foreign(parse):
    for text in (
        "the van met the men in a war of fast arms", "on top of the hill a stud sings",
        "her hand is on the map", "pan the camera to the left and fade out", "an era of sin",
    ):
        try:
            parse(text)
        except InstructionError as refused:
            assert refused.code != "not-english", text
