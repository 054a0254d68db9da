"""The bot never speaks for the school."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files

import pytest

from orchard_bot.community.reminder import SpeaksForSchool, checked_title
from orchard_bot.community.voice import speaks_for_school


@pytest.mark.parametrize(
    "text",
    [
        "The school asks you to bring a coat",
        "We at school would like a packed lunch",
        "On behalf of the school: no cars at the gate",
        "As your school we remind you of the fair",
        "The headteacher expects everybody in uniform",
    ],
)
def test_words_as_if_the_school_said_them_are_known(text: str) -> None:
    assert speaks_for_school(text)
    with pytest.raises(SpeaksForSchool):
        checked_title(text)


@pytest.mark.parametrize("text", ["School fair on Saturday", "School closes at 2pm", "The school hall is open at six"])
def test_plain_news_of_the_school_is_nobodys_voice(text: str) -> None:
    assert not speaks_for_school(text)
    assert checked_title(text) == text


def test_no_sentence_of_the_bots_own_speaks_for_the_school_but_the_one_that_says_so_of_a_parents_words() -> None:
    wording = tomllib.loads(files("orchard_bot").joinpath("wording.toml").read_text("utf-8"))
    assert wording["private"].pop("remind.speaks-for-school")
    sentences = list(_sentences(wording))
    assert len(sentences) > 100
    assert [sentence for sentence in sentences if speaks_for_school(sentence)] == []


def _sentences(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for inner in part.values():
            yield from _sentences(inner)
