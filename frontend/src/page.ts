/** What the scripts of all pages share: finding elements, and fetching regions of a page. */

/** The element for a selector. Throws where the page lacks it: the template and the script no longer agree. */
export function find<E extends Element = HTMLElement>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Calls `then` once no further call has come for `wait` milliseconds. */
export function debounced<A extends unknown[]>(wait: number, then: (...args: A) => void): (...args: A) => void {
  let timer: number | undefined;
  return (...args) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => then(...args), wait);
  };
}

/** Whether a click shall be left to the browser (a new tab, a download). */
export function isForBrowser(event: MouseEvent): boolean {
  return event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
}

/** Whether an error only says that a request was replaced by a newer one. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
