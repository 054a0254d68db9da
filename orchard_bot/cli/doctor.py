"""``orchard-bot doctor``: what the bot may not do in each group, how to grant it, and whom it cannot reach."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from orchard_bot.app import Composition
from orchard_bot.chat.abilities import Reach
from orchard_bot.chat.platform import Finding, Platform
from orchard_bot.community.community import Community
from orchard_bot.detectors.observation import Detector
from orchard_bot.errors import PlatformError, StorageError
from orchard_bot.newsletters.work import EXTRA as NEWSLETTER_EXTRA
from orchard_bot.newsletters.work import lacking as lacking_libraries
from orchard_bot.pictures.work import EXTRA as PICTURES_EXTRA
from orchard_bot.pictures.work import lacking as lacking_for_pictures
from orchard_bot.settings.examples import lacking
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite import opened

ANSWER_SECONDS = 30.0
NEEDED = ("post", "hide_commands", "delete_others", "restrict", "remove", "see_joins", "see_edits")
"""Abilities whose lack an operator should know of; the others are a matter of the platform."""


async def examine(config: Path) -> bool:
    """Prints a finding a line; True where nothing needs doing.

    What is as it is on the platform, with nothing that an operator could do, is a note.
    """
    composition = Composition.load(config)
    findings = [*_of_detectors(composition.detectors), _of_newsletters()]
    findings += _of_pictures(composition.house.communities.values())
    newsletter = composition.settings.newsletter
    findings += [_of_feed(url, composition.settings.database) for url in newsletter.feeds]
    for platform in composition.platforms():
        groups = composition.house.served_by(platform.account)
        findings += await _of_platform(platform, groups)
    for community in composition.house.communities.values():
        findings += _of_moderators(community, composition.settings.database)
    for one in findings:
        state = "ok" if one.ok else "LOOK" if one.fix else "note"
        typer.echo(f"{state:4}  {one.about}: {one.says}")
        if state == "LOOK":
            typer.echo(f"      {one.fix}")
    to_do = sum(not one.ok and bool(one.fix) for one in findings)
    typer.echo(f"{to_do} to look at." if to_do else "Nothing needs doing.")
    return not to_do


def _of_detectors(detectors: Sequence[Detector]) -> list[Finding]:
    blind = [(one.name, lacking(one)) for one in detectors if lacking(one)]
    if not blind:
        return [Finding(True, "detectors", f"all {len(detectors)} can see.")]
    extras = ",".join(sorted({extra for _, extra in blind}))
    says = f"{len(blind)} of {len(detectors)} see nothing: {', '.join(name for name, _ in blind)}."
    return [Finding(False, "detectors", says, f"pip install 'orchard-bot[{extras}]', or take them out of the policy.")]


def _of_newsletters() -> Finding:
    missing = lacking_libraries()
    if not missing:
        return Finding(True, "newsletters", "can be read.")
    says = f"cannot be read: {', '.join(missing)} not installed."
    return Finding(
        False, "newsletters", says, f"pip install 'orchard-bot[{NEWSLETTER_EXTRA}]', or leave it: all else works."
    )


def _of_pictures(communities: Iterable[Community]) -> list[Finding]:
    wanted = ", ".join(community.id for community in communities if community.pictures)
    if not wanted:
        return []
    missing = lacking_for_pictures()
    if not missing:
        return [Finding(True, "pictures", f"their text can be read ({wanted}).")]
    says = f"their text cannot be read, though {wanted} wants it: {', '.join(missing)} not installed."
    return [Finding(False, "pictures", says, f"pip install 'orchard-bot[{PICTURES_EXTRA}]', or set pictures = false.")]


def _of_feed(url: str, database: Path) -> Finding:
    """As the running bot found it: doctor itself fetches nothing."""
    try:
        with opened(database) as connection:
            state = SqlLedger(connection).feeds.get(url)
    except StorageError:
        state = None
    if state is None:
        return Finding(True, f"feed {url}", "has not been asked yet; the bot does when it runs.")
    if state.failing_since is not None:
        fix = "Open it in a browser, and correct feeds under [newsletter]."
        return Finding(False, f"feed {url}", f"fails since {state.failing_since:%-d %B %Y}: {state.why}", fix)
    if state.moved_to:
        fix = "Write that into feeds under [newsletter]."
        return Finding(False, f"feed {url}", f"has moved for good to {state.moved_to}.", fix)
    return Finding(True, f"feed {url}", f"was asked for news on {state.looked_at:%-d %B %Y at %H:%M} UTC.")


async def _of_platform(platform: Platform, groups: Sequence[Community]) -> list[Finding]:
    account = str(platform.account)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await platform.start()
            found = [Finding(True, account, "connects.")]
            found += await platform.examine([one.chat for one in groups])
            said = {one.says for one in found}
            for community in groups:
                found += [one for one in await _of_group(community, platform) if one.says not in said]
    except (PlatformError, TimeoutError) as error:
        says = str(error) or "no answer within half a minute."
        return [Finding(False, account, says, f"Check the network and [adapters.{platform.account.platform}].")]
    finally:
        await platform.stop()
    return found


async def _of_group(community: Community, platform: Platform) -> list[Finding]:
    try:
        abilities = await platform.abilities(community.chat)
    except PlatformError as error:
        return [Finding(False, community.id, str(error), "Add the bot to the group, or correct its chat.")]
    named = abilities.named()
    lacking = [Finding(False, community.id, named[name].why, named[name].grant) for name in NEEDED if not named[name]]
    if abilities.private_messages is Reach.NEVER:
        lacking.append(Finding(False, community.id, abilities.private_messages_why))
    return lacking or [Finding(True, community.id, "the bot has every right that can be given.")]


def _of_moderators(community: Community, database: Path) -> list[Finding]:
    try:
        with opened(database) as connection:
            people = SqlLedger(connection).people
            reach = {one: people.reach(community.chat.via, one.person) for one in community.moderators}
    except StorageError:
        says = "nobody has been written to yet; the bot tries when it first runs."
        return [Finding(True, f"{community.id}, moderators", says)]
    fix = "Ask them to open a private chat with the bot and send /start."
    return [
        Finding(
            reached is not False,
            f"{community.id}, moderator {one.name}",
            {True: "can be reached.", False: "cannot be reached.", None: "has not been written to yet."}[reached],
            fix,
        )
        for one, reached in reach.items()
    ]
