// "Add or find": opens on "/", searches while one types, works by keys alone.
import { get } from "../ui/http";
import { open } from "./look";
import { submit } from "./queue";
import { byId, url } from "./state";
import { flushTyping } from "./values";
import { showPane } from "./panes";

const WAIT_MS = 60;
let timer = 0;
let latest = 0;

function options(): HTMLElement[] {
  return [...byId("palette-results").querySelectorAll<HTMLElement>("[role=option]")];
}

function select(index: number): void {
  const all = options();
  if (all.length === 0) return;
  const wanted = (index + all.length) % all.length;
  for (const [i, option] of all.entries()) option.setAttribute("aria-selected", String(i === wanted));
  all[wanted]!.scrollIntoView({ block: "nearest" });
  byId("palette-input").setAttribute("aria-activedescendant", all[wanted]!.id);
}

async function search(): Promise<void> {
  const query = byId<HTMLInputElement>("palette-input").value;
  const turn = ++latest;
  const response = await get(url("palette", { q: query })).catch(() => null);
  if (!response?.ok || turn !== latest) return;
  byId("palette-results").innerHTML = await response.text();
  byId("palette-results").scrollTo(0, 0);
  select(0);
}

async function accept(option: HTMLElement): Promise<void> {
  byId<HTMLDialogElement>("palette").close();
  const { open: address, addKind, addType } = option.dataset;
  if (address) return open(address);
  flushTyping();
  const screen = await submit({ op: "add_element", kind: addKind!, ...(addType ? { type: addType } : {}) });
  if (!screen) return;
  showPane("form");
  // The first thing to fill in.
  const first = byId("form").querySelector<HTMLElement>(".f .lit:not([hidden]) input, .f .lit:not([hidden]) select, .f .expr:not([hidden]) [data-expression]");
  first?.focus();
}

export function showPalette(query = ""): void {
  const dialog = byId<HTMLDialogElement>("palette");
  const input = byId<HTMLInputElement>("palette-input");
  input.value = query;
  byId("palette-results").replaceChildren();
  dialog.showModal();
  input.focus();
  void search();
}

export function startPalette(): void {
  const input = byId<HTMLInputElement>("palette-input");
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    const opener = at.closest<HTMLElement>("#add, [data-palette]");
    if (opener) showPalette(opener.dataset["palette"] ?? "");
    const option = at.closest<HTMLElement>("#palette-results [role=option]");
    if (option) void accept(option);
    if (at.id === "palette") byId<HTMLDialogElement>("palette").close();
  });
  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void search(), WAIT_MS);
  });
  input.addEventListener("keydown", (event) => {
    const at = options().findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") select(at + 1);
    else if (event.key === "ArrowUp") select(at - 1);
    else if (event.key === "Enter" && at >= 0) void accept(options()[at]!);
    else return;
    event.preventDefault();
  });
}
