"""Notices other people's numbers and addresses (policy: data protection); one's own and the office's are fine.

Whose they are is judged by the words around them. Health and photos have no shape of their own: see ``meaning``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import phonenumbers
import re2
from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cues import plain
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Observation, Options
from orchard_bot.detectors.reading import Reading

RULES = "1"

PHONE = "This may be somebody else's phone number."
EMAIL = "This may be somebody else's e-mail address."
ADDRESS = "This may be where somebody lives."
CODE = "This may be a code or a password that only some should know."

SURE, LIKELY, UNCLEAR = 0.95, 0.8, 0.55
"""Somebody is named beside it; it is of a private kind; nothing tells whose it is."""

_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
_EMAIL = re2.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_POSTCODE = re2.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2}\b")
_STREET = re2.compile(
    r"\b(flat|number|no\.?)? ?\d{1,3}[a-d]?,? ([a-z][a-z']+ ){1,3}"
    r"(road|rd|street|st|close|avenue|ave|lane|drive|crescent|court|gardens|terrace|way|place|grove|mews|hill|row)\b"
)
_CODE = re2.compile(
    r"\b(gate|door|alarm|key ?safe|entry|keypad|locker|wi-?fi)\b[^.!?\n]{0,30}\b(code|pin|password|number|passcode)\b"
    r"[^.!?\n]{0,24}?\b([a-z]*\d[a-z\d]*)\b"
)

_OWN = re2.compile(r"\b(my|mine|our|ours|me|i'?m|i live|i am|we|we're|us)\b[^.!?\n]{0,40}$")
_PUBLIC = re2.compile(
    r"\b(office|reception|school'?s?|surgery|gp|doctors?|dentist|clinic|hospital|absence|help ?line|hotline|childline|nspcc|council|pharmacy"
    r"|chemist|library|leisure|pool|club|cafe|shop|restaurant|pub|hotel|taxis?|cabs?|company|firm|ltd|centre|center|hall"
    r"|police|station|museum|park|farm|church|mosque|temple|gurdwara|venue|soft play|party at|meet(ing)? at|trip|camp|nursery"
    r"|pta|ptfa|hut|scouts?|customer|booking line|enquiries|info@|admin@|office@|hello@|bookings@|contact@|enquiries@|head@|reception@|pta@)\b"
)
_CALL_ME = re2.compile(r"^[^.!?\n]{0,12}\b(text|call|ring|message|whatsapp|contact) me\b")
_OFFICIAL = (".sch.uk", ".gov.uk", ".nhs.uk", ".police.uk")
_VENUE = re2.compile(r"\b(party|parties|bbq|quiz|meeting|meet|fair|sale|class|lessons?|match|training|venue)\b")
_CONSENT = re2.compile(
    r"\b(with (her|his|their) (ok|okay|permission|blessing|say so|agreement)|happy for me to|(said|says) (it'?s|its|i|we|you|that'?s) (ok|okay|fine|can|could|may)"
    r"|asked me to (share|post|pass|put|give)|(she|he|they)('?s| is|'?re| are|'ve| have)? (ok|okay|fine|happy|agreed|given permission|said yes) )"
)
_OTHERS = re2.compile(
    r"\b(her|his|their|him|them|she|he|they|mrs|mr|miss|ms|mum|dad|mummy|nan|nanny|grandad|grandma|gran|child ?minder|auntie|"
    r"husband|wife|partner|home|personal|private|everyone'?s|lives?|living|details)\b"
)


_NAMED = re2.compile(
    r"\b(her|his|mrs|mr|miss|ms|mum|dad|nan|grandad|gran|child ?minder|home|personal|private|lives?|living|details)\b"
)
"""What tells of one person; an office may have "their" number."""


_POSSESSIVE = re2.compile(r"\b([a-z]+)'s\b")
_SHORT_FOR_IS = frozenset({"it", "that", "what", "there", "here", "who", "where", "how", "let", "when", "she", "he"})


class Found(Struct, frozen=True):
    """Details at ``start`` to ``end`` of the scanned text. ``private``: of a kind that offices do not have."""

    start: int
    end: int
    reason: str
    private: bool


class PersonalData:
    """Notices details that may be somebody else's to share."""

    slow = False
    version = RULES

    def __init__(self, spec: DetectorSpec) -> None:
        self.name = spec.name
        self._clause = spec.clause

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """One observation for each number, address or code that is neither one's own nor the office's."""
        return tuple(
            Observation(self._clause, reading.span(one.start, one.end), score, one.reason, self.name, self.version)
            for one, score in islice(reading.once(judged), MOST_OBSERVATIONS)
        )


