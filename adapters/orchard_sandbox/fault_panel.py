"""The fault panel: what can be made to go wrong, and what a good bot makes of it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from orchard_bot.testing.world_faults import Faults


class Fault(Struct, frozen=True):
    """One line of the panel. ``fields`` are those of ``Faults`` that show it to be armed."""

    id: str
    title: str
    says: str
    arm: Callable[[Faults], None]
    fields: tuple[str, ...]
    button: str = "Arm"


FAULTS: tuple[Fault, ...] = (
    Fault(
        "slow",
        "Slow platform",
        "Everything the bot does takes three seconds, until you switch it off. Nothing is to be lost or overtaken.",
        lambda faults: faults.slow(3.0),
        ("delay",),
    ),
    Fault(
        "rate-limited",
        "Too many requests (429)",
        "The next two sends are refused: wait five seconds. The bot is to wait, and then send them.",
        lambda faults: faults.rate_limited(retry_after=5.0, times=2),
        ("rate_limits",),
    ),
    Fault(
        "unavailable",
        "Unavailable (503)",
        "The next three sends fail. The bot is to try again, later each time.",
        lambda faults: faults.unavailable(times=3),
        ("outages",),
    ),
    Fault(
        "dropped",
        "Dropped answer",
        "The next send arrives, but the bot never hears so. On platforms without transaction ids it may come twice.",
        lambda faults: faults.drop_answer(times=1),
        ("lost_answers",),
    ),
    Fault(
        "duplicate",
        "Duplicate events",
        "The next events are delivered to the bot twice. Nobody is to be answered twice.",
        lambda faults: faults.duplicate_events(times=1),
        ("duplicates",),
    ),
    Fault(
        "malformed",
        "Malformed event",
        "The next delivery holds an item that nobody can read. The bot is to count it and go on.",
        lambda faults: faults.malformed(times=1),
        ("malformed_items",),
    ),
    Fault(
        "disconnect",
        "Lost connection",
        "The bot’s stream of events breaks off at once. It is to connect again and miss nothing.",
        lambda faults: faults.disconnect(),
        (),
        "Cut it now",
    ),
)


def arm(id: str, faults: Faults) -> bool:
    """Arm the fault of this id; ``none`` switches all off. False where there is no such fault."""
    if id == "none":
        faults.clear()
        return True
    found = next((each for each in FAULTS if each.id == id), None)
    if found is not None:
        found.arm(faults)
    return found is not None


def armed(faults: Faults) -> dict[str, str]:
    """The armed faults by id, each with how often or how long it will strike, in words."""
    values = faults.armed()
    return {
        each.id: f"{values[name]:g} s" if name == "delay" else f"{values[name]:g} to come"
        for each in FAULTS
        for name in each.fields
        if name in values
    }
