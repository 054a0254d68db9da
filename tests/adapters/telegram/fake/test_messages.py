"""Messages through the real library."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.adapters.telegram.fake.conftest import Cast
from tests.adapters.telegram.fake.driver import FakeTelegram

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Yes", callback_data="y")]])


async def test_the_library_finds_out_who_it_is(bot: Bot, cast: Cast) -> None:
    assert (bot.id, bot.username) == (cast.card.id, "orchard_bot")
    assert bot.bot.can_read_all_group_messages is False


async def test_nobody_hears_from_the_bot_before_they_start_it(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.post(cast.anna, cast.group, "hello")
    with pytest.raises(Forbidden, match=r"^Forbidden: bot can't initiate conversation with a user$"):
        await bot.send_message(cast.anna, "Good evening")
    telegram.start(cast.anna, cast.card.id)
    await bot.send_message(cast.anna, "Good evening")
    telegram.block(cast.anna, cast.card.id)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was blocked by the user$"):
        await bot.send_message(cast.anna, "Still there?")
    assert [seen.text for seen in telegram.sees(cast.anna, cast.card.id)] == ["/start", "Good evening"]


async def test_somebody_the_bot_never_met_is_no_chat(telegram: FakeTelegram, bot: Bot) -> None:
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await bot.send_message(telegram.add_user("Zoe"), "hello")


async def test_a_message_comes_back_as_it_was_sent(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    asked = telegram.post(cast.anna, cast.group, "when?")
    sent = await bot.send_message(
        cast.group,
        "At nine, see https://example.org 🧥",
        reply_markup=KEYBOARD,
        reply_parameters=ReplyParameters(asked.id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.text == "when?"
    assert [sent.parse_entity(each) for each in sent.entities] == ["https://example.org"]
    (_, seen) = telegram.sees(cast.ben, cast.group)[-2:]
    assert seen.buttons[0][0].data == "y"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Message text is empty"),
        ("  \n", "Text must be non-empty"),
        ("x" * 4097, "Message is too long"),
        ("🧥" * 2049, "Message is too long"),
    ],
)
async def test_what_is_no_message_is_refused(bot: Bot, cast: Cast, text: str, why: str) -> None:
    with pytest.raises(BadRequest, match=f"^{why}$"):
        await bot.send_message(cast.group, text)


@pytest.mark.parametrize(
    ("button", "why"),
    [
        (InlineKeyboardButton("Yes", callback_data="x" * 65), "Button_data_invalid"),
        (InlineKeyboardButton("Yes", callback_data="ä" * 33), "Button_data_invalid"),
        (InlineKeyboardButton("Yes", url="nowhere"), "Button_url_invalid"),
        (InlineKeyboardButton("Yes"), "Can't parse inline keyboard button: text buttons are unallowed"),
        (InlineKeyboardButton("", callback_data="y"), "Can't parse inline keyboard button: field"),
    ],
)
async def test_a_bad_button_is_refused(bot: Bot, cast: Cast, button: InlineKeyboardButton, why: str) -> None:
    with pytest.raises(BadRequest, match=why.partition(":")[0]):
        await bot.send_message(cast.group, "?", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_what_the_fake_does_not_know_is_refused(bot: Bot, cast: Cast) -> None:
    with pytest.raises(BadRequest, match='has no parameter "colour"'):
        await bot.send_message(cast.group, "hello", api_kwargs={"colour": "red"})
    with pytest.raises(BadRequest, match=r"without parse_mode"):
        await bot.send_message(cast.group, "<b>hello</b>", parse_mode="HTML")


async def test_only_the_bots_own_messages_can_be_edited(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    hers = telegram.post(cast.anna, cast.group, "hello")
    with pytest.raises(BadRequest, match=r"^Message can't be edited$"):
        await bot.edit_message_text("bye", cast.group, hers.id)
    with pytest.raises(BadRequest, match=r"^Message to edit not found$"):
        await bot.edit_message_text("bye", cast.group, 999)
    sent = await bot.send_message(cast.group, "one", reply_markup=KEYBOARD)
    with pytest.raises(BadRequest, match=r"^Message is not modified: specified new message content and reply markup"):
        await bot.edit_message_text("one", cast.group, sent.message_id, reply_markup=KEYBOARD)
    await bot.edit_message_reply_markup(cast.group, sent.message_id)
    await bot.edit_message_text("two", cast.group, sent.message_id)
    shown = [(showing.text, showing.shown_until is None) for showing in telegram.ever_shown(cast.group)[-2:]]
    assert shown == [("one", False), ("two", True)]


async def test_deleting_twice_says_that_it_is_not_found(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    message = telegram.post(cast.anna, cast.group, "oops")
    assert await bot.delete_message(cast.group, message.id)
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await bot.delete_message(cast.group, message.id)
    assert [showing.text for showing in telegram.ever_shown(cast.group)][-1] == "oops"
    assert telegram.sees(cast.ben, cast.group)[-1].text != "oops"


async def test_deleting_needs_the_right_and_a_young_message(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    message = telegram.post(cast.anna, cast.group, "oops")
    telegram.promote(cast.group, cast.card.id, ["can_restrict_members"])
    with pytest.raises(BadRequest, match=r"^Message can't be deleted$"):
        await bot.delete_message(cast.group, message.id)
    own = await bot.send_message(cast.group, "mine")
    telegram.promote(cast.group, cast.card.id)
    telegram.advance(timedelta(hours=48, seconds=1).total_seconds())
    for old in (message.id, own.message_id):
        with pytest.raises(BadRequest, match=r"^Message can't be deleted for everyone$"):
            await bot.delete_message(cast.group, old)


async def test_several_are_deleted_and_missing_ones_passed_over(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    album = telegram.album(cast.anna, cast.group, ["trip", "", ""])
    assert await bot.delete_messages(cast.group, [*(sent.id for sent in album), 999])
    assert not {sent.id for sent in album} & {seen.id for seen in telegram.sees(cast.ben, cast.group)}


async def test_a_pin_needs_the_right_and_shows_a_line(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    sent = await bot.send_message(cast.group, "The rules")
    telegram.promote(cast.group, cast.card.id, [])
    with pytest.raises(BadRequest, match=r"^Not enough rights to manage pinned messages in the chat$"):
        await bot.pin_chat_message(cast.group, sent.message_id)
    telegram.promote(cast.group, cast.card.id)
    await bot.pin_chat_message(cast.group, sent.message_id, disable_notification=True)
    assert [seen.pinned for seen in telegram.sees(cast.ben, cast.group)][-2:] == [True, False]
    pinned = (await bot.get_chat(cast.group)).pinned_message
    assert pinned is not None
    assert pinned.message_id == sent.message_id
    await bot.unpin_chat_message(cast.group, sent.message_id)
    assert (await bot.get_chat(cast.group)).pinned_message is None


async def test_a_press_is_answered_once_and_in_time(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.start(cast.anna, cast.card.id)
    await bot.send_message(cast.anna, "?", reply_markup=KEYBOARD)
    first = telegram.press(cast.anna, cast.card.id, "Yes")
    assert await bot.answer_callback_query(first, "Thank you")
    late = telegram.press(cast.anna, cast.card.id, "Yes")
    telegram.advance(16)
    for query in (first, late, "12345"):
        with pytest.raises(BadRequest, match=r"^Query is too old and response timeout expired or query id is invalid$"):
            await bot.answer_callback_query(query)
    assert [(answer.user, answer.text) for answer in telegram.answers()] == [(cast.anna, "Thank you")]


async def test_the_bot_is_told_why_it_is_not_in_a_group(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.remove(cast.group, cast.card.id, ban=False)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot is not a member of the supergroup chat$"):
        await bot.send_message(cast.group, "hello")
    telegram.add_to(cast.group, cast.card.id)
    telegram.remove(cast.group, cast.card.id)
    with pytest.raises(Forbidden, match=r"^Forbidden: bot was kicked from the supergroup chat$"):
        await bot.get_chat(cast.group)
    with pytest.raises(BadRequest, match=r"^Chat not found$"):
        await bot.send_message(-1001234, "hello")


async def test_a_silenced_group_takes_no_message(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.demote(cast.group, cast.card.id)
    telegram.set_permissions(cast.group, [])
    with pytest.raises(BadRequest, match=r"^Not enough rights to send text messages to the chat$"):
        await bot.send_message(cast.group, "hello")


async def test_an_old_group_says_where_it_went(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    old = telegram.add_group("Class 1a", cast.olga, kind="group")
    telegram.add_to(old, cast.card.id)
    new = telegram.migrate(old)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(old, "hello")
    assert moved.value.new_chat_id == new
    await bot.send_message(new, "hello")


async def test_a_message_to_nowhere_is_refused(bot: Bot, cast: Cast) -> None:
    with pytest.raises(BadRequest, match=r"^Message to be replied not found$"):
        await bot.send_message(cast.group, "hello", reply_parameters=ReplyParameters(999))
    with pytest.raises(BadRequest, match=r"^Message thread not found$"):
        await bot.send_message(cast.group, "hello", message_thread_id=999)
    alone = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(cast.group, "hello", reply_parameters=alone)).reply_to_message is None
