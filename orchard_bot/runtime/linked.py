"""A moderator who is on two platforms: what goes out to them goes where they want it, and comes back as theirs.

Features know the one person who stands in the settings. Only here, where letters are written and their outcomes
heard, is it known that this person reads somewhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from msgspec.structs import replace as changed

from orchard_bot.chat.intents import CloseChoices, EditOwn, Intent, TellPrivately, WithdrawOwn
from orchard_bot.features.feature import Outcome, Request
from orchard_bot.runtime.ledger import Ledger

COPY = "/copy"
"""At the end of the key of a letter that goes to the second of two places."""


def routed(intents: Iterable[Intent], ledger: Ledger, request: Request | None = None) -> list[Intent]:
    """The same intents, on their way to where the people concerned read. ``request`` is what they answer, if anything."""
    found: list[Intent] = []
    for intent in intents:
        match intent:
            case TellPrivately():
                found += _told(intent, ledger, request)
            case EditOwn() | CloseChoices() | WithdrawOwn():
                found += _changed(intent, ledger)
            case _:
                found.append(intent)
    return found


def heard(outcome: Outcome, ledger: Ledger) -> Outcome | None:
    """The outcome as the feature knows the person; None for that of a second copy."""
    if outcome.key.endswith(COPY):
        return None
    link = ledger.links.of(outcome.person) if outcome.person else None
    if link is None or link.other != outcome.person or link.other_account != outcome.account:
        return outcome
    return replace(outcome, person=link.owner, account=link.owner_account)


def _told(intent: TellPrivately, ledger: Ledger, request: Request | None) -> Iterator[Intent]:
    link = ledger.links.of(intent.person)
    if link is None or (intent.person, intent.account) != (link.owner, link.owner_account):
        yield intent
        return
    there = changed(intent, account=link.other_account, person=link.other, near=None, quoting=None)
    if request is not None and request.person == intent.person:
        # An answer goes where the question came from.
        yield there if request.stands_in else intent
    elif link.both:
        yield from (intent, changed(there, key=f"{intent.key}{COPY}"))
    else:
        yield there


def _changed(intent: EditOwn | CloseChoices | WithdrawOwn, ledger: Ledger) -> Iterator[Intent]:
    """What was told in two places changes in both."""
    yield changed(intent, account=ledger.outbox.via(intent.of) or intent.account)
    second = f"{intent.of}{COPY}"
    elsewhere = ledger.outbox.via(second)
    if elsewhere is not None:
        yield changed(intent, key=f"{intent.key}{COPY}", of=second, account=elsewhere)
