"""A SPARQL expression as text again, from the algebra into which rdflib reads it.

Only what depends on the bindings of one solution alone and on nothing else is written; aggregates, EXISTS and functions
of which this is not known are refused, and whoever asks does without the expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rdflib import BNode, Variable
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node


class NotWritten(Exception):
    """The expression has something that cannot be written, or depends on more than the bindings."""


def expression_text(expression: Any, variable: Callable[[str], str], term: Callable[[Node], str]) -> str:
    """The expression as SPARQL. `variable` gives the text for a variable's name and `term` that for an RDF term; either
    may raise NotWritten, as this does for what it does not know."""

    def text(part: Any) -> str:
        return expression_text(part, variable, term)

    match expression:
        case Variable():
            return variable(str(expression))
        case BNode():
            raise NotWritten("a blank node")
        case CompValue(name="RelationalExpression"):
            operator, other = str(expression.op), expression.other
            right = f"({', '.join(map(text, other))})" if "IN" in operator else text(other)
            return f"({text(expression.expr)} {operator} {right})"
        case CompValue(name="ConditionalAndExpression" | "ConditionalOrExpression"):
            sign = " && " if expression.name == "ConditionalAndExpression" else " || "
            return f"({sign.join(map(text, [expression.expr, *expression.other]))})"
        case CompValue(name="AdditiveExpression" | "MultiplicativeExpression"):
            if len(expression.op) != len(expression.other):
                raise NotWritten(expression.name)
            steps = zip(expression.op, expression.other, strict=True)
            return f"({text(expression.expr)}{''.join(f' {sign} {text(more)}' for sign, more in steps)})"
        case CompValue(name="UnaryNot" | "UnaryMinus" | "UnaryPlus"):
            return f"({_SIGNS[expression.name]} {text(expression.expr)})"
        case CompValue(name="Function"):
            return f"{text(expression.iri)}({', '.join(map(text, expression.expr))})"
        case CompValue() if expression.name.removeprefix("Builtin_") in _FUNCTIONS:
            name = expression.name.removeprefix("Builtin_")
            return f"{name}({', '.join(map(text, _arguments(expression)))})"
        case CompValue():
            raise NotWritten(expression.name)
        case Node():
            return term(expression)
        case _:
            raise NotWritten(type(expression).__name__)


def conjuncts(expression: Any) -> Iterator[Any]:
    """What an expression joins by && at the top."""
    if isinstance(expression, CompValue) and expression.name == "ConditionalAndExpression":
        for part in (expression.expr, *expression.other):
            yield from conjuncts(part)
    else:
        yield expression


# --- private helpers ---

_SIGNS = {"UnaryNot": "!", "UnaryMinus": "-", "UnaryPlus": "+"}
_FUNCTIONS = frozenset((
    "ABS", "CEIL", "COALESCE", "CONCAT", "CONTAINS", "DATATYPE", "DAY", "ENCODE_FOR_URI", "FLOOR", "HOURS",
    "IF", "IRI", "isBLANK", "isIRI", "isLITERAL", "isNUMERIC", "isURI", "LANG", "LANGMATCHES", "LCASE",
    "MINUTES", "MONTH", "REGEX", "REPLACE", "ROUND", "sameTerm", "SECONDS", "STR", "STRAFTER", "STRBEFORE",
    "STRDT", "STRENDS", "STRLANG", "STRLEN", "STRSTARTS", "SUBSTR", "TIMEZONE", "TZ", "UCASE", "URI", "YEAR",
))  # fmt: skip
"""Those whose value follows from their arguments: not RAND, NOW, UUID or BNODE. Nor BOUND: what is unbound where patterns are
left out may be bound with them."""
_ARGUMENTS = (
    "arg", "arg1", "arg2", "arg3", "text", "start", "length", "pattern", "replacement", "flags",
)  # fmt: skip
"""What rdflib calls the arguments of the functions, in the order in which SPARQL writes them."""


def _arguments(call: CompValue) -> Iterator[Any]:
    for name in _ARGUMENTS:
        if name in call and (value := dict.get(call, name)) is not None:
            yield from value if isinstance(value, list) else (value,)
