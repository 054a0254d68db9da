import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.errors import MalformedRef

part = st.text(min_size=1) | st.sampled_from(["/", "%", "%2F", "a b", "../..", "Zoë", "🍎", "+44", "0", "\n", "\u202e"])
accounts = st.builds(AccountRef, part, part)
people = st.builds(PersonRef, part, part)
chats = st.builds(ChatRef, part, part, part)
messages = st.builds(MessageRef, chats, part)
refs = accounts | people | chats | messages
kinds = [AccountRef, PersonRef, ChatRef, MessageRef]


@given(refs)
def test_the_string_of_a_ref_reads_back_as_the_same_ref(ref: AccountRef | PersonRef | ChatRef | MessageRef) -> None:
    assert type(ref).parse(str(ref)) == ref


@given(refs)
def test_the_string_of_a_ref_is_one_plain_word(ref: AccountRef | PersonRef | ChatRef | MessageRef) -> None:
    text = str(ref)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text


@given(platforms=st.lists(part, min_size=2, max_size=2, unique=True), ids=st.tuples(part, part, part))
def test_two_platforms_never_mint_equal_refs(platforms: list[str], ids: tuple[str, str, str]) -> None:
    here, there = platforms
    for kind, arguments in ((AccountRef, ids[:1]), (PersonRef, ids[:1]), (ChatRef, ids[:2])):
        assert kind(here, *arguments) != kind(there, *arguments)
        assert str(kind(here, *arguments)) != str(kind(there, *arguments))
    one, other = MessageRef(ChatRef(here, *ids[:2]), ids[2]), MessageRef(ChatRef(there, *ids[:2]), ids[2])
    assert one != other
    assert str(one) != str(other)


@given(refs, refs)
def test_different_refs_of_one_kind_have_different_strings(
    one: AccountRef | PersonRef | ChatRef | MessageRef, other: AccountRef | PersonRef | ChatRef | MessageRef
) -> None:
    if type(one) is type(other):
        assert (one == other) == (str(one) == str(other))
    else:
        assert one != other


@given(part, part)
def test_an_account_and_a_person_of_the_same_id_are_not_equal(platform: str, id: str) -> None:
    account: object = AccountRef(platform, id)
    person: object = PersonRef(platform, id)
    assert account != person
    assert len({account, person}) == 2


def test_a_moved_slash_makes_another_ref() -> None:
    assert str(ChatRef("x", "a/b", "c")) != str(ChatRef("x", "a", "b/c"))


def test_a_chat_names_the_account_that_is_in_it() -> None:
    assert ChatRef("telegram", "home", "-100").via == AccountRef("telegram", "home")


@pytest.mark.parametrize("kind", kinds)
@pytest.mark.parametrize("text", ["", "telegram", "a//b", "/a", "a/", "a/b/c/d/e", "//", "a/b%ff", "///"])
def test_what_is_no_ref_is_refused_with_what_to_write(
    kind: type[AccountRef] | type[PersonRef] | type[ChatRef] | type[MessageRef], text: str
) -> None:
    with pytest.raises(MalformedRef, match="write"):
        kind.parse(text)


def test_a_refusal_does_not_repeat_an_id_that_may_be_a_phone_number() -> None:
    with pytest.raises(MalformedRef) as refused:
        PersonRef.parse("signal/+447700900123/x")
    assert "447700900123" not in str(refused.value)


@given(st.text())
def test_any_text_is_a_ref_or_is_refused_by_name(text: str) -> None:
    try:
        ref = PersonRef.parse(text)
    except MalformedRef:
        return
    assert PersonRef.parse(str(ref)) == ref
