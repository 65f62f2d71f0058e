// From what stands in a control to the edit that it means.
import { submit, type Edit } from "./queue";
import { state } from "./state";

/** A JSON number, as typed. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const TYPING_MS = 500;

const timers = new Map<string, number>();

export function fieldOf(at: Element): HTMLElement | null {
  return at.closest<HTMLElement>(".f[data-path]");
}

function pathOf(field: HTMLElement): string {
  return field.dataset["path"] ?? "";
}

/** JSON text of one plain value; null when the text is not of that kind. */
export function literal(kind: string, text: string): string | null {
  if (kind === "number") return NUMBER.test(text.trim()) ? text.trim() : null;
  if (kind === "bool") return text.trim() === "true" || text.trim() === "false" ? text.trim() : null;
  return JSON.stringify(text);
}

function setProblem(field: HTMLElement, message: string): void {
  let note = field.querySelector<HTMLElement>(":scope > .problem.typed");
  if (!message) {
    note?.remove();
    field.classList.toggle("bad", field.querySelector(".problem.error") !== null);
    return;
  }
  if (!note) {
    note = document.createElement("p");
    note.className = "problem error typed";
    field.append(note);
  }
  note.textContent = message;
  field.classList.add("bad");
}

/** Shows why the server refused what stands in the field. What was typed stays. */
export function refuse(path: string, message: string): boolean {
  const field = document.getElementById(`f:${path}`) ?? document.getElementById(`f:${path.replace(/(\[[^\]]*\])+$/, "")}`);
  if (!field) return false;
  setProblem(field, message);
  return true;
}

function send(field: HTMLElement, edit: Edit): void {
  setProblem(field, "");
  field.dataset["waiting"] = "true";
  void submit(edit);
}

function set(field: HTMLElement, path: string, json: string): void {
  send(field, { op: "set", element: state.element!, path, value: { literal: json } });
}

function unset(field: HTMLElement, path: string): void {
  send(field, { op: "unset", element: state.element!, path });
}

/** An argument's own control. */
function sendLiteral(field: HTMLElement, control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): void {
  const path = pathOf(field);
  const kind = field.dataset["kind"] ?? "text";
  const isSet = field.dataset["set"] === "true";
  if (control instanceof HTMLInputElement && control.type === "checkbox") {
    return set(field, path, String(control.checked));
  }
  if (control.value === "" && (kind !== "text" || !isSet || control instanceof HTMLSelectElement)) {
    return isSet ? unset(field, path) : setProblem(field, "");
  }
  const json = literal(kind, control.value);
  if (json === null) return setProblem(field, `${control.value} is not a number.`);
  set(field, path, json);
}

function sendExpression(field: HTMLElement, control: HTMLInputElement | HTMLTextAreaElement): void {
  const text = control.value.trim();
  if (text === "") return field.dataset["set"] === "true" ? unset(field, pathOf(field)) : setProblem(field, "");
  send(field, { op: "set", element: state.element!, path: pathOf(field), value: { expression: control.value } });
}

/** One item of a list, map or object. */
function sendItem(field: HTMLElement, item: HTMLElement): void {
  const path = pathOf(field);
  const value = item.querySelector<HTMLInputElement>("[data-item-input]")!;
  const kind = value.dataset["kind"] ?? field.dataset["item"] ?? "text";
  const key = value.dataset["key"] ?? item.querySelector<HTMLInputElement>("[data-item-key]")?.value;
  if (value.dataset["key"] !== undefined && value.value === "") return unset(field, `${path}.${key}`);
  const json = literal(kind, value.value);
  if (json === null) return value.value === "" ? undefined : setProblem(field, `${value.value} is not a ${kind}.`);
  if (value.dataset["key"] !== undefined) return set(field, `${path}.${key}`, json);
  if (key === undefined) {
    const index = [...field.querySelectorAll(".item")].indexOf(item);
    return set(field, `${path}[${index}]`, json);
  }
  if (key !== "") sendEntries(field);
}

/** A map whole: a renamed key is an entry gone and another one come. */
function sendEntries(field: HTMLElement): void {
  const kind = field.dataset["item"] ?? "text";
  const pairs: string[] = [];
  for (const item of field.querySelectorAll(".item")) {
    const key = item.querySelector<HTMLInputElement>("[data-item-key]")!.value;
    const json = literal(kind, item.querySelector<HTMLInputElement>("[data-item-input]")!.value);
    if (key !== "" && json !== null) pairs.push(`${JSON.stringify(key)}:${json}`);
  }
  set(field, pathOf(field), `{${pairs.join(",")}}`);
}

function dropItem(field: HTMLElement, item: HTMLElement): void {
  const path = pathOf(field);
  const key = item.querySelector<HTMLInputElement>("[data-item-key]")?.value;
  const fresh = item.dataset["fresh"] !== undefined;
  const index = [...field.querySelectorAll(".item")].indexOf(item);
  const next = (item.nextElementSibling ?? item.previousElementSibling) as HTMLElement | null;
  item.remove();
  (next?.matches("button") ? next : next?.querySelector<HTMLElement>("input"))?.focus();
  if (fresh) return;
  unset(field, key === undefined ? `${path}[${index}]` : `${path}[${JSON.stringify(key)}]`);
}

