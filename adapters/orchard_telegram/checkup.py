"""What an operator should know of a bot on Telegram, for ``orchard-bot doctor``."""

from __future__ import annotations

from collections.abc import Iterable

from telegram import BotCommandScopeAllPrivateChats, ChatMember, WebhookInfo
from telegram.error import Conflict, TelegramError, TimedOut

from orchard_bot.chat.platform import Finding
from orchard_bot.chat.refs import ChatRef
from orchard_bot.errors import Gone, PlatformError
from orchard_telegram import rights
from orchard_telegram.client import refusals
from orchard_telegram.ids import chat_id
from orchard_telegram.refusals import Concern, mapped
from orchard_telegram.session import Session
from orchard_telegram.settings import TelegramSettings
from orchard_telegram.wire import ALLOWED_UPDATES

_LISTEN_SECONDS = 3
"""Long enough for another poller that was pushed aside to push back."""
_PATIENCE_SECONDS = 5.0
_MANY = 100
_ADMIN = "Group, Edit, Administrators, Add administrator: choose the bot, with “Delete messages” and “Ban users” on."


async def examined(
    session: Session, settings: TelegramSettings, account: str, chats: Iterable[ChatRef]
) -> list[Finding]:
    """The findings, those about the account first. Takes a few seconds."""
    with refusals(Concern.GROUP):
        hook = await session.client.bot.get_webhook_info()
        commands = await session.client.bot.get_my_commands(scope=BotCommandScopeAllPrivateChats())
    found = [_way_in(hook, settings, account)]
    if settings.mode == "polling" and not hook.url:
        found.append(await _other_poller(session, account))
    found.append(_pending(hook, account))
    if {each.command for each in commands} >= set(settings.commands):
        found.append(Finding(True, account, "its commands are registered."))
    else:
        found.append(Finding(False, account, "its commands are not registered.", "Start the bot once: it does that."))
    return found + [await _of_group(session, chat) for chat in chats]


def _way_in(hook: WebhookInfo, settings: TelegramSettings, account: str) -> Finding:
    if settings.mode == "polling":
        if not hook.url:
            return Finding(True, account, "no webhook is in the way of polling.")
        fix = (
            'The bot removes it when it starts. If it belongs to another server of yours, write mode = "webhook" here.'
        )
        return Finding(False, account, "a webhook is set, so Telegram sends everything there.", fix)
    if hook.url != settings.hook:
        fix = "Stop the other program that uses this token, then start the bot: it sets the webhook."
        return Finding(False, account, "the webhook points somewhere else.", fix)
    if hook.last_error_message:
        fix = "Check that webhook_url leads to the bot's web server, with a valid certificate, and that the bot runs."
        return Finding(False, account, "Telegram could not reach the webhook lately.", fix)
    missing = set(ALLOWED_UPDATES) - set(hook.allowed_updates)
    if missing:
        return Finding(False, account, "the webhook does not get every kind of news.", "Start the bot: it mends that.")
    return Finding(True, account, "the webhook points here.")


async def _other_poller(session: Session, account: str) -> Finding:
    bot = session.client.bot
    try:
        await bot.get_updates(
            limit=1, timeout=_LISTEN_SECONDS, read_timeout=_PATIENCE_SECONDS, allowed_updates=ALLOWED_UPDATES
        )
    except TimedOut:
        pass  # nobody pushed back
    except Conflict:
        fix = "If the bot is running already, all is well. If not, stop the other program that uses this token."
        return Finding(False, account, "another program asks for this bot's messages.", fix)
    except TelegramError as error:
        raise mapped(error, Concern.GROUP) from error
    return Finding(True, account, "nobody else asks for its messages.")


def _pending(hook: WebhookInfo, account: str) -> Finding:
    count = hook.pending_update_count
    if count < _MANY:
        return Finding(True, account, f"{count} messages wait to be fetched.")
    fix = "Start the bot. Telegram keeps messages for 24 hours."
    return Finding(False, account, f"{count} messages wait to be fetched.", fix)


async def _of_group(session: Session, chat: ChatRef) -> Finding:
    about = str(chat)
    try:
        standing = await rights.standing(session, chat_id(chat))
    except Gone:
        fix = "Add the bot to the group and make it an administrator, or correct the group's chat in the settings."
        return Finding(False, about, "the bot is not in this group.", fix)
    except PlatformError as error:
        return Finding(False, about, str(error), "Start the bot and look again.")
    if standing.member.status == ChatMember.ADMINISTRATOR:
        return Finding(True, about, "the bot is an administrator and sees every message.")
    if standing.reads_all:
        return Finding(True, about, "the bot is no administrator, but privacy mode is off: it sees every message.")
    return Finding(False, about, "privacy mode is on, so the bot sees only commands here.", _ADMIN)
