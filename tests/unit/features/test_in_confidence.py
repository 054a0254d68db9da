"""What moderators may ask, see and open, and when they stand aside: nobody learns more than was promised."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import select

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.community import Moderator
from orchard_bot.storage.tables import audit
from orchard_bot.testing.builders import a_message, abilities

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = PersonRef("sandbox", "carl")
ASK, OPEN_IT, ASIDE = "Ask whoever reported it", "Who reported it (takes two)", "This concerns me"


def reported(stage: Stage, *by: PersonRef) -> MessagePosted:
    message = a_message("Mind your own business", author=CARL, author_name="Carl")
    for who in by or (stage.anna,):
        stage.report(message, by=who)
        stage.deliver()
        stage.choose("Tell the moderators, in confidence", who)
        stage.choose("Not sure", who)
        stage.deliver()
    return message


def more(stage: Stage, label: str, who: PersonRef | None = None) -> None:
    """A moderator takes one of the rarer choices."""
    moderator = who or stage.mia
    stage.choose("More …", moderator)
    stage.choose(label, moderator)


def case(stage: Stage) -> Case:
    found = stage.books.cases.get("3b", 1)
    assert found is not None
    return found


def acts(stage: Stage) -> list[str]:
    return list(stage.books.connection.execute(select(audit.c.act).order_by(audit.c.id)).scalars())


# --- a question to whoever reported it ---


def test_a_question_and_its_answer_go_through_without_a_name(stage: Stage) -> None:
    reported(stage)
    more(stage, ASK)
    stage.answer("Was it about a child?", stage.mia)
    question = stage.told(stage.anna)[-1]
    assert "Was it about a child?" in question
    assert "Mia" not in question
    stage.choose("Answer")
    stage.answer("Yes, in Year 3")
    assert "Yes, in Year 3" in stage.told(stage.mia)[-1]
    assert not any("Anna" in text or "anna" in text for text in stage.told(stage.mia))
    assert not any("Yes, in Year 3" in text for text in stage.told(stage.omar))


def test_everybody_who_reported_it_is_asked(stage: Stage) -> None:
    reported(stage, stage.anna, stage.ben)
    more(stage, ASK)
    stage.answer("When?", stage.mia)
    assert all("When?" in stage.told(who)[-1] for who in (stage.anna, stage.ben))


def test_what_is_no_words_is_not_passed_on(stage: Stage) -> None:
    reported(stage)
    more(stage, ASK)
    before = len(stage.told(stage.anna))
    stage.answer(" ", stage.mia)
    assert "only pass on words" in stage.told(stage.mia)[-1]
    assert len(stage.told(stage.anna)) == before
    more(stage, ASK)
    stage.answer("When?", stage.mia)
    stage.choose("Answer")
    stage.answer(" ")
    assert "only pass on words" in stage.told(stage.anna)[-1]


def test_an_answer_finds_another_moderator_where_the_asking_one_has_gone(stage: Stage) -> None:
    reported(stage)
    more(stage, ASK)
    stage.answer("When?", stage.mia)
    stage.choose("Answer")
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.answer("Yesterday")
    assert "Yesterday" in stage.told(stage.omar)[-1]
    assert not any("Yesterday" in text for text in stage.told(stage.mia))


def test_an_answer_that_nobody_may_see_any_more_is_said_to_be_so(stage: Stage) -> None:
    reported(stage)
    more(stage, ASK)
    stage.answer("When?", stage.mia)
    stage.choose("Answer")
    stage.set(moderators=(Moderator(stage.anna, "Anna"),))
    stage.answer("Yesterday")
    assert "no moderator is left" in stage.told(stage.anna)[-1]


def test_only_whoever_reported_it_answers(stage: Stage) -> None:
    reported(stage)
    more(stage, ASK)
    stage.answer("When?", stage.mia)
    offer = msgspec.structs.replace(stage.offer("Answer"), person=stage.ben, token="stolen")
    stage.books.offers.add([offer])
    request = stage.request(a_message("x", author=stage.ben), stage.ben, data=offer.data)
    stage.run(stage.routes.actions["relay.answer"], request)
    assert "don't know that code" in stage.told(stage.ben)[-1]


def test_a_case_that_only_the_watch_noticed_has_nobody_to_ask_or_to_open(stage: Stage) -> None:
    reported(stage)
    stage.books.connection.exec_driver_sql("DELETE FROM case_reports")
    for label in (ASK, OPEN_IT):
        offer = "relay.ask" if label == ASK else "opening.propose"
        request = stage.request(a_message("x", author=stage.mia), stage.mia, data={"case": "3b/1"})
        stage.run(stage.routes.actions[offer], request)
        assert "the watch noticed it" in stage.told(stage.mia)[-1]
    stage.choose("More …", stage.mia)
    assert stage.labels(stage.mia) == [ASIDE, "Evidence pack (takes two)"]


# --- opened by two ---


def test_two_moderators_together_may_open_it_and_whoever_reported_it_is_told(stage: Stage) -> None:
    reported(stage)
    more(stage, OPEN_IT)
    assert "Why is it needed?" in stage.told(stage.mia)[-1]
    stage.answer("The police ask for it", stage.mia)
    assert "“The police ask for it”" in stage.told(stage.omar)[-1]
    assert not any("sandbox/anna" in text for text in stage.told(stage.mia) + stage.told(stage.omar))
    stage.choose("I agree: open it", stage.omar)
    assert "sandbox/anna" in stage.told(stage.mia)[-1]
    assert "sandbox/anna" in stage.told(stage.omar)[-1]
    told = stage.told(stage.anna)[-1]
    assert "Mia and Omar" in told
    assert "The police ask for it" in told
    assert acts(stage).count("reporter-opened") == 2


def test_one_alone_opens_nothing(stage: Stage) -> None:
    reported(stage)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    more(stage, OPEN_IT)
    assert "takes two moderators" in stage.told(stage.mia)[-1]


def test_a_second_moderator_may_say_no(stage: Stage) -> None:
    reported(stage)
    more(stage, OPEN_IT)
    stage.answer("I am curious", stage.mia)
    stage.choose("I don't agree", stage.omar)
    assert "Omar does not agree" in stage.told(stage.mia)[-1]
    assert "reporter-opened" not in acts(stage)


def test_a_reason_has_to_be_given(stage: Stage) -> None:
    reported(stage)
    more(stage, OPEN_IT)
    stage.answer(" ", stage.mia)
    assert "opening-proposed" not in acts(stage)


def test_a_proposal_falls_with_the_authority_of_who_made_it(stage: Stage) -> None:
    reported(stage)
    more(stage, OPEN_IT)
    stage.answer("The police ask for it", stage.mia)
    agree, refuse = stage.offer("I agree: open it", stage.omar), stage.offer("I don't agree", stage.omar)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("I agree: open it", stage.omar)
    stage.books.offers.add([agree, refuse])
    before = len(stage.told(stage.mia))
    stage.choose("I don't agree", stage.omar)
    assert len(stage.told(stage.mia)) == before
    assert "reporter-opened" not in acts(stage)


@pytest.mark.parametrize("label", ["I agree: open it", "I don't agree"])
def test_who_is_no_moderator_any_more_opens_nothing(stage: Stage, label: str) -> None:
    reported(stage)
    more(stage, OPEN_IT)
    stage.answer("The police ask for it", stage.mia)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    stage.choose(label, stage.omar)
    assert "not on their list" in stage.told(stage.omar)[-1]
    assert "reporter-opened" not in acts(stage)


# --- standing aside ---


def test_a_moderator_whom_it_concerns_stands_aside_for_good(stage: Stage) -> None:
    reported(stage)
    more(stage, ASIDE)
    stage.choose("Yes, leave it to the others", stage.mia)
    assert "for the other moderators now" in stage.told(stage.mia)[-1]
    assert "Case 1 in Class 3B is with the other moderators." in stage.changed()
    stage.command("/cases", by=stage.mia)
    assert "Nothing is waiting" in stage.told(stage.mia)[-1]
    stage.command("/case 1", by=stage.mia)
    assert "no such case" in stage.told(stage.mia)[-1]
    stage.command("/cases", by=stage.omar)
    assert "Case 1" in stage.told(stage.omar)[-1]
    before = len(stage.told(stage.mia))
    stage.due(timedelta(hours=24))
    assert len(stage.told(stage.mia)) == before


def test_who_was_looking_at_it_gives_it_back(stage: Stage) -> None:
    reported(stage)
    stage.choose("I'll look at it", stage.mia)
    stage.command("/case 1", by=stage.mia)
    more(stage, ASIDE)
    stage.choose("Yes, leave it to the others", stage.mia)
    assert case(stage).state is CaseState.OPEN


def test_where_nobody_is_left_whoever_reported_it_hears_so(stage: Stage) -> None:
    reported(stage)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    more(stage, ASIDE)
    stage.choose("Yes, leave it to the others", stage.mia)
    assert "SCHOOL1@orchard.leics.sch.uk" in stage.told(stage.anna)[-1]


@pytest.mark.parametrize("action", ["conflict.sure", "conflict.declare", "relay.ask", "opening.propose", "cases.more"])
def test_a_case_that_one_may_not_see_is_no_such_case(stage: Stage, action: str) -> None:
    reported(stage)
    stage.books.cases.add_conflict("3b/1", stage.mia)
    request = stage.request(a_message("x", author=stage.mia), stage.mia, data={"case": "3b/1"})
    stage.run(stage.routes.actions[action], request)
    assert "no such case" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("dialog", ["relay.question", "opening.reason"])
def test_a_case_that_concerns_one_meanwhile_is_no_such_case(stage: Stage, dialog: str) -> None:
    reported(stage)
    more(stage, ASK if dialog == "relay.question" else OPEN_IT)
    stage.books.cases.add_conflict("3b/1", stage.mia)
    stage.answer("Tell me", stage.mia)
    assert "no such case" in stage.told(stage.mia)[-1]


# --- before and beside a report ---


def test_where_few_could_have_seen_it_whoever_reports_is_warned_first(stage: Stage) -> None:
    stage.house.learn(stage.community.chat, abilities(people=4))
    message = a_message("Mind your own business", author=stage.ben, author_name="Ben")
    stage.report(message)
    stage.deliver()
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert "may guess who reported it" in stage.told(stage.anna)[-1]
    assert stage.books.cases.about(message.message) is None
    stage.choose("Send it all the same")
    assert stage.books.cases.about(message.message) is not None


@pytest.mark.parametrize("people", [5, None])
def test_where_many_could_have_seen_it_nobody_is_warned(stage: Stage, people: int | None) -> None:
    stage.house.learn(stage.community.chat, abilities(people=people))
    message = reported(stage)
    assert stage.books.cases.about(message.message) is not None


def test_a_guideline_about_safety_brings_the_numbers_to_ring_at_once(stage: Stage) -> None:
    message = a_message("I know where she lives", author=CARL, author_name="Carl")
    stage.report(message)
    stage.deliver()
    stage.choose("Tell the moderators, in confidence")
    title = next(clause.title for clause in stage.house.code.reportable() if clause.safety)
    for _ in range(4):
        if title not in stage.labels(stage.anna):
            stage.choose("More …")
    stage.choose(title)
    card = next(text for text in stage.told(stage.anna) if "ring 999" in text)
    for number in ("101", "0808 800 5000", "0800 1111", "ceop.police.uk", "116 123", "no emergency service"):
        assert number in card


def test_school_prepares_an_email_and_keeps_nothing(stage: Stage) -> None:
    stage.command("/school")
    route, letter = stage.told(stage.anna)[-2:]
    assert "mailto:SCHOOL1@orchard.leics.sch.uk?subject=" in route
    assert "&body=Dear%20school" in route
    assert letter.startswith("Dear school")
    assert acts(stage) == []


def test_without_an_address_of_the_school_there_is_no_letter(stage: Stage) -> None:
    contacts = tuple(msgspec.structs.replace(one, email=None) for one in stage.house.code.contacts)
    stage.house.code = msgspec.structs.replace(stage.house.code, contacts=contacts)
    before = len(stage.told(stage.anna))
    stage.command("/school")
    assert len(stage.told(stage.anna)) == before + 1
    assert "mailto" not in stage.told(stage.anna)[-1]


# --- an evidence pack ---

PACK = "Evidence pack (takes two)"


def test_a_pack_takes_two_and_both_hear_how_it_is_made(stage: Stage) -> None:
    reported(stage)
    more(stage, PACK)
    assert "Mia asks for an evidence pack" in stage.told(stage.omar)[-1]
    stage.choose("I agree to a pack", stage.omar)
    for who in (stage.mia, stage.omar):
        assert f"orchard-bot case pack {case(stage).code}" in stage.told(who)[-1]
    assert acts(stage).count("pack-agreed") == 2


def test_one_alone_gets_no_pack(stage: Stage) -> None:
    reported(stage)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    more(stage, PACK)
    assert "takes two moderators" in stage.told(stage.mia)[-1]
    assert "pack-proposed" not in acts(stage)


def test_a_pack_falls_with_the_authority_of_who_asked(stage: Stage) -> None:
    reported(stage)
    more(stage, PACK)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("I agree to a pack", stage.omar)
    assert "pack-agreed" not in acts(stage)


@pytest.mark.parametrize("action", ["pack.propose", "pack.agree"])
def test_no_pack_of_a_case_that_one_may_not_see(stage: Stage, action: str) -> None:
    reported(stage)
    stage.books.cases.add_conflict("3b/1", stage.mia)
    request = stage.request(a_message("x", author=stage.mia), stage.mia, data={"case": "3b/1", "by": "x"})
    stage.run(stage.routes.actions[action], request)
    assert "no such case" in stage.told(stage.mia)[-1]
