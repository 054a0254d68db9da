"""Telling the moderators, keeping what they were told up to date, and hearing whether it reached them."""

from __future__ import annotations

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import WAITING, Case
from orchard_bot.community.community import Moderator
from orchard_bot.features.books import Alert
from orchard_bot.features.casework.case_view import closing, options, view
from orchard_bot.features.casework.casebook import account_of, case_of, community_of, judges
from orchard_bot.features.casework.patience import (
    MORNING,
    UNANSWERED,
    remind,
    remind_later,
    tell_in_the_morning,
    to_hear_now,
    wait_for_an_answer,
)
from orchard_bot.features.feature import Due, Feature, Outcome
from orchard_bot.features.reporting.reporters import acknowledge, nobody_left, not_reached
from orchard_bot.features.unit import Unit


def alert(unit: Unit, case: Case) -> bool:
    """Tell every moderator who may see the case, at an hour that suits. False where nobody is left: the reporters hear."""
    found = judges(unit, case)
    if not found:
        nobody_left(unit, case)
        return False
    now = to_hear_now(unit, case)
    for moderator in now:
        _send(unit, case, moderator)
    if len(now) < len(found):
        tell_in_the_morning(unit, case)
    wait_for_an_answer(unit, case)
    return True


def on_morning(due: Due, unit: Unit) -> None:
    """The night is over: whoever has not heard of the case does now."""
    case = case_of(unit, due.subject)
    if case is None or case.state not in WAITING:
        return
    told = _newest(unit, case)
    for moderator in judges(unit, case):
        if moderator.person not in told:
            _send(unit, case, moderator)


def on_unanswered(due: Due, unit: Unit) -> None:
    """Another day has passed."""
    case = case_of(unit, due.subject)
    if case is None:
        return
    if community_of(unit, case).is_quiet(unit.now):
        remind_later(unit, case, int(due.data["times"]))
    else:
        remind(unit, case, int(due.data["times"]))


def update(unit: Unit, case: Case, *, but: PersonRef | None = None) -> None:
    """What moderators were told about the case now says how it stands. ``but`` has just been told in person."""
    sent = _newest(unit, case)
    for moderator in judges(unit, case):
        if moderator.person in sent:
            if moderator.person != but:
                _change(unit, case, moderator, sent[moderator.person])
        elif case.state in WAITING and moderator in to_hear_now(unit, case):
            _send(unit, case, moderator)


def take_from(unit: Unit, case: Case, moderator: PersonRef, text: PrivateText) -> None:
    """The case is not this moderator's any more: all that they were told of it closes with this text."""
    for one in unit.books.cases.alerts(case.id):
        if one.moderator == moderator:
            unit.change(one.account, one.key, text)


def on_sent(outcome: Outcome, unit: Unit) -> None:
    """Only a delivery that is proven counts as having told the moderators."""
    case, person = _subject(outcome, unit)
    if case is None:
        return
    if outcome.delivered:
        acknowledge(unit, case)
    else:
        unit.books.people.reachable(outcome.account, person, ok=False, now=unit.now)
        not_reached(unit, case)


def on_updated(outcome: Outcome, unit: Unit) -> None:
    """Where a message could not be changed, a new one says the same."""
    case, person = _subject(outcome, unit)
    if case is None or outcome.waiting:
        return
    if outcome.delivered:
        acknowledge(unit, case)
        return
    moderator = next((one for one in judges(unit, case) if one.person == person), None)
    if moderator is None:
        return
    if case.state in WAITING:
        _send(unit, case, moderator)
    else:
        unit.tell(outcome.account, person, closing(unit, case), priority=Priority.MODERATION)


def _send(unit: Unit, case: Case, moderator: Moderator) -> None:
    account = account_of(unit, case)
    old = _newest(unit, case).get(moderator.person)
    if old is not None:
        unit.books.offers.close(old.key)
    key = unit.tell(
        account,
        moderator.person,
        view(unit, case, moderator.person),
        options(unit, case),
        community=case.community,
        once=False,
        stays=True,
        lasts=unit.house.retention.open_case,
        origin="alerts.sent",
        subject=f"{case.id} {moderator.person}",
        priority=Priority.SAFETY if case.safety else Priority.ALERT,
    )
    unit.books.cases.add_alert(Alert(case.id, moderator.person, account, key))


def _change(unit: Unit, case: Case, moderator: Moderator, sent: Alert) -> None:
    waiting = case.state in WAITING
    unit.change(
        sent.account,
        sent.key,
        view(unit, case, moderator.person) if waiting else closing(unit, case),
        to=moderator.person,
        options=options(unit, case),
        community=case.community,
        lasts=unit.house.retention.open_case,
        origin="alerts.updated",
        subject=f"{case.id} {moderator.person}",
        priority=Priority.SAFETY if case.safety else Priority.MODERATION,
    )


def _newest(unit: Unit, case: Case) -> dict[PersonRef, Alert]:
    return {one.moderator: one for one in unit.books.cases.alerts(case.id)}


def _subject(outcome: Outcome, unit: Unit) -> tuple[Case | None, PersonRef]:
    case, _, person = outcome.subject.rpartition(" ")
    return case_of(unit, case), PersonRef.parse(person)


FEATURE = Feature(
    name="alerts",
    outcomes={"alerts.sent": on_sent, "alerts.updated": on_updated},
    timers={MORNING: on_morning, UNANSWERED: on_unanswered},
)
