"""What is wrong in the World and in the database after a bot has died many times. Nothing, if all promises were kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, and_, func, select

from orchard_bot.runtime.sender import AT_ONCE
from orchard_bot.storage.backup import damage
from orchard_bot.storage.case_tables import case_alerts, case_reports, cases, reporters, sightings
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.sqlite_connection import driver_of
from orchard_bot.storage.tables import arrivals, audit, letters, queue
from orchard_bot.testing.sim_message import SimMessage
from tests.crash.ground import Ground
from tests.crash.story import DONE, GROUPS, MODERATORS, Story

RECEIVED = "Your report has reached the moderators."


def findings(ground: Ground, story: Story, database: Path, lives: int) -> list[str]:
    """Every broken promise in one line."""
    with opened(database) as connection:
        return [
            *(f"the database is damaged: {what}" for what in damage(driver_of(connection))),
            *_events(story, connection),
            *_left_over(connection),
            *_reports(story, connection, _Keys(ground, database)),
            *_group(story),
            *ground.sent_again(),
            *_too_often(ground.twice(database), lives),
        ]


def _too_often(twice: int, lives: int) -> Iterator[str]:
    """Each kill may cut off as many answers as there are letters in flight."""
    if twice > AT_ONCE * (lives - 1):
        yield f"{twice} messages went out twice, in {lives} lives"


class _Keys:
    """Which letter a message on a phone is."""

    def __init__(self, ground: Ground, database: Path) -> None:
        self._ground, self._database = ground, database

    def of(self, messages: Iterable[SimMessage]) -> set[str]:
        found = {self._ground.key_of(one, self._database) for one in messages if one.by_bot}
        return {key for key in found if key is not None}


def _events(story: Story, connection: Connection) -> Iterator[str]:
    arrived = Counter(connection.execute(select(arrivals.c.event)).scalars())
    stand_in = keyring_of(connection.dialect).token
    posted = [stand_in(str(event.id)) for event in story.posted]
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


def _reports(story: Story, connection: Connection, keys: _Keys) -> Iterator[str]:
    world = story.world
    names = {world.person_ref(who): who for group in GROUPS for who in story.reporters(group)}
    columns = (cases.c.community, cases.c.number, cases.c.code, cases.c.message, reporters.c.person.label("reporter"))
    its_report = and_(
        reporters.c.community == case_reports.c.community,
        reporters.c.number == case_reports.c.number,
        reporters.c.token == case_reports.c.reporter,
    )
    rows = connection.execute(select(*columns).join(case_reports).join(reporters, its_report)).all()
    taken = Counter((row.reporter, row.message) for row in rows)
    wanted = {(world.person_ref(report.reporter), report.message) for report in story.filed}
    for reporter, message in wanted | taken.keys():
        times = taken[reporter, message]
        if times != ((reporter, message) in wanted):
            yield f"the report of {message} by {reporter} is there {times} times"
    if connection.execute(select(func.count()).select_from(cases)).scalar_one() != len(wanted):
        yield "there are cases that nobody reported"
    told = {who: keys.of(world.inbox(who)) for who in MODERATORS}
    alerts = connection.execute(select(case_alerts)).all()
    for row in rows:
        yield from _told_reporter(story, names[row.reporter], row.code, keys)
        for who in MODERATORS:
            theirs = (row.community, row.number, world.person_ref(who))
            mine = [a for a in alerts if (a.community, a.number, a.moderator) == theirs]
            if len(mine) != 1 or mine[0].key not in told[who]:
                yield f"{who} was alerted {len(mine)} times to case {row.community}/{row.number}"


def _told_reporter(story: Story, reporter: str, code: str, keys: _Keys) -> Iterator[str]:
    heard = [one for one in story.ground.seen_by(reporter) if one.by_bot and code in one.text]
    for words in (DONE, RECEIVED):
        times = len(keys.of(one for one in heard if words in one.text))
        if times != 1:
            yield f"{reporter} heard {times} times about {code}: {words}"


def _group(story: Story) -> Iterator[str]:
    for group in GROUPS:
        ref = story.world.group(group).ref
        shown = [one for one in story.world.ever_shown(ref) if one.author is None]
        heading = "Our code of conduct in short\n\n"
        yield from (f"{group} was shown something private" for one in shown if not one.text.startswith(heading))
        # Each says something else. A repeated one stands at its first place: the bound for repeats is with the sends.
        first = dict.fromkeys(one.text.removeprefix(heading).strip() for one in shown)
        yield from _in_order(f"was said in {group}", {"": list(first)}, {"": story.aloud.get(ref, [])})
