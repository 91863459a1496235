// What scripts add to the explorer: tables sort and filter in place, and the theme changes without a reload.
// Every page works without this file.

const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

for (const table of document.querySelectorAll("table[data-sortable]")) sortable(table);
for (const form of document.querySelectorAll("form[data-theme-toggle]")) themes(form);

function sortable(table) {
  const heads = [...table.tHead.rows[0].cells];
  for (const head of heads) {
    if (head.tagName !== "TH") continue;
    let link = head.querySelector("a");
    if (!link) {
      link = document.createElement("button");
      link.type = "button";
      link.className = "sort";
      link.append(...head.childNodes);
      head.append(link);
    }
    link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const numeric = head.classList.contains("number");
      const current = head.getAttribute("aria-sort");
      const ascending = current ? current === "descending" : !numeric;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      sort(table.tBodies[0], heads.indexOf(head), numeric, ascending);
    });
  }
}

function sort(body, column, numeric, ascending) {
  const key = (row) => {
    const text = row.cells[column]?.textContent.trim() ?? "";
    if (text === "" || text === "–") return null;
    if (!numeric) return text;
    const number = Number.parseFloat(text.replace(/[\s\u202f]/g, ""));
    return Number.isNaN(number) ? null : number;
  };
  const rows = [...body.rows].map((row) => [key(row), row]);
  rows.sort(([a], [b]) => {
    if (a === null || b === null) return (a === null) - (b === null); // what is not known stands last
    const order = numeric ? a - b : collator.compare(a, b);
    return ascending ? order : -order;
  });
  body.append(...rows.map(([, row]) => row));
}

function themes(form) {
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter?.value;
    if (!chosen) return;
    event.preventDefault();
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    document.cookie = `theme=${chosen}; Path=/; Max-Age=31536000; SameSite=Lax`;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === chosen));
    }
  });
}
