"""Links off the list are noticed; sentences with a missing space, times and e-mail addresses are no links."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors import links
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Detector
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.web_addresses import public_suffix
from orchard_bot.errors import ConfigError

Build: TypeAlias = Callable[..., Detector]

ALLOWED = ["sch.uk", "gov.uk", "www.BBC.co.uk", "google.com/maps", "google.com/forms/"]


@pytest.fixture(scope="module")
def detector(build: Build) -> Detector:
    return build(links.build, clause="off-topic-link", allow=ALLOWED)


def marked(detector: Detector, text: str) -> list[str]:
    return [text[slice(*one.span)] for one in detector.observe(Reading(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Look: https://www.tiktok.example/@fun/video/7281!", ["https://www.tiktok.example/@fun/video/7281"]),
        ("(see www.shop.example/x?a=1#b)", ["www.shop.example/x?a=1#b"]),
        ("amzn.example/b0xyz is mine", ["amzn.example/b0xyz"]),
        ("netflix.com.Great show", ["netflix.com"]),
        ("ORCHARD-CAKES.CO.UK", ["ORCHARD-CAKES.CO.UK"]),
        ("Facebook.com, x.com and cakes.shop", ["Facebook.com", "x.com", "cakes.shop"]),
        ("youtu.be/xk22 and t.co/1", ["youtu.be/xk22", "t.co/1"]),
        ("http://192.168.0.1:8080/x", ["http://192.168.0.1:8080/x"]),
        ("cakes。com is full width, cafés.fr has an accent", ["cakes。com", "cafés.fr"]),
        ("one.com\ntwo.com\nthree.com", ["one.com", "two.com", "three.com"]),
        ("HTTPS://A.EXAMPLE", ["HTTPS://A.EXAMPLE"]),
        ("cakes.com:8080/menu.", ["cakes.com:8080/menu"]),
    ],
)
def test_links_are_found_whole_and_without_the_punctuation_around_them(
    detector: Detector, text: str, found: list[str]
) -> None:
    assert marked(detector, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Mr.Smith and St.Mary's at 3.30pm, 8.15am or 10.am",
        "e.g. this, i.e. that, p.m. and a.k.a. U.K. u.s.",
        "back tomorrow.bring a coat. Lovely.Thanks so much",
        "at home.in time ok.no worries yes.it is well.so there fine.me too",
        "Great day.Today we rest.love you all.live long.now go.work hard",
        "It was great.So pleased.Well done.Is it PE.No.We did.Me too",
        "letter.pdf photo.jpg menu.md list.py notes.zip 2.5km 1.5ml",
        "write to jo.bloggs@cakes.com or office@orchard.leics.sch.uk",
        "https:// and http://. and www.x and ... and :// and co.uk",
        "him.her/their and/or.something 12.34.56 3.de 7.com",
        "",
    ],
)
def test_what_only_looks_like_a_link_is_let_pass(detector: Detector, text: str) -> None:
    assert marked(detector, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://www.orchard.leics.sch.uk/year4",
        "orchard.leics.sch.uk",
        "HTTPS://WWW.GOV.UK/school-term-holiday-dates",
        "http://gov.uk:80/?x=1",
        "gov.uk./x",
        "bbc.co.uk/bitesize and www.bbc.co.uk",
        "https://google.com/maps?q=1 google.com/maps/place google.com/maps#here google.com/forms/1",
    ],
)
def test_sites_on_the_list_and_all_below_them_are_let_pass(detector: Detector, text: str) -> None:
    assert marked(detector, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://gov.uk.evil.example/",
        "https://gov.uk@evil.example/",
        "https://evil.example/?u=gov.uk",
        "https://evil.example\\@gov.uk",
        "https://gοv.uk/",
        "https://notgov.uk/",
        "https://google.com/",
        "https://google.com/mapsx",
        "google.com",
    ],
)
def test_no_trick_makes_another_site_look_like_one_on_the_list(detector: Detector, text: str) -> None:
    assert len(marked(detector, text)) == 1


def test_a_short_link_is_called_one(detector: Detector) -> None:
    texts = ("https://bit.ly/3xYz", "https://cakes.example")
    assert [detector.observe(Reading(text))[0].reason for text in texts] == [links.SHORTENED, links.OFF_LIST]


def test_a_flood_of_links_gives_a_handful_of_observations(detector: Detector) -> None:
    assert len(detector.observe(Reading("cakes.com " * 20_000))) == MOST_OBSERVATIONS


@given(st.text() | st.text(alphabet="a.com/:@w。\n -", max_size=200))
def test_no_text_raises_and_every_span_lies_inside(detector: Detector, text: str) -> None:
    spans = [one.span for one in detector.observe(Reading(text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


def test_endings_set_aside_for_examples_count_as_real(detector: Detector) -> None:
    assert public_suffix("shop.example") == "example"
    assert public_suffix("shop.co.uk") == "co.uk"
    assert public_suffix("tomorrow.bring") == ""


@pytest.mark.parametrize(
    ("allow", "words"),
    [
        ([], "list is empty"),
        (["https://gov.uk"], "not a site"),
        (["*.gov.uk"], "not a site"),
        (["uk"], "not a site"),
        (["co.uk"], "anybody can register"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(build: Build, allow: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build(links.build, allow=allow)


def test_the_list_cannot_be_left_out(build: Build) -> None:
    with pytest.raises(ConfigError, match="lacks 'allow'"):
        build(links.build)


def test_the_version_tells_lists_apart(build: Build) -> None:
    assert build(links.build, allow=["gov.uk"]).version != build(links.build, allow=["nhs.uk"]).version


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Sofa deals www.sofas4less.com", True),
        ("Spelling games for homework www.spellwhiz.com", False),
        ("so funny https://www.tiktok.com/@cat/1", True),
        ("the dance for the assembly https://www.tiktok.com/@dance/1", False),
        ("times on https://www.juniorswimmers.com", False),
        ("sign here https://www.change.org/p/mast", False),
        ("for school https://bit.ly/abc", True),
        ("school log in https://gov.uk.sign-in.example/", True),
    ],
)
def test_what_stands_beside_a_link_tells_whether_it_fits(build: Build, text: str, sure: bool) -> None:
    [one] = build(links.build, allow=["gov.uk"]).observe(Reading(text))
    assert (one.score > 0.6) is sure
