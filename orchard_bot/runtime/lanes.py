"""The lanes: what could not be handled at once waits here, in order within a chat, chats beside each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from orchard_bot.chat.letters import Queued
from orchard_bot.errors import StorageError, Unavailable
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.passage import Parcel, Passage, pack, unpack
from orchard_bot.runtime.side_by_side import side_by_side

TRIES = 5
DEATHS = 10
"""How often the process may have ended with an event in hand before that event is taken for the cause. More than TRIES,
for all that is in hand at such a moment is counted, and a machine that is switched off and on again is nobody's fault."""
LANES_AT_ONCE = 8
PICTURES_AT_ONCE = 2
"""One is fetched while another is read."""
SOME_FAILED = "SomeListenersFailed"
_LETTERS = "234679CDFGHJKMNPQRTVWXYZ"


class Lanes:
    """Works off the heads of the lanes."""

    def __init__(self, core: Core, *, pictures: bool = False) -> None:
        """``pictures``: works off those where messages wait for their pictures to be read, and no others."""
        self._core, self._pictures = core, pictures
        self._at_once = PICTURES_AT_ONCE if pictures else LANES_AT_ONCE
        self._bell = core.lanes.ear()
        self.idle = True

    async def run(self) -> None:
        """For ever: whatever is due, then wait for the bell or the next due time."""
        pause = 1.0
        while True:
            try:
                self.idle = False
                if await self._work_off():
                    continue
                until = await self._core.storage.read(lambda ledger: ledger.queue.next_due(pictures=self._pictures))
                self.idle = True
                pause = 1.0
                await self._bell.wait(until)
            except StorageError as error:
                self._core.log.fault("lanes stopped for a moment", error)
                await self._core.clock.sleep(pause)
                pause = min(pause * 2, 30.0)

    async def _work_off(self) -> bool:
        now = self._core.clock.now()
        heads = await self._core.storage.read(
            lambda ledger: ledger.queue.heads(now, self._at_once, pictures=self._pictures)
        )
        await side_by_side(self._one(head) for head in heads)
        return bool(heads)

    async def _one(self, head: Queued) -> None:
        # The try is counted before it is made, and apart: an event that kills the process is parked in the end.
        tries = await self._core.storage.write(lambda ledger: ledger.queue.begin(head.id))
        try:
            parcel = unpack(head.event)
            if tries > DEATHS:
                # Not even looked at: a detector may be what it kills.
                await self._park(head, Passage(parcel.event, head.lane), "Killed")
                return
            passage = await self._looked_at(parcel, head.lane, insist=tries < TRIES)
            await self._core.handle(passage, lambda ledger, passage: self._finish(head, passage, tries, ledger))
            if passage.only and tries >= TRIES:
                self._note_parked(reference_of(head), SOME_FAILED)
        except StorageError:
            raise
        except Unavailable as error:
            await self._again(head, tries, type(error).__name__)
        except Exception as error:
            self._core.counts["failures"] += 1
            self._core.log.fault("handler failed", error, tries=tries)
            await self._again(head, tries, type(error).__name__)

    async def _looked_at(self, parcel: Parcel, lane: str, *, insist: bool) -> Passage:
        if parcel.pictures:
            return await self._core.look_at_pictures(parcel.event, lane, parcel.only, insist=insist)
        return await self._core.enquire(parcel.event, parcel.only, insist=insist)

    def _finish(self, head: Queued, passage: Passage, tries: int, ledger: Ledger) -> None:
        """In the transaction of the handling: done, or only partly."""
        if not passage.only:
            ledger.queue.done(head.id)
        elif tries >= TRIES:
            ledger.queue.park(head.id, reference_of(head), SOME_FAILED, self._core.clock.now())
        else:
            parcel = pack(passage.event, passage.only, pictures=passage.pictured is not None)
            ledger.queue.repack(head.id, parcel, self._due(tries))

    async def _again(self, head: Queued, tries: int, error: str) -> None:
        if tries < TRIES:
            await self._core.storage.write(lambda ledger: ledger.queue.later(head.id, self._due(tries)))
            return
        try:
            event = unpack(head.event).event
        except Exception:  # it is unreadable: kept aside all the same
            await self._core.storage.write(
                lambda ledger: ledger.queue.park(head.id, reference_of(head), error, self._core.clock.now())
            )
            self._note_parked(reference_of(head), error)
            return
        await self._park(head, Passage(event, head.lane), error)

    async def _park(self, head: Queued, passage: Passage, error: str) -> None:
        reference = reference_of(head)

        def work(ledger: Ledger) -> None:
            ledger.queue.park(head.id, reference, error, self._core.clock.now())
            self._core.apologise(passage, reference, ledger)

        await self._core.storage.write(work)
        self._note_parked(reference, error)
        self._core.outbox.ring()

    def _note_parked(self, reference: str, error: str) -> None:
        self._core.counts["parked"] += 1
        self._core.log.warning("event parked", reference=reference, error=error)

    def _due(self, tries: int) -> datetime:
        return self._core.clock.now() + timedelta(seconds=2.0**tries)


def reference_of(head: Queued) -> str:
    """Four characters that a person can read out on the phone: ``7F3K``."""
    digest = blake2b(f"{head.lane}#{head.id}".encode(), digest_size=4).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest)
