"""The page in a real browser: live, by keyboard alone, on a phone, and without JavaScript."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from orchard_sandbox import SandboxPlatform

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
LAPTOP, PHONE = (1280, 800), (390, 844)

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(), reason=f"No browser: {CHROMIUM} is not installed (apt install chromium)."
    ),
]

SmallBot: TypeAlias = Callable[[SandboxPlatform], Coroutine[Any, Any, None]]
Visit: TypeAlias = Callable[..., AbstractAsyncContextManager[Page]]


async def _inside(_request: object) -> PlainTextResponse:
    return PlainTextResponse("Nothing is waiting to be sent.")


@asynccontextmanager
async def _served(platform: SandboxPlatform, small_bot: SmallBot) -> AsyncIterator[str]:
    """The page on a port of its own, with the small bot behind it. Gives the page's address."""
    app = Starlette(routes=[Mount("/sandbox", platform.web()), Route("/inside", _inside)])
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="off"))
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=[listening]))
        bot = tasks.create_task(small_bot(platform))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/sandbox/"
        finally:
            bot.cancel()
            await platform.stop()
            server.should_exit = True
            await serving
            listening.close()


@asynccontextmanager
async def _opened(
    chromium: Browser, address: str, size: tuple[int, int], complaints: list[str], **context: Any
) -> AsyncIterator[Page]:
    """The page in a window of its own. What the console says against it goes to ``complaints``."""

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    window = await chromium.new_context(viewport={"width": size[0], "height": size[1]}, **context)
    page = await window.new_page()
    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    yield page
    await window.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def platform() -> SandboxPlatform:
    """On the real clock: the browser keeps no other."""
    return SandboxPlatform("main", {})


@pytest.fixture
def visit(chromium: Browser, platform: SandboxPlatform, small_bot: SmallBot) -> Visit:
    """Serve the page, open it in a browser, and see to it that the console stays empty."""

    @asynccontextmanager
    async def visiting(
        query: str = "", *, size: tuple[int, int] = LAPTOP, silent: bool = True, **context: Any
    ) -> AsyncIterator[Page]:
        complaints: list[str] = []
        async with (
            _served(platform, small_bot) as address,
            _opened(chromium, f"{address}?{query}", size, complaints, **context) as page,
        ):
            yield page
        assert not silent or complaints == []

    return visiting


def _chat(person: str, pane: str) -> str:
    return f'[data-pane="{pane}"][data-person="{person}"]'


async def _say(page: Page, person: str, pane: str, text: str) -> None:
    await page.locator(f"{_chat(person, pane)} textarea").fill(text)
    await page.keyboard.press("Enter")


async def test_a_message_appears_on_the_other_phones_at_once(visit: Visit) -> None:
    async with visit() as page:
        await _say(page, "priya", "group", "See you at the gate")
        for person in ("priya", "tomasz"):
            last = page.locator(f"{_chat(person, 'group')} [data-text]").last
            await expect(last).to_have_text("See you at the gate")
        await expect(page.locator(f"{_chat('priya', 'group')} textarea")).to_have_value("")


async def test_what_happens_elsewhere_leaves_focus_drafts_and_scrolling_alone(
    visit: Visit, platform: SandboxPlatform
) -> None:
    async with visit() as page:
        box = page.locator(f"{_chat('tomasz', 'group')} textarea")
        await box.fill("half a thou")
        log = page.locator(f"{_chat('tomasz', 'group')} [role=log]")
        await log.evaluate("log => { log.scrollTop = 0; log.dispatchEvent(new Event('scroll')); }")
        platform.scene.world.post("priya", platform.scene.group, "Anything new?")
        await expect(page.locator(f"{_chat('tomasz', 'group')} [data-text]").last).to_have_text("Anything new?")
        await expect(box).to_be_focused()
        await expect(box).to_have_value("half a thou")
        assert await log.evaluate("log => log.scrollTop") == 0
        reader = page.locator(f"{_chat('priya', 'group')} [role=log]")
        assert await reader.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 2


