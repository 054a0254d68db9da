"""A case: whatever is tried in whatever order, it is decided by one person who may, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import CLAIM_LASTS, LIVE, WAITING, Case, CaseState, recused_from
from orchard_bot.community.decision import Verdict
from orchard_bot.errors import NotOpen, NotYours
from orchard_bot.testing.builders import a_message_ref, a_person

NOW = datetime(2026, 11, 18, 19, tzinfo=UTC)
MIA, OMAR, POSTER = a_person("mia"), a_person("omar"), a_person("carl")
RECUSED = frozenset({POSTER})


def a_case(state: CaseState = CaseState.OPEN) -> Case:
    return Case(
        community="3b",
        number=1,
        code="C7JQ9",
        opened_at=NOW,
        policy="0.1",
        clauses=("swearing",),
        message=a_message_ref("1"),
        author=POSTER,
        author_name="Carl",
        evidence="words",
        evidence_until=NOW,
        state=state,
    )


def test_a_claim_holds_for_half_an_hour() -> None:
    case = a_case().claimed(MIA, NOW, RECUSED)
    assert case.holder(NOW) == MIA
    assert case.holder(NOW + CLAIM_LASTS) is None
    with pytest.raises(NotOpen):
        case.claimed(OMAR, NOW, RECUSED)
    assert case.claimed(OMAR, NOW + CLAIM_LASTS, RECUSED).holder(NOW + CLAIM_LASTS) == OMAR


def test_only_the_holder_gives_a_case_back() -> None:
    case = a_case().claimed(MIA, NOW, RECUSED)
    with pytest.raises(NotOpen):
        case.released(OMAR, NOW)
    assert case.released(MIA, NOW).state is CaseState.OPEN


def test_nobody_decides_a_case_that_concerns_them() -> None:
    with pytest.raises(NotYours):
        a_case().decide(Verdict.DISMISS, POSTER, NOW, RECUSED)
    assert recused_from(a_case(), frozenset({MIA})) == {MIA, POSTER}
    assert recused_from(replace(a_case(), author=None), frozenset({MIA})) == {MIA}


def test_a_decision_names_case_moderator_version_and_clause() -> None:
    decision = a_case().decide(Verdict.NOTE, MIA, NOW, RECUSED).decision
    assert decision is not None
    assert (decision.case, decision.moderator, decision.policy, decision.clause) == ("3b/1", MIA, "0.1", "swearing")
    bare = replace(a_case(), clauses=()).decide(Verdict.NOTE, MIA, NOW, RECUSED).decision
    assert bare is not None
    assert bare.clause is None


def test_reasons_and_remarks_add_up_and_never_repeat() -> None:
    case = a_case().with_reason(("swearing", "abuse"), safety=False).with_reason((), safety=True)
    assert case.clauses == ("swearing", "abuse")
    assert case.with_reason((), safety=False).safety, "once a matter of safety, always one"
    assert case.with_remark("poster-silent").with_remark("poster-silent").remarks == ("poster-silent",)


def test_a_forgotten_case_has_no_words_and_no_name() -> None:
    gone = a_case().changed("other words").forgotten()
    assert (gone.evidence, gone.author_name, gone.evidence_until, gone.edited) == ("", "", None, True)


Move: TypeAlias = tuple[str, PersonRef, int]

steps = st.lists(
    st.tuples(
        st.sampled_from(["claim", "release", "decide", "hand", "take back", "edit", "appeal", "reopen"]),
        st.sampled_from([MIA, OMAR, POSTER]),
        st.integers(0, 40),
    ),
    max_size=12,
)


def _step(case: Case, what: str, who: PersonRef, now: datetime) -> Case:
    match what:
        case "claim":
            return case.claimed(who, now, RECUSED)
        case "release":
            return case.released(who, now)
        case "decide":
            return case.decide(Verdict.DELETE, who, now, RECUSED)
        case "hand":
            return case.handed_to_moderators()
        case "take back":
            return case.taken_back(now)
        case "appeal":
            return case.appealed(now)
        case "reopen":
            return case.reopened()
        case _:
            return case.changed("new words")


@given(start=st.sampled_from(sorted(LIVE)), moves=steps)
def test_whatever_is_tried_a_settled_case_stays_settled_until_its_decision_is_taken_back(
    start: CaseState, moves: list[Move]
) -> None:
    case, now = a_case(start), NOW
    for what, who, minutes in moves:
        now += timedelta(minutes=minutes)
        before = case
        try:
            case = _step(case, what, who, now)
        except (NotOpen, NotYours):
            assert case is before
            continue
        if what == "reopen":
            assert before.state is CaseState.DECIDED
            assert case.state is CaseState.OPEN
            assert (case.decision, case.settled_at) == (None, None)
        elif before.state not in LIVE:
            assert case.state is before.state
            assert case.decision == before.decision
        if what == "appeal":
            assert before.decision is not None
            assert before.appealed_at is None
        if case.decision is not None and before.decision is None:
            assert before.state in WAITING
            assert case.decision.moderator == who != POSTER
            assert before.holder(now) in (None, who)
        assert (case.decision is not None) == (case.state is CaseState.DECIDED)
        assert case.holder(now) != POSTER
        if before.state is CaseState.ASKED and what in ("claim", "decide"):
            pytest.fail("no moderator decides what no moderator has been told")
