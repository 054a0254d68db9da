"""The parts of the reference that are made from the code's own data, so that they cannot fall behind it.

A page ``reference/NAME.md`` includes ``_generated/NAME.md``. To add one, write a function and name it in ``PAGES``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator

from reference_of_commands import commands_page
from reference_of_settings import field_help, settings_page

from orchard_bot import errors
from orchard_bot.chat.abilities import Abilities, Ability, Reach
from orchard_bot.testing.profiles import ALL, Profile

_REACH = {Reach.ALWAYS: "yes", Reach.ONCE_STARTED: "once started", Reach.NEVER: "no"}


def error_page() -> str:
    """Every error of ours, as a tree of headings: what it means and what to do."""
    return "\n".join(_error_lines(errors.OrchardError, depth=2))


def _error_lines(error: type[errors.OrchardError], depth: int) -> Iterator[str]:
    if error.__module__ != errors.__name__:
        return
    yield f"{'#' * min(depth, 4)} {error.__name__}\n"
    yield f"{inspect.cleandoc(error.__doc__ or '')}\n".replace("``", "`")
    for kind in error.__subclasses__():
        yield from _error_lines(kind, depth + 1)


def abilities_page() -> str:
    """What a bot may do on each platform, why not, and what each ability means."""
    profiles = list(ALL.values())
    table = _table(["", *(profile.title for profile in profiles)], _ability_rows(profiles))
    return "\n".join([*table, "", *_reasons(profiles), "## What they mean\n", *_meanings()])


def _meanings() -> Iterator[str]:
    for name, meaning in field_help(Abilities).items():
        yield f"### {_spoken(name)}\n"
        yield f"{meaning}\n"


def _ability_rows(profiles: list[Profile]) -> Iterator[list[str]]:
    yield ["private messages", *(_REACH[profile.abilities.private_messages] for profile in profiles)]
    for name in profiles[0].abilities.named():
        granted = [profile.abilities.named()[name] for profile in profiles]
        yield [_spoken(name), *("yes" if ability.can else "no" for ability in granted)]
    yield ["buttons on a message", *(str(profile.abilities.buttons) for profile in profiles)]
    yield ["characters in a message", *(str(profile.abilities.text_limit) for profile in profiles)]
    yield ["messages a minute in a chat", *(f"{profile.abilities.per_chat_per_minute:g}" for profile in profiles)]
    yield ["messages a minute to one person", *(f"{profile.abilities.per_person_per_minute:g}" for profile in profiles)]
    yield ["messages a second in all", *(f"{profile.abilities.per_account_per_second:g}" for profile in profiles)]


def _reasons(profiles: Iterable[Profile]) -> Iterator[str]:
    for profile in profiles:
        yield f"## {profile.title}\n"
        why = profile.abilities.private_messages_why
        if why:
            yield f"- **private messages**: {why}"
        for name, ability in profile.abilities.named().items():
            if not ability.can:
                yield f"- **{_spoken(name)}**: {_sentence(ability)}"
        yield f"\nWhere rights are given: {profile.how_to_grant}\n"


def _sentence(ability: Ability) -> str:
    return f"{ability.why} {ability.grant}".strip()


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _table(header: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


PAGES: dict[str, Callable[[], str]] = {
    "errors": error_page,
    "abilities": abilities_page,
    "settings": settings_page,
    "commands": commands_page,
}
"""The name of each page, and what makes it."""
