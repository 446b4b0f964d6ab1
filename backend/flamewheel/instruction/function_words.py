# SPDX-License-Identifier: GPL-3.0-or-later
"""More small words: how animators speak of parts, of time and of change."""

from __future__ import annotations

from .lexicon import Kind, Speed
from .tokens import word_list

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("look", "fill with;fills with;filled with;filling with;fill up with;full of;fills up with;"
             "brim with;brims with;brimming with;betray;betrays;reveal;reveals;revealing;"
             "radiate;radiates;light up with;lights up with;lit up with;end up in;ends up in;"
             "ending up in;wound up;ended up;turn out;read as;reads as;"
             "play it;plays it;play;plays;ends in;express;overcome with;overcome by;crushed with;"
             "crushed by;gripped by;filled by;struck by;struck with;consumed by;consumed with;"
             "hit by;seized by;seized with;taken by;overwhelmed by;overwhelmed with;swept by;"
             "torn by;moved to;driven to;reduced to;racked with;racked by;burning with;"
             "shaking with;trembling with;bursting with;beaming with;glowing with;seething with;"
             "stricken with;plagued by;flooded with;flooded by;caught in;lost in;wracked with;"
             "possessed by;twisted with;twisted in;twisted by;contorted with;contorted in;"
             "contorted by;lit with;lit by;marked by;tense with;wide with;heavy with;alive with;"
             "blazing with;blaze with;sparkle with;sparkling with;shine with;shining with;"
             "glow with;burn with;overtaken by;etched with;written with;"
             "break down;breaks down;breaking down;broke down;burst out;bursts out;bursting out;"
             "break out;breaks out;breaking out;bares"),
    ("change", "swap;swaps;swapping;trade;trades;trading;exchange;exchanges;exchanging;"
               "build;builds;building;built;build up;builds up;building up;ramp;ramps;ramping;"
               "ramp up;ramps up;escalate;escalates;escalating;rise to;rises to;climb;climbs;"
               "spiral;spirals;descend;descends;collapse;collapses;collapsing;crumple;crumples;"
               "erupt;erupts;erupting;explode;explodes;exploding;drop to;drops to;swing;swings;"
               "flip;flips;fly;flies;jump;jumps;leap;leaps;travel;travels;proceed;proceeds;"
               "progress;progresses;gave;warms;cools;lapse;lapses;"
               "lapsing;tip;tips;intensify;intensifies;mellows;"
               "deepen;deepens;sours;curdle;curdles;twist;twists;contort;contorts;crumble;"
               "crumbles;brighten up;brightens up;work up;works up;build toward;lighten;"
               "lightens;fracture;fractures;waver;wavers;falter;falters;decay;decays;revolve;"
               "gives over to;yield;yields;yielding"),
    ("change", "rise;rises;rising;swell;swells;swelling;mount;mounts;mounting"),
    ("hold", "peak;peaks;peaking;crest;crests;cresting;plateau;plateaus"),
    ("hold", "don't stop;do not stop;never stop;never stops;doesn't stop;does not stop"),
    ("look", "can't help but;cannot help but;couldn't help but;can't help;cannot help;"
             "couldn't help;can't stop;cannot stop;couldn't stop"),
    ("alternate", "alternate;alternates;alternating;alternate between;alternates between;"
                  "alternating between;oscillate between;oscillates between;cycle between;"
                  "switch back and forth between;switches back and forth between;"
                  "go back and forth between;goes back and forth between;"
                  "flip back and forth between;flips back and forth between"),
    ("direct", "skipping neutral;avoiding neutral;bypassing neutral;with no neutral;no neutral;"
               "with no neutral in between;no neutral in between;without a neutral stop;"
               "not passing through neutral;without stopping at neutral;without a stop at neutral;"
               "without a neutral face in between;without any neutral;skip neutral;"
               "not going through neutral;without neutral in between;never passing neutral;"
               "without passing neutral;without going via neutral;without going neutral;"
               "and skip neutral;but skip neutral;leaving out neutral;omitting neutral"),
    ("hold", "beat;continue;continues;continuing;continue to;continues to;continuing to;go on;"
             "goes on;going on;keep on;keeps on;keeping on;carry on;carries on;carrying on;"
             "don't change;do not change;don't move;do not move;doesn't change;no change;"
             "doesn't move;nothing changes;nothing moves;not moving;not changing;stand still;"
             "stays put;stay put;does not move;does not change;hold still;holds still;stay still;"
             "stays still;be still;remain still;remains still;keep still;keeps still"),
    ("via", "passing;passing by;stopping at;stopping by;with neutral in between;"),
    ("then", "before finally;and eventually;only then;at which point;whereupon;from there;"
             "from that;and from there;after this;after which;soon after;next up;and last;"
             "and lastly;in turn;ultimately;then finally;then suddenly become;last"),
    ("back", "go back again;goes back again;come back again;back to where she started;"
             "back to where he started;back to where it started;back where it started;"
             "back where she started;back where he started;back to the way it was;"
             "back to how it was;back to how she was;back to how he was;back to what it was;"
             "back to what it was before;and return;undo that;undo it;reverts back;return back"),
    ("fade", "let it all go;lets it all go;let all go;"
             "let it drop;let it go;lets it go;lets it drop;let it fade;lets it fade;"
             "let that drop;let that go;let that fade;let it slip;lets it slip;let it fall;"
             "let it fade away;drop it;drops it;release it;releases it;let it die;let go;"
             "lets go;letting it drop;letting it go;letting go;release;releases;releasing;"
             "drains away;drain away;drains;drain;draining;melt away;melts away;melting away;"
             "evaporate;evaporates;dissipate;dissipates;ebbs;ebb;ebbs away;ebb away;dies down;"
             "die down;die away;wear off;goes away;go away;slips away;slip away;slides off;"
             "falls away;fall away;leave her face;leaves her face;leaves his face;is gone;"
             "leaves their face;leaves the face;go slack;goes slack;goes blank;go blank;"
             "unclench;unclenches;unclenching;"
             "blank out;blanks out;empties;passes away;dissolves away;come to rest;"
             "comes to rest;clears;clears up;wipe off;be gone;let up"),
    ("not", "hold back;holds back;holding back;fight back;fights back;fighting back;fight off;"
            "fights off;keep back;keeps back;not even;not in the least;not one bit"),
    ("hold", "for a bit;for a little bit"),
    ("cease", "kill;kills;wipe;wipes;wipe off;wipes off;shake off;shakes off;get rid of;"
              "gets rid of;getting rid of;remove;removes;erase;erases;swallow;swallows;"
              "undo;undoes;undoing;take away;takes away;taking away;"
              "give up;gives up;not any longer;quits being;finish being;done being"),
    ("current", "present expression;present face;present look;present pose;present state;"
                "existing face;existing look;the expression now;the face now;"
                "expression it has;the present one;the existing one;"
                "how it looks now;how she looks now;how he looks now;how they look now;"
                "the way it is;the way she is;the way he is;the way it looks;"
                "how she is now;how he is now;what it is now;whatever it is;"
                "whatever is there;whatever she shows now;wherever it is;wherever she is;"
                "where she is;where he is;whatever it shows;what is there now;what it shows now;"
                "whatever it is right now;whatever expression it has;the face as it is;"
                "its present state;the pose it has;how it looks;the current mood;"
                "whatever the face shows;whatever the face is doing;whatever the face shows now;"
                "the current face's expression;the expression as it is;where she is now;"
                "where he is now;where it is now;what she has now;what she is showing;"
                "whatever she is doing now;whatever he is doing now;the face it has now"),
    ("origin", "where she started;where he started;where we started;where she began;"
               "where he began;where we began;what it was;what it was before;how it began;"
               "the way it was;what she was;the start expression;the starting point;"
               "the starting pose;the initial face;the initial pose;square one;how it started"),
    ("filler", "as possible;from ear to ear;on the other hand;right now;right away;all right;"
               "all over;"
               "all over the face;all over her face;all over his face;everywhere;as if;"
               "in the process;like that;like this;just like that;a face;of course;"
               "manage to;managing to;attempt to;attempts to;attempting to;pretend to;"
               "pretending to;lets out;let out;letting out;let out a;break it down;the face is;"
               "in response;in reaction;at first;to begin;to begin with;to start;to start with;"
               "for a start;rest of the face;the rest of the face;the rest of her face;"
               "the rest of his face;the whole face;the entire face;whole face;entire face;"
               "her whole face;his whole face;its whole face;would be;should be;could be;"
               "seem to;seemed to;appears to;appear to;appear to be;seem to be;"
               "from within;creep;creeps;creeping;crept;creeps in;dawn;dawns;spread;spreads;"
               "spreading;"
               "wash;washes;washing;bloom;blooms;blossom;blossoms;takes over;take over;comes over;"
               "crosses;crossing;steal;steals;stealing;flicker;flickers;tug;tugs;play about;"
               "mixed together;blended together;combined together;all mixed together;mixed;"
               "at the same time;simultaneously;all at the same time;at the same instant;mixed up;"
               "all together;taken together;takes hold;take hold;set in;sets in;"
               "in general;in total;over all;overall;as one;"
               "join in;joins in;joining in;join;joins;follow;follows"),
    ("hint", "but rather;but instead;or rather;"
             "together with;and simultaneously;as well as;accompanied by"),
    ("each", "a step;per emotion;for each one;each one;for every step;per change;apiece;"
             "each step;each emotion;per transition"),
)

