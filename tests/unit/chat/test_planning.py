from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchard_bot.chat.abilities import YES, Abilities, Reach, no
from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import (
    AnswerJoin,
    Choice,
    CloseChoices,
    DeleteMessage,
    EditOwn,
    EditSaid,
    HideCommand,
    Mandate,
    Mandated,
    Priority,
    Remove,
    Restrict,
    Say,
    TellPrivately,
    WithdrawOwn,
)
from orchard_bot.chat.planning import Plan, Refusal, Sent, in_group_instead, numbered, parts, plan
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    RemoveMember,
    RestrictMember,
    SendFile,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    Step,
    TakeButtonsAway,
)
from orchard_bot.testing import profiles
from orchard_bot.testing.builders import (
    a_choice,
    a_group,
    a_message_ref,
    a_person,
    a_private_chat,
    a_say,
    a_whisper,
    abilities,
    an_account,
    private_text,
)
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING as NOW
from orchard_bot.testing.profiles import Profile

every_profile = pytest.mark.parametrize("profile", profiles.ALL.values(), ids=lambda profile: profile.name)
PRIVATE_STEPS = (SendPrivately, ShowInGroup)


def steps(planned: Plan | Refusal) -> tuple[Step, ...]:
    assert isinstance(planned, Plan), planned
    return planned.steps


def refusal(planned: Plan | Refusal) -> Refusal:
    assert isinstance(planned, Refusal), planned
    assert planned.why
    return planned


def choices(how_many: int) -> tuple[Choice, ...]:
    return tuple(a_choice(number, f"choice {number}") for number in range(1, how_many + 1))


MANDATE = Mandate(a_person("mo"), an_account("alerts"), "c7", "d1")
BY_HAND = private_text("Please do it by hand.")
TOMORROW = NOW + timedelta(days=1)


def an_act(kind: type[Mandated]) -> Mandated:
    if kind is DeleteMessage:
        act: Mandated = DeleteMessage(
            mandate=MANDATE, message=a_message_ref("9"), author=a_person(), posted_at=NOW, by_hand=BY_HAND
        )
    elif kind is Restrict:
        act = Restrict(mandate=MANDATE, chat=a_group(), person=a_person(), until=TOMORROW, by_hand=BY_HAND)
    elif kind is Remove:
        act = Remove(mandate=MANDATE, chat=a_group(), person=a_person(), by_hand=BY_HAND)
    else:
        act = AnswerJoin(mandate=MANDATE, chat=a_group(), person=a_person(), admit=True, by_hand=BY_HAND)
    return replace(act, key="k", priority=Priority.MODERATION)


ACTS: dict[type[Mandated], tuple[str, Step]] = {
    DeleteMessage: ("delete_others", DeletePosting(key="k", message=a_message_ref("9"), author=a_person())),
    Restrict: (
        "restrict",
        RestrictMember(key="k", chat=a_group(), person=a_person(), until=TOMORROW),
    ),
    Remove: ("remove", RemoveMember(key="k", chat=a_group(), person=a_person())),
    AnswerJoin: ("answer_joins", AnswerJoinRequest(key="k", chat=a_group(), person=a_person(), admit=True)),
}
every_act = pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.__name__)

any_abilities = st.builds(
    replace,
    st.sampled_from([profile.abilities for profile in profiles.ALL.values()]),
    private_messages=st.sampled_from(Reach),
    private_messages_why=st.sampled_from(["", "No."]),
    private_reply_in_group=st.sampled_from([profiles.TELEGRAM.abilities.private_reply_in_group, no("No."), no("")]),
    buttons=st.integers(0, 5),
    text_limit=st.integers(1, 60),
)
whispers = st.builds(
    a_whisper,
    st.text(min_size=1, max_size=200),
    near=st.none() | st.just(a_group()),
    choices=st.integers(0, 6).map(choices),
)


@given(whispers, any_abilities)
def test_private_words_never_become_a_step_that_the_group_can_see(told: TellPrivately, allowed: Abilities) -> None:
    planned = plan(told, allowed, NOW)
    if isinstance(planned, Refusal):
        assert planned.why
        assert planned.instead == ()
    else:
        assert planned.steps
        assert all(isinstance(step, PRIVATE_STEPS) and step.person == told.person for step in planned.steps)
    nearby = in_group_instead(told, allowed)
    assert nearby is None or all(isinstance(step, ShowInGroup) for step in nearby.steps)


