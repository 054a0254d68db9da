"""Readable failures from the suite that lives in the package."""

import pytest

pytest.register_assert_rewrite("orchard_bot.testing.conformance")
