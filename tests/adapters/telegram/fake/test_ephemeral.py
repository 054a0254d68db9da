"""Messages and commands that only one member of a group sees, on servers of three ages."""

from __future__ import annotations

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
)
from telegram.error import BadRequest, EndPointNotFound

from tests.adapters.telegram.fake.conftest import Cast
from tests.adapters.telegram.fake.driver import FakeTelegram

REPORT = BotCommand("report", "Tell a moderator", api_kwargs={"is_ephemeral": True})
KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


def to(user: int, **more: object) -> dict[str, object]:
    return {"ephemeral_message_parameters": {"receiver_user_id": user, **more}}


async def test_an_ephemeral_command_is_seen_by_its_author_and_the_bot_alone(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    await bot.set_my_commands([REPORT], scope=BotCommandScopeAllGroupChats())
    before = telegram.ever_shown(cast.group)
    sent = telegram.post(cast.anna, cast.group, "/report@orchard_bot the bus")
    assert (sent.id, sent.ephemeral_id) == (0, 1)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.message_id == 0
    assert update.message.api_kwargs["ephemeral_message_id"] == sent.ephemeral_id
    assert update.message.api_kwargs["receiver_user"]["id"] == cast.card.id
    assert telegram.sees(cast.anna, cast.group)[-1].text == "/report@orchard_bot the bus"
    assert "/report@orchard_bot the bus" not in [seen.text for seen in telegram.sees(cast.ben, cast.group)]
    assert telegram.ever_shown(cast.group) == before


async def test_an_old_app_sends_the_command_to_everybody(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    await bot.set_my_commands([REPORT])
    assert telegram.post(cast.anna, cast.group, "/report", plainly=True).id > 0
    assert telegram.post(cast.anna, cast.group, "/report@other_bot").id > 0
    assert telegram.post(cast.anna, cast.group, "/rules").id > 0
    assert telegram.post(cast.anna, cast.card.id, "/report").id > 0


async def test_the_narrowest_list_of_commands_counts(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    plain = BotCommand("report", "Tell a moderator")
    await bot.set_my_commands([plain])
    await bot.set_my_commands([REPORT], scope=BotCommandScopeChat(cast.group))
    await bot.set_my_commands([plain], scope=BotCommandScopeChatAdministrators(cast.group))
    assert telegram.post(cast.anna, cast.group, "/report").id == 0
    assert telegram.post(cast.olga, cast.group, "/report").id > 0
    listed = await bot.get_my_commands(scope=BotCommandScopeChat(cast.group))
    assert listed[0].api_kwargs == {"is_ephemeral": True}
    await bot.delete_my_commands(scope=BotCommandScopeChat(cast.group))
    assert telegram.post(cast.anna, cast.group, "/report").id > 0


async def test_an_ephemeral_message_can_be_pressed_changed_and_taken_back(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    sent = await bot.send_message(cast.group, "for Anna", api_kwargs=to(cast.anna) | {"reply_markup": KEYBOARD})
    one = {"chat_id": cast.group, "receiver_user_id": cast.anna}
    one |= {"ephemeral_message_id": sent.api_kwargs["ephemeral_message_id"]}
    telegram.press(cast.anna, cast.group, "Yes")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.message is not None
    assert update.callback_query.message.message_id == 0
    assert await bot.do_api_request("editEphemeralMessageText", one | {"text": "changed"})
    assert await bot.do_api_request("editEphemeralMessageReplyMarkup", one | {"reply_markup": KEYBOARD})
    assert telegram.sees(cast.anna, cast.group)[-1].buttons != ()
    assert [showing.text for showing in telegram.ever_shown_privately(cast.anna, cast.group)] == ["for Anna", "changed"]
    assert await bot.do_api_request("deleteEphemeralMessage", one)
    with pytest.raises(BadRequest, match=r"^Message to delete not found$"):
        await bot.do_api_request("deleteEphemeralMessage", one)
    with pytest.raises(BadRequest, match=r"^Message identifier is not specified$"):
        await bot.delete_message(cast.group, sent.message_id)
    assert not [seen for seen in telegram.sees(cast.anna, cast.group) if seen.ephemeral_id]


async def test_a_bot_without_a_role_only_answers_and_within_15_seconds(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    await bot.set_my_commands([REPORT])
    telegram.demote(cast.group, cast.card.id)
    with pytest.raises(BadRequest, match=r"^Not enough rights to send ephemeral messages"):
        await bot.send_message(cast.group, "psst", api_kwargs=to(cast.anna))
    command = telegram.post(cast.anna, cast.group, "/report")
    reply = to(cast.anna) | {"reply_parameters": {"ephemeral_message_id": command.ephemeral_id}}
    shown = await bot.send_message(cast.group, "psst", api_kwargs={**reply, "reply_markup": KEYBOARD})
    query = telegram.press(cast.anna, cast.group, "Yes")
    await bot.send_message(cast.group, "thanks", api_kwargs=to(cast.anna, callback_query_id=query))
    telegram.advance(16)
    for too_late in (reply, to(cast.anna, callback_query_id=query)):
        with pytest.raises(BadRequest, match=r"^Not enough rights to send ephemeral messages"):
            await bot.send_message(cast.group, "psst", api_kwargs=too_late)
    answer = telegram.post(
        cast.anna, cast.group, "and then", reply_to_ephemeral=shown.api_kwargs["ephemeral_message_id"]
    )
    assert answer.id == 0


async def test_whom_an_ephemeral_message_cannot_reach(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    zoe = telegram.add_user("Zoe")
    for nobody in (zoe, cast.card.id):
        with pytest.raises(BadRequest, match=r"^Participant_id_invalid$"):
            await bot.send_message(cast.group, "psst", api_kwargs=to(nobody))
    telegram.start(cast.anna, cast.card.id)
    with pytest.raises(BadRequest, match=r"^Ephemeral messages can be sent only to groups"):
        await bot.send_message(cast.anna, "psst", api_kwargs=to(cast.anna))


async def test_a_phone_that_is_off_never_gets_it_and_a_restart_loses_it(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    telegram.go_offline(cast.anna)
    await bot.send_message(cast.group, "missed", api_kwargs=to(cast.anna))
    telegram.go_offline(cast.anna, offline=False)
    await bot.send_message(cast.group, "seen", api_kwargs=to(cast.anna))
    assert [seen.text for seen in telegram.sees(cast.anna, cast.group) if seen.ephemeral_id] == ["seen"]
    telegram.restart_app(cast.anna)
    assert not [seen for seen in telegram.sees(cast.anna, cast.group) if seen.ephemeral_id]


async def test_an_old_server_shows_an_ephemeral_message_to_everybody(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    """It passes over what it does not know: an adapter has to look before it sends."""
    telegram.set_api_version("10.0")
    await bot.set_my_commands([REPORT])
    assert (await bot.get_my_commands())[0].api_kwargs == {}
    await bot.send_message(cast.group, "psst", api_kwargs=to(cast.anna))
    assert telegram.sees(cast.ben, cast.group)[-1].text == "psst"
    assert telegram.post(cast.anna, cast.group, "/report").id > 0
    with pytest.raises(EndPointNotFound):
        await bot.do_api_request(
            "deleteEphemeralMessage", {"chat_id": cast.group, "receiver_user_id": cast.anna, "ephemeral_message_id": 1}
        )


async def test_the_version_between_names_the_parameters_otherwise(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.set_api_version("10.2")
    await bot.send_message(cast.group, "psst", api_kwargs={"receiver_user_id": cast.anna})
    assert telegram.sees(cast.anna, cast.group)[-1].ephemeral_id
    await bot.send_message(cast.group, "for all", api_kwargs=to(cast.anna))
    assert telegram.sees(cast.ben, cast.group)[-1].text == "for all"
    telegram.set_api_version("10.3")
    with pytest.raises(BadRequest, match=r"are part of ephemeral_message_parameters"):
        await bot.send_message(cast.group, "psst", api_kwargs={"receiver_user_id": cast.anna})
