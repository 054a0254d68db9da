"""``orchard-bot init`` for Telegram: a few questions, played through with the fake server."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchard_bot.chat.platform import HasSetup
from orchard_bot.errors import ConfigError
from orchard_telegram import TelegramPlatform
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.line import EVENING

TITLE = "Larch class"


class Operator:
    """Answers in turn; ``then`` is what happens before the answer to a question that begins so."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.said: list[str] = []
        self.before: dict[str, Callable[[], object]] = {}
        self.on_code: Callable[[str], object] = lambda code: None
        self.secrets: list[str] = []

    def say(self, text: str) -> None:
        """Hear it; whoever reads the code types it in the group."""
        self.said.append(text)
        if found := re.search(r"/code (\d{6})", text):
            self.on_code(found[1])

    def ask(self, question: str, *, default: str = "", secret: bool = False) -> str:
        """Answer, after what happens first."""
        for beginning, act in self.before.items():
            if question.startswith(beginning):
                act()
        answer = self.answers.pop(0) or default
        if secret:
            self.secrets.append(question)
        return answer


async def test_a_bot_is_set_up_from_nothing(tmp_path: Path) -> None:
    async with FakeTelegram(EVENING) as telegram:
        card = telegram.add_bot()
        head, joe, ben = telegram.add_user("Head\u202e"), telegram.add_user("Joe"), telegram.add_user("Ben")
        group = telegram.add_group(TITLE, head)
        operator = Operator(telegram.address, "nonsense", "123:" + "A" * 35, card.token, "", "no", "", "yes")

        def add_and_type(code: str) -> None:
            telegram.post(head, group, "good morning")
            for member in (card.id, joe, ben):
                telegram.add_to(group, member)
            telegram.promote(group, card.id)
            telegram.promote(group, joe)
            telegram.start(joe, card.id)  # somebody is quick
            telegram.post(ben, group, "/code 000000x")
            telegram.post(head, group, f"/code {code}")

        operator.on_code = add_and_type
        who = iter([ben, head])
        operator.before["Press Enter"] = lambda: telegram.start(next(who), card.id)
        found = await TelegramPlatform.set_up(operator, "main", tmp_path / "config")

        assert str(found.chat) == f"telegram/main/{group}"
        assert sorted((str(person), name) for person, name in found.moderators) == sorted(
            [(f"telegram/{head}", "Head"), (f"telegram/{joe}", "Joe")]
        )
        assert found.settings == {"token_file": "telegram.token", "api_url": telegram.address}
        file = tmp_path / "config" / "telegram.token"
        assert file.read_text().strip() == card.token
        assert file.stat().st_mode & 0o777 == 0o600
        assert operator.answers == []
        assert len(operator.secrets) == 3
        assert card.token not in "".join(operator.said)
        assert not [seen for seen in telegram.sees(ben, group) if re.fullmatch(r"/code \d{6}", seen.text)]
        assert telegram.pending(card.id) == 0
        TelegramPlatform("main", {**found.settings, "token_file": str(file)})


async def test_nobody_who_is_no_admin_becomes_a_moderator(tmp_path: Path) -> None:
    async with FakeTelegram(EVENING) as telegram:
        card = telegram.add_bot(privacy=False)
        head, ben = telegram.add_user("Head"), telegram.add_user("Ben")
        group = telegram.add_group(TITLE, head)
        telegram.add_to(group, card.id)
        telegram.add_to(group, ben)
        operator = Operator(telegram.address, card.token, "", "", "")
        operator.on_code = lambda code: telegram.post(head, group, f"/code {code}")
        starts = iter([ben, head])
        operator.before["Press Enter"] = lambda: telegram.start(next(starts), card.id)
        found = await TelegramPlatform.set_up(operator, "main", tmp_path)
        assert [name for _, name in found.moderators] == ["Head"]
        assert "No administrator of the group has pressed Start yet." in operator.said


async def test_a_token_that_is_there_already_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "telegram.token").write_text("keep me")
    with pytest.raises(ConfigError, match="already"):
        await TelegramPlatform.set_up(Operator(), "main", tmp_path)
    assert (tmp_path / "telegram.token").read_text() == "keep me"


async def test_a_server_that_is_away_can_be_tried_again(tmp_path: Path) -> None:
    async with FakeTelegram(EVENING) as telegram:
        card = telegram.add_bot()
        await telegram.go_down()
        operator = Operator(telegram.address, card.token)
        with pytest.raises(IndexError):  # it asks for the token again, and this operator has gone
            await TelegramPlatform.set_up(operator, "main", tmp_path)
        assert "try again" in operator.said[-1]
        await telegram.come_up()


def test_the_adapter_offers_its_setup() -> None:
    assert isinstance(TelegramPlatform, HasSetup)
