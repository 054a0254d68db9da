"""What each table holds, in the words in which the person concerned reads it: /mydata and the privacy notice."""

from __future__ import annotations

PLAIN = {
    "cases": "Messages of yours, and cases you decided: what was reported or noticed, and what came of it.",
    "case_reports": "That you reported something, and what you wrote to the moderators.",
    "reporters": "That a report was yours, sealed, so that you hear how it ended. No moderator sees it.",
    "case_alerts": "Which messages told you, as a moderator, about a case.",
    "case_conflicts": "That you said, as a moderator, that a case concerns you.",
    "kept_texts": "Messages of yours that you and a moderator agreed to keep, so that the bot can learn.",
    "links": "That you are the same person on another platform, as you told me on both.",
    "recent_messages": "That you wrote something lately, so that a forward of it can be understood; not its words.",
    "dialogs": "A question of mine that you have not answered yet.",
    "offers": "Choices I offered to you, and nobody else.",
    "members": "Which group you are in.",
    "welcomes": "That you have been welcomed, so that it happens once.",
    "private_chats": "That I may write to you, and which group you last spoke about.",
    "consents": "What you said yes to, and how you want it.",
    "schedules": "Something that is due for you, such as the end of a question.",
    "audit": "Decisions and consents, with a stand-in in the place of your name.",
    "queue": "Messages that could not be handled at once, and are tried again.",
    "letters": "That I wrote to you and when; the words are gone once they have arrived.",
    "letter_messages": "Which of my messages is which, so that you can answer one.",
    "deferrals": "That the platform asked me to wait before writing to you again.",
    "erasures": "That you asked to be forgotten, until the last of it can go.",
}
"""By table, of those that hold anything about people."""