@every_profile
@given(told=whispers)
def test_on_every_platform_private_words_go_out_privately(profile: Profile, told: TellPrivately) -> None:
    for step in steps(plan(told, profile.abilities, NOW)):
        assert isinstance(step, SendPrivately)
        assert step.person == told.person
        assert len(step.text) <= profile.abilities.text_limit
        assert len(step.choices) <= profile.abilities.buttons


@every_profile
@pytest.mark.parametrize("how_many", range(10))
def test_choices_are_buttons_where_they_fit_and_numbers_where_they_do_not(profile: Profile, how_many: int) -> None:
    (step,) = steps(plan(a_whisper("Which?", choices=choices(how_many)), profile.abilities, NOW))
    assert isinstance(step, SendPrivately)
    if how_many <= profile.abilities.buttons:
        assert step.text == "Which?"
        assert step.choices == choices(how_many)
    else:
        assert step.choices == ()
        assert [f"{n}  choice {n}" in step.text for n in range(1, how_many + 1)] == [True] * how_many


def test_numbered_lines_use_the_numbers_of_the_choices() -> None:
    assert numbered("Which?", (Choice("x", "tea", 4), Choice("y", "cake", 7)), "Type one.") == (
        "Which?\n\n4  tea\n7  cake\n\nType one."
    )


@given(st.lists(st.text("abc", min_size=1, max_size=10)), st.sampled_from([" ", "\n", "\n\n"]), st.integers(20, 60))
def test_long_text_is_split_between_words_and_loses_none(words: list[str], gap: str, limit: int) -> None:
    text = gap.join(words)
    pieces = parts(text, limit)
    assert " ".join(pieces).split() == words
    assert all(len(piece) <= limit for piece in pieces)


@given(st.text(), st.integers(1, 40))
def test_any_text_is_split_into_pieces_that_fit_and_no_letter_is_lost(text: str, limit: int) -> None:
    pieces = parts(text, limit)
    assert all(len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(" \nab"), st.integers(1, 10))
def test_no_piece_is_blank_unless_all_is(text: str, limit: int) -> None:
    pieces = parts(text, limit)
    assert all(piece.strip() for piece in pieces) or not text.strip()
    assert len(pieces) >= 1


def test_text_is_cut_at_a_paragraph_rather_than_at_a_line_or_word() -> None:
    assert parts("one two\n\nthree\nfour five", 14) == ("one two", "three\nfour", "five")


def test_buttons_go_with_the_last_piece_of_a_long_text() -> None:
    allowed = abilities(text_limit=10)
    first, last = steps(plan(a_whisper("aaaaaaaa bbbbbbbb", choices=choices(2)), allowed, NOW))
    assert isinstance(first, SendPrivately)
    assert isinstance(last, SendPrivately)
    assert (first.choices, last.choices) == ((), choices(2))
    assert (first.key, last.key) == ("tell-1", "tell-1#1")


def test_where_private_chats_are_impossible_the_member_is_shown_it_in_the_group() -> None:
    allowed = abilities(private_messages=Reach.NEVER)
    (step,) = steps(plan(a_whisper("psst", near=a_group()), allowed, NOW))
    assert step == ShowInGroup(key="tell-1", chat=a_group(), person=a_person(), text="psst")


@pytest.mark.parametrize("why", ["", "Bots are mute here."])
def test_where_nothing_private_is_possible_it_is_refused_with_the_reason(why: str) -> None:
    allowed = abilities(profiles.SIGNAL, private_messages=Reach.NEVER, private_messages_why=why)
    refused = refusal(plan(a_whisper(near=a_group()), allowed, NOW))
    assert not why or refused.why == why
    refusal(plan(a_whisper(), abilities(private_messages=Reach.NEVER), NOW))


def test_somebody_without_a_private_chat_is_shown_it_in_the_group_where_that_is_possible() -> None:
    told = a_whisper("psst", near=a_group(), choices=choices(2))
    nearby = in_group_instead(told, abilities())
    assert nearby == Plan(
        (ShowInGroup(key="tell-1", chat=a_group(), person=a_person(), text="psst", choices=choices(2)),)
    )
    assert in_group_instead(told, abilities(text_limit=3)) is None
    assert in_group_instead(told, abilities(profiles.TELEGRAM_BASIC)) is None
    assert in_group_instead(a_whisper("psst"), abilities()) is None


