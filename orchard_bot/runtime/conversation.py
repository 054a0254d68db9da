"""What people say to the bot in private: commands, numbers, answers to questions, presses of choices.

Order of meaning: the word to stop, a number that is on offer, a command, the answer to an open question, a
forwarded message; anything else gets a friendly pointer. Which group it is about is asked only where that matters.
A private dialog never goes on in a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from orchard_bot.chat.events import ChatOpened, ChoiceMade, MessagePosted, decode_event, encode_event
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.text import visible
from orchard_bot.community.community import Community, Role
from orchard_bot.features.books import Dialog, Offer
from orchard_bot.features.feature import Command, Handler, Request
from orchard_bot.features.house import House
from orchard_bot.features.unit import Option, Unit
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.passage import Passage
from orchard_bot.runtime.performing import Performing
from orchard_bot.runtime.preparing import command_of
from orchard_bot.runtime.routes import Routes

STOP_WORDS = frozenset({"cancel", "stop"})
BEGIN_ANEW = "start"
"""The command by which somebody in several groups says which one they mean from now on."""
WHICH_GROUP = "runtime.which-group"


class Conversation:
    """Finds the handler for what one person says in private, and runs it."""

    def __init__(self, house: House, routes: Routes, performing: Performing) -> None:
        self._house = house
        self._routes = routes
        self._performing = performing

    def message(self, event: MessagePosted, ledger: Ledger, now: datetime, passage: Passage) -> None:
        """Somebody wrote to the bot."""
        self._note_open(event.account, event.author, event.chat, ledger, now)
        text = visible(event.text).strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None
        offer = None if number is None else self._numbered(event.account, event.author, number, ledger, now)
        if _command(text)[0] in STOP_WORDS or text.lower() in STOP_WORDS:
            who = _sides(event.account, event.author, ledger)
            ended = sum(ledger.dialogs.end(account, person) for account, person in who) > 0
            self._reply(event, event.author, "runtime.cancelled" if ended else "runtime.nothing-open", ledger, now)
        elif offer is not None:
            self._chosen(event, event.author, event.author_name, offer, ledger, now)
        else:
            self._wish(event, text, ledger, now, passage)

    def opened(self, event: ChatOpened, ledger: Ledger, now: datetime) -> None:
        """Somebody opened a private chat: what was kept for them goes out, then the listeners hear of it.

        Who is in several groups says which one they mean, each time anew, unless the link says it.
        """
        self._note_open(event.account, event.person, event.chat, ledger, now)
        if self._house.moderated_by(event.person):
            ledger.people.reachable(event.account, event.person, True, now)
        if event.quietly:
            return
        theirs = self._candidates(event.account, event.person, ledger)
        community = next((one for one in theirs if one.id == event.payload), None)
        if community is None and len(theirs) > 1 and not event.payload:
            self._ask_which(theirs, event, ledger, now)
            return
        community = (
            community
            or self._community(event.account, event.person, ledger)
            or next(iter([*theirs, *self._house.served_by(event.account)]), None)
        )
        if community is not None:
            self._opened_for(community, event, ledger, now)

    def _opened_for(self, community: Community, event: ChatOpened, ledger: Ledger, now: datetime) -> None:
        request = self._request(event, community, event.person, event.name, ledger)
        for listener in self._routes.listeners.get(ChatOpened, ()):
            self._performing.run(listener.run, request, ledger, now, cause=f"{event.id}:{listener.feature}")

    def choice(self, event: ChoiceMade, ledger: Ledger, now: datetime) -> None:
        """Somebody pressed a button, or answered with a number by a reaction."""
        book = ledger.offers
        if event.token is not None:
            offer = book.by_token(event.token)
        else:
            offer = self._numbered(event.account, event.person, event.number or 0, ledger, now)
        theirs = {person for _, person in _sides(event.account, event.person, ledger)}
        if offer is not None and offer.person not in theirs:
            self._reply(event, event.person, "runtime.not-yours", ledger, now)
        else:
            self._chosen(event, event.person, event.name, offer, ledger, now)

    def not_here(self, command: Command) -> Handler:
        """What somebody hears who used a command where, or as who, they cannot."""

        def refuse(request: Request, unit: Unit) -> None:
            request.hide_command(unit)
            if request.role not in command.roles:
                key = "runtime.stranger" if request.role is Role.STRANGER else "runtime.moderators-only"
                unit.answer(request, unit.house.words.private(key))
            else:
                unit.answer(request, unit.house.words.private("runtime.in-private", command=command.name))

        return refuse

    def _wish(self, event: MessagePosted, text: str, ledger: Ledger, now: datetime, passage: Passage) -> None:
        """Something that a feature has to answer, for one group."""
        name, args = _command(text)
        who = _sides(event.account, event.author, ledger)
        dialog = next((found for one in who if (found := ledger.dialogs.get(*one)) is not None), None)
        wanted = name is not None or dialog is not None or event.forwarded is not None
        candidates = self._candidates(event.account, event.author, ledger)
        if self._is_newsletter(passage, name, dialog):
            self._newsletter(event, text, args, candidates, ledger, now, passage)
            return
        if not wanted and self._copied(event, text, candidates, ledger, now):
            return
        if name == BEGIN_ANEW and len(candidates) > 1:
            community = next((one for one in candidates if one.id == args), None)
        else:
            community = self._meant(event.account, event.author, ledger, dialog, candidates)
        if name is not None and name not in self._routes.commands:
            self._reply(event, event.author, "runtime.unknown-command", ledger, now)
        elif community is not None:
            self._in(community, event, dialog, ledger, now, passage)
        elif not candidates:
            self._stranger(name, event, ledger, now)
        elif wanted:
            self._ask_which(candidates, event, ledger, now)
        else:
            self._at_a_loss(event, text, ledger, now)

    def _is_newsletter(self, passage: Passage, name: str | None, dialog: Dialog | None) -> bool:
        """A document goes before an open question; a pasted text may be the answer to it."""
        if passage.newsletter is None or self._routes.newsletter is None:
            return False
        return passage.document is not None or name is not None or dialog is None

    def _newsletter(
        self,
        event: MessagePosted,
        text: str,
        args: str,
        candidates: Sequence[Community],
        ledger: Ledger,
        now: datetime,
        passage: Passage,
    ) -> None:
        """For the group that this moderator means; in doubt, the first that they moderate here."""
        who = {person for _, person in _sides(event.account, event.author, ledger)}
        theirs = [one for one in candidates if any(map(one.moderator, who))]
        meant = self._meant(event.account, event.author, ledger, None, theirs) or next(iter(theirs), None)
        if meant is None or self._routes.newsletter is None:
            self._at_a_loss(event, text, ledger, now)
            return
        request = self._request(event, meant, event.author, event.author_name, ledger, text=text, args=args)
        request = replace(request, newsletter=passage.newsletter)
        self._performing.run(self._routes.newsletter, request, ledger, now, cause=f"{event.id}:newsletter")

    def _copied(
        self, event: MessagePosted, text: str, candidates: Sequence[Community], ledger: Ledger, now: datetime
    ) -> bool:
        """Whether these are words from one of their groups, which a feature has then dealt with."""
        found = (one for one in candidates if ledger.recent.alike(one.id, text, 1))
        community = next(found, None) if self._routes.copied and text else None
        if community is None or self._routes.copied is None:
            return False
        request = self._request(event, community, event.author, event.author_name, ledger, text=text)
        self._performing.run(self._routes.copied, request, ledger, now, cause=f"{event.id}:copied")
        return True

    def _stranger(self, name: str | None, event: MessagePosted, ledger: Ledger, now: datetime) -> None:
        """Somebody from no group of ours may ask what anybody may ask; which groups there are they do not learn."""
        found = self._routes.commands.get(name or "")
        served = self._house.served_by(event.account)
        if found is not None and served and Role.STRANGER in found[1].roles:
            self._in(served[0], event, None, ledger, now)
        else:
            self._reply(event, event.author, "runtime.stranger", ledger, now)

    def _in(
        self,
        community: Community,
        event: MessagePosted,
        dialog: Dialog | None,
        ledger: Ledger,
        now: datetime,
        passage: Passage | None = None,
    ) -> None:
        text = visible(event.text).strip()
        name, args = _command(text)
        request = self._request(event, community, event.author, event.author_name, ledger, text=text, args=args)
        if passage is not None and passage.draft is not None:
            request = replace(request, observations=passage.observations, args=passage.draft, examined=True)
        if name is not None:
            self._command(name, request, ledger, now)
        elif dialog is not None:
            self._answer(dialog, request, ledger, now)
        elif event.forwarded is not None and self._routes.forwarded is not None:
            self._performing.run(self._routes.forwarded, request, ledger, now, cause=f"{event.id}:forwarded")
        else:
            self._at_a_loss(event, text, ledger, now)

    def _at_a_loss(self, event: MessagePosted, text: str, ledger: Ledger, now: datetime) -> None:
        key = "runtime.no-such-number" if text.isascii() and text.isdigit() else "runtime.not-understood"
        self._reply(event, event.author, key, ledger, now)

    def _command(self, name: str, request: Request, ledger: Ledger, now: datetime) -> None:
        feature, command = self._routes.commands[name]
        run = command.run if request.role in command.roles else self.not_here(command)
        self._performing.run(run, request, ledger, now, cause=f"{request.event.id}:{feature}")

    def _answer(self, dialog: Dialog, request: Request, ledger: Ledger, now: datetime) -> None:
        run = self._routes.dialogs.get(dialog.state)
        feature = dialog.state.partition(".")[0]
        if run is None or dialog.expires_at <= now or dialog.version != self._routes.versions.get(feature):
            ledger.dialogs.end(request.account, request.person)
            self._reply(request.event, request.posted.author, "runtime.took-too-long", ledger, now)
            return
        answered = replace(request, private=True, args="", data=dialog.data)
        self._performing.run(run, answered, ledger, now, cause=f"{request.event.id}:{feature}")

    def _chosen(
        self,
        event: ChoiceMade | MessagePosted,
        person: PersonRef,
        name: str,
        offer: Offer | None,
        ledger: Ledger,
        now: datetime,
    ) -> None:
        if offer is not None and offer.action == WHICH_GROUP:
            self._chose_group(offer, ledger, now)
            return
        run = self._routes.actions.get(offer.action) if offer else None
        community = self._house.communities.get(offer.community) if offer else None
        feature = offer.action.partition(".")[0] if offer else ""
        if (
            offer is None
            or run is None
            or community is None
            or offer.expires_at <= now
            or offer.version != self._routes.versions.get(feature)
        ):
            self._reply(event, person, "runtime.no-longer-open", ledger, now)
            return
        if offer.once:
            ledger.offers.close(offer.key)
        request = self._request(event, community, person, name, ledger, data=offer.data)
        self._performing.run(run, request, ledger, now, cause=f"{event.id}:{feature}")
        if offer.once:
            self._performing.close_choices(offer.account, offer.key, ledger, now)

    def _community(self, account: AccountRef, person: PersonRef, ledger: Ledger) -> Community | None:
        """Which group this person means outside any dialog; None where that has to be asked, or they belong to none."""
        return self._meant(account, person, ledger, None, self._candidates(account, person, ledger))

    def _meant(
        self,
        account: AccountRef,
        person: PersonRef,
        ledger: Ledger,
        dialog: Dialog | None,
        candidates: Sequence[Community],
    ) -> Community | None:
        if dialog is not None:
            return self._house.communities.get(str(dialog.data.get("community")))
        if len(candidates) == 1:
            return candidates[0]
        home = ledger.people.home(account, person) if candidates else None
        return next((one for one in candidates if one.id == home), None)

    def _candidates(self, account: AccountRef, person: PersonRef, ledger: Ledger) -> list[Community]:
        moderated = [one.id for one in self._house.moderated_by(person)]
        ids = dict.fromkeys([*ledger.people.communities_of(person), *moderated])
        own = [self._house.communities[id] for id in ids if self._house.is_served_by(id, account)]
        elsewhere = [
            community
            for via, whose in _sides(account, person, ledger)[1:]
            for community in self._house.moderated_by(whose)
            if self._house.is_served_by(community.id, via)
        ]
        return own + elsewhere

    def _ask_which(
        self, candidates: list[Community], event: MessagePosted | ChatOpened, ledger: Ledger, now: datetime
    ) -> None:
        person = event.author if isinstance(event, MessagePosted) else event.person
        unit = self._performing.unit(ledger, now, f"{event.id}:which")
        said = encode_event(event).decode()
        options = [Option(one.name, WHICH_GROUP, {"group": one.id, "said": said}) for one in candidates[:9]]
        unit.tell(event.account, person, self._house.words.private("runtime.which-group"), options)
        self._performing.finish(unit, ledger)

    def _chose_group(self, offer: Offer, ledger: Ledger, now: datetime) -> None:
        """The person said which group they mean: remember it, and do what they asked in the first place."""
        ledger.offers.close(offer.key)
        community = self._house.communities.get(str(offer.data["group"]))
        said = decode_event(str(offer.data["said"]))
        if community is None:
            return
        ledger.people.set_home(offer.account, offer.person, community.id)
        if isinstance(said, MessagePosted):
            self._in(community, said, None, ledger, now)
        elif isinstance(said, ChatOpened):
            self._opened_for(community, said, ledger, now)

    @staticmethod
    def _numbered(account: AccountRef, person: PersonRef, number: int, ledger: Ledger, now: datetime) -> Offer | None:
        """What this number stands for on the phone of this person, on whichever side it was offered."""
        offers = (ledger.offers.by_number(*one, number, now) for one in _sides(account, person, ledger))
        return next((offer for offer in offers if offer is not None), None)

    def _note_open(self, account: AccountRef, person: PersonRef, chat: ChatRef, ledger: Ledger, now: datetime) -> None:
        if not ledger.people.has_opened(account, person):
            ledger.people.opened(account, person, chat, now)
        ledger.outbox.release(account, person, now)

    def _request(
        self,
        event: ChoiceMade | ChatOpened | MessagePosted,
        community: Community,
        person: PersonRef,
        name: str,
        ledger: Ledger,
        *,
        text: str = "",
        args: str = "",
        data: dict[str, object] | None = None,
    ) -> Request:
        stands_in = None
        if not self._house.is_served_by(community.id, event.account):
            for via, whose in _sides(event.account, person, ledger)[1:]:
                stands_in, person = via, whose
        member = ledger.people.is_member(community.id, person)
        return Request(
            event=event,
            community=community,
            person=person,
            name=name,
            role=self._house.role(community, person, member=member),
            private=self._house.in_chat(event.chat) is None,
            text=text,
            args=args,
            data=data or {},
            stands_in=stands_in,
        )

    def _reply(self, event: object, person: PersonRef, key: str, ledger: Ledger, now: datetime) -> None:
        assert isinstance(event, ChoiceMade | ChatOpened | MessagePosted)
        words = self._house.words.private(key)
        self._performing.tell(event.account, person, words, ledger, now, cause=f"{event.id}:reply")


def _sides(account: AccountRef, person: PersonRef, ledger: Ledger) -> list[tuple[AccountRef, PersonRef]]:
    """Who somebody is who writes from here: themselves, and who they are on a platform that they have linked."""
    link = ledger.links.of(person)
    if link is None or (link.other_account, link.other) != (account, person):
        return [(account, person)]
    return [(account, person), (link.owner_account, link.owner)]


def _command(text: str) -> tuple[str | None, str]:
    return command_of(text) if text.startswith("/") else (None, "")
