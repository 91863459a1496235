"""How good extraction is, measured against gold facts (`gold`) or reviewed records (`reviewed`); `evaluate.evaluate` is the way in."""

from __future__ import annotations
