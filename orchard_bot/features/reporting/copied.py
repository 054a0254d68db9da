"""A message of the group, copied or forwarded into the private chat by a platform that does not say whose it was.

What was written lately is known by a salted hash. One message of some length with just these words is the one; where
there are several, or the words are few, the person is asked. Nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orchard_bot.chat.events import Quoted
from orchard_bot.chat.text import shown_name
from orchard_bot.features.feature import Request
from orchard_bot.features.recent import Recent
from orchard_bot.features.reporting.matter import matter_of
from orchard_bot.features.unit import Option, Unit

MOST = 5
"""Messages to choose from."""
CLEAR = 20
"""Characters that hardly anybody writes twice."""
WHICH = "report.which"


def about_copied(request: Request, unit: Unit, go_on: Callable[[Request, Unit, Quoted], None]) -> bool:
    """Whether the words were written in the group lately; then ``go_on`` with that message, or ask which one."""
    found = unit.books.recent.alike(request.community.id, request.text, MOST)
    if not found:
        return False
    if len(found) == 1 and len(request.text.strip()) >= CLEAR:
        go_on(request, unit, quoted(found[0], request.text))
    else:
        _ask_which(found, request, unit)
    return True


def quoted(recent: Recent, text: str) -> Quoted:
    """The message as a reply to it would show it."""
    return Quoted(recent.message, recent.author, recent.author_name, text, recent.at)


def _ask_which(found: Sequence[Recent], request: Request, unit: Unit) -> None:
    words, community = unit.house.words, request.community
    options = [
        Option(
            words.label(
                "report.which", name=shown_name(one.author_name)[:16], when=f"{community.local(one.at):%a %H:%M}"
            ),
            WHICH,
            matter_of(quoted(one, request.text)).data(),
        )
        for one in found
    ]
    options.append(Option(words.label("report.none-of-these"), "report.none-of-these"))
    unit.answer(request, words.private("report.which", group=community.name), options)
