/**
 * The code editor in place of the form's text area. It lives in a shadow root: there CodeMirror brings its styles as
 * constructed style sheets, which a strict Content-Security-Policy allows; in the document it would insert <style>.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { colours, sparql } from "./sparql.ts";
import { completions } from "./vocabulary.ts";

export interface Options {
  text: string;
  label: string;
  vocabulary: string;
  language: string;
  onRun: () => void;
  onChange: (text: string) => void;
}

export class CodeEditor {
  readonly element = document.createElement("div");
  private readonly view: EditorView;

  constructor(options: Options) {
    this.element.className = "code";
    const root = this.element.attachShadow({ mode: "open" });
    this.view = new EditorView({
      root,
      parent: root,
      state: EditorState.create({
        doc: options.text,
        extensions: [
          lineNumbers(),
          highlightActiveLineGutter(),
          highlightSpecialChars(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          EditorView.lineWrapping,
          sparql,
          colours,
          autocompletion({ override: [completions(options.vocabulary, options.language)], icons: false }),
          // Tab leaves the editor, as it leaves every field: nobody is caught in it.
          keymap.of([
            { key: "Mod-Enter", run: () => (options.onRun(), true) },
            ...closeBracketsKeymap,
            ...defaultKeymap,
            ...historyKeymap,
            ...completionKeymap,
          ]),
          EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false", autocapitalize: "off" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged) return;
            options.onChange(update.state.doc.toString());
            queueMicrotask(() => this.mark());
          }),
          EditorView.domEventHandlers({ beforeinput: replaceSelection }),
          theme,
        ],
      }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(text: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  focus(): void {
    this.view.focus();
  }

  /** Mark what is wrong at a place (both counted from 1) and go there; without a place, take the mark away. */
  mark(line = 0, column = 0, message = ""): void {
    const { doc } = this.view.state;
    if (line < 1 || line > doc.lines) {
      this.view.dispatch(setDiagnostics(this.view.state, []));
      return;
    }
    const found = doc.line(line);
    const [from, to] = wordAt(found.text, Math.min(Math.max(0, column - 1), found.length)).map((at) => found.from + at) as [
      number,
      number,
    ];
    this.view.dispatch(setDiagnostics(this.view.state, [{ from, to: Math.min(to, doc.length), severity: "error", message }]));
    this.view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  }
}

/** The word at a place of a line; the one before it where none begins there, which a parser finds out at its end. */
function wordAt(text: string, at: number): [number, number] {
  const begun = /[^\s{}()[\].;,]*$/.exec(text.slice(0, at))![0].length;
  const rest = /^[^\s{}()[\].;,]*/.exec(text.slice(at))![0].length;
  return begun || rest ? [at - begun, at + rest] : [Math.max(0, at - 1), Math.max(1, at + 1)];
}

/**
 * Type over a selection without the browser's help: Chromium keeps the style of what it deletes in a style attribute,
 * which the Content-Security-Policy blocks and reports.
 */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  const { main } = view.state.selection;
  const text = event.data;
  if (event.inputType !== "insertText" || !text || main.empty || view.composing) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const handled = view.state.facet(EditorView.inputHandler).some((handler) => handler(view, main.from, main.to, text, insert));
  if (!handled) view.dispatch(insert());
  return true;
}

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: "var(--code-size)", borderRadius: "6px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", minHeight: "14rem", maxHeight: "32rem" },
  ".cm-content": { caretColor: "var(--ink)", padding: "0.5rem 0" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--raised)", border: "0", borderRadius: "6px 0 0 6px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--accent) 25%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "color-mix(in srgb, var(--alert) 30%, transparent)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--alert)", textUnderlineOffset: "3px" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--raised)", border: "1px solid var(--line)", borderRadius: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { color: "var(--on-accent)", backgroundColor: "var(--accent)" },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--quiet)", fontFamily: "system-ui, sans-serif" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionInfo": { maxWidth: "22rem", padding: "0.5rem 0.7rem", fontFamily: "system-ui, sans-serif" },
  ".cm-diagnostic": { borderLeftColor: "var(--alert)", fontFamily: "system-ui, sans-serif" },
});
