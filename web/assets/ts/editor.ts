// CodeMirror for Terraform code. A chunk of its own: pages that show no code never load it.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { MergeView } from "@codemirror/merge";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, type DecorationSet } from "@codemirror/view";
import { tags as t } from "@lezer/highlight";
import { json } from "@codemirror/lang-json";
import { hcl } from "codemirror-lang-hcl";
import { isReadOnly } from "./editor/files";
import { lint, setMarks, type Mark } from "./editor/lint";
import { offsetAt, type LineColumn, type Position } from "./editor/places";

export type { Mark };

export interface Editor {
  show(file: string, text: string): void;
  mark(marks: Mark[]): void;
  /** Changes the text as if it were typed. */
  edit(text: string): void;
  here(line: number): void;
  go(place: Position | LineColumn): void;
  focus(): void;
}

interface Options {
  parent: HTMLElement;
  nonce: string;
  label: string;
  changed(text: string): void;
  save(): void;
  /** What else the editor can do. */
  extend: Extension;
}

const colours = HighlightStyle.define([
  { tag: [t.typeName, t.controlKeyword, t.special(t.controlKeyword)], class: "h-kw" },
  { tag: [t.labelName, t.namespace], class: "h-type" },
  { tag: [t.variableName, t.propertyName], class: "h-ref" },
  { tag: [t.definition(t.propertyName), t.definition(t.variableName), t.function(t.variableName)], class: "h-plain" },
  { tag: t.string, class: "h-str" },
  { tag: [t.number, t.bool, t.null, t.atom], class: "h-num" },
  { tag: [t.comment, t.lineComment, t.blockComment], class: "h-com" },
]);

const setHere = StateEffect.define<number>();
const hereLine = Decoration.line({ class: "cm-here" });

/** The line of the argument that has the focus in the form. */
const here = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setHere)) continue;
      const { doc } = transaction.state;
      if (effect.value < 1 || effect.value > doc.lines) return Decoration.none;
      return Decoration.set([hereLine.range(doc.line(effect.value).from)]);
    }
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function base(nonce: string, label: string): Extension[] {
  return [
    EditorView.cspNonce.of(nonce),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    indentUnit.of("  "),
    syntaxHighlighting(colours),
  ];
}

/** How the lines of a text end. Where the two are mixed it is the short one, and the rest of the longer stays in its line. */
function breaks(text: string): string {
  return /\r\n/.test(text) && !/(^|[^\r])\n/.test(text) ? "\r\n" : "\n";
}

export function createEditor(options: Options): Editor {
  let file = "";
  let quiet = false;
  const states = new Map<string, EditorState>();
  const extensions = [
    ...base(options.nonce, options.label),
    here,
    ...lint(),
    EditorView.clipboardInputFilter.of((text, state) => text.replace(/\r\n?|\n/g, state.lineBreak)),
    keymap.of([{ key: "Mod-s", run: () => (options.save(), true) }, ...defaultKeymap, ...historyKeymap, ...searchKeymap, indentWithTab]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !quiet) options.changed(update.state.sliceDoc());
    }),
  ];
  const fresh = (name: string, text: string): EditorState => {
    const language = isReadOnly(name) ? [json(), EditorState.readOnly.of(true)] : [hcl(), options.extend];
    return EditorState.create({ doc: text, extensions: [...extensions, language, EditorState.lineSeparator.of(breaks(text))] });
  };
  const view = new EditorView({ parent: options.parent, state: fresh("", "") });
  // Tab indents here; Escape and then Tab leaves the editor, as CodeMirror does by itself.

  /** Replaces only what differs, so that the caret and the scroll position stay. */
  function replace(text: string, typed = false): void {
    if (view.state.sliceDoc() === text) return;
    const doc = view.state.toText(text);
    const [old, now] = [view.state.doc.toString(), doc.toString()];
    let start = 0;
    while (start < old.length && start < now.length && old[start] === now[start]) start++;
    let end = 0;
    while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
    quiet = !typed;
    view.dispatch({ changes: { from: start, to: old.length - end, insert: doc.slice(start, now.length - end) } });
    quiet = false;
  }

  return {
    show(name, text) {
      if (name !== file) {
        if (file) states.set(file, view.state);
        file = name;
        quiet = true;
        view.setState(states.get(name) ?? fresh(name, text));
        quiet = false;
      }
      // Other line breaks are another state: the history over the old ones does not fit it.
      if (view.state.lineBreak !== breaks(text)) view.setState(fresh(name, text));
      replace(text);
    },
    mark: (marks) => setMarks(view, marks),
    edit: (text) => replace(text, true),
    here(line) {
      const inside = line >= 1 && line <= view.state.doc.lines;
      const scroll = inside ? [EditorView.scrollIntoView(view.state.doc.line(line).from, { y: "nearest", yMargin: 60 })] : [];
      view.dispatch({ effects: [setHere.of(line), ...scroll] });
    },
    go(place) {
      const anchor = offsetAt(view.state.doc, place);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
  };
}

/** Two versions side by side; the right one can be edited. Gives back a way to read it. */
export function compare(parent: HTMLElement, nonce: string, theirs: string, yours: string): { text(): string; close(): void } {
  const merge = new MergeView({
    parent,
    a: { doc: theirs, extensions: [...base(nonce, "Their version"), hcl(), EditorState.readOnly.of(true)] },
    b: { doc: yours, extensions: [...base(nonce, "Your version"), hcl(), keymap.of([...defaultKeymap, ...historyKeymap])] },
    collapseUnchanged: { margin: 3, minSize: 6 },
    revertControls: "a-to-b",
  });
  return { text: () => merge.b.state.doc.toString(), close: () => merge.destroy() };
}
