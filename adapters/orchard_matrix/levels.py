"""Keeping somebody from writing: a power level of -1, and the end of it, which Matrix leaves to whoever began it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, TypeAlias

from orchard_bot.errors import Gone, NotAllowed, PlatformError
from orchard_matrix.client import Client, path
from orchard_matrix.device import Device, Mute

Level: TypeAlias = int | str | None
"""Never a fraction, which no room takes; text in old rooms; None: that of everybody."""
_MUTED = -1
_LEVELS = "m.room.power_levels"


class Levels:
    """What it does is remembered in the device's folder until it is over."""

    def __init__(self, client: Client, device: Device) -> None:
        self._client, self._device = client, device
        self._mutes = device.mutes()
        self._one_at_a_time = asyncio.Lock()

    async def mute(self, room: str, person: str, until: datetime) -> None:
        """Keep somebody from writing. Raises ``NotAllowed`` where the bot's level is too low."""
        async with self._one_at_a_time:
            kept = self._kept(room, person)
            before = await self._set(room, person, _MUTED)
            level = kept.level if kept is not None else before
            self._keep([*self._others(room, person), Mute(room, person, until.timestamp(), level)])

    async def unmute(self, room: str, person: str) -> None:
        """End it, whether the bot remembers having begun it or not."""
        async with self._one_at_a_time:
            kept = self._kept(room, person)
            await self._set(room, person, kept.level if kept is not None else None, only_from=_MUTED)
            self._keep(self._others(room, person))

    async def end_what_is_over(self, now: datetime) -> None:
        """Let those write again whose time is over. What the server refuses is tried again the next time."""
        for mute in [one for one in self._mutes if one.until <= now.timestamp()]:
            try:
                await self.unmute(mute.room, mute.person)
            except (NotAllowed, Gone):
                self._keep(self._others(mute.room, mute.person))  # out of the bot's hands: the moderators see it
            except PlatformError:
                return

    async def _set(self, room: str, person: str, level: Level, only_from: Level = None) -> Level:
        """Give somebody a level, None: that of everybody; gives the one before. ``only_from``: leave any other."""
        where = path("rooms", room, "state", _LEVELS) + "/"
        levels: dict[str, Any] = await self._client.call("GET", where)
        users = dict(levels.get("users") or {})
        before = users.get(person)
        if before == level or (only_from is not None and before != only_from):
            return before
        users.pop(person, None)
        if level is not None:
            users[person] = level
        await self._client.call("PUT", where, {**levels, "users": users})
        return before

    def _kept(self, room: str, person: str) -> Mute | None:
        return next((one for one in self._mutes if (one.room, one.person) == (room, person)), None)

    def _others(self, room: str, person: str) -> list[Mute]:
        return [one for one in self._mutes if (one.room, one.person) != (room, person)]

    def _keep(self, mutes: list[Mute]) -> None:
        self._mutes = mutes
        self._device.keep_mutes(mutes)
