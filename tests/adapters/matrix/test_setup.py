"""``orchard-bot init`` for Matrix: a few questions, played through with a real homeserver."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orchard_bot.chat.platform import HasSetup
from orchard_matrix import MatrixPlatform, setup
from tests.adapters.matrix.stagehand import BOT_PASSWORD, Stagehand, text
from tests.adapters.matrix.synapse import needs_synapse, synapse
from tests.adapters.telegram.test_setup import Operator

pytestmark = needs_synapse


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Stagehand:
    monkeypatch.setattr(setup, "_WAIT", 0.5)
    return Stagehand(synapse())


async def test_a_room_and_its_moderators_are_found_by_a_code(hands: Stagehand, tmp_path: Path) -> None:
    assert isinstance(MatrixPlatform, HasSetup)
    bot, url = hands.add_bot(), hands.server.url
    amira, joe, ben = (hands.add_person(name) for name in ("amira", "joe", "ben"))
    other, room = hands.make_room(ben, invite=[bot]), hands.make_room(amira, invite=[joe, ben, bot])
    for person in (joe, ben):
        hands.join(person, room)
    levels = hands.get(amira, room, "m.room.power_levels")

    def give(*users: str) -> None:
        given = {**levels["users"], **dict.fromkeys(users, 50)}
        hands.set(amira, room, "m.room.power_levels", {**levels, "users": given})

    def invite_and_write(code: str) -> None:
        hands.send(ben, other, text("good morning"))
        hands.send(ben, room, text(f"/code {code}"))
        give(bot)

    nowhere = ("http://127.0.0.1:9", bot, BOT_PASSWORD)
    nobody = (url, "orchard", BOT_PASSWORD)
    wrong = (url, bot, "guessed")
    operator = Operator(*nowhere, *nobody, *wrong, url, bot, BOT_PASSWORD, "no", "", "")
    operator.on_code = invite_and_write
    operator.before["Give the others"] = lambda: give(bot, joe)
    found = await MatrixPlatform.set_up(operator, "main", tmp_path)
    assert found.chat.id == room
    assert {person.id: name for person, name in found.moderators} == {amira: "Amira", joe: "Joe"}
    store = tmp_path / "matrix-device"
    assert found.settings == {"homeserver": url, "user": bot, "store": str(store)}
    assert operator.answers == []
    told = " ".join(operator.said)
    assert "does not answer" in told
    assert "user is no account of Matrix." in told
    assert "refuses this account and password" in told
    _nowhere_kept(tmp_path)
    platform = MatrixPlatform("main", found.settings)
    await platform.start()  # without the password
    try:
        assert await platform.is_member(found.chat, found.moderators[0][0])
    finally:
        await platform.stop()


async def test_somebody_has_to_be_moderator(hands: Stagehand, tmp_path: Path) -> None:
    bot, ben = hands.add_bot(), hands.add_person("ben")
    room = hands.make_room(
        ben, invite=[bot], room_version="11", power_level_content_override={"users": {ben: 100, bot: 100}}
    )
    hands.set(ben, room, "m.room.power_levels", {"users": {ben: 40, bot: 100}})
    operator = Operator(hands.server.url, bot, BOT_PASSWORD, "", "yes")
    operator.on_code = lambda code: hands.send(ben, room, text(f"/code {code}"))

    def raise_level() -> None:
        hands.set(bot, room, "m.room.power_levels", {"users": {ben: 50, bot: 100}})

    operator.before["Nobody but the bot"] = raise_level
    found = await MatrixPlatform.set_up(operator, "main", tmp_path)
    assert [person.id for person, _ in found.moderators] == [ben]


def _nowhere_kept(folder: Path) -> None:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        assert BOT_PASSWORD.encode() not in file.read_bytes()
        assert not stat.S_IMODE(file.stat().st_mode) & 0o077 or file.parent.stat().st_mode & 0o077 == 0
