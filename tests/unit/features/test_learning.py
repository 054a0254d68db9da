"""A text is kept to learn from only with two people's yes, and goes as soon as one of the reasons for it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.chat.events import MemberLeft, MessageDeleted, MessageEdited, MessagePosted
from orchard_bot.community.decision import Verdict
from orchard_bot.testing.builders import a_group, a_message, a_person, an_event_id

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = a_person("carl")
WORDS = "Year 4 parents are a joke"
KEEP = "Keep its words to learn"


def reported(stage: Stage) -> MessagePosted:
    message = a_message(WORDS, author=CARL, author_name="Carl", at=stage.now)
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    found = stage.house.code.clause("disrespect")
    assert found is not None
    stage.choose(found.title)
    stage.deliver()
    return message


def texts(stage: Stage) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.text, one.labels) for one in stage.books.kept_texts.all()]


def offered(stage: Stage) -> bool:
    return any("may keep them to teach me" in text for text in stage.told(stage.mia))


@pytest.fixture
def kept(stage: Stage) -> MessagePosted:
    stage.command("/join learning", by=CARL)
    message = reported(stage)
    stage.choose("Kind note", stage.mia)
    assert texts(stage) == [], "the moderator has not agreed yet"
    stage.choose(KEEP, stage.mia)
    assert texts(stage) == [(WORDS, ("disrespect",))]
    return message


def test_with_both_yeses_the_words_are_kept_and_it_is_said_how_long(stage: Stage, kept: MessagePosted) -> None:
    assert stage.told(stage.mia)[-1].startswith("Kept, without a name.")
    assert stage.books.kept_texts.all()[0].message == kept.message


def test_what_was_found_fine_is_kept_as_fine(stage: Stage) -> None:
    stage.command("/join learning", by=CARL)
    reported(stage)
    stage.choose("It's fine: dismiss", stage.mia)
    stage.choose(KEEP, stage.mia)
    assert texts(stage) == [(WORDS, ())]


def test_without_the_posters_yes_no_moderator_is_asked(stage: Stage) -> None:
    reported(stage)
    stage.choose("Kind note", stage.mia)
    assert not offered(stage)


def test_what_concerns_a_childs_safety_is_never_asked_about(stage: Stage) -> None:
    stage.command("/join learning", by=CARL)
    reported(stage)
    case = stage.books.cases.get("3b", 1)
    assert case is not None
    stage.books.cases.save(replace(case, safety=True))
    stage.choose("Kind note", stage.mia)
    assert not offered(stage)


def test_what_goes_to_the_school_is_never_asked_about(stage: Stage) -> None:
    stage.command("/join learning", by=CARL)
    reported(stage)
    stage.choose("School route", stage.mia)
    case = stage.books.cases.get("3b", 1)
    assert case is not None
    assert case.decision is not None
    assert case.decision.verdict is Verdict.SCHOOL
    assert not offered(stage)


def test_a_yes_taken_back_in_between_counts(stage: Stage) -> None:
    stage.command("/join learning", by=CARL)
    reported(stage)
    stage.choose("Kind note", stage.mia)
    stage.command("/leave learning", by=CARL)
    stage.choose(KEEP, stage.mia)
    assert texts(stage) == []
    assert "taken back the yes" in stage.told(stage.mia)[-1]


def test_somebody_who_is_no_moderator_any_more_keeps_nothing(stage: Stage) -> None:
    stage.command("/join learning", by=CARL)
    reported(stage)
    stage.choose("Kind note", stage.mia)
    stage.set(moderators=tuple(one for one in stage.community.moderators if one.person != stage.mia))
    stage.choose(KEEP, stage.mia)
    assert texts(stage) == []


def test_a_yes_taken_back_takes_the_words_along(stage: Stage, kept: MessagePosted) -> None:
    stage.command("/leave learning", by=CARL)
    assert texts(stage) == [], kept.text


def test_another_yes_taken_back_leaves_them(stage: Stage, kept: MessagePosted) -> None:
    stage.command("/join notes", by=CARL)
    stage.command("/leave notes", by=CARL)
    assert len(texts(stage)) == 1, kept.text


def test_leaving_the_group_takes_the_words_along(stage: Stage, kept: MessagePosted) -> None:
    stage.happens(MemberLeft(an_event_id(), stage.now, a_group(), person=kept.author))
    assert texts(stage) == []


@pytest.mark.parametrize("what", ["deleted", "edited"])
def test_a_message_that_is_gone_or_mended_is_forgotten(stage: Stage, kept: MessagePosted, what: str) -> None:
    if what == "deleted":
        stage.group(MessageDeleted(an_event_id(), stage.now, a_group("3b"), message=kept.message))
    else:
        fields = {name: getattr(kept, name) for name in MessagePosted.__struct_fields__}
        stage.group(MessageEdited(**fields | {"text": "Year 4 parents are lovely"}))
    assert texts(stage) == []
