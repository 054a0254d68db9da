"""Connecting: who the bot is, what the server knows, which commands it offers, where updates are to go."""

from __future__ import annotations

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, User
from telegram.error import BadRequest, Forbidden, TelegramError

from orchard_telegram.client import Client, Known, refusals
from orchard_telegram.clock import Clock
from orchard_telegram.polling import Poller
from orchard_telegram.refusals import Concern, mapped
from orchard_telegram.session import Session
from orchard_telegram.settings import TelegramSettings, wrong
from orchard_telegram.webhook import CONNECTIONS, Door, secret_of
from orchard_telegram.wire import ALLOWED_UPDATES


async def opened(
    token: str, settings: TelegramSettings, account: str, clock: Clock, door: Door, known: Known
) -> Session:
    """A session. Raises ``Unavailable``, or ``ConfigError`` where a person must mend something."""
    client = Client(token, settings.api_url)
    try:
        me = await client.open()
        if known.ephemeral is None:
            known.ephemeral = _wanted(settings, known=await knows_ephemeral(client, me))
        if not known.commands_offered:
            await _offer_commands(client, settings, ephemeral=known.ephemeral)
            known.commands_offered = True
        if settings.mode == "webhook":
            await _point_webhook_here(client, settings, token)
    except BaseException:
        await client.close()
        raise
    if settings.mode == "polling":
        return Session(client, me, account, Poller(client, known), clock, ephemeral=known.ephemeral)
    door.open()
    return Session(client, me, account, door, clock, ephemeral=known.ephemeral)


async def knows_ephemeral(client: Client, me: User) -> bool:
    """Whether this server has messages for one member alone, Bot API 10.3.

    A server that does not know the parameter passes it over and shows the text to everybody, so it is asked with a
    value that cannot be read, about a chat that cannot be written to: the bot's own. One that knows it says so.
    """
    with refusals(Concern.GROUP):
        try:
            await client.bot.send_message(me.id, ".", api_kwargs={"ephemeral_message_parameters": "?"})
        except (BadRequest, Forbidden) as error:
            return "ephemeral" in error.message.lower()
    return False


def _wanted(settings: TelegramSettings, *, known: bool) -> bool:
    if settings.ephemeral == "on" and not known:
        raise wrong(
            "This Bot API server has no messages for one member alone.",
            'Write ephemeral = "auto", or use a server that knows Bot API 10.3, as Telegram\'s own does.',
        )
    return known and settings.ephemeral != "off"


async def _offer_commands(client: Client, settings: TelegramSettings, *, ephemeral: bool) -> None:
    """The list that opens with "/"; in groups such a command is seen by its author alone, where that is possible."""
    alone = {"is_ephemeral": True} if ephemeral else None
    offered = settings.commands.items()
    private = [BotCommand(name, about) for name, about in offered]
    group = [BotCommand(name, about, api_kwargs=alone) for name, about in offered]
    with refusals(Concern.GROUP):
        await client.bot.set_my_commands(private, scope=BotCommandScopeAllPrivateChats())
        await client.bot.set_my_commands(group, scope=BotCommandScopeAllGroupChats())


async def _point_webhook_here(client: Client, settings: TelegramSettings, token: str) -> None:
    try:
        await client.bot.set_webhook(
            settings.hook,
            max_connections=CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
            secret_token=secret_of(token),
        )
    except BadRequest as error:
        raise wrong(
            "Telegram does not accept webhook_url.",
            "It must be a public https address with a valid certificate on port 443, 80, 88 or 8443.",
        ) from error
    except TelegramError as error:
        raise mapped(error, Concern.GROUP) from error
