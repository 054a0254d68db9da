"""What a platform's setup found out becomes a configuration that loads."""

from __future__ import annotations

from pathlib import Path

from orchard_bot.chat.platform import SetUp
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.cli.init import _TEMPLATE
from orchard_bot.cli.init_platform import _on
from orchard_bot.settings.orchard import load_settings


def test_what_was_found_out_loads_as_it_was_found(tmp_path: Path) -> None:
    names = ['Zoë "Z" O\\Neil', "Joe"]
    people = [(PersonRef("telegram", str(number)), name) for number, name in enumerate(names, 5)]
    chat = ChatRef("telegram", "main", "-1001234567890")
    parts = _on("telegram", SetUp({"token_file": "telegram.token"}, chat, people))
    base = {"id": "larch", "name": '"Larch"', "timezone": "Europe/London", "policy": "policy.toml"}
    (tmp_path / "orchard.toml").write_text(_TEMPLATE.format_map(base | dict(parts)), encoding="utf-8")
    settings = load_settings(tmp_path / "orchard.toml")
    (community,) = settings.communities
    assert community.chat == chat
    assert [(one.person, one.name) for one in community.moderators] == people
    assert settings.adapters["telegram"] == ("main", {"token_file": str(tmp_path / "telegram.token")})
    assert not settings.web.inside
