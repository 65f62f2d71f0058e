// The form that imports objects which exist: rows come and go, types are searched in the catalog, and what is documented of
// a type's ids stands beside its row.
import { get } from "./ui/http";

const PAUSE = 200;
let rows = 0;

function form(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("form[data-live-import]");
}

async function fragment(path: string): Promise<string> {
  const id = form()?.dataset["liveImport"] ?? "";
  const response = await get(`/deployments/${id}/import/${path}`).catch(() => null);
  return response?.ok ? response.text() : "";
}

async function offer(row: HTMLElement, typed: string): Promise<void> {
  const options = await fragment(`types?q=${encodeURIComponent(typed)}`);
  if (row.querySelector<HTMLInputElement>("[data-type]")!.value !== typed) return;
  const list = row.querySelector("datalist")!;
  list.innerHTML = options;
  // One that was chosen from the list, or typed in full, is whole.
  if ([...list.options].some((option) => option.value === typed)) await explain(row);
}

/** Shows what is documented of a type, and suggests a name that no row and no resource of the blueprint has. */
async function explain(row: HTMLElement): Promise<void> {
  const type = row.querySelector<HTMLInputElement>("[data-type]")!;
  const asked = type.value.trim();
  if (!asked || row.dataset["explained"] === asked) return;
  const html = await fragment(`help?type=${encodeURIComponent(asked)}`);
  if (type.value.trim() !== asked || !html) return;
  row.dataset["explained"] = asked;
  const help = row.querySelector<HTMLElement>("[data-help]")!;
  help.innerHTML = html;
  const name = row.querySelector<HTMLInputElement>("[data-name]")!;
  const suggested = help.querySelector<HTMLElement>("[data-suggested]")?.dataset["suggested"];
  if (!name.value && suggested) name.value = free(row, asked, suggested);
}

function free(row: HTMLElement, type: string, suggested: string): string {
  const others = [...document.querySelectorAll<HTMLElement>("[data-live-import] > [data-rows] > [data-row]")].filter((other) => other !== row);
  const taken = new Set(
    others.filter((other) => other.querySelector<HTMLInputElement>("[data-type]")!.value.trim() === type).map((other) => other.querySelector<HTMLInputElement>("[data-name]")!.value),
  );
  const [, base, number] = /^(.*?)(?:_(\d+))?$/.exec(suggested)!;
  for (let n = Number(number ?? 1); ; n++) {
    const name = n === 1 ? base! : `${base}_${n}`;
    if (!taken.has(name)) return name;
  }
}

function addRow(within: HTMLFormElement): void {
  const blank = within.querySelector("template")!.innerHTML;
  const box = document.createElement("div");
  box.innerHTML = blank.replaceAll("-new", `-more-${++rows}`);
  const row = box.firstElementChild as HTMLElement;
  within.querySelector("[data-rows]")!.append(row);
  start();
  row.querySelector<HTMLInputElement>("[data-type]")!.focus();
}

/** Buttons that need this script appear; rows that came with a type are explained. */
function start(): void {
  const within = form();
  if (!within) return;
  within.querySelector<HTMLElement>("[data-add-row]")!.hidden = false;
  const all = within.querySelectorAll<HTMLElement>("[data-rows] > [data-row]");
  for (const row of all) {
    row.querySelector<HTMLElement>("[data-remove-row]")!.hidden = all.length < 2;
    void explain(row);
  }
}

let timer = 0;
document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || !target.matches("[data-type]")) return;
  const row = target.closest<HTMLElement>("[data-row]")!;
  clearTimeout(timer);
  timer = window.setTimeout(() => {
    void offer(row, target.value);
  }, PAUSE);
});
document.addEventListener("change", ({ target }) => {
  const row = target instanceof HTMLInputElement && target.matches("[data-type]") ? target.closest<HTMLElement>("[data-row]") : null;
  if (row) void explain(row);
});
document.addEventListener("click", ({ target }) => {
  const button = (target as Element).closest("[data-add-row], [data-remove-row]");
  const within = form();
  if (!button || !within) return;
  if (button.matches("[data-add-row]")) addRow(within);
  else {
    button.closest("[data-row]")!.remove();
    start();
    within.querySelector<HTMLElement>("[data-add-row]")!.focus();
  }
});
document.addEventListener("htmx:after:swap", start);
start();
