"""Every command has its line in /help, or the bot refuses to start and says whose fault it is."""

from __future__ import annotations

import pytest

from orchard_bot.community.wording import Wording
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.discovery import features as installed
from orchard_bot.runtime.routes import Unspoken, check_summaries, compile_routes
from orchard_bot.settings.wording import load_wording


def answers(_: Request, unit: Unit) -> None:
    """A handler."""


THANKS = Feature(name="thanks", commands=(Command("thanks", answers, "thanks.summary"),))


def test_all_that_is_installed_has_its_line_in_help() -> None:
    check_summaries(compile_routes(installed()), load_wording())


@pytest.mark.parametrize("private", [{}, {"thanks.summary": "thank {name} kindly"}])
def test_a_command_without_a_usable_line_is_refused_with_feature_and_key(private: dict[str, str]) -> None:
    words = Wording({"thanks.summary": "not for a group"}, private)
    with pytest.raises(Unspoken) as caught:
        check_summaries(compile_routes([THANKS]), words)
    for part in ("'thanks'", "'thanks.summary'", "/thanks", "private_words"):
        assert part in str(caught.value)


def test_a_command_that_brings_its_own_line_is_welcome() -> None:
    check_summaries(compile_routes([THANKS]), load_wording(more_private={"thanks.summary": "say thanks"}))
