"""What an event is called: made of a heading, of what stands beside the date, or of the sentence around it."""

from __future__ import annotations

import re

_GENERIC = re.compile(
    r"^\W*(?:(?:key |important |upcoming |forthcoming |diary |school |term |save the |some |more |all |calendar |the |other |further )*"
    r"(?:dates?|events?|diary|calendar|coming up|what['’]s on|news|newsletter|reminders?|notices?|this week|next week|updates?|information"
    r"|week ahead|looking ahead|at a glance)"
    r"(?: (?:for|of|in|to|from|and) .*)?|dates for (?:your|the) diar(?:y|ies)|for your diary|and finally|welcome.*|dear .*|hello.*"
    r"|(?:autumn|spring|summer) term(?: \d+)?(?: 20\d\d.*)?|page \d+|notices?|week \d+|in (?:brief|other news)|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day)\W*$",
    re.IGNORECASE,
)
_EDGES = re.compile(r"^[\s\W]+|[\s\-–—:;,.|(•@&/]+$")
_LEAD = re.compile(
    r"^(?:(?:please (?:note|remember|be aware)(?: that)?|(?:a |just a )?(?:quick |gentle )?reminder(?: that| of| about)?|don['’]t forget(?: that| about)?"
    r"|remember(?: that)?|save the date|n\.?b\.?|also|and|finally|then|next|note|our|the|this year['’]s|on|from|at|by|until|is|are|will be|to|of|for)\b[\s:,–—-]*)+",
    re.IGNORECASE,
)
_HAPPENS = re.compile(
    r"^(?P<what>.{3,90}?)\s+(?:is|are|will be|will take place|takes? place|will run|runs?|will start|starts?|begins?|will begin|will open|opens|reopens|closes"
    r"|will close|has been moved|have been moved|has moved|moves|is now|will now|has been|will|happens?|returns?|ends?|finish(?:es)?)"
    r"(?:\s+(?:held|on|at|from|taking place|back|now|happening|planned|in|moved|postponed|rearranged|cancelled|to|be|for))*\s*$",
    re.IGNORECASE,
)
_LASTS = re.compile(r"\b(?:starts?|begins?|opens|reopens|closes|ends?|finish(?:es)?|returns?)\b", re.IGNORECASE)
_THEN = re.compile(
    r"\b(?:and|then|before)\s+(?:(?:we|they|school|children|pupils|will)\s+)*"
    r"(?P<verb>reopens?|opens?(?: again)?|returns?|comes? back|(?:are|is) back|go(?:es)? back|starts? (?:again|back)|ends?|finish(?:es)?|starts?|begins?)(?:\s+(?:again|back|to school))?"
    r"(?:\s+(?:on|at|from|in))*\s*$",
    re.IGNORECASE,
)
_CLASS = re.compile(r"(?:years?|y|class(?:es)?|reception|nursery|ks|eyfs)[\w ,&+/-]{0,20}", re.IGNORECASE)
_THIN = re.compile(r"(?:it|they|this|these|we|there|that|you|he|she)\b", re.IGNORECASE)
_WE_DO = re.compile(
    r"\b(?:(?:we|they|children|pupils|parents|you)\s+(?:will be|are|will|shall|['’](?:ll|re)))?\s*(?:all )?"
    r"(?:(?:warmly )?(?:invited?|welcomed?)(?: you)? (?:to|for)|holding|having|hosting|running|celebrating|hold|have|host|run|celebrate"
    r"|there (?:will be|is)|it is|join us (?:for|at)|come (?:along )?to|look(?:ing)? forward to|welcoming|visiting|visit|taking part in|going (?:on a trip )?to"
    r"|going on)\s+(?P<what>.+)",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:(?:will )?(?:take|takes|taking) place|will be held|is held|to be held|in the|at the|will be|is|are|on|from|at|by|starting|beginning|between|until|will|for|of|in|to|and|with|,? ?finish|about)\s*$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?:\s(?:that|which|who) (?:was|is|were|are|will|had)\b|[.!?;]\s|\s[–—|•]\s|,\s(?:please|when|where|which|so|and (?:we|the)|children|parents)\b)",
    re.IGNORECASE,
)
LONGEST = 80
_ACRONYMS = frozenset(
    {
        "INSET",
        "PTA",
        "PTFA",
        "FOSA",
        "PE",
        "KS1",
        "KS2",
        "EYFS",
        "SEND",
        "SEN",
        "AGM",
        "BBC",
        "UK",
        "SATS",
        "STEM",
        "RE",
        "PSHE",
        "FS",
        "NHS",
    }
)


def is_generic(heading: str) -> bool:
    """Whether a heading such as ``Dates for your diary`` names no event."""
    return bool(_GENERIC.match(heading))


def trimmed(text: str) -> str:
    """``text`` without the dashes, commas and brackets at its edges."""
    text = re.sub(r"\((?:\s|finish|start|from|at|until)*\)|\[\s*\]", " ", text)
    text = re.sub(r"\s+([,.;:!?])", r"\1", re.sub(r"\s{2,}", " ", text))
    text = _EDGES.sub("", text).strip()
    if text.count("(") > text.count(")"):
        text = text[: text.rindex("(")].rstrip()
    if text.count("(") < text.count(")"):
        text = text.rstrip(")")
    return text


def from_list(rest: str) -> str:
    """The title in what is left of a list line once date and time are out."""
    said = trimmed(_LEAD.sub("", trimmed(rest)))
    cut = _CUT.search(said)
    if cut and cut.start() > 3:
        said = said[: cut.start()]
    said = trimmed(_TAIL.sub("", trimmed(said)))
    return _capital(_shortened(said))


def from_sentence(before: str, after: str) -> str:
    """The title in a sentence of prose: its subject, or what is held."""
    before, after = trimmed(before), trimmed(after)
    happens = _HAPPENS.match(before)
    if happens:
        verb = _LASTS.search(before[happens.end("what") :])
        return from_list(
            f"{happens['what']} {verb[0]}" if verb and len(happens["what"].split()) < 4 else happens["what"]
        )
    for part in (after, before):
        does = _WE_DO.search(part)
        if does and len(does["what"]) > 3:
            return from_list(re.sub(r"^(?:a|an|our|the|their)\s+", "", does["what"], flags=re.IGNORECASE))
    if len(_LEAD.sub("", before)) > 3:
        return from_list(before)
    return from_list(after)


def going_on(before: str, first: str) -> str:
    """The title of a second thing in a sentence: ``… closes on Friday and reopens on`` is ``School reopens``."""
    then = _THEN.search(before)
    if then is None:
        return ""
    lasts = _LASTS.search(first)
    subject = first[: lasts.start()].strip() if lasts and lasts.start() < 30 else ""
    return _capital(f"{subject} {then['verb'].lower()}".strip())


def is_class(title: str) -> bool:
    """Whether it only says for whom, such as ``Year 3 and 4``."""
    return bool(_CLASS.fullmatch(title))


def is_thin(title: str) -> bool:
    """Whether it says nothing by itself, such as ``They will be served``."""
    return not title or bool(_THIN.match(title))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rsplit(" ", 1)[0] + " …"


def _capital(text: str) -> str:
    if text.isupper() and len(text) > 5:
        text = " ".join(
            word if word.strip(".,:!()") in _ACRONYMS or any(map(str.isdigit, word)) else word.lower()
            for word in text.split()
        )
    return text[:1].upper() + text[1:]
