"""/status, the probe of the moderators, and the word about the overdue review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from orchard_bot.chat.abilities import Reach, no
from orchard_bot.chat.intents import Say, TellPrivately
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.community import Moderator, Watch
from orchard_bot.features.books import Report, Sighting
from orchard_bot.testing.builders import abilities
from orchard_bot.testing.profiles import TELEGRAM

if TYPE_CHECKING:
    from orchard_bot.chat.refs import PersonRef
    from tests.unit.features.conftest import Stage


def a_case(stage: Stage, author: PersonRef | None, *reporters: PersonRef) -> None:
    case = stage.books.cases.open(
        Case(
            community="3b",
            number=0,
            code=f"K{stage.now:%H%M%S}{len(stage.books.cases.waiting('3b'))}",
            opened_at=stage.now,
            policy="0.1",
            author=author,
            state=CaseState.OPEN,
        )
    )
    for reporter in reporters:
        stage.books.cases.add_report(Report(case=case.id, reporter=reporter, account=stage.account, at=stage.now))


def status(stage: Stage, by: PersonRef | None = None) -> str:
    who = by or stage.mia
    stage.command("/status", by=who)
    return stage.told(who)[-1]


@pytest.mark.parametrize(
    ("watch", "says"), [(Watch.OFF, "Watching is off"), (Watch.REHEARSAL, "Rehearsal:"), (Watch.LIVE, "Watching is on")]
)
def test_status_says_how_far_the_bot_goes(stage: Stage, watch: Watch, says: str) -> None:
    stage.set(watch=watch)
    text = status(stage)
    assert text.startswith("Class 3B\n")
    assert says in text
    assert ("last seven days" in text) == (watch is Watch.REHEARSAL)


def test_status_names_each_right_that_is_missing_and_how_to_grant_it(stage: Stage) -> None:
    assert "don't know yet" in status(stage)
    everything = abilities(TELEGRAM)
    granted = {name: msgspec.structs.replace(ability, can=True) for name, ability in everything.named().items()}
    stage.house.learn(stage.community.chat, msgspec.structs.replace(everything, **granted))
    assert "every right I need" in status(stage)
    changes = {
        "delete_others": no("I am no administrator.", "Make me one."),
        "pin": no(""),
        "private_messages": Reach.NEVER,
        "private_messages_why": "People cannot be written to here.",
    }
    stage.house.learn(stage.community.chat, msgspec.structs.replace(everything, **{**granted, **changes}))
    text = status(stage)
    assert "• I am no administrator. Make me one." in text
    assert "• pin" in text
    assert "• People cannot be written to here." in text


def test_status_names_the_moderators_who_cannot_be_reached(stage: Stage) -> None:
    assert "Not tried yet: Mia, Omar." in status(stage)
    stage.books.people.reachable(stage.account, stage.mia, True, stage.now)
    stage.books.people.reachable(stage.account, stage.omar, False, stage.now)
    assert "can't reach: Omar." in status(stage)
    stage.books.people.reachable(stage.account, stage.omar, True, stage.now)
    assert "All moderators can be reached." in status(stage)


def test_a_moderator_never_learns_of_a_case_that_concerns_them(stage: Stage) -> None:
    a_case(stage, stage.mia, stage.anna)
    a_case(stage, stage.ben, stage.mia)
    a_case(stage, stage.ben, stage.anna)
    a_case(stage, None, stage.anna)
    assert "Cases waiting for you: 2" in status(stage, stage.mia)
    assert "Cases waiting for you: 4" in status(stage, stage.omar)


def test_status_says_what_went_wrong_and_waits(stage: Stage) -> None:
    assert "not deliverable: 0" in status(stage)
    [letter, *_] = stage.books.outbox.due(stage.account, stage.now, 10, ())
    stage.books.outbox.die(letter.id, "nobody there", stage.now)
    assert "not deliverable: 1" in status(stage)


def test_status_says_softly_when_the_review_is_overdue(stage: Stage) -> None:
    assert "review was due" not in status(stage)
    stage.now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert "Its review was due in March 2026." in status(stage)


def test_status_counts_what_the_rehearsal_noticed_lately(stage: Stage) -> None:
    assert "noticed nothing" in status(stage)
    for clause, days, rehearsal in [
        ("swearing", 1, True),
        ("swearing", 2, True),
        ("gone", 3, True),
        ("politics", 1, False),
        ("politics", 8, True),
    ]:
        stage.books.cases.add_sighting(
            Sighting(
                community="3b",
                clause=clause,
                detector="swearing",
                score=1.0,
                would="note",
                rehearsal=rehearsal,
                at=stage.now - timedelta(days=days),
            )
        )
    text = status(stage)
    assert "• No angry outbursts or swearing: 2\n• gone: 1" in text
    assert "politics" not in text.lower()


def test_status_is_for_moderators(stage: Stage) -> None:
    assert status(stage, stage.anna) == "This page is for the group's moderators."


# --- can the moderators be reached? ---


def probe(stage: Stage, community: str = "3b") -> list[TellPrivately]:
    sent = stage.timer("reachable.probe", community=community)
    return [one for one in sent if isinstance(one, TellPrivately)]


def test_each_moderator_gets_one_hello_however_often_the_bot_starts(stage: Stage) -> None:
    assert {one.person for one in probe(stage)} == {stage.mia, stage.omar}
    assert probe(stage) == []
    assert probe(stage, "year-4") == []
    assert stage.said() == []


def test_when_nobody_can_be_reached_the_group_hears_it_once_in_neutral_words(stage: Stage) -> None:
    mias, omars = probe(stage)
    stage.outcome(mias, waiting=True)
    assert len(stage.said()) == 1, "in Year 4 Mia is the only moderator"
    stage.outcome(omars, waiting=True)
    assert len(stage.said()) == 2
    assert "/rules" in stage.said()[1]
    stage.outcome(omars, waiting=True)
    stage.due(timedelta(days=300))
    probe(stage)
    assert len(stage.said()) == 2


def test_the_group_is_not_told_at_night(stage: Stage) -> None:
    mias, omars = probe(stage)
    stage.now += timedelta(hours=3)
    stage.outcome(mias)
    stage.outcome(omars)
    assert stage.said() == []
    stage.now += timedelta(hours=12)
    probe(stage)
    assert len(stage.said()) == 1


def test_one_moderator_who_can_be_reached_is_enough(stage: Stage) -> None:
    mias, omars = probe(stage)
    stage.outcome(mias, delivered=True)
    stage.outcome(omars, waiting=True)
    assert stage.said() == []


def test_groups_on_another_account_hear_nothing(stage: Stage) -> None:
    elsewhere = msgspec.structs.replace(stage.house.communities["year-4"].chat, account="second")
    stage.house.move("year-4", elsewhere)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    [hello] = probe(stage)
    stage.outcome(hello, waiting=True)
    assert [say.chat for say in stage.intents if isinstance(say, Say)] == [stage.community.chat]


# --- the review ---


def test_the_moderators_hear_once_that_the_review_is_overdue(stage: Stage) -> None:
    stage.timer("policy-notice.look")
    assert stage.told(stage.mia) == []
    stage.now = datetime(2026, 4, 1, 17, tzinfo=UTC)
    stage.timer("policy-notice.look")
    stage.now += timedelta(days=30)
    stage.timer("policy-notice.look")
    assert len(stage.told(stage.mia)) == len(stage.told(stage.omar)) == 1
    assert "March 2026" in stage.told(stage.mia)[0]
    assert stage.said() == []


def test_each_edition_is_overdue_for_itself(stage: Stage) -> None:
    stage.now = datetime(2026, 4, 1, 17, tzinfo=UTC)
    stage.timer("policy-notice.look")
    stage.house.code = msgspec.structs.replace(stage.house.code, version="0.2", review_due="2028-03")
    stage.now = datetime(2028, 4, 1, 17, tzinfo=UTC)
    stage.timer("policy-notice.look")
    assert len(stage.told(stage.mia)) == 2


def test_nobody_is_told_about_the_review_at_night(stage: Stage) -> None:
    stage.now = datetime(2026, 4, 1, 22, tzinfo=UTC)
    stage.timer("policy-notice.look")
    assert stage.told(stage.mia) == []
