"""Newsletters that a moderator sends: what was found in them is said back, and nothing is posted from it by itself."""
