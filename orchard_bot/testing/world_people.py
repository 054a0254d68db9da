"""What people in the World do with their phones; each act becomes the events that this platform shows a bot."""

from __future__ import annotations

from typing import TypeAlias

from msgspec.structs import replace

from orchard_bot.chat.events import (
    Attachment,
    ChatOpened,
    ChoiceMade,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Quoted,
)
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.errors import Gone
from orchard_bot.testing.profiles import Forwards
from orchard_bot.testing.sim_message import NotPossible, SimMessage
from orchard_bot.testing.world_state import SimGroup, SimPerson, WorldState

Who: TypeAlias = PersonRef | str
"""A person by ref or by id."""
Where: TypeAlias = ChatRef | str
"""A group by ref or by id, or a private chat by the ref that ``World.private`` gives."""

PAYLOAD_LIMIT = 64
"""Characters that a deep link into the private chat may carry."""


class People:
    """The acts of people. All raise ``NotPossible`` where a real phone would not let them."""

    def __init__(self, state: WorldState) -> None:
        self._state = state

    def post(
        self,
        person: Who,
        chat: Where,
        text: str,
        *,
        reply_to: SimMessage | MessageRef | None = None,
        forward: SimMessage | None = None,
        album: str | None = None,
        impersonal: bool = False,
    ) -> SimMessage:
        """Write in a group or in one's private chat with the bot.

        ``forward`` passes a message on (its text is taken where ``text`` is empty); messages with the same
        ``album`` belong together; ``impersonal`` writes in the name of the group, as anonymous admins do.
        """
        who = self._state.person(person)
        text = text or (forward.text if forward else "")
        if not text:
            raise NotPossible("There is nothing to send: write some text.")
        answered = self._visible(reply_to, who) if reply_to is not None else None
        place = self._open_place(who, chat)
        hidden = place is not None and self._state.profile.ephemeral_commands and text.startswith("/")
        message = self._state.add_message(
            place.ref if place else who.private,
            author=who.ref,
            author_name=who.name,
            text=text,
            reply_to=answered.ref if answered else None,
            forwarded=self._forwarded(forward),
            only_for=who.ref if hidden else None,
        )
        self._state.tell_bot(replace(self._posted(message, MessagePosted), album=album, impersonal=impersonal))
        return message

    def send_file(self, person: Who, data: bytes, name: str, *, kind: str = "", text: str = "") -> SimMessage:
        """Send a file to the bot in private, with a few words below it."""
        who = self._state.person(person)
        self._open_place(who, who.private)
        message = self._state.add_message(who.private, author=who.ref, author_name=who.name, text=text)
        attachment = Attachment(id=f"file-{message.ref.id}", name=name, kind=kind, size=len(data))
        self._state.files[attachment.id] = data
        attachments = (attachment,) if self._state.profile.abilities.files else ()
        self._state.tell_bot(replace(self._posted(message, MessagePosted), attachments=attachments))
        return message

    def post_picture(
        self, person: Who, chat: Where, data: bytes, text: str = "", *, kind: str = "image/png"
    ) -> SimMessage:
        """Post a picture in a group, with a few words below it or none."""
        who = self._state.person(person)
        place = self._postable(who, self._state.group(chat))
        picture = Attachment(id=f"picture-{self._state.next_id()}", kind=kind, size=len(data))
        self._state.files[picture.id] = data
        message = self._state.add_message(
            place.ref, author=who.ref, author_name=who.name, text=text, pictures=(picture,)
        )
        self._state.tell_bot(self._posted(message, MessagePosted))
        return message

    def file(self, attachment: Attachment) -> bytes:
        """What is in a file. Raises ``Gone`` for one that nobody sent."""
        if attachment.id not in self._state.files:
            raise Gone("Nobody sent this file.")
        return self._state.files[attachment.id]

    def edit(self, person: Who, message: SimMessage | MessageRef, text: str) -> SimMessage:
        """Change the text of one's own message. Gives the message as it is now."""
        state, who = self._state, self._state.person(person)
        current = self._visible(message, who)
        if current.author != who.ref:
            raise NotPossible("Only its author can edit a message.")
        changed = state.change_message(current, text=text)
        if self._sees(changed.ref.chat, "see_edits"):
            state.tell_bot(self._posted(changed, MessageEdited))
        return changed

    def delete(self, person: Who, message: SimMessage | MessageRef) -> None:
        """Delete one's own message for everybody; an admin may delete anybody's in the group."""
        state, who = self._state, self._state.person(person)
        current = self._visible(message, who)
        group = state.groups.get(current.ref.chat)
        if current.author != who.ref and not (group and who.ref in group.admins):
            raise NotPossible("Only its author or an admin of the group can delete a message.")
        state.take_away(current)
        if self._sees(current.ref.chat, "see_deletions"):
            event_id, now, chat = state.event_id(), state.now(), current.ref.chat
            state.tell_bot(MessageDeleted(event_id, now, chat, message=current.ref, by=who.ref))

    def join(self, person: Who, group: Where) -> None:
        """Come into a group, by a link or because a member added them."""
        state, who, place = self._state, self._state.person(person), self._state.group(group)
        if who.ref in place.members:
            raise NotPossible("This person is in the group already.")
        place.asking.pop(who.ref, None)
        place.members[who.ref] = None
        if self._sees(place.ref, "see_joins"):
            state.tell_bot(MemberJoined(state.event_id(), state.now(), place.ref, person=who.ref, name=who.name))
        state.touch()

    def leave(self, person: Who, group: Where) -> None:
        """Go out of a group."""
        state, who, place = self._state, self._state.person(person), self._state.group(group)
        self._member(who, place)
        del place.members[who.ref]
        place.admins.discard(who.ref)
        if self._sees(place.ref, "see_joins"):
            state.tell_bot(MemberLeft(state.event_id(), state.now(), place.ref, person=who.ref))
        state.touch()

    def request_join(self, person: Who, group: Where) -> None:
        """Ask to be let into a group."""
        state, who, place = self._state, self._state.person(person), self._state.group(group)
        if who.ref in place.members:
            raise NotPossible("This person is in the group already.")
        place.asking[who.ref] = None
        if self._sees(place.ref, "answer_joins"):
            state.tell_bot(JoinRequested(state.event_id(), state.now(), place.ref, person=who.ref, name=who.name))
        state.touch()

    def press(self, person: Who, message: SimMessage, choice: str | int) -> None:
        """Press a button by its token, or by its place counted from 1.

        The buttons are those of the ``message`` given, so an older copy presses what is no longer offered.
        """
        who = self._state.person(person)
        self._may_see(message, who)
        tokens = [each.token for each in message.choices]
        token = tokens[choice - 1] if isinstance(choice, int) and 0 < choice <= len(tokens) else choice
        if token not in tokens:
            raise NotPossible("This message has no such button.")
        self._choose(who, message, token=str(token))

    def react(self, person: Who, message: SimMessage | MessageRef, number: int) -> None:
        """React with a number emoji. The bot hears of it only on its own messages."""
        who = self._state.person(person)
        current = self._visible(message, who)
        if number < 1:
            raise NotPossible("Choices are counted from 1.")
        if current.by_bot:
            self._choose(who, current, number=number)

    def open_chat(self, person: Who, payload: str = "") -> None:
        """Open the private chat with the bot (Telegram's Start), perhaps by a link that carries ``payload``."""
        who = self._state.person(person)
        if len(payload) > PAYLOAD_LIMIT:
            raise NotPossible(f"A link carries at most {PAYLOAD_LIMIT} characters.")
        if who.blocked:
            raise NotPossible("This person has blocked the bot: unblock_bot first.")
        self._opened(who, payload)

    def block_bot(self, person: Who) -> None:
        """Hear no more from the bot. It is told nothing."""
        self._state.person(person).blocked = True
        self._state.touch()

    def unblock_bot(self, person: Who) -> None:
        """Hear from the bot again; where the platform shows blocks, that opens the chat anew."""
        who = self._state.person(person)
        was_blocked, who.blocked = who.blocked, False
        if was_blocked and who.started and self._state.profile.blocks_show:
            self._opened(who, "", quietly=True)
        self._state.touch()

    def _posted(self, message: SimMessage, kind: type[MessagePosted]) -> MessagePosted:
        state, author = self._state, message.author
        assert author is not None  # people post and edit; what the bot writes is no event
        return kind(
            state.event_id(message.ref.id, state.revision(message.ref)),
            state.now(),
            message.ref.chat,
            message=message.ref,
            author=author,
            author_name=message.author_name,
            text=message.text,
            private=message.ref.chat in state.owners,
            reply_to=self._quoted(message.reply_to),
            forwarded=message.forwarded,
            attachments=message.pictures if state.profile.abilities.files else (),
        )

    def _opened(self, who: SimPerson, payload: str, *, quietly: bool = False) -> None:
        state = self._state
        who.started, who.last_wrote = True, state.now()
        state.tell_bot(
            ChatOpened(
                state.event_id(),
                state.now(),
                who.private,
                person=who.ref,
                name=who.name,
                payload=payload,
                quietly=quietly,
            )
        )

    def _choose(self, who: SimPerson, message: SimMessage, token: str | None = None, number: int | None = None) -> None:
        state = self._state
        if message.ref.chat == who.private:
            who.last_wrote = state.now()
        made = ChoiceMade(state.event_id(), state.now(), message.ref.chat, person=who.ref, name=who.name)
        state.tell_bot(replace(made, token=token, number=number, message=message.ref))

    def _open_place(self, who: SimPerson, chat: Where) -> SimGroup | None:
        """The group to post in, or None for the private chat, which a first message opens."""
        if chat != who.private:
            return self._postable(who, self._state.group(chat))
        if who.blocked:
            raise NotPossible("This person has blocked the bot: unblock_bot first.")
        if not who.started:
            self._opened(who, "")
        who.last_wrote = self._state.now()
        return None

    def _postable(self, who: SimPerson, group: SimGroup) -> SimGroup:
        if group.moved_to is not None:
            raise NotPossible("The group goes on under another id: post there.")
        self._member(who, group)
        until = group.restricted.get(who.ref)
        if who.ref in group.restricted and (until is None or self._state.now() < until):
            raise NotPossible("This member may not post in the group just now.")
        return group

    def _member(self, who: SimPerson, group: SimGroup) -> None:
        if who.ref not in group.members:
            raise NotPossible("This person is not in the group: join first.")

    def _visible(self, message: SimMessage | MessageRef, who: SimPerson) -> SimMessage:
        current = self._state.message(message.ref if isinstance(message, SimMessage) else message)
        if current is None or current.deleted:
            raise NotPossible("The message is not there any more.")
        self._may_see(current, who)
        return current

    def _may_see(self, message: SimMessage, who: SimPerson) -> None:
        chat = message.ref.chat
        if chat in self._state.groups:
            self._member(who, self._state.groups[chat])
        elif chat != who.private:
            raise NotPossible("This is somebody else's private chat.")
        if message.only_for not in (None, who.ref):
            raise NotPossible("This person does not see this message.")

    def _sees(self, chat: ChatRef, ability: str) -> bool:
        abilities = self._state.abilities(chat)
        return abilities is not None and abilities.named()[ability].can

    def _forwarded(self, forward: SimMessage | None) -> Quoted | None:
        if forward is None or self._state.profile.forwards is Forwards.NOTHING:
            return None
        if self._state.profile.forwards is Forwards.MARK:
            return Quoted(text=forward.text)
        author = forward.author or self._state.bot
        return Quoted(
            author=author,
            author_name=forward.author_name,
            text=forward.text,
            posted_at=forward.at,
            own=forward.by_bot,
        )

    def _quoted(self, ref: MessageRef | None) -> Quoted | None:
        original = self._state.message(ref) if ref is not None else None
        if original is None:
            return None
        return Quoted(
            message=original.ref,
            author=original.author or self._state.bot,
            author_name=original.author_name,
            text=original.text,
            posted_at=original.at,
            own=original.author is None,
        )
