"""The three things asked of Alembic: bring a database up, write the next revision, compare with the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine

from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.migrations import VERSIONS, revisions


def upgrade(connection: Connection, versions: Path = VERSIONS, keyring: Keyring | None = None) -> None:
    """Run every migration the database lacks, inside the transaction that is open on the connection.

    ``keyring`` seals what a migration has to seal; without it nothing may be in the database.
    """
    config = _config(connection, versions)
    config.attributes["keyring"] = keyring
    command.upgrade(config, "head")


def revise(message: str, metadata: MetaData, versions: Path = VERSIONS) -> Path | None:
    """Write the revision that leads from the last one to these tables; None when they are the same already."""
    if not differences(metadata, versions):
        return None
    number = f"{len(revisions(versions)) + 1:04}"
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        config = _config(connection, versions, metadata)
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=number, version_path=str(versions.resolve()))
    engine.dispose()
    (written,) = versions.glob(f"{number}_*.py")
    return written


def differences(metadata: MetaData, versions: Path = VERSIONS) -> list[Any]:
    """What the tables have that the migrations do not make, or the other way round; empty when they agree."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        upgrade(connection, versions)
        found: list[Any] = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_server_default": True}), metadata
        )
    engine.dispose()
    return found


def _config(connection: Connection, versions: Path, metadata: MetaData | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(Path(__file__).parent))
    config.set_main_option("version_locations", _escaped(versions.resolve()))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, metadata=metadata)
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
