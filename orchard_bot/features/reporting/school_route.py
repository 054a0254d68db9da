"""The school's route: the parent's own e-mail. The bot gives the address and sends nothing."""

from __future__ import annotations

from urllib.parse import quote

from orchard_bot.community.code_of_conduct import CodeOfConduct
from orchard_bot.community.wording import Wording


def school_route(code: CodeOfConduct, words: Wording) -> str:
    """Where a parent writes in confidence, as words with a link that opens their own e-mail."""
    contact = next((one for one in code.contacts if one.email), None)
    if contact is None or contact.email is None:
        return words.private("report.school-in-person", name=code.contacts[0].name, how=code.contacts[0].how).value
    subject, body = (quote(words.private(key).value) for key in ("report.school-subject", "report.school-letter"))
    link = f"mailto:{quote(contact.email, safe='@.+-_')}?subject={subject}&body={body}"
    return words.private("report.school-address", name=contact.name, email=contact.email, link=link).value


def school_letter(code: CodeOfConduct, words: Wording) -> str:
    """The words of that e-mail, to be copied; empty where the school has no address for it."""
    has_address = any(one.email for one in code.contacts)
    return words.private("report.school-letter").value if has_address else ""
