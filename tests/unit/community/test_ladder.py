"""Nobody skips a step; steps fade; a risk to somebody, and the message alone, are no matter of steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchard_bot.community.case import Case
from orchard_bot.community.decision import Verdict
from orchard_bot.community.ladder import STEPS, height, within_reach
from orchard_bot.testing.builders import a_person

NOW = datetime(2026, 11, 18, 19, tzinfo=UTC)
FADES = timedelta(days=180)
MIA = a_person("mia")


def decided(verdict: Verdict, days_ago: int = 1) -> Case:
    case = Case(community="3b", number=1, code="C7JQ9", opened_at=NOW, policy="0.1")
    return case.decide(verdict, MIA, NOW - timedelta(days=days_ago), frozenset())


def a_case() -> Case:
    return Case(community="3b", number=2, code="C7JQ8", opened_at=NOW, policy="0.1")


@given(st.lists(st.tuples(st.sampled_from(list(Verdict)), st.integers(0, 400)), max_size=8))
def test_the_highest_step_that_still_counts_opens_the_next_and_no_other(before: list[tuple[Verdict, int]]) -> None:
    earlier = [decided(verdict, days) for verdict, days in before]
    counting = [verdict for verdict, days in before if days < 180]
    up = max((STEPS.index(verdict) + 1 for verdict in counting if verdict in STEPS), default=0)
    up = max(up, int(any(verdict in (Verdict.ASK, Verdict.DELETE) for verdict in counting)))
    assert height(earlier, NOW, FADES) == up
    for verdict in STEPS:
        assert within_reach(verdict, a_case(), earlier, NOW, FADES) == (STEPS.index(verdict) <= up)


def test_a_case_that_is_not_decided_counts_for_nothing() -> None:
    assert height([a_case()], NOW, FADES) == 0


def test_what_happens_to_the_message_alone_is_never_too_far() -> None:
    for verdict in set(Verdict) - set(STEPS):
        assert within_reach(verdict, a_case(), (), NOW, FADES)


def test_a_risk_to_somebody_is_no_matter_of_steps() -> None:
    for verdict in Verdict:
        assert within_reach(verdict, replace(a_case(), safety=True), (), NOW, FADES)
