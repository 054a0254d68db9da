"""What a configured feed brings: offered to the moderators just as a newsletter that one of them sent.

Nothing is posted from it by itself. That a feed cannot be read is said once in a while, never at each failure.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText, shortened
from orchard_bot.features.feature import FeedNews
from orchard_bot.features.newsletter.cards import first_options
from orchard_bot.features.newsletter.planning import is_over, item_of
from orchard_bot.features.newsletter.saying import newsletter_in_words
from orchard_bot.features.unit import Unit


def on_feed(news: FeedNews, unit: Unit) -> None:
    """Tell every moderator of this community; what is over already is not worth a word."""
    community, words = news.community, unit.house.words
    feed = shortened(urlsplit(news.url).hostname or news.url, 80)
    if news.newsletter is None:
        text, options = words.private("newsletter.feed-fails", feed=feed, why=shortened(news.why, 200)), []
    else:
        items = [item_of(event, unit) for event in news.newsletter.events]
        if all(is_over(item, community, unit.now) for item in items):
            return
        new, said = (
            words.private("newsletter.from-feed", feed=feed).value,
            newsletter_in_words(news.newsletter, unit).value,
        )
        text = PrivateText(f"{new}\n\n{said}")
        options = first_options(items, community, unit, pass_on=False)
    for moderator in community.moderators:
        unit.tell(
            community.chat.via,
            moderator.person,
            text,
            options,
            community=community.id,
            once=False,
            priority=Priority.MODERATION,
        )