_SPEEDS = {
    "in no time": Speed(0.25, "ease_out"), "in a snap": Speed(0.25, "ease_out"),
    "snapping": Speed(0.25, "ease_out"), "snapped": Speed(0.25, "ease_out"),
    "briefly": Speed(0.5, None), "brief": Speed(0.5, None),
    "fleetingly": Speed(0.5, None), "leisurely": Speed(2.0, None), "steady": Speed(None, "linear"),
    "unhurriedly": Speed(2.0, None), "hastily": Speed(0.5, None), "hurriedly": Speed(0.5, None),
    "right away": Speed(0.1, "ease_out"), "straight away": Speed(0.1, "ease_out"),
    "in an abrupt way": Speed(0.25, "ease_out"), "sudden": Speed(0.25, "ease_out"),
    "abrupt": Speed(0.25, "ease_out"), "rapid": Speed(0.5, None), "swift": Speed(0.5, None),
    "instant": Speed(0.1, "ease_out"), "cut": Speed(0.1, "ease_out"),
    "cuts": Speed(0.1, "ease_out"), "hard cut": Speed(0.1, "ease_out"),
    "unexpectedly": Speed(0.25, "ease_out"),
    "by degrees": Speed(2.0, None), "step by step": Speed(2.0, None),
    "in slow motion": Speed(4.0, None), "ever so slowly": Speed(4.0, None),
    "more slowly": Speed(2.0, None), "slower": Speed(2.0, None), "faster": Speed(0.5, None),
    "more quickly": Speed(0.5, None), "as fast as possible": Speed(0.1, "ease_out"),
}
_DEGREES = {
    "full on": 1.5, "full blown": 1.5, "all out": 1.5, "outright": 1.5, "as hard as possible": 1.5,
    "halfway": 0.5, "half way": 0.5, "all the way": 1.0, "ever so slightly": 0.25,
    "very slightly": 0.25, "just slightly": 0.5, "a smidge": 0.5, "a smidgen": 0.5,
    "a tiny bit": 0.25, "tiny": 0.25, "only slightly": 0.5, "just barely": 0.25, "a lot": 1.25,
    "partly": 0.5, "partially": 0.5, "part way": 0.5, "partway": 0.5, "strong": 1.25,
    "so very": 1.25, "deadly": 1.25, "dead": 1.25, "beyond": 1.5, "thoroughly": 1.5,
    "to the max": 1.5, "as much as possible": 1.5, "in the extreme": 1.5, "max": 1.5,
    "massive": 1.5, "entirely": 1.5, "particularly": 1.25, "especially": 1.25, "overly": 1.25,
    "wider": 1.25, "bigger": 1.25, "stronger": 1.25, "weaker": 0.75, "smaller": 0.75,
    "fainter": 0.5, "widest": 1.5, "strongest": 1.5,
    "biggest": 1.5, "minimal": 0.25, "minimum": 0.25, "increase": 1.25,
    "increases": 1.25, "amplify": 1.25, "boost": 1.25, "exaggerate": 1.5, "exaggerated": 1.5,
    "enormous": 1.5, "massively": 1.5, "enormously": 1.5, "immensely": 1.5,
    "exceedingly": 1.5, "severely": 1.5, "violently": 1.5, "hint of": 0.35, "trace of": 0.35,
    "touch of": 0.5, "bit of": 0.5,
}


