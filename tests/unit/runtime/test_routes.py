"""Who answers what is settled at start-up, and two answers to one word are refused."""

from __future__ import annotations

from typing import Any

import pytest

from orchard_bot.chat.events import MessageEdited, MessagePosted
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.routes import Clash, Listener, compile_routes


def run(request: Request, unit: Unit) -> None:
    """Any handler."""


def hear(*_: Any) -> None:
    """Any other handler."""


COMMAND = Command("wave", run, summary="rules.summary")


def test_everything_a_feature_offers_has_its_route() -> None:
    feature = Feature(
        name="wave",
        commands=(COMMAND,),
        actions={"wave.back": run},
        dialogs={"wave.why": run},
        listens={MessagePosted: run, MessageEdited: run},
        outcomes={"wave.sent": hear},
        timers={"wave.daily": hear},
        forwarded=run,
        standing={"wave.daily": "0 9 * * *"},
        dialog_version=3,
    )
    other = Feature(name="other", listens={MessagePosted: run})
    routes = compile_routes([feature, other])
    assert routes.commands == {"wave": ("wave", COMMAND)}
    assert (routes.actions, routes.dialogs) == ({"wave.back": run}, {"wave.why": run})
    assert routes.listeners[MessagePosted] == (Listener("wave", run), Listener("other", run))
    assert routes.listeners[MessageEdited] == (Listener("wave", run),)
    assert (routes.forwarded, routes.outcomes, routes.timers) == (run, {"wave.sent": hear}, {"wave.daily": hear})
    assert routes.standing == {"wave.daily": "0 9 * * *"}
    assert routes.versions == {"wave": 3, "other": 1}


@pytest.mark.parametrize(
    ("what", "offer"),
    [
        ("command 'wave'", {"commands": (COMMAND,)}),
        ("action 'wave.back'", {"actions": {"wave.back": run}}),
        ("dialog 'wave.why'", {"dialogs": {"wave.why": run}}),
        ("outcome 'wave.sent'", {"outcomes": {"wave.sent": hear}}),
        ("timer 'wave.daily'", {"timers": {"wave.daily": hear}}),
        ("standing schedule 'wave.daily'", {"standing": {"wave.daily": "0 9 * * *"}}),
        ("handler of forwarded messages", {"forwarded": run}),
    ],
)
def test_two_features_that_claim_one_word_are_refused_by_name(what: str, offer: dict[str, Any]) -> None:
    with pytest.raises(Clash, match=what):
        compile_routes([Feature(name="one", **offer), Feature(name="two", **offer)])


def test_two_features_of_one_name_are_refused() -> None:
    with pytest.raises(Clash, match="feature 'one'"):
        compile_routes([Feature(name="one"), Feature(name="one")])


def test_no_features_make_no_routes() -> None:
    routes = compile_routes([])
    assert not routes.commands
    assert routes.forwarded is None
