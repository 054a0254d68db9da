"""What is sealed opens with its key alone; the key is for its owner, and its loss is said in words that help."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.chat.intents import TellPrivately, encode_intent
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import Case
from orchard_bot.errors import KeyMissing, StorageBusy
from orchard_bot.features.books import Dialog, Offer, Planned, Report
from orchard_bot.storage.audit import broken_at
from orchard_bot.storage.database_file import FileLock
from orchard_bot.storage.keyring import IN_ENVIRONMENT, Keyring, new_key
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.migrations import VERSIONS
from orchard_bot.storage.rotation import rotate
from orchard_bot.storage.sqlite_connection import connect, plain_errors, sqlalchemy_engine
from orchard_bot.storage.upgrade import migrate

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
US = AccountRef("sandbox", "main")
ANN, BEN = PersonRef("sandbox", "ann-canary"), PersonRef("sandbox", "ben")
MESSAGE = MessageRef(ChatRef("sandbox", "main", "dm-ann-canary"), "7")
SECRETS = (b"canary", b"Ann Canary")


def open_ledger(path: Path, keyring: Keyring | None = None) -> SqlLedger:
    """For reading and writing at once; closed with the test's process."""
    return SqlLedger(sqlalchemy_engine(path, keyring=keyring).connect())


def fill(ledger: SqlLedger) -> Case:
    """Something in every sealed column."""
    case = ledger.cases.open(
        Case(
            community="oak", number=0, code="", opened_at=NOW, policy="0.1", evidence="a canary", author_name="A Canary"
        )
    )
    ledger.cases.add_report(Report(case=case.id, reporter=ANN, account=US, at=NOW, note="canary note"))
    ledger.dialogs.put(US, ANN, Dialog("report.note", {"said": "canary"}, 1, NOW))
    ledger.offers.add([an_offer()])
    ledger.schedules.plan(
        Planned(key="k", kind="report.unseen", community="oak", subject="s", data={"text": "canary"}, due=NOW)
    )
    ledger.queue.put("lane", US, b"canary event", NOW, NOW, 0)
    text = PrivateText("canary letter")
    ledger.outbox.add([TellPrivately(key="a", account=US, person=ANN, text=text, origin="report.canary")], NOW)
    (letter,) = ledger.outbox.due(US, NOW, 5, ())
    ledger.outbox.step_done(letter.id, 1, MESSAGE, private=True)
    return case


def an_offer() -> Offer:
    return Offer(
        token="t",
        number=1,
        account=US,
        person=ANN,
        community="oak",
        action="report.confide",
        data={"text": "canary"},
        key="a",
        once=True,
        stays=False,
        version=1,
        expires_at=NOW + timedelta(days=1),
    )


def check(ledger: SqlLedger) -> None:
    """All of ``fill`` is there again."""
    case = ledger.cases.get("oak", 1)
    assert case is not None
    assert (case.evidence, case.author_name) == ("a canary", "A Canary")
    (report,) = ledger.cases.reports(case.id)
    assert (report.reporter, report.note) == (ANN, "canary note")
    assert ledger.dialogs.get(US, ANN) == Dialog("report.note", {"said": "canary"}, 1, NOW)
    assert ledger.offers.by_token("t") == ledger.offers.by_number(US, ANN, 1, NOW) == an_offer()
    assert ledger.schedules.upcoming("oak", "report.unseen")[0].data == {"text": "canary"}
    assert [one.event for one in ledger.queue.heads(NOW, 5)] == [b"canary event"]
    (letter,) = ledger.outbox.due(US, NOW, 5, ())
    assert isinstance(letter.intent, TellPrivately)
    assert (letter.intent.person, letter.intent.text) == (ANN, PrivateText("canary letter"))
    assert ledger.outbox.key_of(MESSAGE) == "a"
    receipt = ledger.outbox.receipt("a")
    assert receipt is not None
    assert receipt.message == MESSAGE


