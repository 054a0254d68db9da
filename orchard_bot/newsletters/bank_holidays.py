"""Bank holidays of the four nations, from the package ``holidays``: a school date on one of them is doubtful."""

from __future__ import annotations

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=8)
def bank_holidays(nation: str, year: int) -> tuple[date, ...]:
    """Those of ``nation`` (``ENG``, ``WLS``, ``SCT``, ``NIR``) from the year before ``year`` to the one after the next."""
    from holidays import country_holidays  # noqa: PLC0415 - comes with the extra that reads newsletters

    return tuple(sorted(country_holidays("GB", subdiv=nation, years=range(year - 1, year + 3))))
