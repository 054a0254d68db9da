"""Other web sites cannot act in the sandbox, whichever way they try."""

from __future__ import annotations

import httpx
import pytest

from orchard_bot.testing.fake_clock import FakeClock
from orchard_sandbox import SandboxPlatform

FORM = {"person": "grace"}


def _at(platform: SandboxPlatform, base_url: str = "http://127.0.0.1:8080") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(platform.web()), base_url=base_url)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8080"},
        {"sec-fetch-site": "same-site"},
    ],
    ids=str,
)
async def test_a_change_that_another_site_asks_for_is_refused(
    platform: SandboxPlatform, headers: dict[str, str]
) -> None:
    async with _at(platform) as browser:
        answer = await browser.post("/acts/join", data=FORM, headers=headers)
    assert answer.status_code == 403
    assert "from another page" in answer.text
    assert not platform.scene.is_member("grace")


@pytest.mark.parametrize(
    "headers", [{"origin": "http://127.0.0.1:8080"}, {"sec-fetch-site": "same-origin"}], ids=["origin", "fetch-site"]
)
async def test_a_change_from_the_page_itself_is_made(platform: SandboxPlatform, headers: dict[str, str]) -> None:
    async with _at(platform) as browser:
        assert (await browser.post("/acts/join", data=FORM, headers=headers)).status_code == 303
    assert platform.scene.is_member("grace")


@pytest.mark.parametrize("host", ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "[", ""])
async def test_a_name_that_somebody_else_pointed_here_is_refused(platform: SandboxPlatform, host: str) -> None:
    async with _at(platform) as browser:
        answer = await browser.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "hosts in [adapters.sandbox]" in answer.text


@pytest.mark.parametrize(
    "host", ["localhost:8080", "LOCALHOST", "orchard.localhost", "[::1]:8080", "192.168.1.7", "Box.Example"]
)
async def test_plain_addresses_this_machine_and_names_in_the_settings_are_answered(clock: FakeClock, host: str) -> None:
    async with _at(SandboxPlatform("main", {"hosts": ["box.example"]}, clock)) as browser:
        assert (await browser.get("/", headers={"host": host})).status_code == 200


async def test_every_answer_forbids_foreign_scripts_and_frames(platform: SandboxPlatform) -> None:
    async with _at(platform) as browser:
        for path in ("/", "/static/sandbox.js", "/nowhere"):
            headers = (await browser.get(path)).headers
            assert "default-src 'none'; script-src 'self'" in headers["content-security-policy"]
            assert "frame-ancestors 'self'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"


async def test_a_state_change_is_never_a_get(platform: SandboxPlatform) -> None:
    async with _at(platform) as browser:
        for path in ("/acts/join", "/fault", "/profile", "/reset"):
            assert (await browser.get(path)).status_code == 405


async def test_what_is_not_http_goes_through_untouched(platform: SandboxPlatform) -> None:
    said: list[str] = []

    async def send(message: dict[str, str]) -> None:
        said.append(message["type"])

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.shutdown" if said else "lifespan.startup"}

    await platform.web()({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
