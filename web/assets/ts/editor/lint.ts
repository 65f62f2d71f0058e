// What is wrong, in the editor: underlined, in the gutter, with buttons that mend it.
// F8 goes to the next one, Ctrl+Shift+M lists them, Ctrl+. makes the first fix of the one at the caret.
import { forEachDiagnostic, lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import type { EditorState, Extension } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";
import { bytesOn, offsetAt, type LineColumn } from "./places";

/** Something wrong at a place. */
export interface Mark extends LineColumn {
  /** Bytes of the file; what is refused when it is saved has a place only. */
  span?: { start: number; end: number };
  severity: "error" | "warning" | "info";
  message: string;
  actions?: { title: string; run: () => void }[];
}

/** Where a mark is in the text, as long as the text has such a place. */
function diagnostic(state: EditorState, mark: Mark): Diagnostic | null {
  if (mark.line < 1 || mark.line > state.doc.lines) return null;
  const line = state.doc.line(mark.line);
  const at = offsetAt(state.doc, mark);
  const bytes = mark.span ? mark.span.end - mark.span.start : 0;
  // A single byte stands for what begins there.
  const to = bytes > 1 ? bytesOn(state, at, bytes) : (state.wordAt(at)?.to ?? Math.min(at + 1, line.to));
  const actions = (mark.actions ?? []).map(({ title, run }) => ({ name: title, apply: run }));
  // At the end of a line there is nothing to underline: the last character stands in.
  return { from: at < to ? at : Math.max(line.from, to - 1), to, severity: mark.severity, message: mark.message, actions };
}

export function setMarks(view: EditorView, marks: Mark[]): void {
  const found = marks.map((mark) => diagnostic(view.state, mark)).filter((d) => d !== null);
  view.dispatch(setDiagnostics(view.state, found));
}

/** Makes the first fix of what is wrong in the line of the caret, the nearest first. */
function mendHere(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  let best: { distance: number; run: () => void } | null = null;
  forEachDiagnostic(view.state, (found, from, to) => {
    const action = found.actions?.[0];
    if (!action || from > line.to || to < line.from) return;
    const distance = head < from ? from - head : Math.max(0, head - to);
    if (!best || distance < best.distance) best = { distance, run: () => action.apply(view, from, to) };
  });
  (best as { run: () => void } | null)?.run();
  return best !== null;
}

export function lint(): Extension[] {
  return [lintGutter(), keymap.of([{ key: "Mod-.", run: mendHere }, ...lintKeymap])];
}
