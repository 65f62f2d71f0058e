// Finds one argument among hundreds: by name, in nested blocks too; or shows only what is required or set.
import { onScreen } from "./apply";
import { byId } from "./state";

let words: string[] = [];
let essential = false;
let shownFor: string | null = null;

function fits(name: string): boolean {
  const text = name.toLowerCase();
  return words.every((word) => text.includes(word));
}

function filterForm(): void {
  const form = byId("form");
  const filtering = words.length > 0;
  form.parentElement!.classList.toggle("filtering", filtering);
  for (const field of form.querySelectorAll<HTMLElement>(".f[data-path]")) {
    const keep = !essential || field.dataset["section"] === "required" || field.dataset["set"] === "true";
    const path = field.dataset["path"] ?? "";
    field.hidden = !(keep && (!filtering || fits(path)));
  }
  for (const add of form.querySelectorAll<HTMLElement>(".block-add")) {
    const group = add.closest<HTMLElement>("[data-group]")!;
    add.hidden = (essential && add.dataset["section"] !== "required") || (filtering && !fits(group.dataset["group"] ?? ""));
  }
  for (const rest of form.querySelectorAll<HTMLDetailsElement>("details.block-rest")) {
    const any = rest.querySelector(".f[data-path]:not([hidden]), .block-add:not([hidden])") !== null;
    rest.hidden = !any;
    if (filtering && any) rest.open = true;
  }
  for (const block of form.querySelectorAll<HTMLElement>(".block")) {
    block.hidden = filtering && !fits(block.dataset["path"] ?? "") && !block.querySelector(".f[data-path]:not([hidden]), .block-add:not([hidden])");
  }
  let any = false;
  for (const group of form.querySelectorAll<HTMLElement>(".group")) {
    group.hidden = !group.querySelector(".f[data-path]:not([hidden]), .block:not([hidden]), .block-add:not([hidden])");
    any ||= !group.hidden;
  }
  const nothing = document.getElementById("form-nothing");
  if (nothing) nothing.hidden = any;
}

export function startFilter(): void {
  const form = byId("form");
  form.addEventListener("input", (event) => {
    const input = event.target as HTMLInputElement;
    if (input.id !== "form-filter") return;
    words = input.value.toLowerCase().split(/[\s.]+/).filter(Boolean);
    filterForm();
  });
  form.addEventListener("click", (event) => {
    const button = (event.target as Element).closest("#form-essential");
    if (!button) return;
    essential = !essential;
    button.setAttribute("aria-pressed", String(essential));
    filterForm();
  });
  onScreen((screen) => {
    if (screen.element !== shownFor) {
      shownFor = screen.element;
      words = [];
    }
    document.getElementById("form-essential")?.setAttribute("aria-pressed", String(essential));
    if (words.length > 0 || essential) filterForm();
  });
}
