"""From a filled-in questionnaire to a record: extraction that is measured (`evaluate`), explained and reviewable (`review`)."""

from kg.extraction.batch import Outcome, documents_in, extract_file, extract_many
from kg.extraction.extract import Extraction, QuestionSummary, extract

__all__ = [
    "Extraction",
    "Outcome",
    "QuestionSummary",
    "documents_in",
    "extract",
    "extract_file",
    "extract_many",
]
