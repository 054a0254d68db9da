"""What somebody who reported hears: received, seen, decided; each once, and never what was done about it."""

from __future__ import annotations

from hashlib import blake2b

from orchard_bot.chat.intents import Priority, TellPrivately
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import WAITING, Case, CaseState
from orchard_bot.features.books import Report
from orchard_bot.features.casework.casebook import account_of, community_of, judges
from orchard_bot.features.reporting.school_route import school_route
from orchard_bot.features.unit import Unit


def acknowledge(unit: Unit, case: Case) -> None:
    """A moderator has the case before them, proven by a delivery: everybody who reported it hears so once."""
    if case.state in WAITING:
        text = unit.house.words.private("report.sent", code=case.code)
        _tell_each_once(unit, case, "sent", text)


def not_reached(unit: Unit, case: Case) -> None:
    """No moderator could be reached so far: say so, and show the other way."""
    if case.state in WAITING and not is_reachable(unit, case):
        route = school_route(unit.house.code, unit.house.words)
        text = unit.house.words.private("report.not-reached", code=case.code, school=route)
        _tell_each_once(unit, case, "not-reached", text)


def nobody_left(unit: Unit, case: Case) -> None:
    """Every moderator is concerned in the case themselves: say so, and show the other way."""
    route = school_route(unit.house.code, unit.house.words)
    _tell_each_once(unit, case, "nobody-left", unit.house.words.private("report.nobody-left", school=route))


def tell_outcome(unit: Unit, case: Case, key: str) -> None:
    """How it ended, in the words of ``key``: once to each reporter."""
    text = unit.house.words.private(key, code=case.code)
    for report in unit.books.cases.reports(case.id):
        if not report.told:
            unit.books.cases.mark_told(case.id, report.reporter)
            unit.tell(
                report.account,
                report.reporter,
                text,
                community=case.community,
                near=community_of(unit, case).chat,
                priority=Priority.ACKNOWLEDGEMENT,
            )


def is_reachable(unit: Unit, case: Case) -> bool:
    """Whether at least one moderator who may see the case could be reached, as far as attempts have shown."""
    account = account_of(unit, case)
    return any(unit.books.people.reach(account, one.person) is not False for one in judges(unit, case))


def standing(unit: Unit, case: Case) -> PrivateText:
    """Where a report stands, for the person who made it."""
    match case.state:
        case CaseState.ASKED:
            key = "report.stands-asked"
        case CaseState.OPEN:
            key = "report.stands-received" if is_reachable(unit, case) else "report.stands-unreached"
        case CaseState.CLAIMED:
            key = "report.stands-seen"
        case _:
            key = "report.stands-decided"
    return unit.house.words.private(key, code=case.code)


def _tell_each_once(unit: Unit, case: Case, what: str, text: PrivateText) -> None:
    for report in unit.books.cases.reports(case.id):
        # The key is made of what is said and to whom: the outbox takes it once, however many alerts arrive.
        unit.emit(
            TellPrivately(
                key=_key(what, report),
                account=report.account,
                person=report.reporter,
                text=text,
                near=community_of(unit, case).chat,
                priority=Priority.ACKNOWLEDGEMENT,
            )
        )


def _key(what: str, report: Report) -> str:
    """Keys are stored and may be logged: nobody can read from this one which case it is about, or who reported it."""
    return blake2b(f"{what}:{report.case}:{report.token}".encode(), digest_size=12).hexdigest()
