"""DigiGov KG: questionnaire responses about digital government as a validated, reasoned knowledge graph.

The package is laid out as the data flows; each room imports only from the rooms before it:
documents → questionnaire → extraction → records → mapping → reasoning → validation → store → publishing → web → cli.
"""

__version__ = "0.1.0"
