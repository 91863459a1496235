"""Mapping: records and reference data as RDF, one named graph each, the same input always the same triples."""
