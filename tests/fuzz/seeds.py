"""Texts to begin with: what each detector knows, and what has been trouble elsewhere."""

from __future__ import annotations

SEEDS = (
    "What the f**k is going on with the car park",
    "s.h.i.t and sh\u200bit and ｓｈｉｔ and ѕhіt",
    "Ring me on 07700 900 123 or +44 (0)7700 900123, 14 Larch Road, LE1 7RH",
    "Look: https://www.sofadeals.example/sale?x=1 or bit.ly/3xYz",
    "Please sign the petition, only 20 more needed",
    "ClassDojo\nMessages\nMrs Webb\nHi Sarah, just between us",
    "\u202ekcuf\u202c \u2066abc\u2069 \u200f\u061c",
    "a\u0301\u0337\u035f" * 40,
    "👩‍👩‍👧‍👦🇬🇧🏳️‍🌈👍🏽" * 8,
    "\ud83d \udc00 \ufffd \x00\x1b[31m",
    "हिन्दी ગુજરાતી ਪੰਜਾਬੀ اردو İıſß ﬃ",
)
