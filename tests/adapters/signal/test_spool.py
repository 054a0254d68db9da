"""What was received outlives the program until it is stored, and no longer."""

from __future__ import annotations

import stat
from pathlib import Path

from orchard_signal.spool import Spool


def test_what_was_received_is_there_in_the_next_life_and_gone_once_stored(tmp_path: Path) -> None:
    file = tmp_path / "signal.spool"
    spool = Spool(file)
    for words in (b"one", b"two\nlines", b"three"):
        spool.add(words)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    spool.forget(1)
    revived = Spool(file)
    revived.load()
    assert revived.waiting == [b"two lines", b"three"]
    revived.forget(2)
    assert file.read_bytes() == b""
    assert [one.name for one in tmp_path.iterdir()] == ["signal.spool"]


def test_a_line_that_was_not_written_whole_is_no_envelope(tmp_path: Path) -> None:
    file = tmp_path / "signal.spool"
    file.write_bytes(b"whole\nbrok")
    spool = Spool(file)
    spool.load()
    assert spool.waiting == [b"whole"]


def test_the_first_start_finds_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "signal.spool")
    spool.load()
    assert spool.waiting == []
