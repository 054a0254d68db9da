"""What people can do: one file per command or habit of the bot. Add a file, name it in pyproject.toml, done."""
