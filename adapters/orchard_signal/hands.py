"""Does what the bot asks for, whichever transport leads to Signal."""

from __future__ import annotations

import contextlib
from typing import assert_never

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
from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError
from orchard_signal.client import Transport
from orchard_signal.ids import PLATFORM, aci, author_and_time, group_id, is_aci, is_private, message_id
from orchard_signal.proof import Proof
from orchard_signal.refusals import ProofWanted

_REMEMBERED = 1000


class Hands:
    """Performs steps as the account ``account``, whose ACI is ``own``."""

    def __init__(self, transport: Transport, account: str, own: str, proof: Proof) -> None:
        self._to, self._account, self._own, self._proof = transport, account, own, proof
        self._withdrawn: dict[MessageRef, None] = {}
        """The last ones: Signal takes a second deletion without a word."""

    async def perform(self, step: Step) -> Receipt:
        """Do one thing."""
        try:
            receipt = await self._do(step)
        except ProofWanted as wanted:
            self._proof.wanted(wanted.token)
            raise
        if isinstance(step, SendToGroup | SendPrivately):
            self._proof.given()
        return receipt

    async def _do(self, step: Step) -> Receipt:
        match step:
            case SendToGroup():
                return await self._send_to_group(step)
            case SendPrivately() | SendFile():
                return await self._send_privately(step)
            case EditMessage():
                return await self._edit(step)
            case DeletePosting():
                return await self._delete(step)
            case RemoveMember():
                await self._to.remove_member(group_id(step.chat), aci(step.person))
                return Receipt()
            case AnswerJoinRequest():
                answer = self._to.add_member if step.admit else self._to.remove_member
                await answer(group_id(step.chat), aci(step.person))
                return Receipt()
            case TakeButtonsAway():
                return Receipt(step.message)  # there are none
            case ShowInGroup():
                raise NotReachable("Signal cannot show a group message to one member alone.")
            case RestrictMember():
                raise NotAllowed("Signal cannot mute one member of a group.")
            case _:
                assert_never(step)

    async def _send_to_group(self, step: SendToGroup) -> Receipt:
        group = group_id(step.chat)
        sent = await self._to.send(group, step.text, group=True)
        if step.pin:
            with contextlib.suppress(PlatformError):  # It is posted: to fail now would mean to post it again.
                await self._to.pin(group, self._own, sent)
        return self._receipt(step.chat, sent)

    async def _send_privately(self, step: SendPrivately | SendFile) -> Receipt:
        """Whoever has written first sees the bot's name from now on: to answer is to accept their message request."""
        if not is_aci(step.person.id):
            raise NotReachable("There is no such person on Signal.")
        if isinstance(step, SendFile):
            sent = await self._to.send(step.person.id, "", group=False, file=step.file)
        else:
            sent = await self._to.send(step.person.id, step.text, group=False)
        return self._receipt(ChatRef(PLATFORM, self._account, step.person.id), sent)

    async def _edit(self, step: EditMessage) -> Receipt:
        chat, (author, timestamp) = step.message.chat, author_and_time(step.message)
        if author != self._own:
            raise NotAllowed("Nobody can change another's message.")
        await self._to.send(_place(chat), step.text, group=not is_private(chat), edits=timestamp)
        return Receipt(step.message)

    async def _delete(self, step: DeletePosting) -> Receipt:
        chat, (author, timestamp) = step.message.chat, author_and_time(step.message)
        if step.message in self._withdrawn:
            raise Gone("The message is not there any more.")
        if author == self._own:
            await self._to.withdraw(_place(chat), timestamp, group=not is_private(chat))
        elif is_private(chat):
            raise NotAllowed("In a private chat nobody can delete what another wrote.")
        else:
            await self._to.delete_as_admin(group_id(chat), author, timestamp)
        self._withdrawn[step.message] = None
        if len(self._withdrawn) > _REMEMBERED:
            del self._withdrawn[next(iter(self._withdrawn))]
        return Receipt()

    def _receipt(self, chat: ChatRef, timestamp: int) -> Receipt:
        return Receipt(MessageRef(chat, message_id(self._own, timestamp)))


def _place(chat: ChatRef) -> str:
    return chat.id if is_private(chat) else group_id(chat)
