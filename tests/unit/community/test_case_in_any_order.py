"""A case, whatever happens to it in whatever order: never in an illegal state, never without what was reported."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import CLAIM_LASTS, LIVE, WAITING, Case, CaseState, recused_from
from orchard_bot.community.decision import Decision, Verdict
from orchard_bot.errors import NotOpen, NotYours
from orchard_bot.testing.builders import a_message_ref, a_person

MIA, OMAR, ROSA, POSTER = a_person("mia"), a_person("omar"), a_person("rosa"), a_person("carl")
people = st.sampled_from([MIA, OMAR, ROSA, POSTER])
reporters = st.sampled_from([a_person("anna"), a_person("ben"), ROSA])
"""Two parents and a moderator; the others stay free to act, so that long stories happen."""
clauses = st.lists(st.sampled_from(["swearing", "abuse", "privacy"]), max_size=2, unique=True).map(tuple)


class CaseMachine(RuleBasedStateMachine):
    """A case beside a plain account of what must hold. A moderator is among those who report."""

    @initialize(asked=st.booleans())
    def begin(self, asked: bool) -> None:
        """The first report, or what the watch noticed."""
        self.now = datetime(2026, 11, 18, 19, tzinfo=UTC)
        self.case = Case(
            community="3b",
            number=1,
            code="C7JQ9",
            opened_at=self.now,
            policy="0.1",
            message=a_message_ref("1"),
            author=POSTER,
            state=CaseState.ASKED if asked else CaseState.OPEN,
        )
        self.reporters: frozenset[PersonRef] = frozenset()
        self.reasons: set[str] = set()
        self.safety = False
        self.appeals = 0
        self.decisions: list[Decision] = []

    @rule(minutes=st.sampled_from([1, 29, 30, 31]))
    def time_passes(self, minutes: int) -> None:
        """Long enough for a claim to lapse, or not quite."""
        self.now += timedelta(minutes=minutes)

    @rule(who=reporters, reasons=clauses, safety=st.booleans())
    def somebody_reports(self, who: PersonRef, reasons: tuple[str, ...], safety: bool) -> None:
        """A report is merged whatever state the case is in."""
        before = self.case
        self.case = self.case.with_reason(reasons, safety=safety)
        self.reporters |= {who}
        self.reasons |= set(reasons)
        self.safety = self.safety or safety
        assert (self.case.state, self.case.decision) == (before.state, before.decision)

    @rule(who=people)
    def somebody_claims(self, who: PersonRef) -> None:
        """Only where nobody else holds it, and by nobody whom it concerns."""
        if who in self._recused():
            with pytest.raises(NotYours):
                self.case.claimed(who, self.now, self._recused())
        elif self.case.state in WAITING and self.case.holder(self.now) in (None, who):
            self.case = self.case.claimed(who, self.now, self._recused())
            assert self.case.holder(self.now + CLAIM_LASTS - timedelta(seconds=1)) == who
        else:
            with pytest.raises(NotOpen):
                self.case.claimed(who, self.now, self._recused())

    @rule(who=people)
    def somebody_gives_it_back(self, who: PersonRef) -> None:
        """Only whoever holds it."""
        if self.case.holder(self.now) == who:
            self.case = self.case.released(who, self.now)
            assert self.case.state is CaseState.OPEN
        else:
            with pytest.raises(NotOpen):
                self.case.released(who, self.now)

    @rule(who=people, verdict=st.sampled_from(Verdict))
    def somebody_decides(self, who: PersonRef, verdict: Verdict) -> None:
        """One person, once, who may: two never act on one case."""
        if who in self._recused():
            with pytest.raises(NotYours):
                self.case.decide(verdict, who, self.now, self._recused())
        elif self.case.state in WAITING and self.case.holder(self.now) in (None, who):
            self.case = self.case.decide(verdict, who, self.now, self._recused())
            assert self.case.decision is not None
            assert (self.case.decision.moderator, self.case.decision.verdict) == (who, verdict)
            self.decisions.append(self.case.decision)
        else:
            with pytest.raises(NotOpen):
                self.case.decide(verdict, who, self.now, self._recused())

    @rule()
    def the_poster_is_silent(self) -> None:
        """The timer moves on what was only asked, nothing else."""
        if self.case.state is CaseState.ASKED:
            self.case = self.case.handed_to_moderators()
            assert self.case.state is CaseState.OPEN
        else:
            with pytest.raises(NotOpen):
                self.case.handed_to_moderators()

    @precondition(lambda self: self.decisions or len(self.case.clauses) > 1)
    @rule()
    def the_poster_takes_it_back(self) -> None:
        """Closed kindly, with no decision against anybody; too late once somebody has decided."""
        if self.case.state in LIVE:
            self.case = self.case.taken_back(self.now)
            assert self.case.decision is None
        else:
            with pytest.raises(NotOpen):
                self.case.taken_back(self.now)

    @rule()
    def the_poster_appeals(self) -> None:
        """Once in the life of a case, and only about a decision."""
        if self.case.decision is not None and self.appeals == 0:
            self.case = self.case.appealed(self.now)
            self.appeals += 1
        else:
            with pytest.raises(NotOpen):
                self.case.appealed(self.now)

    @rule()
    def the_decision_is_taken_back(self) -> None:
        """Nothing of it is left on the case."""
        if self.case.decision is not None:
            self.case = self.case.reopened()
            assert (self.case.state, self.case.settled_at) == (CaseState.OPEN, None)
        else:
            with pytest.raises(NotOpen):
                self.case.reopened()

    @rule()
    def the_words_are_forgotten(self) -> None:
        """How the case stands is not forgotten with them."""
        self.case = self.case.changed("other words").forgotten()
        assert (self.case.evidence, self.case.author_name) == ("", "")

    @invariant()
    def no_report_is_lost(self) -> None:
        """Whatever was said is on the case, each reason once; a matter of safety stays one."""
        assert set(self.case.clauses) == self.reasons
        assert len(self.case.clauses) == len(self.reasons)
        assert self.case.safety == self.safety

    @invariant()
    def the_state_is_legal(self) -> None:
        """State, claim, decision and the time of settling agree with each other."""
        case = self.case
        assert (case.decision is not None) == (case.state is CaseState.DECIDED)
        assert (case.settled_at is not None) == (case.state not in LIVE)
        assert (case.claim is not None) == (case.state is CaseState.CLAIMED)
        assert case.decision is None or case.decision == self.decisions[-1]

    @invariant()
    def the_poster_never_holds_or_decides_it(self) -> None:
        """Whom a case concerns has no part in it."""
        assert self.case.holder(self.now) != POSTER
        assert all(decision.moderator != POSTER for decision in self.decisions)

    def _recused(self) -> frozenset[PersonRef]:
        return recused_from(self.case, self.reporters)


CaseMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestCaseInAnyOrder = CaseMachine.TestCase
