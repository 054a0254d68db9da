"""How a case looks to a moderator: one message with what was written, why it is here, and what can be done."""

from __future__ import annotations

from datetime import datetime

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import PrivateText, shortened, shown_name
from orchard_bot.community.case import WAITING, Case, CaseState
from orchard_bot.community.decision import Verdict
from orchard_bot.community.local_time import day_in_full
from orchard_bot.community.local_time import in_full as in_full_words
from orchard_bot.features.casework.casebook import called, community_of, possible, reachable, recused, time_of, titles
from orchard_bot.features.unit import Option, Unit

QUOTE_LIMIT = 600
NOTE_LIMIT = 300
SIMILAR = 3
"""How many decisions in similar cases are shown."""


def view(unit: Unit, case: Case, reader: PersonRef) -> PrivateText:
    """The case in full, for a moderator who may see it."""
    words = unit.house.words
    about = f"{words.private('alerts.case', number=called(unit, case)).value} {titles(unit, case)}"
    lines = [about, _posted(unit, case), _why(unit, case)]
    lines += [*_remarks(unit, case)] if case.safety else [*_notes(unit, case), *_remarks(unit, case)]
    if case.safety:
        lines.insert(0, words.private("alerts.safety").value)
    if case.edited:
        lines.append(words.private("alerts.changed-since").value)
    lines += [
        _similar(unit, case, reader),
        _disappearing(unit, case),
        _forgetting(unit, case),
        _standing(unit, case, reader),
    ]
    return PrivateText("\n\n".join(line for line in lines if line))


def in_full(unit: Unit, case: Case) -> PrivateText:
    """What was written, and what reporters wrote about it, for a moderator who has chosen to read it."""
    return PrivateText("\n\n".join([_quote(unit, case), *_notes(unit, case)]))


def closing(unit: Unit, case: Case) -> PrivateText:
    """What is left to say about a case that is no longer waiting."""
    words = unit.house.words
    if case.decision is None:
        return words.private("alerts.settled", number=called(unit, case))
    return words.private(
        "alerts.decided",
        number=called(unit, case),
        verdict=words.private(f"decisions.as-{case.decision.verdict}").value,
        moderator=name_of(unit, case, case.decision.moderator),
        time=clock(unit, case, case.decision.at),
    )


def options(unit: Unit, case: Case) -> list[Option]:
    """What a moderator may choose. What the bot cannot do itself says so; what makes no sense is left out."""
    if case.state not in WAITING:
        return []
    words, data = unit.house.words, {"case": case.id}
    found = [Option(words.label("cases.claim"), "cases.claim", data)]
    if case.safety:
        found.insert(0, Option(words.label("cases.words"), "cases.words", data))
    for verdict in Verdict:
        if possible(case, verdict) and reachable(unit, case, verdict):
            by_hand = "-by-hand" if not able(unit, case, verdict) else ""
            label = words.label(f"decisions.{verdict}{by_hand}")
            found.append(Option(label, "decisions.choose", {**data, "verdict": str(verdict)}))
    found.append(Option(words.label("cases.more"), "cases.more", data))
    return found


def further_options(unit: Unit, case: Case) -> list[Option]:
    """What is needed less often than a decision."""
    words, data = unit.house.words, {"case": case.id}
    found = [Option(words.label("conflict.sure"), "conflict.sure", data)]
    if unit.books.cases.reports(case.id):
        found.insert(0, Option(words.label("relay.ask"), "relay.ask", data))
        found.append(Option(words.label("opening.propose"), "opening.propose", data))
    found.append(Option(words.label("pack.propose"), "pack.propose", data))
    return found


def name_of(unit: Unit, case: Case, moderator: PersonRef) -> str:
    """The name of a moderator, for showing."""
    found = community_of(unit, case).moderator(moderator)
    return shown_name(found.name) if found else unit.house.words.private("alerts.former-moderator").value


def clock(unit: Unit, case: Case, moment: datetime) -> str:
    """The time of day in the community of the case."""
    return f"{community_of(unit, case).local(moment):%H:%M}"


