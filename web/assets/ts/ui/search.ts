// Search from anywhere: "/" or Ctrl/Cmd-K opens the palette, which lists while one types and is worked by keys alone.
import { problemText } from "./http";

const WAIT_MS = 80;
const FIELDS = "input, textarea, select, [contenteditable], dialog";

let dialog: HTMLDialogElement;
let input: HTMLInputElement;
let results: HTMLElement;
let timer = 0;
let running: AbortController | null = null;
/** The query that the list is of. */
let listed: string | null = null;

function options(): HTMLElement[] {
  return [...results.querySelectorAll<HTMLElement>("[role=option]")];
}

function select(index: number): void {
  const all = options();
  const wanted = all.length > 0 ? (index + all.length) % all.length : -1;
  for (const [i, option] of all.entries()) option.setAttribute("aria-selected", String(i === wanted));
  const chosen = all[wanted];
  if (!chosen) return input.removeAttribute("aria-activedescendant");
  // The first one is shown with its heading.
  if (wanted === 0) results.scrollTo(0, 0);
  else chosen.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", chosen.id);
}

function say(text: string): void {
  document.getElementById("search-status")!.textContent = text;
}

/** Shows the options of a fragment, or what it says in their place. */
function fill(html: string): void {
  const list = document.getElementById("search-list")!;
  list.innerHTML = html;
  // Only options belong into a list box.
  const note = list.querySelector(".nothing");
  note?.remove();
  document.getElementById("search-note")!.textContent = note?.textContent ?? "";
  list.hidden = options().length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  select(0);
}

/** Shows why there is no list. */
function fail(reason: string): void {
  listed = null;
  fill("");
  document.getElementById("search-note")!.textContent = reason;
  say(reason);
}

function show(query: string, html: string): void {
  listed = query;
  fill(html);
  const about = results.querySelector<HTMLTemplateElement>("template");
  const all = document.getElementById("search-all") as HTMLAnchorElement;
  if (about?.dataset["all"]) all.href = about.dataset["all"];
  const count = options().length;
  if (query) say(count > 0 ? `${count} suggestions of ${Math.max(count, Number(about?.dataset["total"]))}` : "No results");
}

async function load(): Promise<void> {
  const query = input.value.trim();
  if (query === listed) return;
  running?.abort();
  const request = (running = new AbortController());
  try {
    const address = `/search?q=${encodeURIComponent(query.slice(0, 300))}`;
    const response = await fetch(address, { headers: { Accept: "text/html", "HX-Request": "true" }, signal: request.signal });
    const text = await response.text();
    if (request.signal.aborted) return;
    const signIn = response.headers.get("hx-redirect");
    if (signIn) location.assign(signIn);
    else if (response.ok) show(query, text);
    else fail(problemText(response.status, text));
  } catch {
    if (!request.signal.aborted) fail("The server did not answer. Check the connection and try again.");
  }
}

function open(): void {
  if (document.querySelector("dialog[open]")) return;
  listed = null;
  dialog.showModal();
  input.select();
  void load();
}

function follow(option: HTMLElement | undefined): void {
  const target = option?.dataset["href"] ?? (document.getElementById("search-all") as HTMLAnchorElement).href;
  dialog.close();
  location.assign(target);
}

function onKey(event: KeyboardEvent): void {
  const all = options();
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") select(at + 1);
  else if (event.key === "ArrowUp") select(at - 1);
  else if (event.key === "Enter" && input.value.trim() === listed) follow(all[at]);
  // Typed faster than listed: the page with all results knows better than a list of something else.
  else if (event.key === "Enter" && input.value.trim()) location.assign(`/catalog/search?q=${encodeURIComponent(input.value.trim())}`);
  else return;
  event.preventDefault();
}

/** Whether this is the key that opens a palette: never while somebody types. */
function isSlash(event: KeyboardEvent): boolean {
  const plain = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey;
  return plain && !(event.target as HTMLElement).closest(FIELDS);
}

function isCtrlK(event: KeyboardEvent): boolean {
  const apple = /Mac|iPhone|iPad/.test(navigator.platform);
  return event.key.toLowerCase() === "k" && (apple ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey;
}

export function startSearch(): void {
  const found = document.getElementById("search-palette") as HTMLDialogElement | null;
  if (!found) return;
  dialog = found;
  input = document.getElementById("search-input") as HTMLInputElement;
  results = document.getElementById("search-results")!;
  document.addEventListener("keydown", (event) => {
    const slash = isSlash(event);
    if (!slash && !isCtrlK(event)) return;
    event.preventDefault();
    // A page with a palette of its own has "/" for that one.
    const own = slash ? document.querySelector<HTMLElement>("[data-slash]") : null;
    if (own) own.click();
    else open();
  });
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    const modified = event.ctrlKey || event.metaKey || event.shiftKey;
    if (at.closest("[data-search-open]") && !modified) {
      event.preventDefault();
      open();
    }
    const option = at.closest<HTMLElement>("#search-results [role=option]");
    if (option && modified) window.open(option.dataset["href"], "_blank");
    else if (option) follow(option);
    // A click on the backdrop is a click on the dialog itself.
    if (at === dialog && event.detail > 0) dialog.close();
  });
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void load(), WAIT_MS);
  });
  input.addEventListener("keydown", onKey);
  dialog.addEventListener("close", () => running?.abort());
}
