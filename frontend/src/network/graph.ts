/** The network as data: what `/network.json` sends, and which part of it the filters leave. */

export interface NetworkDocument {
  nodes: NodeEntry[];
  edges: { source: string; target: string; agreements: number[] }[];
  agreements: Agreement[];
}

interface NodeEntry {
  key: string;
  label: string;
  labels: Record<string, string>;
  kind: "country" | "organisation";
  responded: boolean;
  degree: number;
  community: number | null;
}

interface Agreement {
  kind: string;
  status: string | null;
  participation: string | null;
  year: number | null;
  topics: string[];
}

/** A node of the picture; the layout sets `x` and `y`. */
export interface Node {
  key: string;
  name: string;
  kind: "country" | "organisation";
  responded: boolean;
  community: number;
  radius: number;
  degree: number;
  index?: number;
  x?: number;
  y?: number;
  vx?: number;
  vy?: number;
}

/** A line of the picture. `pending`: nothing it stands for is known to be in force. */
export interface Edge {
  source: Node;
  target: Node;
  agreements: Agreement[];
  membership: boolean;
  pending: boolean;
}

export interface Filters {
  kind: string;
  status: string;
  topic: string;
  since: number;
  countries: boolean;
}

/** Statuses (cooperation-status) of agreements that hold or held, and what a country may be in an organisation. */
const IN_FORCE = new Set(["signed", "active", "completed"]);
const TAKING_PART = new Set(["member", "observer", "associate", "participant"]);

export class Graph {
  readonly nodes: Node[];
  readonly edges: Edge[];
  visibleNodes: Node[] = [];
  visibleEdges: Edge[] = [];
  private readonly byKey: Map<string, Node>;
  private readonly neighbours = new Map<Node, Set<Node>>();

  constructor(document: NetworkDocument, language: string) {
    this.nodes = document.nodes.map((entry) => ({
      key: entry.key,
      name: entry.labels[language] ?? entry.label,
      kind: entry.kind,
      responded: entry.responded,
      community: entry.community ?? 0,
      degree: entry.degree,
      radius: Math.min(18, 4 + 2 * Math.sqrt(entry.degree)),
    }));
    this.byKey = new Map(this.nodes.map((node) => [node.key, node]));
    this.edges = document.edges.flatMap((edge) => {
      const [source, target] = [this.byKey.get(edge.source), this.byKey.get(edge.target)];
      const agreements = edge.agreements.map((position) => document.agreements[position]!);
      return source && target ? [{ source, target, ...kindOfLine(agreements) }] : [];
    });
    this.filter({ kind: "", status: "", topic: "", since: 0, countries: false });
  }

  node(key: string): Node | undefined {
    return this.byKey.get(key);
  }

  /** The same conditions as `Network.filtered` of the server: an agreement must fit all of them. */
  filter(filters: Filters): void {
    const fits = (agreement: Agreement) =>
      (!filters.kind || agreement.kind === filters.kind) &&
      (!filters.status || agreement.status === filters.status) &&
      (!filters.topic || agreement.topics.includes(filters.topic)) &&
      (!filters.since || (agreement.year !== null && agreement.year >= filters.since));
    this.visibleEdges = this.edges.flatMap((edge) => {
      const agreements = edge.agreements.filter(fits);
      if (!agreements.length) return [];
      if (filters.countries && (edge.source.kind !== "country" || edge.target.kind !== "country")) return [];
      return [agreements.length === edge.agreements.length ? edge : { ...edge, ...kindOfLine(agreements) }];
    });
    this.neighbours.clear();
    for (const { source, target } of this.visibleEdges) {
      this.neighboursOf(source).add(target);
      this.neighboursOf(target).add(source);
    }
    const narrowed = filters.kind || filters.status || filters.topic || filters.since;
    this.visibleNodes = this.nodes.filter(
      (node) => this.neighbours.has(node) || (!narrowed && (node.kind === "country" || !filters.countries)),
    );
  }

  areLinked(one: Node, other: Node): boolean {
    return this.neighbours.get(one)?.has(other) ?? false;
  }

  private neighboursOf(node: Node): Set<Node> {
    const found = this.neighbours.get(node) ?? new Set<Node>();
    this.neighbours.set(node, found);
    return found;
  }
}

function kindOfLine(agreements: Agreement[]): Pick<Edge, "agreements" | "membership" | "pending"> {
  return {
    agreements,
    membership: agreements.every((agreement) => agreement.kind === "membership"),
    pending: !agreements.some(
      ({ participation, status }) => TAKING_PART.has(participation ?? "") || IN_FORCE.has(status ?? ""),
    ),
  };
}
