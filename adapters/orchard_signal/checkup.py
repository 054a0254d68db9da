"""What ``orchard-bot doctor`` says of Signal: the service, and how the bot stands in each group. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from orchard_bot.chat.platform import Finding
from orchard_bot.chat.refs import ChatRef
from orchard_bot.chat.text import shown_name
from orchard_signal.client import Transport
from orchard_signal.refusals import PROOF_WANTED, challenge
from orchard_signal.settings import SignalSettings
from orchard_signal.wire import Group

_HOUR, _DAY = 3600, 86_400


class Found(Struct, frozen=True, kw_only=True):
    """What there is to examine. People are named by ACI."""

    groups: Mapping[str, Group]
    names: Mapping[str, str]
    changed_keys: frozenset[str]
    unregistered: frozenset[str]
    proof: str | None
    """The token of a challenge that nobody has met; None where Signal wants no proof."""


def examined(
    transport: Transport, settings: SignalSettings, own: str, found: Found, chats: Iterable[ChatRef]
) -> list[Finding]:
    """One finding on the service, one on deletion, what each group needs, and who in it cannot be written to."""
    findings = [Finding(True, "signal", f"The service answers; it calls itself version {transport.version or '?'}.")]
    if found.proof is not None:
        findings.append(Finding(False, "signal", PROOF_WANTED, challenge(found.proof)))
    if settings.transport == "rest":
        findings.append(
            Finding(
                False,
                "signal",
                "Through signal-cli-rest-api, what is written while the bot is down is lost.",
                'Where that matters, run signal-cli\'s own daemon and write transport = "jsonrpc".',
            )
        )
    if not transport.deletes_for_others:
        findings.append(
            Finding(
                False,
                "signal",
                "The bot cannot delete a member's message, nor take /report out of sight in the group.",
                "Run signal-cli 0.14 or newer as a JSON-RPC daemon; moderators who are admins can delete by hand.",
            )
        )
    for chat in chats:
        group = found.groups.get(chat.id)
        findings += _of_group(str(chat), group, own)
        findings += _of_people(str(chat), group.members if group else frozenset(), found)
    return findings


def _of_group(about: str, group: Group | None, own: str) -> list[Finding]:
    if group is not None and group.invited:
        return [Finding(True, about, "The bot is invited to this group, and goes in when it starts.")]
    if group is None or not group.member:
        fix = "Add the bot's number to the group, then give its id in orchard.toml (docs/how-to/signal.md)."
        return [Finding(False, about, "The bot is not in this group.", fix)]
    findings: list[Finding] = []
    if own in group.admins:
        findings.append(Finding(True, about, "The bot is an admin here."))
    else:
        fix = "Group settings, Members: choose the bot, then Make admin."
        findings.append(Finding(False, about, "The bot is no admin here: it can remove and delete nothing.", fix))
    if group.expires_after:
        says = f"Messages here disappear after {_length(group.expires_after)}: what was reported will be gone by then."
        fix = "Tell the moderators to decide sooner, or choose a longer timer in the group's settings."
        findings.append(Finding(False, about, says, fix))
    return findings


def _of_people(about: str, members: frozenset[str], found: Found) -> list[Finding]:
    findings: list[Finding] = []
    if changed := members & found.changed_keys:
        says = f"The bot cannot write to {_called(changed, found)}: they have a new phone, or a new Signal."
        fix = "Compare the safety number with them, then trust it: docs/how-to/signal.md says how."
        findings.append(Finding(False, about, says, fix))
    if gone := members & found.unregistered:
        says = f"{_called(gone, found)} have left Signal, and are still listed in the group."
        findings.append(Finding(False, about, says, "An admin can remove them in the group's settings."))
    return findings


def _called(people: frozenset[str], found: Found) -> str:
    """By the names that they go by, and by the ids that signal-cli takes."""
    return ", ".join(f"{shown_name(found.names.get(one) or '?')} ({one})" for one in sorted(people))


def _length(seconds: int) -> str:
    for unit, name in ((_DAY, "days"), (_HOUR, "hours"), (60, "minutes")):
        if seconds >= unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"
