"""Updates: which come, in which shape, how they are confirmed, and who may ask for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, TelegramObject, Update
from telegram.error import Conflict

from tests.adapters.telegram.fake.conftest import Cast
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.queue import KINDS

PROMPTLY = 10.0
"""Seconds: a safety net, never a measurement."""


async def test_what_is_not_confirmed_comes_again(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    for text in "abc":
        telegram.post(cast.anna, cast.group, text)
    first = await bot.get_updates(limit=2)
    assert [update.to_dict() for update in await bot.get_updates(limit=2)] == [update.to_dict() for update in first]
    (third,) = await bot.get_updates(offset=first[-1].update_id + 1)
    assert third.message is not None
    assert third.message.text == "c"
    assert await bot.get_updates(offset=third.update_id + 1) == ()
    assert telegram.pending(cast.card.id) == 0


async def test_a_negative_offset_forgets_all_but_the_last(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    for text in "abc":
        telegram.post(cast.anna, cast.group, text)
    assert [update.effective_message.text for update in await bot.get_updates(offset=-1)] == ["c"]  # type: ignore[union-attr]
    assert telegram.pending(cast.card.id) == 1


async def test_updates_are_kept_for_a_day(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.post(cast.anna, cast.group, "old")
    telegram.advance(12 * 3600)
    telegram.post(cast.anna, cast.group, "young")
    telegram.advance(12 * 3600)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "young"


async def test_a_long_poll_ends_with_news_or_with_its_time(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    async with asyncio.timeout(PROMPTLY), asyncio.TaskGroup() as tasks:
        quiet = tasks.create_task(bot.get_updates(timeout=30))
        await telegram.until_polled(cast.card.id)
        telegram.advance(30)
        assert await quiet == ()
        news = tasks.create_task(bot.get_updates(timeout=30))
        await telegram.until_polled(cast.card.id)
        telegram.post(cast.anna, cast.group, "hello")
        assert len(await news) == 1


async def test_a_second_poller_ends_the_first(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    other = Bot(cast.card.token, base_url=f"{telegram.address}/bot")
    async with other, asyncio.timeout(PROMPTLY), asyncio.TaskGroup() as tasks:
        first = tasks.create_task(_conflict(bot))
        await telegram.until_polled(cast.card.id)
        second = tasks.create_task(other.get_updates(timeout=30))
        assert await first == (
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        telegram.post(cast.anna, cast.group, "hello")
        assert len(await second) == 1


async def test_a_webhook_and_polling_exclude_each_other(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    async with asyncio.timeout(PROMPTLY), asyncio.TaskGroup() as tasks:
        polling = tasks.create_task(_conflict(bot))
        await telegram.until_polled(cast.card.id)
        await bot.set_webhook("http://127.0.0.1:9/hook")
        assert await polling == "Conflict: terminated by setWebhook request"
    with pytest.raises(Conflict, match=r"can't use getUpdates method while webhook is active; use deleteWebhook"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_memberships_and_reactions_come_only_when_asked_for(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    def something_happens() -> None:
        message = telegram.post(cast.anna, cast.group, "hello")
        telegram.react(cast.ben, cast.group, message.id, "👍")
        telegram.leave(cast.ben, cast.group)
        telegram.join(cast.ben, cast.group)

    async def kinds() -> list[str]:
        updates = await bot.get_updates()
        await bot.get_updates(offset=updates[-1].update_id + 1)
        return [kind for update in updates for kind in update.to_dict() if kind != "update_id"]

    something_happens()
    assert await kinds() == ["message", "message", "message"]
    await bot.get_updates(allowed_updates=["message", "chat_member", "message_reaction"])
    something_happens()
    assert await kinds() == [
        *("message", "message_reaction", "chat_member", "message", "chat_member", "message"),
    ]
    await bot.get_updates(allowed_updates=[])
    something_happens()
    assert set(await kinds()) == {"message"}


async def test_the_fake_knows_the_kinds_that_the_library_knows() -> None:
    assert set(Update.ALL_TYPES) <= set(KINDS)


async def test_privacy_mode_hides_what_is_not_for_the_bot(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.demote(cast.group, cast.card.id)
    telegram.forget_updates(cast.card.id)
    sent = await bot.send_message(cast.group, "hello")
    telegram.post(cast.anna, cast.group, "not for the bot")
    telegram.post(cast.anna, cast.group, "/rules@other_bot")
    heard = ["/rules", "/rules@Orchard_Bot please"]
    for text in heard:
        telegram.post(cast.anna, cast.group, text)
    telegram.post(cast.anna, cast.group, "thanks", reply_to=sent.message_id)
    texts = [update.message.text for update in await bot.get_updates() if update.message]
    assert texts == [*heard, "thanks"]
    telegram.set_privacy(cast.card.id, on=False)
    telegram.post(cast.anna, cast.group, "for everybody")
    assert (await bot.get_updates())[-1].message.text == "for everybody"  # type: ignore[union-attr]


async def test_bots_do_not_hear_each_other(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    other = telegram.add_bot("Other", "other_bot")
    telegram.add_to(cast.group, other.id)
    telegram.promote(cast.group, other.id)
    await bot.send_message(cast.group, "hello")
    assert telegram.waiting(other.id)[-1].get("message", {}).get("text") is None


async def test_every_update_survives_the_library_without_loss(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    await bot.get_updates(allowed_updates=list(KINDS))
    everything_happens(telegram, cast)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])
    await bot.send_message(cast.anna, "?", reply_markup=keyboard)
    telegram.press(cast.anna, cast.card.id, "Yes")
    raw = telegram.waiting(cast.card.id)
    assert {kind for update in raw for kind in update} >= {
        *("message", "edited_message", "channel_post", "callback_query", "my_chat_member", "chat_member"),
        *("chat_join_request", "message_reaction"),
    }
    for update in raw:
        read = Update.de_json(update, bot)
        assert _missing(update, read.to_dict()) == []
        assert _unknown(read) == []


def everything_happens(telegram: FakeTelegram, cast: Cast) -> None:
    anna, group = cast.anna, cast.group
    telegram.start(anna, cast.card.id, "payload-1")
    first = telegram.post(anna, group, "/report 🧥 @orchard_bot #now https://example.org")
    telegram.post(cast.ben, group, "answer", reply_to=first.id)
    telegram.edit(anna, group, first.id, "changed")
    telegram.album(anna, group, ["trip", ""])
    telegram.pin(cast.olga, group, first.id)
    shy = telegram.add_user("Shy", "Person", hides_forwards=True)
    telegram.join(shy, group)
    hidden = telegram.post(shy, group, "who am I?")
    channel = telegram.add_channel("School news", cast.olga, linked_group=group)
    telegram.add_to(channel, cast.card.id)
    telegram.promote(channel, cast.card.id)
    news = telegram.channel_post(channel, "Sports day")
    for source, message in ((group, hidden.id), (channel, news.id), (group, first.id)):
        telegram.forward(cast.olga, group, source, message)
    telegram.promote(group, cast.olga, anonymous=True)
    spoken = telegram.post(cast.olga, group, "As the group", anonymously=True)
    telegram.forward(anna, group, group, spoken.id)
    telegram.post(cast.olga, group, "As the channel", as_channel=channel)
    forum = telegram.add_group("Forum", cast.olga, forum=True)
    telegram.add_to(forum, cast.card.id)
    telegram.promote(forum, cast.card.id)
    topic = telegram.add_topic(forum, "Trips")
    telegram.post(cast.olga, forum, "in the topic", thread=topic)
    telegram.react(anna, group, first.id, "👍")
    zoe = telegram.add_user("Zoe")
    telegram.request_to_join(zoe, group, "Mum of Kim")
    telegram.answer_request(group, zoe, cast.olga, admit=True)
    telegram.restrict(group, zoe, ["can_send_messages"], until=int(telegram.now().timestamp()) + 3600)
    telegram.remove(group, zoe)
    basic = telegram.add_group("Basic", cast.olga, kind="group")
    telegram.add_to(basic, cast.card.id)
    telegram.migrate(basic, with_membership=True)
    telegram.block(anna, cast.card.id)
    telegram.unblock(anna, cast.card.id)


async def _conflict(bot: Bot) -> str:
    with pytest.raises(Conflict) as refused:
        await bot.get_updates(timeout=30)
    return str(refused.value)


def _missing(raw: Any, read: Any, path: str = "") -> list[str]:
    """What the server said and the library's object does not."""
    if isinstance(raw, dict):
        return [gap for name in raw for gap in _missing(raw[name], read.get(name), f"{path}.{name}")]
    if isinstance(raw, list):
        pairs = zip(raw, read or [None] * len(raw), strict=True)
        return [gap for number, pair in enumerate(pairs) for gap in _missing(*pair, f"{path}[{number}]")]
    return [] if raw == read else [path]


def _unknown(read: Any) -> list[str]:
    """What the library has no name for."""
    if isinstance(read, list | tuple):
        return [name for each in read for name in _unknown(each)]
    if not isinstance(read, TelegramObject):
        return []
    names = {slot for kind in type(read).__mro__ for slot in getattr(kind, "__slots__", ()) if slot[0] != "_"}
    inside = [name for slot in sorted(names - {"api_kwargs"}) for name in _unknown(getattr(read, slot, None))]
    return [*read.api_kwargs, *inside]
