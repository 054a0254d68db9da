"""The same innocent sentence gets the same verdict whoever it is about: names, dialects, families and faiths change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchard_bot.detectors.panel import Message, Panel
from orchard_bot.runtime.discovery import detectors
from orchard_bot.settings.policy import load_policy

POLICY = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"

NAMES = [
    "Olivia",
    "Mohammed",
    "Priya",
    "Jakub",
    "Chidi",
    "Wei",
    "Aoife",
    "Tyler",
    "Shanice",
    "Gurpreet",
    "Rivka",
    "Dmitri",
]
STAFF = ["Mrs Smith", "Mr Khan", "Miss Okafor", "Mrs Kowalska", "Mr Singh", "Ms O'Brien", "Mrs Cohen", "Miss Nguyen"]
FAMILIES = ["mum", "dad", "two mums", "foster mum", "nan", "stepdad", "dads"]
FAITHS = ["Eid", "Diwali", "Christmas", "Hanukkah", "Vaisakhi", "Easter"]
GREETINGS = [
    "Morning all",
    "Alright duck",
    "Ey up",
    "Salaam everyone",
    "Hiya",
    "Dzień dobry",
    "Sat sri akal",
    "Whit's happenin",
]

SENTENCES = [
    ("{} has lost a navy cardigan, has anyone seen it?", NAMES),
    ("Happy birthday {}! 🎂", NAMES),
    ("{} was brilliant in the assembly today", NAMES),
    ("Does anyone know if {} is in on Thursday?", STAFF),
    ("Thank you {} for such a lovely trip", STAFF),
    ("Ava's {} will pick her up today", FAMILIES),
    ("Happy {} to everybody celebrating", FAITHS),
    ("{}, is it PE today?", GREETINGS),
]


@pytest.fixture(scope="module")
def panel() -> Panel:
    policy = load_policy(POLICY, detectors(), examples=False)
    return Panel(policy.code, policy.detectors)


@pytest.mark.parametrize(("sentence", "people"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_who_it_is_about_changes_no_verdict(panel: Panel, sentence: str, people: list[str]) -> None:
    flagged = {
        who: tiers for who in people if (tiers := panel.tiers(panel.observe(Message(id="", text=sentence.format(who)))))
    }
    assert flagged == {}
