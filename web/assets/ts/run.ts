// The run page: what changes is morphed in when the run changes; the log streams, goes on where it was after a break,
// and scrolls by itself only while one follows it.
import htmx from "htmx.org";
import { plain, render } from "./ansi";
import type { Htmx } from "./ui/htmx";
import { get } from "./ui/http";

const page = document.querySelector<HTMLElement>("[data-run]")!;
const run = page.dataset["run"]!;
const log = document.getElementById("log")!;
const follow = document.getElementById("log-follow")!;
const state = document.getElementById("log-state")!;
/** The fragments that a change of the run may change. */
const PARTS = ["run-head", "run-import", "run-plan", "run-decision", "run-again"];
/** A step's mark: the record separator, `STEP ` and JSON. */
const STEP = /^\x1eSTEP (\{.*\})\s*$/;

async function refresh(): Promise<void> {
  const response = await get(`/runs/${run}`).catch(() => null);
  if (!response?.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of PARTS) {
    const from = fresh.getElementById(id);
    const to = document.getElementById(id);
    if (from && to && from.innerHTML !== to.innerHTML) {
      await (htmx as unknown as Htmx).swap({ text: from.innerHTML, target: to, swap: "innerMorph" });
    }
  }
  const title = fresh.querySelector("title");
  if (title) document.title = title.textContent ?? document.title;
}

function watch(): void {
  const source = new EventSource(`/api/v1/runs/${run}/stream`);
  let first = page.dataset["final"] === "true";
  source.addEventListener("run", () => {
    // The page was drawn a moment ago: the first event of a run that has ended says nothing new.
    if (!first) void refresh();
    first = false;
  });
  source.addEventListener("end", () => source.close());
}

let style = plain;
let rest = "";
let size = 0;

function append(line: string): void {
  const row = document.createElement("div");
  row.className = "line";
  const step = STEP.exec(line);
  if (step) {
    stepLine(row, step[1]!);
  } else {
    const drawn = render(line, style);
    style = drawn.style;
    row.append(...drawn.nodes);
  }
  log.append(row);
}

/** A step's begin is a heading, its end says how it went and how long it took. */
function stepLine(row: HTMLElement, json: string): void {
  let mark: { step?: string; ok?: boolean; duration_ms?: number };
  try {
    mark = JSON.parse(json) as typeof mark;
  } catch {
    return;
  }
  row.classList.add(mark.ok === undefined ? "step" : "step-end");
  const took = ((mark.duration_ms ?? 0) / 1000).toFixed(1);
  row.textContent = mark.ok === undefined ? (mark.step ?? "") : `${mark.ok ? "✓" : "✗"} ${mark.step} ${mark.ok ? "took" : "failed after"} ${took} s`;
}

/** A carriage return goes back to the start of the line: only what stands after the last one remains. */
function visible(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}

function add(text: string): void {
  size += text.length;
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) append(visible(line));
  if (following()) toEnd();
}

function following(): boolean {
  return follow.getAttribute("aria-pressed") === "true";
}

function setFollowing(on: boolean): void {
  follow.setAttribute("aria-pressed", String(on));
}

function toEnd(): void {
  log.scrollTop = log.scrollHeight;
}

function stream(): void {
  state.textContent = "connecting";
  const source = new EventSource(`/api/v1/runs/${run}/log/stream`);
  source.addEventListener("open", () => (state.textContent = page.dataset["final"] === "true" ? "" : "live"));
  source.addEventListener("log", (event) => add((JSON.parse(event.data) as { text: string }).text));
  source.addEventListener("end", () => {
    source.close();
    if (rest) append(visible(rest));
    rest = "";
    if (size === 0) append("No output.");
    if (following()) toEnd();
    state.textContent = "complete";
  });
  source.addEventListener("error", () => (state.textContent = "reconnecting"));
}

/** Seconds of the phase that is going on. */
function tick(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(element.dataset["since"] ?? "")) / 1000));
    element.textContent = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
}

follow.addEventListener("click", () => {
  setFollowing(!following());
  if (following()) toEnd();
});
document.getElementById("log-end")!.addEventListener("click", toEnd);
document.getElementById("log-wide")!.addEventListener("click", (event) => {
  const button = event.currentTarget as HTMLElement;
  const wide = document.getElementById("run-cols")!.classList.toggle("wide-log");
  button.setAttribute("aria-pressed", String(wide));
  if (following()) toEnd();
});
// Scrolling up stops following; scrolling to the end starts it again.
log.addEventListener("wheel", (event) => {
  if (event.deltaY < 0) setFollowing(false);
}, { passive: true });
log.addEventListener("keydown", (event) => {
  if (["ArrowUp", "PageUp", "Home"].includes(event.key)) setFollowing(false);
  if (event.key === "End") setFollowing(true);
});
watch();
stream();
tick();
setInterval(tick, 1000);
