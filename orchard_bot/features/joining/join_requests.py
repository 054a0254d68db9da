"""Somebody asks to be let in: the moderators hear of it privately, and the first of them to answer decides."""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.events import JoinRequested, MemberJoined
from orchard_bot.chat.intents import AnswerJoin, Priority
from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.chat.text import PrivateText, shown_name
from orchard_bot.community.decision import JoinDecision
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due, Feature, Outcome, Request
from orchard_bot.features.unit import Option, Unit

WAITS = timedelta(days=7)

_LAPSE = "join-requests.lapse"


def on_join_requested(request: Request, unit: Unit) -> None:
    """Every moderator is asked; what each was sent is remembered until one of them answers."""
    community, newcomer = request.community, request.person
    if _pending(community.id, newcomer, unit) is not None:
        return
    name = shown_name(request.name)
    data = {"person": str(newcomer), "name": name}
    words = unit.house.words
    options = [
        Option(words.label("join-requests.admit"), "join-requests.admit", data),
        Option(words.label("join-requests.decline"), "join-requests.decline", data),
    ]
    text = words.private("join-requests.asked", name=name, group=community.name)
    told = {
        str(moderator.person): unit.tell(
            request.account,
            moderator.person,
            text,
            options,
            community=community.id,
            stays=True,
            lasts=WAITS,
            origin="join-requests.asked",
            subject=community.id,
            priority=Priority.MODERATION,
            expires_at=unit.now + WAITS,
        )
        for moderator in community.moderators
    }
    unit.books.schedules.plan(
        Planned(
            key=_key(community.id, newcomer),
            kind=_LAPSE,
            community=community.id,
            subject=str(newcomer),
            data={"name": name, "told": told, "account": str(request.account)},
            due=unit.now + WAITS,
            timezone=community.timezone,
        )
    )


def on_admit(request: Request, unit: Unit) -> None:
    """A moderator lets them in."""
    _decide(request, unit, admit=True)


def on_decline(request: Request, unit: Unit) -> None:
    """A moderator does not."""
    _decide(request, unit, admit=False)


def on_member_joined(request: Request, unit: Unit) -> None:
    """They are in by another way: there is nothing left to answer."""
    pending = _pending(request.community.id, request.person, unit)
    if pending is not None:
        text = unit.house.words.private("join-requests.is-in", name=pending.data["name"])
        _close(pending, text, unit)


def on_lapse(due: Due, unit: Unit) -> None:
    """A week without an answer: the question is taken off the moderators' list, and they are told so."""
    text = unit.house.words.private("join-requests.lapsed", name=due.data["name"])
    for key in due.data["told"].values():
        unit.change(AccountRef.parse(due.data["account"]), key, text)


def on_asked(outcome: Outcome, unit: Unit) -> None:
    """Whether this moderator can be written to."""
    assert outcome.person is not None  # it was told to somebody
    unit.books.people.reachable(outcome.account, outcome.person, outcome.delivered, unit.now)


def _decide(request: Request, unit: Unit, *, admit: bool) -> None:
    community, words = request.community, unit.house.words
    moderator = community.moderator(request.person)
    if moderator is None:
        unit.answer(request, words.private("join-requests.not-moderator"))
        return
    newcomer = PersonRef.parse(str(request.data["person"]))
    pending = _pending(community.id, newcomer, unit)
    if pending is None:
        unit.answer(request, words.private("join-requests.settled"))
        return
    decision = JoinDecision(
        community=community.id, newcomer=newcomer, moderator=request.person, admit=admit, at=unit.now
    )
    name = shown_name(str(request.data["name"]))
    unit.emit(
        AnswerJoin(
            mandate=decision.mandate(request.account),
            chat=community.chat,
            person=newcomer,
            admit=admit,
            by_hand=_by_hand(name, unit, admit=admit),
            priority=Priority.MODERATION,
        )
    )
    unit.note(community.id, "join.admitted" if admit else "join.declined", decision.subject, by=request.person)
    _close(pending, _answered(name, shown_name(moderator.name), unit, admit=admit), unit)


def _by_hand(name: str, unit: Unit, *, admit: bool) -> PrivateText:
    return unit.house.words.private(
        "join-requests.admit-by-hand" if admit else "join-requests.decline-by-hand", name=name
    )


def _answered(name: str, moderator: str, unit: Unit, *, admit: bool) -> PrivateText:
    key = "join-requests.admitted" if admit else "join-requests.declined"
    return unit.house.words.private(key, name=name, moderator=moderator)


def _close(pending: Planned, text: PrivateText, unit: Unit) -> None:
    """The question is answered: all moderators see how, and nobody can answer it again."""
    unit.books.schedules.cancel(pending.key)
    for key in pending.data["told"].values():
        unit.change(AccountRef.parse(pending.data["account"]), key, text)


def _pending(community: str, newcomer: PersonRef, unit: Unit) -> Planned | None:
    rows = unit.books.schedules.upcoming(community, _LAPSE)
    return next((row for row in rows if row.key == _key(community, newcomer)), None)


def _key(community: str, newcomer: PersonRef) -> str:
    return f"{_LAPSE}:{community}:{newcomer}"


FEATURE = Feature(
    name="join-requests",
    actions={"join-requests.admit": on_admit, "join-requests.decline": on_decline},
    listens={JoinRequested: on_join_requested, MemberJoined: on_member_joined},
    outcomes={"join-requests.asked": on_asked},
    timers={_LAPSE: on_lapse},
)
