"""Factsheets to records: prose under the headings of an outline, each item of which names a law, plan, system or body."""

from kg.extraction.factsheets.assembly import extract_factsheet

__all__ = ["extract_factsheet"]
