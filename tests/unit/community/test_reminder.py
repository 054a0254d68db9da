"""A reminder: from the newsletter, with its place, asking nobody for anything."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchard_bot.community.reminder import AsksForAnswer, NewsletterItem, NoSource, UnfitTitle, checked_title
from orchard_bot.errors import OrchardError

AT = datetime(2026, 11, 14, 18, 30, tzinfo=UTC)


def item(title: str = "Cake sale in the hall", source: str = "Newsletter 12, page 3") -> NewsletterItem:
    return NewsletterItem(title=title, source=source, remind_at=AT)


@pytest.mark.parametrize("source", ["Newsletter 12", "the one of 7 November", "https://school.example/news"])
def test_a_place_is_an_issue_a_date_a_page_or_a_link(source: str) -> None:
    assert item(source=source).source == source


@pytest.mark.parametrize("source", ["", "   ", "the newsletter", "https://", "12" + "x" * 200])
def test_without_a_place_there_is_no_reminder(source: str) -> None:
    with pytest.raises(NoSource):
        item(source=source)


@pytest.mark.parametrize("title", ["", " \n ", "x" * 201, "\u202e\u200b"])
def test_a_reminder_says_in_one_line_what_it_is_about(title: str) -> None:
    with pytest.raises(UnfitTitle):
        item(title=title)


@pytest.mark.parametrize(
    "title",
    [
        "Can you bring cake?",
        "Cake sale, RSVP",
        "Please reply by Friday",
        "Let us know who comes",
        "Thumbs up if you come",
    ],
)
def test_a_reminder_that_wants_an_answer_is_refused(title: str) -> None:
    with pytest.raises(AsksForAnswer):
        item(title=title)


@pytest.mark.parametrize("title", ["Cake sale. Please bring coins", "Slips go back by Friday", "What's on: cake sale"])
def test_an_announcement_is_not_mistaken_for_a_question(title: str) -> None:
    assert item(title=title).title == title


def test_a_title_is_put_on_one_line() -> None:
    assert checked_title("  Cake\n sale\u202e ") == "Cake sale"


@pytest.mark.parametrize("error", [NoSource, UnfitTitle, AsksForAnswer])
def test_all_of_it_can_be_caught_as_ours(error: type[Exception]) -> None:
    assert issubclass(error, OrchardError)
