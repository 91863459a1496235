"""Records: the reviewed facts of one source document, as a model, as YAML, and as a JSON Schema."""
