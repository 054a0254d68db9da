"""Takes the pictures of the sandbox for the README: the real bot, a report on its way, in Debian's chromium.

python scripts/screenshot.py [FOLDER]     docs/pictures unless told otherwise; `make screenshot` does the same
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright, expect

ROOT = Path(__file__).parents[1]
CHROMIUM = "/usr/bin/chromium"
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


async def main(folder: Path) -> None:
    """Start the bot, play the first story, take the pictures."""
    with tempfile.TemporaryDirectory() as place:
        config = Path(place) / "config"
        config.mkdir()
        shipped = (ROOT / "config" / "orchard.toml").read_text("utf-8").replace("port = 8080", "port = 0")
        (config / "orchard.toml").write_text(shipped, encoding="utf-8")
        (config / "code_of_conduct.toml").write_bytes((ROOT / "config" / "code_of_conduct.toml").read_bytes())
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "orchard_bot.cli", "run", "--config", str(config / "orchard.toml")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert bot.stdout is not None
        said = (await bot.stdout.readline()).decode()
        address = re.findall(r"http://\S+", said)[0]
        try:
            await picture(address, folder)
        finally:
            bot.terminate()
            await bot.wait()


async def picture(address: str, folder: Path) -> None:
    """The first story, as far as a decision waits for the moderator."""
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800}, device_scale_factor=1.5)
        await page.goto(f"{address}/sandbox/")
        await report(page)
        await page.locator('[data-person="amira"] [data-tab="private"]').click()
        await expect(page.locator('[data-person="amira"][data-pane="private"]')).to_contain_text("Case 1")
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=str(folder / "sandbox.png"))
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.goto(f"{address}/sandbox/")
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=str(folder / "sandbox-phone.png"))
        await browser.close()


async def report(page: Page) -> None:
    """Priya reports Tomasz's last message in confidence."""
    priya = page.locator('[data-person="priya"]')
    message = priya.locator('[data-pane="group"] [data-message]').last
    await message.locator("summary").click()
    await message.get_by_role("button", name="Report").click()
    await priya.locator('[data-tab="private"]').click()
    private = page.locator('[data-person="priya"][data-pane="private"]')
    for label in ("Tell the moderators", "Not sure"):
        await private.locator("[data-choice]", has_text=label).last.click()
    await expect(private).to_contain_text("code")


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    chosen.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(chosen))
