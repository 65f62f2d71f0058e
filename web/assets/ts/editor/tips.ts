// What floats beside the code: documentation, and what the function takes whose call is being written.
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { EditorView, ViewPlugin, keymap, showTooltip, type Tooltip, type ViewUpdate } from "@codemirror/view";
import type { Place } from "./assist";
import { ask, type Signature } from "./ask";
import { offsetAt } from "./places";

const WAIT_MS = 60;

/** A panel of HTML that the server has sanitised. */
export function panel(html: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-docs prose";
  box.setAttribute("role", "tooltip");
  box.tabIndex = 0;
  box.innerHTML = html;
  return box;
}

const setTip = StateEffect.define<{ tooltip: Tooltip; signature: boolean } | null>();

/** One tip that was asked for by the keyboard or by typing. */
const tip = StateField.define<{ tooltip: Tooltip; signature: boolean } | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTip)) return effect.value;
    // Documentation goes when one types on; a signature stays until the server says that the call is over.
    if (value && !value.signature && (transaction.docChanged || transaction.selection)) return null;
    return value && transaction.docChanged ? { ...value, tooltip: { ...value.tooltip, pos: transaction.changes.mapPos(value.tooltip.pos) } } : value;
  },
  provide: (field) => showTooltip.from(field, (value) => value?.tooltip ?? null),
});

function signaturePanel(signature: Signature): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-signature";
  box.setAttribute("role", "status");
  const code = document.createElement("code");
  const active = signature.active === undefined ? undefined : signature.parameters[signature.active];
  const open = signature.label.indexOf("(");
  code.append(signature.label.slice(0, open + 1));
  for (const [i, parameter] of signature.parameters.entries()) {
    if (i > 0) code.append(", ");
    code.append(parameter === active ? Object.assign(document.createElement("b"), { textContent: parameter.label }) : parameter.label);
  }
  code.append(")");
  box.append(code);
  if (active) box.append(Object.assign(document.createElement("p"), { textContent: `${active.label}: ${active.type}${active.docs ? `. ${active.docs}` : ""}` }));
  return box;
}

/** Shows what is known of the word at the caret. */
async function showDocs(blueprint: string, place: Place, view: EditorView): Promise<void> {
  const { doc, selection } = view.state;
  const found = await ask(blueprint, "hover", place(view, selection.main.head));
  if (!found || view.state.doc !== doc || !view.state.selection.eq(selection)) return;
  const tooltip = { pos: offsetAt(view.state.doc, found.range.start), above: true, create: () => ({ dom: panel(found.html) }) };
  view.dispatch({ effects: setTip.of({ tooltip, signature: false }) });
}

/** Signatures while one types in a call; the word's documentation by Shift-F1. */
export function signatures(blueprint: string, place: Place): Extension {
  const watch = ViewPlugin.fromClass(
    class {
      timer = 0;

      constructor(readonly view: EditorView) {}

      update(update: ViewUpdate): void {
        const open = update.state.field(tip)?.signature ?? false;
        const typed = update.transactions.some((t) => t.isUserEvent("input"));
        const head = update.state.selection.main.head;
        const last = update.state.sliceDoc(head - 1, head);
        const begins = typed && (last === "(" || last === ",");
        if (!begins && !(open && (update.docChanged || update.selectionSet))) return;
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(() => void this.show(), WAIT_MS);
      }

      async show(): Promise<void> {
        const { state } = this.view;
        const at = state.selection.main.head;
        const found = await ask(blueprint, "signature", place(this.view, at));
        if (this.view.state.doc !== state.doc || this.view.state.selection.main.head !== at) return;
        const tooltip = found && { pos: at, above: true, create: () => ({ dom: signaturePanel(found) }) };
        this.view.dispatch({ effects: setTip.of(tooltip && { tooltip, signature: true }) });
      }

      destroy(): void {
        window.clearTimeout(this.timer);
      }
    },
  );
  const close = (view: EditorView) => {
    if (!view.state.field(tip)) return false;
    view.dispatch({ effects: setTip.of(null) });
    return true;
  };
  return [
    tip,
    watch,
    keymap.of([
      { key: "Escape", run: close },
      { key: "Shift-F1", run: (view) => (void showDocs(blueprint, place, view), true) },
    ]),
  ];
}
