/**
 * The SPARQL editor of /sparql. Without it the page is a form that the server answers with a page.
 *
 * Running a query asks the endpoint itself; the address then has the query, so that it can be shared and reloaded.
 */
import { CodeEditor } from "./editor/code.ts";
import { ask, askText, element, Names, QueryError, table, type Problem, type Result } from "./editor/results.ts";
import { vocabulary } from "./editor/vocabulary.ts";
import { find, isAbort, isForBrowser } from "./page.ts";

const form = find<HTMLFormElement>("form[data-editor]");
const area = find<HTMLTextAreaElement>("textarea", form);
const output = find("[data-output]");
const words = (name: string) => output.dataset[name] ?? "";

const VIEWS = ["table", "graph", "raw"] as const;
type View = (typeof VIEWS)[number];

const DOWNLOADS = {
  solutions: [["csv", "CSV"], ["tsv", "TSV"], ["json", "JSON"], ["xml", "XML"]],
  boolean: [["json", "JSON"], ["xml", "XML"]],
  graph: [["turtle", "TTL"], ["ntriples", "N-Triples"], ["jsonld", "JSON-LD"], ["rdfxml", "RDF/XML"]],
};

let request: AbortController | undefined;
let names = new Names({}, []);

const editor = new CodeEditor({
  text: area.value,
  label: area.labels?.[0]?.textContent?.trim() ?? "SPARQL",
  vocabulary: form.dataset["editor"]!,
  language: form.dataset["lang"] ?? "en",
  onRun: () => void run(),
  onChange: (text) => (area.value = text),
});
area.before(editor.element);
area.hidden = true;
area.required = false; // a hidden field cannot say that it must be filled in
form.classList.add("enhanced");
find("label[for=query]", form).addEventListener("click", () => editor.focus());
form.addEventListener("submit", (event) => {
  const format = find<HTMLSelectElement>("select[name=format]", form).value;
  if (format !== "html") return; // the server's own answer, as a file or in the browser
  event.preventDefault();
  void run();
});
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("[data-examples] a");
  if (!link || isForBrowser(event)) return;
  const query = new URL(link.href).searchParams.get("query");
  if (!query) return;
  event.preventDefault();
  editor.text = query;
  find("h1").scrollIntoView();
  editor.focus();
  void run();
});
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-share]")) {
  button.hidden = false;
  button.addEventListener("click", () => void share(button));
}

async function share(button: HTMLButtonElement): Promise<void> {
  history.replaceState(null, "", address(editor.text));
  try {
    await navigator.clipboard.writeText(location.href);
    button.textContent = button.dataset["done"]!;
  } catch {
    button.textContent = button.dataset["failed"]!; // not allowed here: the address bar has it
  }
}

function address(query: string, format = ""): string {
  return `/sparql?${new URLSearchParams({ query, ...(format ? { format } : {}) })}`;
}

async function run(): Promise<void> {
  const query = editor.text;
  request?.abort();
  const running = (request = new AbortController());
  output.setAttribute("aria-busy", "true");
  output.replaceChildren(element("p", "note", words("running")));
  editor.mark();
  try {
    const [result, known] = await Promise.all([
      ask(query, running.signal),
      vocabulary(form.dataset["editor"]!).catch(() => undefined),
    ]);
    names = new Names(known?.prefixes ?? {}, (form.dataset["bases"] ?? "").split(" "));
    history.replaceState(null, "", address(query));
    show(query, result);
  } catch (error) {
    if (isAbort(error)) return;
    showProblem(error instanceof QueryError ? error.problem : { title: words("failed"), detail: String(error) });
  }
  output.removeAttribute("aria-busy");
}

function showProblem(problem: Problem): void {
  const box = element("div", "alert");
  box.role = "alert";
  box.append(element("h2", "", problem.title), element("p", "", problem.detail));
  output.replaceChildren(box);
  if (problem.line && problem.column) {
    editor.mark(problem.line, problem.column, problem.detail);
    editor.focus();
  }
}

function show(query: string, result: Result): void {
  const head = element("div", "result-head");
  const count = result.rows.length.toLocaleString(form.dataset["lang"]);
  const unit = result.kind === "graph" ? words("triples") : words("rows");
  const heading = element("h2", "", result.kind === "boolean" ? words("answer") : `${count} ${unit}`);
  heading.role = "status";
  const line = element("p", "", `${Math.round(result.milliseconds)} ms · ${words("download")} `);
  DOWNLOADS[result.kind].forEach(([format, name], position) => {
    const link = element("a", "", name) as HTMLAnchorElement;
    link.href = address(query, format);
    link.download = `result.${{ turtle: "ttl", ntriples: "nt", rdfxml: "rdf" }[format!] ?? format}`;
    line.append(position ? ", " : "", link);
  });
  head.append(heading, line);
  output.replaceChildren(head);
  if (result.kind === "boolean") {
    output.append(element("p", "yes-no", result.answer ? words("yes") : words("no")));
    return;
  }
  if (!result.rows.length) {
    output.append(element("p", "note", words("nothing")));
    return;
  }
  output.append(...tabs(query, result));
}

/** Three views of a result, as tabs (ARIA Authoring Practices); each is made when first shown. */
function tabs(query: string, result: Result): HTMLElement[] {
  const list = element("div", "tabs");
  list.role = "tablist";
  list.ariaLabel = words("views");
  const panel = element("div");
  panel.role = "tabpanel";
  panel.id = "result-panel";
  const buttons = VIEWS.map((view) => {
    const button = element("button", "", words(view));
    button.setAttribute("type", "button");
    button.role = "tab";
    button.id = `view-${view}`;
    button.setAttribute("aria-controls", panel.id);
    button.addEventListener("click", () => choose(view));
    return button;
  });
  list.append(...buttons);
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = buttons[(buttons.indexOf(event.target as HTMLElement) + step + buttons.length) % buttons.length]!;
    next.focus();
    next.click();
  });
  const made = new Map<View, HTMLElement>();

  function choose(view: View): void {
    buttons.forEach((button, position) => {
      const chosen = VIEWS[position] === view;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `view-${view}`);
    if (!made.has(view)) made.set(view, make(view, query, result));
    panel.replaceChildren(made.get(view)!);
  }

  choose("table");
  return [list, panel];
}

function make(view: View, query: string, result: Result): HTMLElement {
  if (view === "table") return table(result, names, { more: words("more"), label: words("table") });
  const box = element("div");
  if (view === "graph") {
    void import("./editor/graph-view.ts").then(async ({ draw }) => {
      const { svg, left } = await draw(result, names, words("graph"), form.dataset["lang"] ?? "en");
      if (!svg) box.append(element("p", "note", words("unlinked")));
      else {
        const frame = element("div", "result-picture");
        frame.append(svg);
        box.append(frame);
      }
      if (left > 0) box.append(element("p", "note", words("left").replace("{count}", String(left))));
    });
    return box;
  }
  const text = element("pre", "raw");
  text.tabIndex = 0;
  text.textContent = result.raw;
  box.append(text);
  if (result.kind === "graph") {
    askText(query, "text/turtle", new AbortController().signal).then(
      (turtle) => (text.textContent = turtle),
      () => undefined, // the N-Triples stay
    );
  }
  return box;
}
