// Asks a SPARQL endpoint by Comunica and writes the answer as JSON:
//     node comunica.mjs ENDPOINT QUERY
import { QueryEngine } from "@comunica/query-sparql";

const [endpoint, query] = process.argv.slice(2);
const engine = new QueryEngine();

const term = (value) => ({
  type: value.termType,
  value: value.value,
  ...(value.language ? { language: value.language } : {}),
});

try {
  const result = await engine.query(query, { sources: [{ type: "sparql", value: endpoint }] });
  let answer;
  if (result.resultType === "bindings") {
    const rows = await (await result.execute()).toArray();
    answer = {
      bindings: rows.map((row) => Object.fromEntries([...row].map(([name, value]) => [name.value, term(value)]))),
    };
  } else if (result.resultType === "quads") {
    const quads = await (await result.execute()).toArray();
    answer = { quads: quads.map((quad) => [term(quad.subject), term(quad.predicate), term(quad.object)]) };
  } else {
    answer = { boolean: await result.execute() };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
