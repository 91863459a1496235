/** A result as a graph: things and how they are linked, drawn as SVG. Loaded when first wanted. */
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { askRows, type Names, type Result, type Term } from "./results.ts";

const MOST = 150;
const LABEL = "http://www.w3.org/2000/01/rdf-schema#label";
const TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

interface Node {
  iri: string;
  name: string;
  named: boolean;
  degree: number;
  x?: number;
  y?: number;
}

interface Link {
  source: Node;
  target: Node;
  name: string;
}

export interface Drawing {
  svg: SVGSVGElement | undefined;
  /** How many things are left out, because a picture of more would be unreadable. */
  left: number;
}

/** The picture; `svg` is undefined where no two things of the result are linked. */
export async function draw(result: Result, names: Names, label: string, language: string): Promise<Drawing> {
  const { nodes, links, left } = linked(result, names);
  if (!links.length) return { svg: undefined, left: 0 };
  await nameThem(nodes, language);
  const simulation = forceSimulation(nodes)
    .force("charge", forceManyBody().strength(-520))
    .force("link", forceLink<Node, Link>(links).distance(130))
    .force("x", forceX().strength(0.06)) // holds together what is not linked
    .force("y", forceY().strength(0.1))
    .force("collide", forceCollide(34))
    .stop();
  simulation.tick(nodes.length > 60 ? 160 : 300);
  return { svg: picture(nodes, links, names, label), left };
}

/** Things and links: the triples of a graph between things; of a table, each row's first thing with the others. */
function linked(result: Result, names: Names): { nodes: Node[]; links: Link[]; left: number } {
  const found = new Map<string, Node>();
  const all = new Set<string>();
  const labels = labelsOf(result);
  const links = new Map<string, Link>();
  const node = (term: Term): Node | undefined => {
    all.add(term.value);
    let made = found.get(term.value);
    if (!made && found.size < MOST) {
      const label = labels.get(term.value);
      made = { iri: term.value, name: label ?? names.text(term), named: label !== undefined || term.type !== "uri", degree: 0 };
      found.set(term.value, made);
    }
    return made;
  };
  const link = (from: Term, to: Term, name: string) => {
    const [source, target] = [node(from), node(to)];
    if (!source || !target || source === target) return;
    const key = `${from.value} ${to.value} ${name}`;
    if (links.has(key)) return;
    links.set(key, { source, target, name });
    source.degree++;
    target.degree++;
  };
  for (const row of result.rows) {
    if (result.kind === "graph") {
      const [subject, predicate, object] = row as [Term, Term, Term];
      if (object.type !== "literal" && predicate.value !== TYPE) link(subject, object, names.short(predicate.value));
    } else {
      const things = row.flatMap((term, position) => (term && term.type !== "literal" ? [{ term, position }] : []));
      const [first, ...others] = things;
      for (const other of others) link(first!.term, other.term, result.columns[other.position] ?? "");
    }
  }
  return { nodes: [...found.values()].filter((entry) => entry.degree), links: [...links.values()], left: all.size - found.size };
}

/** Labels from the graph for things that the result has only IRIs of; where that fails, short IRIs do. */
async function nameThem(nodes: Node[], language: string): Promise<void> {
  const unnamed = new Map(nodes.filter((node) => !node.named).map((node) => [node.iri, node]));
  if (!unnamed.size) return;
  const things = [...unnamed.keys()].map((iri) => `<${iri}>`).join(" ");
  const query = `SELECT ?thing (SAMPLE(?own) AS ?name) (SAMPLE(?any) AS ?other) {
    VALUES ?thing { ${things} } ?thing <${LABEL}> ?any
    OPTIONAL { ?thing <${LABEL}> ?own FILTER (LANGMATCHES(LANG(?own), "${language}")) }
  } GROUP BY ?thing`;
  for (const [thing, own, other] of await askRows(query).catch(() => [])) {
    const node = unnamed.get(thing?.value ?? "");
    const name = own ?? other;
    if (node && name) node.name = name.value;
  }
}

function labelsOf(result: Result): Map<string, string> {
  const labels = new Map<string, string>();
  for (const row of result.rows) {
    if (result.kind === "graph") {
      const [subject, predicate, object] = row as [Term, Term, Term];
      if (predicate.value === LABEL && (!labels.has(subject.value) || object.lang === "en")) labels.set(subject.value, object.value);
    } else {
      result.columns.forEach((column, position) => {
        const text = row[result.columns.indexOf(`${column}Label`)];
        if (row[position] && text) labels.set(row[position].value, text.value);
      });
    }
  }
  return labels;
}

const SVG = "http://www.w3.org/2000/svg";

function picture(nodes: Node[], links: Link[], names: Names, label: string): SVGSVGElement {
  const xs = nodes.map((node) => node.x!);
  const ys = nodes.map((node) => node.y!);
  const [left, top] = [Math.min(...xs) - 90, Math.min(...ys) - 30];
  const [width, height] = [Math.max(...xs) + 90 - left, Math.max(...ys) + 40 - top];
  // As wide as drawn where there is room: a small graph blown up to the page's width would have huge letters.
  const box = { viewBox: `${left} ${top} ${width} ${height}`, width, height };
  const svg = shape("svg", { ...box, role: "group", "aria-label": label, class: "result-graph" });
  for (const link of links) {
    const { source, target } = link;
    const line = shape("line", { x1: source.x!, y1: source.y!, x2: target.x!, y2: target.y! });
    line.append(titled(link.name));
    svg.append(line);
    if (links.length <= 24) {
      const text = shape("text", { x: (source.x! + target.x!) / 2, y: (source.y! + target.y!) / 2, class: "link-name" });
      text.textContent = link.name;
      svg.append(text);
    }
  }
  const taken: { x: number; y: number; half: number }[] = [];
  for (const node of [...nodes].sort((a, b) => b.degree - a.degree)) {
    const href = names.href(node.iri);
    const group = href ? shape("a", { href }) : shape("g", {});
    const name = node.name.length > 34 ? `${node.name.slice(0, 32)} …` : node.name;
    group.setAttribute("aria-label", node.name);
    group.append(shape("circle", { cx: node.x!, cy: node.y!, r: 5 + Math.min(6, Math.sqrt(node.degree)) }));
    const box = { x: node.x!, y: node.y! + 19, half: name.length * 3.4 };
    if (!taken.some((other) => Math.abs(other.y - box.y) < 13 && Math.abs(other.x - box.x) < other.half + box.half)) {
      taken.push(box);
      const text = shape("text", { x: box.x, y: box.y });
      text.textContent = name;
      group.append(text);
    }
    group.append(titled(`${node.name}\n${node.iri}`));
    svg.append(group);
  }
  return svg as SVGSVGElement;
}

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
  }
  return made;
}

function titled(text: string): SVGElement {
  const made = document.createElementNS(SVG, "title");
  made.textContent = text;
  return made;
}
