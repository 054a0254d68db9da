"""The bot's own pages: is it well, what has it done, and never a word or a name."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from msgspec import Struct

from orchard_bot.chat.platform import AsgiApp
from orchard_bot.web.pages import application
from orchard_bot.web.pulse import AccountPulse, Inside

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


class Letter(Struct, frozen=True):
    """One line of the outbox."""

    number: int = 7
    kind: str = "report.sent"
    state: str = "dead"
    priority: str = "safety"
    to: str = "a person"
    tries: int = 2
    why: str = "<b>no answer</b>"


class Case(Struct, frozen=True):
    """One case."""

    community: str = "oak"
    number: int = 3
    state: str = "new"
    clauses: Sequence[str] = ("kindness", "privacy")
    reports: int = 2
    safety: bool = True
    opened_at: datetime = NOW


class Tables(Struct, frozen=True):
    """A look into the tables."""

    letters: Sequence[Letter] = ()
    cases: Sequence[Case] = ()
    waiting: int = 4
    queued: int = 5
    parked: int = 6


@dataclass
class FakePulse:
    """What a running bot would answer."""

    answers: bool = True
    connected: bool = True
    trouble: str = ""
    counted: dict[str, int] = field(default_factory=dict)
    tables: Tables = field(default_factory=Tables)

    def accounts(self) -> Sequence[AccountPulse]:
        return [AccountPulse("sandbox/main", self.connected, 2, self.trouble)]

    def counts(self) -> Mapping[str, int]:
        return self.counted

    async def storage_answers(self) -> bool:
        return self.answers

    async def inside(self) -> Inside:
        return self.tables


async def get(
    path: str, pulse: FakePulse | None = None, mounts: Mapping[str, AsgiApp] | None = None, *, inside: bool = True
) -> Response:
    """What a browser gets."""
    pages = application(pulse or FakePulse(), mounts or {}, inside=inside)
    async with AsyncClient(transport=ASGITransport(app=pages), base_url="http://localhost") as browser:
        return await browser.get(path)


async def platform_page(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
    """A platform's own page."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello from " + scope["path"].encode()})


async def test_a_bot_that_is_well_says_so() -> None:
    answer = await get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "accounts": [{"account": "sandbox/main", "connected": True, "restarts": 2, "trouble": ""}],
    }


async def test_a_platform_that_is_away_does_not_get_the_bot_restarted() -> None:
    answer = await get("/healthz", FakePulse(connected=False, trouble="Unavailable"))
    assert answer.status_code == 200
    assert answer.json()["accounts"][0]["trouble"] == "Unavailable"


async def test_a_database_that_does_not_answer_is_ill_health() -> None:
    answer = await get("/healthz", FakePulse(answers=False))
    assert answer.status_code == 503
    assert answer.json()["status"] == "database does not answer"


async def test_metrics_are_in_the_prometheus_text_format() -> None:
    answer = await get("/metrics", FakePulse(counted={"sent": 3, "handled": 12, 'failures of "odd"': 1}))
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.text.splitlines() == [
        "# TYPE orchard_total counter",
        'orchard_total{what="failures of \\"odd\\""} 1',
        'orchard_total{what="handled"} 12',
        'orchard_total{what="sent"} 3',
        "# TYPE orchard_connected gauge",
        'orchard_connected{account="sandbox/main"} 1',
    ]
    assert answer.text.endswith("\n")


async def test_the_front_door_leads_to_the_first_platform_with_pages() -> None:
    answer = await get("/", mounts={"sandbox": platform_page})
    assert answer.is_redirect
    assert answer.headers["location"] == "/sandbox/"
    assert (await get("/sandbox/phones", mounts={"sandbox": platform_page})).text.startswith("hello from")


async def test_without_such_a_platform_it_says_that_the_bot_runs() -> None:
    answer = await get("/")
    assert answer.status_code == 200
    assert "running" in answer.text


async def test_inside_shows_states_and_numbers() -> None:
    answer = await get("/inside", FakePulse(tables=Tables(letters=[Letter()], cases=[Case(), Case(clauses=())])))
    assert answer.text.startswith("<!doctype html>")
    for words in ("oak 3", "new, safety", "kindness, privacy", "not said", "2 Mar 07:30 UTC", "report.sent", "dead"):
        assert words in answer.text
    assert "4 waiting to be sent, 5 events waiting in their lanes, 6 parked." in answer.text


async def test_nothing_in_a_table_becomes_markup() -> None:
    answer = await get("/inside", FakePulse(tables=Tables(letters=[Letter()])))
    assert "<b>" not in answer.text
    assert "&lt;b&gt;no answer" in answer.text


async def test_a_part_of_it_fits_into_another_page() -> None:
    part = await get("/inside?part")
    assert "<html" not in part.text
    assert part.text.lstrip().startswith("<section")
    assert "No cases yet." in part.text
    assert "<html" in (await get("/inside")).text


async def test_inside_is_shut_unless_the_settings_open_it() -> None:
    assert (await get("/inside", inside=False)).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/metrics", "/inside", "/inside?part"])
async def test_nothing_is_kept_by_browsers_or_told_to_other_sites(path: str) -> None:
    headers = (await get(path)).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/nowhere", "/inside/cases", "/healthz/../etc/passwd"])
async def test_there_is_nothing_else(path: str) -> None:
    assert (await get(path)).status_code == 404


async def test_only_looking_is_allowed() -> None:
    pages = application(FakePulse(), {}, inside=True)
    async with AsyncClient(transport=ASGITransport(app=pages), base_url="http://localhost") as browser:
        for path in ("/", "/healthz", "/metrics", "/inside"):
            assert (await browser.post(path)).status_code == 405
