"""A unit of work: what one handler reads, writes and wants to happen, committed together or not at all."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from orchard_bot.chat.files import Enclosure, checked_file
from orchard_bot.chat.intents import Choice, EditOwn, Intent, Priority, Say, TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.features.books import Books, Dialog, Offer
from orchard_bot.features.house import House

if TYPE_CHECKING:
    from orchard_bot.features.feature import Request

OFFER_LASTS = timedelta(hours=24)
DIALOG_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Option:
    """Something a person may choose: the words on it, the action it starts, and what that action needs to know."""

    label: str
    action: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Unit:
    """Given to every handler. ``now`` is the time of this unit; ``books`` is all state; ``house`` is fixed."""

    def __init__(self, house: House, books: Books, now: datetime, cause: str, versions: Mapping[str, int]) -> None:
        self.house = house
        self.books = books
        self.now = now
        self.cause = cause
        """Where this began (an event id or an occurrence): the root of the idempotency keys."""
        self.intents: list[Intent] = []
        self._versions = versions

    def emit(self, intent: Intent) -> str:
        """Have ``intent`` carried out after the commit. Returns its key."""
        key = intent.key or f"{self.cause}:{len(self.intents)}"
        self.intents.append(msgspec.structs.replace(intent, key=key))
        return key

    def say(self, chat: ChatRef, text: PublicText, *, pin: bool = False, **how: Any) -> str:
        """Say something in a group."""
        return self.emit(Say(chat=chat, text=text, pin=pin, **how))

    def answer(
        self, request: Request, text: PrivateText, options: Sequence[Option] = (), *, once: bool = True, **how: Any
    ) -> str:
        """Answer the person of this request privately, wherever they wrote."""
        near = None if request.private else request.event.chat
        return self.tell(
            request.account,
            request.person,
            text,
            options,
            community=request.community.id,
            near=near,
            once=once,
            **how,
        )

    def tell(
        self,
        account: AccountRef,
        person: PersonRef,
        text: PrivateText,
        options: Sequence[Option] = (),
        *,
        community: str = "",
        near: ChatRef | None = None,
        once: bool = True,
        stays: bool = False,
        lasts: timedelta = OFFER_LASTS,
        origin: str = "",
        subject: str = "",
        priority: Priority = Priority.ANSWER,
        expires_at: datetime | None = None,
        file: Enclosure | None = None,
        without_file: PrivateText | None = None,
    ) -> str:
        """Tell ``person`` something, with options that only they can choose.

        ``once``: choosing one closes the others. ``stays``: typed numbers still mean these after another menu came.
        ``file`` goes with it; ``without_file`` is said in the place of ``text`` where the platform takes no files.
        """
        key = f"{self.cause}:{len(self.intents)}"
        offer = _Terms(key, community, once, stays, self.now + lasts)
        choices = self._offer(account, person, options, offer)
        return self.emit(
            TellPrivately(
                key=key,
                account=account,
                person=person,
                text=text,
                choices=choices,
                near=near,
                origin=origin,
                subject=subject,
                priority=priority,
                expires_at=expires_at,
                file=file and checked_file(file),
                without_file=without_file,
            )
        )

    def change(
        self,
        account: AccountRef,
        of: str,
        text: PrivateText,
        *,
        to: PersonRef | None = None,
        options: Sequence[Option] = (),
        community: str = "",
        lasts: timedelta = OFFER_LASTS,
        origin: str = "",
        subject: str = "",
        priority: Priority = Priority.MODERATION,
    ) -> str:
        """Replace what was told earlier under the key ``of``; its options close.

        New ``options`` are for the reader ``to``; they keep their numbers and may be chosen more than once.
        """
        self.books.offers.close(of)
        key = f"{self.cause}:{len(self.intents)}"
        choices: tuple[Choice, ...] = ()
        if to is not None:
            terms = _Terms(of, community, once=False, stays=True, until=self.now + lasts, source=key)
            choices = self._offer(account, to, options, terms)
        return self.emit(
            EditOwn(
                key=key,
                account=account,
                of=of,
                text=text,
                choices=choices,
                origin=origin,
                subject=subject,
                priority=priority,
            )
        )

    def ask(self, request: Request, state: str, data: Mapping[str, Any], text: PrivateText, **how: Any) -> str:
        """Ask a question that the person may answer in their own words, in private; ``state`` hears the answer."""
        version = self._versions.get(state.partition(".")[0], 1)
        remembered = {**data, "community": request.community.id}
        self.books.dialogs.put(
            request.account, request.person, Dialog(state, remembered, version, self.now + DIALOG_LASTS)
        )
        return self.answer(request, text, **how)

    def note(self, community: str, act: str, subject: str, *, by: PersonRef | None, clause: str | None = None) -> None:
        """Write a line into the audit trail."""
        self.books.audit.note(
            at=self.now,
            community=community,
            actor=by,
            act=act,
            subject=subject,
            clause=clause,
            policy=self.house.code.version,
        )

    def _offer(
        self, account: AccountRef, person: PersonRef, options: Sequence[Option], terms: _Terms
    ) -> tuple[Choice, ...]:
        if not options:
            return ()
        book = self.books.offers
        if not terms.stays:
            book.supersede(account, person)
        # Numbers never clash among what is open to one person, so a typed number means one thing only.
        taken = book.highest_number(account, person, self.now)
        link = self.books.links.of(person)
        if link is not None:
            # Both identities' numbers are read on one phone.
            sides = ((link.owner_account, link.owner), (link.other_account, link.other))
            taken = max(book.highest_number(via, whose, self.now) for via, whose in sides)
        first = (taken // 10 + 1) * 10 + 1 if taken else 1
        offers = [
            Offer(
                token=_token(terms.source or terms.key, place),
                number=first + place,
                account=account,
                person=person,
                community=terms.community,
                action=option.action,
                data=dict(option.data),
                key=terms.key,
                once=terms.once,
                stays=terms.stays,
                version=self._versions.get(option.action.partition(".")[0], 1),
                expires_at=terms.until,
            )
            for place, option in enumerate(options)
        ]
        book.add(offers)
        return tuple(
            Choice(offer.token, option.label, offer.number) for offer, option in zip(offers, options, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Terms:
    key: str
    community: str
    once: bool
    stays: bool
    until: datetime
    source: str = ""
    """What the tokens are made from, where that is not ``key``: a changed message has new ones."""


def _token(key: str, place: int) -> str:
    return urlsafe_b64encode(blake2b(f"{key}/{place}".encode(), digest_size=12).digest()).decode()
