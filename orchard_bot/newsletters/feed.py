"""RSS and Atom, by feedparser: each entry is a small newsletter of its own, with the day on which it was published."""

from __future__ import annotations

import io
from datetime import date

import feedparser
from msgspec import Struct

from orchard_bot.community.newsletter import Refusal
from orchard_bot.newsletters.paragraphs import Paragraph, UnreadableDocument, tidy
from orchard_bot.newsletters.web_page import read_web_page

MOST_ENTRIES = 40
"""The newest entries are read; feeds that grow without end say no more."""


class Entry(Struct, frozen=True, kw_only=True):
    """One entry of a feed."""

    title: str
    day: date | None
    paragraphs: tuple[Paragraph, ...]


class Feed(Struct, frozen=True, kw_only=True):
    """A feed; ``cut``: there were more entries."""

    title: str
    entries: tuple[Entry, ...]
    cut: bool


def read_feed(data: bytes) -> Feed:
    """The entries of a feed. Raises ``UnreadableDocument`` where it is none."""
    # From a stream: a string would be taken for an address and fetched.
    parsed = feedparser.parse(io.BytesIO(data), sanitize_html=True, resolve_relative_uris=False)
    if not parsed.version or (parsed.bozo and not parsed.entries):
        raise UnreadableDocument(Refusal.BROKEN, "This is no feed that can be read. Check its address in a browser.")
    entries: list[Entry] = []
    for given in parsed.entries[:MOST_ENTRIES]:
        bodies = [each.get("value", "") for each in given.get("content", ())] or [given.get("summary", "")]
        contents = read_web_page(" ".join(bodies))
        published = given.get("published_parsed") or given.get("updated_parsed")
        title = tidy(read_web_page(given.get("title", "")).paragraphs[0].text if given.get("title", "").strip() else "")
        entries.append(
            Entry(
                title=title,
                day=date(*published[:3]) if published else None,
                paragraphs=(Paragraph(text=title, place="", heading=True), *contents.paragraphs),
            )
        )
    return Feed(
        title=tidy(parsed.feed.get("title", "")), entries=tuple(entries), cut=len(parsed.entries) > MOST_ENTRIES
    )
