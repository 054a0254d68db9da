"""The encoder's scores become observations; damaged weights are refused; without the extra nothing is seen, and it is said."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors import meaning
from orchard_bot.detectors.encoder import OnnxMeaning
from orchard_bot.detectors.meaning import MeaningDetector
from orchard_bot.detectors.observation import Detector
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.word_pieces import HEAD, TAIL, WordPieces, tidy, words
from orchard_bot.errors import ConfigError, DamagedWeights

Build: TypeAlias = Callable[..., Detector]
SHIPPED = Path(str(resources.files("orchard_bot.detectors"))) / "data" / "meaning"
SPEC = DetectorSpec(name="meaning-child", uses="meaning", clause="child", queue_at=0.5)


class FakeMeaning:
    """Knows what it is told."""

    version = "fake"

    def __init__(self, **scores: float) -> None:
        self._scores = scores
        self.looks = 0

    def scores(self, reading: Reading) -> Mapping[str, float]:
        self.looks += 1
        return self._scores


@pytest.fixture(scope="module")
def shipped() -> OnnxMeaning:
    return OnnxMeaning.shipped()


def test_a_score_becomes_an_observation_about_the_whole_message() -> None:
    [one] = MeaningDetector(SPEC, FakeMeaning(child=0.7)).observe(Reading("He bit her"))
    assert (one.clause, one.span, one.score, one.version) == ("child", (0, 10), 0.7, "fake")
    assert one.reason == meaning.REASONS["child"]


@pytest.mark.parametrize("text", ["", " \n", "x"])
def test_a_text_too_short_to_mean_anything_is_not_looked_at(text: str) -> None:
    fake = FakeMeaning(child=0.9)
    assert MeaningDetector(SPEC, fake).observe(Reading(text)) == ()
    assert fake.looks == 0


def test_a_score_that_says_nothing_is_no_observation() -> None:
    assert MeaningDetector(SPEC, FakeMeaning(child=0.001, politics=0.9)).observe(Reading("Hello there")) == ()


def test_all_heads_together_look_once_at_a_text() -> None:
    fake = FakeMeaning(child=0.5, politics=0.5)
    reading = Reading("Hello there")
    for clause in ("child", "politics", "dojo"):
        MeaningDetector(DetectorSpec(name="m", clause=clause, queue_at=0.5), fake).observe(reading)
    assert fake.looks == 1


def test_without_the_extra_nothing_is_seen_and_it_says_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "orchard_bot.detectors.encoder")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    meaning.shipped.cache_clear()
    try:
        detector = MeaningDetector(SPEC, meaning.shipped())
        assert detector.observe(Reading("He bit her again")) == ()
        assert (detector.lacks, detector.version) == ("semantic", "none")
    finally:
        meaning.shipped.cache_clear()


def test_a_clause_without_a_head_is_refused(build: Build) -> None:
    with pytest.raises(ConfigError, match="no head for the clause 'voluntary'"):
        build(meaning.build, clause="voluntary")


@pytest.mark.parametrize("file", ["encoder.onnx", "heads.f32", "vocabulary.txt"])
def test_a_file_that_is_not_as_it_was_shipped_is_refused(tmp_path: Path, file: str) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(SHIPPED, folder)
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DamagedWeights, match=file):
        OnnxMeaning.load(folder)


def test_weights_made_for_other_rules_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(SHIPPED, folder)
    card = (folder / "card.json").read_text()
    (folder / "card.json").write_text(card.replace('"shouting"', '"whispering"'))
    with pytest.raises(DamagedWeights, match=r"card\.json"):
        OnnxMeaning.load(folder)


def test_what_ships_fits_into_an_ordinary_package() -> None:
    assert max(path.stat().st_size for path in SHIPPED.iterdir()) < 25_000_000


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(categories=None), max_size=400))
def test_no_text_raises_and_every_score_is_a_probability(shipped: OnnxMeaning, text: str) -> None:
    scores = shipped.scores(Reading(text))
    assert set(scores) == set(meaning.REASONS)
    assert all(0.0 <= score <= 1.0 for score in scores.values())


def test_the_same_text_gets_the_same_scores_whatever_came_before(shipped: OnnxMeaning) -> None:
    first = shipped.scores(Reading("Mrs Hale was rude to me"))
    shipped.scores(Reading("PE kit tomorrow, and a long text " * 30))
    assert shipped.scores(Reading("Mrs Hale was rude to me")) == first


def test_texts_are_tidied_before_they_are_cut() -> None:
    assert "face with rolling eyes" in tidy("🙄")
    assert tidy("Mrs Adeyemi-Jones and miss Li") == "Mrs smith and miss smith"
    assert tidy("see https://www.bbc.co.uk/news/99?x=1 now").split() == ["see", "link", "bbc.co.uk", "news", "x", "now"]
    assert tidy("on 07700 900 123").split() == ["on", "phone", "number"]
    assert tidy("a\u200bb é") == "ab é"
    assert list(words("Café £20!")) == ["cafe", "£", "20", "!"]


def test_a_long_text_keeps_its_beginning_and_its_end() -> None:
    pieces = WordPieces(["[CLS]", "[SEP]", "[UNK]", "begin", "middle", "end", "##s"])
    numbers = pieces.numbers(f"begin {'middle ' * 5000} ends")
    assert len(numbers) == HEAD + TAIL + 2
    assert (numbers[1], numbers[-3:]) == (3, [5, 6, 1])
    assert pieces.numbers("x" * 50 + " qqq") == [0, 2, 2, 1]
