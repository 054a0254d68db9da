"""The page as a browser without JavaScript gets it: links, forms, and a page after each."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.steps import SendFile, SendPrivately, SendToGroup, ShowInGroup
from orchard_bot.testing.fake_clock import FakeClock
from orchard_sandbox import SandboxPlatform
from orchard_sandbox.fault_panel import FAULTS
from orchard_sandbox.scene import Scene

ORIGIN = "http://127.0.0.1:8080"
TWO = (Choice("yes", "Yes, please", 1), Choice("no", "Not now", 2))


def _pane(page: httpx.Response, person: str, pane: str) -> str:
    """The HTML of one chat on one phone."""
    start = page.text.index(f'data-person="{person}" data-pane="{pane}"')
    end = re.search(r'data-pane="|</section>', page.text[start + 60 :])
    assert end is not None
    return page.text[start : start + 60 + end.start()]


def _texts(page: httpx.Response, person: str, pane: str) -> list[str]:
    found = re.findall(r"data-text>(.*?)</p>", _pane(page, person, pane), re.DOTALL)
    return [unescape(re.sub(r"</?a[^>]*>", "", each)) for each in found]


async def _do(browser: httpx.AsyncClient, act: str, person: str, **fields: str) -> httpx.Response:
    return await browser.post(f"/acts/{act}", data={"person": person, **fields})


def _last(scene: Scene, person: str = "priya", pane: str = "group") -> str:
    return str(scene.messages(person, pane)[-1].ref)


async def test_the_page_shows_two_parents_and_a_moderator_in_the_middle_of_a_conversation(
    browser: httpx.AsyncClient,
) -> None:
    page = await browser.get("/")
    assert page.status_code == 200
    assert re.findall(r'<section class="phone[^>]*data-person="(\w+)"', page.text) == ["priya", "tomasz", "amira"]
    assert len(_texts(page, "priya", "group")) == 6
    assert page.text.count("data-story=") == 5


async def test_a_message_in_the_group_is_on_every_members_phone(browser: httpx.AsyncClient) -> None:
    page = await _do(
        browser, "post", "priya", text="See you at the gate", pane="group", state="show=priya,hannah,grace"
    )
    assert page.status_code == 200
    assert _texts(page, "priya", "group")[-1] == _texts(page, "hannah", "group")[-1] == "See you at the gate"
    assert _texts(page, "grace", "group") == []


async def test_a_screenshot_is_on_every_members_phone_and_the_bot_may_fetch_it(
    browser: httpx.AsyncClient, scene: Scene
) -> None:
    page = await browser.post("/acts/picture", data={"person": "tomasz", "pane": "group"})
    assert page.status_code == 200
    assert page.text.count('alt="A screenshot of a message from Mrs Webb on ClassDojo"') > 1
    (posted,) = [one for one in scene.messages("priya", "group") if one.pictures]
    assert (await browser.get("/static/screenshot.png")).content == scene.world.file(posted.pictures[0])


async def test_a_private_message_is_on_its_authors_phone_alone(browser: httpx.AsyncClient, scene: Scene) -> None:
    page = await _do(browser, "post", "priya", text="for Orchard only", pane="private")
    assert _texts(page, "priya", "private") == ["for Orchard only"]
    assert page.text.count("for Orchard only</p>") == 1
    assert scene.world.inbox("tomasz") == []


async def test_what_the_platform_shows_to_one_member_alone_is_labelled_and_nobody_else_has_it(
    browser: httpx.AsyncClient, platform: SandboxPlatform, scene: Scene
) -> None:
    await platform.start()
    await platform.perform(
        ShowInGroup(key="k", chat=scene.group, person=scene.world.person_ref("priya"), text="just for you", choices=TWO)
    )
    page = await browser.get("/")
    assert "Only you can see this" in _pane(page, "priya", "group")
    assert "just for you" in _texts(page, "priya", "group")
    assert "just for you" not in _texts(page, "tomasz", "group")


async def test_a_command_in_the_group_stays_with_who_typed_it(browser: httpx.AsyncClient) -> None:
    page = await _do(browser, "post", "priya", say="/report", text="a draft", pane="group")
    assert _texts(page, "priya", "group")[-1] == "/report"
    assert "/report" not in _texts(page, "tomasz", "group")


async def test_reporting_a_message_answers_it_with_the_command(browser: httpx.AsyncClient, scene: Scene) -> None:
    about = _last(scene)
    await _do(browser, "report", "priya", message=about)
    sent = scene.messages("priya", "group")[-1]
    assert (sent.text, str(sent.reply_to)) == ("/report", about)


async def test_a_message_can_be_answered_changed_and_deleted_by_its_author(
    browser: httpx.AsyncClient, scene: Scene
) -> None:
    about = _last(scene)
    page = await browser.get("/", params={"reply": f"priya:{about}"})
    assert "Answering" in _pane(page, "priya", "group")
    page = await _do(browser, "post", "priya", text="Oh dear", reply=about, state=f"reply=priya:{about}")
    assert "Answering" not in page.text
    assert "<blockquote>" in _pane(page, "priya", "group")

    mine = _last(scene)
    page = await browser.get("/", params={"edit": f"priya:{mine}"})
    assert re.search(r"<textarea[^>]*>\nOh dear</textarea>", _pane(page, "priya", "group"))
    page = await _do(browser, "edit", "priya", text="Oh well", edit=mine, state=f"edit=priya:{mine}")
    assert _texts(page, "tomasz", "group")[-1] == "Oh well"
    assert "edited" in _pane(page, "tomasz", "group")

    page = await _do(browser, "delete", "priya", message=mine)
    assert "Oh well" not in page.text


async def test_nobody_can_change_anothers_message_but_a_moderator_can_delete_it(
    browser: httpx.AsyncClient, scene: Scene
) -> None:
    theirs = _last(scene)
    page = await browser.get("/", params={"edit": f"priya:{theirs}"})
    assert "Changing your message" not in page.text
    refused = await _do(browser, "edit", "priya", text="I am lovely", edit=theirs)
    assert (refused.status_code, "Only its author can edit" in refused.text) == (409, True)
    assert (await _do(browser, "delete", "priya", message=theirs)).status_code == 409
    assert (await _do(browser, "delete", "amira", message=theirs)).status_code == 200
    assert (await _do(browser, "delete", "amira", message=theirs)).status_code == 409


async def test_an_edit_to_nothing_is_refused(browser: httpx.AsyncClient, scene: Scene) -> None:
    await _do(browser, "post", "priya", text="Hello")
    refused = await _do(browser, "edit", "priya", text="  ", edit=_last(scene))
    assert "Delete it instead" in refused.text


async def test_forwarding_opens_the_private_chat_with_the_message_in_it(
    browser: httpx.AsyncClient, scene: Scene
) -> None:
    page = await _do(browser, "forward", "priya", message=_last(scene), state="show=priya&private=")
    assert "Forwarded from" in _pane(page, "priya", "private")
    assert not re.search(r'data-person="priya" data-pane="private"\s+hidden', page.text)


async def test_a_button_is_pressed_for_the_person_and_an_old_one_says_that_it_is_gone(
    browser: httpx.AsyncClient, platform: SandboxPlatform, scene: Scene
) -> None:
    await platform.start()
    who = scene.world.person_ref("priya")
    await platform.perform(SendPrivately(key="k", account=platform.account, person=who, text="Well?", choices=TWO))
    assert 'data-choice="yes"' in _pane(await browser.get("/"), "priya", "private")
    message = _last(scene, "priya", "private")
    before = len(scene.world.pending)
    assert (await _do(browser, "press", "priya", message=message, choice="yes")).status_code == 200
    assert len(scene.world.pending) == before + 1
    gone = await _do(browser, "press", "priya", message=message, choice="maybe")
    assert "no such button" in gone.text
    elsewhere = await _do(browser, "press", "tomasz", message=message, choice="yes")
    assert "not there any more" in elsewhere.text


async def test_where_there_are_no_buttons_the_numbers_of_the_list_are_offered(
    browser: httpx.AsyncClient, platform: SandboxPlatform, scene: Scene
) -> None:
    await browser.post("/profile", data={"profile": "signal"})
    await platform.start()
    who = scene.world.person_ref("priya")
    text = "Well?\n\n1  Yes & no\n12  Not now\n\nReply with a number."
    await platform.perform(SendPrivately(key="k", account=platform.account, person=who, text=text))
    page = await browser.get("/")
    assert re.findall(r'data-number="(\d+)"', _pane(page, "priya", "private")) == ["1", "12"]
    page = await _do(browser, "post", "priya", say="12", pane="private")
    assert "data-number" not in _pane(page, "priya", "private")


async def test_a_newcomer_joins_asks_and_leaves(browser: httpx.AsyncClient, scene: Scene) -> None:
    page = await browser.get("/", params={"show": "grace"})
    assert "Join the group" in _pane(page, "grace", "group")
    await _do(browser, "ask", "grace")
    assert scene.world.person_ref("grace") in scene.world.groups[0].asking
    page = await _do(browser, "join", "grace", state="show=grace")
    assert scene.is_member("grace")
    assert len(_texts(page, "grace", "group")) == 6
    await _do(browser, "leave", "grace")
    assert not scene.is_member("grace")
    assert "not in the group" in (await _do(browser, "post", "grace", text="hello?")).text


async def test_start_is_asked_for_only_where_the_platform_wants_it(browser: httpx.AsyncClient, scene: Scene) -> None:
    page = await browser.get("/", params={"show": "hannah", "private": "hannah"})
    assert "has not opened a chat" in _pane(page, "hannah", "private")
    page = await _do(browser, "start", "hannah", state="show=hannah")
    assert "has not opened a chat" not in _pane(page, "hannah", "private")
    await browser.post("/profile", data={"profile": "matrix"})
    page = await browser.get("/", params={"show": "grace"})
    assert "has not opened a chat" not in _pane(page, "grace", "private")


async def test_who_may_not_post_can_read_and_is_told(browser: httpx.AsyncClient, scene: Scene) -> None:
    scene.world.groups[0].restricted[scene.world.person_ref("tomasz")] = None
    pane = _pane(await browser.get("/"), "tomasz", "group")
    assert "may read here, but not write" in pane
    assert "<textarea" not in pane


async def test_unread_messages_are_marked_until_their_chat_is_open(
    browser: httpx.AsyncClient, platform: SandboxPlatform, scene: Scene
) -> None:
    await platform.start()
    who = scene.world.person_ref("priya")
    await platform.perform(SendPrivately(key="k", account=platform.account, person=who, text="Hello"))
    assert (await browser.get("/")).text.count("1 unread") == 2  # the tab and the picker
    assert "unread" not in (await browser.get("/", params={"private": "priya,amira"})).text
    assert "unread" not in (await browser.get("/")).text


async def test_a_story_puts_a_draft_in_place_and_does_nothing(browser: httpx.AsyncClient, scene: Scene) -> None:
    before = scene.world.version
    page = await browser.get("/", params={"story": "rules", "show": "priya", "private": "priya"})
    assert re.search(r"<textarea[^>]*>\n/rules</textarea>", _pane(page, "priya", "private"))
    assert scene.world.version == before
    page = await _do(
        browser, "post", "priya", text="/rules", pane="private", draft_of="story:rules", state="story=rules&show=priya"
    )
    assert 'data-draft-key="story:' not in page.text
    page = await _do(browser, "post", "priya", text="hi", pane="group", state="story=rules&show=priya")
    assert 'data-draft-key="story:' in page.text


async def test_each_platform_can_be_chosen_and_unknown_ones_are_refused(
    browser: httpx.AsyncClient, scene: Scene
) -> None:
    page = await browser.post("/profile", data={"profile": "signal", "state": "show=joe&panel=bot"})
    assert scene.world.profile.name == "signal"
    assert "Signal cannot mute one member" in page.text
    assert (await browser.post("/profile", data={"profile": "pigeon"})).status_code == 400


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.fields], ids=lambda each: each.id)
async def test_each_fault_shows_while_it_is_armed_and_can_be_switched_off(
    browser: httpx.AsyncClient, scene: Scene, fault: object
) -> None:
    id = getattr(fault, "id", "")
    page = await browser.post("/fault", data={"fault": id, "state": "panel=faults"})
    assert "data-armed" in page.text
    assert page.text.count("armed: ") == 1
    assert scene.world.faults.armed()
    page = await browser.post("/fault", data={"fault": "none", "state": "panel=faults"})
    assert "data-armed" not in page.text
    assert not scene.world.faults.armed()


async def test_the_connection_can_be_cut_and_an_unknown_fault_is_none(browser: httpx.AsyncClient, scene: Scene) -> None:
    await browser.post("/fault", data={"fault": "disconnect"})
    assert scene.world.faults.drops == 1
    assert (await browser.post("/fault", data={"fault": "gremlins"})).status_code == 400


async def test_the_bots_view_lists_kinds_and_keys_but_no_words(
    browser: httpx.AsyncClient, platform: SandboxPlatform, scene: Scene
) -> None:
    await platform.start()
    await platform.perform(SendToGroup(key="rule-card:1", chat=scene.group, text="Canary words"))
    text = (await browser.get("/", params={"panel": "bot", "show": "amira"})).text
    panel = text[text.index("data-panel=") :]
    assert "SendToGroup" in panel
    assert "rule-card:1" in panel
    assert "Canary words" not in panel


async def test_the_cores_own_page_is_shown_in_a_frame_on_request(browser: httpx.AsyncClient) -> None:
    assert 'src="/inside"' in (await browser.get("/", params={"panel": "inside"})).text
    assert "<iframe" not in (await browser.get("/")).text


async def test_a_reset_puts_phones_and_group_back(browser: httpx.AsyncClient, scene: Scene, clock: FakeClock) -> None:
    await _do(browser, "post", "priya", text="a stray word")
    mine = _last(scene)
    clock.advance(1)
    for state in (f"reply=priya:{mine}&show=priya", "show=priya"):
        page = await browser.post("/reset", data={"state": state})
        assert "a stray word" not in page.text
        assert "Answering" not in page.text
        assert len(_texts(page, "priya", "group")) == 6


async def test_hostile_text_and_names_are_shown_and_do_nothing(clock: FakeClock) -> None:
    name = "<img src=x onerror=alert(1)>\u202e" + "x" * 5000
    people = [
        {"id": "ann", "name": "Ann", "moderator": True},
        {"id": "eve", "name": name},
        {"id": "nil", "name": "\u200b"},
    ]
    platform = SandboxPlatform("main", {"people": people}, clock)
    transport = httpx.ASGITransport(platform.web())
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as browser:
        text = '<script>alert(1)</script> **bold** \u202egnp.exe\x00\x1b[31m https://x.example/?a=1&b="2 mailto:office@x.example.'
        await _do(browser, "post", "eve", text=text)
        page = await browser.get("/", params={"show": "ann,eve,nil"})
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert not set("\u202e\x00\x1b") & set(page.text)
    assert "x" * 41 not in page.text
    assert '<a href="mailto:office@x.example" rel="noopener' in page.text
    assert '<a href="https://x.example/?a=1&amp;b=" rel="noopener' in page.text
    assert _texts(page, "ann", "group") == [
        '<script>alert(1)</script> **bold** gnp.exe[31m https://x.example/?a=1&b="2 mailto:office@x.example.'
    ]


@pytest.mark.parametrize("length", [4097, 100_000])
async def test_a_message_that_no_phone_would_send_is_refused_and_kept_from_the_bot(
    browser: httpx.AsyncClient, scene: Scene, length: int
) -> None:
    before = len(scene.world.pending)
    page = await _do(browser, "post", "priya", text="x" * length)
    assert page.status_code == 413
    assert f"That message has {length:,} characters" in page.text
    assert len(scene.world.pending) == before


async def test_the_longest_message_that_a_phone_sends_is_sent(browser: httpx.AsyncClient) -> None:
    assert (await _do(browser, "post", "priya", text="é" * 4096)).status_code == 200


async def test_a_body_beyond_all_measure_is_cut_off(browser: httpx.AsyncClient) -> None:
    page = await _do(browser, "post", "priya", text="x" * 600_000)
    assert (page.status_code, "far more than a phone can send" in page.text) == (413, True)


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/acts/fly", {"person": "priya"}, 400),
        ("/acts/post", {"person": "nobody", "text": "hi"}, 409),
        ("/acts/post", {"person": "priya"}, 409),
        ("/acts/post", {f"field{n}": "x" for n in range(50)}, 400),
        ("/acts/press", {"person": "priya", "message": "nonsense", "choice": "1"}, 409),
    ],
)
async def test_nonsense_is_answered_in_plain_words(
    browser: httpx.AsyncClient, path: str, fields: dict[str, str], status: int
) -> None:
    page = await browser.post(path, data=fields)
    assert page.status_code == status
    assert "Traceback" not in page.text


async def test_a_reset_with_a_body_beyond_all_measure_resets_nothing(browser: httpx.AsyncClient, scene: Scene) -> None:
    before = scene.world
    page = await browser.post("/reset", data={"state": "x" * 600_000})
    assert page.status_code == 413
    assert scene.world is before


async def test_under_a_mount_every_address_has_its_prefix(platform: SandboxPlatform) -> None:
    app = Starlette(routes=[Mount("/sandbox", platform.web())])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as browser:
        page = await browser.get("/sandbox/")
        addresses = re.findall(r'(?:href|src|action|formaction)="([^"#]+)"', page.text)
        assert addresses
        assert all(each.startswith("/sandbox/") for each in addresses)
        done = await browser.post("/sandbox/acts/join", data={"person": "grace", "state": "show=grace"})
        assert (done.status_code, done.headers["location"].split("?")[0]) == (303, "/sandbox/")
        for each in {each for each in addresses if "/static/" in each}:
            assert (await browser.get(each)).status_code == 200


async def test_the_stream_says_when_something_has_changed_and_ends_with_the_bot(
    platform: SandboxPlatform, scene: Scene
) -> None:
    """Read from the application directly, as httpx waits for the end of a stream."""
    first = scene.changes.version
    heard: list[bytes] = []

    async def send(message: dict[str, object]) -> None:
        body = message.get("body", b"")
        assert isinstance(body, bytes)
        heard.append(body)
        if len(heard) == 2:
            scene.world.post("priya", scene.group, "news")
        elif len(heard) == 3:
            await platform.stop()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"host", b"localhost:8080")]
    scope: dict[str, object] = {
        "type": "http",
        "method": "GET",
        "path": "/changes",
        "query_string": b"",
        "headers": headers,
    }
    scope |= {"asgi": {"version": "3.0", "spec_version": "2.4"}, "root_path": "", "http_version": "1.1"}
    await platform.web()(scope, receive, send)
    assert f"data: {first}\n".encode() in heard[1]
    assert heard[2] == f"data: {scene.changes.version}\n\n".encode()


async def test_the_group_can_have_been_silent(clock: FakeClock) -> None:
    platform = SandboxPlatform("main", {"opening_scene": False}, clock)
    transport = httpx.ASGITransport(platform.web())
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as browser:
        assert "Nothing here yet" in _pane(await browser.get("/"), "priya", "group")


async def test_a_file_can_be_downloaded_by_the_one_it_was_sent_to(
    browser: httpx.AsyncClient, scene: Scene, platform: SandboxPlatform
) -> None:
    scene.world.open_chat("priya")
    file = Enclosure("class-dates.ics", "text/calendar", b"BEGIN:VCALENDAR")
    person = scene.world.person("priya").ref
    await platform.start()
    await platform.perform(SendFile(key="f", account=platform.account, person=person, file=file))
    page = await browser.get("/")
    link = 'download="class-dates.ics" href="data:text/calendar;base64,QkVHSU46VkNBTEVOREFS"'
    assert link in _pane(page, "priya", "private")
    assert page.text.count("class-dates.ics</a>") == 1
