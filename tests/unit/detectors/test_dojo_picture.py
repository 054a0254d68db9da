"""What was read in a picture is a private message from staff, or it is not; what people write is no picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchard_bot.community.code_of_conduct import Tier
from orchard_bot.detectors.observation import Detector
from orchard_bot.detectors.reading import Reading
from orchard_bot.runtime.discovery import detectors
from orchard_bot.settings.examples import tier_of
from orchard_bot.settings.policy import Policy, load_policy

POLICY = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"
PRIVATE = [
    "ClassDojo\nMessages\nMrs Webb\nYear 4 teacher\nHi Sarah, just between us, Leo had a\ndifficult day.\n15:42",
    "9:41\nMiss O'Neill\nToday\nHi Priya, thank you for your message. Your son was upset at lunch.\nSend a message",
    "Inbox\nMr Lunt\nto me\nDear Mrs Shah,\nI have looked into it and will ring you.\nReply Forward",
    "From: Head <head@larch.leics.sch.uk>\nTo: T Nowak\nSubject: Zofia\nDear Mr Nowak, please call me tomorrow.",
    "ms Khan\nyesterday 16:05\nhello Grace, could you come in and see me about your daughter? In confidence please.",
]
FINE = [
    "ClassDojo\nClass Story\nMrs Webb\nWhat a lovely day at the farm!\n14 likes\n2 comments",
    "School Story\nMessages\nMr Lunt\nDear all, book fair tomorrow\n31 views",
    "Larch class newsletter\nDear parents and carers,\nYour child needs a coat.\nMrs Webb, class teacher",
    "Class parents 4L\nToday\nHi Anna, can you call me about the lift?\nType a message\n15:42",
    "Mum\nIs Leo still poorly? Mrs Webb asked after him\nDelivered",
    "SUMMER FAIR\nSaturday 12 July\nTickets from the office",
    "Mr Whippy\n99 with flake £2.50",
    "Birthday party!\nDear Leo, you are invited. RSVP to me on Friday 15:30",
    "",
]


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY, detectors(), examples=False)


@pytest.fixture(scope="module")
def detector(policy: Policy) -> Detector:
    return next(one for one in policy.detectors if one.name == "dojo-picture")


def tier(policy: Policy, detector: Detector, text: str) -> Tier:
    spec = policy.code.detector("dojo-picture")
    assert spec is not None
    return tier_of(spec, detector.observe(Reading(text, picture=True)))


@pytest.mark.parametrize("text", PRIVATE)
def test_a_private_message_from_staff_is_noticed_in_a_picture(policy: Policy, detector: Detector, text: str) -> None:
    assert tier(policy, detector, text) is Tier.QUEUE
    (seen,) = detector.observe(Reading(text, picture=True))
    assert (seen.clause, seen.span) == ("dojo", (0, len(text)))
    assert seen.reason == "Text in a picture looks like a private message from staff."


@pytest.mark.parametrize("text", FINE)
def test_other_pictures_are_let_pass(policy: Policy, detector: Detector, text: str) -> None:
    assert tier(policy, detector, text) is Tier.NOTHING


@pytest.mark.parametrize("text", PRIVATE)
def test_the_same_words_typed_are_nothing_to_it(detector: Detector, text: str) -> None:
    assert detector.observe(Reading(text)) == ()
