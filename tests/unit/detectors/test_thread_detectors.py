"""Threads are judged by who writes when, in answer to whom, and by scores alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest

from orchard_bot.detectors import heating_up, pile_on, private_exchange, repeated_advert
from orchard_bot.detectors.observation import Detector, DetectorFactory, Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.thread import LONGEST, MOST_POSTS, FollowsThreads, Post, Thread, best_scores, heat

Build: TypeAlias = Callable[..., Detector]
NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def post(key: int, author: str, *, answers: int | None = None, minutes: float | None = None, **scores: float) -> Post:
    named = {name.replace("_", "-"): score for name, score in scores.items()}
    at = NINE + timedelta(minutes=key if minutes is None else minutes)
    return Post(
        key=str(key), author=author, at=at, length=20, answers=None if answers is None else str(answers), scores=named
    )


def follow(detector: Detector, posts: Sequence[Post]) -> Sequence[Observation]:
    assert isinstance(detector, FollowsThreads)
    thread = Thread()
    for one in posts:
        thread.add(one)
    return detector.follow(thread)


def made(build: Build, factory: DetectorFactory, clause: str) -> Detector:
    detector = build(factory, clause=clause)
    assert detector.observe(Reading("any text at all")) == (), "the text by itself says nothing"
    return detector


def test_two_people_who_carry_on_in_private_matters_are_noticed(build: Build) -> None:
    detector = made(build, private_exchange.build, "private-chat")
    talk = [post(number, "ab"[number % 2], private_chat=0.5) for number in range(6)]
    [one] = follow(detector, talk)
    assert one.score > 0.7
    assert one.span == (0, 20)
    assert follow(detector, talk[:3]) == (), "three posts are no exchange"


@pytest.mark.parametrize(
    "posts",
    [
        [post(number, "ab"[number % 2], private_chat=0.1) for number in range(8)],
        [post(number, "abc"[number % 3], private_chat=0.9) for number in range(8)],
        [post(number, "ab"[number % 2], minutes=number * 40, private_chat=0.9) for number in range(8)],
        [post(number, "a", private_chat=0.9) for number in range(8)],
    ],
    ids=["about class matters", "three people", "long pauses", "one person alone"],
)
def test_what_is_no_private_exchange_is_let_pass(build: Build, posts: Sequence[Post]) -> None:
    assert follow(made(build, private_exchange.build, "private-chat"), posts) == ()


def test_several_people_turning_on_one_are_noticed_with_the_third(build: Build) -> None:
    detector = made(build, pile_on.build, "disrespect")
    talk = [post(0, "kim"), *(post(number, who, answers=0, disrespect=0.4) for number, who in enumerate("lmn", 1))]
    [one] = follow(detector, talk)
    assert one.score > 0.6
    assert follow(detector, talk[:3]) == ()


@pytest.mark.parametrize(
    "last",
    [
        post(4, "o", answers=0),
        post(4, "o", disrespect=0.4),
        post(4, "kim", answers=0, disrespect=0.4),
        post(4, "o", answers=99, disrespect=0.4),
        post(90, "o", answers=0, disrespect=0.4),
    ],
    ids=["a mild answer", "no answer", "the same person", "an answer to what is forgotten", "much later"],
)
def test_what_is_no_pile_on_is_let_pass(build: Build, last: Post) -> None:
    talk = [post(0, "kim"), *(post(number, who, answers=0, disrespect=0.4) for number, who in enumerate("lmn", 1))]
    assert follow(made(build, pile_on.build, "disrespect"), [*talk, last]) == ()


def test_a_thread_that_heats_up_is_noticed_and_one_hothead_is_not(build: Build) -> None:
    detector = made(build, heating_up.build, "peaceful-solutions")
    assert len(follow(detector, [post(number, "ab"[number % 2], grievance=0.5) for number in range(4)])) == 1
    assert follow(detector, [post(number, "a", grievance=0.5) for number in range(4)]) == ()
    assert follow(detector, [post(number, "ab"[number % 2], grievance=0.5) for number in range(3)]) == ()
    assert (
        follow(detector, [*(post(number, "ab"[number % 2], swearing=0.9) for number in range(5)), post(6, "c")]) == ()
    )


def test_an_advert_is_noticed_the_second_time(build: Build) -> None:
    detector = made(build, repeated_advert.build, "commercial")
    first, other, again = post(0, "zoe", commercial=0.5), post(1, "ann"), post(2, "zoe", minutes=9000, commercial=0.5)
    [one] = follow(detector, [first, other, again])
    assert one.score == 0.75, "surer than either"
    assert follow(detector, [first]) == ()
    assert follow(detector, [first, post(2, "ann", commercial=0.5)]) == ()
    assert follow(detector, [first, other]) == ()


def test_a_thread_is_bounded_in_number_and_time() -> None:
    thread = Thread()
    for number in range(MOST_POSTS + 5):
        thread.add(post(number, "a", minutes=number / 10))
    assert len(list(thread.before(LONGEST))) == MOST_POSTS - 1
    thread.add(post(9999, "a", minutes=LONGEST.total_seconds() / 60 + 30))
    assert all(thread.latest.at - one.at <= LONGEST for one in thread.before(LONGEST * 2))


def test_a_message_that_comes_again_is_looked_at_in_its_old_place() -> None:
    thread = Thread()
    for number in range(3):
        thread.add(post(number, "a"))
    thread.add(post(1, "a"))
    assert thread.latest.key == "1"
    assert [one.key for one in thread.before(LONGEST)] == ["0"]
    assert thread.answered() is None


def test_of_many_observations_a_post_keeps_the_best_score_of_each_clause() -> None:
    seen = [Observation("a", (0, 1), score, "", "d", "1") for score in (0.3, 0.8, 0.5, 0.01)]
    assert best_scores(seen) == {"a": 0.8}
    assert heat(post(0, "a", child=0.4, politics=0.9)) == 0.4
