"""Files that people send: named in the event, and fetched when the core asks for them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchard_bot.chat.events import Attachment, MessagePosted
from orchard_bot.chat.platform import HasFiles
from orchard_bot.errors import Gone, NotAllowed, Unavailable
from tests.adapters.telegram.fake.faults import Fault
from tests.adapters.telegram.line import Line, events, line

LETTER = b"%PDF-1.7 letter"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Line]:
    async with line(tmp_path) as found:
        await found.platform.start()
        found.telegram.forget_updates(found.bot)
        yield found


async def sent(here: Line, data: bytes = LETTER, caption: str = "") -> MessagePosted:
    content = b64encode(data).decode()
    here.telegram.document(here.anna, here.bot, "letter.pdf", content, "application/pdf", caption)
    (event,) = await events(here.platform, MessagePosted)
    return event


async def test_a_file_is_named_in_the_event_and_fetched_on_demand(here: Line) -> None:
    assert isinstance(here.platform, HasFiles)
    event = await sent(here, caption="/newsletter")
    (attachment,) = event.attachments
    assert (attachment.name, attachment.kind, attachment.size) == ("letter.pdf", "application/pdf", len(LETTER))
    assert (event.text, event.private) == ("/newsletter", True)
    assert await here.platform.fetch(attachment, 100) == LETTER


async def test_a_photo_in_the_group_is_fetched_in_its_largest_size(here: Line) -> None:
    here.telegram.photo(here.anna, here.group, "Look", b64encode(LETTER).decode())
    (event,) = await events(here.platform, MessagePosted)
    (photo,) = event.pictures
    assert (event.text, photo.size) == ("Look", len(LETTER))
    assert await here.platform.fetch(photo, 100) == LETTER


async def test_a_file_that_is_larger_than_was_asked_for_is_not_fetched(here: Line) -> None:
    (attachment,) = (await sent(here)).attachments
    with pytest.raises(NotAllowed):
        await here.platform.fetch(attachment, 3)


async def test_a_file_that_is_too_large_for_a_bot(here: Line) -> None:
    (attachment,) = (await sent(here, b"x")).attachments
    here.telegram.state.files[attachment.id] = bytes(20 * 1024 * 1024 + 1)
    with pytest.raises(NotAllowed):
        await here.platform.fetch(attachment, 30_000_000)


async def test_a_file_that_telegram_has_no_more(here: Line) -> None:
    with pytest.raises(Gone):
        await here.platform.fetch(Attachment(id="nothing"), 100)


async def test_telegram_not_answering_is_worth_another_try(here: Line) -> None:
    (attachment,) = (await sent(here)).attachments
    here.telegram.arm([Fault("server_error", "getFile")])
    with pytest.raises(Unavailable):
        await here.platform.fetch(attachment, 100)
