"""The `kg` command: every verb of the pipeline from the shell, for people and, with `--json`, for machines."""

from kg.cli.app import main

__all__ = ["main"]
