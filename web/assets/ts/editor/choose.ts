// A list over the editor: type to narrow it, arrows and Enter to choose, Escape to leave.
import type { EditorView } from "@codemirror/view";
import { toast } from "../ui/toast";

export interface Choice {
  label: string;
  detail: string;
  depth: number;
  pick(): void;
}

const MOST = 300;

/** Asks which; says `nothing` where there is no choice. */
export function choose(view: EditorView, title: string, choices: Choice[], nothing: string): void {
  if (choices.length === 0) return toast(nothing);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog palette";
  dialog.setAttribute("aria-label", title);
  const ask = Object.assign(document.createElement("div"), { className: "ask" });
  const input = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", spellcheck: false, placeholder: title });
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "true", "aria-controls": "choices", "aria-autocomplete": "list", "aria-label": title })) input.setAttribute(name, value);
  const list = Object.assign(document.createElement("div"), { className: "results choices", id: "choices" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", title);
  ask.append(input);
  dialog.append(ask, list);
  let shown: Choice[] = [];
  let at = 0;
  const mark = () => {
    for (const [i, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(i === at));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (shown[at]) input.setAttribute("aria-activedescendant", `choice-${at}`);
    else input.removeAttribute("aria-activedescendant");
  };
  const draw = () => {
    const typed = input.value.trim().toLowerCase();
    shown = choices.filter((choice) => choice.label.toLowerCase().includes(typed)).slice(0, MOST);
    at = 0;
    list.replaceChildren(...shown.map(option));
    mark();
  };
  const take = (index: number) => {
    dialog.close();
    shown[index]?.pick();
  };
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && shown.length > 0) at = (at + step + shown.length) % shown.length;
    else if (event.key === "Enter") take(at);
    else return;
    event.preventDefault();
    mark();
  });
  list.addEventListener("click", (event) => {
    const chosen = (event.target as Element).closest("[role=option]");
    if (chosen) take([...list.children].indexOf(chosen));
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    view.focus();
  });
  document.body.append(dialog);
  draw();
  dialog.showModal();
  input.focus();
}

function option(choice: Choice, index: number): HTMLElement {
  const row = Object.assign(document.createElement("div"), { className: "choice", id: `choice-${index}` });
  row.setAttribute("role", "option");
  row.dataset["depth"] = String(Math.min(choice.depth, 4));
  row.append(Object.assign(document.createElement("code"), { textContent: choice.label }));
  row.append(Object.assign(document.createElement("span"), { className: "muted", textContent: choice.detail }));
  return row;
}
