// Completion under an expression, the same as in the code: what the examples refer to comes first.
import { ask as question, type Item } from "../editor/ask";
import type { Position } from "../editor/places";
import { state } from "./state";
import { submit } from "./queue";
import { fieldOf } from "./values";

/** What is a whole value by itself. */
const WHOLE = new Set(["mined", "variable", "local", "attribute", "value"]);
const WAIT_MS = 120;
let box: HTMLElement | null = null;
let input: HTMLInputElement | HTMLTextAreaElement | null = null;
let found: Item[] = [];
/** The text that `found` is for. */
let foundFor = "";
let chosen = -1;
let timer = 0;

function close(): void {
  window.clearTimeout(timer);
  box?.remove();
  box = null;
  found = [];
  chosen = -1;
  expanded(input, false);
  input?.removeAttribute("aria-activedescendant");
}

/** A text of several lines cannot be a combobox, so it has no such state. */
function expanded(control: Element | null, open: boolean): void {
  if (control instanceof HTMLTextAreaElement) {
    if (open) control.setAttribute("aria-controls", "complete");
    else control.removeAttribute("aria-controls");
  } else {
    control?.setAttribute("aria-expanded", String(open));
  }
}

function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)!.length };
}

function offsetIn(text: string, { line, character }: Position): number {
  const lines = text.split("\n").slice(0, line);
  return Math.min(lines.join("\n").length + (line > 0 ? 1 : 0) + character, text.length);
}

async function ask(control: HTMLInputElement | HTMLTextAreaElement): Promise<void> {
  const field = fieldOf(control);
  if (!field || !state.element) return;
  const text = control.value;
  const position = positionIn(text, control.selectionStart ?? text.length);
  const place = { element: state.element, path: field.dataset["path"], text, position };
  const answer = await question(state.id, "completions", place);
  if (!answer || document.activeElement !== control || control.value !== text) return;
  found = answer.items;
  foundFor = text;
  show(control);
}

function show(control: HTMLInputElement | HTMLTextAreaElement): void {
  box?.remove();
  box = null;
  chosen = -1;
  if (found.length === 0) return close();
  box = document.createElement("div");
  box.className = "complete";
  box.id = "complete";
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", "Completions");
  for (const [i, item] of found.entries()) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.id = `complete-${i}`;
    option.append(Object.assign(document.createElement("code"), { textContent: item.label }));
    option.append(Object.assign(document.createElement("i"), { textContent: item.detail ?? "" }));
    box.append(option);
  }
  control.closest(".expr")!.append(box);
  expanded(control, true);
}

function choose(index: number): void {
  const options = [...(box?.children ?? [])];
  chosen = (index + options.length) % options.length;
  for (const [i, option] of options.entries()) option.setAttribute("aria-selected", String(i === chosen));
  options[chosen]?.scrollIntoView({ block: "nearest" });
  input?.setAttribute("aria-activedescendant", `complete-${chosen}`);
}

/** A whole value is set at once; what is only a part of one waits for the rest. */
function accept(index: number): void {
  const item = found[index];
  const control = input;
  const field = control ? fieldOf(control) : null;
  if (!item || !control || !field) return;
  if (control.value !== foundFor) return void ask(control);
  const start = offsetIn(control.value, item.range.start);
  control.setRangeText(item.insert, start, offsetIn(control.value, item.range.end), "end");
  control.setSelectionRange(start + item.caret, start + item.caret);
  close();
  if (!WHOLE.has(item.kind)) return void ask(control);
  void submit({ op: "set", element: state.element!, path: field.dataset["path"]!, value: { expression: control.value } });
}

export function startComplete(form: HTMLElement): void {
  form.addEventListener("focusin", (event) => {
    const at = event.target as HTMLElement;
    if (!at.matches("[data-expression]")) return;
    input = at as HTMLInputElement;
    // What is filled in already needs no list over its neighbours; the arrow key asks for one.
    if (input.value === "") timer = window.setTimeout(() => void ask(input!), WAIT_MS);
  });
  form.addEventListener("focusout", () => close());
  form.addEventListener("input", (event) => {
    const at = event.target as HTMLElement;
    if (!at.matches("[data-expression]")) return;
    input = at as HTMLInputElement;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(input!), WAIT_MS);
  });
  form.addEventListener(
    "keydown",
    (event) => {
      const at = event.target as Element;
      if (!at.matches("[data-expression]")) return;
      if (!box) {
        if (event.key === "ArrowDown" && at instanceof HTMLInputElement) void ask(at);
        return;
      }
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen - 1);
      else if (event.key === "Escape") close();
      else if ((event.key === "Enter" || event.key === "Tab") && chosen >= 0) accept(chosen);
      else return;
      if (event.key !== "Tab") event.preventDefault();
    },
    true,
  );
  // Before the input loses the focus, which would close the list.
  form.addEventListener("mousedown", (event) => {
    const option = (event.target as Element).closest("#complete > [role=option]");
    if (!option || !box) return;
    event.preventDefault();
    accept([...box.children].indexOf(option));
  });
}
