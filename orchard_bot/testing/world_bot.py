"""What the bot's steps do in the World, with the refusals of the real platforms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from orchard_bot.chat.abilities import Abilities, Ability, Reach
from orchard_bot.chat.events import MemberJoined, MemberLeft
from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import ChatRef, PersonRef
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
from orchard_bot.errors import Gone, NotAllowed, NotReachable
from orchard_bot.testing.sim_message import SimMessage
from orchard_bot.testing.world_state import SimGroup, SimPerson, WorldState

TOKEN_LIMIT = 24
"""Characters that the token of a choice may have, on every platform."""


class BotHands:
    """Performs steps on a ``WorldState``. ``sends`` keeps everything that was done, twice if it was done twice."""

    def __init__(self, state: WorldState) -> None:
        self._state = state
        self._receipts: dict[str, Receipt] = {}
        self.sends: list[tuple[str, Step]] = []

    def perform(self, step: Step) -> Receipt:
        """Do one thing. Raises ``NotAllowed``, ``NotReachable`` or ``Gone``, and then nothing was done."""
        remembers = self._state.profile.transaction_ids and step.key
        if remembers and step.key in self._receipts:
            return self._receipts[step.key]
        receipt = self._do(step)
        self.sends.append((step.key, step))
        if remembers:
            self._receipts[step.key] = receipt
        self._state.touch()
        return receipt

    def _do(self, step: Step) -> Receipt:
        match step:
            case SendToGroup():
                return self._send_to_group(step)
            case SendPrivately() | SendFile():
                return self._send_privately(step)
            case ShowInGroup():
                return self._show_in_group(step)
            case EditMessage():
                return self._edit(step)
            case TakeButtonsAway():
                return self._take_buttons_away(step)
            case DeletePosting():
                return self._delete(step)
            case RestrictMember():
                return self._restrict(step)
            case RemoveMember():
                return self._remove(step)
            case AnswerJoinRequest():
                return self._answer_join(step)
            case _:
                assert_never(step)

    def _send_to_group(self, step: SendToGroup) -> Receipt:
        group, abilities = self._group(step.chat)
        _need(abilities.post)
        _check_content(step.text, (), abilities)
        pinned = step.pin and abilities.pin.can
        return self._sent(group.ref, step.text, key=step.key, pinned=pinned)

    def _send_privately(self, step: SendPrivately | SendFile) -> Receipt:
        person = self._person(step)
        abilities = self._abilities(person.private)
        if isinstance(step, SendFile):
            _need(abilities.send_files)
        else:
            _check_content(step.text, step.choices, abilities)
        self._check_reach(person)
        nobody = self._state.bot if person.blocked else None
        if isinstance(step, SendFile):
            return self._sent(person.private, "", key=step.key, file=step.file, only_for=nobody)
        return self._sent(person.private, step.text, key=step.key, choices=step.choices, only_for=nobody)

    def _person(self, step: SendPrivately | SendFile) -> SimPerson:
        person = self._state.people.get(step.person)
        if person is None or step.account != person.private.via:
            raise Gone("Nobody of this id is known to this account.")
        return person

    def _check_reach(self, person: SimPerson) -> None:
        abilities, profile = self._abilities(person.private), self._state.profile
        if abilities.private_messages is Reach.ONCE_STARTED and not person.started:
            raise NotReachable("The person has not opened a private chat with the bot.")
        if profile.window is not None and not _wrote_within(person, self._state.now(), profile.window):
            raise NotReachable("The person has not written lately, so the platform lets no message through.")
        if person.blocked and profile.blocks_show:
            raise NotReachable("The person has blocked the bot.")

    def _show_in_group(self, step: ShowInGroup) -> Receipt:
        group, abilities = self._group(step.chat)
        _need(abilities.private_reply_in_group)
        _check_content(step.text, step.choices, abilities)
        _member(group, step.person)
        return self._sent(group.ref, step.text, key=step.key, choices=step.choices, only_for=step.person)

    def _edit(self, step: EditMessage) -> Receipt:
        abilities = self._abilities(step.message.chat)
        _need(abilities.edit_own)
        message = self._there(step)
        if not message.by_bot:
            raise NotAllowed("Only a message of the bot's own can be changed.")
        _check_content(step.text, step.choices, abilities)
        self._state.change_message(message, text=step.text, choices=step.choices)
        return Receipt(message.ref)

    def _take_buttons_away(self, step: TakeButtonsAway) -> Receipt:
        _need(self._abilities(step.message.chat).edit_own)
        message = self._there(step)
        if not message.by_bot:
            raise NotAllowed("Only a message of the bot's own can be changed.")
        self._state.change_choices(message, ())
        return Receipt(message.ref)

    def _delete(self, step: DeletePosting) -> Receipt:
        abilities = self._abilities(step.message.chat)
        message = self._there(step)
        if message.author != step.author:
            raise Gone("There is no such message of this author.")
        if message.by_bot:
            _need(abilities.withdraw_own)
        elif message.only_for is None:
            _need(abilities.delete_others)
            limit = abilities.delete_others_within
            if limit is not None and self._state.now() - message.at > limit:
                raise NotAllowed("The message is too old to be deleted.")
        self._state.take_away(message)
        return Receipt()

    def _restrict(self, step: RestrictMember) -> Receipt:
        group, abilities = self._group(step.chat)
        _need(abilities.restrict)
        _ordinary_member(group, step.person)
        if step.until is None:
            group.restricted.pop(step.person, None)
        else:
            group.restricted[step.person] = self._end_of_mute(step.until)
        return Receipt()

    def _remove(self, step: RemoveMember) -> Receipt:
        group, abilities = self._group(step.chat)
        _need(abilities.remove)
        _ordinary_member(group, step.person)
        del group.members[step.person]
        if abilities.see_joins.can:
            state = self._state
            event_id, now, bot = state.event_id(), state.now(), state.bot
            state.tell_bot(MemberLeft(event_id, now, group.ref, person=step.person, removed_by=bot))
        return Receipt()

    def _answer_join(self, step: AnswerJoinRequest) -> Receipt:
        group, abilities = self._group(step.chat)
        _need(abilities.answer_joins)
        if step.person not in group.asking:
            raise Gone("This person no longer asks to join.")
        del group.asking[step.person]
        if step.admit:
            group.members[step.person] = None
            if abilities.see_joins.can:
                name, state = self._state.people[step.person].name, self._state
                state.tell_bot(MemberJoined(state.event_id(), state.now(), group.ref, person=step.person, name=name))
        return Receipt()

    def _end_of_mute(self, until: datetime) -> datetime | None:
        profile, length = self._state.profile, until - self._state.now()
        too_long = profile.mute_at_most is not None and length > profile.mute_at_most
        return None if too_long or length < profile.mute_at_least else until

    def _group(self, chat: ChatRef) -> tuple[SimGroup, Abilities]:
        group = self._state.groups.get(chat)
        if group is None:
            raise Gone("There is no such group.")
        return group, self._abilities(chat)

    def _abilities(self, chat: ChatRef) -> Abilities:
        found = self._state.abilities(chat)
        if found is None:
            raise Gone("There is no such chat, or it goes on under another id.")
        return found

    def _there(self, step: EditMessage | TakeButtonsAway | DeletePosting) -> SimMessage:
        message = self._state.message(step.message)
        if message is None or message.deleted:
            raise Gone("The message is not there any more.")
        return message

    def _sent(
        self,
        chat: ChatRef,
        text: str,
        *,
        key: str,
        choices: tuple[Choice, ...] = (),
        pinned: bool = False,
        only_for: PersonRef | None = None,
        file: Enclosure | None = None,
    ) -> Receipt:
        message = self._state.add_message(
            chat,
            author=None,
            author_name=self._state.bot_name,
            text=text,
            key=key,
            choices=choices,
            pinned=pinned,
            only_for=only_for,
            file=file,
        )
        return Receipt(message.ref)


def _need(ability: Ability) -> None:
    if not ability.can:
        raise NotAllowed(ability.why)


def _check_content(text: str, choices: tuple[Choice, ...], abilities: Abilities) -> None:
    if not text.strip():
        raise NotAllowed("A message needs some text.")
    if len(text) > abilities.text_limit:
        raise NotAllowed(f"The text is longer than the {abilities.text_limit} characters that fit.")
    if len(choices) > abilities.buttons:
        raise NotAllowed(f"There are more choices than the {abilities.buttons} buttons that fit.")
    if any(len(choice.token) > TOKEN_LIMIT for choice in choices):
        raise NotAllowed(f"The token of a choice is longer than {TOKEN_LIMIT} characters.")


def _member(group: SimGroup, person: PersonRef) -> None:
    if person not in group.members:
        raise Gone("This person is not in the group.")


def _ordinary_member(group: SimGroup, person: PersonRef) -> None:
    _member(group, person)
    if person in group.admins:
        raise NotAllowed("An admin of the group cannot be restricted or removed by a bot.")


def _wrote_within(person: SimPerson, now: datetime, window: timedelta) -> bool:
    return person.last_wrote is not None and now - person.last_wrote <= window
