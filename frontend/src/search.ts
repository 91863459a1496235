/**
 * Search as you type, on every form[data-search]: a combobox with a list, after the ARIA Authoring Practices.
 *
 * Without it the form leads to /search, and so does Enter when nothing in the list is chosen.
 */
import { debounced, find, isAbort } from "./page.ts";

interface Result {
  label: string;
  type: string;
  href: string;
  country: string | null;
  matched: string | null;
}

const LIMIT = 8;
const WAIT = 120;
let lists = 0;

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-search]")) enhance(form);

function enhance(form: HTMLFormElement): void {
  const input = find<HTMLInputElement>("input[name=q]", form);
  const list = document.createElement("ul");
  list.className = "search-results";
  list.id = `search-results-${++lists}`;
  list.role = "listbox";
  list.ariaLabel = input.labels?.[0]?.textContent?.trim() || input.ariaLabel;
  list.hidden = true;
  form.append(list);
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");

  let request: AbortController | undefined;
  let chosen = -1;

  const options = () => [...list.querySelectorAll<HTMLLIElement>("[role=option]")];

  function close(): void {
    request?.abort();
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function choose(position: number): void {
    const found = options();
    if (!found.length) return;
    chosen = (position + found.length + 1) % (found.length + 1); // one place is the input itself
    found.forEach((option, at) => (option.ariaSelected = String(at === chosen)));
    const option = found[chosen];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function show(results: Result[]): void {
    list.replaceChildren(...results.map((result, position) => item(result, `${list.id}-${position}`)));
    chosen = -1;
    list.hidden = !results.length;
    input.setAttribute("aria-expanded", String(results.length > 0));
    input.removeAttribute("aria-activedescendant");
  }

  const ask = debounced(WAIT, async (text: string) => {
    request?.abort();
    request = new AbortController();
    try {
      const query = new URLSearchParams({ q: text, limit: String(LIMIT) });
      const response = await fetch(`/api/search?${query}`, { signal: request.signal });
      if (!response.ok || input.value.trim() !== text) return;
      show(((await response.json()) as { results: Result[] }).results);
    } catch (error) {
      if (!isAbort(error)) close(); // the form itself still works
    }
  });

  input.addEventListener("input", () => {
    const text = input.value.trim();
    if (text) ask(text);
    else close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return;
      event.preventDefault();
      const last = options().length;
      choose(event.key === "ArrowDown" ? chosen + 1 : chosen < 0 ? last - 1 : chosen === 0 ? last : chosen - 1);
    } else if (event.key === "Enter" && !list.hidden) {
      const link = options()[chosen]?.dataset["href"];
      if (!link) return;
      event.preventDefault();
      location.assign(link);
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the input
  list.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("[role=option]")?.dataset["href"];
    if (link) location.assign(link);
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) close();
  });
}

function item(result: Result, id: string): HTMLLIElement {
  const option = document.createElement("li");
  option.id = id;
  option.role = "option";
  option.ariaSelected = "false";
  option.dataset["href"] = result.href;
  const [label, kind] = [document.createElement("span"), document.createElement("span")];
  label.className = "label";
  label.textContent = result.label;
  kind.className = "kind";
  kind.textContent = [result.type, result.country, result.matched].filter(Boolean).join(" · ");
  option.append(label, kind);
  return option;
}