def judged(reading: Reading) -> Sequence[tuple[Found, float]]:
    """The details in a text that may be somebody else's to share, with a score for each, in order of place."""
    text = reading.once(plain)
    if not any(map(str.isdigit, text)) and "@" not in text:
        return ()
    scored = ((one, _score(text, one)) for one in sorted(details(text), key=lambda one: one.start))
    return [(one, score) for one, score in scored if score]


def most_private(reading: Reading) -> float:
    """The highest score of any detail in a text; 0 where there is none."""
    return max((score for _, score in reading.once(judged)), default=0.0)


def details(text: str) -> Iterator[Found]:
    """Every detail of a person or place in ``text``, whoever it belongs to. ``text`` is in small letters."""
    if _DIGITS.search(text):
        for match in phonenumbers.PhoneNumberMatcher(
            text, "GB", leniency=phonenumbers.Leniency.POSSIBLE, max_tries=100
        ):
            digits = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            if len(digits) >= 12 and (match.raw_string.startswith(("0", "+", "(", "7", "44"))):
                mobile = digits.startswith("+447") or not digits.startswith("+44")
                yield Found(match.start, match.end, PHONE, mobile)
    if "@" in text:
        yield from (Found(match.start(), match.end(), EMAIL, private=False) for match in _EMAIL.finditer(text))
    for match in (*_STREET.finditer(text), *_POSTCODE.finditer(text)):
        yield Found(match.start(), match.end(), ADDRESS, private=False)
    yield from (Found(match.start(), match.end(), CODE, private=True) for match in _CODE.finditer(text))


def _score(text: str, found: Found) -> float:
    """0 where the words around it say that it is one's own, public, or shared with consent."""
    start = max(text.rfind(mark, 0, found.start) for mark in ".!?\n") + 1
    before = text[start : found.start]
    around = f"{text[max(0, found.start - 120) : found.start]} … {text[found.end : found.end + 120]}"
    if found.reason is CODE:
        return LIKELY
    after = text[found.end : found.end + 40]
    if _CALL_ME.search(after):
        return 0.0
    if found.reason is ADDRESS and _VENUE.search(around):
        return 0.0
    if found.reason is EMAIL and text[found.start : found.end].endswith(_OFFICIAL):
        return 0.0
    if _CONSENT.search(around) or _OWN.search(before) or (_PUBLIC.search(around) and not _private_home(around)):
        return 0.0
    landline = found.reason is PHONE and not found.private
    named = bool((_NAMED if landline else _OTHERS).search(around)) or _somebodys(around)
    if found.private:
        return SURE if named else LIKELY
    if named:
        return LIKELY
    return UNCLEAR if found.reason is EMAIL else 0.0


def _somebodys(around: str) -> bool:
    return any(match[1] not in _SHORT_FOR_IS for match in _POSSESSIVE.finditer(around))


def _private_home(around: str) -> bool:
    return " home " in around or " personal " in around or " private " in around or "lives" in around


def build(spec: DetectorSpec, _options: Options) -> PersonalData:
    """The detector of other people's details. It has no options."""
    _options.read(NoOptions)
    return PersonalData(spec)


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set."""
