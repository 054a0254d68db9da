"""The core: prepares events, handles them in transactions, and tells the other workers what changed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from orchard_bot.chat.events import Event, MessagePosted
from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.errors import PlatformError, RateLimited, Unavailable
from orchard_bot.features.house import House
from orchard_bot.runtime.clock import Clock
from orchard_bot.runtime.failpoints import MID_HANDLER, Failpoint
from orchard_bot.runtime.handling import Handling
from orchard_bot.runtime.ledger import Ledger, Storage
from orchard_bot.runtime.log import Log
from orchard_bot.runtime.newsletter_reader import ReadsNewsletters
from orchard_bot.runtime.newsletters import Newsletters
from orchard_bot.runtime.passage import Effects, Passage
from orchard_bot.runtime.picture_reader import ReadsPictures
from orchard_bot.runtime.pictures import Pictures
from orchard_bot.runtime.preparing import Preparing
from orchard_bot.runtime.signals import Bell

ENQUIRY_SECONDS = 5.0


class Core:
    """Everything between a batch of events and a commit."""

    def __init__(
        self,
        house: House,
        storage: Storage,
        preparing: Preparing,
        handling: Handling,
        clock: Clock,
        log: Log,
        failpoint: Failpoint,
        reader: ReadsNewsletters,
        pictures: ReadsPictures,
    ) -> None:
        self.house = house
        self.storage = storage
        self.clock = clock
        self.log = log
        self.counts: Counter[str] = Counter(handled=0, duplicates=0, failures=0)
        """Events since the start: handled, duplicates, failures, malformed."""
        self.lanes = Bell(clock)
        self.outbox = Bell(clock)
        self.schedules = Bell(clock)
        self.platforms: dict[AccountRef, Platform] = {}
        self._preparing = preparing
        self._handling = handling
        self._failpoint = failpoint
        self._newsletters = Newsletters(house, reader, self.platforms, log)
        self._pictures = Pictures(pictures, self.platforms, log)

    async def load(self) -> bool:
        """Read at start what is kept in memory. True where the last stop was clean."""

        def read(ledger: Ledger) -> bool:
            for community, chat in ledger.whereabouts.moves().items():
                if community in self.house.communities:
                    self.house.move(community, chat)
            self._preparing.members.load(ledger.whereabouts.members())
            return ledger.whereabouts.start()

        return await self.storage.write(read)

    async def accept(self, events: Sequence[Event], *, careful: bool = False) -> None:
        """Handle these events or put them in their lanes; when this returns, they are committed.

        ``careful``: into their lanes without a look at them.
        """
        prepare = self._preparing.unseen if careful else self._preparing.prepare
        passages = [prepare(event) for event in events]
        await self._read_closely(passages)
        now = self.clock.now()

        def work(ledger: Ledger) -> Effects:
            effects = Effects()
            for passage in passages:
                self._handling.take(passage, ledger, now, effects, careful=careful)
            self._failpoint(MID_HANDLER)
            return effects

        await self._settle(await self.storage.write(work))

    async def enquire(self, event: Event, only: tuple[str, ...] | None, *, insist: bool) -> Passage:
        """A passage with what only the platform can tell, looked at in full.

        ``insist``: raise ``Unavailable`` rather than take somebody for a stranger because the platform does not answer.
        """
        passage = self._preparing.reconsider(event, only)
        if passage.enquire:
            await self._note_memberships(passage, insist=insist)
        await self._read_closely([passage])
        await self._newsletters.look(passage, self.clock.now(), insist=insist)
        passage.ordinary = False
        return passage

    async def look_at_pictures(self, event: Event, lane: str, only: tuple[str, ...] | None, *, insist: bool) -> Passage:
        """A passage about the text in the pictures of a message; the pictures are gone when this returns.

        ``insist``: raise ``Unavailable`` where the platform may yet hand them over.
        """
        text = ""
        if isinstance(event, MessagePosted) and self._preparing.reads_pictures_of(event):
            text = await self._pictures.text_in(event, insist=insist)
        passage = self._preparing.pictured(event, lane, only, text)
        await self._read_closely([passage])
        return passage

    async def _read_closely(self, passages: Sequence[Passage]) -> None:
        """Off the event loop, where there are slow detectors; in the order in which the events came."""
        if any(passage.unread for passage in passages):
            await asyncio.to_thread(self._preparing.read_closely, passages)
            self._preparing.conclude(passages)

    async def handle(self, passage: Passage, finish: Callable[[Ledger, Passage], None]) -> None:
        """Handle an event from its lane; ``finish`` is called in the same transaction."""
        now = self.clock.now()

        def work(ledger: Ledger) -> Effects:
            effects = Effects()
            self._handling.handle(passage, ledger, now, effects)
            self._failpoint(MID_HANDLER)
            finish(ledger, passage)
            return effects

        await self._settle(await self.storage.write(work))

    def apologise(self, passage: Passage, reference: str, ledger: Ledger) -> None:
        """Tell the person concerned that their event could not be handled."""
        self._handling.apologise(passage, reference, ledger, self.clock.now())

    async def refresh(self, account: AccountRef, chat: ChatRef) -> None:
        """Ask the platform again what the bot may do in this chat."""
        platform = self.platforms.get(account)
        if platform is None:
            return
        try:
            async with asyncio.timeout(ENQUIRY_SECONDS):
                self.house.learn(chat, await platform.abilities(chat))
        except (PlatformError, TimeoutError) as error:
            self.log.fault("abilities unknown", error, account=str(account))

    async def _settle(self, effects: Effects) -> None:
        self.counts["handled"] += effects.handled
        self.counts["duplicates"] += effects.duplicates
        self.counts["failures"] += effects.failures
        if effects.left_out:
            self.counts["pictures left out"] += effects.left_out
            self.log.warning("too many pictures wait: some are not read", count=effects.left_out)
        for community, person in effects.joined:
            self._preparing.members.joined(community, person)
        for community, person in effects.left:
            self._preparing.members.left(community, person)
        for chat in {self.house.communities[one].chat for one, _ in effects.left if one in self.house.communities}:
            await self.refresh(chat.via, chat)  # how many are left counts for who may be guessed
        for community, to in effects.moved:
            self.house.move(community, to)
            await self.refresh(to.via, to)
        for account, chat in effects.changed:
            await self.refresh(account, chat)
        if effects.queued:
            self.lanes.ring()
        if effects.sending:
            self.outbox.ring()
            self.schedules.ring()

    async def _note_memberships(self, passage: Passage, *, insist: bool) -> None:
        """Ask the platform which groups this person is in, and keep that, whatever becomes of the event."""
        event = passage.event
        person = event.author if isinstance(event, MessagePosted) else getattr(event, "person", None)
        platform = self.platforms.get(event.account)
        if person is None or platform is None or passage.community is not None:
            return
        for community in self._preparing.unasked(event.account, person):
            try:
                async with asyncio.timeout(ENQUIRY_SECONDS):
                    member = await platform.is_member(community.chat, person)
            except (PlatformError, TimeoutError) as error:
                self.log.fault("membership unknown", error, account=str(event.account))
                passing = isinstance(error, Unavailable | RateLimited | TimeoutError)
                if insist and passing and not self._preparing.members.of(person):
                    raise Unavailable("The platform cannot say at the moment who this is.") from error
                return  # and the next message asks again
            if member:
                await self._note_member(community.id, person)
        self._preparing.asked(event.account, person)

    async def _note_member(self, community: str, person: PersonRef) -> None:
        now = self.clock.now()
        await self.storage.write(lambda ledger: ledger.people.joined(community, person, now))
        self._preparing.members.joined(community, person)
