"""``orchard-bot policy score`` counts what would be queued and nudged, and says plainly what it cannot read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchard_bot.cli.policy import policy_app
from orchard_bot.detectors import repeated_advert, swearing

POLICY = """
title = "T"
version = "1"
dated = "2026-01"
status = "draft"
review_due = "2027-01"
full_policy = "F"
card = "Be kind."
contacts = [{ id = "c", name = "C", concern = "C", how = "H" }]
topics = [{ id = "t", title = "T" }]

[[clauses]]
id = "swearing"
title = "No swearing"
topic = "t"
kind = "guideline"
text = "T"
note = "N"
response = ["swearing", "repeated-advert"]

[[detectors]]
name = "swearing"
clause = "swearing"
queue_at = 0.4
note_at = 0.8

[[detectors]]
name = "repeated-advert"
clause = "swearing"
queue_at = 0.9
"""
INSTALLED = {"swearing": swearing.build, "repeated-advert": repeated_advert.build}
LABELLED = [
    {"id": "1", "text": "oh fuck", "labels": ["swearing"]},
    {"id": "2", "text": "what a bugger", "labels": ["swearing", "child"]},
    {"id": "3", "text": "all fine here", "labels": ["child"]},
    {"id": "4", "text": "PE kit tomorrow", "labels": []},
    {"id": "5", "text": "shit happens", "labels": []},
]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def score(tmp_path: Path, lines: str, *more: str) -> Result:
    policy, messages = tmp_path / "policy.toml", tmp_path / "messages.jsonl"
    examples = '\n[detectors.examples]\nbreach = ["a", "b", "c"]\nfine = ["d", "e", "f"]\n'
    head, first, second = POLICY.split("[[detectors]]")
    policy.write_text(f"{head}[[detectors]]{first}{examples}[[detectors]]{second}{examples}", encoding="utf-8")
    messages.write_text(lines, encoding="utf-8")
    return CliRunner().invoke(policy_app, ["score", str(messages), "--file", str(policy), *more], obj=INSTALLED)


def jsonl(rows: Sequence[Mapping[str, object]]) -> str:
    return "\n".join(json.dumps(row) for row in rows) + "\n\n"


def test_each_tier_is_counted_and_the_queue_includes_what_is_nudged(tmp_path: Path) -> None:
    result = score(tmp_path, jsonl(LABELLED), "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert found["messages"] == 5
    queue, nudge = found["tiers"]["queue"], found["tiers"]["nudge"]
    assert (queue["any_recall"], queue["false_rate"]) == (0.6667, 0.5)
    assert (nudge["any_recall"], nudge["false_rate"]) == (0.3333, 0.5)
    assert queue["labels"]["swearing"] == {"precision": 0.6667, "recall": 1.0, "support": 2}
    assert nudge["labels"]["swearing"] == {"precision": 0.5, "recall": 0.5, "support": 2}
    assert queue["labels"]["child"] == {"precision": None, "recall": 0.0, "support": 2}
    assert 0 < found["us_per_message"]["p50"] <= found["us_per_message"]["p99"]


def test_a_stream_is_judged_in_the_order_of_time_with_its_thread(tmp_path: Path) -> None:
    again = [
        {"id": "b", "text": "what a bugger", "labels": ["swearing"], "at": "2026-01-05T10:00:00Z", "sender": "zoe"},
        {"id": "a", "text": "bugger", "labels": [], "at": "2026-01-05T09:00:00Z", "sender": "zoe", "reply_to": "x"},
    ]
    result = score(tmp_path, jsonl(again), "--json")
    assert json.loads(result.output)["tiers"]["queue"]["any_recall"] == 1.0


def test_people_can_read_it_too(tmp_path: Path) -> None:
    result = score(tmp_path, jsonl(LABELLED))
    shown = ("swearing", "66.7%", "50.0%", "5 messages; CPU time", "–")
    assert [words for words in shown if words not in result.output] == []


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("{}\n", "missing required field `text`"),
        ('{"text": "a"}\nnot json\n', "messages.jsonl:2: This line cannot be read"),
        ("\n", "There are no messages in this file."),
    ],
)
def test_what_cannot_be_read_is_said_plainly(tmp_path: Path, lines: str, says: str) -> None:
    result = score(tmp_path, lines)
    assert result.exit_code == 2
    assert says in result.output


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    score(tmp_path, "{}")
    result = CliRunner().invoke(
        policy_app, ["score", str(tmp_path / "none.jsonl"), "--file", str(policy)], obj=INSTALLED
    )
    assert result.exit_code == 2
    assert "There is no such file." in result.output


def test_where_nothing_is_labelled_there_is_no_recall(tmp_path: Path) -> None:
    tier = json.loads(score(tmp_path, jsonl(LABELLED[3:4]), "--json").output)["tiers"]["queue"]
    assert (tier["any_recall"], tier["false_rate"], tier["labels"]) == (None, 0.0, {})