def extra_phrases() -> dict[tuple[str, ...], tuple[Kind, object]]:
    """Phrase -> its kind and value, as `lexicon.function_phrases`."""
    table: dict[tuple[str, ...], tuple[Kind, object]] = {}
    for kind, phrases in _WORDS:
        table |= {tuple(phrase.split()): (kind, None) for phrase in phrases.split(";") if phrase}
    table |= {tuple(phrase.split()): ("speed", speed) for phrase, speed in _SPEEDS.items()}
    table |= {tuple(phrase.split()): ("degree", factor) for phrase, factor in _DEGREES.items()}
    return table


MORE_FILLERS = frozenset(word_list(
    "sides everywhere everyone hers theirs whatever long stare features feature performance shot "
    "take colour color mood way thing things feeling feelings moment kind manner fashion young "
    "old little tall elderly teenager teen hero villain heroine king queen princess robot alien "
    "creature monster baby toddler dad mum mom mother father grandmother grandfather grandma "
    "grandpa brother sister friend teacher today tonight tomorrow yesterday doing weather "
    "any longer exactly instead "
    "everybody nobody act across until own see curve pace speed keyframe keyframes gimme "
    "feign feigns fake fakes faking feigning "
    "under beneath above below underneath interpolation easing rate tempo rhythm spend spends "
    "spending mostly mainly largely primarily chiefly predominantly "
))
"""Further words that may stand anywhere and mean nothing to a face."""