function addItem(field: HTMLElement, button: HTMLElement): void {
  const isMap = field.dataset["kind"] === "map";
  const item = document.createElement("div");
  item.className = isMap ? "item pair" : "item";
  item.dataset["fresh"] = "";
  const input = (attribute: string, label: string) => {
    const element = document.createElement("input");
    element.className = attribute === "itemKey" ? "in code" : "in";
    element.dataset[attribute] = "";
    element.setAttribute("aria-label", `${field.dataset["name"]}, ${label}`);
    return element;
  };
  if (isMap) item.append(input("itemKey", "new key"));
  item.append(input("itemInput", isMap ? "new value" : "new item"));
  const drop = document.createElement("button");
  drop.className = "drop";
  drop.dataset["dropItem"] = "";
  drop.setAttribute("aria-label", "Remove new item");
  drop.textContent = "×";
  item.append(drop);
  button.before(item);
  item.querySelector("input")?.focus();
}

/** Sends what stands in the control now. */
function flush(control: HTMLElement): void {
  const field = fieldOf(control);
  if (!field || !state.element) return;
  window.clearTimeout(timers.get(field.id));
  timers.delete(field.id);
  const item = control.closest<HTMLElement>(".item");
  if (item) sendItem(field, item);
  else if (control.hasAttribute("data-expression")) sendExpression(field, control as HTMLInputElement);
  else if (control.hasAttribute("data-input")) sendLiteral(field, control as HTMLInputElement);
}

/** Edits that wait for a pause in typing: sent now. */
export function flushTyping(): void {
  const active = document.activeElement;
  if (active instanceof HTMLElement && fieldOf(active) && timers.has(fieldOf(active)!.id)) flush(active);
}

/** Other value: an expression that starts as an empty string. */
function otherValue(select: HTMLSelectElement): boolean {
  if (!select.selectedOptions[0]?.hasAttribute("data-other")) return false;
  const field = fieldOf(select)!;
  toggleExpression(field, true);
  const input = field.querySelector<HTMLInputElement>("[data-expression]")!;
  if (input.value === "") input.value = '""';
  input.focus();
  input.setSelectionRange(1, input.value.length - 1);
  return true;
}

/** Shows the expression, or the plain control. Nothing is sent until something is typed. */
export function toggleExpression(field: HTMLElement, on: boolean): void {
  field.dataset["mode"] = on ? "expression" : "literal";
  const plain = field.querySelector<HTMLElement>(".lit");
  if (plain) plain.hidden = on;
  field.querySelector<HTMLElement>(".expr")!.hidden = !on;
  field.querySelector("[data-fx]")?.setAttribute("aria-pressed", String(on));
}

export function startValues(form: HTMLElement): void {
  form.addEventListener("change", (event) => {
    const control = event.target as HTMLElement;
    if (control instanceof HTMLSelectElement && otherValue(control)) return;
    if (control.matches("[data-input], [data-expression], [data-item-input], [data-item-key]")) {
      const field = fieldOf(control);
      const typing = field && timers.has(field.id);
      const chosen = control instanceof HTMLSelectElement || (control as HTMLInputElement).type === "checkbox";
      if (typing || chosen || control.hasAttribute("data-item-key")) flush(control);
    }
  });
  form.addEventListener("input", (event) => {
    const control = event.target as HTMLElement;
    const field = fieldOf(control);
    if (!field || control instanceof HTMLSelectElement || (control as HTMLInputElement).type === "checkbox") return;
    if (!control.matches("[data-input], [data-expression], [data-item-input], [data-item-key]")) return;
    window.clearTimeout(timers.get(field.id));
    // An expression is not valid before it is finished: it goes when the person leaves it or presses Enter.
    const pause = control.hasAttribute("data-expression") ? 1_000_000 : TYPING_MS;
    timers.set(field.id, window.setTimeout(() => flush(control), pause));
  });
  form.addEventListener("keydown", (event) => {
    const control = event.target as HTMLElement;
    if (event.key !== "Enter" || event.shiftKey || event.defaultPrevented || !(control instanceof HTMLInputElement)) return;
    if (fieldOf(control)) flush(control);
  });
  form.addEventListener("click", (event) => {
    const at = event.target as Element;
    const field = fieldOf(at);
    if (!field) return;
    const fx = at.closest("[data-fx]");
    if (fx) {
      const on = fx.getAttribute("aria-pressed") !== "true";
      toggleExpression(field, on);
      field.querySelector<HTMLElement>(on ? "[data-expression]" : ".lit input, .lit select, .lit textarea, .lit button")?.focus();
    }
    const add = at.closest<HTMLElement>("[data-add-item]");
    if (add) addItem(field, add);
    const item = at.closest<HTMLElement>(".item");
    if (item && at.closest("[data-drop-item]")) dropItem(field, item);
  });
}
