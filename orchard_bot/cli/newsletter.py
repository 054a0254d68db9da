"""``orchard-bot newsletter``: see what a newsletter announces, from a file or a configured feed. Nothing is stored."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.community.newsletter import FoundEvent, Newsletter
from orchard_bot.errors import OrchardError
from orchard_bot.newsletters.reading import School
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.feed_fetching import Fetched, Stamp, fetch_feed
from orchard_bot.runtime.newsletter_reader import MOST_BYTES, NewsletterReader
from orchard_bot.settings.orchard import load_settings

newsletter_app = typer.Typer(help="Newsletters: see which events are found in one.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Zone = Annotated[str, typer.Option("--timezone", help="An IANA time zone.")]
Today = Annotated[str, typer.Option("--today", help="Read as if it were this day, as 2026-11-26.")]
DEFAULT = Path("config/orchard.toml")


class CannotRead(OrchardError):
    """A document was not read. The message says why and what to send instead."""


@newsletter_app.command("read")
def read_file(
    file: Annotated[
        str, typer.Argument(help="PDF, .docx, .html, .ics, RSS or text; - for text that you type or pipe.")
    ],
    json: Json = False,
    timezone: Zone = "Europe/London",
    today: Today = "",
) -> None:
    """Print the events that are found in a newsletter, with where they stand and what is doubtful."""
    with plain_refusal():
        if file == "-":
            data, name = sys.stdin.buffer.read(MOST_BYTES + 1), "pasted.txt"
        else:
            data, name = _content(Path(file)), Path(file).name
        _print(_read(data, name, _school(timezone, today)), json=json)


@newsletter_app.command("feed")
def read_feeds(
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")] = DEFAULT,
    json: Json = False,
) -> None:
    """Ask every feed of [newsletter] for news, and print the events that are found in what is new."""
    with plain_refusal():
        settings = load_settings(config)
        if not settings.newsletter.feeds:
            raise CannotRead(f"No feed is configured. Add its address to feeds under [newsletter] in {config}.")
        book = settings.database.parent / "feeds.json"
        stamps = _stamps(book)
        for url in settings.newsletter.feeds:
            got = fetch_feed(url, stamps.get(url, Stamp()), allow_loopback=settings.newsletter.feeds_on_loopback)
            _report(url, got)
            if got.data is not None:
                _print(_read(got.data, url, _school("Europe/London", "")), json=json)
                stamps[url] = got.stamp
                book.parent.mkdir(parents=True, exist_ok=True)
                book.write_bytes(msgspec.json.encode(stamps))


def _report(url: str, got: Fetched) -> None:
    if got.moved_to:
        typer.echo(f"{url} has moved for good to {got.moved_to}. Change it in the configuration.", err=True)
    if got.data is None:
        typer.echo(f"{url}: nothing new.", err=True)


def _stamps(book: Path) -> dict[str, Stamp]:
    try:
        return msgspec.json.decode(book.read_bytes(), type=dict[str, Stamp])
    except (OSError, msgspec.DecodeError):
        return {}  # then everything is new


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise CannotRead(f"{file} cannot be opened: {error.strerror}.") from error


def _school(timezone: str, today: str) -> School:
    try:
        zone = ZoneInfo(timezone)
        now = SystemClock().now().astimezone(zone).date()
        day = msgspec.convert(today, type=type(now)) if today else now
    except (OSError, ValueError, KeyError, msgspec.ValidationError) as error:
        raise CannotRead('Write the zone as "Europe/London" and the day as 2026-11-26.') from error
    return School(today=day, timezone=timezone, nation="ENG" if timezone == "Europe/London" else "")


def _read(data: bytes, name: str, school: School) -> Newsletter:
    answer = asyncio.run(NewsletterReader().read(data, name, school))
    if answer.newsletter is None:
        raise CannotRead(answer.says)
    return answer.newsletter


def _print(found: Newsletter, *, json: bool) -> None:
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    console = Console(highlight=False)
    day = f" of {found.source.day:%-d %B %Y}" if found.source.day else ""
    count = len(found.events)
    console.print(f"{found.source.title}{day}: {count} event{'' if count == 1 else 's'}.", markup=False, soft_wrap=True)
    for event in found.events:
        what = f"CANCELLED: {event.title}" if event.cancelled else event.title
        console.print(f"\n{when(event)}  {what}", markup=False, soft_wrap=True)
        for label, said in (
            ("where", event.place),
            ("bring or pay", event.bring),
            ("source", event.source.place),
            ("look twice", ", ".join(event.doubts)),
        ):
            if said:
                console.print(f"    {label}: {said}", markup=False, soft_wrap=True)
    if found.troubles:
        console.print()
    for trouble, detail in found.troubles:
        console.print(f"Not read: {trouble}{f' ({detail})' if detail else ''}", markup=False, soft_wrap=True)


def when(event: FoundEvent) -> str:
    """``Fri 4 Dec 2026 15:15–17:00``."""
    said = f"{event.day:%a %-d %b %Y}"
    if event.last_day:
        said += f" – {event.last_day:%a %-d %b}"
    if event.starts:
        said += f" {event.starts:%H:%M}"
    return said + (f"–{event.ends:%H:%M}" if event.ends else "")
