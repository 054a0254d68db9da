"""``orchard-bot policy`` speaks plainly, ends with honest exit codes and never shows a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orchard_bot.cli.policy import policy_app
from orchard_bot.pictures import work
from tests.pictures.drawing import dojo_message

OURS = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str, file: Path = OURS) -> Result:
    return CliRunner().invoke(policy_app, [*arguments, "--file", str(file)])


def changed(tmp_path: Path, before: str, after: str) -> Path:
    text = OURS.read_text("utf-8")
    assert before in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    return path


def test_check_shows_edition_clauses_and_detectors() -> None:
    result = run("check")
    assert result.exit_code == 0
    shown = ("version 0.1, March 2024, draft", "raising-concerns", "people only", "serious, safety", "note from 0.75")
    assert [words for words in shown if words not in result.output] == []


def test_check_hints_softly_at_a_review_that_is_overdue(tmp_path: Path) -> None:
    due = 'review_due = "2026-03"'
    past, ahead = changed(tmp_path, due, 'review_due = "2020-03"'), 'review_due = "2099-03"'
    assert "due for review in March 2020" in run("check", file=past).output
    assert "due for review" not in run("check", file=changed(tmp_path, due, ahead)).output


def test_check_says_what_is_wrong_where_and_how_to_repair_it(tmp_path: Path) -> None:
    path = changed(tmp_path, 'topic = "kindness"', 'topic = "kindnes"')
    result = run("check", file=path)
    assert result.exit_code == 2
    assert f"{path}:" in result.output
    assert "Did you mean 'kindness'?" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("command", [["check"], ["test"], ["explain", "hello"]])
def test_a_file_that_is_not_there_ends_with_a_plain_sentence(tmp_path: Path, command: list[str]) -> None:
    result = run(*command, file=tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "There is no such file." in result.output


def test_test_tries_every_example() -> None:
    result = run("test")
    assert result.exit_code == 0
    assert "examples are judged as they should be" in result.output
    assert "WRONG" not in result.output


def test_test_ends_with_1_when_an_example_is_judged_wrongly(tmp_path: Path) -> None:
    result = run("test", file=changed(tmp_path, "We saw a maine coon", "We saw a paki"))
    assert result.exit_code == 1
    assert "WRONG" in result.output


def test_explain_shows_what_each_detector_sees_and_why() -> None:
    result = run("explain", "Oh sh!t [bold] look at https://cakes.example")
    assert result.exit_code == 0
    shown = ("[bold]", "oh sh t", "private note", "0.90 at 3–7: «sh!t»", "nothing noticed", "note from 0.75")
    assert [words for words in shown if words not in result.output] == []


def test_explain_as_json_can_be_read_by_a_program() -> None:
    found = json.loads(run("explain", "what a bugger 😀", "--json").output)
    assert found["policy"] == "version 0.1, March 2024, draft"
    swearing_seen, *others = found["detectors"]
    assert swearing_seen["verdict"] == "nothing"
    assert [(one["text"], one["score"]) for one in swearing_seen["observations"]] == [("bugger", 0.5)]
    rules = [other for other in others if not other["detector"].startswith("meaning")]
    assert [other["observations"] for other in rules] == [[]] * len(rules)


def test_explain_reads_a_picture(tmp_path: Path) -> None:
    picture = tmp_path / "screen.png"
    picture.write_bytes(dojo_message())
    result = run("explain", "--picture", str(picture), "--json")
    found = json.loads(result.output)
    assert found["text"].startswith("ClassDojo\nMessages\nMrs Webb")
    (seen,) = [one for one in found["detectors"] if one["detector"] == "dojo-picture"]
    assert seen["verdict"] == "queue"
    assert seen["observations"][0]["reason"] == "Text in a picture looks like a private message from staff."


@pytest.mark.parametrize(
    ("content", "lacking", "says"),
    [
        (None, False, "The picture cannot be opened."),
        (b"words", False, "Use a whole PNG, JPEG, WebP or GIF file."),
        (b"words", True, "pip install 'orchard-bot[pictures]'"),
    ],
)
def test_a_picture_that_cannot_be_read_is_a_sentence_with_what_to_do(
    content: bytes | None, lacking: bool, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = tmp_path / "screen.png"
    if content is not None:
        picture.write_bytes(content)
    if lacking:
        monkeypatch.setattr(work, "LIBRARIES", ("no_such_library",))
    result = run("explain", "--picture", str(picture))
    assert result.exit_code == 2
    assert says in result.output


@pytest.mark.parametrize("given", [[], ["words", "--picture", "x.png"]])
def test_explain_takes_a_text_or_a_picture(given: list[str]) -> None:
    assert run("explain", *given).exit_code == 2


def test_explain_says_what_would_pass_in_a_group_and_be_named_to_whoever_asks(tmp_path: Path) -> None:
    closer = changed(
        tmp_path, 'name = "swearing"\nclause = "swearing"\n', 'name = "swearing"\nclause = "swearing"\nasked_at = 0.4\n'
    )
    assert "let pass, but named to whoever asks" in run("explain", "what a bugger", file=closer).output
    seen, *_ = json.loads(run("explain", "what a bugger", "--json", file=closer).output)["detectors"]
    assert (seen["verdict"], seen["named_when_asked"], seen["asked_at"]) == ("nothing", True, 0.4)


@pytest.mark.parametrize("how", [["--json"], []])
def test_explain_takes_any_characters(how: list[str]) -> None:
    assert run("explain", "\udcff\u202e\x1b[31m", *how).exit_code == 0


def test_unless_the_caller_brings_detectors_the_installed_ones_are_used(tmp_path: Path) -> None:
    path = changed(tmp_path, 'name = "links"', 'name = "nobody-provides-this"')
    path.write_text(path.read_text("utf-8").replace('["links", ', '["nobody-provides-this", '), encoding="utf-8")
    result = CliRunner().invoke(policy_app, ["check", "--file", str(path)])
    assert result.exit_code == 2
    assert "No installed package provides a detector" in result.output
