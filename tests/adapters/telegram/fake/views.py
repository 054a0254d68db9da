"""What can be seen: by one person now, by the whole group ever, and by the test of the bot's calls."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tests.adapters.telegram.fake import standing, talk
from tests.adapters.telegram.fake.acts import Stage, act
from tests.adapters.telegram.fake.model import Chat, Message
from tests.adapters.telegram.fake.state import Answer, Call


class Button(Struct, frozen=True):
    """A button below a message."""

    label: str
    data: str = ""
    url: str = ""


class Seen(Struct, frozen=True):
    """A message on somebody's screen. ``ephemeral_id`` 0: everybody in the chat sees it."""

    id: int
    ephemeral_id: int
    author: int
    author_chat: int
    text: str
    buttons: tuple[tuple[Button, ...], ...]
    reply_to: int
    edited: bool
    pinned: bool
    at: datetime
    thread: int = 0
    service: bool = False
    """A line that Telegram wrote itself."""
    file: tuple[str, str, bytes] | None = None
    """Name, media type and content."""


class Showing(Struct, frozen=True):
    """A text that a whole chat could see from one moment to another; None: it is still there."""

    id: int
    author: int
    text: str
    shown_from: datetime
    shown_until: datetime | None
    service: bool = False


class MemberCard(Struct, frozen=True):
    """How somebody stands in a chat."""

    status: str
    present: bool
    rights: tuple[str, ...]
    permissions: tuple[str, ...]
    until: int


class Views(Stage):
    """The looking half of the driver."""

    @act
    def sees(self, user: int, chat: int) -> list[Seen]:
        """What this person's phone shows of a chat now, oldest first, with what only they see.

        ``chat``: a group's id, or a bot's id for the private chat with it.
        """
        place = self.state.place(user, chat)
        if place.type != "private" and not place.member(user).present:
            return []
        own = [each for each in place.ephemerals.values() if user in {each.sender, each.receiver}]
        shown = sorted([*place.messages.values(), *own], key=lambda each: each.at)
        return [self._seen(place, each) for each in shown]

    @act
    def ever_shown(self, chat: int) -> list[Showing]:
        """Everything that the whole of a group could ever see, in the order in which it appeared."""
        place = self.state.group(chat)
        public = [each for each in [*place.gone, *place.messages.values()] if not each.ephemeral_id]
        found = [
            Showing(
                each.id,
                each.sender or each.sender_chat,
                version.text,
                version.shown_from,
                version.shown_until,
                each.service is not None,
            )
            for each in public
            for version in each.versions
        ]
        return sorted(found, key=lambda showing: (showing.shown_from, showing.id))

    @act
    def ever_shown_privately(self, user: int, chat: int) -> list[Showing]:
        """Everything that this person could ever see in a chat with a bot or, alone, in a group."""
        place = self.state.place(user, chat)
        everything = [*place.gone, *place.messages.values(), *place.ephemerals.values()]
        theirs = [
            e for e in everything if place.type == "private" or (e.ephemeral_id and user in {e.sender, e.receiver})
        ]
        found = [
            Showing(each.id or each.ephemeral_id, each.sender, version.text, version.shown_from, version.shown_until)
            for each in theirs
            for version in each.versions
        ]
        return sorted(found, key=lambda showing: (showing.shown_from, showing.id))

    @act
    def calls(self, method: str = "", bot: int = 0) -> list[Call]:
        """The requests that bots made, in order; of one method and one bot if named."""
        return [
            call for call in self.state.calls if (not method or call.method == method) and (not bot or call.bot == bot)
        ]

    @act
    def answers(self) -> list[Answer]:
        """What people were told after pressing buttons."""
        return list(self.state.answers)

    @act
    def pending(self, bot: int) -> int:
        """How many updates wait for this bot."""
        return len(self.state.bot(bot).queue.pending())

    @act
    def polled(self, bot: int) -> bool:
        """Whether the bot waits in a long poll just now."""
        return self.state.bot(bot).queue.polled

    @act
    def has_webhook(self, bot: int) -> bool:
        """Whether the bot wants its updates delivered."""
        return self.state.bot(bot).webhook is not None

    @act
    def member(self, user: int, chat: int) -> MemberCard:
        """How somebody stands in a group."""
        standing.run_out(self.state)
        one = self.state.group(chat).member(user)
        return MemberCard(one.status, one.present, tuple(sorted(one.rights)), tuple(sorted(one.permissions)), one.until)

    @act
    def members(self, chat: int) -> list[int]:
        """Who is in a group, people and bots."""
        standing.run_out(self.state)
        return [member.user_id for member in self.state.group(chat).in_it()]

    @act
    def asking(self, chat: int) -> list[int]:
        """Who waits to be let in."""
        return list(self.state.group(chat).asking)

    @act
    def now(self) -> datetime:
        """The server's time."""
        return self.state.clock.now()

    def _seen(self, place: Chat, message: Message) -> Seen:
        buttons = tuple(
            tuple(Button(each["text"], each.get("callback_data", ""), each.get("url", "")) for each in row)
            for row in message.keyboard
        )
        return Seen(
            message.id,
            message.ephemeral_id,
            message.sender,
            message.sender_chat,
            talk.shown_text(self.state, message),
            buttons,
            message.reply_to,
            message.edited_at is not None,
            message.id in place.pinned,
            message.at,
            message.thread,
            message.service is not None,
            self.state.file_of(message),
        )
