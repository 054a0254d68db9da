"""Who is in which group, and whom the bot may write to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
US, OTHER = AccountRef("sandbox", "main"), AccountRef("sandbox", "other")
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")
DM = ChatRef("sandbox", "main", "dm-ann")


def test_a_member_joins_once_and_may_leave_and_come_back(ledger: SqlLedger) -> None:
    assert [ledger.people.joined("oak", ANN, NOW), ledger.people.joined("oak", ANN, SOON)] == [True, False]
    assert ledger.people.is_member("oak", ANN)
    ledger.people.left("oak", ANN, SOON)
    assert not ledger.people.is_member("oak", ANN)
    assert ledger.people.joined("oak", ANN, SOON)


def test_communities_are_told_apart(ledger: SqlLedger) -> None:
    for community, person in (("oak", ANN), ("elm", ANN), ("oak", BEN)):
        ledger.people.joined(community, person, NOW)
    assert ledger.people.communities_of(ANN) == ["elm", "oak"]
    assert (ledger.people.count("oak"), ledger.people.count("elm"), ledger.people.count("ash")) == (2, 1, 0)
    ledger.people.left("oak", ANN, NOW)
    assert ledger.people.communities_of(ANN) == ["elm"]


def test_people_of_two_platforms_are_two_people(ledger: SqlLedger) -> None:
    ledger.people.joined("oak", PersonRef("telegram", "ann"), NOW)
    assert not ledger.people.is_member("oak", ANN)


def test_a_private_chat_is_open_for_one_account(ledger: SqlLedger) -> None:
    assert not ledger.people.has_opened(US, ANN)
    ledger.people.opened(US, ANN, DM, NOW)
    ledger.people.opened(US, ANN, DM, SOON)
    assert ledger.people.has_opened(US, ANN)
    assert not ledger.people.has_opened(OTHER, ANN)


def test_somebody_tried_without_success_has_opened_no_chat(ledger: SqlLedger) -> None:
    ledger.people.reachable(US, ANN, False, NOW)
    assert not ledger.people.has_opened(US, ANN)


def test_reach_is_what_the_last_attempt_showed(ledger: SqlLedger) -> None:
    assert ledger.people.reach(US, ANN) is None
    for ok in (True, False):
        ledger.people.reachable(US, ANN, ok, NOW)
        assert ledger.people.reach(US, ANN) is ok


def test_opening_a_chat_wipes_out_a_failure_and_keeps_a_success(ledger: SqlLedger) -> None:
    ledger.people.reachable(US, ANN, False, NOW)
    ledger.people.reachable(US, BEN, True, NOW)
    for person in (ANN, BEN):
        ledger.people.opened(US, person, DM, SOON)
    assert ledger.people.reach(US, ANN) is None
    assert ledger.people.reach(US, BEN) is True


def test_home_is_the_community_last_spoken_about_and_changes_nothing_else(ledger: SqlLedger) -> None:
    assert ledger.people.home(US, ANN) is None
    ledger.people.set_home(US, ANN, "oak")
    ledger.people.set_home(US, ANN, "elm")
    assert ledger.people.home(US, ANN) == "elm"
    assert not ledger.people.has_opened(US, ANN)
    ledger.people.opened(US, ANN, DM, NOW)
    assert ledger.people.home(US, ANN) == "elm"


def test_nobody_is_welcomed_twice_even_after_coming_back(ledger: SqlLedger) -> None:
    ledger.people.joined("oak", ANN, NOW)
    assert ledger.people.welcomed("oak", ANN, NOW)
    ledger.people.left("oak", ANN, NOW)
    assert not ledger.people.welcomed("oak", ANN, SOON)
    assert ledger.people.welcomed("elm", ANN, SOON)
