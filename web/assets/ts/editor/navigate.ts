// Going through the code: to a definition, to each use, along the outline.
import { EditorView, keymap } from "@codemirror/view";
import type { Extension } from "@codemirror/state";
import type { Host, Place } from "./assist";
import { ask, type OutlineSymbol } from "./ask";
import { choose, type Choice } from "./choose";
import type { Position } from "./places";

/** Shows a place of a file. */
export type Go = (file: string, position: Position) => void;

async function definition(host: Host, place: Place, view: EditorView, offset: number): Promise<void> {
  const { doc, selection } = view.state;
  const found = await ask(host.blueprint, "definition", place(view, offset));
  // Whoever has gone on meanwhile is left where they are.
  const stays = view.state.doc === doc && view.state.selection.eq(selection);
  if (found && stays) host.go(found.file, found.range.start);
}

async function references(host: Host, place: Place, view: EditorView): Promise<void> {
  const found = (await ask(host.blueprint, "references", place(view, view.state.selection.main.head))) ?? [];
  const choices = found.map((location) => ({
    label: location.line,
    detail: `${location.file}:${location.range.start.line + 1}`,
    depth: 0,
    pick: () => host.go(location.file, location.range.start),
  }));
  choose(view, "References", choices, "Nothing here is referred to.");
}

function lines(symbols: OutlineSymbol[], depth: number, host: Host, file: string): Choice[] {
  return symbols.flatMap((symbol) => [
    { label: symbol.name, detail: symbol.kind ?? "block", depth, pick: () => host.go(file, symbol.selection.start) },
    ...lines(symbol.children, depth + 1, host, file),
  ]);
}

async function outline(host: Host, place: Place, view: EditorView): Promise<void> {
  const file = host.file();
  const found = (await ask(host.blueprint, "outline", place(view, view.state.selection.main.head))) ?? [];
  choose(view, "Outline", lines(found, 0, host, file), "There is nothing in this file.");
}

export function navigation(host: Host, place: Place): Extension {
  const showOutline = (view: EditorView) => (void outline(host, place, view), true);
  return [
    keymap.of([
      { key: "F12", run: (view) => (void definition(host, place, view, view.state.selection.main.head), true) },
      { key: "Shift-F12", run: (view) => (void references(host, place, view), true) },
      { key: "Alt-F12", run: showOutline },
      { key: "Mod-Shift-o", run: showOutline },
    ]),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        const offset = event.ctrlKey || event.metaKey ? view.posAtCoords({ x: event.clientX, y: event.clientY }) : null;
        if (event.button !== 0 || offset === null) return false;
        event.preventDefault();
        void definition(host, place, view, offset);
        return true;
      },
    }),
  ];
}
