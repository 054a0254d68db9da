from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from orchard_bot.chat.platform import AsgiApp, Batch, Finding, HasWebPages
from orchard_bot.testing.builders import a_message


async def nothing() -> None:
    return None


def test_a_batch_is_well_formed_unless_it_says_otherwise() -> None:
    event = a_message()
    batch = Batch([event], nothing)
    assert (list(batch.events), batch.malformed) == ([event], 0)


def test_a_finding_may_be_good_news() -> None:
    assert Finding(True, "telegram/home", "Connected.").fix == ""


async def app(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[Any], Awaitable[None]],
) -> None:
    await send({})


class WithPages:
    def web(self) -> AsgiApp:
        return app


def test_a_platform_with_pages_is_known_by_its_web_method() -> None:
    with_pages: object = WithPages()
    without: object = object()
    assert isinstance(with_pages, HasWebPages)
    assert not isinstance(without, HasWebPages)
