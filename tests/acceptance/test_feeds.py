"""A story about a school's feed: a real server, the real fetching and reading, and the whole bot."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling, where

ENTRY = """<item><guid>{id}</guid><title>{title}</title><pubDate>Mon, 12 Jan 2026 09:00:00 GMT</pubDate>
<description>{text}</description></item>"""
FAIR = ENTRY.format(
    id="fair", title="Book fair", text="The book fair is on Friday 23 January 2026 at 3.15pm in the hall."
)
TRIP = ENTRY.format(id="trip", title="Farm trip", text="Year 3 visits the farm on Tuesday 27 January 2026.")


class School:
    """A school's website. ``entries`` are what stands in its feed."""

    def __init__(self) -> None:
        self.entries = [FAIR]
        self.asked = 0
        self.broken = False

    @contextmanager
    def open(self) -> Iterator[str]:
        """The address of the feed, as long as the block lasts."""
        school = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                school.asked += 1
                body = f'<rss version="2.0"><channel><title>Larch news</title>{"".join(school.entries)}</channel></rss>'
                self.send_response(500 if school.broken else 200)
                self.send_header("Content-Type", "application/rss+xml")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/news.rss"
        finally:
            server.shutdown()
            server.server_close()


async def until(story: Story, words: str, who: str = "amira") -> None:
    """Reading happens in a process of its own, in its own time."""
    async with asyncio.timeout(60):
        while words not in story.phone(who):
            await asyncio.sleep(0.05)
            await story.settle()


@where(lambda profile: profile.name in {"telegram", "signal"})
async def test_what_a_feed_brings_is_offered_once_and_planned_by_a_moderator(
    telling: Telling, profile: Profile
) -> None:
    school = School()
    with school.open() as address:
        feed = f'\n[newsletter]\nfeeds = ["{address}"]\nfeeds_on_loopback = true\n'
        async with telling(profile, further=feed) as story:
            await until(story, "Book fair")
            await until(story, "Book fair", who="joe")
            assert "Book fair" not in story.phone("priya")
            assert story.aloud() == []
            school.entries.append(TRIP)
            await story.later(hours=1, minutes=5)
            await until(story, "Farm trip")
            assert school.asked >= 2
            assert sum("Book fair" in text and "Farm trip" in text for text in story.heard("amira")) == 0
            await story.chooses("amira", "Plan all that are clear (1)")
            await story.tells_bot("priya", "/reminders")
            assert "Farm trip" in story.heard("priya")[-1]
            assert "Book fair" not in story.heard("priya")[-1]
            school.broken = True
            await story.restarted()
            await story.later(hours=2)
            assert "cannot be read" not in story.phone("amira")  # not before it has failed for a day
