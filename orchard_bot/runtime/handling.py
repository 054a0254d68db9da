"""Inside the transaction: first time? whose turn? route, handle, privacy gate. Nothing here waits for anything.

Failure policy: a handler that raises is undone and the event waits in its lane for another try; where several
features listen to one event, those that succeeded keep their work and only the others try again. The privacy
gate fails closed, like a handler that raised. Storage faults undo everything and are not confirmed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from orchard_bot.chat.events import (
    AbilitiesChanged,
    ChatMoved,
    ChatOpened,
    ChoiceMade,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
)
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import visible
from orchard_bot.community.community import Community, Role
from orchard_bot.errors import StorageError
from orchard_bot.features.feature import Command, Request, Where
from orchard_bot.features.house import House
from orchard_bot.features.recent import Recent
from orchard_bot.runtime.conversation import Conversation
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.log import Log
from orchard_bot.runtime.passage import Effects, Passage, pack, picture_lane
from orchard_bot.runtime.performing import Performing
from orchard_bot.runtime.routes import Routes

FIRST_RETRY = timedelta(seconds=2)
MOST_PICTURES_WAITING = 100
"""Messages of one group whose pictures may wait to be read; of those beyond it only the words are looked at."""


class Handling:
    """Takes passages, one after the other, in a unit of work."""

    def __init__(self, house: House, routes: Routes, log: Log) -> None:
        self._house = house
        self._routes = routes
        self._log = log
        self._performing = Performing(house, routes)
        self._conversation = Conversation(house, routes, self._performing)

    def take(self, passage: Passage, ledger: Ledger, now: datetime, effects: Effects, *, careful: bool) -> None:
        """Handle an event that has just come, or put it in its lane.

        ``careful``: the last run ended badly, perhaps by this very event: it goes through its lane, where tries
        are counted before they are made.
        """
        if not ledger.arrivals.first_time(str(passage.event.id), int(now.timestamp())):
            effects.duplicates += 1
            return
        self._remember(passage, ledger)
        if passage.ordinary:
            effects.handled += 1
            self._put_pictures(passage, ledger, now, effects)
            return
        if passage.enquire or careful or ledger.queue.is_waiting(passage.lane):
            self._enqueue(passage, ledger, now, now, 0)
            effects.queued = True
            return
        try:
            with ledger.savepoint():
                self.handle(passage, ledger, now, effects)
        except StorageError:
            raise
        except Exception as error:
            self._log.fault("handler failed", error, kind=type(passage.event).__name__)
            effects.failures += 1
        else:
            if not passage.only:
                return
        self._enqueue(passage, ledger, now, now + FIRST_RETRY, 1)
        effects.queued = True

    def _remember(self, passage: Passage, ledger: Ledger) -> None:
        """Where forwards do not say whose message it was, keep what finds it again: never its words."""
        event, community = passage.event, passage.community
        abilities = self._house.abilities(event.chat) if community is not None else None
        if community is None or abilities is None or abilities.forwards_named:
            return
        if abilities.disappear_after is not None and abilities.disappear_after < self._house.retention.recent:
            return  # what the group wants gone leaves nothing here either
        if isinstance(event, MessageDeleted):
            ledger.recent.forget(event.message)
        elif isinstance(event, MessagePosted) and passage.command is None and event.text.strip():
            recent = Recent(
                community=community.id,
                message=event.message,
                author=event.author,
                author_name=event.author_name,
                at=event.at,
            )
            ledger.recent.note(recent, event.text)

    def handle(self, passage: Passage, ledger: Ledger, now: datetime, effects: Effects) -> None:
        """Do what this event asks for. Afterwards ``passage.only`` names listeners that failed, if any did."""
        if passage.only is None:  # a further try has its pictures in their lane already
            self._put_pictures(passage, ledger, now, effects)
        self._dispatch(passage, ledger, now, effects)
        effects.handled += 1
        effects.sending = True

    def apologise(self, passage: Passage, reference: str, ledger: Ledger, now: datetime) -> None:
        """Tell somebody who wrote to the bot, and only them, that it could not be done."""
        event = passage.event
        person = event.author if isinstance(event, MessagePosted) else getattr(event, "person", None)
        direct = isinstance(event, ChoiceMade) or (
            isinstance(event, MessagePosted) and (event.private or event.text.startswith("/"))
        )
        if person is None or not direct:
            return
        words = self._house.words.private("runtime.parked", reference=reference)
        self._performing.tell(event.account, person, words, ledger, now, cause=f"{event.id}:parked")

    def _enqueue(self, passage: Passage, ledger: Ledger, now: datetime, due: datetime, tries: int) -> None:
        parcel = pack(passage.event, passage.only)
        ledger.queue.put(passage.lane, passage.event.account, parcel, now, due, tries)

    def _put_pictures(self, passage: Passage, ledger: Ledger, now: datetime, effects: Effects) -> None:
        """Into a lane of their own: what people write never waits for a picture to be read."""
        if not passage.pictures:
            return
        lane = picture_lane(passage.lane)
        if ledger.queue.waiting_in(lane) >= MOST_PICTURES_WAITING:
            effects.left_out += 1
            return
        parcel = pack(passage.event, pictures=True)
        ledger.queue.put(lane, passage.event.account, parcel, now, now, 0)
        effects.queued = True

    def _dispatch(self, passage: Passage, ledger: Ledger, now: datetime, effects: Effects) -> None:
        event, community = passage.event, passage.community
        match event:
            case MessageEdited(private=True):
                return
            case MessagePosted(private=True):
                self._conversation.message(event, ledger, now, passage)
            case ChoiceMade():
                self._conversation.choice(event, ledger, now)
            case ChatOpened():
                self._conversation.opened(event, ledger, now)
            case _ if community is not None:
                self._about_the_group(event, community, passage, ledger, now, effects)

    def _about_the_group(
        self,
        event: Event,
        community: Community,
        passage: Passage,
        ledger: Ledger,
        now: datetime,
        effects: Effects,
    ) -> None:
        match event:
            case ChatMoved():
                ledger.whereabouts.moved(community.id, event.to)
                effects.moved.append((community.id, event.to))
            case AbilitiesChanged():
                effects.changed.append((event.account, event.chat))
            case MessagePosted() | MessageEdited():
                self._in_the_group(event, community, passage, ledger, now, effects)
            case MemberJoined():
                ledger.people.joined(community.id, event.person, now)
                effects.joined.append((community.id, event.person))
                self._listen(event, community, event.person, event.name, passage, ledger, now)
            case MemberLeft():
                ledger.people.left(community.id, event.person, now)
                effects.left.append((community.id, event.person))
                self._listen(event, community, event.person, "", passage, ledger, now)
            case JoinRequested():
                self._listen(event, community, event.person, event.name, passage, ledger, now)
            case MessageDeleted():
                somebody = event.by or PersonRef(event.chat.platform, "")
                self._listen(event, community, somebody, "", passage, ledger, now)

    def _in_the_group(
        self,
        event: MessagePosted,
        community: Community,
        passage: Passage,
        ledger: Ledger,
        now: datetime,
        effects: Effects,
    ) -> None:
        if passage.pictured is not None:
            if passage.observations:
                self._listen(event, community, event.author, event.author_name, passage, ledger, now)
            return
        if not event.impersonal and ledger.people.joined(community.id, event.author, now):
            effects.joined.append((community.id, event.author))
        if passage.command is not None:
            self._command(event, community, passage, ledger, now)
        elif passage.observations or isinstance(event, MessageEdited):
            self._listen(event, community, event.author, event.author_name, passage, ledger, now)

    def _command(
        self, event: MessagePosted, community: Community, passage: Passage, ledger: Ledger, now: datetime
    ) -> None:
        found = self._routes.commands.get(passage.command or "")
        if found is None or event.impersonal:
            return  # Another bot's command, or nobody whom we could answer.
        feature, command = found
        request = self._request(event, community, event.author, event.author_name, passage)
        run = command.run if self._allows(command, request) else self._conversation.not_here(command)
        self._performing.run(run, request, ledger, now, cause=f"{event.id}:{feature}")

    @staticmethod
    def _allows(command: Command, request: Request) -> bool:
        return request.role in command.roles and bool(command.where & Where.GROUP)

    def _listen(
        self,
        event: Event,
        community: Community,
        person: PersonRef,
        name: str,
        passage: Passage,
        ledger: Ledger,
        now: datetime,
    ) -> None:
        """Every listener has its turn and its own savepoint: one that fails does not cost the others theirs."""
        failed: list[str] = []
        request = self._request(event, community, person, name, passage)
        cause = str(event.id) if passage.pictured is None else f"{event.id}:pictures"
        for listener in self._routes.listeners.get(type(event), ()):
            if passage.only is not None and listener.feature not in passage.only:
                continue
            try:
                with ledger.savepoint():
                    self._performing.run(listener.run, request, ledger, now, cause=f"{cause}:{listener.feature}")
            except StorageError:
                raise
            except Exception as error:
                self._log.fault("listener failed", error, feature=listener.feature, kind=type(event).__name__)
                failed.append(listener.feature)
        passage.only = tuple(failed) or None

    def _request(self, event: Event, community: Community, person: PersonRef, name: str, passage: Passage) -> Request:
        role = Role.MODERATOR if community.moderator(person) else Role.MEMBER
        return Request(
            event=event,
            community=community,
            person=person,
            name=name,
            role=role,
            private=False,
            text=visible(event.text) if isinstance(event, MessagePosted) else "",
            args=passage.args,
            observations=passage.observations,
            in_picture=passage.pictured is not None,
        )
