"""``orchard-bot init`` for Signal: a few questions, played through with the fake daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchard_bot.chat.platform import HasSetup
from orchard_bot.testing.fake_clock import FakeClock
from orchard_signal import SignalPlatform, setup
from tests.adapters.signal.fake.rpc import RpcDaemon, _admit
from tests.adapters.signal.fake.serving import serving
from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal
from tests.adapters.telegram.test_setup import Operator


async def test_a_group_and_its_moderators_are_found_by_a_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "_WAIT", 0.3)
    assert isinstance(SignalPlatform, HasSetup)
    signal = FakeSignal(FakeClock().now, keeps=True)
    async with serving(RpcDaemon(signal).app()) as url:
        amira, joe, ben = (signal.add_person(name) for name in ("Amira", "Joe", "Ben"))
        other, group = signal.add_group("Another class"), signal.add_group("Larch class")
        for person in (amira, joe, ben):
            _admit(signal.groups[group], person)
        signal.groups[group].admins += [amira, joe]
        wrong = ("jsonrpc", url, "+447700900321")
        nowhere = ("", "http://127.0.0.1:9", "+44 7700 900999")
        nonsense = ("pigeon", url, BOT_NUMBER)
        right = ("", url, f"{BOT_NUMBER[:3]} {BOT_NUMBER[3:]}")
        operator = Operator(*wrong, *nowhere, *nonsense, *right, "", "no", "", "yes")

        def add_and_type(code: str) -> None:
            signal.write(ben, other, "good morning")
            signal.write(ben, group, "/code 000000x")
            signal.write(joe, joe, "hello")  # somebody is quick
            signal.write(ben, group, f"/code {code}")

        writers = iter([ben, amira])

        def write() -> None:
            who = next(writers)
            signal.hang_up()  # the line breaks, and is taken up again
            signal.write(who, who, "hello")

        operator.on_code = add_and_type
        operator.before["Press Enter"] = write
        found = await SignalPlatform.set_up(operator, "main", tmp_path)
    assert str(found.chat).startswith("signal/main/")
    assert found.chat.id == group
    assert sorted(name for _, name in found.moderators) == ["Amira", "Joe"]
    assert {person.id for person, _ in found.moderators} == {amira, joe}
    assert found.settings == {
        "transport": "jsonrpc",
        "url": url,
        "number": BOT_NUMBER,
        "spool": str(tmp_path / "signal.spool"),
    }
    told = " ".join(operator.said)
    assert "knows no account of this number" in told
    assert "Start it, and try again." in told
    assert operator.answers == []


async def test_an_admin_has_to_write_to_the_bot_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "_WAIT", 0.2)
    signal = FakeSignal(FakeClock().now, keeps=True)
    async with serving(RpcDaemon(signal).app()) as url:
        amira, group = signal.add_person("Amira"), signal.add_group("Larch class")
        _admit(signal.groups[group], amira)
        signal.groups[group].admins.append(amira)
        operator = Operator("", url, BOT_NUMBER, "", "", "")
        operator.on_code = lambda code: signal.write(amira, group, f"/code {code}")
        writers = iter([None, amira])
        operator.before["Press Enter"] = lambda: (
            signal.write(amira, amira, "hello") if next(writers) is not None else None
        )
        found = await SignalPlatform.set_up(operator, "main", tmp_path)
    assert [name for _, name in found.moderators] == ["Amira"]
    assert "No admin of the group has written to the bot yet." in operator.said
