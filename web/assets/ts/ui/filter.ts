// `data-filter="id"`: a search box that narrows the list with that id down while typing. Entries of lists are marked
// `data-filter-item`, their groups `data-filter-group`; the arguments of a documentation page are known by their classes.
const ITEMS = "[data-filter-item], .arg, .sub-args";

/** What an entry is found by: a list's entry by all its text, an argument by its name. */
function textOf(item: HTMLElement): string {
  const named = item.matches("[data-filter-item]") ? item : item.querySelector(".arg-name");
  return (named?.textContent ?? "").toLowerCase();
}

function narrow(input: HTMLInputElement): void {
  const list = document.getElementById(input.dataset["filter"] ?? "");
  if (!list) return;
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const items = [...list.querySelectorAll<HTMLElement>(ITEMS)];
  const found = new Set(items.filter((item) => words.every((word) => textOf(item).includes(word))));
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
  if (count) count.textContent = words.length > 0 ? `${found.size} found` : "";
}

export function startFilter(): void {
  document.addEventListener("input", (event) => {
    const input = event.target as HTMLElement;
    if (input instanceof HTMLInputElement && input.dataset["filter"]) narrow(input);
  });
}
