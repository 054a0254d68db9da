"""``/link`` and ``/unlink``: a moderator says on two platforms that they are the same person, and reads on either.

By their own word on both sides, reversible on each, and shown to nobody else. What a linked moderator may do is what
they may do in the settings: the other platform adds a place to read and answer, never a right.
"""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.chat.text import shown_name
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.link import Link
from orchard_bot.features.unit import Option, Unit

CODE_LASTS = timedelta(minutes=15)
YES_LASTS = timedelta(days=1)
"""How long the moderator has to say yes on their own side."""
MODERATORS = frozenset({Role.MODERATOR})
ANYBODY = frozenset(Role)
"""On the other platform a moderator may be in no group at all."""


def on_link(request: Request, unit: Unit) -> None:
    """``/link`` where somebody moderates gives a code; ``/link CODE`` elsewhere says who they are."""
    words = unit.house.words
    if unit.books.links.of(request.person) is not None:
        unit.answer(request, words.private("linking.already"))
    elif request.args.strip():
        _claim(request, unit)
    elif not _moderates(unit, request.person, request.account):
        unit.answer(request, words.private("linking.for-moderators"))
    else:
        code = unit.books.links.offer(request.person, request.account, unit.now, unit.now + CODE_LASTS)
        unit.answer(request, words.private("linking.code", code=code, minutes=CODE_LASTS.seconds // 60))


def on_unlink(request: Request, unit: Unit) -> None:
    """Either side ends it, and both hear so."""
    link = unit.books.links.end(request.person)
    if link is None:
        unit.answer(request, unit.house.words.private("linking.none"))
        return
    unit.note(request.community.id, "link.ended", request.community.id, by=link.owner)
    text = unit.house.words.private("linking.ended")
    unit.tell(link.owner_account, link.owner, text)
    unit.tell(link.other_account, link.other, text)


def on_here(request: Request, unit: Unit) -> None:
    """It is them, and they want to read here, or in both places: now they are asked on their own side."""
    words, code = unit.house.words, str(request.data["code"])
    found = unit.books.links.offered(code, unit.now)
    if found is None or unit.books.links.of(request.person) is not None:
        unit.answer(request, words.private("linking.no-such-code"))
        return
    owner, account = found
    both = bool(request.data["both"])
    link = Link(owner=owner, owner_account=account, other=request.person, other_account=request.account, both=both)
    unit.books.links.end(request.person)  # what they may have begun with another code
    unit.books.links.propose(link, unit.now + YES_LASTS)
    options = [
        Option(words.label("linking.agree"), "linking.agree"),
        Option(words.label("linking.deny"), "linking.deny"),
    ]
    platform, name = request.account.platform.title(), shown_name(request.name)
    moderated = next(iter(unit.house.moderated_by(owner)))
    text = words.private("linking.please-agree", platform=platform, name=name)
    unit.tell(account, owner, text, options, community=moderated.id, lasts=YES_LASTS)
    unit.answer(request, words.private("linking.asked-there", platform=account.platform.title()))


def on_not_me(request: Request, unit: Unit) -> None:
    """It is somebody else's code: it is worth nothing any more."""
    found = unit.books.links.offered(str(request.data["code"]), unit.now)
    if found is not None:
        unit.books.links.end(found[0])
    unit.answer(request, unit.house.words.private("linking.dropped"))


def on_agree(request: Request, unit: Unit) -> None:
    """Yes on their own side as well: the link holds from now on."""
    link = unit.books.links.agree(request.person)
    if link is None:
        unit.answer(request, unit.house.words.private("linking.over"))
        return
    unit.note(request.community.id, "link.made", request.community.id, by=link.owner)
    words = unit.house.words
    where = "linking.made-both" if link.both else "linking.made"
    platform = link.other_account.platform.title()
    unit.answer(request, words.private(where, platform=platform))
    unit.tell(link.other_account, link.other, words.private("linking.made-here"))


def on_deny(request: Request, unit: Unit) -> None:
    """No: whoever it was hears so, and learns nothing else."""
    link = unit.books.links.end(request.person)
    unit.answer(request, unit.house.words.private("linking.denied"))
    if link is not None:
        unit.tell(link.other_account, link.other, unit.house.words.private("linking.dropped"))


def _claim(request: Request, unit: Unit) -> None:
    words = unit.house.words
    code = request.args.strip().upper().replace("-", "")
    found = unit.books.links.offered(code, unit.now)
    if found is None:
        unit.answer(request, words.private("linking.no-such-code"))
        return
    owner, account = found
    if account.platform == request.account.platform:
        unit.answer(request, words.private("linking.not-here"))
        return
    groups = unit.house.moderated_by(owner)
    me = next((one for group in groups if (one := group.moderator(owner)) is not None), None)
    if me is None:
        unit.answer(request, words.private("linking.no-such-code"))
        return
    text = words.private("linking.is-it-you", name=shown_name(me.name), groups=", ".join(one.name for one in groups))
    options = [
        Option(words.label("linking.here"), "linking.here", {"code": code, "both": False}),
        Option(words.label("linking.both"), "linking.here", {"code": code, "both": True}),
        Option(words.label("linking.not-me"), "linking.not-me", {"code": code}),
    ]
    unit.answer(request, text, options)


def _moderates(unit: Unit, person: PersonRef, account: AccountRef) -> bool:
    return any(unit.house.is_served_by(one.id, account) for one in unit.house.moderated_by(person))


FEATURE = Feature(
    name="linking",
    commands=(
        Command("link", on_link, summary="linking.summary", where=Where.PRIVATE, roles=ANYBODY, shown_to=MODERATORS),
        Command(
            "unlink",
            on_unlink,
            summary="linking.unlink-summary",
            where=Where.PRIVATE,
            roles=ANYBODY,
            shown_to=MODERATORS,
        ),
    ),
    actions={
        "linking.here": on_here,
        "linking.not-me": on_not_me,
        "linking.agree": on_agree,
        "linking.deny": on_deny,
    },
)
