"""Every mistake in ``[adapters.signal]`` is answered with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from orchard_bot.errors import ConfigError
from orchard_signal.settings import read

NUMBER = "+447700900123"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://signal-cli:8080", "https://10.0.0.2", "http://box.lan/"]
)
def test_a_service_nearby_is_taken(url: str) -> None:
    assert read({"number": NUMBER, "url": url}).url == url


def test_a_daemon_may_stand_beside_the_rest_interface() -> None:
    found = read({"number": NUMBER, "transport": "rest", "jsonrpc_url": "http://127.0.0.1:7583"})
    assert found.jsonrpc_url == "http://127.0.0.1:7583"


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({}, "+447700900123"),
        ({"number": "07700 900123"}, "country code"),
        ({"number": NUMBER, "nummer": "x"}, "Remove 'nummer'"),
        ({"number": NUMBER, "transport": "post"}, "Correct the value"),
        ({"number": NUMBER, "url": "127.0.0.1:8080"}, "without a path"),
        ({"number": NUMBER, "url": "http://[broken"}, "without a path"),
        ({"number": NUMBER, "url": "http://127.0.0.1:99999999"}, "without a path"),
        ({"number": NUMBER, "url": "http://signal.example.org"}, "private network"),
        ({"number": NUMBER, "url": "http://8.8.8.8"}, "private network"),
        ({"number": NUMBER, "jsonrpc_url": "http://127.0.0.1:1"}, "Remove it"),
        ({"number": NUMBER, "transport": "rest", "jsonrpc_url": "x"}, "jsonrpc_url ="),
        ({"number": NUMBER, "spool": ""}, "signal.spool"),
    ],
)
def test_each_mistake_names_its_remedy(settings: dict[str, Any], fix: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(settings)
    assert fix in refused.value.fix
