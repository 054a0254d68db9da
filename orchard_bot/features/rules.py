"""``/rules``: the code of conduct on a card, topic by topic, and where the whole of it is.

Everything here is public. It is still answered privately, to keep the group quiet; only where the person cannot be
written to does the card go into the group, once an hour at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from orchard_bot.community.code_of_conduct import Topic
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Outcome, Request
from orchard_bot.features.pause import first_in, over
from orchard_bot.features.unit import Option, Unit

EVERYBODY = frozenset(Role)
CARD_PAUSE = timedelta(hours=1)
STILL_WAITED_FOR = timedelta(minutes=10)
"""An answer that turns out undeliverable later than this is no longer anybody's question."""
MOST_OPTIONS = 9


def on_rules(request: Request, unit: Unit) -> None:
    """The command: the card, or the topic that was named."""
    request.hide_command(unit)
    if not request.args:
        show_card(request, unit)
        return
    topic = _named(request.args, unit)
    if topic is None:
        unit.answer(
            request, unit.house.words.private("rules.no-topic"), _topics(unit), once=False, **_heard(request, unit)
        )
    else:
        _show(topic, request, unit)


def show_card(request: Request, unit: Unit) -> None:
    """The short card, with the topics to choose from."""
    code = unit.house.code
    text = unit.house.words.private("rules.card", card=code.card.strip(), label=code.label, full=code.full_policy)
    unit.answer(request, text, _topics(unit), once=False, **_heard(request, unit))


def on_topic(request: Request, unit: Unit) -> None:
    """A topic was chosen."""
    topic = unit.house.code.topic(str(request.data["topic"]))
    if topic is None:
        show_card(request, unit)
    else:
        _show(topic, request, unit)


def on_more(request: Request, unit: Unit) -> None:
    """The topics that did not fit on the first list."""
    start = int(request.data["from"])
    unit.answer(request, unit.house.words.private("rules.more"), _topics(unit, start), once=False)


def on_delivery(outcome: Outcome, unit: Unit) -> None:
    """Nobody hears nothing: the card goes into the group for somebody whom the bot may not write to."""
    where, _, asked = outcome.subject.partition(" ")
    community = unit.house.communities.get(where)
    if outcome.delivered or community is None or unit.now - datetime.fromisoformat(asked) > STILL_WAITED_FOR:
        return
    if first_in(CARD_PAUSE, "rules.said", community, "card", unit):
        code = unit.house.code
        text = unit.house.words.public(
            "rules.card-for-all", card=code.card.strip(), label=code.label, full=code.full_policy
        )
        unit.say(community.chat, text)


def _show(topic: Topic, request: Request, unit: Unit) -> None:
    code = unit.house.code
    clauses = "\n\n".join(f"• {clause.title}\n{clause.text}" for clause in code.clauses_in(topic.id))
    text = unit.house.words.private("rules.topic", title=topic.title, clauses=clauses, label=code.label)
    others = [Option(unit.house.words.label("rules.others"), "rules.card")]
    unit.answer(request, text, others, once=False, **_heard(request, unit))


def _topics(unit: Unit, start: int = 0) -> list[Option]:
    topics = unit.house.code.topics[start:]
    if len(topics) <= MOST_OPTIONS:
        return [Option(topic.title, "rules.topic", {"topic": topic.id}) for topic in topics]
    shown = MOST_OPTIONS - 1
    options = [Option(topic.title, "rules.topic", {"topic": topic.id}) for topic in topics[:shown]]
    return [*options, Option(unit.house.words.label("rules.more"), "rules.more", {"from": start + shown})]


def _named(args: str, unit: Unit) -> Topic | None:
    wanted = args.casefold().strip()
    topics = unit.house.code.topics
    exact = [topic for topic in topics if wanted in (topic.id, topic.title.casefold())]
    near = exact or [topic for topic in topics if topic.title.casefold().startswith(wanted)]
    return near[0] if len(near) == 1 else None


def _heard(request: Request, unit: Unit) -> dict[str, str]:
    """Asked in the group, the answer is one to hear about."""
    subject = f"{request.community.id} {unit.now.isoformat()}"
    return {} if request.private else {"origin": "rules.card", "subject": subject}


FEATURE = Feature(
    name="rules",
    commands=(Command("rules", on_rules, summary="rules.summary", roles=EVERYBODY),),
    actions={"rules.topic": on_topic, "rules.more": on_more, "rules.card": show_card},
    outcomes={"rules.card": on_delivery},
    timers={"rules.said": over},
)
