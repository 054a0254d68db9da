"""Files that people send are described in the event, and handed over when the core asks for them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from orchard_bot.chat.events import Attachment, MessagePosted
from orchard_bot.chat.platform import HasFiles
from orchard_bot.errors import Gone, NotAllowed, Unavailable
from orchard_signal import SignalPlatform
from tests.adapters.signal.stage import SignalStage, both, on_stage

PICTURE = b"\x89PNG and so on" * 20_000


async def sent(stage: SignalStage, text: str | None = None, *, alone: bool = False) -> MessagePosted:
    """Anna sends a picture, in the group or to the bot."""
    anna = await stage.add_person("anna")
    await stage.platform.start()
    await stage.signal.until_heard()
    stage.signal.send_picture(anna.id, anna.id if alone else stage.chat, PICTURE, text)
    async with asyncio.timeout(20):
        async for batch in stage.platform.batches():
            await batch.acknowledge()
            for event in batch.events:
                if isinstance(event, MessagePosted):
                    return event
    raise AssertionError("nothing came")


@both
async def test_a_picture_is_described_in_the_event_and_fetched_on_demand(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        assert isinstance(stage.platform, HasFiles)
        event = await sent(stage, "Look")
        (picture,) = event.pictures
        assert (event.text, picture.kind, picture.size) == ("Look", "image/png", len(PICTURE))
        assert await stage.platform.fetch(picture, len(PICTURE)) == PICTURE


@both
async def test_a_file_in_private_is_described_too(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        event = await sent(stage, alone=True)
        assert (event.private, len(event.attachments)) == (True, 1)


@both
async def test_a_file_that_is_larger_than_was_asked_for_is_not_handed_over(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        (picture,) = (await sent(stage)).pictures
        with pytest.raises(NotAllowed):
            await stage.platform.fetch(picture, len(PICTURE) - 1)


@both
async def test_a_file_that_is_not_there_any_more(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        await stage.platform.start()
        for nothing in ("nothing.png", "../about"):
            with pytest.raises(Gone):
                await stage.platform.fetch(Attachment(id=nothing), 100)


@both
async def test_a_service_that_is_not_well_is_worth_another_try(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        (picture,) = (await sent(stage)).pictures
        stage.signal.unwell = True
        with pytest.raises(Unavailable):
            await stage.platform.fetch(picture, len(PICTURE))
        stage.signal.unwell, stage.signal.cut_files = False, True
        with pytest.raises(Unavailable):
            await stage.platform.fetch(picture, len(PICTURE))


def test_nothing_is_handed_over_before_the_start(tmp_path: Path) -> None:
    settings = {"transport": "rest", "number": "+447700900999", "url": "http://127.0.0.1:9", "spool": str(tmp_path)}
    with pytest.raises(Unavailable):
        asyncio.run(SignalPlatform("home", settings).fetch(Attachment(id="x"), 9))
