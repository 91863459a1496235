/** Completion: prefixes, classes and properties of the served dataset, variables of the query, words of SPARQL. */
import { snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { FUNCTIONS, KEYWORDS } from "./sparql.ts";

/** What `/api/vocabulary` sends. */
export interface Vocabulary {
  version: string;
  prefixes: Record<string, string>;
  terms: Term[];
}

export interface Term {
  name: string;
  kind: "class" | "property";
  label: Record<string, string>;
  definition: Record<string, string>;
  uses: number;
}

let loaded: Promise<Vocabulary> | undefined;

/** The vocabulary, fetched once. */
export function vocabulary(address: string): Promise<Vocabulary> {
  loaded ??= fetch(address, { headers: { Accept: "application/json" } }).then((response) => {
    if (!response.ok) throw new Error(`no vocabulary: ${response.status}`);
    return response.json() as Promise<Vocabulary>;
  });
  loaded.catch(() => (loaded = undefined)); // asked again next time
  return loaded;
}

const WORDS: Completion[] = [
  ...KEYWORDS.map((label) => ({ label, type: "keyword", boost: -1 })),
  ...FUNCTIONS.map((name) => snippetCompletion(`${name}(\${})`, { label: name, type: "function", boost: -2 })),
];

/** The source of completions for an editor whose vocabulary is at `address`, with labels in a language. */
export function completions(address: string, language: string) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.doc.lineAt(context.pos);
    const line = before.text.slice(0, context.pos - before.from);
    if (inCommentOrString(line)) return null;
    const variable = /[?$][\p{L}_\d]*$/u.exec(line);
    if (variable) {
      const options = variablesOf(context.state.doc.toString(), variable[0]);
      return { from: context.pos - variable[0].length, options, validFor: /^[?$][\p{L}_\d]*$/u };
    }
    const word = /[\p{L}_][\p{L}\d_-]*(:[\p{L}\d_.-]*)?$/u.exec(line);
    if (!word && !context.explicit) return null;
    const from = context.pos - (word?.[0].length ?? 0);
    const found = await vocabulary(address);
    if (word?.[1] !== undefined) {
      const prefix = word[0].slice(0, word[0].indexOf(":") + 1);
      // After `a` stands a class, in other places more often a property.
      const wantsClass = /(^|[\s;.{])(a|rdf:type)\s+$/.test(line.slice(0, from - before.from));
      const options = found.terms
        .filter((term) => term.name.startsWith(prefix))
        .map((term) => completionOf(term, language, wantsClass === (term.kind === "class")));
      return { from, options, validFor: /^[\p{L}_][\p{L}\d_-]*:[\p{L}\d_.-]*$/u };
    }
    const declared = new Set([...context.state.doc.toString().matchAll(/prefix\s+([\p{L}\d_.-]*):/giu)].map((m) => m[1]!));
    const prefixes = [...new Set([...Object.keys(found.prefixes), ...declared])].map((prefix) => ({
      label: `${prefix}:`,
      type: "namespace",
      detail: found.prefixes[prefix],
    }));
    return { from, options: [...prefixes, ...WORDS], validFor: /^[\p{L}_][\p{L}\d_-]*$/u };
  };
}

function completionOf(term: Term, language: string, fitting: boolean): Completion {
  const text = (labels: Record<string, string>) => labels[language] ?? labels["en"] ?? "";
  const definition = text(term.definition);
  return {
    label: term.name,
    type: term.kind,
    detail: text(term.label),
    boost: (fitting ? 50 : 0) + Math.min(20, Math.log2(1 + term.uses)),
    ...(definition ? { info: definition } : {}),
  };
}

function variablesOf(text: string, except: string): Completion[] {
  const names = new Set([...text.matchAll(/[?$][\p{L}_\d]+/gu)].map((match) => match[0]));
  names.delete(except);
  return [...names].sort().map((label) => ({ label, type: "variable" }));
}

function inCommentOrString(line: string): boolean {
  const bare = line.replace(/"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|<[^<>\s]*>/g, "");
  return /[#"']/.test(bare);
}
