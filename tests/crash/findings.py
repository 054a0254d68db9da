"""What is wrong in the World and in the database after a bot has died many times. Nothing, if all promises were kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, func, select

from orchard_bot.runtime.sender import AT_ONCE
from orchard_bot.storage.backup import damage
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.sqlite_connection import driver_of
from orchard_bot.storage.tables import arrivals, audit, case_alerts, case_reports, cases, letters, queue, sightings
from orchard_bot.testing.world import World
from tests.crash.story import DONE, GROUPS, MODERATORS, Story, person

RECEIVED = "Your report has reached the moderators."


@dataclass
class Sends:
    """What went out, life by life. A message may go out again only if no receipt of it had been committed."""

    world: World
    database: Path
    lives: list[list[str]] = field(default_factory=list)
    """The keys of what was done in each life."""
    receipts: list[frozenset[str]] = field(default_factory=list)
    """The keys of letters that were known as sent at the end of each life."""
    _seen: int = 0

    def life_ended(self) -> None:
        """Look at what this life has done, and at what it has written down of it."""
        done = [key for key, _ in self.world.sends]
        self.lives.append(done[self._seen :])
        self._seen = len(done)
        self.receipts.append(self._receipts() if self._seen else frozenset())

    def _receipts(self) -> frozenset[str]:
        with opened(self.database) as connection:
            return frozenset(connection.execute(select(letters.c.key).where(letters.c.state == "sent")).scalars())

    @property
    def twice(self) -> int:
        """How many messages went out once more than they should."""
        return sum(map(len, self.lives)) - len(set().union(*self.lives))

    def findings(self) -> Iterator[str]:
        """What went out twice without the excuse of a kill between the platform's answer and our commit."""
        known: frozenset[str] = frozenset()
        for number, (life, receipts) in enumerate(zip(self.lives, self.receipts, strict=True)):
            yield from (f"life {number} did {key} twice" for key, times in Counter(life).items() if times > 1)
            yield from (f"life {number} did {key} again, knowing its receipt" for key in known & set(life))
            known = receipts
        if self.twice > AT_ONCE * (len(self.lives) - 1):
            yield f"{self.twice} messages went out twice, in {len(self.lives)} lives"


def findings(world: World, story: Story, database: Path, sends: Sends) -> list[str]:
    """Every broken promise in one line."""
    with opened(database) as connection:
        return [
            *(f"the database is damaged: {what}" for what in damage(driver_of(connection))),
            *_events(story, connection),
            *_left_over(connection),
            *_reports(world, story, connection),
            *sends.findings(),
            *_group(world, story),
        ]


def _events(story: Story, connection: Connection) -> Iterator[str]:
    arrived = Counter(connection.execute(select(arrivals.c.event)).scalars())
    posted = [str(event.id) for event in story.posted]
    yield from (f"event {id} was lost" for id in posted if not arrived[id])
    yield from (f"event {id} was never posted" for id in arrived.keys() - set(posted))
    noticed = connection.execute(select(func.count()).select_from(sightings)).scalar_one()
    if noticed != story.swearing:
        yield f"the watch noticed {noticed} of {story.swearing} messages"
    lines = connection.execute(select(audit.c.subject).where(audit.c.act == "tally").order_by(audit.c.id)).scalars()
    yield from _in_order("was handled", _by_chat(lines), _by_chat(f"{e.chat} {e.id}" for e in story.tallied))


def _by_chat(lines: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        chat, _, event = line.partition(" ")
        found[chat].append(event)
    return found


def _in_order(what: str, found: dict[str, list[str]], expected: dict[str, list[str]]) -> Iterator[str]:
    for chat in found.keys() | expected.keys():
        here, wanted = found.get(chat, []), expected.get(chat, [])
        times = Counter(here)
        yield from (f"{one} {what} {times[one]} times" for one in {*here, *wanted} if times[one] != wanted.count(one))
        if list(dict.fromkeys(here)) != [one for one in wanted if one in times]:
            yield f"something in {chat} {what} out of order"


def _left_over(connection: Connection) -> Iterator[str]:
    parked = connection.execute(select(queue.c.reference, queue.c.error)).all()
    yield from (f"an event is still in the queue, or parked: {row}" for row in parked)
    letters_left = connection.execute(
        select(letters.c.key, letters.c.state, letters.c.why).where(letters.c.state != "sent")
    )
    yield from (f"a letter is not sent: {row}" for row in letters_left)


def _reports(world: World, story: Story, connection: Connection) -> Iterator[str]:
    joined = select(cases.c.community, cases.c.number, cases.c.code, cases.c.message, case_reports.c.reporter).join(
        case_reports
    )
    rows = connection.execute(joined).all()
    taken = Counter((row.reporter, row.message) for row in rows)
    wanted = {(person(report.reporter), report.message) for report in story.filed}
    for reporter, message in wanted | taken.keys():
        times = taken[reporter, message]
        if times != ((reporter, message) in wanted):
            yield f"the report of {message} by {reporter} is there {times} times"
    if connection.execute(select(func.count()).select_from(cases)).scalar_one() != len(wanted):
        yield "there are cases that nobody reported"
    told = {who: _keys_by_text(world.inbox(who)) for who in MODERATORS}
    alerts = connection.execute(select(case_alerts)).all()
    for row in rows:
        yield from _told_reporter(story, row.reporter.id, row.code)
        for who in MODERATORS:
            mine = [a for a in alerts if (a.community, a.number, a.moderator.id) == (row.community, row.number, who)]
            if len(mine) != 1 or mine[0].key not in told[who]:
                yield f"{who} was alerted {len(mine)} times to case {row.community}/{row.number}"


def _keys_by_text(inbox: Sequence[object]) -> set[str | None]:
    return {getattr(message, "key", None) for message in inbox}


def _told_reporter(story: Story, reporter: str, code: str) -> Iterator[str]:
    heard = [one for one in story.seen_by(reporter) if one.by_bot and code in one.text]
    for words in (DONE, RECEIVED):
        keys = {one.key for one in heard if words in one.text}
        if len(keys) != 1:
            yield f"{reporter} heard {len(keys)} times about {code}: {words}"


def _group(world: World, story: Story) -> Iterator[str]:
    for group in GROUPS:
        ref = world.group(group).ref
        shown = [one for one in world.ever_shown(ref) if one.author is None]
        heading = "Our code of conduct in short\n\n"
        yield from (f"{group} was shown something private" for one in shown if not one.text.startswith(heading))
        keys = {message.ref: message.key for message in world.transcript(ref)}
        first = {keys[one.message]: one.text.removeprefix(heading).strip() for one in reversed(shown)}
        # A repeated message stands at its first place: the bound for repeats is with the sends.
        said = {"": list(reversed(first.values()))}
        yield from _in_order(f"was said in {group}", said, {"": story.aloud.get(ref, [])})