def _posted(unit: Unit, case: Case) -> str:
    words = unit.house.words
    when = time_of(community_of(unit, case), case)
    quote = words.private("alerts.hidden").value if case.safety else _quote(unit, case)
    if case.author is None and not case.author_name:
        return f"{words.private('alerts.poster-unknown', time=when).value}\n{quote}"
    return f"{words.private('alerts.posted', name=shown_name(case.author_name), time=when).value}\n{quote}"


def _quote(unit: Unit, case: Case) -> str:
    text = shortened(case.evidence, QUOTE_LIMIT)
    return (
        unit.house.words.private("alerts.quote", text=text).value
        if text
        else unit.house.words.private("alerts.no-text").value
    )


def _why(unit: Unit, case: Case) -> str:
    count = len(unit.books.cases.reports(case.id))
    if count == 0:
        return ""
    key = "alerts.one-report" if count == 1 else "alerts.more-reports"
    return unit.house.words.private(key, count=count).value


def _notes(unit: Unit, case: Case) -> list[str]:
    notes = [shortened(report.note, NOTE_LIMIT) for report in unit.books.cases.reports(case.id) if report.note]
    return [unit.house.words.private("alerts.note", text=note).value for note in notes]


def _remarks(unit: Unit, case: Case) -> list[str]:
    lines = []
    for remark in case.remarks:
        key, _, detail = remark.partition(":")
        lines.append(unit.house.words.private(f"alerts.remark.{key}", detail=detail).value)
    return lines


def _similar(unit: Unit, case: Case, reader: PersonRef) -> str:
    """How the last few like it were decided, so that like is treated alike. Nothing that concerns the reader."""
    if case.state not in WAITING:
        return ""
    words, community = unit.house.words, community_of(unit, case)
    found = [
        words.private(
            "alerts.similar-one",
            verdict=words.private(f"decisions.as-{one.decision.verdict}").value,
            day=f"{community.local(one.decision.at):%d %b}",
        ).value
        for one in unit.books.cases.decided_like(case, SIMILAR)
        if one.decision is not None and reader not in recused(unit, one)
    ]
    return words.private("alerts.similar", decisions="; ".join(found)).value if found else ""


def _disappearing(unit: Unit, case: Case) -> str:
    """When the original goes by itself, which the words kept here outlive."""
    community = community_of(unit, case)
    abilities = unit.house.abilities(community.chat)
    if case.message is None or case.posted_at is None or abilities is None or abilities.disappear_after is None:
        return ""
    gone = case.posted_at + abilities.disappear_after
    if gone <= unit.now:
        return unit.house.words.private("alerts.has-disappeared").value
    return unit.house.words.private("alerts.disappears", when=in_full_words(community.local(gone))).value


def _forgetting(unit: Unit, case: Case) -> str:
    """When the words go, however the case stands then."""
    if case.evidence_until is None or not case.evidence:
        return ""
    day = day_in_full(community_of(unit, case).local(case.evidence_until))
    days = max((case.evidence_until - unit.now).days, 0)
    return unit.house.words.private("alerts.forgotten-on", day=day, days=days).value


def _standing(unit: Unit, case: Case, reader: PersonRef) -> str:
    if case.state not in WAITING:
        return closing(unit, case).value
    holder = case.holder(unit.now)
    if case.state is not CaseState.CLAIMED or case.claim is None or holder is None:
        return ""
    until = clock(unit, case, case.claim.until)
    if holder == reader:
        return unit.house.words.private("alerts.yours", until=until).value
    return unit.house.words.private("alerts.held", name=name_of(unit, case, holder), until=until).value


def able(unit: Unit, case: Case, verdict: Verdict) -> bool:
    """Whether the bot may carry out this verdict itself, as far as it knows."""
    abilities = unit.house.abilities(community_of(unit, case).chat)
    if abilities is None:
        return True  # not known yet: the outcome will tell
    match verdict:
        case Verdict.DELETE:
            return _may_delete(abilities, case, unit.now)
        case Verdict.MUTE:
            return abilities.restrict.can
        case Verdict.REMOVE:
            return abilities.remove.can
        case _:
            return True


def _may_delete(abilities: Abilities, case: Case, now: datetime) -> bool:
    within = abilities.delete_others_within
    in_time = within is None or now - (case.posted_at or case.opened_at) <= within
    return abilities.delete_others.can and in_time
