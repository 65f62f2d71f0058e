// Puts a new screen into the page. Fragments are morphed, so the focus, the caret and what is being typed stay.
import htmx from "htmx.org";
import type { Htmx } from "../ui/htmx";
import { byId, state, type Screen } from "./state";

/** Told after every change of the screen. */
type Watcher = (screen: Screen) => void;
const watchers: Watcher[] = [];

export function onScreen(watcher: Watcher): void {
  watchers.push(watcher);
}

/** A property that somebody changed by hand does not follow its attribute any more: make it. */
function syncControls(root: HTMLElement): void {
  for (const box of root.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) {
    if (box !== document.activeElement || !box.closest("[data-waiting]")) box.checked = box.hasAttribute("checked");
  }
  for (const select of root.querySelectorAll<HTMLSelectElement>("select")) {
    const wanted = [...select.options].findIndex((option) => option.hasAttribute("selected"));
    if (wanted >= 0 && select.selectedIndex !== wanted) select.selectedIndex = wanted;
  }
  for (const field of root.querySelectorAll<HTMLElement>(".f[data-waiting]")) delete field.dataset["waiting"];
}

/** What a person opened or chose stays as it is over a morph. */
function keepView(form: HTMLElement): () => void {
  const open = [...form.querySelectorAll<HTMLDetailsElement>("details[open]")].map((d) => d.id);
  const on = form.querySelector(".f.on, .block.on")?.id;
  const active = document.activeElement?.id;
  const typed = [...form.querySelectorAll<HTMLElement>(".f[data-mode=expression]")].filter(
    (f) => f.contains(document.activeElement) && f.dataset["set"] === "false",
  );
  return () => {
    for (const id of open) (document.getElementById(id) as HTMLDetailsElement | null)?.setAttribute("open", "");
    if (on) document.getElementById(on)?.classList.add("on");
    for (const field of typed) {
      const now = document.getElementById(field.id);
      now?.querySelector<HTMLElement>(".expr")?.removeAttribute("hidden");
      now?.querySelector<HTMLElement>(".lit")?.setAttribute("hidden", "");
    }
    const again = active ? document.getElementById(active) : null;
    if (again && again !== document.activeElement && form.contains(again)) again.focus({ preventScroll: true });
  };
}

async function morph(target: HTMLElement, text: string): Promise<void> {
  await (htmx as unknown as Htmx).swap({ text, target, swap: "innerMorph" });
}

export async function apply(screen: Screen): Promise<void> {
  const sameElement = screen.element === state.element;
  state.revision = screen.revision;
  state.element = screen.element;
  state.elementFile = screen.element_file;
  state.findings = screen.findings;
  for (const [name, text] of Object.entries(screen.files)) {
    if (text === null) state.files.delete(name);
    else state.files.set(name, text);
  }
  const form = byId("form");
  const restore = sameElement ? keepView(form) : () => byId("form-pane").scrollTo(0, 0);
  if (sameElement) await morph(form, screen.form);
  else form.innerHTML = screen.form;
  await morph(byId("outline"), screen.outline);
  await morph(byId("status"), screen.status);
  syncControls(form);
  restore();
  byId<HTMLButtonElement>("undo").disabled = !screen.undo;
  byId<HTMLButtonElement>("redo").disabled = !screen.redo;
  document.querySelector("#saved .num")!.textContent = `r${screen.revision}`;
  for (const watcher of watchers) watcher(screen);
}
