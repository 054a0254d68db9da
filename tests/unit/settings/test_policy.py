"""The policy in the repository is whole and sound; a policy with a mistake is refused with line and fix."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from orchard_bot.community.code_of_conduct import HUMAN_ONLY, Kind, Severity, Status
from orchard_bot.detectors import links, patterns, slurs, swearing
from orchard_bot.detectors.observation import DetectorFactory
from orchard_bot.errors import ConfigError
from orchard_bot.runtime.discovery import detectors as installed
from orchard_bot.settings.examples import try_examples
from orchard_bot.settings.policy import Policy, load_policy

OURS = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"
INSTALLED: Mapping[str, DetectorFactory] = {
    "swearing": swearing.build,
    "slurs": slurs.build,
    "links": links.build,
    "patterns": patterns.build,
}

SMALL = """\
title = "Ours"
version = "0.1"
dated = "2024-03"
status = "draft"
review_due = "2026-03"
full_policy = "Ask."
card = "Be kind."
[[contacts]]
id = "teacher"
name = "The teacher"
concern = "Anything"
how = "Ask."
[[topics]]
id = "kindness"
title = "Kindness"
[[clauses]]
id = "swearing"
title = "No swearing"
topic = "kindness"
kind = "inappropriate"
text = "Please."
note = "Please."
response = ["swearing"]
[[clauses]]
id = "campaign"
title = "No campaigns"
topic = "kindness"
kind = "guideline"
text = "Please."
note = "Please."
response = ["petitions"]
[[detectors]]
name = "swearing"
clause = "swearing"
note_at = 0.75
[detectors.examples]
breach = ["shit", "fuck", "wtf"]
fine = ["Scunthorpe", "Dickens", "bugger"]
[[detectors]]
name = "petitions"
uses = "patterns"
clause = "campaign"
alert_at = 0.5
[detectors.options]
patterns = ['petition']
reason = "A petition."
[detectors.examples]
breach = ["a petition", "petitions", "Petition!"]
fine = ["a partition", "repetition is dull, said Ann", "hello"]
"""


@pytest.fixture(scope="module")
def ours() -> Policy:
    return load_policy(OURS, installed())


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_policy_in_the_repository_is_the_draft_of_march_2024(ours: Policy) -> None:
    assert ours.code.label == "version 0.1, March 2024, draft"
    assert ours.code.status is Status.DRAFT
    assert ours.code.review_overdue(date(2026, 4, 1))
    assert not ours.code.review_overdue(date(2026, 3, 31))


@pytest.mark.parametrize(
    "id",
    [
        *("grievance", "disrespect", "politics", "private-chat", "discrimination", "dojo", "off-topic-link"),
        *("commercial", "campaign", "personal-appeal", "swearing", "disrepute", "defamation", "policy-challenge"),
        *("child", "personal-data", "abuse", "voluntary", "no-duty-to-answer", "direct-messages", "ask-to-remove"),
        *("moderators", "removal", "school-ethos", "work-with-staff", "respectful-example", "peaceful-solutions"),
        *("right-person", "think-first", "raising-concerns", "confidential-concern", "school-response", "own-voice"),
        "purpose",
    ],
)
def test_every_clause_of_the_policy_is_there(ours: Policy, id: str) -> None:
    assert ours.code.clause(id) is not None


def test_the_confidential_way_to_the_school_is_an_email(ours: Policy) -> None:
    contact = ours.code.contact("senior-leadership")
    assert contact is not None
    assert contact.email == "SCHOOL1@orchard.leics.sch.uk"


def test_what_may_put_a_child_at_risk_is_marked_and_serious(ours: Policy) -> None:
    at_risk = [clause for clause in ours.code.clauses if clause.safety]
    assert [clause.id for clause in at_risk] == ["child", "personal-data"]
    assert {clause.severity for clause in at_risk} == {Severity.SERIOUS}


def test_a_phone_can_show_topics_and_titles_as_choices(ours: Policy) -> None:
    assert len(ours.code.topics) <= 8
    assert all(len(ours.code.clauses_in(topic.id)) <= 10 for topic in ours.code.topics)
    assert len({clause.title for clause in ours.code.clauses}) == len(ours.code.clauses)


def test_private_notes_never_threaten_with_the_school(ours: Policy) -> None:
    threats = ("ban", "breach", "warning", "sanction", "authorities", "must", "you have")
    notes = [clause.note.casefold().split() for clause in ours.code.reportable()]
    assert not any(threat in words for words in notes for threat in threats)


def test_what_the_school_may_do_cannot_be_reported_against_anybody(ours: Policy) -> None:
    kinds = {clause.kind for clause in ours.code.reportable()}
    assert kinds == {Kind.GUIDELINE, Kind.INAPPROPRIATE}


def test_every_example_in_the_repository_is_judged_as_it_should_be(ours: Policy) -> None:
    trials = list(try_examples(ours.code, ours.detectors))
    assert len(trials) >= 3 * 2 * len(ours.code.detectors)
    assert [trial for trial in trials if not trial.passed] == []


def test_a_detector_of_the_operators_own_needs_no_code(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, SMALL.replace('"repetition is dull, said Ann"', '"dull"')), INSTALLED)
    assert [detector.name for _, detector in policy.watches()] == ["swearing", "petitions"]


def test_an_example_with_the_wrong_verdict_is_refused_at_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL)
    with pytest.raises(ConfigError, match="takes this example for a breach") as caught:
        load_policy(path, INSTALLED)
    assert (
        caught.value.line
        == SMALL.splitlines().index('fine = ["a partition", "repetition is dull, said Ann", "hello"]') + 1
    )
    loaded = load_policy(path, INSTALLED, examples=False)
    failed = [trial for trial in try_examples(loaded.code, loaded.detectors) if not trial.passed]
    assert [(trial.detector, trial.breach) for trial in failed] == [("petitions", False)]


@pytest.mark.parametrize(
    ("before", "after", "problem", "fix"),
    [
        ('version = "0.1"', 'version = "one"', "'version' is not written", "numbers with points"),
        ('dated = "2024-03"', 'dated = "2024-13"', "'dated' is not written", "2024-03"),
        ('status = "draft"', 'status = "drafted"', "cannot be 'drafted'", "Did you mean 'draft'?"),
        ('status = "draft"', 'status = "approved"', "do not fit together", "approved_on"),
        ('card = "Be kind."', f'card = "{"x" * 61}"', "too long for a phone", "at most 8 lines"),
        ('card = "Be kind."', 'card = "' + "x\\n" * 9 + '"', "too long for a phone", "at most 8 lines"),
        ('id = "campaign"', 'id = "swearing"', "'swearing' stands twice: first on line 17", "another name"),
        ('name = "petitions"', 'name = "swearing"', "no detector 'petitions' in this file", "Use one of: swearing."),
        ('topic = "kindness"', 'topic = "kindnes"', "no topic 'kindnes'", "Did you mean 'kindness'?"),
        (
            '[[clauses]]\nid = "swearing"',
            '[[topics]]\nid = "x"\ntitle = "X"\n[[clauses]]\nid = "swearing"',
            "has no clause",
            "Give",
        ),
        ('response = ["petitions"]', 'response = ["petition"]', "no detector 'petition'", "Did you mean 'petitions'?"),
        ('response = ["petitions"]', 'response = "human-only"', "does not name the detector 'petitions'", "response ="),
        (
            'response = ["swearing"]',
            'response = ["swearing", "petitions"]',
            "watches the clause 'campaign'",
            "Take it out",
        ),
        ('clause = "campaign"', 'clause = "campain"', "no clause 'campain'", "Did you mean 'campaign'?"),
        ('uses = "patterns"', 'uses = "pattern"', "provides a detector 'pattern'", "Did you mean 'patterns'?"),
        ("alert_at = 0.5", "alert_at = 1.5", "'alert_at' is not written", "a number above 0"),
        ("alert_at = 0.5\n", "", "has no threshold", "note_at = 0.7"),
        ("patterns = ['petition']", "patterns = ['a(?=b)']", "RE2 refuses", "RE2 syntax"),
        ("patterns = ['petition']", "patterns = []", "not empty", "Write"),
        ("reason =", "raeson =", "called 'raeson'", "Did you mean 'reason'?"),
        ('["shit", "fuck", "wtf"]', '["shit", "fuck"]', "has 2 examples of 'breach'; it needs 3", "Add messages"),
        ('["shit", "fuck", "wtf"]', '["shit", "fuck", "hello"]', "does not notice this example", "explain"),
        ('title = "No swearing"', f'title = "{"x" * 41}"', "'title' is not written", "1 to 40 characters"),
        ('note = "Please."\nresponse = ["swearing"]', 'response = ["swearing"]', "lacks 'note'", "note = …"),
    ],
)
def test_a_mistake_in_the_policy_is_refused_with_line_and_fix(
    tmp_path: Path, before: str, after: str, problem: str, fix: str
) -> None:
    assert before in SMALL
    with pytest.raises(ConfigError) as caught:
        load_policy(written(tmp_path, SMALL.replace(before, after, 1)), INSTALLED)
    assert problem in caught.value.problem
    assert fix in caught.value.fix
    assert caught.value.line is not None


def test_two_detectors_of_one_name_are_refused(tmp_path: Path) -> None:
    second = SMALL[SMALL.index('[[detectors]]\nname = "swearing"') : SMALL.index('[[detectors]]\nname = "petitions"')]
    with pytest.raises(ConfigError, match="'swearing' stands twice"):
        load_policy(written(tmp_path, SMALL + second), INSTALLED)


def test_without_any_detector_a_clause_can_only_be_left_to_people(tmp_path: Path) -> None:
    text = SMALL[: SMALL.index("[[detectors]]")]
    with pytest.raises(ConfigError) as caught:
        load_policy(written(tmp_path, text), INSTALLED)
    assert HUMAN_ONLY in caught.value.fix


def test_a_detector_nobody_provides_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No installed package provides") as caught:
        load_policy(written(tmp_path, SMALL), {})
    assert caught.value.fix == "Remove it."
