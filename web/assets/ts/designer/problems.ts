// The list of problems under the panes, and the buttons that make a fix, wherever they stand.
import { onScreen } from "./apply";
import { draftTexts } from "./code";
import { findings, type Fix } from "./findings";
import { submit } from "./queue";
import { byId } from "./state";
import { flushTyping } from "./values";
import { toast } from "../ui/toast";

/** Severities that are not shown. */
const hidden = new Set<string>();

function panel(): HTMLElement {
  return byId("problems");
}

function rows(): HTMLElement[] {
  return [...panel().querySelectorAll<HTMLElement>(".where")].filter((row) => row.offsetParent !== null);
}

function expanded(open: boolean): void {
  document.getElementById("problems-open")?.setAttribute("aria-expanded", String(open));
}

function filter(): void {
  for (const button of panel().querySelectorAll<HTMLElement>("[data-show-severity]")) {
    button.setAttribute("aria-pressed", String(!hidden.has(button.dataset["showSeverity"]!)));
  }
  for (const row of panel().querySelectorAll<HTMLElement>("[data-severity]")) row.hidden = hidden.has(row.dataset["severity"]!);
}

/** Draws the list anew; whoever was in it stays at the same row. */
async function draw(): Promise<void> {
  const answer = await findings();
  if (panel().hidden) return;
  if (!answer) return toast("The problems can't be listed now. Try again.", "bad");
  const at = rows().findIndex((row) => row.closest("li")!.contains(document.activeElement));
  const inside = panel().contains(document.activeElement);
  panel().innerHTML = answer.list;
  filter();
  if (inside) (rows()[Math.min(Math.max(at, 0), rows().length - 1)] ?? panel()).focus();
}

async function open(): Promise<void> {
  panel().hidden = false;
  expanded(true);
  await draw();
  (rows()[0] ?? panel()).focus();
}

function close(): void {
  panel().hidden = true;
  expanded(false);
  document.getElementById("problems-open")?.focus();
}

/** Makes a fix of the saved text. */
async function fix(button: HTMLElement): Promise<void> {
  const edit = JSON.parse(button.dataset["fix"]!) as Fix["edit"];
  const draft = edit.changes.find((change) => draftTexts().has(change.file));
  if (draft) return toast(`${draft.file} has code that is not saved. Save it first: the fix is for the saved text.`, "bad");
  const field = button.closest<HTMLElement>(".f[data-path], .block-group")?.id;
  flushTyping();
  if (!(await submit(edit)) || !field) return;
  // The button is gone with the problem: the argument has the focus then.
  const now = document.getElementById(field);
  if (document.activeElement === document.body) {
    [...(now?.querySelectorAll<HTMLElement>("input, select, textarea, button") ?? [])].find((c) => c.offsetParent)?.focus({ preventScroll: true });
  }
}

function moved(event: KeyboardEvent): void {
  const all = rows();
  const at = all.findIndex((row) => row.closest("li")!.contains(document.activeElement));
  const next = { ArrowDown: all[at + 1], ArrowUp: all[at - 1], Home: all[0], End: all.at(-1) }[event.key];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

export function startProblems(): void {
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    if (at.closest("[data-problems]")) void (panel().hidden ? open() : close());
    if (at.closest("[data-close-problems]")) close();
    if (at.closest("[data-fix-all]")) void submit({ op: "fix_all" });
    const button = at.closest<HTMLElement>("[data-fix]");
    if (button) void fix(button);
    const severity = at.closest<HTMLElement>("[data-show-severity]")?.dataset["showSeverity"];
    if (severity) {
      if (!hidden.delete(severity)) hidden.add(severity);
      filter();
    }
    // On a small screen the list lies over what one goes to.
    if (at.closest("#problems .where") && matchMedia("(max-width: 860px)").matches) {
      panel().hidden = true;
      expanded(false);
    }
  });
  panel().addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else moved(event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || !event.shiftKey || event.key.toLowerCase() !== "m") return;
    event.preventDefault();
    void (panel().hidden ? open() : close());
  });
  onScreen(() => {
    expanded(!panel().hidden);
    if (!panel().hidden) void draw();
  });
}
