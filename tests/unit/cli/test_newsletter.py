"""``orchard-bot newsletter``: what is found in a file, in pasted words and in a feed, for people and for programs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from orchard_bot.cli.doctor import _of_newsletters
from orchard_bot.community.newsletter import Newsletter
from orchard_bot.newsletters import work
from tests.unit.cli.conftest import Command

DOCUMENTS = Path(__file__).parents[2] / "newsletters" / "documents"


def test_a_file_is_read_out(command: Command) -> None:
    told = command("newsletter", "read", str(DOCUMENTS / "pinewood-scan.pdf"), "--today", "2026-02-06")
    assert told.exit_code == 0
    assert "Pinewood Primary newsletter of 6 February 2026: 3 events." in told.output
    assert "Wed 11 Feb 2026  " in told.output
    assert "source: p. 1" in told.output
    assert "Not read: scanned (p. 2)" in told.output


def test_pasted_words_come_out_as_json(command: Command) -> None:
    words = "Fair: Friday 4 December 2026, 3-5pm. CANCELLED"
    told = command("newsletter", "read", "-", "--json", "--today", "2026-11-26", typed=words)
    (event,) = msgspec.json.decode(told.output, type=Newsletter).events
    assert event.cancelled
    assert "CANCELLED: Fair" in command("newsletter", "read", "-", typed=words).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["read", "nowhere.pdf"], "cannot be opened"),
        (["read", "-"], "nothing in this document"),
        (["read", "-", "--timezone", "Nowhere/Land"], "Write the zone"),
        (["read", "-", "--today", "tomorrow"], "Write the zone"),
    ],
)
def test_what_cannot_be_done_is_said_plainly(command: Command, arguments: list[str], says: str) -> None:
    told = command("newsletter", *arguments, typed="")
    assert told.exit_code == 1
    assert says in told.output


class Feed(BaseHTTPRequestHandler):
    """One feed that has moved for good, and is new once."""

    def do_GET(self) -> None:
        if self.path == "/old":
            self._say(301, Location="/feed")
        elif self.headers.get("If-None-Match"):
            self._say(304)
        else:
            self._say(200, (DOCUMENTS / "quarry-bank.rss").read_bytes(), ETag='"1"')

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def _say(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def feed() -> Iterator[str]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/old"
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_feed_is_read_when_it_is_new(command: Command, config: Path, feed: str) -> None:
    none = command("newsletter", "feed", "--config", str(config))
    assert "No feed is configured" in none.output
    config.write_text(f'{config.read_text()}\n[newsletter]\nfeeds = ["{feed}"]\nfeeds_on_loopback = true\n')
    told = command("newsletter", "feed", "--config", str(config))
    assert "has moved for good to" in told.output
    assert "Wed 11 Mar 2026 13:30–15:00  Year 5 roller skating" in told.output
    assert "nothing new" in command("newsletter", "feed", "--config", str(config)).output


def test_doctor_says_which_libraries_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _of_newsletters().ok
    monkeypatch.setattr(work, "LIBRARIES", ("no_such_library",))
    missing = _of_newsletters()
    assert not missing.ok
    assert "no_such_library" in missing.says
    assert "orchard-bot[newsletter]" in missing.fix
