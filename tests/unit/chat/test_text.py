import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.chat.text import NAME_LIMIT, PrivateText, PublicText, shortened, shown_name, visible

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
INVISIBLE = "\u200b\ufeff\u2060"
mischief = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from(OVERRIDES + INVISIBLE + "\r\n\t\x00\x1b\x7f\x85"))
)


def test_what_everybody_may_read_one_person_may_read_too() -> None:
    assert PrivateText.of(PublicText("Be kind.", "rules.short")) == PrivateText("Be kind.")


def test_there_is_no_way_from_private_to_public() -> None:
    public: object = PublicText("secret", "")
    assert public != PrivateText("secret")
    with pytest.raises(TypeError):
        PublicText(PrivateText("secret"))  # type: ignore[call-arg, arg-type]


@given(mischief)
def test_visible_text_has_no_controls_overrides_or_zero_width_marks(text: str) -> None:
    clean = visible(text)
    assert not set(clean) & set(OVERRIDES + INVISIBLE)
    assert all(unicodedata.category(char) != "Cc" or char in "\n\t" for char in clean)
    assert visible(clean) == clean


@given(st.text(alphabet=st.characters(exclude_categories=["C"])))
def test_ordinary_letters_stay_as_they_are(text: str) -> None:
    assert visible(text) == text


def test_line_breaks_stay_and_are_of_one_kind() -> None:
    assert visible("one\r\ntwo\rthree\nfour") == "one\ntwo\nthree\nfour"


def test_an_emoji_family_stays_together() -> None:
    assert visible("👩‍👧") == "👩‍👧"


def test_reversed_text_is_put_straight() -> None:
    assert shown_name("Mrs \u202edaeH") == "Mrs daeH"


@given(mischief)
def test_a_shown_name_is_one_short_line_and_never_empty(name: str) -> None:
    shown = shown_name(name)
    assert 0 < len(shown) <= NAME_LIMIT
    assert shown == shown.strip()
    assert len(shown.splitlines()) == 1
    assert not set(shown) & set(OVERRIDES + INVISIBLE)


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "\n\t"])
def test_somebody_without_a_name_is_called_so(name: str) -> None:
    assert shown_name(name) == "somebody without a name"


def test_brackets_in_a_name_are_just_brackets() -> None:
    assert shown_name("<b>Ann</b> [x](y) *z*") == "<b>Ann</b> [x](y) *z*"


def test_a_long_name_is_cut() -> None:
    assert shown_name("x" * 100) == "x" * NAME_LIMIT


@given(mischief, st.integers(1, 50))
def test_shortened_text_fits_on_one_line(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert len(short.splitlines()) <= 1


def test_shortened_text_says_that_it_was_cut() -> None:
    assert shortened("a kind word", 7) == "a kind…"
    assert shortened("a kind word", 11) == "a kind word"
    assert shortened("one\n two", 20) == "one two"
