"""Notices links to sites that are not on the group's list (policy: links relevant to school, education, activities).

How sure it is depends on the site and on the words beside the link: of a site for amusement it takes some explaining
what the class has to do with it. Option: ``allow``, the list. An entry allows a site with all below it (``gov.uk``), or one part of a site
(``google.com/maps``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2s
from importlib import resources
from itertools import islice
from typing import Protocol

import msgspec
import re2
import tomli
from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cues import plain
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Observation, Options
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.web_addresses import WebAddress, web_addresses

RULES = "2"
"""Goes up when the rules change; the list is in the version by its digest."""

OFF_LIST = "This links to a site that is not on the group's list for school, education and activities."
AMUSING = "This links to a site for shopping, news or amusement."
SHORTENED = "This is a short link: it does not show which site it leads to."

DECEIVING = "This address only looks like that of a site on the list."
HIDDEN, AMUSEMENT, UNKNOWN = 1.0, 0.95, 0.8
"""Scores where nothing says why the link fits: a short link, a site for amusement, a site off the list."""
FITTING = 0.4
"""How much of that is left where something does."""
SHORTEST_IN_NAME = 5
"""Letters that a fitting word needs to count inside the name of a site."""
CAUSE = 0.5
"""A petition or a collection: other detectors have more to say about it."""

_SITE = re.compile(r"(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?P<path>/[^\s?#]*)?")
_FOR_ANYBODY = frozenset({"co.uk", "org.uk", "me.uk", "net.uk", "ltd.uk", "plc.uk"})


class LinkOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator sets: the sites that anybody may link to."""

    allow: tuple[str, ...]


class _Known(Struct, frozen=True, forbid_unknown_fields=True):
    shorteners: frozenset[str]
    plain_endings: frozenset[str]
    wordlike_endings: frozenset[str]
    amusement: frozenset[str]
    causes: frozenset[str]
    fitting: tuple[str, ...]


@cache
def _known() -> _Known:
    data = resources.files("orchard_bot.detectors").joinpath("data", "links.toml").read_text("utf-8")
    return msgspec.convert(tomli.loads(data), _Known)


def addresses(reading: Reading) -> Iterator[WebAddress]:
    """The web addresses in a text, in order of place."""
    return web_addresses(reading.scanned, _known().plain_endings, _known().wordlike_endings)


class _Words(Protocol):
    def search(self, text: str) -> object: ...


@cache
def _fitting() -> _Words:
    words = "|".join(map(re2.escape, _known().fitting))
    compiled: _Words = re2.compile(rf"(?:^|[^a-z])(?:{words})(?:[^a-z]|$)")
    return compiled


class LinkDetector:
    """Notices links to any site but those allowed."""

    slow = False

    def __init__(self, spec: DetectorSpec, allowed: Mapping[str, tuple[str, ...]]) -> None:
        self.name = spec.name
        self.version = f"{RULES}.{blake2s(repr(sorted(allowed.items())).encode(), digest_size=4).hexdigest()}"
        self._clause = spec.clause
        self._allowed = allowed
        self._known = _known()
        self._fitting = _fitting()

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """One observation for each link off the list, in order of place."""
        off_list = (address for address in addresses(reading) if not self._is_allowed(address))
        return tuple(self._observation(reading, address) for address in islice(off_list, MOST_OBSERVATIONS))

    def _is_allowed(self, address: WebAddress) -> bool:
        return any(
            path == "" or (address.path + "/").startswith((path + "/", path + "?", path + "#"))
            for site in _and_above(address.host)
            for path in self._allowed.get(site, ())
        )

    def _observation(self, reading: Reading, address: WebAddress) -> Observation:
        score, reason = self._judged(address)
        if CAUSE < score < HIDDEN and self._fits(reading, address):
            score = round(score * FITTING, 3)
        span = reading.span(address.start, address.end)
        return Observation(self._clause, span, score, reason, self.name, self.version)

    def _fits(self, reading: Reading, address: WebAddress) -> bool:
        told = self._fitting.search(reading.once(plain)) is not None
        return told or any(word in address.host for word in self._known.fitting if len(word) >= SHORTEST_IN_NAME)

    def _judged(self, address: WebAddress) -> tuple[float, str]:
        sites = set(_and_above(address.host))
        if any(f"{site}." in address.host for site in self._allowed):
            return HIDDEN, DECEIVING
        if sites & self._known.shorteners:
            return HIDDEN, SHORTENED
        if sites & self._known.causes:
            return CAUSE, OFF_LIST
        return (AMUSEMENT, AMUSING) if sites & self._known.amusement else (UNKNOWN, OFF_LIST)


def build(spec: DetectorSpec, options: Options) -> LinkDetector:
    """The detector of links off the list. Raises ConfigError for an entry that is no site."""
    sites = options.read(LinkOptions).allow
    if not sites:
        raise options.refuse("allow", problem="The list is empty, so every link would be noticed.", fix=_LIST_SITES)
    return LinkDetector(spec, _by_host(_checked(site, number, options) for number, site in enumerate(sites)))


_LIST_SITES = 'List the sites that may be linked to, for example allow = ["sch.uk", "gov.uk"].'


def _checked(site: str, number: int, options: Options) -> tuple[str, str]:
    match = _SITE.fullmatch(site.strip().casefold())
    if match is None:
        problem = "This is not a site: it should be a domain, with or without a path, and nothing before it."
        raise options.refuse("allow", number, problem=problem, fix="Write it like gov.uk or google.com/maps.")
    if match["host"] in _FOR_ANYBODY:
        problem = "This would allow every site under an ending that anybody can register."
        raise options.refuse("allow", number, problem=problem, fix="Write the whole name of the site you mean.")
    return match["host"].removeprefix("www."), (match["path"] or "").rstrip("/")


def _by_host(sites: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    paths: dict[str, tuple[str, ...]] = {}
    for host, path in sites:
        paths[host] = (*paths.get(host, ()), path)
    return paths


def _and_above(host: str) -> Iterable[str]:
    """``a.b.uk``, then ``b.uk``, then ``uk``."""
    while host:
        yield host
        host = host.partition(".")[2]
