"""Feeds are asked politely, and lead nowhere private."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from orchard_bot.runtime import feed_fetching
from orchard_bot.runtime.feed_fetching import FeedRefused, Stamp, fetch_feed, public_addresses

FEED = b'<rss version="2.0"><channel><title>News</title></channel></rss>'


class Answers(BaseHTTPRequestHandler):
    """A small server whose paths behave each in its own way."""

    asked: list[dict[str, str]] = []  # noqa: RUF012 - one server a test

    def do_GET(self) -> None:
        self.asked.append({"path": self.path} | {key.lower(): value for key, value in self.headers.items()})
        getattr(self, "_" + self.path.strip("/"), self._missing)()

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def _say(self, code: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _feed(self) -> None:
        if self.headers.get("If-None-Match") == '"1"':
            self._say(304)
        else:
            self._say(200, FEED, ETag='"1"', Last_Modified="Thu, 26 Nov 2026 08:00:00 GMT")

    def _moved(self) -> None:
        self._say(301, Location="/feed")

    def _loop(self) -> None:
        self._say(302, Location="/loop")

    def _inside(self) -> None:
        self._say(302, Location="http://10.0.0.1/feed")

    def _file(self) -> None:
        self._say(302, Location="file:///etc/passwd")

    def _packed(self) -> None:
        self._say(200, b"...", Content_Encoding="gzip")

    def _large(self) -> None:
        self._say(200, b"x" * 6_000_000)

    def _missing(self) -> None:
        self._say(404)


@pytest.fixture
def server() -> Iterator[str]:
    Answers.asked = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


def test_a_feed_is_fetched_once_and_then_asked_whether_it_is_new(server: str) -> None:
    first = fetch_feed(f"{server}/feed", Stamp(), allow_loopback=True)
    assert (first.data, first.stamp.etag, first.moved_to) == (FEED, '"1"', "")
    again = fetch_feed(f"{server}/feed", first.stamp, allow_loopback=True)
    assert (again.data, again.stamp) == (None, first.stamp)
    assert Answers.asked[1]["if-modified-since"] == "Thu, 26 Nov 2026 08:00:00 GMT"
    assert Answers.asked[0]["accept-encoding"] == "identity"


def test_a_feed_that_has_moved_is_followed_and_said(server: str) -> None:
    assert fetch_feed(f"{server}/moved", Stamp(), allow_loopback=True).moved_to == f"{server}/feed"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("loop", "moves on and on"),
        ("inside", "private network"),
        ("file", "no web address"),
        ("packed", "compressed"),
        ("large", "larger than 5 MB"),
        ("nowhere", "status 404"),
    ],
)
def test_what_no_feed_does_is_refused(server: str, path: str, says: str) -> None:
    with pytest.raises(FeedRefused, match=says):
        fetch_feed(f"{server}/{path}", Stamp(), allow_loopback=True)


def test_this_machine_is_private_unless_the_settings_say_otherwise(server: str) -> None:
    with pytest.raises(FeedRefused, match="private network"):
        fetch_feed(f"{server}/feed", Stamp())
    assert Answers.asked == []


@pytest.mark.parametrize(
    "host", ["10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "224.0.0.1", "0.0.0.0"]
)
def test_addresses_that_are_not_public_are_refused(host: str) -> None:
    with pytest.raises(FeedRefused, match="private network"):
        public_addresses(host, 80, allow_loopback=False)


def test_a_public_address_is_let_through() -> None:
    assert public_addresses("93.184.216.34", 80, allow_loopback=False) == ["93.184.216.34"]


@pytest.mark.parametrize(
    "url", ["https://user:word@school.example/feed", "https://[oops/feed", "gopher://school.example", "https:///feed"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(FeedRefused, match="no web address"):
        fetch_feed(url, Stamp())


def test_a_name_that_is_not_known_is_refused() -> None:
    with pytest.raises(FeedRefused, match="is not known"):
        public_addresses("school.invalid\N{COMBINING GRAVE ACCENT}" + "x" * 70, 80, allow_loopback=False)


def test_a_secure_feed_may_not_lead_to_an_open_one() -> None:
    with pytest.raises(FeedRefused, match="without encryption"):
        feed_fetching._check("http://school.example/feed", came_from="https://school.example/feed")


def test_a_server_that_is_not_there_is_named(server: str) -> None:
    with pytest.raises(FeedRefused, match="cannot be reached"):
        fetch_feed("http://127.0.0.1:9/feed", Stamp(), allow_loopback=True)


def test_a_feed_that_drips_is_given_up_on(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    monkeypatch.setattr(feed_fetching, "SECONDS", -1.0)
    with pytest.raises(FeedRefused, match="takes longer"):
        fetch_feed(f"{server}/feed", Stamp(), allow_loopback=True)
