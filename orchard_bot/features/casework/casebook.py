"""Looking up cases, and who may see them: authority is the list of moderators, less those whom a case concerns."""

from __future__ import annotations

from collections.abc import Sequence

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.chat.text import shortened, shown_name
from orchard_bot.community.case import Case, recused_from
from orchard_bot.community.code_of_conduct import Clause
from orchard_bot.community.community import Community, Moderator
from orchard_bot.community.decision import NEEDS_MESSAGE, NEEDS_POSTER, Verdict
from orchard_bot.community.ladder import within_reach
from orchard_bot.features.unit import Unit

IMPERSONAL = "impersonal"
"""The remark on a case about a message that no person stands behind."""
GROUP_LIMIT = 20
"""Characters of a group's name beside a case's number, which has to fit on a button."""


def case_of(unit: Unit, id: str) -> Case | None:
    """The case of this id; None where it is gone, or its community is no longer ours."""
    community, _, number = id.rpartition("/")
    if community not in unit.house.communities or not number.isdecimal():
        return None
    return unit.books.cases.get(community, int(number))


def community_of(unit: Unit, case: Case) -> Community:
    """The community of a case."""
    return unit.house.communities[case.community]


def called(unit: Unit, case: Case) -> str:
    """The number by which moderators know a case; with the group's name where one of them looks after other groups too."""
    community = community_of(unit, case)
    if not any(len(unit.house.moderated_by(one.person)) > 1 for one in community.moderators):
        return str(case.number)
    group = shortened(shown_name(community.name), GROUP_LIMIT)
    return unit.house.words.private("alerts.number-in", number=case.number, group=group).value


def account_of(unit: Unit, case: Case) -> AccountRef:
    """The account of the bot that is in the group of this case."""
    return community_of(unit, case).chat.via


def recused(unit: Unit, case: Case) -> frozenset[PersonRef]:
    """Who may not see this case: its poster, those who reported it, and who has said that it concerns them."""
    reporters = frozenset(report.reporter for report in unit.books.cases.reports(case.id))
    found = recused_from(case, reporters) | unit.books.cases.conflicts(case.id)
    links = [link for one in found if (link := unit.books.links.of(one)) is not None]
    return found.union(*((link.owner, link.other) for link in links))


def judges(unit: Unit, case: Case) -> list[Moderator]:
    """The moderators who may see and decide this case."""
    aside = recused(unit, case)
    return [one for one in community_of(unit, case).moderators if one.person not in aside]


def poster(case: Case) -> PersonRef | None:
    """The person behind the message, where there is one to talk to."""
    return None if IMPERSONAL in case.remarks else case.author


def possible(case: Case, verdict: Verdict) -> bool:
    """Whether this verdict makes sense for this case."""
    if verdict in NEEDS_POSTER and poster(case) is None:
        return False
    if verdict in NEEDS_MESSAGE and case.message is None:
        return False
    return verdict is not Verdict.DELETE or case.author is not None


def earlier(unit: Unit, case: Case) -> Sequence[Case]:
    """What was decided about the same person's messages before, as far as it still counts."""
    person = poster(case)
    if person is None:
        return ()
    since = unit.now - community_of(unit, case).steps_fade_after
    return [one for one in unit.books.cases.about_author(case.community, person, since) if one.number != case.number]


def reachable(unit: Unit, case: Case, verdict: Verdict) -> bool:
    """Whether this verdict is no step too far (``community.ladder``)."""
    community = community_of(unit, case)
    if not community.step_by_step:
        return True
    return within_reach(verdict, case, earlier(unit, case), unit.now, community.steps_fade_after)


def clauses_of(unit: Unit, case: Case) -> list[Clause]:
    """The clauses of a case that the present edition of the code still has."""
    return [clause for id in case.clauses if (clause := unit.house.code.clause(id)) is not None]


def titles(unit: Unit, case: Case) -> str:
    """What a case is about, in the words of the code."""
    found = [clause.title for clause in clauses_of(unit, case)]
    return ", ".join(found) or unit.house.words.private("alerts.no-clause").value


def time_of(community: Community, case: Case) -> str:
    """When the message was posted (or the case opened), by the clock on the community's wall."""
    local = community.local(case.posted_at or case.opened_at)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
