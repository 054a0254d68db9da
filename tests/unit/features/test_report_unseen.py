"""A reporter whom the menu does not reach: nothing is lost, and what they find later makes sense."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orchard_bot.chat.events import MessagePosted
from orchard_bot.testing.builders import a_message, a_person

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage


def post() -> MessagePosted:
    return a_message("Mrs Penn is the worst teacher in the school", author=a_person("carl"), author_name="Carl")


def test_an_unreachable_reporters_report_goes_to_the_moderators_in_confidence(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.deliver(held=[stage.anna])
    case = stage.books.cases.about(message.message)
    assert case is not None
    assert stage.told(stage.mia)
    assert "the moderators have it now" in stage.changed()[-1]
    assert stage.labels(stage.anna) == []
    assert stage.books.offers.highest_number(stage.account, stage.anna, stage.now) == 0, "the held menu is closed"


def test_where_the_held_menu_cannot_be_changed_a_new_message_says_what_became_of_it(stage: Stage) -> None:
    stage.report(post())
    stage.deliver(held=[stage.anna])
    edit = next(one for one in stage.intents if one.origin == "report.held")
    stage.outcome(edit, delivered=True)
    stage.outcome(edit, waiting=True)
    assert not any("the moderators have it now" in text for text in stage.told(stage.anna))
    stage.outcome(edit)
    assert "the moderators have it now" in stage.told(stage.anna)[-1]


def test_a_reporter_who_can_never_be_reached_is_not_lost_either(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.deliver(lost=[stage.anna])
    assert stage.books.cases.about(message.message) is not None
    assert stage.changed() == []


def test_a_report_whose_menu_nobody_heard_of_for_a_day_goes_to_the_moderators(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.due(timedelta(hours=25))
    assert stage.books.cases.about(message.message) is not None
    [menu] = [one for one in stage.intents if one.origin == "report.menu"]
    stage.outcome(menu, waiting=True)
    assert len(stage.books.cases.waiting("3b")) == 1


def test_an_abandoned_menu_expires_in_silence(stage: Stage) -> None:
    stage.report(post())
    stage.deliver()
    before = len(stage.intents)
    stage.due(timedelta(hours=48))
    assert len(stage.intents) == before
    assert stage.books.cases.waiting("3b") == []


def test_the_outcome_of_a_menu_in_a_group_that_is_ours_no_longer_is_ignored(stage: Stage) -> None:
    stage.report(post())
    [menu] = [one for one in stage.intents if one.origin == "report.menu"]
    del stage.house.communities["3b"]
    assert stage.outcome(menu) == []
