"""The page's state lives in its address and can be trusted whatever the address says."""

from __future__ import annotations

from urllib.parse import parse_qsl

from hypothesis import given
from hypothesis import strategies as st

from orchard_sandbox.cast import CAST
from orchard_sandbox.state import PANELS, Compose, PageState, read_state
from orchard_sandbox.tour import STORIES, story_of, told_by

IDS = [each.id for each in CAST]
PEOPLE = frozenset(IDS)


def _read(query: str) -> PageState:
    return read_state(dict(parse_qsl(query, keep_blank_values=True)), CAST)


def test_at_first_sight_there_are_two_parents_and_a_moderator_with_her_inbox_open() -> None:
    state = _read("")
    assert state.show == ("priya", "tomasz", "amira")
    assert "amira" in state.private
    assert "priya" not in state.private


@given(
    show=st.sets(st.sampled_from(IDS)),
    private=st.sets(st.sampled_from(IDS)),
    panel=st.sampled_from(["", *PANELS]),
    story=st.sampled_from(["", *(each.id for each in STORIES)]),
    compose=st.none()
    | st.builds(Compose, st.sampled_from(["reply", "edit"]), st.sampled_from(IDS), st.text(min_size=1)),
)
def test_the_address_gives_the_same_state_again(
    show: set[str], private: set[str], panel: str, story: str, compose: Compose | None
) -> None:
    wished = PageState(
        show=tuple(id for id in IDS if id in show | {"amira"} | ({compose.person} if compose else set())),
        private=tuple(id for id in IDS if id in private),
        panel=panel,
        story=story,
        compose=compose,
    )
    assert _read(wished.query()) == wished


@given(st.dictionaries(st.sampled_from(["show", "private", "panel", "story", "reply", "edit"]), st.text()))
def test_any_address_is_understood_and_keeps_a_moderator_in_sight(query: dict[str, str]) -> None:
    state = read_state(query, CAST)
    assert set(state.show) & {"amira", "joe"}
    assert set(state.show) | set(state.private) <= PEOPLE
    assert state.panel in ("", *PANELS)


def test_opening_a_chat_takes_the_phone_out_and_putting_it_away_leaves_the_rest() -> None:
    state = _read("").showing("grace", "private")
    assert "grace" in state.show
    assert "grace" in state.private
    assert "grace" not in state.showing("grace", "group").private
    assert _read(state.without("grace").query()).show == ("priya", "tomasz", "amira")


def test_a_story_takes_out_the_phones_that_play_in_it_and_no_others() -> None:
    newcomer = next(each for each in STORIES if each.id == "newcomer")
    state = _read(_read("show=hannah,joe&panel=bot").telling(newcomer).query())
    assert (state.show, state.private, state.story, state.panel) == (
        ("priya", "grace", "amira"),
        ("amira",),
        "newcomer",
        "bot",
    )


def test_only_ones_own_half_written_message_is_settled() -> None:
    state = _read("").composing("reply", "priya", "m")
    assert state.settled("tomasz").compose is not None
    assert state.settled("priya").compose is None


def test_every_story_can_be_told_by_the_cast_and_only_by_those_who_are_there() -> None:
    assert len(told_by(PEOPLE)) == 5
    assert story_of("newcomer", PEOPLE) in STORIES
    assert story_of("newcomer", PEOPLE - {"grace"}) is None
    assert story_of("nothing", PEOPLE) is None
    for story in STORIES:
        assert story.draft is None or (story.draft.person, story.draft.pane) in story.shows
