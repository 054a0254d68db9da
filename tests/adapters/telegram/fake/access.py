"""Which chats a bot gets at, and for what; with Telegram's own words where it does not."""

from __future__ import annotations

from datetime import timedelta

from tests.adapters.telegram.fake.model import Chat, Member, Message
from tests.adapters.telegram.fake.refusal import bad, forbidden, migrated
from tests.adapters.telegram.fake.state import Bot, State

JOIN_REQUEST_WINDOW = timedelta(minutes=5)
DELETABLE = timedelta(hours=48)


def find(state: State, bot: Bot, chat_id: int | str) -> Chat:
    """Any chat that the bot has met."""
    if isinstance(chat_id, str):
        named = [place for place in state.chats.values() if place.username and place.username == chat_id[1:]]
        if not named:
            raise bad("chat not found")
        return named[0]
    if chat_id > 0:
        if chat_id not in state.users or chat_id not in bot.known_users:
            raise bad("chat not found")
        return state.private_chat(bot.id, chat_id)
    place = state.chats.get(chat_id)
    if place is None or bot.id not in place.members:
        raise bad("chat not found")
    return place


def readable(state: State, bot: Bot, chat_id: int | str) -> Chat:
    """A chat that the bot may look at: a supergroup only from inside."""
    place = find(state, bot, chat_id)
    if place.type in {"supergroup", "channel"}:
        _inside(bot, place)
    return place


def writable(state: State, bot: Bot, chat_id: int | str) -> Chat:
    """A chat that the bot may act in."""
    place = find(state, bot, chat_id)
    if place.type == "private":
        return place
    if place.migrated_to:
        raise migrated(place.migrated_to)
    _inside(bot, place)
    return place


def postable(state: State, bot: Bot, chat_id: int | str) -> Chat:
    """A chat that the bot may post in."""
    place = writable(state, bot, chat_id)
    if place.type == "private":
        _listens(state, bot, place)
        return place
    me = place.member(bot.id)
    allowed = me.permissions if me.status == "restricted" else place.permissions
    if place.type == "channel":
        if not me.may("can_post_messages"):
            raise bad("need administrator rights in the channel chat")
    elif not me.is_admin and "can_send_messages" not in allowed:
        raise bad("not enough rights to send text messages to the chat")
    return place


def _inside(bot: Bot, place: Chat) -> None:
    me = place.member(bot.id)
    kind = "group" if place.type == "group" else place.type
    if me.status == "kicked":
        raise forbidden(f"bot was kicked from the {kind} chat")
    if not me.present:
        raise forbidden(f"bot is not a member of the {kind} chat")


def _listens(state: State, bot: Bot, place: Chat) -> None:
    person = state.users[place.id]
    if person.is_bot:
        raise forbidden("bot can't send messages to bots")
    if person.deactivated:
        raise forbidden("user is deactivated")
    if bot.id in person.blocked:
        raise forbidden("bot was blocked by the user")
    if bot.id not in person.started and not _asks_to_join(state, bot, person.id):
        raise forbidden("bot can't initiate conversation with a user")


def _asks_to_join(state: State, bot: Bot, user: int) -> bool:
    """For five minutes after a request to join, https://core.telegram.org/bots/api#chatjoinrequest."""
    return any(
        user in place.asking
        and place.member(bot.id).may("can_invite_users")
        and state.clock.now() - place.asking[user] <= JOIN_REQUEST_WINDOW
        for place in state.chats.values()
    )


def need(bot: Bot, place: Chat, right: str, otherwise: str) -> Member:
    """The bot's standing, which has this right."""
    me = place.member(bot.id)
    if not me.may(right):
        raise bad(otherwise)
    return me


def check_deletable(state: State, bot: Bot, place: Chat, message: Message) -> None:
    """The rules of https://core.telegram.org/bots/api#deletemessage."""
    own = message.sender == bot.id
    if not own and place.type in {"group", "supergroup"} and not place.member(bot.id).may("can_delete_messages"):
        raise bad("message can't be deleted")
    if message.service is not None and "group_created" in next(iter(message.service)):
        raise bad("message can't be deleted")
    if state.clock.now() - message.at > DELETABLE:
        raise bad("message can't be deleted for everyone")
