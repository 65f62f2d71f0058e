// `data-filter="id"`: a search box that narrows the list with that id down while typing. Entries of lists are marked
// `data-filter-item`, their groups `data-filter-group="title"`; the arguments of a documentation page are known by their
// classes. `data-filter-kinds="id"`: buttons that keep one `data-kind` of entries. `data-filter-query`: the name under
// which the address keeps what was typed, so that a link leads to the same list.
const ITEMS = "[data-filter-item], .arg, .sub-args";

/** What an entry is found by: a list's entry by all its text and its group's title, an argument by its name. */
function textOf(item: HTMLElement): string {
  if (!item.matches("[data-filter-item]")) return (item.querySelector(".arg-name")?.textContent ?? "").toLowerCase();
  const group = item.closest<HTMLElement>("[data-filter-group]")?.dataset["filterGroup"] ?? "";
  return `${item.textContent} ${group}`.toLowerCase();
}

/** The kind that is chosen for a list, or nothing for all. */
function kindOf(list: HTMLElement): string {
  const chosen = document.querySelector<HTMLElement>(`[data-filter-kinds="${list.id}"] [aria-pressed="true"]`);
  return chosen?.dataset["kind"] ?? "";
}

function narrow(input: HTMLInputElement): void {
  const list = document.getElementById(input.dataset["filter"] ?? "");
  if (!list) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const kind = kindOf(list);
  const items = [...list.querySelectorAll<HTMLElement>(ITEMS)];
  const fits = (item: HTMLElement) => (kind === "" || item.dataset["kind"] === kind) && words.every((word) => textOf(item).includes(word));
  const found = new Set(items.filter(fits));
  for (const item of items) {
    const holds = [...item.querySelectorAll<HTMLElement>(ITEMS)].some((inner) => found.has(inner));
    item.hidden = !found.has(item) && !holds && !item.parentElement?.closest(".sub-args:not([hidden])[data-whole]");
    if (!(item instanceof HTMLDetailsElement)) continue;
    // A block whose own name matches keeps all that is inside it.
    item.toggleAttribute("data-whole", words.length > 0 && found.has(item));
    if (words.length > 0 && holds) item.open = true;
  }
  for (const group of list.querySelectorAll<HTMLElement>("[data-filter-group], :scope > section")) {
    group.hidden = !group.querySelector(`:is(${ITEMS}):not([hidden])`);
  }
  const empty = list.querySelector<HTMLElement>("[data-filter-empty]");
  if (empty) empty.hidden = found.size > 0;
  const count = document.getElementById(`${list.id}-count`);
  if (count) count.textContent = words.length > 0 || kind !== "" ? `${found.size} found` : "";
}

/** Puts what the list is narrowed down to into the address. */
function remember(input: HTMLInputElement): void {
  const name = input.dataset["filterQuery"];
  const list = document.getElementById(input.dataset["filter"] ?? "");
  if (!name || !list) return;
  const url = new URL(location.href);
  const put = (key: string, value: string) => (value ? url.searchParams.set(key, value) : url.searchParams.delete(key));
  put(name, input.value.trim());
  put("kind", kindOf(list));
  history.replaceState(history.state, "", url);
}

function choose(button: HTMLElement): void {
  const group = button.closest<HTMLElement>("[data-filter-kinds]");
  if (!group) return;
  for (const other of group.querySelectorAll("[data-kind]")) other.setAttribute("aria-pressed", String(other === button));
  const input = document.querySelector<HTMLInputElement>(`[data-filter="${group.dataset["filterKinds"]}"]`);
  if (!input) return;
  narrow(input);
  remember(input);
}

export function startFilter(): void {
  document.addEventListener("input", (event) => {
    const input = event.target as HTMLElement;
    if (!(input instanceof HTMLInputElement) || !input.dataset["filter"]) return;
    narrow(input);
    remember(input);
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-filter-kinds] [data-kind]");
    if (button) choose(button);
  });
  // A link may narrow the list down from the start.
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-filter]")) {
    const list = document.getElementById(input.dataset["filter"] ?? "");
    if (list && (input.value !== "" || kindOf(list) !== "")) narrow(input);
  }
}