def test_words_for_the_group_go_to_the_group_in_pieces_and_only_the_first_is_pinned() -> None:
    first, second = steps(plan(a_say("aaaaaaaa bbbbbbbb", pin=True), abilities(text_limit=10), NOW))
    assert first == SendToGroup(key="say-1", chat=a_group(), text="aaaaaaaa", pin=True)
    assert second == SendToGroup(key="say-1#1", chat=a_group(), text="bbbbbbbb")


def test_what_cannot_be_pinned_is_said_all_the_same() -> None:
    (step,) = steps(plan(a_say(pin=True), abilities(pin=no("No.")), NOW))
    assert step == SendToGroup(key="say-1", chat=a_group(), text="Good evening, class 3B.")


@pytest.mark.parametrize("why", ["", "The bot is muted."])
def test_where_the_bot_may_not_post_it_is_refused_with_the_reason(why: str) -> None:
    refused = refusal(plan(a_say(), abilities(post=no(why)), NOW))
    assert not why or refused.why == why


@every_act
@every_profile
def test_a_decided_act_is_done_or_the_moderator_is_told_how_to(profile: Profile, kind: type[Mandated]) -> None:
    ability, step = ACTS[kind]
    planned = plan(an_act(kind), profile.abilities, NOW)
    if profile.abilities.named()[ability]:
        assert planned == Plan((step,))
    else:
        assert_moderator_is_told(planned)


@every_act
@pytest.mark.parametrize("why", ["", "The bot is no admin."])
def test_each_refused_act_tells_the_moderator_who_decided_it(kind: type[Mandated], why: str) -> None:
    planned = plan(an_act(kind), abilities(profiles.TELEGRAM, **{ACTS[kind][0]: no(why)}), NOW)
    assert_moderator_is_told(planned)
    assert not why or refusal(planned).why == why


def assert_moderator_is_told(planned: Plan | Refusal) -> None:
    (told,) = refusal(planned).instead
    assert told == TellPrivately(
        key="k:by-hand",
        priority=Priority.MODERATION,
        account=an_account("alerts"),
        person=a_person("mo"),
        text=BY_HAND,
    )


def test_a_message_that_is_too_old_to_delete_is_left_to_the_moderator() -> None:
    allowed = abilities(delete_others_within=timedelta(hours=48))
    act = an_act(DeleteMessage)
    assert isinstance(plan(act, allowed, NOW + timedelta(hours=48)), Plan)
    too_late = plan(act, allowed, NOW + timedelta(hours=48, seconds=1))
    assert_moderator_is_told(too_late)
    assert "48 hours" in refusal(too_late).why
    assert isinstance(plan(act, abilities(profiles.MATRIX), NOW + timedelta(days=900)), Plan)


SENT = Sent(a_message_ref("5", chat=a_private_chat()), private=True)
EDIT = EditOwn(key="e", account=an_account(), of="tell-1", text=private_text("Settled."))
WITHDRAW = WithdrawOwn(key="w", account=an_account(), of="tell-1")


def test_an_edit_replaces_text_and_choices_of_the_bots_own_message() -> None:
    edit = replace(EDIT, choices=choices(2))
    assert plan(edit, abilities(), NOW, SENT) == Plan(
        (EditMessage(key="e", message=SENT.message, text="Settled.", choices=choices(2)),)
    )
    (step,) = steps(plan(edit, abilities(profiles.SIGNAL), NOW, SENT))
    assert isinstance(step, EditMessage)
    assert "2  choice 2" in step.text


def test_private_words_never_replace_what_a_group_can_see() -> None:
    refusal(plan(EDIT, abilities(), NOW, Sent(a_message_ref("5"), private=False)))


def test_an_edit_that_does_not_fit_is_refused_rather_than_cut() -> None:
    refusal(plan(EDIT, abilities(text_limit=5), NOW, SENT))


SAID = Sent(a_message_ref("7"), private=False)
CORRECTION = EditSaid(
    key="c", chat=a_message_ref("7").chat, of="say-1", text=a_say("Friday").text, otherwise=a_say("It is Friday").text
)


