// The code panel: a tab per file, an editor that loads when it is first shown, and saving of what was typed.
import type { Editor, Mark } from "../editor";
import { isReadOnly } from "../editor/files";
import type { Position } from "../editor/places";
import { toast } from "../ui/toast";
import { onScreen } from "./apply";
import { check, findings, replaced, type Fix, type Mendable } from "./findings";
import { showPane } from "./panes";
import { submit } from "./queue";
import { byId, fileNames, state, type Finding } from "./state";

/** After so long a pause what was typed is checked. */
const PAUSE_MS = 500;

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
  loading ??= Promise.all([import("../editor"), import("../editor/assist")]).then(([{ createEditor }, { assist }]) => {
    const extend = assist({ blueprint: state.id, file: () => shown, go: goTo });
    editor = createEditor({ parent: byId("editor"), nonce, label: "Terraform code", changed, save: () => void saveCode(), extend });
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

function here(finding: Finding): boolean {
  return finding.file === shown && finding.severity !== "info";
}

function mendable(finding: Mendable): Mark {
  return { ...finding, actions: finding.fixes.map((fix) => ({ title: fix.title, run: () => mend(fix) })) };
}

/** Makes a fix: an edit of what is saved, or of what was typed. */
function mend(fix: Fix): void {
  if (drafts.size === 0) return void submit(fix.edit);
  const files = new Map<string, string>();
  for (const { file } of fix.edit.changes) {
    const changes = fix.edit.changes.filter((change) => change.file === file);
    const text = replaced(textOf(file), changes);
    if (text === null) return toast("The text has changed meanwhile.", "bad");
    files.set(file, text);
  }
  for (const [file, text] of files) {
    if (file === shown) editor?.edit(text);
    else drafts.set(file, text);
  }
  // The fixes of the text before this one may not fit any more.
  typed = [];
  if (editor) mark(editor);
  tabs();
  bar();
  checkDrafts();
}

function textOf(file: string): string {
  return drafts.get(file) ?? state.files.get(file) ?? "";
}

/** What is wrong with what was typed. */
let typed: Mendable[] = [];
let timer = 0;

/** Has what was typed checked when there is a pause. */
function checkDrafts(): void {
  window.clearTimeout(timer);
  if (drafts.size === 0) {
    if (typed.length > 0 && editor) mark(editor);
    typed = [];
  } else timer = window.setTimeout(() => void checkNow(new Map(drafts)), PAUSE_MS);
}

async function checkNow(sent: Map<string, string>): Promise<void> {
  const found = await check(sent);
  const same = sent.size === drafts.size && [...sent].every(([file, text]) => drafts.get(file) === text);
  if (!found || !same) return;
  typed = found;
  if (editor) mark(editor);
}

/** Marks what is wrong at once, and with the fixes when they are there. */
function mark(e: Editor): void {
  const refusal = refusals.get(shown);
  if (drafts.size > 0) {
    const found = typed.filter(here).map(mendable);
    const told = !refusal || found.some((f) => f.line === refusal.line);
    return e.mark(told ? found : [{ ...refusal, severity: "error" }, ...found]);
  }
  const found = state.findings.filter(here);
  e.mark(found);
  if (found.length === 0) return;
  const [file, revision] = [shown, state.revision];
  void findings().then((answer) => {
    const current = file === shown && revision === state.revision && drafts.size === 0;
    if (answer && current && answer.revision === revision) e.mark(answer.findings.filter(here).map(mendable));
  });
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
  checkDrafts();
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
  note();
  tabs();
  bar();
  void load().then((e) => {
    e.show(name, textOf(name));
    mark(e);
    if (focus) e.focus();
  });
}

/** Shows a line of a file, with the caret in it. */
export function goToLine(file: string, number: number): void {
  showFile(file);
  void load().then((e) => e.go({ line: number, column: 1 }));
}

/** Puts the caret at a place, which counts from 0. */
function goTo(file: string, place: Position): void {
  if (file !== shown) showFile(file);
  void load().then((e) => e.go(place));
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
  checkDrafts();
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
  checkDrafts();
  showFile(file);
  if (refusal.line) void load().then((e) => e.go(refusal));
}

export function dropDrafts(): void {
  drafts.clear();
  refusals.clear();
  checkDrafts();
  refresh();
}

/** Says that what is shown can only be read. */
function note(): void {
  byId("editor-note").hidden = !isReadOnly(shown);
}

function refresh(): void {
  tabs();
  note();
  bar();
  if (editor) {
    editor.show(shown, textOf(shown));
    mark(editor);
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
  byId("outline").addEventListener("click", (event) => {
    const file = (event.target as Element).closest<HTMLElement>("[data-show-file]");
    if (!file) return;
    showPane("code");
    showFile(file.dataset["showFile"]!, true);
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
