// Where one is: the element in the form, the argument that has the focus, its documentation, its line in the code.
// The address of the page always says it, so it can be sent to somebody.
import { get } from "../ui/http";
import { toast } from "../ui/toast";
import { apply, onScreen } from "./apply";
import { goToLine, markLine, showFile } from "./code";
import { flushTyping } from "./values";
import { showPane } from "./panes";
import { pending } from "./queue";
import { byId, state, url, type Screen } from "./state";

let shownDocs = "";
let current: HTMLElement | null = null;

function remember(path: string | null, push: boolean): void {
  const search = new URLSearchParams();
  if (state.element) search.set("element", state.element);
  if (path) search.set("path", path);
  const text = search.toString();
  const address = `/blueprints/${state.id}${text ? `?${text}` : ""}`;
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/** Opens an element in the form. */
export async function open(element: string | null, path: string | null = null, push = true): Promise<void> {
  flushTyping();
  while (pending() > 0) await new Promise((r) => setTimeout(r, 30));
  const response = await get(url("screen", { element, known: state.revision }), "application/json");
  if (!response.ok) return toast("This element can't be opened. Reload the page.", "bad");
  await apply((await response.json()) as Screen);
  current = null;
  remember(path, push);
  showPane("form");
  if (path && focusPath(path)) return;
  const form = byId("form").querySelector<HTMLElement>(".form-view");
  if (form) mark(form);
  void docs("");
}

/** Puts the focus into the argument or block at the path, or else into what it is inside of. False if the form has neither. */
export function focusPath(path: string): boolean {
  const outer = path.replace(/(\[[^\]]*\])+$/, "");
  const ids = [path, outer].flatMap((p) => [`f:${p}`, `b:${p}`, `g:${p}`]);
  const field = ids.map((id) => document.getElementById(id)).find((found) => found !== null);
  if (!field) return false;
  for (let at = field.closest("details"); at; at = at.parentElement?.closest("details") ?? null) at.open = true;
  field.hidden = false;
  field.scrollIntoView({ block: "center" });
  const control = [...field.querySelectorAll<HTMLElement>("input, select, textarea, button")].find((c) => c.offsetParent);
  control?.focus({ preventScroll: true });
  return true;
}

async function docs(path: string): Promise<void> {
  if (!state.element) return;
  const key = `${state.element}\n${path.replace(/\[[^\]]*\]/g, "")}`;
  if (key === shownDocs) return;
  shownDocs = key;
  const response = await get(url("docs", { element: state.element, path })).catch(() => null);
  if (!response?.ok || shownDocs !== key) return;
  byId("docs").innerHTML = await response.text();
  // What is being edited stays open.
  for (const link of byId("docs").querySelectorAll("a")) link.target = "_blank";
  byId("docs").scrollTo(0, 0);
}

function mark(at: HTMLElement): void {
  const line = Number(at.dataset["line"] ?? byId("form").querySelector<HTMLElement>(".form-view")?.dataset["line"] ?? 0);
  const file = byId("form").querySelector<HTMLElement>(".form-view")?.dataset["file"];
  if (file && line) markLine(file, line);
}

/** While a pointer is down nothing opens or closes: what one is about to click must not move away from under it. */
let pressing = false;
let waiting: Element | null = null;

function pressed(): void {
  pressing = true;
}

function released(): void {
  // After the click that belongs to it.
  window.setTimeout(() => {
    pressing = false;
    const at = waiting;
    waiting = null;
    if (at?.isConnected && at.contains(document.activeElement)) show(at);
  });
}

function focused(event: Event): void {
  if (pressing) waiting = event.target as Element;
  else show(event.target as Element);
}

/** Opens the argument that has the focus: its first sentence in place, its entry beside, its line in the code. */
function show(target: Element): void {
  const at = target.closest<HTMLElement>(".f[data-path], .block[data-path]");
  if (!at || at === current) return;
  current = at;
  for (const other of document.querySelectorAll(".f.on, .block.on")) other.classList.remove("on");
  at.classList.add("on");
  const path = at.dataset["path"] ?? "";
  remember(path, false);
  mark(at);
  void docs(path);
}

/** Goes to a finding's place: its argument where the form has it, else its line in the code. */
async function go(target: HTMLElement): Promise<void> {
  const { gotoFile = "", gotoLine = "0", gotoElement = "", gotoPath = "" } = target.dataset;
  if (gotoElement && gotoElement !== state.element) await open(gotoElement);
  const line = Number(gotoLine);
  if (gotoElement && gotoElement === state.element && gotoPath) {
    showPane("form");
    if (focusPath(gotoPath)) return markLine(gotoFile, line);
  }
  if (gotoElement && !gotoPath) return markLine(gotoFile, line);
  showPane("code");
  goToLine(gotoFile, line);
}

export function startLook(): void {
  byId("form").addEventListener("focusin", focused);
  document.addEventListener("pointerdown", pressed, true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, released, true);
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    const element = at.closest<HTMLElement>("#outline [data-element]");
    if (element) void open(element.dataset["element"]!);
    const place = at.closest<HTMLElement>("[data-goto-file]");
    if (place) void go(place);
    if (at.closest("[data-focus-code]")) {
      showPane("code");
      showFile(state.elementFile ?? "main.tf", true);
    }
  });
  byId("outline").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = [...byId("outline").querySelectorAll<HTMLElement>("[data-element]")];
    const next = all[all.indexOf(document.activeElement as HTMLElement) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  window.addEventListener("popstate", () => {
    const search = new URLSearchParams(location.search);
    void open(search.get("element"), search.get("path"), false);
  });
  onScreen(() => {
    const now = document.querySelector<HTMLElement>(".f.on, .block.on");
    current = now;
    if (now) mark(now);
    remember(now?.dataset["path"] ?? null, false);
  });
  const path = new URLSearchParams(location.search).get("path");
  if (path) focusPath(path);
  else if (state.element) void docs("");
}
