// Edits go to the server one after the other, each on the revision that the one before it made. Nothing typed is lost:
// an edit stays in the queue until the server has answered it, and a later value for the same place replaces a waiting one.
import { sendJson, problemText, Unreachable } from "../ui/http";
import { state, url, type Screen } from "./state";

/** Raw JSON text stands in `literal`, so that a number is sent with the digits that were typed. */
export type Edit =
  | { op: "set"; element: string; path: string; value: { literal: string } | { expression: string } }
  | { op: "unset"; element: string; path: string }
  | { op: string; [key: string]: unknown };

export interface Stale {
  base: number;
  head: number;
  theirs: Record<string, string>;
  yours: Record<string, string>;
}

interface Problem {
  detail?: string;
  errors?: { pointer: string; message: string }[];
  stale?: Stale;
}

interface Entry {
  request: () => { tail: string; body: string };
  edit?: Edit;
  /** Told why it was refused, in place of everybody. */
  refused?: (message: string) => void;
  settle: (screen: Screen | null) => void;
}

interface Listener {
  applied(screen: Screen, edit: Edit | undefined): Promise<void> | void;
  refused(edit: Edit | undefined, message: string): void;
  conflict(stale: Stale, edit: Edit | undefined): Promise<boolean>;
  changed(pending: number, offline: boolean): void;
}

const RETRY_MS = [500, 1000, 2000, 4000, 8000];
const entries: Entry[] = [];
let running = false;
let offline = false;
let listener: Listener;

export function startQueue(to: Listener): void {
  listener = to;
  window.addEventListener("beforeunload", (event) => {
    if (entries.length > 0) event.preventDefault();
  });
}

export function pending(): number {
  return entries.length;
}

function samePlace(a: Edit | undefined, b: Edit): boolean {
  const sets = (e: Edit) => e.op === "set" || e.op === "unset";
  return a !== undefined && sets(a) && sets(b) && a["element"] === b["element"] && a["path"] === b["path"];
}

/** Literal values are spliced in as they are. */
export function encode(base: number, edit: Edit, element: string | null): string {
  const { value, ...rest } = edit as { value?: { literal?: string; expression?: string } };
  const head = JSON.stringify(rest).slice(0, -1);
  const body =
    value === undefined
      ? JSON.stringify(rest)
      : value.literal === undefined
        ? `${head},"value":${JSON.stringify(value)}}`
        : `${head},"value":{"literal":${value.literal}}}`;
  return `{"base":${base},"element":${JSON.stringify(element)},"edit":${body}}`;
}

/** Queues an edit. Resolves with the new screen, or with null when it was refused. */
export function submit(edit: Edit, refused?: (message: string) => void): Promise<Screen | null> {
  return new Promise((settle) => {
    const waiting = entries[entries.length - 1];
    const entry: Entry = { edit, settle, ...(refused ? { refused } : {}), request: () => ({ tail: "edits", body: encode(state.revision, edit, state.element) }) };
    if (waiting && entries.length > (running ? 1 : 0) && samePlace(waiting.edit, edit)) {
      waiting.settle(null);
      entries[entries.length - 1] = entry;
    } else {
      entries.push(entry);
    }
    listener.changed(entries.length, offline);
    void run();
  });
}

/** Queues anything else that makes a revision. */
export function post(tail: string, body: Record<string, unknown>): Promise<Screen | null> {
  return new Promise((settle) => {
    const text = () => JSON.stringify({ base: state.revision, element: state.element, ...body });
    entries.push({ settle, request: () => ({ tail, body: text() }) });
    listener.changed(entries.length, offline);
    void run();
  });
}

/** Queues an edit that somebody waits for. Resolves with the reason when it was refused. */
export async function attempted(edit: Edit): Promise<string | null> {
  let why: string | null = null;
  await submit(edit, (message) => (why = message));
  return why;
}

async function run(): Promise<void> {
  if (running) return;
  running = true;
  let failures = 0;
  while (entries.length > 0) {
    const entry = entries[0]!;
    try {
      const done = await send(entry);
      failures = 0;
      if (offline) offline = false;
      if (!done) continue;
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      offline = true;
      listener.changed(entries.length, true);
      await new Promise((r) => setTimeout(r, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)]));
      continue;
    }
    entries.splice(entries.indexOf(entry), 1);
    listener.changed(entries.length, offline);
  }
  running = false;
}

/** True when the entry is settled; false to send it again. */
async function send(entry: Entry): Promise<boolean> {
  const { tail, body } = entry.request();
  const response = await sendJson(url(tail), body);
  if (response.ok) {
    const screen = (await response.json()) as Screen;
    await listener.applied(screen, entry.edit);
    entry.settle(screen);
    return true;
  }
  if (response.status === 401) {
    location.href = `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
    return false;
  }
  const text = await response.text();
  const problem = safeParse(text);
  if (response.status === 409 && problem.stale) {
    const again = await listener.conflict(problem.stale, entry.edit);
    if (again) return false;
  } else {
    const said = problem.errors?.map((e) => e.message).join("; ");
    const message = said || problemText(response.status, text);
    if (entry.refused) entry.refused(message);
    else listener.refused(entry.edit, message);
  }
  entry.settle(null);
  return true;
}

function safeParse(text: string): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return {};
  }
}
