"""What people do with their phones; each act becomes the updates that Telegram sends to the bots."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from tests.adapters.telegram.fake import ephemeral, render, standing, talk
from tests.adapters.telegram.fake.acts import Stage, act
from tests.adapters.telegram.fake.model import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    TELEGRAM_SERVICE,
    Chat,
    Json,
    Member,
    Message,
)
from tests.adapters.telegram.fake.refusal import NotPossible
from tests.adapters.telegram.fake.state import Bot, Press


class Sent(Struct, frozen=True):
    """The message that is there now. An ephemeral one has ``id`` 0."""

    id: int
    ephemeral_id: int = 0


class People(Stage):
    """The second half of the driver. ``chat``: a group's id, or a bot's id for the private chat with it."""

    @act
    def start(self, user: int, bot: int, payload: str = "") -> Sent:
        """Press Start, perhaps on a link that carries ``payload``; unblocks the bot."""
        self.unblock(user, bot)
        return self.post(user, bot, f"/start {payload}".strip())

    @act
    def post(
        self,
        user: int,
        chat: int,
        text: str,
        reply_to: int = 0,
        reply_to_ephemeral: int = 0,
        thread: int = 0,
        anonymously: bool = False,
        as_channel: int = 0,
        plainly: bool = False,
    ) -> Sent:
        """Write. ``plainly``: from an app that does not know ephemeral commands."""
        state = self.state
        place = self._open(user, chat)
        who: Json = {"sender": user}
        if anonymously:
            self._need_anonymity(place, user)
            who = {"sender": GROUP_ANONYMOUS_BOT, "sender_chat": place.id}
        elif as_channel:
            who = {"sender": CHANNEL_BOT, "sender_chat": state.group(as_channel).id}
        if reply_to:
            state.message(place, reply_to)
        bot = None if plainly or anonymously or as_channel else self._for_whom(place, user, text, reply_to_ephemeral)
        thread = thread or self._thread_of(place, reply_to)
        message = talk.add(
            state,
            place,
            text=text,
            reply_to=reply_to,
            reply_to_ephemeral=reply_to_ephemeral,
            thread=thread,
            in_topic=thread in place.topics,
            receiver=bot.id if bot else 0,
            **who,
        )
        (talk.tell_receiver if bot else talk.announce)(state, place, message)
        return Sent(message.id, message.ephemeral_id)

    @act
    def album(self, user: int, chat: int, captions: Sequence[str]) -> list[Sent]:
        """Photos sent together: as many as there are captions, most of them usually empty."""
        state, place = self.state, self._open(user, chat)
        key = state.new_key()
        sent = []
        for caption in captions:
            message = talk.add(state, place, sender=user, text=caption, photo=True, album=key)
            talk.announce(state, place, message)
            sent.append(Sent(message.id))
        return sent

    @act
    def photo(self, user: int, chat: int, caption: str = "", base64: str = "") -> Sent:
        """One photo; its bytes in base64."""
        message = talk.add(self.state, self._open(user, chat), sender=user, text=caption, photo=True)
        if base64:
            self.state.files[render.largest(message)] = b64decode(base64)
        talk.announce(self.state, self._open(user, chat), message)
        return Sent(message.id)

    @act
    def document(self, user: int, chat: int, name: str, base64: str, kind: str = "", caption: str = "") -> Sent:
        """A file; its bytes in base64, so that they can go through the control port."""
        shown = self.state.keep_file(name, kind, b64decode(base64))
        place = self._open(user, chat)
        message = talk.add(self.state, place, sender=user, text=caption, document=shown)
        talk.announce(self.state, place, message)
        return Sent(message.id)

    @act
    def forward(self, user: int, chat: int, from_chat: int, message_id: int) -> Sent:
        """Pass a message on."""
        state = self.state
        source = state.place(user, from_chat)
        original = state.message(source, message_id)
        place = self._open(user, chat)
        origin = talk.origin(state, source, original)
        message = talk.add(
            state,
            place,
            sender=user,
            text=original.text,
            photo=original.photo,
            document=original.document,
            origin=origin,
        )
        talk.announce(state, place, message)
        return Sent(message.id)

    @act
    def channel_post(self, channel: int, text: str) -> Sent:
        """The channel posts; its group gets a copy from Telegram's own account."""
        state, place = self.state, self.state.group(channel)
        post = talk.add(state, place, sender_chat=channel, text=text)
        talk.announce(state, place, post, "channel_post")
        if place.linked:
            group = state.group(place.linked)
            copy = talk.add(
                state,
                group,
                sender=TELEGRAM_SERVICE,
                sender_chat=channel,
                text=text,
                origin=talk.origin(state, place, post),
                automatic=True,
            )
            talk.announce(state, group, copy)
        return Sent(post.id)

    @act
    def edit(self, user: int, chat: int, message_id: int, text: str) -> None:
        """Change one's own message."""
        state, place = self.state, self.state.place(user, chat)
        message = state.message(place, message_id)
        if message.sender != user and not (place.type == "channel" and place.member(user).is_admin):
            raise NotPossible("Only its author can edit a message.")
        talk.change(state, place, message, text)
        talk.announce(state, place, message, "edited_channel_post" if place.type == "channel" else "edited_message")

    @act
    def delete(self, user: int, chat: int, message_id: int) -> None:
        """Delete one's own message for everybody; an administrator any. Bots are never told."""
        state, place = self.state, self.state.place(user, chat)
        message = state.message(place, message_id)
        if place.type != "private" and message.sender != user and not place.member(user).may("can_delete_messages"):
            raise NotPossible("Only its author or an administrator can delete a message.")
        talk.take_away(state, place, message)

    @act
    def pin(self, user: int, chat: int, message_id: int) -> None:
        """Pin a message; the chat shows a line about it."""
        place = self.state.place(user, chat)
        place.pinned.append(self.state.message(place, message_id).id)
        talk.service(self.state, place, user, {"pinned": message_id})

    @act
    def press(self, user: int, chat: int, label: str, message_id: int = 0, ephemeral_id: int = 0) -> str:
        """Press the button of this label; without an id on the newest message that has it. Gives the query's id.

        The phone remembers the buttons it was shown: pressing works after the bot has changed them, too.
        """
        state, place = self.state, self.state.place(user, chat)
        message, button = self._button(place, user, label, message_id, ephemeral_id)
        if "callback_data" not in button:
            raise NotPossible("This button opens a link: follow it yourself.")
        bot = state.bot(message.sender)
        key = state.new_key()
        state.presses[key] = Press(user, bot.id, place.id, state.clock.now())
        bot.known_users.add(user)
        query = {
            "id": key,
            "from": render.user(state.users[user]),
            "message": render.message(state, place, message),
            "chat_instance": str(abs(place.id) * 31),
            "data": button["callback_data"],
        }
        bot.queue.add("callback_query", query)
        return key

    @act
    def press_data(self, user: int, chat: int, message_id: int, data: str) -> str:
        """Send callback data that no button offers any more, or ever did, as an old or a forged app can."""
        state, place = self.state, self.state.place(user, chat)
        bot = state.bots_in(place)[0]
        key = state.new_key()
        state.presses[key] = Press(user, bot.id, place.id, state.clock.now())
        shown = {"chat": render.chat(state, place), "message_id": message_id, "date": 0}
        if message_id in place.messages:
            shown = render.message(state, place, place.messages[message_id])
        person = render.user(state.users[user])
        query = {"id": key, "from": person, "message": shown, "chat_instance": str(abs(place.id) * 31), "data": data}
        bot.queue.add("callback_query", query)
        return key

    @act
    def react(self, user: int, chat: int, message_id: int, emoji: str = "") -> None:
        """React, or take the reaction back; told only to administrators who asked for it."""
        state, place = self.state, self.state.place(user, chat)
        message = state.message(place, message_id)
        old, new = message.reactions.get(user, []), [emoji] if emoji else []
        message.reactions[user] = new
        for bot in state.bots_in(place):
            if place.type == "private" or place.member(bot.id).is_admin:
                change = {
                    "chat": render.chat(state, place),
                    "message_id": message_id,
                    "user": render.user(state.users[user]),
                    "date": state.clock.unix(),
                    "old_reaction": [{"type": "emoji", "emoji": each} for each in old],
                    "new_reaction": [{"type": "emoji", "emoji": each} for each in new],
                }
                bot.queue.add("message_reaction", change)

    @act
    def block(self, user: int, bot: int) -> None:
        """Stop the bot: it is told, and may not write any more."""
        person = self.state.person(user)
        if bot not in person.blocked:
            person.blocked.add(bot)
            self._tell_of_block(self.state.bot(bot), user, "member", "kicked")

    @act
    def unblock(self, user: int, bot: int) -> None:
        """Let the bot write again."""
        person = self.state.person(user)
        if bot in person.blocked:
            person.blocked.discard(bot)
            self._tell_of_block(self.state.bot(bot), user, "kicked", "member")

    @act
    def join(self, user: int, group: int) -> None:
        """Come into a group by a link."""
        place = self.state.group(group)
        if place.member(user).present or place.member(user).status == "kicked":
            raise NotPossible("They are in the group already, or barred from it.")
        standing.let_in(self.state, place, self.state.person(user).id, user)

    @act
    def leave(self, user: int, group: int) -> None:
        """Go out of a group."""
        if not self.state.group(group).member(user).present:
            raise NotPossible("They are not in the group.")
        standing.let_out(self.state, self.state.group(group), user, user)

    @act
    def request_to_join(self, user: int, group: int, bio: str = "") -> None:
        """Ask to be let into a group."""
        if self.state.group(group).member(user).present:
            raise NotPossible("They are in the group already.")
        standing.ask_in(self.state, self.state.group(group), self.state.person(user).id, bio)

    @act
    def answer_request(self, group: int, user: int, by: int, admit: bool) -> None:
        """An administrator answers a request to join by hand."""
        place = self.state.group(group)
        if user not in place.asking:
            raise NotPossible("They have not asked.")
        if admit:
            standing.let_in(self.state, place, user, by, via_join_request=True)
        else:
            del place.asking[user]

    @act
    def go_offline(self, user: int, offline: bool = True) -> None:
        """The phone is off: ephemeral messages never reach it."""
        self.state.person(user).online = not offline

    @act
    def restart_app(self, user: int) -> None:
        """Ephemeral messages are gone from this person's screen."""
        for place in self.state.chats.values():
            for message in list(place.ephemerals.values()):
                if user in {message.sender, message.receiver}:
                    talk.take_away(self.state, place, message)

    @act
    def deactivate(self, user: int) -> None:
        """The person deletes their account."""
        person = self.state.person(user)
        person.deactivated, person.first_name, person.last_name, person.username = True, "", "", ""

    def _open(self, user: int, chat: int) -> Chat:
        """The chat, ready to be written in by this person."""
        state, place = self.state, self.state.place(user, chat)
        person = state.person(user)
        if place.type == "private":
            self.unblock(user, chat)
            person.started.add(chat)
            return place
        standing.run_out(state)
        if place.migrated_to:
            raise NotPossible("The group goes on under another id: post there.")
        one = place.member(user)
        allowed = one.permissions if one.status == "restricted" else place.permissions
        if not one.present or not (one.is_admin or "can_send_messages" in allowed):
            raise NotPossible("They may not write here: not a member, or restricted.")
        return place

    def _for_whom(self, place: Chat, user: int, text: str, reply_to_ephemeral: int) -> Bot | None:
        """The bot that alone gets this, if it is an ephemeral command or an answer to an ephemeral message."""
        state = self.state
        answered = place.ephemerals.get(reply_to_ephemeral)
        if reply_to_ephemeral and (answered is None or answered.receiver != user):
            raise NotPossible("This person does not see that message.")
        if answered is not None:
            return state.bots[answered.sender]
        for bot in state.bots_in(place):
            if ephemeral.is_ephemeral_command(state, bot, place, user, text):
                return bot
        return None

    def _thread_of(self, place: Chat, message_id: int) -> int:
        original = place.messages.get(message_id)
        if original is None or place.type != "supergroup":
            return 0
        return original.thread or (original.id if original.automatic or not place.is_forum else 0)

    def _need_anonymity(self, place: Chat, user: int) -> None:
        if not place.member(user).is_anonymous:
            raise NotPossible("Only an anonymous administrator writes in the name of the group.")

    def _button(self, place: Chat, user: int, label: str, message_id: int, ephemeral_id: int) -> tuple[Message, Json]:
        seen = [each for each in place.ephemerals.values() if user in {each.sender, each.receiver}]
        shown = sorted([*place.messages.values(), *seen], key=lambda each: each.at, reverse=True)
        for message in shown:
            if (message_id and message.id != message_id) or (ephemeral_id and message.ephemeral_id != ephemeral_id):
                continue
            for button in (each for row in message.keyboard for each in row):
                if button["text"] == label:
                    return message, button
        raise NotPossible("This person sees no such button.")

    def _tell_of_block(self, bot: Bot, user: int, old: str, new: str) -> None:
        state = self.state
        place = state.private_chat(bot.id, user)
        me: Any = bot.user.id
        change = {
            "chat": render.chat(state, place),
            "from": render.user(state.users[user]),
            "date": state.clock.unix(),
            "old_chat_member": render.member(state, place, Member(me, old)),
            "new_chat_member": render.member(state, place, Member(me, new)),
        }
        bot.queue.add("my_chat_member", change)
