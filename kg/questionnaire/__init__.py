"""Questionnaires: what a form asks, as data, one file per edition (`forms/`), and which block of a document answers what."""

from kg.questionnaire.form import Form, Item, Question, Section, edition_of, load_form, nearest_form
from kg.questionnaire.parse import Box, ParsedAnswer, ParsedDocument, Piece, parse

__all__ = [
    "Box",
    "Form",
    "Item",
    "ParsedAnswer",
    "ParsedDocument",
    "Piece",
    "Question",
    "Section",
    "edition_of",
    "load_form",
    "nearest_form",
    "parse",
]
