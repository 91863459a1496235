/** Results of a query: asking for them, and showing them as a table, as a graph, or as they were sent. */

export interface Term {
  type: "uri" | "literal" | "bnode" | "triple";
  value: string;
  lang?: string;
  datatype?: string;
}

/** A result in one form for all kinds: of a graph the columns are subject, predicate, object. */
export interface Result {
  kind: "solutions" | "boolean" | "graph";
  answer?: boolean;
  columns: string[];
  rows: (Term | undefined)[][];
  raw: string;
  milliseconds: number;
}

/** What went wrong, as the server says it (RFC 9457). */
export interface Problem {
  title: string;
  detail: string;
  line?: number;
  column?: number;
}

export class QueryError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9";

/** Ask the endpoint. Throws QueryError with the server's problem. */
export async function ask(query: string, signal: AbortSignal): Promise<Result> {
  const begun = performance.now();
  const response = await post(query, ACCEPT, signal);
  const raw = await response.text();
  const milliseconds = performance.now() - begun;
  if (!response.ok) throw new QueryError(problemOf(raw, response));
  if ((response.headers.get("Content-Type") ?? "").startsWith("application/n-triples")) {
    return { kind: "graph", columns: ["subject", "predicate", "object"], rows: triples(raw), raw, milliseconds };
  }
  const document = JSON.parse(raw) as {
    head: { vars?: string[] };
    boolean?: boolean;
    results?: { bindings: Record<string, Term>[] };
  };
  if (document.boolean !== undefined) {
    return { kind: "boolean", answer: document.boolean, columns: [], rows: [], raw, milliseconds };
  }
  const columns = document.head.vars ?? [];
  const rows = (document.results?.bindings ?? []).map((binding) => columns.map((column) => binding[column]));
  return { kind: "solutions", columns, rows, raw, milliseconds };
}

/** The same result as text in another format. */
export async function askText(query: string, accept: string, signal: AbortSignal): Promise<string> {
  const response = await post(query, accept, signal);
  const text = await response.text();
  if (!response.ok) throw new QueryError(problemOf(text, response));
  return text;
}

/** The rows of a SELECT query of the page's own. */
export async function askRows(query: string): Promise<(Term | undefined)[][]> {
  return (await ask(query, new AbortController().signal)).rows;
}

function post(query: string, accept: string, signal: AbortSignal): Promise<Response> {
  return fetch("/sparql", {
    method: "POST",
    body: query,
    headers: { "Content-Type": "application/sparql-query", Accept: accept },
    signal,
  });
}

function problemOf(text: string, response: Response): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return { title: response.statusText, detail: text.slice(0, 500) };
  }
}

const TERM = /<([^>]*)>|_:([^\s]+)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?/g;

/** The triples of an N-Triples document, which has one per line (https://www.w3.org/TR/n-triples/). */
export function triples(text: string): Term[][] {
  const found: Term[][] = [];
  for (const line of text.split("\n")) {
    const terms = [...line.matchAll(TERM)].map(([, iri, node, value, lang, datatype]): Term => {
      if (iri !== undefined) return { type: "uri", value: unescaped(iri) };
      if (node !== undefined) return { type: "bnode", value: node };
      return { type: "literal", value: unescaped(value ?? ""), ...(lang ? { lang } : {}), ...(datatype ? { datatype } : {}) };
    });
    if (terms.length === 3) found.push(terms);
  }
  return found;
}

const ESCAPES: Record<string, string> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f", '"': '"', "'": "'", "\\": "\\" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (all, short, long, letter) =>
    short || long ? String.fromCodePoint(parseInt(short ?? long, 16)) : (ESCAPES[letter] ?? all),
  );
}

/** How terms look: short names with prefixes, links to this server's pages about things of the dataset. */
export class Names {
  private readonly prefixes: [string, string][];

  constructor(
    prefixes: Record<string, string>,
    private readonly bases: string[],
  ) {
    this.prefixes = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
  }

  short(iri: string): string {
    const found = this.prefixes.find(([, namespace]) => iri.startsWith(namespace) && iri.length > namespace.length);
    return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
  }

  text(term: Term): string {
    return term.type === "uri" ? this.short(term.value) : term.type === "bnode" ? `_:${term.value.slice(0, 8)}` : term.value;
  }

  /** Where an IRI leads: a page of this server, the web, or nowhere for schemes that a browser must not open. */
  href(iri: string): string | undefined {
    for (const base of this.bases) {
      if (iri.startsWith(`${base}id/`)) return `/doc/${iri.slice(base.length + 3)}`;
      if (iri.startsWith(`${base}ontology#`)) return `/ontology#${iri.slice(base.length + 9)}`;
    }
    return /^https?:\/\//.test(iri) ? iri : undefined;
  }
}

const NUMERIC = /#(integer|decimal|double|float|int|long|short|byte|nonNegativeInteger|positiveInteger)$/;
const PAGE = 200;

/** The rows as a table; a button shows more of a long one. */
export function table(result: Result, names: Names, words: { more: string; label: string }): HTMLElement {
  const box = document.createElement("div");
  const scroller = element("div", "table");
  scroller.tabIndex = 0;
  scroller.role = "region";
  scroller.ariaLabel = words.label;
  const grid = document.createElement("table");
  const head = grid.createTHead().insertRow();
  for (const column of result.columns) {
    const cell = element("th", "", column);
    cell.setAttribute("scope", "col");
    head.append(cell);
  }
  const body = grid.createTBody();
  scroller.append(grid);
  box.append(scroller);
  const more = element("button", "quiet-button", words.more);
  more.setAttribute("type", "button");
  let shown = 0;
  const show = () => {
    for (const row of result.rows.slice(shown, shown + PAGE)) {
      const line = body.insertRow();
      for (const term of row) line.append(cell(term, names));
    }
    shown = Math.min(result.rows.length, shown + PAGE);
    if (shown < result.rows.length) box.append(more);
    else more.remove();
  };
  more.addEventListener("click", show);
  show();
  return box;
}

function cell(term: Term | undefined, names: Names): HTMLElement {
  const found = document.createElement("td");
  if (!term) {
    found.append(element("span", "none", "–"));
    return found;
  }
  const text = names.text(term);
  if (term.type === "literal" && NUMERIC.test(term.datatype ?? "")) found.className = "number";
  else if (text.length > 24) found.className = "wide";
  const href = term.type === "uri" || term.datatype?.endsWith("#anyURI") ? names.href(term.value) : undefined;
  if (href) {
    const link = element("a", "", text) as HTMLAnchorElement;
    link.href = href;
    link.title = term.value;
    found.append(link);
  } else found.append(text);
  if (term.lang) found.append(" ", element("span", "tag", term.lang));
  return found;
}

export function element(tag: string, className = "", text = ""): HTMLElement {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
