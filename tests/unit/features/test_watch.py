"""The watch: a kind note or a word to the moderators, the same in rehearsal; edits and deletions end cases kindly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from orchard_bot.chat.events import MessageDeleted, MessagePosted
from orchard_bot.chat.intents import DeleteMessage, Remove, Restrict, TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.code_of_conduct import Severity
from orchard_bot.community.community import Watch
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.watching.judgement import Would, judge
from orchard_bot.testing.builders import a_message, a_person, a_private_message, an_edit, an_event_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.unit.features.conftest import Stage

CARL = a_person("carl")


def seen(detector: str = "swearing", clause: str = "swearing", score: float = 0.9) -> Observation:
    return Observation(clause, (0, 4), score, "It looks like a swear word.", detector, "1")


SERIOUS = seen("slurs", "discrimination")


def post(text: str = "bl**dy car park") -> MessagePosted:
    return a_message(text, author=CARL, author_name="Carl")


def gone(message: MessagePosted, by: PersonRef | None = None) -> MessageDeleted:
    return MessageDeleted(an_event_id(), message.at, message.chat, message=message.message, by=by)


@pytest.fixture
def live(stage: Stage) -> Stage:
    stage.set(watch=Watch.LIVE)
    return stage


def wants_notes(stage: Stage, person: PersonRef = CARL) -> None:
    stage.books.consents.give(
        Consent(person=person, community="3b", to=OptIn.NOTES, given_at=stage.now, policy=stage.house.code.version)
    )


def case_about(stage: Stage, message: MessagePosted) -> Case | None:
    return stage.books.cases.about(message.message)


def reported(stage: Stage, message: MessagePosted, way: str = "Tell the moderators, in confidence") -> None:
    stage.report(message)
    stage.deliver()
    stage.choose(way)
    if way.startswith("Tell"):
        stage.choose("Not sure")
    stage.deliver()


def test_somebody_who_asked_for_notes_hears_it_before_anybody_else(live: Stage) -> None:
    wants_notes(live)
    [note] = live.group(post(), seen())
    assert isinstance(note, TellPrivately)
    assert note.person == CARL
    clause = live.house.code.clause("swearing")
    assert clause is not None
    assert clause.note in note.text.value
    assert live.books.cases.waiting("3b") == []


def test_without_a_yes_something_mild_is_only_counted(live: Stage) -> None:
    assert live.group(post(), seen()) == []
    [sighting] = live.books.cases.sightings("3b", live.now)
    assert sighting.would == Would.NOTHING
    assert not sighting.rehearsal


def test_a_message_is_noted_at_most_once(live: Stage) -> None:
    wants_notes(live)
    message = post()
    live.group(message, seen())
    assert live.group(an_edit(message, "bl**dy, bl**dy"), seen()) == []


def test_something_serious_reaches_the_moderators_and_not_the_poster(live: Stage) -> None:
    wants_notes(live)
    message = post("unspeakable")
    live.group(message, SERIOUS, seen())
    assert "The watch noticed: It looks like a swear word." in live.told(live.mia)[-1]
    assert "unspeakable" in live.told(live.mia)[-1]
    assert live.told(CARL) == []
    case = case_about(live, message)
    assert case is not None
    assert case.clauses == ("discrimination", "swearing"), "the gravest first"


def test_a_moderators_message_is_treated_like_any_other_and_they_do_not_see_the_case(live: Stage) -> None:
    live.group(a_message("unspeakable", author=live.mia), SERIOUS)
    assert live.told(live.mia) == []
    assert "unspeakable" in live.told(live.omar)[-1]


def test_a_channel_gets_no_note_but_moderators_hear(live: Stage) -> None:
    wants_notes(live)
    live.group(replace(post("Cheap loans"), impersonal=True), seen())
    assert live.told(CARL) == []
    assert "Cheap loans" in live.told(live.mia)[-1]


def test_nothing_the_watch_sees_can_become_a_sanction(live: Stage) -> None:
    wants_notes(live)
    live.group(post(), SERIOUS, seen())
    assert not any(isinstance(one, DeleteMessage | Restrict | Remove) for one in live.intents)


def test_what_stays_below_every_threshold_is_not_even_counted(live: Stage) -> None:
    live.group(post(), seen(score=0.1), seen("no-such-detector"), seen(clause="no-such-clause"))
    live.group(post())
    assert live.books.cases.sightings("3b", live.now) == []


def test_a_private_message_is_never_watched(live: Stage) -> None:
    message = a_private_message("unspeakable", author=CARL)
    live.group(message, SERIOUS)
    live.group(an_edit(message, "unspeakable again"), SERIOUS)
    assert live.intents == []


def test_switched_off_it_does_nothing(stage: Stage) -> None:
    stage.set(watch=Watch.OFF)
    assert stage.group(post(), SERIOUS) == []
    assert stage.books.cases.sightings("3b", stage.now) == []


def test_a_note_that_never_arrived_is_forgotten(live: Stage) -> None:
    wants_notes(live)
    message = post()
    live.group(message, seen())
    live.deliver(lost=[CARL])
    live.command("/why", by=CARL)
    assert "done nothing" in live.told(CARL)[-1]


@pytest.mark.parametrize("held", [True, False])
def test_a_note_that_arrived_or_may_yet_is_remembered_without_its_text(live: Stage, held: bool) -> None:
    wants_notes(live)
    live.group(post(), seen())
    live.deliver(held=[CARL] if held else ())
    live.command("/why", by=CARL)
    assert "a private note from me. Guideline: No angry outbursts or swearing" in live.told(CARL)[-1]
    assert "bl**dy" not in live.told(CARL)[-1]


def test_what_a_moderator_approved_is_left_alone_until_the_words_change(live: Stage) -> None:
    message = post("unspeakable")
    live.group(message, SERIOUS)
    live.choose("It's fine: dismiss", live.mia)
    assert live.group(an_edit(message, "unspeakable"), SERIOUS) == []
    live.group(an_edit(message, "worse"), SERIOUS)
    assert "looked at before, in case 1" in live.told(live.mia)[-1]
    assert len(live.books.cases.waiting("3b")) == 1


def test_in_rehearsal_nobody_is_told_until_the_evening(stage: Stage) -> None:
    wants_notes(stage)
    assert stage.group(post(), seen()) == []
    assert stage.group(post("unspeakable"), SERIOUS) == []
    assert stage.group(replace(post(), author=a_person("dora")), seen()) == []
    stage.due(timedelta(days=1))
    [digest] = stage.told(stage.mia)
    assert digest == stage.told(stage.omar)[0]
    assert "No angry outbursts or swearing: a private note to the poster (1)" in digest
    assert "a word to you moderators (1)" in digest
    assert "hasn't asked for notes (1)" in digest
    assert "unspeakable" not in digest
    stage.due(timedelta(days=3))
    assert len(stage.told(stage.mia)) == 1, "no digest where there is nothing to say"


@pytest.mark.parametrize(
    ("noticed", "evening"),
    [
        (datetime(2026, 11, 18, 12, tzinfo=UTC), datetime(2026, 11, 18, 19, tzinfo=UTC)),
        (datetime(2026, 11, 18, 19, 30, tzinfo=UTC), datetime(2026, 11, 19, 19, tzinfo=UTC)),
        (datetime(2026, 7, 18, 12, tzinfo=UTC), datetime(2026, 7, 18, 18, tzinfo=UTC)),
        (datetime(2026, 10, 24, 18, 30, tzinfo=UTC), datetime(2026, 10, 25, 19, tzinfo=UTC)),
    ],
)
def test_the_evening_is_seven_by_the_clock_on_the_wall(stage: Stage, noticed: datetime, evening: datetime) -> None:
    stage.now = noticed
    stage.group(post("unspeakable"), SERIOUS)
    [planned] = stage.books.schedules.upcoming("3b", "watch.digest")
    assert planned.due == evening
    stage.now = evening
    stage.due()
    assert len(stage.told(stage.mia)) == 1


def test_a_digest_that_comes_late_speaks_of_its_own_day_only(stage: Stage) -> None:
    stage.group(post("unspeakable"), SERIOUS)
    [planned] = stage.books.schedules.upcoming("3b", "watch.digest")
    stage.now = planned.due + timedelta(hours=2)
    stage.group(post("unspeakable again"), SERIOUS)
    stage.due()
    assert "a word to you moderators (1)" in stage.told(stage.mia)[-1]


def test_a_digest_with_nothing_to_say_and_one_about_a_clause_that_has_gone(stage: Stage) -> None:
    assert stage.timer("watch.digest") == []
    stage.group(post("unspeakable"), SERIOUS)
    kept = tuple(one for one in stage.house.code.clauses if one.id != "discrimination")
    stage.house.code = replace(stage.house.code, clauses=kept)
    stage.due(timedelta(days=1))
    assert "discrimination" in stage.told(stage.mia)[-1]


def test_an_edit_brings_the_evidence_and_the_alerts_up_to_date(live: Stage) -> None:
    message = post()
    reported(live, message)
    live.group(an_edit(message, "Lovely car park"))
    case = case_about(live, message)
    assert case is not None
    assert case.evidence == "Lovely car park"
    assert "has changed it since" in live.changed()[-1]
    assert case.state is CaseState.OPEN, "somebody reported it: people decide"


def test_an_edit_that_changes_no_word_changes_nothing(live: Stage) -> None:
    message = post()
    reported(live, message)
    assert live.group(an_edit(message, message.text)) == []


def test_a_case_that_stands_on_the_watch_alone_ends_when_the_words_have_gone(live: Stage) -> None:
    message = post("unspeakable")
    live.group(message, SERIOUS)
    live.group(an_edit(message, "quite all right"))
    case = case_about(live, message)
    assert case is not None
    assert case.state is CaseState.SETTLED
    assert case.evidence_until == live.now + live.house.retention.evidence
    assert "has settled itself" in live.changed()[-1]


def test_a_case_stays_open_while_the_watch_still_sees_something(live: Stage) -> None:
    message = post("unspeakable")
    live.group(message, SERIOUS)
    live.group(an_edit(message, "differently unspeakable"), replace(SERIOUS, reason="It is still there."))
    case = case_about(live, message)
    assert case is not None
    assert case.state is CaseState.OPEN
    assert "It is still there." in live.changed()[-1]


def test_the_same_thing_noticed_again_adds_nothing(live: Stage) -> None:
    message = post("unspeakable")
    live.group(message, SERIOUS)
    before = live.group(an_edit(message, "differently unspeakable"), SERIOUS)
    assert len(before) == 2, "one change of each alert, for the new text"


def test_in_rehearsal_an_edit_does_not_settle_a_case(stage: Stage) -> None:
    stage.set(watch=Watch.LIVE)
    message = post("unspeakable")
    stage.group(message, SERIOUS)
    stage.set(watch=Watch.REHEARSAL)
    stage.group(an_edit(message, "fine"))
    case = case_about(stage, message)
    assert case is not None
    assert case.state is CaseState.OPEN


def test_a_case_about_safety_is_not_closed_by_an_edit(live: Stage) -> None:
    safe = tuple(replace(one, safety=one.id == "discrimination") for one in live.house.code.clauses)
    live.house.code = replace(live.house.code, clauses=safe)
    message = post("unspeakable")
    live.group(message, SERIOUS)
    live.group(an_edit(message, "fine"))
    case = case_about(live, message)
    assert case is not None
    assert case.safety
    assert case.state is CaseState.OPEN


def test_what_the_watch_finds_serious_does_not_wait_for_the_poster(live: Stage) -> None:
    message = post("hm")
    live.report(message)
    live.choose("Ask the poster to remove it")
    live.choose("Ask for me, without my name")
    live.choose("Not sure")
    live.group(an_edit(message, "unspeakable"), SERIOUS)
    case = case_about(live, message)
    assert case is not None
    assert case.state is CaseState.OPEN
    assert "unspeakable" in live.told(live.mia)[-1]


def test_a_deleted_message_ends_its_case_and_everybody_hears_once(live: Stage) -> None:
    message = post()
    reported(live, message)
    live.group(gone(message, CARL))
    case = case_about(live, message)
    assert case is not None
    assert case.state is CaseState.SETTLED
    assert "has gone from the group" in live.told(live.anna)[-1]
    assert "has settled itself" in live.changed()[-1]
    before = len(live.intents)
    live.group(gone(message))
    assert len(live.intents) == before


def test_what_concerned_a_childs_safety_stays_open_when_the_original_has_gone(live: Stage) -> None:
    message = post()
    reported(live, message, "A child may be at risk, or a threat")
    live.group(gone(message))
    [case] = live.books.cases.waiting("3b")
    assert case.evidence == message.text
    assert "The original is no longer in the group" in live.changed()[-1]
    live.command("/case 1", by=live.mia)
    assert "Delete" not in live.labels(live.mia)


def test_a_safety_case_whose_poster_was_asked_goes_to_the_moderators_when_the_original_has_gone(live: Stage) -> None:
    clause = next(one for one in live.house.code.reportable() if one.safety)
    message = post()
    live.report(message)
    live.choose("Ask the poster to remove it")
    live.choose("Ask for me, without my name")
    while clause.title not in live.labels(live.anna):
        live.choose("More …")
    live.choose(clause.title)
    live.group(gone(message))
    assert "The original is no longer in the group" in live.told(live.mia)[-1]


def test_a_deletion_of_what_nobody_minded_is_nobodys_business(live: Stage) -> None:
    assert live.group(gone(post())) == []


observations = st.lists(
    st.builds(
        Observation,
        st.sampled_from(["swearing", "discrimination", "off-topic-link", "child", "unknown"]),
        st.just((0, 3)),
        st.floats(0, 1),
        st.just("It was noticed."),
        st.sampled_from(["swearing", "slurs", "links", "unknown"]),
        st.just("1"),
    ),
    max_size=5,
)


@given(seen=observations, notes=st.booleans(), impersonal=st.booleans())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_rehearsal_says_is_what_would_happen(
    new_stage: Callable[[], AbstractContextManager[Stage]], seen: list[Observation], notes: bool, impersonal: bool
) -> None:
    with new_stage() as rehearsed, new_stage() as lived:
        lived.set(watch=Watch.LIVE)
        message = replace(post("Something"), impersonal=impersonal)
        for each in (rehearsed, lived):
            if notes:
                wants_notes(each)
            each.group(message, *seen)
        said, did = (
            next((one.would for one in each.books.cases.sightings("3b", each.now)), None) for each in (rehearsed, lived)
        )
        assert said == did
        assert rehearsed.intents == []
        happened = Would.NOTE if lived.told(CARL) else Would.ALERT if lived.told(lived.mia) else Would.NOTHING
        assert happened == (did or Would.NOTHING)


@given(seen=observations, notes=st.booleans(), impersonal=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_note_goes_only_to_somebody_who_asked_and_never_about_something_serious(
    stage: Stage, seen: list[Observation], notes: bool, impersonal: bool
) -> None:
    judgement = judge(stage.house.code, seen, notes=notes, impersonal=impersonal)
    if judgement is not None and judgement.would is Would.NOTE:
        assert notes
        assert not impersonal
        assert all(one.severity is Severity.MILD and not one.safety for one in judgement.clauses)


HEATED = Observation("peaceful-solutions", (0, 4), 0.9, "The tone is getting sharper.", "heating-up", "1")
LIKELY = seen("meaning-grievance", "grievance", 0.0)


def queue_at(stage: Stage, detector: str) -> float:
    spec = stage.house.code.detector(detector)
    assert spec is not None
    assert spec.queue_at is not None
    return spec.queue_at


def test_what_is_likely_but_not_clear_waits_in_the_queue_and_nobody_is_called(live: Stage) -> None:
    message = post("Mrs Hale never answers, does she")
    likely = replace(LIKELY, score=queue_at(live, "meaning-grievance"))
    assert live.group(message, likely) == []
    case = case_about(live, message)
    assert case is not None
    assert case.state is CaseState.OPEN
    assert live.books.cases.alerts(case.id) == []
    live.group(an_edit(message, "Mrs Hale never ever answers, does she"), likely)
    assert len(live.books.cases.waiting("3b")) == 1, "one message, one case"


def test_in_the_evening_moderators_hear_how_many_wait_and_those_concerned_do_not(live: Stage) -> None:
    likely = replace(LIKELY, score=queue_at(live, "meaning-grievance"))
    live.group(a_message("She never answers", author=live.mia), likely)
    live.due(timedelta(days=1))
    assert "when you have a minute: 1" in live.told(live.omar)[-1]
    assert live.told(live.mia) == []


def test_a_queued_clause_goes_to_the_queue_where_the_poster_does_not_want_notes(live: Stage) -> None:
    spec = live.house.code.detector("commercial")
    assert spec is not None
    assert spec.note_at is not None
    message = post("I make cakes, order now")
    live.group(message, seen("commercial", "commercial", spec.note_at))
    assert case_about(live, message) is not None


def test_a_thread_that_heats_up_is_told_to_moderators_once_and_never_to_the_group(live: Stage) -> None:
    live.group(post("Shut up"), HEATED)
    live.group(post("No you"), HEATED)
    assert [len(live.told(who)) for who in (live.mia, live.omar)] == [1, 1]
    assert "A calm word from one of you may help" in live.told(live.mia)[0]
    assert live.said() == []
    assert live.books.cases.waiting("3b") == []
    live.due(timedelta(hours=7))
    live.group(post("And again"), HEATED)
    assert len(live.told(live.mia)) == 2


def test_in_rehearsal_no_calm_word_is_suggested(stage: Stage) -> None:
    stage.group(post("Shut up"), HEATED)
    assert stage.told(stage.mia) == []
