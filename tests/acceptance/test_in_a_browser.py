"""The main job as a newcomer sees it: `orchard-bot run` as it is shipped, and a real browser on its page."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"No browser: {CHROMIUM} is not installed (apt install chromium)."
    ),
]


@asynccontextmanager
async def bot(folder: Path) -> AsyncIterator[str]:
    """The bot as it is shipped, on a free port. Gives the page's address."""
    config = folder / "config"
    config.mkdir()
    shipped = (ROOT / "config" / "orchard.toml").read_text("utf-8").replace("port = 8080", "port = 0")
    (config / "orchard.toml").write_text(shipped, encoding="utf-8")
    (config / "code_of_conduct.toml").write_bytes((ROOT / "config" / "code_of_conduct.toml").read_bytes())
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "orchard_bot.cli", "run", "--config", str(config / "orchard.toml")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    said = (await process.stdout.readline()).decode()
    try:
        yield re.findall(r"http://\S+", said)[0]
    finally:
        process.terminate()
        assert await process.wait() == 0


@asynccontextmanager
async def page_of(address: str) -> AsyncIterator[Page]:
    """The sandbox on a laptop. An error in the page's script fails the test."""
    errors: list[str] = []
    async with async_playwright() as player:
        browser: Browser = await player.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(address)
        yield page
        await browser.close()
    assert errors == []


def phone(page: Page, who: str, pane: str) -> Locator:
    return page.locator(f'[data-person="{who}"][data-pane="{pane}"]')


async def show(page: Page, who: str, pane: str) -> Locator:
    tab = page.locator(f'[data-person="{who}"] [data-tab="{pane}"]')
    await tab.click()
    await expect(phone(page, who, pane)).to_be_visible()
    return phone(page, who, pane)


async def report(page: Page, who: str) -> None:
    """From the menu beside the newest message of the group."""
    message = phone(page, who, "group").locator("[data-message]").last
    await message.locator("summary").click()
    await message.get_by_role("button", name="Report").click()


async def test_a_parent_reports_and_a_moderator_decides_in_a_browser(tmp_path: Path) -> None:
    async with bot(tmp_path) as address, page_of(address) as page:
        group = phone(page, "tomasz", "group")
        before = await group.locator("[data-text]").all_inner_texts()
        await report(page, "priya")
        priya = await show(page, "priya", "private")
        await priya.get_by_role("button", name="Tell the moderators").click()
        await priya.get_by_role("button", name="Not sure").click()
        await expect(priya).to_contain_text("has reached the moderators")

        amira = await show(page, "amira", "private")
        await expect(amira).to_contain_text("in confidence")
        assert "Priya" not in await amira.inner_text()
        await amira.get_by_role("button", name="Kind note").click()
        await expect(amira).to_contain_text("decided", ignore_case=True)
        await expect(priya).to_contain_text("looked at")
        tomasz = await show(page, "tomasz", "private")
        await expect(tomasz).to_contain_text("A kind word")

        await show(page, "tomasz", "group")
        assert await group.locator("[data-text]").all_inner_texts() == before


async def test_the_same_without_buttons_by_typing_numbers(tmp_path: Path) -> None:
    async with bot(tmp_path) as address, page_of(address) as page:
        await page.locator("#profile").select_option("signal")
        await page.get_by_role("button", name="Switch").click()
        await report(page, "priya")
        priya = await show(page, "priya", "private")
        await expect(priya).to_contain_text("Reply with a number")
        for number in ("2", "1"):
            box = priya.get_by_role("textbox")
            await box.fill(number)
            await box.press("Enter")
        await expect(priya).to_contain_text("has reached the moderators")
        amira = await show(page, "amira", "private")
        await expect(amira).to_contain_text("in confidence")


async def test_the_tables_can_be_looked_into_without_text_and_names(tmp_path: Path) -> None:
    async with bot(tmp_path) as address, page_of(address) as page:
        await report(page, "priya")
        priya = await show(page, "priya", "private")
        await priya.get_by_role("button", name="Tell the moderators").click()
        await priya.get_by_role("button", name="Not sure").click()
        await expect(priya).to_contain_text("has reached the moderators")
        await page.goto(f"{address}/inside")
        inside = await page.inner_text("main")
        assert "larch 1" in inside
        for private in ("Hale", "Tomasz", "Priya", "sandwich"):
            assert private not in inside
