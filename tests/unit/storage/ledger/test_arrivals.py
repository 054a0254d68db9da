"""An event is new once."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchard_bot.storage.ledger import SqlLedger


def test_an_event_is_new_once(ledger: SqlLedger) -> None:
    assert [ledger.arrivals.first_time(event, 5) for event in ("a", "b", "a", "A")] == [True, True, False, True]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(events=st.lists(st.text(max_size=3)), more=st.lists(st.text(max_size=3)))
def test_whatever_comes_again_is_known(ledger: SqlLedger, events: list[str], more: list[str]) -> None:
    ledger.arrivals.forget(10, 1000)
    seen: set[str] = set()
    for event in events + more:
        assert ledger.arrivals.first_time(event, 5) == (event not in seen)
        seen.add(event)


def test_the_oldest_are_forgotten_a_few_at_a_time(ledger: SqlLedger) -> None:
    for at, event in enumerate("abcde"):
        ledger.arrivals.first_time(event, at)
    assert [ledger.arrivals.forget(3, 2) for _ in range(3)] == [2, 1, 0]
    assert [ledger.arrivals.first_time(event, 9) for event in "deabc"] == [False, False, True, True, True]
