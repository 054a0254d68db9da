"""What is on its way to a group is public and made for it, or nothing goes out at all."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orchard_bot.chat.intents import DeleteMessage, EditSaid, HideCommand, Intent, Mandate, Restrict
from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.community.community import Role
from orchard_bot.errors import PrivacyBreach
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.privacy_gate import check
from orchard_bot.testing.builders import (
    a_group,
    a_message,
    a_message_ref,
    a_person,
    a_private_message,
    a_say,
    a_whisper,
    an_account,
    private_text,
)
from tests.unit.runtime.conftest import Scene

POSTED = a_message("/report")
BY_HAND = private_text("by hand")


def request(scene: Scene, *, private: bool = False) -> Request:
    event = a_private_message("/report") if private else POSTED
    (community,) = scene.house().communities.values()
    return Request(event=event, community=community, person=event.author, name="", role=Role.MEMBER, private=private)


def public(scene: Scene) -> PublicText:
    return scene.house().words.public("reachable.rules-only")


def mandate(moderator: str) -> Mandate:
    return Mandate(moderator=a_person(moderator), via=an_account(), case="3b/1", decision="1")


def deletion(moderator: str) -> DeleteMessage:
    return DeleteMessage(
        mandate=mandate(moderator), message=POSTED.message, author=POSTED.author, posted_at=POSTED.at, by_hand=BY_HAND
    )


def test_public_words_private_words_ones_own_command_and_a_moderators_decision_may_go_out(scene: Scene) -> None:
    fine: list[Intent] = [
        replace(a_say(), text=public(scene)),
        a_whisper(),
        HideCommand(message=POSTED.message, author=POSTED.author),
        deletion("mia"),
        replace(a_whisper(), key="again"),
    ]
    check(fine, scene.house(), request(scene))


def test_private_words_never_reach_a_group(scene: Scene) -> None:
    smuggled = replace(a_say(), text=PrivateText("A secret"))
    with pytest.raises(PrivacyBreach, match="not in the public wording"):
        check([smuggled], scene.house(), None)


@pytest.mark.parametrize("source", ["report.menu", "", "no-such-entry"])
def test_words_that_are_not_in_the_public_wording_never_reach_a_group(scene: Scene, source: str) -> None:
    with pytest.raises(PrivacyBreach, match="not in the public wording"):
        check([replace(a_say(), text=PublicText("A secret", source))], scene.house(), None)


def test_what_replaces_the_bots_words_in_a_group_is_public_in_both_forms(scene: Scene) -> None:
    words = public(scene)
    edit = EditSaid(chat=a_say().chat, of="say-1", text=words, otherwise=words)
    check([edit, replace(edit, otherwise=None)], scene.house(), None)
    for broken in (
        replace(edit, text=PublicText("Hello", "none")),
        replace(edit, otherwise=PublicText("Hello", "none")),
        replace(edit, chat=a_group("elsewhere")),
    ):
        with pytest.raises(PrivacyBreach):
            check([broken], scene.house(), None)


def test_nothing_is_said_in_a_chat_that_is_no_communitys_group(scene: Scene) -> None:
    with pytest.raises(PrivacyBreach, match="no community's group"):
        check([replace(a_say(), text=public(scene), chat=a_group("elsewhere"))], scene.house(), None)


def test_a_private_message_is_made_of_private_words(scene: Scene) -> None:
    with pytest.raises(PrivacyBreach, match="not made of private text"):
        check([replace(a_whisper(), text=public(scene))], scene.house(), None)


def test_nobody_is_written_to_on_another_platform(scene: Scene) -> None:
    with pytest.raises(PrivacyBreach, match="on another"):
        check([a_whisper(person=a_person("anna", platform="signal"))], scene.house(), None)


def test_only_the_command_that_was_just_typed_in_the_group_is_hidden(scene: Scene) -> None:
    own = HideCommand(message=POSTED.message, author=POSTED.author)
    others = HideCommand(message=a_message_ref("other"), author=POSTED.author)
    for intent, asked in ((own, None), (own, request(scene, private=True)), (others, request(scene))):
        with pytest.raises(PrivacyBreach, match="Only the command"):
            check([intent], scene.house(), asked)


def test_no_act_upon_a_member_without_a_moderators_decision(scene: Scene) -> None:
    forged = Restrict(mandate=None, chat=a_group(), person=a_person("ben"), until=None, by_hand=BY_HAND)  # type: ignore[arg-type]
    for intent in (deletion("anna"), forged):
        with pytest.raises(PrivacyBreach, match="lacks a moderator's decision"):
            check([intent], scene.house(), None)


async def test_a_breach_undoes_all_that_its_handler_did_and_nobody_hears_of_it_in_the_group(scene: Scene) -> None:
    def leak(request: Request, unit: Unit) -> None:
        unit.note("3b", "leak", "it", by=None)
        unit.answer(request, PrivateText("fine in itself"))
        unit.say(request.event.chat, PublicText("A secret", "report.menu"))

    async with scene.running(Feature(name="leak", commands=(Command("leak", leak, summary="rules.summary"),))):
        scene.world.post(scene.anna, scene.group, "/leak")
        for _ in range(40):
            await scene.later(2)
        assert scene.said() == []
        (told,) = scene.heard(scene.anna)
        assert "secret" not in told
        assert "fine in itself" not in told
        assert {line["error"] for line in scene.log if line["event"] == "handler failed"} == {"PrivacyBreach"}
