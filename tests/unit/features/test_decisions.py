"""Verdicts: authority at the press, mandates by a person, and only what is proven counts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.intents import DeleteMessage, EditOwn, Remove, Restrict
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.community import Moderator
from orchard_bot.community.decision import Verdict
from orchard_bot.testing.builders import a_message, a_person

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = a_person("carl")
WORDS = "Year 4 parents are a joke"


def opened(stage: Stage, author: PersonRef = CARL, clause: str = "disrespect", text: str = WORDS) -> MessagePosted:
    message = a_message(text, author=author, author_name="Carl", at=stage.now)
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    found = stage.house.code.clause(clause)
    stage.choose(found.title if found else clause)
    stage.deliver()
    return message


def the_case(stage: Stage) -> Case:
    case = stage.books.cases.get("3b", 1)
    assert case is not None
    return case


def acts(stage: Stage) -> list[DeleteMessage | Restrict | Remove]:
    return [one for one in stage.intents if isinstance(one, DeleteMessage | Restrict | Remove)]


def test_dismissing_tells_nobody_but_those_concerned(stage: Stage) -> None:
    opened(stage)
    stage.choose("It's fine: dismiss", stage.mia)
    assert the_case(stage).state is CaseState.DECIDED
    assert stage.told(CARL) == []
    assert acts(stage) == []
    closed = [text for text in stage.changed() if "all is well (Mia" in text]
    assert len(closed) == 2, "every alert says what was decided, and by whom"


def test_a_kind_note_names_the_guideline_the_version_and_whom_to_talk_to(stage: Stage) -> None:
    opened(stage)
    stage.choose("Kind note", stage.mia)
    [note] = stage.told(CARL)
    clause = stage.house.code.clause("disrespect")
    assert clause is not None
    for part in (WORDS, clause.note, "Mia", "version 0.1", "Class 3B"):
        assert part in note
    assert "Anna" not in note
    assert acts(stage) == []


def test_a_note_without_a_guideline_is_kind_all_the_same(stage: Stage) -> None:
    opened(stage, clause="Not sure", text="")
    stage.choose("Ask to remove", stage.mia)
    assert "Would you take down" in stage.told(CARL)[-1]
    assert "may not have meant" in stage.told(CARL)[-1]
    assert "“”" not in stage.told(CARL)[-1]


@pytest.mark.parametrize(("waiting", "says"), [(True, "has not arrived yet"), (False, "could not deliver")])
def test_a_note_that_did_not_arrive_is_no_note_and_the_moderator_hears_it(
    stage: Stage, waiting: bool, says: str
) -> None:
    opened(stage)
    stage.choose("Kind note", stage.mia)
    stage.deliver(held=[CARL] if waiting else (), lost=[] if waiting else [CARL])
    assert says in stage.told(stage.mia)[-1]
    assert says not in stage.told(stage.omar)[-1]


def test_a_deletion_carries_the_mandate_of_the_moderator_who_decided(stage: Stage) -> None:
    message = opened(stage)
    stage.choose("Delete", stage.mia)
    [act] = acts(stage)
    assert isinstance(act, DeleteMessage)
    assert act.message == message.message
    assert act.mandate.moderator == stage.mia
    assert act.mandate.case == the_case(stage).id
    assert WORDS in act.by_hand.value


def test_the_poster_is_told_of_a_deletion_after_it_has_happened(stage: Stage) -> None:
    opened(stage)
    stage.choose("Delete", stage.mia)
    assert stage.told(CARL) == []
    stage.deliver()
    assert "was taken out of Class 3B" in stage.told(CARL)[-1]
    assert any("the message is gone" in text for text in stage.told(stage.mia))


def test_a_deletion_that_failed_is_told_to_the_moderator_and_to_nobody_else(stage: Stage) -> None:
    opened(stage)
    stage.choose("Delete", stage.mia)
    stage.outcome(acts(stage)[0], why="The bot is no admin here.")
    assert "I can't do this one. The bot is no admin here." in stage.told(stage.mia)[-1]
    assert stage.told(CARL) == []
    stage.choose("I've done it myself", stage.mia)
    assert "was taken out of Class 3B" in stage.told(CARL)[-1]


def test_done_by_hand_counts_only_from_a_moderator(stage: Stage) -> None:
    opened(stage)
    stage.choose("Delete", stage.mia)
    stage.outcome(acts(stage)[0], why="No.")
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("I've done it myself", stage.mia)
    assert stage.told(CARL) == []


def test_a_mute_is_asked_about_once_more_and_lasts_a_day(stage: Stage) -> None:
    opened(stage)
    stage.choose("Mute for a day", stage.mia)
    assert acts(stage) == []
    stage.choose("Yes, mute for a day", stage.mia)
    [act] = acts(stage)
    assert isinstance(act, Restrict)
    assert act.until == stage.now + timedelta(hours=24)
    stage.deliver()
    assert "post again from Thursday" in stage.told(CARL)[-1]


def test_a_removal_can_be_thought_better_of(stage: Stage) -> None:
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("No, leave it", stage.mia)
    assert acts(stage) == []
    assert the_case(stage).state is CaseState.OPEN


def test_a_removed_parent_is_told_kindly_whom_to_ask_and_that_newsletters_still_come(stage: Stage) -> None:
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    [act] = acts(stage)
    assert isinstance(act, Remove)
    stage.deliver()
    told = stage.told(CARL)[-1]
    assert "newsletters still reach you" in told
    assert "Mia" in told


def test_where_two_must_agree_one_alone_removes_nobody(stage: Stage) -> None:
    stage.set(confirm_removal_by_two=True)
    opened(stage)
    stage.choose("I'll look at it", stage.mia)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    assert acts(stage) == []
    assert "Mia would like to remove" in stage.told(stage.omar)[-1]
    stage.choose("I agree: remove", stage.omar)
    [act] = acts(stage)
    assert act.mandate.moderator == stage.omar


def test_a_second_moderator_may_disagree(stage: Stage) -> None:
    stage.set(confirm_removal_by_two=True)
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    stage.choose("I don't agree", stage.omar)
    assert "Omar does not agree" in stage.told(stage.mia)[-1]
    assert the_case(stage).state is CaseState.OPEN


def test_a_proposal_falls_with_the_authority_of_who_made_it(stage: Stage) -> None:
    stage.set(confirm_removal_by_two=True)
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    agree, refuse = stage.offer("I agree: remove", stage.omar), stage.offer("I don't agree", stage.omar)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("I agree: remove", stage.omar)
    assert acts(stage) == []
    assert "somebody else's yes" in stage.told(stage.omar)[-1]
    stage.books.offers.add([agree, refuse])
    before = len(stage.told(stage.mia))
    stage.choose("I don't agree", stage.omar)
    assert len(stage.told(stage.mia)) == before


def test_where_nobody_else_may_agree_a_removal_is_not_possible(stage: Stage) -> None:
    stage.set(confirm_removal_by_two=True, moderators=(Moderator(stage.mia, "Mia"),))
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    assert "two moderators have to agree" in stage.told(stage.mia)[-1]
    assert acts(stage) == []


def test_agreeing_to_what_was_decided_meanwhile_does_nothing(stage: Stage) -> None:
    stage.set(confirm_removal_by_two=True)
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    agree = stage.offer("I agree: remove", stage.omar)
    stage.choose("It's fine: dismiss", stage.mia)
    stage.choose("I agree: remove", stage.omar)
    assert acts(stage) == []
    stage.books.offers.add([agree])
    stage.choose("I agree: remove", stage.omar)
    assert "is decided: all is well" in stage.told(stage.omar)[-1]


def test_disagreeing_with_what_was_decided_meanwhile_does_nothing(stage: Stage) -> None:
    stage.set(confirm_removal_by_two=True)
    opened(stage)
    stage.choose("Remove from group", stage.mia)
    stage.choose("Yes, remove from the group", stage.mia)
    stage.choose("It's fine: dismiss", stage.mia)
    before = len(stage.told(stage.mia))
    stage.choose("I don't agree", stage.omar)
    assert len(stage.told(stage.mia)) == before


def test_the_school_route_is_pointed_out_and_the_bot_sends_nothing(stage: Stage) -> None:
    opened(stage)
    stage.choose("School route", stage.mia)
    assert any("SCHOOL1@orchard.leics.sch.uk" in text for text in stage.told(stage.mia))
    assert stage.told(CARL) == []


def test_authority_is_looked_at_again_at_the_press(stage: Stage) -> None:
    opened(stage)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("Delete", stage.mia)
    assert "not on their list" in stage.told(stage.mia)[-1]
    assert acts(stage) == []


def test_a_confirmation_is_worth_nothing_after_the_authority_has_gone(stage: Stage) -> None:
    opened(stage)
    stage.choose("Mute for a day", stage.mia)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("Yes, mute for a day", stage.mia)
    assert acts(stage) == []


def test_somebody_who_reported_it_meanwhile_cannot_decide_it_by_an_old_button(stage: Stage) -> None:
    message = opened(stage)
    stage.command("/case 1", by=stage.mia)
    shown = stage.offer("Delete", stage.mia)
    stage.report(message, by=stage.mia)
    stage.choose("Tell the moderators, in confidence", stage.mia)
    stage.choose("Not sure", stage.mia)
    stage.books.offers.add([shown])
    stage.choose("Delete", stage.mia)
    assert "concerns you yourself" in stage.told(stage.mia)[-1]
    assert acts(stage) == []


def test_what_has_been_decided_stays_decided(stage: Stage) -> None:
    opened(stage)
    stage.command("/case 1", by=stage.omar)
    stage.choose("It's fine: dismiss", stage.mia)
    stage.choose("Delete", stage.omar)
    assert "is decided: all is well (Mia" in stage.told(stage.omar)[-1]
    assert acts(stage) == []
    assert the_case(stage).decision is not None
    decision = the_case(stage).decision
    assert decision is not None
    assert decision.verdict is Verdict.DISMISS


def test_a_verdict_that_makes_no_sense_any_more_is_refused_kindly(stage: Stage) -> None:
    opened(stage)
    stage.books.cases.save(replace(the_case(stage), message=None))
    stage.choose("Delete", stage.mia)
    assert "not possible here any more" in stage.told(stage.mia)[-1]
    assert acts(stage) == []


def test_evidence_is_kept_no_longer_than_the_house_allows(stage: Stage) -> None:
    opened(stage)
    assert the_case(stage).evidence_until == stage.now + stage.house.retention.open_case
    stage.now += timedelta(hours=1)
    stage.choose("Delete", stage.mia)
    assert the_case(stage).evidence_until == stage.now + stage.house.retention.evidence


def test_a_decision_by_somebody_who_has_left_the_list_is_still_shown(stage: Stage) -> None:
    opened(stage)
    stage.choose("It's fine: dismiss", stage.mia)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.command("/case 1", by=stage.omar)
    assert "a former moderator" in stage.told(stage.omar)[-1]


def test_outcomes_of_cases_that_are_gone_do_nothing(stage: Stage) -> None:
    opened(stage)
    stage.choose("Delete", stage.mia)
    stage.deliver()
    told = next(one for one in stage.intents if one.origin == "decisions.told")
    [act] = acts(stage)
    stage.house.communities.pop("3b")
    assert stage.outcome(act, delivered=True) == []
    assert stage.outcome(told) == []
    assert not any(isinstance(one, EditOwn) and "Anna" in one.text.value for one in stage.intents)


def test_a_message_without_a_person_behind_it_is_deleted_and_nobody_is_written_to(stage: Stage) -> None:
    channel = a_person("channel")
    message = a_message("Buy now", author=channel, author_name="Deals")
    stage.report(message, impersonal=True)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    stage.choose("Delete", stage.mia)
    stage.deliver()
    assert len(acts(stage)) == 1
    assert stage.told(channel) == []


def test_somebody_who_has_heard_the_outcome_does_not_hear_it_again(stage: Stage) -> None:
    opened(stage)
    stage.books.cases.mark_told(the_case(stage).id, stage.anna)
    before = stage.told(stage.anna)
    stage.choose("It's fine: dismiss", stage.mia)
    assert stage.told(stage.anna) == before
