"""Where the conformance suite plays: somebody who makes people act on a platform, and shows what they see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.sim_message import SimMessage
from orchard_bot.testing.world import World


class Stage(Protocol):
    """What an adapter's author provides: people who act on the adapter's fake (or real) server."""

    @property
    def platform(self) -> Platform:
        """The adapter under test, as last connected; not started before the suite does so."""
        ...

    @property
    def group(self) -> ChatRef | None:
        """A group with the bot in it and every right given; None where bots are in no groups."""
        ...

    async def add_person(self, id: str, *, started: bool = True) -> PersonRef:
        """A member of the group; ``started``: with the private chat to the bot open, so that it may write there."""
        ...

    async def post(self, person: PersonRef, text: str) -> MessageRef:
        """They write in the group."""
        ...

    async def post_privately(self, person: PersonRef, text: str) -> MessageRef:
        """They write to the bot in their private chat."""
        ...

    async def edit(self, person: PersonRef, message: MessageRef, text: str) -> None:
        """They change their message."""
        ...

    async def delete(self, person: PersonRef, message: MessageRef) -> None:
        """They delete their message."""
        ...

    async def group_saw(self) -> list[str]:
        """Every text that the whole group could see, even for a moment."""
        ...

    async def person_sees(self, person: PersonRef) -> list[str]:
        """What this person sees of the bot now, wherever: each text with the labels of its buttons below."""
        ...

    async def person_has(self, person: PersonRef) -> list[tuple[str, bytes]]:
        """The files that the bot has sent this person: name and content."""
        ...

    async def pass_time(self, seconds: float) -> None:
        """Let the adapter's clock run on, once the adapter waits for it."""
        ...

    async def restart(self) -> Platform:
        """The bot is killed, and another connects for the same account; gives its platform, not yet started."""
        ...


class WorldStage:
    """A ``Stage`` on a ``World``. ``connect`` makes the platform under test, anew after each kill."""

    def __init__(self, world: World, clock: FakeClock, connect: Callable[[], Platform]) -> None:
        self.world, self._clock, self._connect = world, clock, connect
        self._everywhere = world.add_group("conformance", "A class group")
        self.group = self._everywhere if world.profile.reads_groups else None
        self.platform = connect()

    async def add_person(self, id: str, *, started: bool = True) -> PersonRef:
        """A member of the group."""
        person = self.world.add_person(id, id.title(), started=started)
        self.world.join(person, self._everywhere)
        return person

    async def post(self, person: PersonRef, text: str) -> MessageRef:
        """They write in the group."""
        return self.world.post(person, self._everywhere, text).ref

    async def post_privately(self, person: PersonRef, text: str) -> MessageRef:
        """They write to the bot."""
        return self.world.post(person, self.world.private(person), text).ref

    async def edit(self, person: PersonRef, message: MessageRef, text: str) -> None:
        """They change their message."""
        self.world.edit(person, message, text)

    async def delete(self, person: PersonRef, message: MessageRef) -> None:
        """They delete their message."""
        self.world.delete(person, message)

    async def group_saw(self) -> list[str]:
        """Every text that the whole group could see."""
        return [shown.text for shown in self.world.ever_shown(self._everywhere)]

    async def person_sees(self, person: PersonRef) -> list[str]:
        """What this person sees of the bot now."""
        theirs = [*self.world.inbox(person), *self.world.transcript(self._everywhere, person)]
        return [_as_seen(message) for message in theirs if message.by_bot]

    async def person_has(self, person: PersonRef) -> list[tuple[str, bytes]]:
        """The files that the bot has sent this person."""
        return [(one.file.name, one.file.data) for one in self.world.inbox(person) if one.file is not None]

    async def pass_time(self, seconds: float) -> None:
        """Let the clock run on, once somebody waits for it."""
        await self._clock.until_sleeping()
        self._clock.advance(seconds)

    async def restart(self) -> Platform:
        """Leave the old platform as a kill does, and connect another."""
        self.platform = self._connect()
        return self.platform


def _as_seen(message: SimMessage) -> str:
    return "\n".join([message.text, *(choice.label for choice in message.choices)])
