"""Letting somebody in, or not, is a moderator's decision and carries its mandate."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchard_bot.community.decision import JoinDecision
from orchard_bot.testing.builders import a_person, an_account


@pytest.mark.parametrize(("admit", "word"), [(True, "admit"), (False, "decline")])
def test_the_mandate_names_who_decided_about_whom_and_how(admit: bool, word: str) -> None:
    decision = JoinDecision(
        community="3b",
        newcomer=a_person("nina"),
        moderator=a_person("mia"),
        admit=admit,
        at=datetime(2026, 11, 14, tzinfo=UTC),
    )
    mandate = decision.mandate(an_account())
    assert mandate.moderator == a_person("mia")
    assert mandate.via == an_account()
    assert mandate.case == decision.subject
    assert mandate.decision == f"3b/join/sandbox/nina:{word}"
