// Bundles the scripts and styles of the explorer into kg/web/static/dist/, with the licences of what is bundled.
//
//   node build.mjs [folder]     the folder is kg/web/static/dist unless given (tests build elsewhere and compare)
//
// The same sources and package-lock.json give the same bytes.
import { readFile, readdir, rm, writeFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "../kg/web/static/dist"));
const pages = ["search", "network", "editor"];

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: pages.flatMap((page) => [`src/${page}.ts`, `src/${page}.css`]).filter((path) => path !== "src/search.css"),
  outdir: target,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  charset: "utf8",
  legalComments: "none", // they are all in licences.txt
  chunkNames: "chunk-[hash]",
  metafile: true,
  logLevel: "warning",
});
await writeFile(join(target, "licences.txt"), await licences(Object.keys(metafile.inputs)));

/** The licence texts of the packages that the given input files belong to. */
async function licences(inputs) {
  const names = new Set();
  for (const input of inputs) {
    const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  const parts = ["The scripts in this folder contain these packages. Their sources are on https://www.npmjs.com/.\n"];
  for (const name of [...names].sort()) {
    const folder = join(here, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[sc]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file: say in build.mjs where its licence is`);
    const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    parts.push(`${"-".repeat(72)}\n${name} ${version} (${license})\n\n${text}\n`);
  }
  return parts.join("\n");
}
