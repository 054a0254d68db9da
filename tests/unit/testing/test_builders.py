from orchard_bot.chat.events import Event, decode_event, encode_event
from orchard_bot.chat.intents import decode_intent, encode_intent
from orchard_bot.testing import builders
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import SIGNAL
from orchard_bot.testing.world import World


def test_every_ready_made_event_is_a_proper_one_with_an_id_of_its_own() -> None:
    message = builders.a_message()
    events: list[Event] = [
        message,
        builders.a_message(),
        builders.an_edit(message, "changed"),
        builders.a_private_message(),
        builders.a_newcomer(),
        builders.an_opened_chat(payload="r-1"),
        builders.a_press(),
        builders.a_press(typed=True),
    ]
    assert [decode_event(encode_event(event)) for event in events] == events
    assert len({event.id for event in events}) == len(events)


def test_every_ready_made_intent_is_a_proper_one() -> None:
    for intent in (builders.a_say(pin=True), builders.a_whisper(choices=(builders.a_choice(),))):
        assert decode_intent(encode_intent(intent)) == intent


def test_builders_and_world_call_the_same_things_by_the_same_refs() -> None:
    world = World(SIGNAL, FakeClock().now)
    anna = world.add_person("anna", "Anna")
    assert builders.a_person("anna") == anna
    assert builders.a_private_chat(anna) == world.private(anna)
    assert builders.a_group("3b") == world.add_group("3b", "Class 3B")
    assert builders.an_account() == world.account


def test_a_press_is_by_button_or_by_number() -> None:
    pressed = builders.a_press(builders.a_choice(2))
    typed = builders.a_press(builders.a_choice(2), typed=True)
    assert (pressed.token, pressed.number) == ("t2", None)
    assert (typed.token, typed.number) == (None, 2)


def test_abilities_are_a_platforms_with_changes() -> None:
    assert builders.abilities(SIGNAL) == SIGNAL.abilities
    assert builders.abilities(SIGNAL, buttons=3).buttons == 3
