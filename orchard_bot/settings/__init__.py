"""What operators write: TOML files read into frozen, checked settings."""
