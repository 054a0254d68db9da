"""What people do, and what their phones would not let them do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden

from tests.adapters.telegram.fake.conftest import Cast
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.refusal import NotPossible
from tests.adapters.telegram.fake.views import Seen

IMPOSSIBLE: list[Callable[[FakeTelegram, Cast], object]] = [
    lambda t, c: t.add_group("?", c.olga, kind="channel"),
    lambda t, c: t.add_topic(c.group, "Trips"),
    lambda t, c: t.add_to(c.group, c.anna),
    lambda t, c: t.promote(c.group, t.add_user("Zoe")),
    lambda t, c: t.promote(c.group, c.anna, ["can_fly"]),
    lambda t, c: t.restrict(c.group, c.anna, ["can_fly"]),
    lambda t, c: t.migrate(c.group),
    lambda t, c: t.post(c.anna, c.group, "?", reply_to=99),
    lambda t, c: t.post(c.anna, c.group, "?", reply_to_ephemeral=99),
    lambda t, c: t.post(c.anna, c.group, "?", anonymously=True),
    lambda t, c: t.post(c.anna, -100, "?"),
    lambda t, c: t.post(c.anna, c.ben, "?"),
    lambda t, c: t.edit(c.anna, c.group, t.post(c.ben, c.group, "mine").id, "?"),
    lambda t, c: t.delete(c.anna, c.group, t.post(c.ben, c.group, "mine").id),
    lambda t, c: t.press(c.anna, c.group, "No such button"),
    lambda t, c: t.leave(t.add_user("Zoe"), c.group),
    lambda t, c: t.request_to_join(c.anna, c.group),
    lambda t, c: t.answer_request(c.group, c.anna, c.olga, admit=True),
]


@pytest.mark.parametrize("impossible", IMPOSSIBLE)
async def test_what_a_phone_would_not_let_them_do_is_refused(
    telegram: FakeTelegram, cast: Cast, impossible: Callable[[FakeTelegram, Cast], object]
) -> None:
    with pytest.raises(NotPossible):
        impossible(telegram, cast)


async def test_a_restricted_member_cannot_write_and_keeps_that_through_leaving(
    telegram: FakeTelegram, cast: Cast
) -> None:
    telegram.restrict(cast.group, cast.anna)
    telegram.leave(cast.anna, cast.group)
    telegram.join(cast.anna, cast.group)
    with pytest.raises(NotPossible):
        telegram.post(cast.anna, cast.group, "hello")


async def test_an_administrator_deletes_and_pins_as_on_a_phone(telegram: FakeTelegram, cast: Cast) -> None:
    rude, good = telegram.post(cast.anna, cast.group, "rude"), telegram.photo(cast.ben, cast.group, "the cake")
    telegram.delete(cast.olga, cast.group, rude.id)
    telegram.pin(cast.olga, cast.group, good.id)
    seen = {each.id: each for each in telegram.sees(cast.anna, cast.group)}
    assert rude.id not in seen
    assert (seen[good.id].text, seen[good.id].pinned) == ("the cake", True)


async def test_a_member_who_left_sees_nothing(telegram: FakeTelegram, cast: Cast) -> None:
    telegram.leave(cast.anna, cast.group)
    assert telegram.sees(cast.anna, cast.group) == []


async def test_a_press_on_what_is_no_longer_offered_arrives(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.start(cast.anna, cast.card.id)
    gone = telegram.press_data(cast.anna, cast.card.id, 999, "forged")
    update = (await bot.get_updates())[-1]
    assert update.callback_query is not None
    assert (update.callback_query.id, update.callback_query.data) == (gone, "forged")
    assert update.callback_query.message is not None
    assert not update.callback_query.message.is_accessible


async def test_who_deleted_their_account_hears_nothing(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.start(cast.anna, cast.card.id)
    telegram.deactivate(cast.anna)
    with pytest.raises(Forbidden, match=r"^Forbidden: user is deactivated$"):
        await bot.send_message(cast.anna, "hello")
    other = telegram.add_bot("Other", "other_bot")
    telegram.add_to(cast.group, other.id, by=cast.olga)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot can't send messages to bots$"):
        await bot.send_message(other.id, "hello")


async def test_posts_of_the_channel_reach_its_group_from_telegram_itself(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    channel = telegram.add_channel("School news", cast.olga, linked_group=cast.group)
    telegram.channel_post(channel, "Sports day")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.from_user is not None
    assert (update.message.from_user.id, update.message.is_automatic_forward) == (777000, True)
    comment = telegram.post(cast.anna, cast.group, "when?", reply_to=update.message.message_id)
    shown: Seen = telegram.sees(cast.ben, cast.group)[-1]
    assert (shown.id, shown.thread) == (comment.id, update.message.message_id)
    telegram.add_to(channel, cast.card.id)
    telegram.remove(channel, cast.card.id, ban=False)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot is not a member of the channel chat$"):
        await bot.send_message(channel, "hello")


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (BotCommand("Report", "Tell a moderator"), "Bot_command_invalid"),
        (BotCommand("report", ""), "Bot_command_description_invalid"),
    ],
)
async def test_a_bad_command_is_refused(bot: Bot, command: BotCommand, why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        await bot.set_my_commands([command])
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await bot.set_my_commands([], scope=BotCommandScopeChat(-5))
