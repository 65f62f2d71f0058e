// The code panel: a tab per file, an editor that loads when it is first shown, and saving of what was typed.
import type { Editor, Mark } from "../editor";
import { onScreen } from "./apply";
import { submit } from "./queue";
import { byId, fileNames, state } from "./state";

let editor: Editor | null = null;
let loading: Promise<Editor> | null = null;
let shown = "main.tf";
/** Files that were edited here and are not saved: what was typed. */
const drafts = new Map<string, string>();
/** Why the last save of a file was refused. */
const refusals = new Map<string, { message: string; line: number; column: number }>();
let line = 0;

function load(): Promise<Editor> {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
  loading ??= import("../editor").then(({ createEditor }) => {
    editor = createEditor({ parent: byId("editor"), nonce, label: "Terraform code", changed, save: () => void saveCode() });
    return editor;
  });
  return loading;
}

function tabs(): void {
  const names = fileNames();
  for (const name of drafts.keys()) if (!names.includes(name)) names.push(name);
  byId("file-tabs").replaceChildren(
    ...names.map((name) => {
      const tab = document.createElement("button");
      tab.id = `tab:${name}`;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(name === shown));
      tab.setAttribute("aria-controls", "editor");
      tab.tabIndex = name === shown ? 0 : -1;
      tab.dataset["file"] = name;
      tab.append(Object.assign(document.createElement("code"), { textContent: name }));
      if (drafts.has(name)) {
        const dot = Object.assign(document.createElement("span"), { className: "dot unsaved-dot" });
        dot.setAttribute("role", "img");
        dot.setAttribute("aria-label", "not saved");
        tab.append(dot);
      }
      return tab;
    }),
  );
}

function marks(): Mark[] {
  const refusal = refusals.get(shown);
  const found: Mark[] = drafts.has(shown) ? [] : state.findings.filter((f) => f.file === shown && f.severity !== "info");
  return refusal ? [{ ...refusal, severity: "error" }, ...found] : found;
}

function bar(): void {
  const box = byId("editor-bar");
  const refusal = refusals.get(shown);
  box.hidden = drafts.size === 0;
  box.classList.toggle("bad", refusal !== undefined);
  const draft = drafts.has(shown) ? shown : [...drafts.keys()][0];
  byId("editor-say").textContent = refusal
    ? `Not saved. ${refusal.line ? `Line ${refusal.line}, column ${refusal.column}: ` : ""}${refusal.message}`
    : draft
      ? `${draft} is not saved.`
      : "";
}

function changed(text: string): void {
  if (text === (state.files.get(shown) ?? "")) drafts.delete(shown);
  else drafts.set(shown, text);
  refusals.delete(shown);
  tabs();
  bar();
  byId("saved").dispatchEvent(new CustomEvent("drafts"));
}

export function hasDrafts(): boolean {
  return drafts.size > 0;
}

export function draftTexts(): ReadonlyMap<string, string> {
  return drafts;
}

/** Shows a file, with what was typed in it. */
export function showFile(name: string, focus = false): void {
  shown = name;
  tabs();
  bar();
  void load().then((e) => {
    e.show(name, drafts.get(name) ?? state.files.get(name) ?? "");
    e.mark(marks());
    if (focus) e.focus();
  });
}

/** Marks a line and brings it into view. */
export function markLine(file: string, number: number): void {
  line = number;
  if (file !== shown) showFile(file);
  void load().then((e) => e.here(number));
}

/** Saves every file that was typed in. What the server refuses stays as it is, marked. */
export async function saveCode(): Promise<boolean> {
  let all = true;
  for (const [file, text] of [...drafts]) {
    const known = state.files.has(file);
    if (!known && !(await submit({ op: "add_file", file }))) return false;
    const saved = await submit({ op: "set_file", file, text });
    if (saved && drafts.get(file) === text) drafts.delete(file);
    all &&= saved !== null;
  }
  refresh();
  return all;
}

/** The server's reason, `main.tf:3:14: …`, at its place. */
export function refuseFile(file: string, message: string): void {
  const place = /^(?:[^\s:]+:)?(\d+):(\d+): (.*)$/s.exec(message);
  const refusal = place
    ? { line: Number(place[1]), column: Number(place[2]), message: place[3]! }
    : { line: 0, column: 0, message };
  refusals.set(file, refusal);
  showFile(file);
  if (refusal.line) void load().then((e) => e.go(refusal.line, refusal.column));
}

export function dropDrafts(): void {
  drafts.clear();
  refusals.clear();
  refresh();
}

function refresh(): void {
  tabs();
  bar();
  if (editor) {
    editor.show(shown, drafts.get(shown) ?? state.files.get(shown) ?? "");
    editor.mark(marks());
    if (line) editor.here(line);
  }
  byId("saved").dispatchEvent(new CustomEvent("drafts"));
}

export function startCode(): void {
  const tablist = byId("file-tabs");
  tablist.addEventListener("click", (event) => {
    const tab = (event.target as Element).closest<HTMLElement>("[data-file]");
    if (tab) showFile(tab.dataset["file"]!);
  });
  tablist.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    const all = [...tablist.querySelectorAll<HTMLElement>("[data-file]")];
    const next = all[(all.findIndex((t) => t.dataset["file"] === shown) + step + all.length) % all.length];
    showFile(next?.dataset["file"] ?? shown);
    document.getElementById(`tab:${shown}`)?.focus();
  });
  byId("editor-save").addEventListener("click", () => void saveCode());
  byId("editor-discard").addEventListener("click", dropDrafts);
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    void saveCode();
  });
  onScreen((screen) => {
    if (screen.element_file && screen.element_file !== shown && !drafts.has(shown)) shown = screen.element_file;
    if (!state.files.has(shown) && !drafts.has(shown)) shown = fileNames()[0] ?? "main.tf";
    refresh();
  });
  window.addEventListener("beforeunload", (event) => {
    if (drafts.size > 0) event.preventDefault();
  });
  shown = state.elementFile ?? fileNames()[0] ?? "main.tf";
  showFile(shown);
}
