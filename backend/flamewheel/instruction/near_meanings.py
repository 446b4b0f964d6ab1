# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that say something of a person but name no emotion, and emotions that may be meant.

They are not read as these emotions: a drunk may be merry or sad.  They only lead to suggestions.
"""

from __future__ import annotations

_TABLE = (
    ("happy pleased delighted",
     "good great fine nice well okay wonderful fantastic awesome lovely lucky "
     "positive bright lively beautiful fabulous marvellous marvelous excellent"),
    ("excited",
     "exited exiting"),
    ("excited elated amused",
     "exciting hyper energetic lively animated wild thrilling"),
    ("amused mocking delighted",
     "funny comical hilarious ridiculous foolish witty"),
    ("serene confident pleased",
     "cool chill chilled casual easy quiet silent still graceful dignified elegant"),
    ("loving tender flirty",
     "sexy cute sweet pretty gorgeous charming attractive adorable kissing kiss "
     "seductive horny"),
    ("sad miserable disappointed",
     "bad awful terrible horrible poor low down negative sore ugly pathetic"),
    ("bored blank gloomy",
     "boring slow dull lazy dozy asleep sleeping hungover drunk stoned high dead "
     "unconscious lifeless zombie ill faint"),
    ("confused distracted sad",
     "lost blurry foggy senile absent vacuous dizzy tipsy"),
    ("confused surprised curious",
     "weird wierd strange odd peculiar confusing surreal"),
    ("afraid panicked desperate",
     "cornered trapped hunted scarred endangered"),
    ("surprised astonished shocked",
     "amazing astonishing incredible unbelievable stunning unexpected astounding "
     "shocking startling"),
    ("afraid terrified uneasy",
     "frightening terrifying horrifying spooky creepy eerie unsettling"),
    ("angry aggressive evil",
     "crazy insane mean nasty cruel rude brutal dangerous toxic psycho psychotic "
     "mental"),
    ("annoyed frustrated bitter",
     "annoying irritating hungry thirsty hangry hot busy rushed salty moany whiny"),
    ("disgusted revolted contemptuous",
     "filthy dirty rotten smelly stinky vile vomiting puking putrid sickening"),
    ("confident proud determined",
     "strong brave bold powerful heroic courageous fearless tough royal regal noble "
     "serious badass"),
    ("shy embarrassed sheepish",
     "clumsy shameless blushy small"),
    ("guilty remorseful ashamed",
     "wrong lying dishonest sinful caught"),
    ("interested curious thoughtful",
     "listening watching reading learning studying wise clever smart interesting "
     "intelligent"),
    ("trusting friendly serene",
     "honest innocent gentle helpful"),
    ("uneasy suspicious anxious",
     "shifty secretive"),
    ("neutral bored serene",
     "plain empty flat robotic emotion"),
    ("sad disgusted afraid",
     "hurtful injured bleeding"),
)
NEAR_MEANINGS: dict[str, tuple[str, ...]] = {
    word: tuple(meant.split()) for meant, words in _TABLE for word in words.split()
}
"""Word -> emotion words, the likeliest first; judged, nothing measured."""
