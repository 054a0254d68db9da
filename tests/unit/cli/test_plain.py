"""What ends a command: our errors as sentences with an honest exit code, everything else as it is."""

from __future__ import annotations

import pytest
import typer

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.errors import ConfigError, StorageBusy

WRONG = ConfigError("It is wrong.", fix="Put it right.", file="orchard.toml", line=3)
BUSY = StorageBusy("Another bot uses it.")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (WRONG, 2, "orchard.toml:3: It is wrong.\n  To fix it: Put it right.\n"),
        (BUSY, 1, "Another bot uses it.\n"),
        (ExceptionGroup("tasks", [ExceptionGroup("tasks", [ValueError(), WRONG])]), 2, str(WRONG)),
        (ExceptionGroup("tasks", [BUSY]), 1, "Another bot uses it.\n"),
    ],
)
def test_an_error_of_ours_becomes_a_sentence_however_deep_it_lies(
    error: Exception, code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, plain_refusal():
        raise error
    assert ended.value.exit_code == code
    shown = capsys.readouterr()
    assert says in shown.err
    assert not shown.out


def test_a_fault_that_is_not_ours_is_not_hidden() -> None:
    with pytest.raises(ExceptionGroup), plain_refusal():
        raise ExceptionGroup("several", [ValueError("unknown")])
    with pytest.raises(ValueError, match="unknown"), plain_refusal():
        raise ValueError("unknown")
