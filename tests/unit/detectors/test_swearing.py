"""Strong words are noticed in any disguise; names, places, numbers and mild oaths never are."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors import slurs, swearing
from orchard_bot.detectors.lexicon import load_lexicon
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Detector, Options
from orchard_bot.detectors.reading import Reading
from orchard_bot.errors import ConfigError

Build: TypeAlias = Callable[..., Detector]

INNOCENT = """
Trip to Scunthorpe museum|Mrs Cockburn's assembly|Dickens for the book fair|Mr Dickinson is away|Mr Hancock's class
Penistone station|Essex and Sussex|shiitake soup|the 455 bus|the A55 is closed|A cocktail stall for grown-ups
classic assembly songs|Can you pass the glasses|Miss Babcock|The Bassett family|Hitchcock film night|Peacock feathers
Shuttlecock practice|Weathercock craft|Woodcock Lane|Cockermouth youth hostel|Cockfosters line|Cockerel costume
Cock Robin is the class play|Cock-a-doodle-doo|Spotted dick for pudding|Moby Dick|Dick Whittington at the panto
Dick and Dom are on|Dick's coat is lost|Dick King-Smith books|Shitterton is a real village|Lightwater|Clitheroe castle
Swansea trip|Wankel engine at the museum|Swanky shoes|Titchmarsh gardens|Blue tits in the nest box|Titanic project
The Title page|Constitution Hill|Prickly hedgehogs|Prick the potatoes first|Analysis homework|Canal walk|Grape juice
Therapist appointment|Arsenal training|Parsecs and hearses|Coarse fishing|Sparse hedge|Arsenic and old lace
Bassoon lesson|Grass stains|Brass band|Mass at nine|Compass and pass|Bitcoin in the news
Pistachio cake, no nuts please|Mississippi|Pissarro paintings|Twatt in Orkney|Bastardised recipe
Puss in Boots costume|Pussy willow on the nature table|Pussycat mask|Octopussy theme|Snigger|Niggle in the knee
Niger and Nigeria in geography|Maine coon cat|Racoon poster|Cocoon in a jar|Tycoon|Spice Girls|Spick and span
Chink of light|Offa's Dyke walk|Van Dyke|Poof, and it was gone|Fagin in Oliver|Faggots and peas|Kaffir lime leaves
Wopsle in Great Expectations|Woop woop, we won|Moong dal for lunch|Pollack and chips|Japan day|Japanese maple
Mongolia project|Among us|Mongoose|Retardant costumes|Shia and Sunni, Shiite too|Homophones homework|Hello Kitty bag
Bloody cold today|Damn this rain|What the hell|Oh crap, I forgot|Blooming heck|Flipping early start|Sugar! Late again
A*A*A* for the twins|Straight A*s|grades A*-C|It's hit the fence|Has hit his head|P.E. kit and I.T. club
Number plate AR53 XYZ|Room P155|Form AS5|LE4 4SS|call 0116 455 0455|at 4.55 or 5.55|50% off and #worldbookday
*bold* and _italic_ words|Sh, it is a secret|Great!Thanks|Ssssh it's bedtime|Yessss|Aaaaargh|Assess the risk
C u next Tuesday|Ring the bell. End of day|Balls and bats for PE|Can you pick up yours too|Can't make it|Cant make it
Fuchs and Fuchsia|Shihtzu and shih tzu puppies|Kunter and Kent|Who're you bringing|Harsha and Akshita|Mishit the ball
Le Mans|Matsushita|Nishit's party|As sure as anything|As she said|Wan king in the story|Pen is blue|Tit for tat
"""

DISGUISES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "zero-width": lambda word: f"{word[:2]}\u200b{word[2:]}",
    "soft hyphen": "\u00ad".join,
    "full width": lambda word: "".join(chr(ord(letter) + 0xFEE0) for letter in word),
    "mathematical": lambda word: "".join(chr(0x1D4EA + ord(letter) - ord("a")) for letter in word),
    "cyrillic": lambda word: word.translate(str.maketrans("aceopxyisb", "асеорхуіѕь")),
    "accents": lambda word: word.translate(str.maketrans("aeioucsn", "áéíöüçšñ")),
    "combining": "\u0336".join,
    "digits": lambda word: word.translate(str.maketrans("oieal", "01341")),
    "signs": lambda word: word.translate(str.maketrans("ais", "@!$")),
    "drawn out": lambda word: f"{word[:-1]}{word[-1] * 4}",
    "drawn out inside": lambda word: f"{word[0]}{word[1] * 5}{word[2:]}",
    "doubled": lambda word: f"{word[:2]}{word[1]}{word[2:]}",
    "spaced": " ".join,
    "dotted": ".".join,
    "dashed": "-".join,
    "spaced in capitals": lambda word: "  ".join(word.upper()),
    "one star": lambda word: f"{word[0]}*{word[2:]}",
    "stars": lambda word: f"{word[0]}{'*' * (len(word) - 2)}{word[-1]}",
    "hash": lambda word: f"{word[0]}#{word[2:]}",
    "gap": lambda word: f"{word[:2]}.{word[2:]}",
    "squared": lambda word: "".join(chr(0x1F170 + ord(letter) - ord("a")) for letter in word),
}
WORDS = ["fuck", "shit", "cunt", "bitch", "bastard", "wanker", "twat", "bollocks", "arsehole", "bullshit", "dickhead"]


@pytest.fixture(scope="module")
def detector(build: Build) -> Detector:
    return build(swearing.build)


@pytest.fixture(scope="module")
def slur_detector(build: Build) -> Detector:
    return build(slurs.build, clause="discrimination")


def marked(detector: Detector, text: str, at_least: float = 0.75) -> list[str]:
    """The words that the detector would act on."""
    return [text[slice(*one.span)] for one in detector.observe(Reading(text)) if one.score >= at_least]


def innocent() -> list[str]:
    return [text for line in INNOCENT.strip().splitlines() for text in line.split("|")]


def test_the_corpus_of_innocents_is_large() -> None:
    assert len(set(innocent())) >= 96


@pytest.mark.parametrize("text", innocent())
def test_innocent_look_alikes_are_never_noticed(detector: Detector, slur_detector: Detector, text: str) -> None:
    assert marked(detector, text) == []
    assert marked(slur_detector, text) == []


@pytest.mark.parametrize("disguise", DISGUISES)
def test_hardly_any_disguise_hides_a_strong_word(detector: Detector, disguise: str) -> None:
    sentences = [f"Well, {DISGUISES[disguise](word)} to that then" for word in WORDS]
    assert sum(bool(marked(detector, sentence)) for sentence in sentences) >= len(WORDS) - 1


def test_over_all_disguises_at_least_95_in_100_are_seen(detector: Detector) -> None:
    sentences = [f"Well, {hide(word)}! So there" for word in WORDS for hide in DISGUISES.values()]
    assert sum(bool(marked(detector, sentence)) for sentence in sentences) >= 0.95 * len(sentences)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("For FFS sake, wtf", ["FFS", "wtf"]),
        ("w.t.f is this", ["w.t.f"]),
        ("sh\u200bit, the kit", ["sh\u200bit"]),
        ("Total pi$$ take", ["pi$$ take"]),
        ("Not f***ing again, what the f***", ["f***ing", "f***"]),
        ("those b******s", ["b******s"]),
        ("*shit* and _fuck_", ["shit", "fuck"]),
        ("do I f u c k", ["f u c k"]),
        ("fu cking parking", ["fu cking"]),
        ("wwwwanker, fuuuuck", ["wwwwanker", "fuuuuck"]),
        ("5h1t on it", ["5h1t"]),
        ("absofuckinglutely", ["fuck"]),
        ("a big d1ck, an a$$", ["d1ck", "a$$"]),
        ("kurwa i suka blyat", ["kurwa", "suka blyat"]),
        ("ну блядь", ["блядь"]),
        ("So rude 🖕🏽", ["🖕"]),
        ("what a load of bull💩", ["bull💩"]),
    ],
)
def test_exactly_the_words_in_question_are_marked(detector: Detector, text: str, words: list[str]) -> None:
    assert marked(detector, text) == words


@pytest.mark.parametrize("text", ["a paki at the gate", "R3TARD", "f*ggot", "n****r", "bunch of coons", "p a k i s"])
def test_slurs_are_noticed_under_their_own_clause(slur_detector: Detector, text: str) -> None:
    seen = slur_detector.observe(Reading(text))
    assert [one.clause for one in seen] == ["discrimination"]
    assert seen[0].score >= 0.75


def test_the_reason_fits_what_was_seen_and_never_repeats_it(detector: Detector) -> None:
    plain, hidden, doubtful = (detector.observe(Reading(text))[0] for text in ("shit", "sh!t", "bugger"))
    assert plain.score > hidden.score > doubtful.score
    assert len({plain.reason, hidden.reason, doubtful.reason}) == 3
    assert not any(word in one.reason for one in (plain, hidden, doubtful) for word in ("shit", "sh!t", "bugger"))


def test_a_flood_of_strong_words_gives_a_handful_of_observations(detector: Detector) -> None:
    assert len(detector.observe(Reading("shit " * 100_000))) == MOST_OBSERVATIONS


def test_a_word_at_the_very_end_of_a_long_text_is_found_in_its_place(detector: Detector) -> None:
    text = "a kind word " * 10_000 + "shit"
    assert [one.span for one in detector.observe(Reading(text))] == [(len(text) - 4, len(text))]


def test_no_word_arises_where_a_long_text_is_cut(detector: Detector) -> None:
    head = ("x" * 5_998 + " sh").ljust(6_001, "x")
    assert detector.observe(Reading(head[:5_997] + " sh" + "y" * 5_000 + "it " + "z" * 1_997)) == ()


@given(st.text() | st.text(alphabet="fuckshit.* -#@1!3\u200b", max_size=200))
def test_no_text_raises_and_every_span_lies_inside(detector: Detector, text: str) -> None:
    seen = detector.observe(Reading(text))
    spans = [one.span for one in seen]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one.span[1] <= other.span[0] for one, other in itertools.pairwise(seen))
    assert all(0 < one.score <= 1 for one in seen)


def test_an_operator_adds_removes_and_excuses_words(build: Build) -> None:
    ours = build(swearing.build, add=["Gribble"], remove=["arse", "fuck"], innocent=["Bitch Hill"])
    assert marked(ours, "that gr1bble, g.r.i.b.b.l.e and g*****e") == ["gr1bble", "g.r.i.b.b.l.e", "g*****e"]
    assert marked(ours, "arse, and a walk on Bitch Hill") == []
    assert marked(ours, "fucking cold") == []
    assert marked(ours, "what a bitch") == ["bitch"]


def test_the_version_tells_lists_apart(build: Build) -> None:
    assert build(swearing.build).version == build(swearing.build).version
    assert build(swearing.build).version != build(swearing.build, add=["gribble"]).version


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"add": ["ab"]}, "too short"),
        ({"add": [""]}, "too short"),
        ({"remove": ["daffodil"]}, "not in the list"),
        ({"innocent": ["…"]}, "no letters"),
        ({"ad": ["word"]}, "no setting called 'ad'"),
        ({"add": "word"}, "'add' is text in quotes"),
    ],
)
def test_options_that_make_no_sense_are_refused(build: Build, options: dict[str, object], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build(swearing.build, **options)


def test_a_list_with_nothing_left_is_refused(build: Build, no_options: Options) -> None:
    every = sorted(load_lexicon("slurs.toml", no_options).terms)
    with pytest.raises(ConfigError, match="No word is left"):
        build(slurs.build, remove=every)
