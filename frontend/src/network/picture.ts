/** The network on a canvas: layout, drawing, zoom, and what the pointer is on. Colours come from the legend's CSS. */
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { select } from "d3-selection";
import { zoom, zoomIdentity, type D3ZoomEvent, type ZoomTransform } from "d3-zoom";
import { find } from "../page.ts";
import type { Edge, Graph, Node } from "./graph.ts";

const SLICE = 10; // milliseconds of layout in one go, so that the page stays responsive
const PAUSE = 400; // milliseconds between pictures of a layout that goes on: painting takes longer than a step of it, and blocks the page
const NAMES = 26; // names in the whole picture of a large network; more as one looks closer
const LARGE = 300; // lines from which a picture that is moved is shown as it was painted last, moved
const STALE = 250; // milliseconds after which it is painted anew while it is still being moved
const SETTLED = 90; // milliseconds without movement after which it is painted sharp
const MARGIN = 36;
const FADED = 0.13;
const COMMUNITIES = ["#2f7f89", "#b0701f", "#7a6bb8", "#4f8a3c", "#b8527a", "#7d7a2e", "#4a78b8", "#a65a43"];

interface Colours {
  responded: string;
  country: string;
  organisation: string;
  membership: string;
  bilateral: string;
  ink: string;
  ground: string;
}

export class Picture {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private readonly zoom = zoom<HTMLCanvasElement, unknown>();
  private readonly surface;
  private transform: ZoomTransform = zoomIdentity;
  private colours: Colours;
  private byCommunity = false;
  private selected: Node | undefined;
  private pointed: Node | undefined;
  private width = 0;
  private height = 0;
  private waiting = false;
  private sharp = false;
  private settling: number | undefined;
  private still: { canvas: HTMLCanvasElement; transform: ZoomTransform } | undefined;
  private painted: { at: number; transform: ZoomTransform } = { at: 0, transform: zoomIdentity };
  private font = "";
  private moved = false;

  /** `onSelect` is called with the key of the node that is clicked, with "" for the ground. */
  constructor(
    private readonly figure: HTMLElement,
    private readonly graph: Graph,
    private readonly onSelect: (key: string) => void,
  ) {
    this.canvas = find<HTMLCanvasElement>("canvas", figure);
    this.context = this.canvas.getContext("2d")!;
    this.surface = select(this.canvas);
    this.colours = this.readColours();
    this.listen();
    this.resize();
    // Where a node stands, in pixels from the canvas's corner: for tests and for programs that drive the page.
    Object.assign(figure, { positionOf: (key: string) => this.positionOf(key) });
  }

  /** Find places for all nodes, in slices; the picture grows before the reader's eyes unless less motion is wanted. */
  async layOut(): Promise<void> {
    const many = this.graph.nodes.length > 80;
    const simulation = forceSimulation<Node>(this.graph.nodes)
      .force("charge", forceManyBody<Node>().strength(many ? -90 : -420).distanceMax(600))
      .force("link", forceLink<Node, Edge>(this.graph.edges).distance((edge) => (many ? (edge.membership ? 70 : 95) : 120)))
      .force("x", forceX<Node>().strength(0.05))
      .force("y", forceY<Node>().strength(0.07))
      .force("collide", forceCollide<Node>((node) => node.radius + 3))
      .stop();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    let painted = 0;
    while (simulation.alpha() > simulation.alphaMin()) {
      const end = performance.now() + SLICE;
      do simulation.tick();
      while (performance.now() < end && simulation.alpha() > simulation.alphaMin());
      if (!still && end - painted > PAUSE) {
        painted = end;
        this.refit();
      }
      await new Promise((resolve) => setTimeout(resolve));
    }
    this.refit();
    this.figure.dataset["state"] = "ready";
  }

  /** The filters have changed. */
  refresh(): void {
    this.refit();
  }

  select(key: string): void {
    this.selected = this.graph.node(key);
    this.draw();
  }

