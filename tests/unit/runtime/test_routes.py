"""Routes are compiled once, and features that would not work together are refused at the start, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from orchard_bot.chat.events import MemberJoined
from orchard_bot.community.wording import Wording
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.discovery import features as installed
from orchard_bot.runtime.routes import Clash, Unspoken, check_summaries, compile_routes
from orchard_bot.settings.wording import load_wording


def answers(_: Request, unit: Unit) -> None:
    """A handler."""


def hears(*_: object) -> None:
    """A handler of outcomes and timers."""


def thanks(**parts: Any) -> Feature:
    """A feature from another package."""
    return Feature(name="thanks", **parts)


def test_all_that_is_installed_works_together_and_has_its_line_in_help() -> None:
    routes = compile_routes(installed())
    check_summaries(routes, load_wording())
    assert {"report", "rules", "help"} <= set(routes.commands)


@pytest.mark.parametrize(
    ("parts", "what"),
    [
        ({"commands": (Command("go", answers, "go.summary"),)}, "command 'go'"),
        ({"actions": {"go": answers}}, "action 'go'"),
        ({"dialogs": {"go": answers}}, "dialog 'go'"),
        ({"outcomes": {"go": hears}}, "outcome 'go'"),
        ({"timers": {"go": hears}}, "timer 'go'"),
        ({"standing": {"go": "0 8 * * *"}}, "standing schedule 'go'"),
        ({"forwarded": answers}, "handler of forwarded messages 'forwarded'"),
    ],
)
def test_two_features_that_claim_one_name_are_refused(parts: Mapping[str, Any], what: str) -> None:
    with pytest.raises(Clash, match=what):
        compile_routes([thanks(**parts), Feature(name="other", **parts)])


def test_two_features_of_one_name_are_refused() -> None:
    with pytest.raises(Clash, match="feature 'thanks'"):
        compile_routes([thanks(), thanks()])


def test_several_features_may_listen_to_one_event_in_their_order() -> None:
    both = [thanks(listens={MemberJoined: answers}), Feature(name="other", listens={MemberJoined: answers})]
    assert [one.feature for one in compile_routes(both).listeners[MemberJoined]] == ["thanks", "other"]


@pytest.mark.parametrize("sentence", [None, "Thanks {name} kindly"])
def test_a_command_without_a_usable_line_for_help_is_refused_with_feature_and_key(sentence: str | None) -> None:
    routes = compile_routes([thanks(commands=(Command("thanks", answers, "thanks.summary"),))])
    words = Wording({"thanks.summary": "public"}, {} if sentence is None else {"thanks.summary": sentence})
    with pytest.raises(Unspoken) as caught:
        check_summaries(routes, words)
    for part in ("'thanks'", "'thanks.summary'", "/thanks", "private_words"):
        assert part in str(caught.value)


def test_a_command_that_brings_its_own_line_is_welcome() -> None:
    feature = thanks(
        commands=(Command("thanks", answers, "thanks.summary"),), private_words={"thanks.summary": "say thanks"}
    )
    check_summaries(compile_routes([feature]), load_wording(more_private=feature.private_words))
