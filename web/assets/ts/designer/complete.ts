// Completion under an expression: what the examples refer to comes first.
import { get } from "../ui/http";
import { state, url } from "./state";
import { submit } from "./queue";
import { fieldOf } from "./values";

interface Suggestion {
  kind: string;
  label: string;
  value: { expression?: string; literal?: unknown };
  detail: string;
}

const WAIT_MS = 120;
let box: HTMLElement | null = null;
let input: HTMLInputElement | HTMLTextAreaElement | null = null;
let found: Suggestion[] = [];
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

/** The reference that is being typed: what stands before the caret. */
function prefix(control: HTMLInputElement | HTMLTextAreaElement): string {
  return /[\w.\-[\]"]*$/.exec(control.value.slice(0, control.selectionStart ?? 0))?.[0] ?? "";
}

async function ask(control: HTMLInputElement | HTMLTextAreaElement): Promise<void> {
  const field = fieldOf(control);
  if (!field || !state.element) return;
  const query = { element: state.element, path: field.dataset["path"], prefix: prefix(control) };
  const response = await get(url("suggest", query), "application/json").catch(() => null);
  if (!response?.ok || document.activeElement !== control) return;
  found = (await response.json()) as Suggestion[];
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
  for (const [i, suggestion] of found.entries()) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.id = `complete-${i}`;
    option.append(Object.assign(document.createElement("code"), { textContent: suggestion.label }));
    option.append(Object.assign(document.createElement("i"), { textContent: suggestion.detail }));
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

/** A whole argument that is one reference is set at once; inside a longer expression only the reference is replaced. */
function accept(index: number): void {
  const suggestion = found[index];
  const control = input;
  const field = control ? fieldOf(control) : null;
  if (!suggestion || !control || !field) return;
  const typed = prefix(control);
  const code = suggestion.value.expression ?? JSON.stringify(suggestion.value.literal);
  const end = control.selectionStart ?? control.value.length;
  const start = end - typed.length;
  const whole = control.value.slice(0, start).trim() === "" && control.value.slice(end).trim() === "";
  control.setRangeText(code, start, end, "end");
  close();
  const value = whole && suggestion.value.literal !== undefined ? { literal: JSON.stringify(suggestion.value.literal) } : { expression: control.value };
  void submit({ op: "set", element: state.element!, path: field.dataset["path"]!, value });
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
