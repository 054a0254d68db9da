"""The bot never talks faster than a platform or a group puts up with."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.runtime.budget import BURST_MESSAGES, BURST_SECONDS, Budget

EPSILON = 1e-6
WISHES = st.lists(st.tuples(st.floats(0, 5), st.sampled_from("abc")), min_size=1, max_size=200)


def sent(wishes: list[tuple[float, str]], per_minute: float, per_second: float) -> list[tuple[float, str]]:
    """Everybody sends as soon as the budget lets them."""
    budget, now, done = Budget(), 100.0, []
    for pause, chat in wishes:
        now += pause
        while (seconds := budget.wait(chat, now, per_minute=per_minute, per_second=per_second)) > 0:
            now += seconds
        done.append((now, chat))
    return done


@given(WISHES, st.floats(1, 120), st.floats(0.2, 50))
def test_no_stretch_of_time_sees_more_than_the_rate_and_a_small_burst(
    wishes: list[tuple[float, str]], per_minute: float, per_second: float
) -> None:
    done = sent(wishes, per_minute, per_second)
    whole = [at for at, _ in done]
    _holds(whole, per_second, max(1.0, BURST_SECONDS * per_second))
    for chat in "abc":
        _holds([at for at, where in done if where == chat], per_minute / 60, BURST_MESSAGES)


def _holds(moments: list[float], rate: float, burst: float) -> None:
    for first in range(len(moments)):
        for last in range(first, len(moments)):
            allowed = burst + (moments[last] - moments[first]) * rate
            assert last - first + 1 <= allowed + EPSILON * (1 + allowed)


@given(WISHES)
def test_waiting_as_long_as_the_budget_says_is_enough(wishes: list[tuple[float, str]]) -> None:
    budget, now = Budget(), 0.0
    for pause, chat in wishes:
        now += pause
        seconds = budget.wait(chat, now, per_minute=20, per_second=1)
        if seconds > 0:
            now += seconds + EPSILON
            assert budget.wait(chat, now, per_minute=20, per_second=1) == 0


def test_what_is_urgent_goes_at_once_and_the_others_wait_the_longer_for_it() -> None:
    calm, pressed = Budget(), Budget()
    for budget in (calm, pressed):
        while budget.wait("a", 100, per_minute=20, per_second=10) == 0:
            pass
    assert pressed.wait("a", 100, per_minute=20, per_second=10, urgent=True) == 0
    waits = [budget.wait("a", 100, per_minute=20, per_second=10) for budget in (calm, pressed)]
    assert waits == [3, 6]


def test_chats_that_are_quiet_again_are_forgotten() -> None:
    budget = Budget()
    for n in range(1200):
        assert budget.wait(f"chat {n}", n * 10.0, per_minute=20, per_second=10) == 0
    assert len(budget._chats) < 1100
