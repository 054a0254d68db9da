"""What the server remembers: people, chats, members and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

GROUP_ANONYMOUS_BOT = 1087968824
CHANNEL_BOT = 136817688
TELEGRAM_SERVICE = 777000

ADMIN_RIGHTS = (
    "can_manage_chat",
    "can_change_info",
    "can_delete_messages",
    "can_invite_users",
    "can_restrict_members",
    "can_pin_messages",
    "can_promote_members",
    "can_manage_video_chats",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)
SUPERGROUP_RIGHTS = ("can_manage_topics", "can_manage_tags")
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages", "can_manage_direct_messages")
ALL_RIGHTS = (*ADMIN_RIGHTS, *SUPERGROUP_RIGHTS, *CHANNEL_RIGHTS)

PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
)


@dataclass(slots=True)
class User:
    """A person or a bot. ``started``, ``blocked``: the bots they pressed Start for, and those they blocked."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    hides_forwards: bool = False
    online: bool = True
    deactivated: bool = False
    started: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Member:
    """How somebody stands in a chat. ``until``: unix time, 0 for ever."""

    user_id: int
    status: str = "member"
    rights: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    until: int = 0
    is_anonymous: bool = False
    title: str = ""
    inside: bool = True
    """Of somebody restricted: whether they are in the chat."""

    @property
    def present(self) -> bool:
        """Whether they are in the chat."""
        return self.status in {"creator", "administrator", "member"} or (self.status == "restricted" and self.inside)

    @property
    def is_admin(self) -> bool:
        """The owner is one as well."""
        return self.status in {"creator", "administrator"}

    def may(self, right: str) -> bool:
        """Whether this administrator has the right."""
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


@dataclass(slots=True)
class Version:
    """A text that was shown, from one moment to another (None: to this day)."""

    text: str
    shown_from: datetime
    shown_until: datetime | None = None


@dataclass(slots=True)
class Message:
    """A message of a chat. ``receiver``: the only user who sees it besides the sender, if it is ephemeral."""

    chat_id: int
    id: int
    at: datetime
    text: str = ""
    sender: int = 0
    sender_chat: int = 0
    ephemeral_id: int = 0
    receiver: int = 0
    reply_to: int = 0
    reply_to_ephemeral: int = 0
    thread: int = 0
    in_topic: bool = False
    album: str = ""
    photo: bool = False
    document: Json | None = None
    origin: Json | None = None
    automatic: bool = False
    keyboard: list[list[Json]] = field(default_factory=list)
    service: Json | None = None
    edited_at: datetime | None = None
    versions: list[Version] = field(default_factory=list)
    reactions: dict[int, list[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Chat:
    """A chat. A private one has the id of the person, and one bot in it."""

    id: int
    type: str
    title: str = ""
    username: str = ""
    bot: int = 0
    is_forum: bool = False
    members_hidden: bool = False
    join_by_request: bool = False
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    ephemerals: dict[int, Message] = field(default_factory=dict)
    gone: list[Message] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)
    topics: dict[int, str] = field(default_factory=dict)
    asking: dict[int, datetime] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset(PERMISSIONS) - {"can_change_info", "can_pin_messages", "can_manage_topics"}
    linked: int = 0
    migrated_to: int = 0
    last_message_id: int = 0
    last_ephemeral_id: int = 0

    def member(self, user_id: int) -> Member:
        """How this user stands here; somebody who never was here has left."""
        return self.members.get(user_id) or Member(user_id, "left")

    def in_it(self) -> list[Member]:
        """Everybody who is in the chat."""
        return [member for member in self.members.values() if member.present]
