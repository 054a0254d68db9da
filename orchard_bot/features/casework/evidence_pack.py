"""An evidence pack: what is known of one case, for the police or another service. It exists only if two moderators agree.

The bot never sends it: whoever runs the bot makes the file (``orchard-bot case pack``) and hands it over.
"""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.intents import Priority
from orchard_bot.features.casework.bench import case_to_see
from orchard_bot.features.casework.case_view import name_of
from orchard_bot.features.casework.casebook import account_of, called, judges
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.unit import Option, Unit

AGREED = "pack-agreed"
"""The act in the audit trail, written under both names, that the command line looks for."""
LASTS = timedelta(hours=24)


def on_propose(request: Request, unit: Unit) -> None:
    """A moderator would like one: the others are asked."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    words = unit.house.words
    others = [one for one in judges(unit, case) if one.person != request.person]
    if not others:
        unit.answer(request, words.private("pack.no-second"))
        return
    options = [Option(words.label("pack.agree"), "pack.agree", {"case": case.id, "by": str(request.person)})]
    for other in others:
        unit.tell(
            account_of(unit, case),
            other.person,
            words.private("pack.proposed", name=name_of(unit, case, request.person), number=called(unit, case)),
            options,
            community=case.community,
            stays=True,
            lasts=LASTS,
            priority=Priority.MODERATION,
        )
    unit.note(case.community, "pack-proposed", case.id, by=request.person)
    unit.answer(request, words.private("pack.asked"))


def on_agree(request: Request, unit: Unit) -> None:
    """Two agree: both hear how whoever runs the bot makes it."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    words = unit.house.words
    found = (one for one in judges(unit, case) if str(one.person) == request.data["by"])
    first = next((one for one in found if one.person != request.person), None)
    if first is None:
        unit.answer(request, words.private("decisions.first-is-gone"))
        return
    for person in (first.person, request.person):
        unit.note(case.community, AGREED, case.id, by=person)
    agreed = words.private("pack.agreed", number=called(unit, case), code=case.code)
    unit.tell(account_of(unit, case), first.person, agreed, community=case.community, priority=Priority.MODERATION)
    unit.answer(request, agreed)


FEATURE = Feature(name="pack", actions={"pack.propose": on_propose, "pack.agree": on_agree})
