// Measures pages of a running server with Lighthouse: performance, accessibility, best practices, SEO (0 … 100).
//
//   node lighthouse.mjs http://127.0.0.1:8765 [page …]
//
// Ends with 1 when a figure is below 95. CHROME_PATH names a browser other than /usr/bin/chromium.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LIGHTHOUSE = "lighthouse@13.5.0";
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const LEAST = 95;
const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const [base, ...chosen] = process.argv.slice(2);
if (!base) throw new Error("give the address of a server, such as http://127.0.0.1:8765");
const pages = chosen.length ? chosen : ["/", "/countries/COL", "/network"];
const folder = mkdtempSync(join(tmpdir(), "kg-lighthouse-"));
const chrome = process.env["CHROME_PATH"] ?? "/usr/bin/chromium";
if (!existsSync(chrome)) throw new Error(`no browser at ${chrome}: set CHROME_PATH`);

let low = false;
try {
  await ready();
  for (const form of ["mobile", "desktop"]) {
    for (const page of pages) {
      const scores = measure(page, form);
      low ||= scores.some((score) => score < LEAST);
      console.log(`${form.padEnd(8)} ${page.padEnd(18)} ${CATEGORIES.map((name, at) => `${name} ${scores[at]}`).join("  ")}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = low ? 1 : 0;

/** Waits for the server, and for what it derives from the dataset. */
async function ready() {
  for (let tries = 0; tries < 300; tries++) {
    const answers = await Promise.all(
      pages.map((page) => fetch(base + page, { headers: { Accept: "text/html" } }).catch(() => undefined)),
    );
    if (answers.every((answer) => answer?.ok)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`no server answers at ${base}`);
}

function measure(page, form) {
  const report = join(folder, "report.json");
  for (let tries = 1; ; tries++) {
    const profile = mkdtempSync(join(folder, "profile-"));
    try {
      execFileSync(
        "npm",
        [
          "exec", "--yes", "--", LIGHTHOUSE, base + page, "--quiet", "--output=json", `--output-path=${report}`,
          `--only-categories=${CATEGORIES}`, ...(form === "desktop" ? ["--preset=desktop"] : []),
          `--chrome-flags=${[...FLAGS, `--user-data-dir=${profile}`].join(" ")}`,
        ],
        { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, CHROME_PATH: chrome } },
      );
      break;
    } catch (error) {
      // On a busy machine the trace sometimes lacks its beginning (NO_NAVSTART); Lighthouse says to run it again.
      if (tries === 3) throw new Error(`Lighthouse failed on ${page}: ${String(error.stderr).trim()}`);
    }
  }
  const { categories } = JSON.parse(readFileSync(report, "utf8"));
  return CATEGORIES.map((name) => Math.round(categories[name].score * 100));
}
