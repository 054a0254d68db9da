"""Methods about the bot itself: who it is, its commands, where its updates go."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from tests.adapters.telegram.fake import catalogue, ephemeral, render
from tests.adapters.telegram.fake.catalogue import array, boolean, fields, integer, method, text
from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import bad, conflict, too_many
from tests.adapters.telegram.fake.state import Bot, CommandScope, State, Webhook

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


@method("getMe")
def get_me(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#getme."""
    return render.user(bot.user) | {
        "can_join_groups": True,
        "can_read_all_group_messages": not bot.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


_scope = fields(type=text, chat_id=catalogue.chat, user_id=integer)
_command = fields(command=text, description=text, is_ephemeral=boolean)
_WHERE: dict[str, catalogue.Reader] = {"scope": _scope, "language_code": text}


@method("setMyCommands", "commands", commands=array(_command), **_WHERE)
def set_my_commands(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#setmycommands. An old server passes over is_ephemeral."""
    if len(p["commands"]) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for each in p["commands"]:
        if not _COMMAND.fullmatch(each.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(each.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        if not ephemeral.known(state) or not each.get("is_ephemeral"):
            each.pop("is_ephemeral", None)
    bot.commands[_where(state, bot, p)] = p["commands"]
    return True


@method("getMyCommands", **_WHERE)
def get_my_commands(state: State, bot: Bot, p: Json) -> list[Json]:
    """https://core.telegram.org/bots/api#getmycommands."""
    return bot.commands.get(_where(state, bot, p), [])


@method("deleteMyCommands", **_WHERE)
def delete_my_commands(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#deletemycommands."""
    bot.commands.pop(_where(state, bot, p), None)
    return True


def _where(state: State, bot: Bot, p: Json) -> tuple[CommandScope, str]:
    scope = p.get("scope", {"type": "default"})
    if scope.get("type") not in _SCOPES:
        raise bad("can't parse BotCommandScope: Unsupported type specified")
    needed = _SCOPES[scope["type"]]
    if any(name not in scope for name in needed):
        raise bad("can't parse BotCommandScope: Empty chat_id specified")
    chat_id = scope.get("chat_id", 0)
    if chat_id and (chat_id not in state.chats or bot.id not in state.chats[chat_id].members):
        raise bad("chat not found")
    return (scope["type"], chat_id, scope.get("user_id", 0)), p.get("language_code", "")


@method(
    "setWebhook",
    "url",
    url=text,
    ip_address=text,
    max_connections=integer,
    allowed_updates=array(text),
    drop_pending_updates=boolean,
    secret_token=text,
)
def set_webhook(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#setwebhook. The fake delivers to this machine alone, over http too."""
    if not p["url"]:
        return _no_webhook(bot, p)
    _check_url(p["url"])
    if not _SECRET.fullmatch(p.get("secret_token", "")):
        too_long = len(p["secret_token"]) > 256
        raise bad(f"secret token {'is too long' if too_long else 'contains unallowed characters'}")
    bot.queue.ask_for(p.get("allowed_updates"))
    if p.get("drop_pending_updates"):
        bot.queue.clear()
    bot.queue.terminate("terminated by setWebhook request")
    bot.webhook = Webhook(
        p["url"], p.get("secret_token", ""), p.get("max_connections", 40), p.get("ip_address", "127.0.0.1")
    )
    bot.queue.wake()
    return True


@method("deleteWebhook", drop_pending_updates=boolean)
def delete_webhook(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook."""
    return _no_webhook(bot, p)


def _no_webhook(bot: Bot, p: Json) -> bool:
    bot.webhook = None
    if p.get("drop_pending_updates"):
        bot.queue.clear()
    return True


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise bad("invalid webhook URL specified")
    loopback = host == "localhost" or (host.replace(".", "").isdecimal() and ip_address(host).is_loopback)
    if not loopback:
        raise bad(f"bad webhook: failed to resolve host: {host} is not this machine")


@method("getWebhookInfo")
def get_webhook_info(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    hook = bot.webhook
    info: Json = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(bot.queue.pending()),
    }
    if hook is not None:
        info |= {"max_connections": hook.max_connections, "ip_address": hook.ip_address}
        if hook.last_error_at:
            info |= {"last_error_date": hook.last_error_at, "last_error_message": hook.last_error}
    if bot.queue.asked is not None:
        info["allowed_updates"] = sorted(bot.queue.asked)
    return info


@method("getUpdates", offset=integer, limit=integer, timeout=integer, allowed_updates=array(text))
async def get_updates(state: State, bot: Bot, p: Json) -> list[Json]:
    """https://core.telegram.org/bots/api#getupdates."""
    if bot.webhook is not None:
        raise conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    bot.queue.ask_for(p.get("allowed_updates"))
    limit, timeout = p.get("limit", 100), p.get("timeout", 0)
    return await bot.queue.get(p.get("offset", 0), min(max(limit, 1), 100), min(max(timeout, 0), 50))


@method("getFile", "file_id", file_id=text)
def get_file(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#getfile: up to 20 MB."""
    data = state.files.get(p["file_id"])
    if data is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if len(data) > 20 * 1024 * 1024:
        raise bad("file is too big")
    key = p["file_id"]
    return {"file_id": key, "file_unique_id": f"u{key}", "file_size": len(data), "file_path": f"documents/{key}"}


@method("logOut")
def log_out(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#logout."""
    bot.logged_out = True
    return True


@method("close")
def close(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#close: not in the first ten minutes."""
    up = state.clock.now() - bot.launched
    if up < timedelta(minutes=10):
        raise too_many(int((timedelta(minutes=10) - up).total_seconds()) + 1)
    return True
