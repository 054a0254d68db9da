"""The folder that is the bot's device: its session, its keys, how far it has read. One process at a time.

The files are the bot's alone (mode 600). What is in them is written whole or not at all.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from orchard_matrix.settings import wrong

_T = TypeVar("_T")


class Login(Struct, frozen=True):
    """A session on the server."""

    user: str
    device: str
    token: str


class Waiting(Struct, frozen=True):
    """An encrypted event to which the key has not come yet, as it came."""

    room: str
    event: dict[str, Any]


class Reading(Struct, frozen=True):
    """How far all is stored: where to go on, and what waits for its key."""

    since: str = ""
    waiting: tuple[Waiting, ...] = ()


class Mute(Struct, frozen=True):
    """Somebody is kept from writing, until ``until`` (seconds since 1970); ``level`` is what they had before."""

    room: str
    person: str
    until: float
    level: int | str | None = None


class Device:
    """The folder. ``lock`` comes first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: int | None = None

    def lock(self) -> None:
        """Take it for this process. Raises ``ConfigError`` where another has it, or it cannot be written."""
        if self._lock is not None:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise wrong(
                f"The folder {self.folder} cannot be used.", "Give the bot's user the right to write there."
            ) from error
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(opened)
            raise wrong(
                f"Another process uses the bot's device in {self.folder}.",
                "Stop the other bot, for doctor too; or give this one an account and a store of its own.",
            ) from error
        self._lock = opened

    def unlock(self) -> None:
        """Let go of it."""
        held, self._lock = self._lock, None
        if held is not None:
            os.close(held)

    def login(self) -> Login | None:
        """The session, where there is one."""
        return self._load("session.json", Login)

    def keep_login(self, login: Login) -> None:
        """Remember the session: logging in anew would make a new device without any keys."""
        self._save("session.json", login)

    def reading(self) -> Reading:
        """How far all is stored."""
        return self._load("reading.json", Reading) or Reading()

    def keep_reading(self, reading: Reading) -> None:
        """All up to here is stored."""
        self._save("reading.json", reading)

    def mutes(self) -> list[Mute]:
        """Who is kept from writing."""
        return self._load("mutes.json", list[Mute]) or []

    def keep_mutes(self, mutes: list[Mute]) -> None:
        """Remember who is kept from writing."""
        self._save("mutes.json", mutes)

    def _load(self, name: str, kind: type[_T]) -> _T | None:
        file = self.folder / name
        try:
            return msgspec.json.decode(file.read_bytes(), type=kind)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise wrong(
                f"{file} cannot be read.", "Put it back from a backup, or move the folder away and start anew."
            ) from error

    def _save(self, name: str, what: object) -> None:
        file = self.folder / name
        beside = file.with_name(f"{name}.new")
        opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "wb") as out:
            out.write(msgspec.json.encode(what))
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
