"""The log says what happened, never what was said or by whom."""

from __future__ import annotations

import io
import json

import pytest

from orchard_bot.runtime.log import ALLOWED, make_log, silent_log

CANARY = "canary-7Q"


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_field_that_is_not_on_the_list_never_appears(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    log = make_log(stream)
    log.info("something", text=CANARY, name=CANARY, person=CANARY, count=7)
    log.warning("something", message=CANARY)
    assert CANARY not in stream.getvalue()
    first, second = lines(stream)
    assert (first["event"], first["kind"], first["count"]) == ("something", "fields dropped", 3)
    assert (second["level"], second["count"]) == ("warning", 1)
    assert capsys.readouterr() == ("", "")


def test_a_line_of_allowed_fields_is_written_as_it_is() -> None:
    stream = io.StringIO()
    make_log(stream, json=True).info("running", count=2, account="sandbox/main")
    (line,) = lines(stream)
    assert line.keys() <= ALLOWED
    assert (line["count"], line["account"]) == (2, "sandbox/main")


def test_what_an_error_says_is_never_logged_only_its_kind_and_where() -> None:
    stream = io.StringIO()
    log = make_log(stream)
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as inner:
            raise ValueError(f"no {CANARY}") from inner
    except ValueError as error:
        log.fault("handler failed", error, feature="report")
    assert CANARY not in stream.getvalue()
    (line,) = lines(stream)
    assert (line["error"], line["feature"], line["level"]) == ("ValueError", "report", "error")
    assert "test_log.py:" in str(line["where"])
    assert "/" not in str(line["where"])


def test_an_error_that_was_never_raised_has_no_place() -> None:
    stream = io.StringIO()
    make_log(stream).fault("handler failed", ValueError(CANARY))
    assert lines(stream)[0]["where"] == ""


class Terminal(io.StringIO):
    """A person is reading."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_lines_are_for_people() -> None:
    stream = Terminal()
    make_log(stream).info("running", count=2, text=CANARY)
    assert "running" in stream.getvalue()
    assert CANARY not in stream.getvalue()
    with pytest.raises(json.JSONDecodeError):
        lines(stream)


def test_a_silent_log_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log = silent_log()
    log.info("something")
    log.fault("something", ValueError())
    assert capsys.readouterr() == ("", "")
