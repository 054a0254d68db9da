"""One thread that owns a connection and runs units of work in groups, each group in one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection

from orchard_bot.errors import StorageError
from orchard_bot.storage.sqlite_connection import driver_of, in_our_words

T = TypeVar("T")


def ignore(point: str) -> None:
    """The failpoint of every day: nothing happens."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a thread treats its units. ``begin`` is the statement that opens a group's transaction."""

    begin: str
    group_limit: int
    queue_limit: int
    failpoint: Callable[[str], None] = ignore


@dataclass(frozen=True, slots=True)
class _Unit:
    work: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    alone: bool  # outside any transaction


_Outcome = tuple[asyncio.Future[Any], Any, BaseException | None]


class UnitThread:
    """Units that wait while a COMMIT runs share the next one; each has a savepoint of its own.

    ``finish`` is called on the thread after the last unit, ``afterwards`` once the connection is closed.
    All coroutines belong to one event loop.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], Connection],
        terms: Terms,
        *,
        finish: Callable[[Connection], None] = lambda _connection: None,
        afterwards: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect, self._terms, self._finish, self._afterwards = connect, terms, finish, afterwards
        self._units: SimpleQueue[_Unit | None] = SimpleQueue()
        self._room = asyncio.Semaphore(terms.queue_limit)
        self._closing = False
        self._started: Future[None] = Future()
        self._ended: Future[None] = Future()
        self._ended.set_running_or_notify_cancel()  # a caller of close() who is cancelled does not cancel the end
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread and wait until its connection stands. Raises what opening the connection raised."""
        self._thread.start()
        self._started.result()

    async def run(self, work: Callable[[Connection], T], *, alone: bool = False) -> T:
        """Queue the unit, waiting for room without blocking the loop, and return its value after the COMMIT."""
        await self._room.acquire()
        if self._closing:
            self._room.release()
            raise StorageError("The database is closed. Start the bot again to go on.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._units.put(_Unit(work, future, alone))
        result: T = await future
        return result

    def close(self) -> Future[None]:
        """Accept nothing more; the future is done when the accepted units are, and the connection is closed."""
        if not self._closing:
            self._closing = True
            self._units.put(None)
        return self._ended

    # From here on everything runs on the thread, except ``_settle``.

    def _run(self) -> None:
        try:
            self._connection = self._connect()
        except BaseException as error:  # noqa: BLE001 - raised again by start(), in the thread that asked
            self._ended.set_result(None)
            self._started.set_exception(error)
            return
        self._driver = driver_of(self._connection)
        self._cursor = self._driver.cursor()
        self._driver.guarded = True
        self._started.set_result(None)
        try:
            while self._serve_next_group():
                pass
        finally:
            self._end()

    def _end(self) -> None:
        self._driver.guarded = False
        try:
            with suppress(sqlite3.Error, StorageError):  # what is committed is safe; tidying up can wait
                self._finish(self._connection)
            self._connection.close()
        finally:
            self._afterwards()
            self._ended.set_result(None)

    def _serve_next_group(self) -> bool:
        waiting = [self._units.get()]
        while len(waiting) < self._terms.group_limit and not self._units.empty():
            waiting.append(self._units.get())
        units = [unit for unit in waiting if unit is not None]
        for alone, neighbours in groupby(units, key=attrgetter("alone")):
            group = list(neighbours)
            outcomes = [self._alone(unit) for unit in group] if alone else self._together(group)
            loop = group[0].future.get_loop()
            with suppress(RuntimeError):  # the loop was closed over our heads: nobody is left to tell
                loop.call_soon_threadsafe(self._settle, outcomes)
        return len(units) == len(waiting)

    def _alone(self, unit: _Unit) -> _Outcome:
        try:
            return unit.future, unit.work(self._connection), None
        except BaseException as error:  # noqa: BLE001 - raised again at the caller's await
            return unit.future, None, _for_caller(error)

    def _together(self, units: Sequence[_Unit]) -> list[_Outcome]:
        execute = self._cursor.execute
        try:
            execute(self._terms.begin)
            outcomes = [self._one(unit) for unit in units]
            self._terms.failpoint("before commit")
            execute("COMMIT")
            self._terms.failpoint("after commit")
        except BaseException as error:  # noqa: BLE001 - raised again at every caller's await
            if self._driver.in_transaction:
                with suppress(sqlite3.Error):  # tried again before the next group
                    execute("ROLLBACK")
            return [(unit.future, None, _for_group(error)) for unit in units]
        return outcomes

    def _one(self, unit: _Unit) -> _Outcome:
        execute = self._cursor.execute
        execute("SAVEPOINT unit")
        try:
            value = unit.work(self._connection)
            if self._connection.in_nested_transaction():
                raise RuntimeError("A unit of work left a savepoint open. Write: with connection.begin_nested(): …")
        except BaseException as error:
            self._close_what_is_left_open()
            if not self._driver.in_transaction:  # SQLite gave up the whole transaction, the neighbours' work too
                raise
            execute("ROLLBACK TO unit")
            execute("RELEASE unit")
            return unit.future, None, _for_caller(error)
        execute("RELEASE unit")
        return unit.future, value, None

    def _close_what_is_left_open(self) -> None:
        while nested := self._connection.get_nested_transaction():
            nested.close()
        transaction = self._connection.get_transaction()
        if transaction is not None and not transaction.is_active:  # left so by a refused commit; nothing is sent
            transaction.rollback()

    def _settle(self, outcomes: list[_Outcome]) -> None:
        for future, value, error in outcomes:
            self._room.release()
            if future.done():  # the caller was cancelled
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)


def _for_caller(error: BaseException) -> BaseException:
    ours: BaseException | None = in_our_words(error)
    if isinstance(error, StopIteration):  # a future refuses to carry one
        ours = RuntimeError("A unit of work raised StopIteration.")
    if ours is None or ours is error:
        return error
    ours.__cause__ = error
    return ours


def _for_group(error: BaseException) -> StorageError:
    ours = in_our_words(error) or StorageError("The database did not confirm this work. It was not acknowledged.")
    own = type(ours)(*ours.args)  # every caller gets an exception object of its own
    own.__cause__ = error
    return own