def bytes_of(database: Path) -> bytes:
    """Everything that is on the disk of it."""
    return b"".join(path.read_bytes() for path in database.parent.glob(database.name + "*"))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with something in every sealed column, its keys beside it."""
    path = tmp_path / "bot.db"
    migrate(path, now=NOW)
    ledger = open_ledger(path)
    fill(ledger)
    ledger.connection.commit()
    ledger.connection.close()
    return path


def test_what_was_written_comes_back_and_is_nowhere_on_the_disk(database: Path) -> None:
    check(open_ledger(database))
    assert not [secret for secret in SECRETS if secret in bytes_of(database)]


@given(st.binary(), st.text())
def test_whatever_is_sealed_comes_back(data: bytes, ref: str) -> None:
    keys = Keyring.of()
    assert keys.open(keys.seal(data)) == data
    assert keys.token(ref) == Keyring.of(*keys.keys).token(ref)
    assert keys.token(ref) != Keyring.of().token(ref)


def test_the_key_is_made_once_and_for_its_owner_alone(database: Path) -> None:
    key = database.with_name("bot.db.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    migrate(database, now=NOW)
    assert key.read_bytes() == before


def test_without_its_key_a_database_is_refused_and_no_new_key_is_made(database: Path) -> None:
    key = database.with_name("bot.db.key")
    key.unlink()
    with pytest.raises(KeyMissing, match=r"missing: .*bot.db.key. Put it back .* key_file under \[bot\]"):
        migrate(database, now=NOW)
    assert not key.exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (Fernet.generate_key().decode(), "does not open what is sealed"),
        ("not a key", "is damaged"),
        ("# nothing but a remark", "There is no key in"),
    ],
    ids=["another", "damaged", "none"],
)
def test_a_wrong_key_is_refused_before_anything_is_written(database: Path, content: str, says: str) -> None:
    database.with_name("bot.db.key").write_text(content)
    before = bytes_of(database)
    with pytest.raises(KeyMissing, match=says):
        migrate(database, now=NOW)
    assert bytes_of(database) == before


def test_a_key_that_was_lost_on_the_way_is_said_in_our_words(database: Path) -> None:
    ledger = open_ledger(database, Keyring.of())
    with pytest.raises(KeyMissing, match=IN_ENVIRONMENT), plain_errors():
        ledger.cases.get("oak", 1)


def test_keys_may_stand_in_the_environment(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "unused.key", {IN_ENVIRONMENT: f"{new_key()} {new_key()}"})
    migrate(tmp_path / "bot.db", now=NOW, keyring=keyring)
    assert not keyring.path.exists()
    assert keyring.is_there


def test_a_new_key_seals_everything_again_and_the_old_one_opens_older_backups_only(database: Path) -> None:
    before = Keyring.beside(database)
    token, sealed = before.token("x"), before.seal("from before")
    old = before.keys
    count, kept = rotate(database, before, NOW)
    assert count == 12
    after = Keyring.beside(database)
    check(open_ledger(database, after))
    assert after.token("x") == token, "the audit trail goes on"
    assert old[0] not in after.keys
    with pytest.raises(KeyMissing):
        open_ledger(database, Keyring.of(*old)).cases.get("oak", 1)
    assert kept is not None
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Keyring(kept, {}).open(sealed) == b"from before"
    with pytest.raises(KeyMissing):
        after.open(sealed)


def test_keys_in_the_environment_are_changed_there(database: Path) -> None:
    old = Keyring.beside(database).keys
    environment = Keyring(database, {IN_ENVIRONMENT: " ".join((new_key(), *old))})
    assert rotate(database, environment, NOW) == (12, None)
    check(open_ledger(database, Keyring.of(environment.keys[0], old[-1])))


def test_no_key_is_changed_while_the_bot_runs(database: Path) -> None:
    key = database.with_name("bot.db.key").read_bytes()
    with FileLock(database), pytest.raises(StorageBusy):
        rotate(database, Keyring.beside(database), NOW)
    assert database.with_name("bot.db.key").read_bytes() == key


def test_a_database_from_before_is_sealed_with_all_that_is_in_it(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "0001_first.py").write_text((VERSIONS / "0001_the_first_tables.py").read_text())
    path = tmp_path / "bot.db"
    migrate(path, now=NOW, versions=versions)
    told = TellPrivately(key="a", account=US, person=ANN, text=PrivateText("canary letter"), origin="report.canary")
    with closing(connect(path)) as old:
        for statement, values in (
            (
                """INSERT INTO cases (community, number, code, opened_at, policy, clauses, safety, author_name, evidence,
                edited, remarks, state) VALUES ('oak', 1, 'c', 0, '1', '[]', 0, 'A Canary', 'a canary', 0, '[]', 'open')""",
                (),
            ),
            ("INSERT INTO case_reports VALUES ('oak', 1, ?, ?, 0, NULL, 'canary note', 0)", (str(ANN), str(US))),
            (
                "INSERT INTO dialogs VALUES (?, ?, 'report.note', ?, 1, ?)",
                (str(US), str(ANN), json.dumps({"said": "canary"}), _micros(NOW)),
            ),
            (
                "INSERT INTO offers VALUES (1, 't', 1, ?, ?, 'oak', 'report.confide', ?, 'a', 1, 0, 1, ?)",
                (str(US), str(ANN), json.dumps({"text": "canary"}), _micros(NOW + timedelta(days=1))),
            ),
            (
                "INSERT INTO schedules VALUES ('k', 'report.unseen', 'oak', 's', ?, ?, NULL, 'Europe/London')",
                (json.dumps({"text": "canary"}), _micros(NOW)),
            ),
            (
                "INSERT INTO queue (lane, account, event, tries, put_at, due) VALUES ('lane', ?, ?, 0, 0, 0)",
                (str(US), b"canary event"),
            ),
            (
                """INSERT INTO letters (id, key, account, destination, priority, state, intent, origin, subject, tries,
                steps_done, created_at, due, message, private)
                VALUES (1, 'a', ?, ?, 2, 'waiting', ?, 'report.canary', 'canary', 0, 1, 0, 0, ?, 1)""",
                (str(US), f"{US}|{ANN}", encode_intent(told), str(MESSAGE)),
            ),
            ("INSERT INTO letter_messages VALUES (?, 1)", (str(MESSAGE),)),
            ("INSERT INTO audit VALUES (1, 1, 'oak', ?, 'é', 'oak/1', NULL, '1')", (str(ANN),)),
            ("INSERT INTO audit VALUES (2, ?, 'oak', NULL, 'a', 'oak/2', 'kindness', '1')", (_micros(NOW),)),
            ("INSERT INTO arrivals VALUES (1, 'ann-canary/1', 1)", ()),
        ):
            old.execute(statement, values)
    kept = migrate(path, now=NOW)
    assert kept is not None
    kept.unlink()
    check(ledger := open_ledger(path))
    assert broken_at(ledger.connection) is None
    assert not ledger.arrivals.first_time("ann-canary/1", 2), "what has come already is still known"
    ledger.connection.rollback()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not [secret for secret in SECRETS if secret in bytes_of(path)]


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
