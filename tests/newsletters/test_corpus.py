"""The newsletters of our own making: what is found in them, counted, with the table printed."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace

from orchard_bot.community.newsletter import Newsletter
from orchard_bot.newsletters.reading import School, read
from tests.newsletters.make_documents import HERE, documents
from tests.newsletters.scoring import Document, corpus, score

RIGHT_AT_LEAST = 0.95
WRONG_AT_MOST = 0.02


def test_the_corpus_has_every_format_and_enough_newsletters() -> None:
    files = [each.file for each in corpus()]
    assert len(files) == len(set(files)) >= 25
    assert {file.rpartition(".")[2] for file in files} == {"pdf", "docx", "html", "txt", "ics", "rss", "atom"}
    assert sorted(files) == sorted(path.name for path in (HERE).iterdir())


def test_almost_every_event_is_found_and_hardly_a_date_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    scores = [score(each) for each in corpus()]
    expected, right = sum(each.expected for each in scores), sum(each.right for each in scores)
    found, wrong = sum(each.found for each in scores), sum(len(each.wrong) for each in scores)
    lines = [f"{'newsletter':<26}{'events':>7}{'right':>7}{'found':>7}{'wrong':>7}"]
    lines += [f"{one.file:<26}{one.expected:>7}{one.right:>7}{one.found:>7}{len(one.wrong):>7}" for one in scores]
    lines += [f"{'all':<26}{expected:>7}{right:>7}{found:>7}{wrong:>7}"]
    lines += [f"right {right / expected:.1%}, wrong dates {wrong / found:.1%}"]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert right / expected >= RIGHT_AT_LEAST
    assert wrong / found <= WRONG_AT_MOST


@pytest.mark.parametrize("document", corpus(), ids=lambda each: each.file)
def test_every_event_says_where_it_comes_from(document: Document) -> None:
    newsletter = document.read()
    assert len(newsletter.source.fingerprint) == 64
    for event in newsletter.events:
        assert event.source.title
        assert event.sentence
        assert len(event.sentence) <= 300
        assert event.source.fingerprint == newsletter.source.fingerprint
    assert len({event.uid for event in newsletter.events}) == len(newsletter.events)


@pytest.mark.parametrize("document", [each for each in corpus() if each.troubles], ids=lambda each: each.file)
def test_what_could_not_be_read_is_named(document: Document) -> None:
    assert tuple(f"{trouble} {detail}" for trouble, detail in document.read().troubles) == document.troubles


def test_the_binary_documents_are_those_that_the_script_makes() -> None:
    school = School(today=corpus()[0].today)
    for name, made in documents().items():
        assert _told(read(made, name, school)) == _told(read((HERE / name).read_bytes(), name, school)), name


def test_reading_twice_gives_the_same() -> None:
    for each in corpus():
        assert each.read() == each.read()


def _told(newsletter: Newsletter) -> list[object]:
    plain = replace(newsletter.source, fingerprint="", place="")
    return [plain, newsletter.troubles, *(replace(each, source=plain) for each in newsletter.events)]
