"""A reporter whom the menu does not reach: nothing may be lost, so the moderators hear of it in confidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.community.community import Community
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due, Outcome, Request
from orchard_bot.features.reporting.case_intake import Reporter, confide
from orchard_bot.features.reporting.matter import Matter, matter_in
from orchard_bot.features.unit import Unit

KIND = "report.unseen"
AT_LATEST = timedelta(hours=24)
"""If nothing is known of the menu's delivery by then, it counts as not delivered."""


def expect(unit: Unit, request: Request, matter: Matter, menu: str) -> None:
    """Keep the matter until the menu (its key) is known to have reached the reporter; not a moment longer."""
    unit.books.schedules.plan(
        Planned(
            key=_key(menu),
            kind=KIND,
            community=request.community.id,
            subject=menu,
            data=matter.data(reporter=str(request.person), account=str(request.account)),
            due=unit.now + AT_LATEST,
            timezone=request.community.timezone,
        )
    )


def on_menu(outcome: Outcome, unit: Unit) -> None:
    """The menu reached the reporter, and the choice is theirs; or it did not, and the moderators hear of it."""
    community = unit.house.communities.get(outcome.subject)
    if community is None:
        return
    row = next((one for one in unit.books.schedules.upcoming(community.id, KIND) if one.key == _key(outcome.key)), None)
    if row is None or not unit.books.schedules.cancel(row.key) or outcome.delivered:
        return
    _confide(unit, community, row.data)
    if outcome.waiting and outcome.person is not None:
        # The menu will arrive when they open the chat, and at once say what has become of it.
        text = unit.house.words.private("report.passed-on")
        unit.change(outcome.account, outcome.key, text, origin="report.held", subject=str(outcome.person))


def on_held(outcome: Outcome, unit: Unit) -> None:
    """Where the menu could not be changed, the same is said in a new message."""
    if not outcome.delivered and not outcome.waiting:
        unit.tell(outcome.account, PersonRef.parse(outcome.subject), unit.house.words.private("report.passed-on"))


def on_unseen(due: Due, unit: Unit) -> None:
    """A day has passed and nobody knows whether the menu arrived."""
    _confide(unit, due.community, due.data)


def _confide(unit: Unit, community: Community, data: Mapping[str, Any]) -> None:
    reporter = Reporter(PersonRef.parse(str(data["reporter"])), AccountRef.parse(str(data["account"])))
    confide(unit, community, reporter, matter_in(data), None)


def _key(menu: str) -> str:
    return f"{KIND}:{menu}"
