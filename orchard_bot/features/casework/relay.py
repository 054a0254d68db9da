"""A question to whoever reported a case, and the answer, through the bot: neither learns who the other is.

The moderator sees "whoever reported it"; the reporter sees "a moderator". Answering is up to them.
"""

from __future__ import annotations

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.refs import PersonRef
from orchard_bot.features.casework.bench import case_to_see
from orchard_bot.features.casework.casebook import account_of, called, case_of, judges
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.reporting.matter import bounded
from orchard_bot.features.unit import Option, Unit


def on_ask(request: Request, unit: Unit) -> None:
    """A moderator would like to know something."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    words = unit.house.words
    if not unit.books.cases.reports(case.id):
        unit.answer(request, words.private("relay.nobody", number=called(unit, case)))
        return
    unit.ask(request, "relay.question", {"case": case.id}, words.private("relay.what", number=called(unit, case)))


def on_question(request: Request, unit: Unit) -> None:
    """The moderator's words go to everybody who reported it."""
    unit.books.dialogs.end(request.account, request.person)
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    words, question = unit.house.words, bounded(request.text)
    if not question:
        unit.answer(request, words.private("relay.words-only"))
        return
    data = {"case": case.id, "moderator": str(request.person)}
    for report in unit.books.cases.reports(case.id):
        unit.tell(
            report.account,
            report.reporter,
            words.private("relay.question", code=case.code, text=question),
            [Option(words.label("relay.answer"), "relay.answer", data)],
            community=case.community,
            stays=True,
            lasts=unit.house.retention.evidence,
            priority=Priority.MODERATION,
        )
    unit.note(case.community, "reporter-asked", case.id, by=request.person)
    unit.answer(request, words.private("relay.asked", number=called(unit, case)))


def on_answer(request: Request, unit: Unit) -> None:
    """Whoever reported it would like to answer."""
    case = case_of(unit, str(request.data["case"]))
    mine = case is not None and any(one.reporter == request.person for one in unit.books.cases.reports(case.id))
    if case is None or not mine:
        unit.answer(request, unit.house.words.private("report.unknown-code"))
        return
    data = {"case": case.id, "moderator": str(request.data["moderator"])}
    unit.ask(request, "relay.reply", data, unit.house.words.private("relay.your-words", code=case.code))


def on_reply(request: Request, unit: Unit) -> None:
    """The words of whoever reported it go to the moderator who asked, without a name."""
    unit.books.dialogs.end(request.account, request.person)
    words, reply = unit.house.words, bounded(request.text)
    case = case_of(unit, str(request.data["case"]))
    if not reply or case is None:
        unit.answer(request, words.private("relay.words-only"))
        return
    asked = PersonRef.parse(str(request.data["moderator"]))
    found = judges(unit, case)
    to = [one for one in found if one.person == asked] or found
    for moderator in to:
        text = words.private("relay.reply", number=called(unit, case), text=reply)
        unit.tell(
            account_of(unit, case), moderator.person, text, community=case.community, priority=Priority.MODERATION
        )
    unit.answer(request, words.private("relay.passed-on" if to else "relay.nobody-to-tell"))


FEATURE = Feature(
    name="relay",
    actions={"relay.ask": on_ask, "relay.answer": on_answer},
    dialogs={"relay.question": on_question, "relay.reply": on_reply},
)