async def test_the_bots_answer_comes_by_itself_and_its_button_can_be_pressed(
    visit: Visit, platform: SandboxPlatform
) -> None:
    async with visit("private=priya,amira") as page:
        await page.locator(f'{_chat("priya", "private")} [data-command="/rules"]').click()
        button = page.locator(f'{_chat("priya", "private")} [data-choice="kind"]')
        await expect(button).to_have_text("Being kind")
        await button.click()
        await expect(button).to_be_visible()
        async with asyncio.timeout(20):
            while not platform.scene.diary.seen["ChoiceMade"]:
                await platform.scene.changes.after(platform.scene.changes.version, 20)


async def test_a_report_is_seen_by_its_author_alone_and_goes_on_in_private(visit: Visit) -> None:
    async with visit("show=priya,tomasz,amira") as page:
        message = page.locator(f'{_chat("priya", "group")} [data-side="theirs"]').last
        await message.locator("summary").click()
        await message.get_by_role("button", name="Report").click()
        await expect(page.locator(f"{_chat('priya', 'group')} [data-only-me]").first).to_be_visible()
        tab = page.locator("#phone-priya [data-tab=private]")
        await expect(tab.locator("[data-unread]")).to_be_visible()
        await expect(page.locator("#phone-tomasz [data-only-me]")).to_have_count(0)
        await expect(page.locator("#phone-tomasz [data-text]", has_text="/report")).to_have_count(0)
        await tab.click()
        await expect(page.locator(f"{_chat('priya', 'private')} [data-side=bot] [data-text]")).to_be_visible()
        await expect(tab.locator("[data-unread]")).to_have_count(0)


