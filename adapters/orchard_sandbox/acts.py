"""What people do on their phones, from a posted form to the World."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchard_bot.testing.sim_message import NotPossible, SimMessage
from orchard_sandbox.form import NotUnderstood, message_text
from orchard_sandbox.scene import Scene
from orchard_sandbox.state import PageState

SCREENSHOT = Path(__file__).parent / "static" / "screenshot.png"
Form = dict[str, str]
Act = Callable[[Scene, str, Form, PageState], PageState]
"""Does it for one person (by id) and gives what the page shows afterwards. Raises ``NotPossible`` or ``TooLong``."""


def post(scene: Scene, person: str, form: Form, state: PageState) -> PageState:
    """Write in the group or the private chat, perhaps as an answer to another message."""
    text = message_text(form)
    pane = form.get("pane", "group")
    chat = scene.world.private(person) if pane == "private" else scene.group
    answered = _message(scene, person, form["reply"]) if form.get("reply") else None
    scene.world.post(person, chat, text, reply_to=answered)
    done = state.settled(person)
    return done.with_story("") if form.get("draft_of") == f"story:{state.story}" else done


def picture(scene: Scene, person: str, _form: Form, state: PageState) -> PageState:
    """Post a made-up screenshot of a teacher's message in the group."""
    scene.world.post_picture(person, scene.group, SCREENSHOT.read_bytes())
    return state.settled(person)


def edit(scene: Scene, person: str, form: Form, state: PageState) -> PageState:
    """Change one's own message."""
    text = message_text(form)
    if not text:
        raise NotPossible("An empty message cannot be sent. Delete it instead.")
    scene.world.edit(person, _message(scene, person, form.get("edit", "")), text)
    return state.settled(person)


def delete(scene: Scene, person: str, form: Form, state: PageState) -> PageState:
    """Delete a message for everybody."""
    scene.world.delete(person, _message(scene, person, form.get("message", "")))
    return state.settled(person)


def forward(scene: Scene, person: str, form: Form, state: PageState) -> PageState:
    """Pass a message on to the bot."""
    message = _message(scene, person, form.get("message", ""))
    scene.world.post(person, scene.world.private(person), "", forward=message)
    return state.showing(person, "private")


def report(scene: Scene, person: str, form: Form, state: PageState) -> PageState:
    """Answer a message of the group with /report."""
    message = _message(scene, person, form.get("message", ""))
    scene.world.post(person, scene.group, "/report", reply_to=message)
    return state


def press(scene: Scene, person: str, form: Form, state: PageState) -> PageState:
    """Press a button under a message of the bot."""
    scene.world.press(person, _message(scene, person, form.get("message", "")), form.get("choice", ""))
    return state


def join(scene: Scene, person: str, _form: Form, state: PageState) -> PageState:
    """Come into the group."""
    scene.world.join(person, scene.group)
    return state


def ask(scene: Scene, person: str, _form: Form, state: PageState) -> PageState:
    """Ask to be let into the group."""
    scene.world.request_join(person, scene.group)
    return state


def leave(scene: Scene, person: str, _form: Form, state: PageState) -> PageState:
    """Go out of the group."""
    scene.world.leave(person, scene.group)
    return state.settled(person)


def start(scene: Scene, person: str, _form: Form, state: PageState) -> PageState:
    """Open the private chat with the bot."""
    scene.world.open_chat(person)
    return state.showing(person, "private")


ACTS: dict[str, Act] = {
    act.__name__: act for act in (post, picture, edit, delete, forward, report, press, join, ask, leave, start)
}


def act(name: str, scene: Scene, form: Form, state: PageState) -> PageState:
    """Do the act of this name. Raises ``NotPossible``, ``TooLong`` or ``NotUnderstood``."""
    if name not in ACTS:
        raise NotUnderstood(name)
    person = form.get("person", "")
    if person not in {each.id for each in scene.settings.people}:
        raise NotPossible("Nobody of this name is in the sandbox. Reload the page.")
    return ACTS[name](scene, person, form, state)


def _message(scene: Scene, person: str, ref: str) -> SimMessage:
    for pane in ("group", "private"):
        for each in scene.messages(person, pane):
            if str(each.ref) == ref:
                return each
    raise NotPossible("That message is not there any more.")
