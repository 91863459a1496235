/**
 * The picture of /network. The page works without it: the server puts all facts into words, also for a selected node.
 *
 * The state is the address. A filter, a selected node or a path changes it, the picture follows from the data that was
 * fetched once, and the regions with words (`data-part`) come from the server under the same address.
 */
import { find, isAbort, isForBrowser } from "./page.ts";
import { Graph, type NetworkDocument } from "./network/graph.ts";
import { Picture } from "./network/picture.ts";

const figure = find("[data-network]");
const filters = find<HTMLFormElement>("[data-network-filters]");
const FILTERS = ["kind", "status", "topic", "since", "countries"];

let graph: Graph | undefined;
let picture: Picture | undefined;
let request: AbortController | undefined;

function parameters(): URLSearchParams {
  return new URLSearchParams(location.search);
}

/** Go to an address of this page: a new entry of the history, a new picture, new words. */
async function go(query: URLSearchParams, focus?: string): Promise<void> {
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const address = `/network${query.size ? `?${query}` : ""}`.replaceAll("%2F", "/");
  if (address === location.pathname + location.search) return; // Enter in a field both changes and submits
  history.pushState(null, "", address);
  await show(focus);
}

/** Show what the address says. `focus` is the selector of what gets the focus then. */
async function show(focus?: string): Promise<void> {
  drawState();
  request?.abort();
  request = new AbortController();
  const query = parameters();
  query.set("part", "1");
  try {
    const response = await fetch(`/network?${query}`, { headers: { Accept: "text/html" }, signal: request.signal });
    if (!response.ok) {
      location.reload(); // the server's page says what is wrong with the address
      return;
    }
    swap(new DOMParser().parseFromString(await response.text(), "text/html"));
    keepOneTabStop();
    if (focus) document.querySelector<HTMLElement>(focus)?.focus({ preventScroll: true });
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}

function swap(fresh: Document): void {
  for (const part of fresh.querySelectorAll<HTMLElement>("[data-part]")) {
    document.querySelector(`[data-part="${part.dataset["part"]}"]`)?.replaceWith(part);
  }
}

/** Filters of the form and the selected node onto the picture. */
function drawState(): void {
  const query = parameters();
  for (const name of FILTERS) {
    const field = filters.elements.namedItem(name);
    if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = query.has(name);
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = query.get(name) ?? "";
  }
  if (!graph || !picture) return;
  graph.filter({
    kind: query.get("kind") ?? "",
    status: query.get("status") ?? "",
    topic: query.get("topic") ?? "",
    since: Number(query.get("since") ?? 0),
    countries: query.has("countries"),
  });
  find(".network-empty", figure).hidden = graph.visibleNodes.length > 0;
  picture.select(query.get("node") ?? "");
  picture.refresh();
}

function filtersChanged(): void {
  if (!filters.reportValidity()) return;
  const query = parameters();
  const form = new FormData(filters);
  for (const name of FILTERS) {
    query.delete(name);
    const value = form.get(name);
    if (typeof value === "string" && value) query.set(name, value);
  }
  query.delete("page");
  void go(query);
}

function select(key: string, focus?: string): void {
  const query = parameters();
  query.delete("page");
  if (key) query.set("node", key);
  else query.delete("node");
  void go(query, focus);
}

/** Of the list of nodes one entry can be reached with Tab; the arrow keys lead to the others. */
function keepOneTabStop(): void {
  const links = nodeLinks();
  links.forEach((link, position) => (link.tabIndex = position === 0 ? 0 : -1));
}

function nodeLinks(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("[data-nodes] a")];
}

function moveInList(event: KeyboardEvent): void {
  const links = nodeLinks();
  const at = links.indexOf(event.target as HTMLAnchorElement);
  if (at < 0) return;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  const next = to === undefined ? undefined : links[to];
  if (!next) return;
  event.preventDefault();
  links[at]!.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

filters.addEventListener("change", filtersChanged);
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  filtersChanged();
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-network-path]")) return;
  event.preventDefault();
  const query = parameters();
  for (const [name, value] of new FormData(form)) query.set(name, String(value));
  void go(query, "#path button");
});
document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-node]");
  if (!link || isForBrowser(event)) return;
  event.preventDefault();
  const left = parameters().get("node");
  const key = link.dataset["node"] ?? "";
  select(key, key || !left ? "#side-head" : `[data-nodes] a[data-node="${CSS.escape(left)}"]`);
});
document.addEventListener("keydown", moveInList);
document.addEventListener("focusin", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-node]");
  picture?.point(link?.dataset["node"] ?? "");
});
window.addEventListener("popstate", () => void show());

async function begin(): Promise<void> {
  keepOneTabStop();
  const response = await fetch(figure.dataset["network"]!, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`the network could not be read: ${response.status}`);
  graph = new Graph((await response.json()) as NetworkDocument, figure.dataset["lang"] ?? "en");
  picture = new Picture(figure, graph, select);
  drawState();
  await picture.layOut();
}

void begin();