async def test_everything_can_be_done_with_the_keyboard_alone(visit: Visit, platform: SandboxPlatform) -> None:
    async with visit("show=priya,amira") as page:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the phones")).to_be_focused()
        await page.keyboard.press("Enter")
        names = []
        for _ in range(60):
            await page.keyboard.press("Tab")
            names.append(await page.evaluate("document.activeElement.id || document.activeElement.dataset.key || ''"))
            if names[-1] == "text-priya-group":
                break
        assert names[-1] == "text-priya-group"
        await page.keyboard.type("First line")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("second line")
        await page.keyboard.press("Enter")
        mine = page.locator(f'{_chat("priya", "group")} [data-side="mine"]').last
        await expect(mine.locator("[data-text]")).to_have_text("First line\nsecond line")
        await expect(page.locator("#text-priya-group")).to_be_focused()

        await mine.locator("summary").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await expect(mine.get_by_role("link", name="Edit")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#text-priya-group")).to_be_focused()
        await expect(page.locator("#text-priya-group")).to_have_value("First line\nsecond line")
        await page.keyboard.press("Escape")
        await expect(page.locator("#text-priya-group")).to_have_value("")


async def test_the_focus_can_be_seen_and_never_gets_stuck(visit: Visit) -> None:
    async with visit("show=priya,amira&panel=faults&story=rules") as page:
        stops: list[str] = []
        for _ in range(150):
            await page.keyboard.press("Tab")
            where, outline = await page.evaluate(
                "[document.activeElement.outerHTML.slice(0, 200), getComputedStyle(document.activeElement).outlineStyle]"
            )
            if where.startswith("<body"):
                break
            assert outline != "none", where
            stops.append(where)
        assert len(stops) < 150
        assert len(stops) > 40


async def test_everything_has_a_name_for_a_screen_reader(visit: Visit) -> None:
    async with visit("show=priya,grace,amira&panel=bot&private=amira") as page:
        unnamed = await page.evaluate(
            """() => [...document.querySelectorAll('button, a[href], select, textarea, summary, iframe, [role=log], section')]
                .filter(each => each.checkVisibility())
                .filter(each => !(each.getAttribute('aria-label') || each.title || each.labels?.[0]?.textContent.trim()
                    || document.getElementById(each.getAttribute('aria-labelledby'))?.textContent.trim()
                    || (each.nodeName !== 'SECTION' && each.textContent.trim())))
                .map(each => each.outerHTML.slice(0, 200))"""
        )
        assert unnamed == []
        await expect(page.get_by_role("main")).to_be_visible()
        await expect(page.get_by_role("region", name="Priya Nair’s phone")).to_be_visible()
        log = page.get_by_role("log", name="Class group, as Priya Nair sees it")
        await expect(log).to_have_attribute("aria-live", "polite")
        await expect(page.get_by_role("textbox", name="Message to the class group, as Priya Nair")).to_be_visible()
        await expect(page.get_by_role("button", name="Join the group as Grace Okafor")).to_be_visible()
        await expect(page.get_by_role("complementary", name="What the bot sees and does")).to_be_visible()
        assert await page.evaluate(
            "new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"
        ) == await page.evaluate("document.querySelectorAll('[id]').length")


async def test_a_screen_reader_follows_the_phone_in_use_only(visit: Visit) -> None:
    async with visit("show=priya,tomasz,amira") as page:
        await page.locator("#text-priya-group").focus()
        await expect(page.locator(f"{_chat('priya', 'group')} [role=log]")).to_have_attribute("aria-live", "polite")
        await expect(page.locator(f"{_chat('tomasz', 'group')} [role=log]")).to_have_attribute("aria-live", "off")
        await _say(page, "priya", "group", "hello")
        await expect(page.locator(f"{_chat('tomasz', 'group')} [data-text]").last).to_have_text("hello")
        await expect(page.locator(f"{_chat('tomasz', 'group')} [role=log]")).to_have_attribute("aria-live", "off")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_all_text_stands_out_from_its_ground(visit: Visit, scheme: str) -> None:
    """WCAG 2.2 AA, 1.4.3: 4.5 to 1 for text, measured against the nearest ground that is painted."""
    query = "show=priya,grace,hannah,amira&private=amira,hannah&panel=faults&story=report"
    async with visit(query, color_scheme=scheme) as page:
        await page.locator(f"{_chat('priya', 'group')} summary").last.click()
        await page.get_by_role("button", name="Arm Slow platform").click()
        await expect(page.locator("[data-armed]")).to_be_visible()
        poor = await page.evaluate(CONTRAST)
        assert poor == []


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const ground = node => { for (; node; node = node.parentElement) {
    const colour = rgba(getComputedStyle(node).backgroundColor); if (colour[3] === 255) return colour; } return [255, 255, 255]; };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.nodeValue.trim());
    if (!own || !node.checkVisibility({ visibilityProperty: true }) || node.closest('.vh, option, .skip')) continue;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    let ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${node.outerHTML.slice(0, 120)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("query", ["", "panel=faults&story=report", "show=grace,amira&private=amira&panel=bot"])
async def test_on_a_phone_nothing_is_wider_than_the_screen(visit: Visit, query: str) -> None:
    async with visit(query, size=PHONE, has_touch=True) as page:
        await expect(page.locator("[data-tab]").first).to_be_visible()
        wide = await page.evaluate(
            """() => [...document.querySelectorAll('body *')]
                .filter(e => e.checkVisibility() && !e.closest('.phones, .people, .stories, .vh, .skip'))
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)
                .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert wide == []
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        phones = await page.locator("section.phone").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().left >= 0 && e.getBoundingClientRect().right <= innerWidth).length"
        )
        assert phones == 1


async def test_on_a_phone_another_phone_is_picked_by_name(visit: Visit) -> None:
    async with visit(size=PHONE, has_touch=True, reduced_motion="reduce") as page:
        await page.locator('[data-take-out="grace"]').click()
        await expect(page.get_by_role("button", name="Join the group as Grace Okafor")).to_be_in_viewport(ratio=1)
        await page.locator('[data-take-out="priya"]').click()
        await expect(page.locator("#text-priya-group")).to_be_in_viewport(ratio=1)


async def test_three_phones_fit_on_a_laptop_and_a_moderators_stays_in_sight(visit: Visit) -> None:
    async with visit("show=priya,tomasz,amira") as page:
        for person in ("priya", "tomasz", "amira"):
            await expect(page.locator(f"#phone-{person}")).to_be_in_viewport(ratio=0.99)
    async with visit("show=priya,tomasz,hannah,grace,amira") as page:
        await expect(page.locator("#phone-amira")).to_be_in_viewport(ratio=0.99)


async def test_with_reduced_motion_nothing_moves(visit: Visit) -> None:
    async with visit(reduced_motion="reduce") as page:
        await _say(page, "priya", "group", "hello")
        await expect(page.locator(f"{_chat('tomasz', 'group')} [data-text]").last).to_have_text("hello")
        assert await page.evaluate("document.getAnimations().length") == 0


async def test_without_javascript_messages_are_posted_and_menus_work(visit: Visit) -> None:
    async with visit("show=priya,amira&private=amira", java_script_enabled=False) as page:
        await page.locator("#text-priya-group").fill("By hand")
        await page.locator(f"{_chat('priya', 'group')} [data-send]").click()
        mine = page.locator(f'{_chat("priya", "group")} [data-side="mine"]').last
        await expect(mine.locator("[data-text]")).to_have_text("By hand")
        await mine.locator("summary").click()
        await mine.get_by_role("link", name="Edit").click()
        await page.locator("#text-priya-group").fill("By two hands")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator(f"{_chat('priya', 'group')} [data-text]").last).to_have_text("By two hands")
        await page.locator("#phone-priya [data-tab=private]").click()
        await page.locator(f'{_chat("priya", "private")} [data-command="/help"]').click()
        await expect(page.locator(f"{_chat('priya', 'private')} [data-text]").last).to_have_text("/help")


async def test_a_book_pasted_into_the_box_is_refused_in_plain_words(visit: Visit) -> None:
    async with visit() as page:
        await page.locator("#text-priya-group").evaluate(
            """box => { const data = new DataTransfer(); data.setData('text/plain', 'x'.repeat(100000));
                box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); }"""
        )
        await expect(page.get_by_role("alert")).to_contain_text("100,000 characters")
        await expect(page.locator("#text-priya-group")).to_have_value("")


async def test_a_refused_message_stays_in_the_box(visit: Visit) -> None:
    async with visit(silent=False) as page:
        await _say(page, "priya", "group", "word " * 900)
        await expect(page.get_by_role("alert")).to_contain_text("4,499 characters")
        await expect(page.locator("#text-priya-group")).to_have_value("word " * 900)
        await _say(page, "priya", "group", "shorter")
        await expect(page.get_by_role("alert")).to_be_empty()


async def test_the_tour_puts_words_in_the_box_and_the_panels_open_beside_the_phones(visit: Visit) -> None:
    async with visit() as page:
        await page.locator('[data-story="swear"]').click()
        await expect(page.get_by_role("heading", name="Swear, and see what happens")).to_be_focused()
        await expect(page.locator("#text-tomasz-group")).to_have_value(
            "Who took the PE kit home AGAIN. This is bullsh1t."
        )
        await page.get_by_role("link", name="Faults").click()
        await expect(page.get_by_role("heading", name="Make something go wrong")).to_be_focused()
        await page.get_by_role("button", name="Cut it now").click()
        await page.locator("#panel-faults").get_by_role("link", name="Close").click()
        await expect(page.locator("[data-panel]")).to_have_count(0)
        await expect(page.locator("#text-tomasz-group")).to_have_value(
            "Who took the PE kit home AGAIN. This is bullsh1t."
        )


async def test_the_cores_own_page_is_offered_where_there_is_one(visit: Visit) -> None:
    async with visit() as page:
        await page.get_by_role("link", name="Outbox and cases").click()
        frame = page.frame_locator("iframe.inside")
        await expect(frame.get_by_text("Nothing is waiting to be sent.")).to_be_visible()
        await _say(page, "priya", "group", "hello")
        await expect(page.locator(f"{_chat('tomasz', 'group')} [data-text]").last).to_have_text("hello")
        await expect(page.get_by_role("link", name="Outbox and cases")).to_be_visible()


async def test_another_platform_changes_the_page_without_a_reload(visit: Visit) -> None:
    async with visit("private=priya,amira") as page:
        await page.locator("#profile").select_option("signal")
        await page.get_by_role("button", name="Switch").click()
        await expect(page.locator("#profile")).to_have_value("signal")
        await page.get_by_role("button", name="Reset").click()
        await expect(page.locator("#profile")).to_have_value("signal")
