"""What can go wrong between a bot and Telegram, armed by a test."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal[
    "too_many",
    "server_error",
    "bad_gateway",
    "service_unavailable",
    "unauthorized",
    "malformed_json",
    "drop",
    "drop_after",
    "hang",
    "hang_after",
    "slow",
]
"""``…_after``: it was done, and only the answer is lost."""

AFTER = frozenset({"drop_after", "hang_after", "malformed_json"})


class Fault(Struct):
    """``method`` empty: any. ``times``: how many calls it hits, 0 every one. ``skip``: how many go well first.

    ``seconds``: of ``too_many`` what retry_after says, of ``slow`` how long it takes on the server's clock.
    """

    kind: Kind
    method: str = ""
    times: int = 1
    skip: int = 0
    seconds: float = 1
    done: bool = False


class Faults:
    """The faults that wait for a call."""

    def __init__(self) -> None:
        self.armed: list[Fault] = []

    def hit(self, method: str) -> Fault | None:
        """The fault that this call meets."""
        for fault in self.armed:
            if fault.done or fault.method.lower() not in {"", method}:
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times:
                fault.times -= 1
                fault.done = fault.times == 0
            return fault
        return None
