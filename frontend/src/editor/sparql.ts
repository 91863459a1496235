/** SPARQL 1.1 for CodeMirror: tokens for highlighting, and what completion needs to know (keywords, functions). */
import { HighlightStyle, StreamLanguage, syntaxHighlighting, type StringStream } from "@codemirror/language";
import { tags } from "@lezer/highlight";

// SPARQL 1.1 Query Language §19.8; words with several parts are completed as one.
export const KEYWORDS = [
  "SELECT", "CONSTRUCT", "DESCRIBE", "ASK", "WHERE", "DISTINCT", "REDUCED", "FROM", "NAMED", "PREFIX", "BASE",
  "OPTIONAL", "UNION", "MINUS", "GRAPH", "FILTER", "BIND", "VALUES", "AS", "IN", "NOT", "EXISTS", "NOT EXISTS",
  "GROUP BY", "ORDER BY", "HAVING", "LIMIT", "OFFSET", "ASC", "DESC", "UNDEF", "SERVICE", "SILENT", "BY", "SEPARATOR",
];
export const FUNCTIONS = [
  "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "STR", "LANG", "LANGMATCHES", "DATATYPE", "BOUND",
  "IRI", "URI", "BNODE", "RAND", "ABS", "CEIL", "FLOOR", "ROUND", "CONCAT", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI",
  "CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS",
  "TIMEZONE", "TZ", "NOW", "UUID", "STRUUID", "MD5", "SHA1", "SHA256", "SHA384", "SHA512", "COALESCE", "IF", "STRLANG",
  "STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "ISNUMERIC", "REGEX", "SUBSTR", "REPLACE",
];
const words = new Set(KEYWORDS.flatMap((keyword) => keyword.split(" ")));
const functions = new Set(FUNCTIONS);

interface State {
  /** The quotes that end the string over several lines in which the line begins, or "". */
  quote: string;
}

function token(stream: StringStream, state: State): string | null {
  if (state.quote) return string(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "comment";
  if (stream.match(/^<[^<>"{}|^`\\\s]*>/)) return "url";
  const quote = stream.match(/^("""|'''|"|')/) as RegExpMatchArray | null;
  if (quote) {
    state.quote = quote[0]!;
    return string(stream, state);
  }
  if (stream.match(/^[?$][\p{L}_\d]+/u)) return "variableName";
  if (stream.match(/^@[A-Za-z]+(-[A-Za-z\d]+)*/)) return "modifier";
  if (stream.match(/^_:[\p{L}_\d]+/u)) return "atom";
  if (stream.match(/^([\p{L}][\p{L}\d_.-]*)?:([\p{L}\d_:%\\/-]|\.(?=[\p{L}\d_:%\\-]))*/u)) return "name";
  if (stream.match(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/)) return "number";
  const word = stream.match(/^[\p{L}_][\p{L}\d_]*/u) as RegExpMatchArray | null;
  if (word) {
    const upper = word[0]!.toUpperCase();
    if (word[0] === "a" || words.has(upper)) return "keyword";
    if (functions.has(upper)) return "function";
    return word[0] === "true" || word[0] === "false" ? "atom" : null;
  }
  if (stream.match(/^[{}()[\]]/)) return "bracket";
  if (stream.match(/^(\^\^|&&|\|\||[!<>]=|[=<>!|^/*+?-])/)) return "operator";
  stream.next();
  return null;
}

function string(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match(/^\\./)) continue;
    if (stream.match(state.quote)) {
      state.quote = "";
      return "string";
    }
    stream.next();
  }
  if (state.quote.length === 1) state.quote = ""; // ends with its line
  return "string";
}

export const sparql = StreamLanguage.define<State>({
  name: "sparql",
  startState: () => ({ quote: "" }),
  copyState: (state) => ({ ...state }),
  token,
  tokenTable: {
    name: tags.propertyName,
    function: tags.function(tags.variableName),
    variableName: tags.variableName,
    url: tags.url,
    modifier: tags.modifier,
    bracket: tags.bracket,
    operator: tags.operator,
  },
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "'"] } },
});

/** Colours are variables of editor.css, so that they follow the page's theme. */
export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
    { tag: tags.variableName, color: "var(--code-variable)" },
    { tag: tags.propertyName, color: "var(--code-name)" },
    { tag: tags.url, color: "var(--code-name)" },
    { tag: [tags.string, tags.modifier], color: "var(--code-string)" },
    { tag: [tags.number, tags.atom], color: "var(--code-number)" },
    { tag: tags.function(tags.variableName), color: "var(--code-function)" },
    { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  ]),
);
