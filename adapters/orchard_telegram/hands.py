"""Does what the bot asks for: each step as calls of the Bot API. Text goes out as it is, never read as markup."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

from telegram import Bot, ChatPermissions, InputFile, LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, TelegramError

from orchard_bot.chat.refs import ChatRef, MessageRef
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    Receipt,
    RemoveMember,
    RestrictMember,
    SendFile,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    Step,
    TakeButtonsAway,
)
from orchard_bot.errors import NotAllowed, NotReachable
from orchard_telegram.client import refusals
from orchard_telegram.clock import Clock
from orchard_telegram.ids import PLATFORM, chat_id, ephemeral_id, is_supergroup, message_id, shown_to, user_id
from orchard_telegram.keyboard import keyboard
from orchard_telegram.places import Places
from orchard_telegram.refusals import ALREADY_IN, NOT_MODIFIED, Concern

_SHORTEST, _LONGEST = timedelta(seconds=35), timedelta(days=365)
"""Telegram takes a mute of under 30 seconds or over 366 days for one without end; a little inside of that."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_T = TypeVar("_T")


class Hands:
    """Performs steps. ``ephemeral`` becomes false where the server turns out not to know such messages."""

    def __init__(self, bot: Bot, account: str, clock: Clock, places: Places, *, ephemeral: bool) -> None:
        self._bot, self._account, self._clock, self._places = bot, account, clock, places
        self.ephemeral = ephemeral

    async def perform(self, step: Step) -> Receipt:
        """Do one thing."""
        match step:
            case SendToGroup():
                return await self._send_to_group(step)
            case SendPrivately() | SendFile():
                return await self._send_privately(step)
            case ShowInGroup():
                return await self._show_in_group(step)
            case EditMessage():
                return await self._edit(step)
            case TakeButtonsAway():
                return await self._take_buttons_away(step)
            case DeletePosting():
                return await self._delete(step)
            case RestrictMember():
                return await self._restrict(step)
            case RemoveMember():
                return await self._remove(step)
            case AnswerJoinRequest():
                return await self._answer_join(step)
            case _:
                assert_never(step)

    async def _send_to_group(self, step: SendToGroup) -> Receipt:
        def send(chat: int) -> Awaitable[Message]:
            return self._bot.send_message(chat, step.text, link_preview_options=_NO_PREVIEW)

        with refusals(Concern.GROUP):
            posted = await self._in(step.chat, send)
        if step.pin:
            with contextlib.suppress(TelegramError):  # It is posted: to fail now would mean to post it again.
                await self._bot.pin_chat_message(posted.chat_id, posted.message_id, disable_notification=True)
        return self._receipt(posted.chat_id, str(posted.message_id))

    async def _send_privately(self, step: SendPrivately | SendFile) -> Receipt:
        person = user_id(step.person)
        with refusals(Concern.PERSON):
            if isinstance(step, SendFile):
                file = InputFile(step.file.data, step.file.name)
                sent = await self._bot.send_document(person, file, disable_content_type_detection=True)
            else:
                sent = await self._bot.send_message(
                    person, step.text, reply_markup=keyboard(step.choices), link_preview_options=_NO_PREVIEW
                )
        return self._receipt(person, str(sent.message_id))

    async def _show_in_group(self, step: ShowInGroup) -> Receipt:
        if not self.ephemeral:
            raise NotReachable("This server cannot show something to one member alone.")
        person, buttons = user_id(step.person), keyboard(step.choices)

        def show(chat: int) -> Awaitable[Message]:
            return self._bot.send_message(
                chat,
                step.text,
                reply_markup=buttons,
                link_preview_options=_NO_PREVIEW,
                message_thread_id=self._places.topic(chat, person),
                api_kwargs={"ephemeral_message_parameters": {"receiver_user_id": person}},
            )

        with refusals(Concern.GROUP):
            shown = await self._in(step.chat, show)
        number = shown.api_kwargs.get("ephemeral_message_id")
        if not isinstance(number, int):
            raise await self._taken_back(shown)
        return self._receipt(shown.chat_id, ephemeral_id(person, number))

    async def _taken_back(self, posted: Message) -> NotReachable:
        """A server that does not know the parameter has shown it to everybody: never again, and away with it."""
        self.ephemeral = False
        with refusals(Concern.MESSAGE):
            await self._bot.delete_message(posted.chat_id, posted.message_id)
        return NotReachable("This server cannot show something to one member alone.")

    async def _edit(self, step: EditMessage) -> Receipt:
        chat, buttons, shown = chat_id(step.message.chat), keyboard(step.choices), shown_to(step.message)
        with refusals(Concern.MESSAGE):
            try:
                if shown is not None:
                    what = {"text": step.text, "reply_markup": buttons, "link_preview_options": _NO_PREVIEW}
                    await self._ephemeral("editEphemeralMessageText", chat, shown, **what)
                else:
                    await self._bot.edit_message_text(
                        step.text,
                        chat,
                        message_id(step.message),
                        reply_markup=buttons,
                        link_preview_options=_NO_PREVIEW,
                    )
            except BadRequest as error:
                if NOT_MODIFIED not in error.message.lower():
                    raise
        return Receipt(step.message)

    async def _take_buttons_away(self, step: TakeButtonsAway) -> Receipt:
        chat, shown = chat_id(step.message.chat), shown_to(step.message)
        with refusals(Concern.MESSAGE):
            try:
                if shown is not None:
                    await self._ephemeral("editEphemeralMessageReplyMarkup", chat, shown)
                else:
                    await self._bot.edit_message_reply_markup(chat, message_id(step.message), reply_markup=None)
            except BadRequest as error:
                if NOT_MODIFIED not in error.message.lower():
                    raise
        return Receipt(step.message)

    async def _delete(self, step: DeletePosting) -> Receipt:
        chat, shown = chat_id(step.message.chat), shown_to(step.message)
        if shown is None:
            number = message_id(step.message)
            with refusals(Concern.MESSAGE):
                await self._bot.delete_message(chat, number)
        elif step.author is None:
            with refusals(Concern.MESSAGE):
                await self._ephemeral("deleteEphemeralMessage", chat, shown)
        # else: a command that nobody but its author and the bot ever saw; the author's own copy is theirs
        return Receipt()

    async def _ephemeral(self, method: str, chat: int, shown: tuple[int, int], **more: object) -> None:
        receiver, number = shown
        given = {"chat_id": chat, "receiver_user_id": receiver, "ephemeral_message_id": number, **more}
        await self._bot.do_api_request(method, {name: value for name, value in given.items() if value is not None})

    async def _restrict(self, step: RestrictMember) -> Receipt:
        person = user_id(step.person)
        until = None if step.until is None else self._end_of_mute(step.until)
        if step.until is not None and until is None:
            return Receipt()  # it would have been over by now
        if not is_supergroup(self._places.now_at(chat_id(step.chat))):
            raise NotAllowed("Telegram can mute only in supergroups.")
        permissions = ChatPermissions.all_permissions() if until is None else ChatPermissions.no_permissions()

        def restrict(chat: int) -> Awaitable[bool]:
            return self._bot.restrict_chat_member(chat, person, permissions, until_date=until)

        with refusals(Concern.GROUP):
            await self._in(step.chat, restrict)
        return Receipt()

    def _end_of_mute(self, until: datetime) -> datetime | None:
        """An end that Telegram takes at its word; None for one that is past."""
        now = self._clock.now()
        return None if until <= now else max(min(until, now + _LONGEST), now + _SHORTEST)

    async def _remove(self, step: RemoveMember) -> Receipt:
        person = user_id(step.person)

        async def remove(chat: int) -> None:
            await self._bot.ban_chat_member(chat, person)
            if is_supergroup(chat):  # in a basic group a ban is no more than a removal
                await self._bot.unban_chat_member(chat, person, only_if_banned=True)

        with refusals(Concern.GROUP):
            await self._in(step.chat, remove)
        return Receipt()

    async def _answer_join(self, step: AnswerJoinRequest) -> Receipt:
        person = user_id(step.person)
        answer = self._bot.approve_chat_join_request if step.admit else self._bot.decline_chat_join_request
        with refusals(Concern.GROUP):
            try:
                await self._in(step.chat, lambda chat: answer(chat, person))
            except BadRequest as error:
                if not step.admit or ALREADY_IN not in error.message.lower():
                    raise
        return Receipt()

    async def _in(self, chat: ChatRef, do: Callable[[int], Awaitable[_T]]) -> _T:
        """Do it in this group, wherever the group is by now."""
        here = self._places.now_at(chat_id(chat))
        try:
            return await do(here)
        except ChatMigrated as error:
            self._places.moved(here, error.new_chat_id)
            return await do(error.new_chat_id)

    def _receipt(self, chat: int, message: str) -> Receipt:
        return Receipt(MessageRef(ChatRef(PLATFORM, self._account, str(chat)), message))