def test_a_correction_replaces_what_was_said_in_the_group_or_is_said_there_anew() -> None:
    assert plan(CORRECTION, abilities(), NOW, SAID) == Plan(
        (EditMessage(key="c", message=SAID.message, text="Friday"),)
    )
    for cannot in (abilities(edit_own=no("No edits here.")), abilities(text_limit=3)):
        (again,) = refusal(plan(CORRECTION, cannot, NOW, SAID)).instead
        assert isinstance(again, Say)
        assert (again.key, again.text.value) == ("c:again", "It is Friday")
        assert refusal(plan(replace(CORRECTION, otherwise=None), cannot, NOW, SAID)).instead == ()


def test_a_correction_never_touches_private_words_or_what_was_never_posted() -> None:
    assert refusal(plan(CORRECTION, abilities(), NOW, SENT)).instead == ()
    assert refusal(plan(CORRECTION, abilities(), NOW, None)).instead == ()


def test_buttons_are_taken_away_where_there_are_any_and_nothing_is_refused() -> None:
    close = CloseChoices(key="c", account=an_account(), of="tell-1")
    assert plan(close, abilities(), NOW, SENT) == Plan((TakeButtonsAway(key="c", message=SENT.message),))
    assert plan(close, abilities(), NOW) == Plan(())
    assert plan(close, abilities(profiles.SIGNAL), NOW, SENT) == Plan(())
    assert plan(close, abilities(edit_own=no("Not here.")), NOW, SENT) == Plan(())


@pytest.mark.parametrize("why", ["", "Not here."])
def test_what_cannot_be_edited_taken_back_or_hidden_is_refused_with_the_reason(why: str) -> None:
    hide = HideCommand(key="h", message=a_message_ref("7"), author=a_person())
    for planned in (
        plan(EDIT, abilities(edit_own=no(why)), NOW, SENT),
        plan(WITHDRAW, abilities(withdraw_own=no(why)), NOW, SENT),
        plan(hide, abilities(hide_commands=no(why)), NOW),
    ):
        assert not why or refusal(planned).why == why
        assert refusal(planned).instead == ()


def test_what_was_never_delivered_is_neither_edited_nor_taken_back() -> None:
    refusal(plan(EDIT, abilities(), NOW))
    refusal(plan(WITHDRAW, abilities(), NOW))


def test_the_bots_own_words_are_taken_back() -> None:
    assert plan(WITHDRAW, abilities(), NOW, SENT) == Plan((DeletePosting(key="w", message=SENT.message, author=None),))


def test_a_command_is_taken_out_of_sight() -> None:
    hide = HideCommand(key="h", message=a_message_ref("7"), author=a_person())
    assert plan(hide, abilities(), NOW) == Plan(
        (DeletePosting(key="h", message=a_message_ref("7"), author=a_person()),)
    )


FILE = Enclosure("dates.ics", "text/calendar", b"BEGIN:VCALENDAR")


def with_file(**more: object) -> TellPrivately:
    return replace(a_whisper("here it is"), file=FILE, without_file=private_text("in words"), **more)


def test_a_file_goes_behind_its_words() -> None:
    intent = with_file()
    planned = plan(intent, abilities(send_files=YES), NOW)
    assert isinstance(planned, Plan)
    words, file = planned.steps
    assert isinstance(words, SendPrivately)
    assert words.text == "here it is"
    assert file == SendFile(key=f"{intent.key}#1", account=intent.account, person=intent.person, file=FILE)


def test_where_no_file_can_be_sent_the_words_say_all() -> None:
    planned = plan(with_file(), abilities(send_files=no("Not here.")), NOW)
    assert isinstance(planned, Plan)
    assert [getattr(step, "text", None) for step in planned.steps] == ["in words"]


def test_without_other_words_the_same_are_said() -> None:
    planned = plan(replace(with_file(), without_file=None), abilities(send_files=no("Not here.")), NOW)
    assert isinstance(planned, Plan)
    assert [getattr(step, "text", None) for step in planned.steps] == ["here it is"]


def test_inside_the_group_no_file_is_shown_to_anybody() -> None:
    here = abilities(send_files=YES, private_reply_in_group=YES)
    inside = in_group_instead(with_file(near=a_group()), here)
    never = plan(with_file(near=a_group()), replace(here, private_messages=Reach.NEVER), NOW)
    for planned in (inside, never):
        assert isinstance(planned, Plan)
        [step] = planned.steps
        assert isinstance(step, ShowInGroup)
        assert step.text == "in words"
