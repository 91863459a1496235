"""What is compared: the kinds of fact, and one fact as its keys and values, whether it was extracted or is gold."""

from __future__ import annotations

from typing import Any

KINDS = (
    "bodies",
    "portals",
    "instruments",
    "memberships",
    "cooperations",
    "partnerships",
    "technologies",
    "checkboxes",
    "indicators",
    "initiatives",
)
Item = dict[str, Any]
