"""``/check`` shows a parent, in private, what the detectors make of a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.detectors.observation import Observation
from orchard_bot.testing.builders import a_private_message

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

DRAFT = "What the f**k, Mrs Hale is rude"
SWEARING = Observation("swearing", (9, 13), 0.9, "There is a strong word here.", "swearing", "1")
DOUBTFUL = Observation("swearing", (0, 4), 0.4, "Weaker.", "swearing", "1")


def check(stage: Stage, draft: str, *seen: Observation, examined: bool = True) -> str:
    event = a_private_message(f"/check {draft}", author=stage.anna)
    request = stage.request(event, stage.anna, args=draft, observations=seen, examined=examined)
    stage.run(stage.routes.commands["check"][1].run, request)
    return stage.told(stage.anna)[-1]


def test_without_a_draft_it_says_how_to(stage: Stage) -> None:
    assert "Write /check and" in check(stage, " ")


def test_a_draft_that_nobody_has_looked_at_is_asked_for_again(stage: Stage) -> None:
    assert "once more" in check(stage, DRAFT, examined=False)


def test_where_nothing_was_noticed_it_does_not_promise_more(stage: Stage) -> None:
    said = check(stage, "PE kit tomorrow", DOUBTFUL)
    assert "I see nothing there" in said
    assert "I overlook things" in said


def test_each_guideline_is_shown_with_the_words_and_what_would_happen(stage: Stage) -> None:
    said = check(stage, DRAFT, DOUBTFUL, SWEARING)
    assert "No angry outbursts or swearing" in said
    assert "There is a strong word here." in said
    assert "“f**k”" in said
    assert "you have not asked for private notes" in said
    assert "Weaker" not in said


def test_somebody_who_wants_notes_learns_that_they_would_get_one(stage: Stage) -> None:
    yes = Consent(person=stage.anna, community="3b", to=OptIn.NOTES, given_at=stage.now, policy="1")
    stage.books.consents.give(yes)
    assert "a private note first" in check(stage, DRAFT, SWEARING)


def test_nothing_of_the_draft_is_kept(stage: Stage) -> None:
    check(stage, DRAFT, SWEARING)
    assert stage.books.cases.sightings("3b", stage.now) == []
    assert stage.books.dialogs.get(stage.account, stage.anna) is None


def test_who_asks_hears_of_what_would_pass_in_the_group(stage: Stage) -> None:
    spec = stage.house.code.detector("meaning-grievance")
    assert spec is not None
    assert spec.asked_at is not None
    assert spec.queue_at is not None
    score = (spec.asked_at + spec.queue_at) / 2
    seen = Observation("grievance", (0, 5), score, "A complaint, perhaps.", spec.name, "1")
    said = check(stage, "Hmm, Mrs Hale again", seen)
    assert said.startswith("I would let that pass in the group.")
    assert "A complaint, perhaps." in said
    assert "moderators" not in said
