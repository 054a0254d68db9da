"""What a detector is: it gets a reading of a message and gives observations. It decides nothing.

A detector never raises, whatever the text, and takes time in proportion to the text it scans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.reading import Reading

T = TypeVar("T")

MOST_OBSERVATIONS = 20
"""A detector stops here: more would tell a moderator nothing new."""


class Observation(Struct, frozen=True, array_like=True):
    """Something that a detector noticed. It never holds the words that it is about.

    ``span`` is start and end (exclusive) in characters of the original text, ``score`` is 0 to 1, ``reason`` is
    for parents to read.
    """

    clause: str
    span: tuple[int, int]
    score: float
    reason: str
    detector: str
    version: str


class Detector(Protocol):
    """Watches for one clause. ``version`` changes whenever the same text could be seen differently."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def slow(self) -> bool:
        """Takes more than about a millisecond: to be run outside any unit of work."""
        ...

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """What is to be seen in this text, in order of place. Never raises."""
        ...


@runtime_checkable
class LooksAtPictures(Protocol):
    """A detector that has nothing to say but about text that was read in a picture (``Reading.picture``)."""

    only_pictures: Literal[True]


class Options(Protocol):
    """A detector's options as the operator wrote them, with a way to point at one that is wrong."""

    def read(self, type: type[T]) -> T:
        """All options as ``type``, a frozen Struct whose defaults are the detector's own. Raises ConfigError."""
        ...

    def refuse(self, *at: str | int, problem: str, fix: str) -> Exception:
        """The error to raise for the option at ``at``, for example ``("allow", 3)``."""
        ...


DetectorFactory: TypeAlias = Callable[[DetectorSpec, Options], Detector]
"""What an entry point of the group ``orchard_bot.detectors`` names."""
