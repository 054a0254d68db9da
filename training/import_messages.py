"""Brings messages from the writers' files into the data set: one JSON object a line, without duplicates.

python training/import_messages.py FOLDER…      # each FOLDER is one writer's: <label>.txt or chatNN.txt
python training/import_messages.py --unheard FOLDER…   # kept apart, for a figure that no training can flatter

What is there already stays; a message of the same id takes the place of the old one.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import blake2s
from pathlib import Path

CHAT_SPLITS = (*("train", "validation", "train", "test") * 4, *("validation", "test") * 3)
"""To which split a writer's chats go, by their numbers."""
DATA = Path(__file__).parent / "data"
LABELS = frozenset(
    [
        "grievance",
        "disrespect",
        "politics",
        "private-chat",
        "discrimination",
        "dojo",
        "off-topic-link",
        "commercial",
        "campaign",
        "personal-appeal",
        "swearing",
        "disrepute",
        "defamation",
        "policy-challenge",
        "child",
        "personal-data",
    ]
)


def share(name: str) -> float:
    """A number from 0 to 1 that belongs to ``name`` and never changes."""
    return int.from_bytes(blake2s(name.encode(), digest_size=4).digest()) / 2**32


def split_of(author: str, topic: str) -> str:
    """Whole authors, and whole topics, are kept out of the training."""
    if share(f"author {author}") < 0.12 or (topic and share(f"topic {topic}") < 0.08):
        return "test"
    return "validation" if share(f"author {author}") < 0.24 else "train"


def messages(folder: Path) -> list[dict[str, object]]:
    """The single messages of one writer."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        if path.name.startswith("chat"):
            continue
        for number, row in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not row.strip():
                continue
            parts = row.split("|", 4)
            labels = [one.strip() for one in parts[2].split(",") if one.strip()] if len(parts) == 5 else None
            if labels is None or not LABELS.issuperset(labels) or not parts[4].strip():
                print(f"{path}:{number}: left out: {row[:80]}", file=sys.stderr)
                continue
            author, topic = parts[0].strip(), parts[1].strip().lower()
            text = parts[4].strip().replace("⏎", "\n")
            id = f"{folder.name}-{path.stem}-{parts[3].strip()}"
            found.append(
                {
                    "id": id,
                    "about": path.stem,
                    "author": author,
                    "topic": topic,
                    "split": split_of(author, topic),
                    "labels": labels,
                    "text": text,
                }
            )
    return found


def chats(folder: Path) -> list[dict[str, object]]:
    """The whole chats of one writer, as streams."""
    found = []
    for path in sorted(folder.glob("chat*.txt")):
        first, *rows = path.read_text("utf-8").splitlines()
        dated = re.search(r"\d{4}-\d\d-\d\d", first)
        begin = datetime.fromisoformat(dated[0] if dated else "2025-09-08").replace(tzinfo=UTC)
        name = f"{folder.name}-{path.stem}"
        last = begin
        split = CHAT_SPLITS[(int(path.stem[4:]) - 1) % len(CHAT_SPLITS)]
        number = 0
        for row in rows:
            if not row.strip():
                continue
            number += 1
            parts = row.split("|", 4)
            when = re.fullmatch(r"(\d+) (\d\d?):(\d\d)", parts[0].strip())
            labels = [one.strip() for one in parts[3].split(",") if one.strip()] if len(parts) == 5 else None
            if when is None or labels is None or not LABELS.issuperset(labels) or not parts[4].strip():
                print(f"{path}:{number}: left out: {row[:80]}", file=sys.stderr)
                continue
            at = begin + timedelta(days=int(when[1]), hours=int(when[2]), minutes=int(when[3]))
            last = at = max(at, last + timedelta(seconds=5))
            line = {
                "id": f"{name}-{number}",
                "chat": name,
                "split": split,
                "at": at.isoformat(),
                "sender": parts[1].strip(),
            }
            if parts[2].strip().isdigit() and 0 < int(parts[2]) < number:
                line["reply_to"] = f"{name}-{int(parts[2])}"
            found.append({**line, "labels": labels, "text": parts[4].strip().replace("⏎", "\n")})
    return found


def apart(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Without messages that say the same as an earlier one."""
    seen: set[str] = set()
    kept = []
    for row in rows:
        key = re.sub(r"\W+", " ", str(row["text"]).casefold()).strip() or str(row["text"])
        if key not in seen:
            kept.append(row)
            seen.add(key)
    return kept


def there(name: str) -> list[dict[str, object]]:
    """What the data set has already."""
    file = DATA / name
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def add(name: str, rows: list[dict[str, object]], *, distinct: bool) -> None:
    """One object a line."""
    by_id = {str(row["id"]): row for row in [*there(name), *rows]}
    kept = apart(list(by_id.values())) if distinct else list(by_id.values())
    lines = [json.dumps(row, ensure_ascii=False) for row in kept]
    (DATA / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(name, len(kept), dict(Counter(str(row["split"]) for row in kept)))


if __name__ == "__main__":
    apart_from_training = sys.argv[1:2] == ["--unheard"]
    folders = [Path(one) for one in sys.argv[1 + apart_from_training :]]
    single = [row for folder in folders for row in messages(folder)]
    streams = [row for folder in folders for row in chats(folder)]
    if apart_from_training:
        add("unheard.jsonl", [{**row, "split": "unheard"} for row in single], distinct=True)
        add("unheard_chats.jsonl", [{**row, "split": "unheard"} for row in streams], distinct=False)
    else:
        add("messages.jsonl", single, distinct=True)
        add("chats.jsonl", streams, distinct=False)
