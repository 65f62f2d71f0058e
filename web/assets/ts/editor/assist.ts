// What the server knows of the code: completion, hover, definitions, references, outline, signatures. Loaded with the
// editor.
import { autocompletion, completionStatus, pickedCompletion, startCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { EditorView, hoverTooltip, keymap } from "@codemirror/view";
import { ask, type Item } from "./ask";
import { navigation, type Go } from "./navigate";
import { offsetAt, positionAt } from "./places";
import { panel, signatures } from "./tips";

/** Which text it is, and how to go to another place. */
export interface Host {
  blueprint: string;
  file(): string;
  go: Go;
}

/** What the server is asked about a place. */
export type Place = (view: EditorView, offset: number) => object;

/** Typed characters that something may be completed after. */
const TRIGGER = /[\w\-."[{(=]$/;

/** After these there is more to complete at once. */
const GOES_ON = /(= |\(|"|\.)$/;

export function assist(host: Host): Extension {
  const place: Place = (view, offset) => ({
    file: host.file(),
    text: view.state.doc.toString(),
    position: positionAt(view.state.doc, offset),
  });
  return [
    autocompletion({
      override: [(context) => complete(host.blueprint, place, context)],
      icons: false,
      optionClass: (completion) => (completion.type === "deprecated" ? "cm-deprecated" : ""),
      activateOnCompletion: (completion) => completion.type === "goes-on",
    }),
    hoverTooltip(async (view, offset) => {
      const found = await ask(host.blueprint, "hover", place(view, offset));
      if (!found) return null;
      const range = { pos: offsetAt(view.state.doc, found.range.start), end: offsetAt(view.state.doc, found.range.end) };
      return { ...range, above: true, create: () => ({ dom: panel(found.html) }) };
    }),
    signatures(host.blueprint, place),
    navigation(host, place),
    keymap.of([{ key: "Ctrl-Space", run: startCompletion }]),
    // A list that scrolls can be reached by the keyboard.
    EditorView.updateListener.of(({ state, view }) => {
      if (completionStatus(state) !== "active") return;
      view.requestMeasure({ read: () => view.dom.querySelector(".cm-tooltip-autocomplete > ul")?.setAttribute("tabindex", "0") });
    }),
  ];
}

async function complete(blueprint: string, place: Place, context: CompletionContext): Promise<CompletionResult | null> {
  const { state, pos, view } = context;
  const before = state.doc.lineAt(pos).text.slice(0, pos - state.doc.lineAt(pos).from);
  // An empty line is where the next argument is thought of: there only on request.
  if (!view || (!context.explicit && !TRIGGER.test(before))) return null;
  const found = await ask(blueprint, "completions", place(view, pos));
  if (!found || found.items.length === 0 || context.aborted) return null;
  const starts = found.items.map((item) => offsetAt(state.doc, item.range.start));
  const from = Math.min(pos, ...starts.filter((start) => state.doc.lineAt(start).from === state.doc.lineAt(pos).from));
  const option = (item: Item, i: number) => completion(item, starts[i]!, offsetAt(state.doc, item.range.end) - pos);
  // The server has filtered and ranked, and does so again with each character.
  return { from, filter: false, options: found.items.map(option) };
}

/** Takes the place of what the server said, and of what has been typed since. */
function completion(item: Item, start: number, behind: number): Completion {
  const type = item.deprecated ? "deprecated" : GOES_ON.test(item.insert.slice(0, item.caret)) ? "goes-on" : item.kind;
  return {
    label: item.label,
    type,
    ...(item.detail ? { detail: item.detail } : {}),
    ...(item.docs ? { info: item.docs } : {}),
    apply(view, picked, _from, to) {
      const end = Math.min(to + behind, view.state.doc.length);
      view.dispatch({
        changes: { from: start, to: end, insert: item.insert.replaceAll("\n", view.state.lineBreak) },
        selection: { anchor: start + item.caret },
        userEvent: "input.complete",
        annotations: pickedCompletion.of(picked),
        scrollIntoView: true,
      });
    },
  };
}