  /** Show a node as if the pointer were on it. */
  point(key: string): void {
    this.pointed = this.graph.node(key);
    if (this.settling === undefined) this.draw(); // else it is painted as soon as the movement ends
  }

  private listen(): void {
    this.zoom
      .scaleExtent([0.1, 8])
      // The wheel and one finger belong to the page, which must stay scrollable.
      .filter((event: MouseEvent | TouchEvent) => {
        if (event.type === "wheel") return event.ctrlKey || event.metaKey;
        return "touches" in event ? event.touches.length > 1 : !event.button;
      })
      .on("zoom", (event: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        this.transform = event.transform;
        this.moved ||= event.sourceEvent !== null;
        this.move();
      });
    this.surface.call(this.zoom).on("dblclick.zoom", null);
    this.canvas.addEventListener("click", (event) => this.onSelect(this.nodeAt(event)?.key ?? ""));
    this.canvas.addEventListener("pointermove", (event) => {
      if (event.buttons || event.pointerType === "touch") return;
      const pointed = this.nodeAt(event);
      if (pointed === this.pointed) return;
      this.canvas.classList.toggle("on-node", pointed !== undefined);
      this.canvas.title = pointed?.name ?? "";
      this.point(pointed?.key ?? "");
    });
    this.canvas.addEventListener("pointerleave", () => this.point(""));
    for (const button of this.figure.querySelectorAll<HTMLButtonElement>("[data-do]")) {
      button.addEventListener("click", () => this.act(button.dataset["do"]!));
    }
    find<HTMLSelectElement>("[data-colour]", this.figure).addEventListener("change", (event) => {
      this.byCommunity = (event.target as HTMLSelectElement).value === "community";
      this.draw();
    });
    new ResizeObserver(() => this.resize()).observe(this.canvas);
    const recolour = () => {
      this.colours = this.readColours();
      this.draw();
    };
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    new MutationObserver(recolour).observe(document.documentElement, { attributeFilter: ["data-theme", "class"] });
  }

  private act(what: string): void {
    if (what === "fit") {
      this.moved = false;
      this.refit();
    } else this.zoom.scaleBy(this.surface, what === "in" ? 1.4 : 1 / 1.4);
    this.moved = what !== "fit";
  }

  private resize(): void {
    const box = this.canvas.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const scale = window.devicePixelRatio || 1;
    [this.width, this.height] = [box.width, box.height];
    this.canvas.width = Math.round(box.width * scale);
    this.canvas.height = Math.round(box.height * scale);
    this.refit();
  }

