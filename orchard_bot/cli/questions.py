"""Questions at the terminal, and their answers as TOML."""

from __future__ import annotations

import typer


def asked(question: str, default: str) -> str:
    """A short answer, asked for until it is one."""
    while True:
        answer: str = typer.prompt(question, default=default).strip()
        if 0 < len(answer) <= 80 and answer.isprintable():
            return answer
        typer.echo("Please use 1 to 80 ordinary characters.")


def quoted(text: str) -> str:
    """``text`` as a string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class Terminal:
    """The ``Talk`` of a platform's setup."""

    def say(self, text: str) -> None:
        """Print it, with room above."""
        typer.echo(f"\n{text}")

    def ask(self, question: str, *, default: str = "", secret: bool = False) -> str:
        """Prompt; an empty answer is the default."""
        answer: str = typer.prompt(question, default=default, hide_input=secret, show_default=bool(default))
        return answer.strip()
