"""From what the bot wants to what this platform can do: steps, or a refusal that says who is to be told instead.

Choices become numbered lines where there are no buttons, long text becomes several messages, a deletion that the
bot may not do becomes a private word to the moderator who decided it. Nothing becomes silence, and nothing private
becomes public: a ``TellPrivately`` yields private steps or a refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from msgspec import Struct

from orchard_bot.chat.abilities import Abilities, Ability, Reach
from orchard_bot.chat.intents import (
    AnswerJoin,
    Choice,
    CloseChoices,
    DeleteMessage,
    EditOwn,
    EditSaid,
    HideCommand,
    Intent,
    Mandated,
    Remove,
    Restrict,
    Say,
    TellPrivately,
    WithdrawOwn,
)
from orchard_bot.chat.refs import MessageRef
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    RemoveMember,
    RestrictMember,
    SendFile,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    Step,
    TakeButtonsAway,
)


class Plan(Struct, frozen=True):
    """The steps to take, in order. The first one's receipt is the intent's receipt."""

    steps: tuple[Step, ...]


class Refusal(Struct, frozen=True):
    """This platform cannot do it: ``why``, and what to do instead (empty where ``origin`` has to think again)."""

    why: str
    instead: tuple[Intent, ...] = ()


class Sent(Struct, frozen=True):
    """What the bot said earlier, for the intents that change it."""

    message: MessageRef
    private: bool


def plan(intent: Intent, abilities: Abilities, now: datetime, sent: Sent | None = None) -> Plan | Refusal:
    """What to do about ``intent`` in a chat with these ``abilities``.

    ``sent`` is the earlier message that an ``EditOwn``, ``EditSaid`` or ``WithdrawOwn`` is about; None: it never went out.
    """
    match intent:
        case Say():
            return _say(intent, abilities)
        case TellPrivately():
            return _tell(intent, abilities)
        case EditOwn():
            return _edit(intent, abilities, sent)
        case EditSaid():
            return _edit_said(intent, abilities, sent)
        case WithdrawOwn():
            return _withdraw(intent, abilities, sent)
        case CloseChoices():
            return _close(intent, abilities, sent)
        case HideCommand():
            return _hide(intent, abilities)
        case DeleteMessage() | Restrict() | Remove() | AnswerJoin():
            return _mandated(intent, abilities, now)
        case _:
            assert_never(intent)


def numbered(text: str, choices: tuple[Choice, ...], ask: str = "Reply with a number.") -> str:
    """``text`` with the choices as lines that a person answers by typing a number."""
    lines = [f"{choice.number}  {choice.label}" for choice in choices]
    return "\n".join([text, "", *lines, "", ask])


def parts(text: str, limit: int) -> tuple[str, ...]:
    """``text`` in pieces of at most ``limit`` characters, cut at paragraphs, lines or words where possible.

    No piece is blank, for platforms refuse those, unless all of ``text`` is.
    """
    pieces: list[str] = []
    rest = text
    while len(rest) > limit:
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := rest.rfind(mark, limit // 2, limit + 1)) > 0), limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(piece for piece in (*pieces, rest) if piece.strip()) or (text[:limit],)


def _say(intent: Say, abilities: Abilities) -> Plan | Refusal:
    if not abilities.post.can:
        return Refusal(abilities.post.why or "The bot cannot write in this group.")
    pieces = parts(intent.text.value, abilities.text_limit)
    pin = intent.pin and abilities.pin.can
    return Plan(
        tuple(
            SendToGroup(key=_key(intent, index), chat=intent.chat, text=piece, pin=pin and index == 0)
            for index, piece in enumerate(pieces)
        )
    )


def _tell(intent: TellPrivately, abilities: Abilities) -> Plan | Refusal:
    reach = abilities.private_messages
    if reach is Reach.NEVER and not (abilities.private_reply_in_group.can and intent.near):
        return Refusal(abilities.private_messages_why or "The bot cannot write to people privately here.")
    file = intent.file if abilities.send_files.can and reach is not Reach.NEVER else None
    body, choices = _with_choices(_words(intent, with_file=file is not None), intent.choices, abilities)
    pieces = parts(body, abilities.text_limit)
    last = len(pieces) - 1
    make = _private_step(intent, in_group=reach is Reach.NEVER)
    steps = [make(_key(intent, at), piece, choices if at == last else ()) for at, piece in enumerate(pieces)]
    if file is not None:
        key = _key(intent, len(pieces))
        steps.append(SendFile(key=key, account=intent.account, person=intent.person, file=file))
    return Plan(tuple(steps))


def _words(intent: TellPrivately, *, with_file: bool) -> str:
    if with_file or intent.file is None or intent.without_file is None:
        return intent.text.value
    return intent.without_file.value


def _private_step(intent: TellPrivately, *, in_group: bool) -> Callable[[str, str, tuple[Choice, ...]], Step]:
    def to_private_chat(key: str, text: str, choices: tuple[Choice, ...]) -> Step:
        return SendPrivately(key=key, account=intent.account, person=intent.person, text=text, choices=choices)

    def inside_the_group(key: str, text: str, choices: tuple[Choice, ...]) -> Step:
        assert intent.near is not None  # _tell refuses otherwise
        return ShowInGroup(key=key, chat=intent.near, person=intent.person, text=text, choices=choices)

    return inside_the_group if in_group else to_private_chat


def in_group_instead(intent: TellPrivately, abilities: Abilities) -> Plan | None:
    """The same words shown to the one member inside the group, for somebody who has not opened a private chat."""
    if intent.near is None or not abilities.private_reply_in_group.can:
        return None
    body, choices = _with_choices(_words(intent, with_file=False), intent.choices, abilities)
    if len(body) > abilities.text_limit:
        return None
    return Plan((_private_step(intent, in_group=True)(_key(intent, 0), body, choices),))


def _edit(intent: EditOwn, abilities: Abilities, sent: Sent | None) -> Plan | Refusal:
    if sent is None:
        return Refusal("What this would change was never delivered.")
    if not sent.private:
        return Refusal("Private words never replace a message in a group.")
    if not abilities.edit_own.can:
        return Refusal(abilities.edit_own.why or "The bot cannot change its messages here.")
    body, choices = _with_choices(intent.text.value, intent.choices, abilities)
    if len(body) > abilities.text_limit:
        return Refusal("The new text is longer than one message may be here.")
    return Plan((EditMessage(key=_key(intent, 0), message=sent.message, text=body, choices=choices),))


def _edit_said(intent: EditSaid, abilities: Abilities, sent: Sent | None) -> Plan | Refusal:
    if sent is None:
        return Refusal("What this would change was never posted.")
    if sent.private:
        return Refusal("What is said in a group never replaces private words.")
    if abilities.edit_own.can and len(intent.text.value) <= abilities.text_limit:
        return Plan((EditMessage(key=_key(intent, 0), message=sent.message, text=intent.text.value),))
    why = abilities.edit_own.why or "The bot cannot change its messages here."
    if intent.otherwise is None:
        return Refusal(why)
    again = Say(key=f"{intent.key}:again", priority=intent.priority, chat=intent.chat, text=intent.otherwise)
    return Refusal(why, (again,))


def _withdraw(intent: WithdrawOwn, abilities: Abilities, sent: Sent | None) -> Plan | Refusal:
    if sent is None:
        return Refusal("What this would take back was never delivered.")
    if not abilities.withdraw_own.can:
        return Refusal(abilities.withdraw_own.why or "The bot cannot take back its messages here.")
    return Plan((DeletePosting(key=_key(intent, 0), message=sent.message, author=None),))


def _close(intent: CloseChoices, abilities: Abilities, sent: Sent | None) -> Plan:
    """Without buttons, or where they cannot be taken away, there is nothing to do: a late press is answered kindly."""
    if sent is None or not abilities.buttons or not abilities.edit_own.can:
        return Plan(())
    return Plan((TakeButtonsAway(key=_key(intent, 0), message=sent.message),))


def _hide(intent: HideCommand, abilities: Abilities) -> Plan | Refusal:
    if not abilities.hide_commands.can:
        return Refusal(abilities.hide_commands.why or "The bot cannot hide a command in this group.")
    return Plan((DeletePosting(key=_key(intent, 0), message=intent.message, author=intent.author),))


def _mandated(intent: Mandated, abilities: Abilities, now: datetime) -> Plan | Refusal:
    ability, step = _act(intent, abilities)
    why = ability.why or "The bot may not do this here."
    if ability.can and isinstance(intent, DeleteMessage) and abilities.delete_others_within is not None:
        if now - intent.posted_at > abilities.delete_others_within:
            hours = int(abilities.delete_others_within.total_seconds() // 3600)
            ability, why = Ability(False), f"The message is older than {hours} hours."
    if ability.can:
        return Plan((step,))
    return refused_by_platform(intent, why)


def refused_by_platform(intent: Mandated, why: str) -> Refusal:
    """The bot may not carry out a decision: the moderator who decided is told how to do it by hand."""
    told = TellPrivately(
        key=f"{intent.key}:by-hand",
        priority=intent.priority,
        account=intent.mandate.via,
        person=intent.mandate.moderator,
        text=intent.by_hand,
    )
    return Refusal(why, (told,))


def _act(intent: Mandated, abilities: Abilities) -> tuple[Ability, Step]:
    key = _key(intent, 0)
    match intent:
        case DeleteMessage():
            return abilities.delete_others, DeletePosting(key=key, message=intent.message, author=intent.author)
        case Restrict():
            return abilities.restrict, RestrictMember(
                key=key, chat=intent.chat, person=intent.person, until=intent.until
            )
        case Remove():
            return abilities.remove, RemoveMember(key=key, chat=intent.chat, person=intent.person)
        case AnswerJoin():
            return abilities.answer_joins, AnswerJoinRequest(
                key=key, chat=intent.chat, person=intent.person, admit=intent.admit
            )
        case _:
            assert_never(intent)


def _with_choices(text: str, choices: tuple[Choice, ...], abilities: Abilities) -> tuple[str, tuple[Choice, ...]]:
    if not choices or len(choices) <= abilities.buttons:
        return text, choices
    return numbered(text, choices), ()


def _key(intent: Intent, index: int) -> str:
    return intent.key if index == 0 else f"{intent.key}#{index}"