  /** Everything visible into the frame, unless the reader has chosen what to look at. */
  private refit(): void {
    const nodes = this.graph.visibleNodes.filter((node) => node.x !== undefined);
    if (this.moved || !nodes.length || !this.width) return this.draw();
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const node of nodes) {
      left = Math.min(left, node.x! - node.radius);
      right = Math.max(right, node.x! + node.radius);
      top = Math.min(top, node.y! - node.radius);
      bottom = Math.max(bottom, node.y! + node.radius);
    }
    const scale = Math.min(
      2,
      (this.width - 2 * MARGIN) / Math.max(1, right - left),
      (this.height - 2 * MARGIN) / Math.max(1, bottom - top),
    );
    const middle = zoomIdentity
      .translate(this.width / 2, this.height / 2)
      .scale(scale)
      .translate(-(left + right) / 2, -(top + bottom) / 2);
    this.zoom.transform(this.surface, middle);
    this.draw();
  }

  private nodeAt(event: MouseEvent): Node | undefined {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = this.transform.invert([event.clientX - box.left, event.clientY - box.top]);
    const slack = 5 / this.transform.k;
    let best: Node | undefined;
    let nearest = Infinity;
    for (const node of this.graph.visibleNodes) {
      const distance = Math.hypot(node.x! - x, node.y! - y) - node.radius;
      if (distance < slack && distance < nearest) [best, nearest] = [node, distance];
    }
    return best;
  }

  private positionOf(key: string): [number, number] | undefined {
    const node = this.graph.node(key);
    return node?.x === undefined ? undefined : this.transform.apply([node.x, node.y!]);
  }

  /** Draw before the next frame, however often it is asked for. */
  private draw(): void {
    this.sharp = true;
    this.request();
  }

  /** Show what was painted last at its new place and size: painting over a thousand lines takes longer than a frame. */
  private move(): void {
    if (this.graph.visibleEdges.length < LARGE) return this.draw();
    window.clearTimeout(this.settling);
    this.settling = window.setTimeout(() => {
      this.settling = undefined;
      this.draw();
    }, SETTLED);
    this.request();
  }

  private request(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this.sharp || performance.now() - this.painted.at > STALE) {
        this.sharp = false;
        this.still = undefined;
        this.paint();
        this.painted = { at: performance.now(), transform: this.transform };
      } else this.paintMoved();
    });
  }

  private paintMoved(): void {
    const { context, canvas, transform } = this;
    if (!this.still) {
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [canvas.width, canvas.height];
      copy.getContext("2d")!.drawImage(canvas, 0, 0);
      this.still = { canvas: copy, transform: this.painted.transform };
    }
    const scale = window.devicePixelRatio || 1;
    const { k, x, y } = this.still.transform;
    const by = transform.k / k;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(by, 0, 0, by, (transform.x - x * by) * scale, (transform.y - y * by) * scale);
    context.drawImage(this.still.canvas, 0, 0);
  }

  private paint(): void {
    const { context, transform } = this;
    const scale = window.devicePixelRatio || 1;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    if (this.graph.nodes[0]?.x === undefined) return;
    context.translate(transform.x, transform.y);
    context.scale(transform.k, transform.k);
    const focus = this.pointed ?? this.selected;
    const isNear = (node: Node) => !focus || node === focus || this.graph.areLinked(node, focus);
    this.paintEdges(this.graph.visibleEdges.filter((edge) => focus && edge.source !== focus && edge.target !== focus), FADED);
    this.paintEdges(this.graph.visibleEdges.filter((edge) => !focus || edge.source === focus || edge.target === focus), focus ? 0.95 : this.calm(0.55));
    for (const node of this.graph.visibleNodes) this.paintNode(node, isNear(node) ? 1 : FADED);
    if (this.selected && this.graph.visibleNodes.includes(this.selected)) this.paintRing(this.selected);
    this.paintNames(focus, isNear);
  }

  /** An opacity for lines that gets less with their number: hundreds of strong lines are a black patch. */
  private calm(alpha: number): number {
    return Math.max(0.16, alpha * Math.min(1, 12 / Math.sqrt(this.graph.visibleEdges.length)));
  }

  /**
   * Each line by itself and opaque, in the colour that it would have on the ground at that opacity: one path of hundreds of lines
   * is looked through for crossings, which takes four times as long, and lines that shine through add up to a black patch.
   */
  private paintEdges(edges: Edge[], alpha: number): void {
    const { context, transform, colours } = this;
    context.globalAlpha = 1;
    context.lineWidth = 1.3 / transform.k;
    for (const membership of [true, false]) {
      const colour = membership ? colours.membership : colours.bilateral;
      context.strokeStyle = `color-mix(in srgb, ${colour} ${(alpha * 100).toFixed(0)}%, ${colours.ground})`;
      for (const pending of [true, false]) {
        context.setLineDash(pending ? [5 / transform.k, 4 / transform.k] : []);
        for (const edge of edges) {
          if (edge.membership !== membership || edge.pending !== pending) continue;
          context.beginPath();
          context.moveTo(edge.source.x!, edge.source.y!);
          context.lineTo(edge.target.x!, edge.target.y!);
          context.stroke();
        }
      }
    }
    context.setLineDash([]);
  }

  private paintNode(node: Node, alpha: number): void {
    const { context, colours } = this;
    const r = node.radius;
    context.beginPath();
    if (node.kind === "organisation") context.roundRect(node.x! - r * 0.9, node.y! - r * 0.9, r * 1.8, r * 1.8, r * 0.3);
    else context.arc(node.x!, node.y!, r, 0, 2 * Math.PI);
    context.globalAlpha = 1;
    context.fillStyle = colours.ground; // covers the lines below, also where the node is faded
    context.fill();
    context.globalAlpha = alpha;
    const community = COMMUNITIES[(node.community - 1) % COMMUNITIES.length];
    context.fillStyle = this.byCommunity && community ? community : this.fillOf(node);
    context.fill();
    context.strokeStyle = node.kind === "country" && !this.byCommunity ? colours.responded : colours.ground;
    context.lineWidth = 1.5;
    context.stroke();
  }

  private fillOf(node: Node): string {
    if (node.kind === "organisation") return this.colours.organisation;
    return node.responded ? this.colours.responded : this.colours.country;
  }

  private paintRing(node: Node): void {
    const { context } = this;
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(node.x!, node.y!, node.radius + 4, 0, 2 * Math.PI);
    context.strokeStyle = this.colours.ink;
    context.lineWidth = 2;
    context.stroke();
  }

  /** Names of the best connected first, and none over another. */
  private paintNames(focus: Node | undefined, isNear: (node: Node) => boolean): void {
    const { context, transform, colours } = this;
    const scale = window.devicePixelRatio || 1;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.font = this.font ||= `12px ${getComputedStyle(this.figure).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.lineJoin = "round";
    context.globalAlpha = 1;
    const taken: [number, number, number, number][] = [];
    const wanted = this.graph.visibleNodes
      .filter(isNear)
      .sort((a, b) => Number(b === focus) - Number(a === focus) || b.degree - a.degree);
    const most = Math.max(NAMES, 2 * NAMES * transform.k ** 2, focus ? 40 : 0);
    for (const node of wanted) {
      if (taken.length >= most) break;
      const [centre, middle] = transform.apply([node.x!, node.y!]);
      if (centre < 0 || centre > this.width || middle < 0 || middle > this.height) continue;
      const lines = broken(node.name);
      const y = middle + node.radius * transform.k + 3;
      const half = Math.max(...lines.map((line) => context.measureText(line).width)) / 2 + 2;
      const x = Math.min(Math.max(centre, half + 3), this.width - half - 3);
      const box: [number, number, number, number] = [x - half, y, x + half, y + 14 * lines.length];
      if (node !== focus && taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      context.strokeStyle = colours.ground;
      context.lineWidth = 3;
      context.fillStyle = colours.ink;
      lines.forEach((line, position) => {
        context.strokeText(line, x, y + 14 * position);
        context.fillText(line, x, y + 14 * position);
      });
    }
  }

  private readColours(): Colours {
    const of = (selector: string, property: "fill" | "stroke") =>
      getComputedStyle(find(selector, this.figure)).getPropertyValue(property);
    const frame = getComputedStyle(find(".network-frame", this.figure));
    return {
      responded: of(".responded", "fill"),
      country: of(".country", "fill"),
      organisation: of(".organisation", "fill"),
      membership: of(".membership", "stroke"),
      bilateral: of(".bilateral", "stroke"),
      ink: frame.color,
      ground: frame.backgroundColor,
    };
  }
}

function overlap(a: [number, number, number, number], b: [number, number, number, number]): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

/** A name in lines of about 24 characters, at most two. */
function broken(name: string): string[] {
  if (name.length <= 26) return [name];
  const words = name.split(" ");
  const lines = [""];
  for (const word of words) {
    const last = lines.length - 1;
    if (lines[last] && lines[last].length + word.length > 24) {
      if (lines.length === 2) {
        lines[1] += " …";
        break;
      }
      lines.push(word);
    } else lines[last] += (lines[last] ? " " : "") + word;
  }
  return lines;
}
