"""Seal what people wrote, and who reported what."""

from __future__ import annotations

from collections.abc import Callable
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
    ("queue", ("event",), ("id",)),
    ("letters", ("intent", "origin"), ("id",)),
)


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
    for table, kind, columns in (
        ("cases", sa.Text(), ("evidence", "author_name")),
        ("case_reports", sa.Text(), ("note",)),
        ("dialogs", sa.JSON(), ("data",)),
        ("offers", sa.JSON(), ("data",)),
        ("letters", sa.Text(), ("origin",)),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, existing_type=kind, type_=sa.LargeBinary(), existing_nullable=False)
            if table == "letters":
                batch_op.drop_column("subject")
    if keyring is not None:
        _seal_all(op.get_bind(), keyring)


def _seal_all(connection: sa.Connection, keyring: Any) -> None:
    connection.execute(sa.text("INSERT INTO seals (id, proof) VALUES (1, :proof)"), {"proof": keyring.seal("sealed")})
    _name_by_token(connection, keyring.seal, keyring.token)
    for table, columns, key in _SEALED:
        wanted = sa.text(f"SELECT {', '.join((*columns, *key))} FROM {table}")  # noqa: S608 - names from above
        found = [dict(row._mapping) for row in connection.execute(wanted)]
        values = ", ".join(f"{name} = :{name}" for name in columns)
        same = " AND ".join(f"{name} = :{name}" for name in key)
        for row in found:
            sealed = {name: keyring.seal(row[name]) if row[name] else row[name] for name in columns}
            connection.execute(sa.text(f"UPDATE {table} SET {values} WHERE {same}"), row | sealed)  # noqa: S608 - as above


def _name_by_token(connection: sa.Connection, seal: Callable[[str], bytes], token: Callable[[str], str]) -> None:
    """Reporters get their stand-ins, and so do the people that letters go to."""
    reports = connection.execute(sa.text("SELECT community, number, reporter FROM case_reports")).all()
    for community, number, person in reports:
        row = {"community": community, "number": number, "person": person, "token": token(person)}
        connection.execute(
            sa.text("INSERT INTO reporters VALUES (:community, :number, :token, :sealed)"),
            row | {"sealed": seal(person)},
        )
        connection.execute(
            sa.text(
                "UPDATE case_reports SET reporter = :token "
                "WHERE community = :community AND number = :number AND reporter = :person"
            ),
            row,
        )
    for table in ("letters", "deferrals"):
        places = connection.execute(
            sa.text(f"SELECT DISTINCT destination FROM {table} WHERE destination LIKE '%|%'")  # noqa: S608 - as above
        ).scalars()
        for place in places.all():
            account, _, person = place.partition("|")
            connection.execute(
                sa.text(f"UPDATE {table} SET destination = :new WHERE destination = :old"),  # noqa: S608 - as above
                {"old": place, "new": f"{account}|{token(person)}"},
            )
