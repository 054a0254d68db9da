"""/report typed to the bot itself: words, forwarded messages, and authors whom nobody guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchard_bot.chat.events import Quoted
from orchard_bot.testing.builders import a_person

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = a_person("carl")
WORDS = "Mrs Penn is the worst teacher in the school"


def test_in_private_somebody_tells_what_happened_in_their_own_words(stage: Stage) -> None:
    stage.command("/report")
    stage.answer("Somebody keeps posting adverts")
    assert "Ask the poster to remove it" not in stage.labels(stage.anna)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert "Somebody keeps posting adverts" in stage.told(stage.mia)[-1]
    assert "Poster not known" in stage.told(stage.mia)[-1]
    assert "Kind note" not in stage.labels(stage.mia)


def test_words_behind_the_command_are_taken_as_words(stage: Stage) -> None:
    stage.command("/report there is bullying")
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert "there is bullying" in stage.told(stage.mia)[-1]


def test_a_picture_cannot_be_read_and_the_question_stays_open(stage: Stage) -> None:
    stage.command("/report")
    stage.answer("")
    assert "only read words" in stage.told(stage.anna)[-1]
    stage.answer("It was a photo of a letter")
    assert "Tell the moderators, in confidence" in stage.labels(stage.anna)


def test_a_forwarded_message_of_somebody_unknown_stays_without_an_author(stage: Stage) -> None:
    stage.command("/report")
    stage.forward(Quoted(text=WORDS, author_name="Carl"))
    stage.choose("Ask the poster to remove it")
    assert stage.labels(stage.anna) == ["I'll ask them myself", "Back"]
    stage.choose("Back")
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    [case] = stage.books.cases.waiting("3b")
    assert case.author is None
    assert case.evidence == WORDS


def test_a_forwarded_message_of_somebody_outside_the_group_stays_without_an_author(stage: Stage) -> None:
    stage.forward(Quoted(text=WORDS, author=CARL, author_name="Carl"))
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    [case] = stage.books.cases.waiting("3b")
    assert case.author is None


def test_a_forwarded_message_of_a_member_has_its_author(stage: Stage) -> None:
    stage.forward(Quoted(text=WORDS, author=stage.ben, author_name="Ben"))
    stage.choose("Ask the poster to remove it")
    assert "Ask for me, without my name" in stage.labels(stage.anna)


def test_a_forwarded_message_of_the_bot_is_known_as_such(stage: Stage) -> None:
    stage.forward(Quoted(text="Hello", author=a_person("bot"), own=True))
    assert "from me, the bot" in stage.told(stage.anna)[-1]
