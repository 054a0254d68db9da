"""Seal what people wrote, and who reported what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"

# Which columns are sealed, and with which others a row is found again.
_SEALED = (
    ("cases", ("evidence", "author_name"), ("community", "number")),
    ("case_reports", ("note",), ("community", "number", "reporter")),
    ("dialogs", ("data",), ("account", "person")),
    ("offers", ("data",), ("id",)),
    ("schedules", ("data",), ("key",)),
    ("queue", ("event",), ("id",)),
    ("letters", ("intent", "origin", "message"), ("id",)),
)
# Which refs become stand-ins.
_TOKENS = (
    ("case_reports", "reporter"),
    ("dialogs", "person"),
    ("offers", "person"),
    ("letter_messages", "message"),
    ("audit", "actor"),
    ("arrivals", "event"),
)
_CHAINED = ("id", "at", "community", "actor", "act", "subject", "clause", "policy")


def upgrade() -> None:
    """Take the database one step on. The way back is a backup."""
    keyring = context.config.attributes.get("keyring")
    op.create_table(
        "reporters",
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community", "number"],
            ["cases.community", "cases.number"],
            name=op.f("fk_reporters_community_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("community", "number", "token", name=op.f("pk_reporters")),
        comment="Who reported a case, sealed, so that they can be told how it ended. Never shown to moderators.",
    )
    op.create_table(
        "seals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seals")),
        comment="One row: a word that the right key opens.",
    )
    op.create_table(
        "erasures",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_erasures")),
        comment="Who asked to be forgotten while a case still needed something of theirs, so that it goes once it is settled.",
    )
    op.create_table(
        "audit_ends",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_ends")),
        comment="One row: the hash of the last line of the audit trail that was forgotten, and that of its newest.",
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hash", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.alter_column("hash", existing_type=sa.Text(), existing_nullable=False, server_default=None)
    for table, kind, columns in (
        ("cases", sa.Text(), ("evidence", "author_name")),
        ("case_reports", sa.Text(), ("note",)),
        ("dialogs", sa.JSON(), ("data",)),
        ("offers", sa.JSON(), ("data",)),
        ("schedules", sa.JSON(), ("data",)),
        ("letters", sa.Text(), ("origin", "message")),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(
                    column, existing_type=kind, type_=sa.LargeBinary(), existing_nullable=column == "message"
                )
            if table == "letters":
                batch_op.drop_column("subject")
    if keyring is not None:
        _seal_all(op.get_bind(), keyring)


def _seal_all(connection: sa.Connection, keyring: Any) -> None:
    keyring.create()
    run = connection.execute
    run(sa.text("INSERT INTO seals (id, proof) VALUES (1, :proof)"), {"proof": keyring.seal("sealed")})
    for offer in run(sa.text("SELECT id, person, data FROM offers")).all():
        data = json.dumps({"person": offer.person, "data": json.loads(offer.data)})
        run(sa.text("UPDATE offers SET data = :data WHERE id = :id"), {"data": data, "id": offer.id})
    for report in run(sa.text("SELECT community, number, reporter FROM case_reports")).all():
        row = {**report._mapping, "token": keyring.token(report.reporter), "person": keyring.seal(report.reporter)}
        run(sa.text("INSERT INTO reporters VALUES (:community, :number, :token, :person)"), row)
    for table, column in _TOKENS:
        _replace(connection, table, column, keyring.token)
    _chain(connection)
    for table in ("letters", "deferrals"):
        _replace(connection, table, "destination", partial(_place, keyring.token))
    for table, columns, key in _SEALED:
        _seal(connection, table, columns, key, keyring.seal)


def _chain(connection: sa.Connection) -> None:
    last = ""
    for row in connection.execute(sa.text(f"SELECT {', '.join(_CHAINED)} FROM audit ORDER BY id")).all():  # noqa: S608 - names from above
        line = json.dumps([last, *row], separators=(",", ":"), ensure_ascii=False)
        last = hashlib.sha256(line.encode()).hexdigest()
        connection.execute(sa.text("UPDATE audit SET hash = :hash WHERE id = :id"), {"hash": last, "id": row.id})
    if last:
        connection.execute(sa.text("INSERT INTO audit_ends VALUES (1, '', :last)"), {"last": last})


def _replace(connection: sa.Connection, table: str, column: str, by: Callable[[str], str]) -> None:
    present = sa.text(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608 - names from above
    for value in connection.execute(present).scalars().all():
        statement = sa.text(f"UPDATE {table} SET {column} = :new WHERE {column} = :old")  # noqa: S608 - as above
        connection.execute(statement, {"new": by(value), "old": value})


def _place(token: Callable[[str], str], destination: str) -> str:
    """Private letters go to ``account|person``."""
    account, bar, person = destination.partition("|")
    return f"{account}|{token(person)}" if bar else destination


def _seal(
    connection: sa.Connection,
    table: str,
    columns: tuple[str, ...],
    key: tuple[str, ...],
    seal: Callable[[str | bytes], bytes],
) -> None:
    wanted = sa.text(f"SELECT {', '.join((*columns, *key))} FROM {table}")  # noqa: S608 - as above
    values = ", ".join(f"{name} = :{name}" for name in columns)
    same = " AND ".join(f"{name} = :{name}" for name in key)
    for row in connection.execute(wanted).all():
        found = row._mapping
        sealed = {name: seal(found[name]) if found[name] else found[name] for name in columns}
        connection.execute(sa.text(f"UPDATE {table} SET {values} WHERE {same}"), {**found, **sealed})  # noqa: S608 - as above
