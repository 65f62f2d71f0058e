// Buttons of the form that change the blueprint: elements, blocks, the menu of an argument.
import { confirmed } from "../ui/dialogs";
import { ask } from "./ask";
import { markLine } from "./code";
import { focusPath } from "./look";
import { showPane } from "./panes";
import { attempted, post, submit, type Edit } from "./queue";
import { nameValue, refactor } from "./refactor";
import { byId, state } from "./state";
import { fieldOf, flushTyping } from "./values";

const NAME_HINT = "Letters, digits, _ and -. References to it follow.";

async function elementAction(action: string): Promise<void> {
  const element = state.element;
  if (!element) return;
  flushTyping();
  if (await refactor(action, element)) return;
  if (action === "duplicate") await submit({ op: "duplicate_element", element });
  if (action === "rename") {
    const name = await ask({ title: `Rename ${element}`, label: "New name", hint: NAME_HINT, value: element.split(".").pop() ?? "", button: "Rename" });
    if (name) await submit({ op: "rename_element", element, name });
  }
  if (action === "remove") {
    const text = `Its code goes out of the file. ${dangling()} Undo brings it back.`;
    const button = usedBy().length > 0 ? "Remove all the same" : "Remove";
    if (await confirmed({ title: `Remove ${element}?`, text, button })) await submit({ op: "remove_element", element });
  }
}

/** The elements that refer to the one in the form. */
function usedBy(): string[] {
  return (byId("form").querySelector<HTMLElement>(".form-view")?.dataset["usedBy"] ?? "").split(" ").filter(Boolean);
}

function dangling(): string {
  const names = usedBy();
  if (names.length === 0) return "Nothing refers to it.";
  const shown = names.slice(0, 5).join(", ");
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return `References to it would lead to nothing in: ${shown}${more}.`;
}

async function addBlock(group: HTMLElement, path: string): Promise<void> {
  const edit: Edit = { op: "add_block", element: state.element!, path };
  if (group.hasAttribute("data-keyed")) {
    const label = await ask({ title: `Add ${group.dataset["name"]}`, label: "Key", hint: "What tells it from the others of its kind.", button: "Add" });
    if (!label) return;
    edit["label"] = label;
  }
  if (!(await submit(edit))) return;
  const blocks = document.getElementById(group.id)?.querySelectorAll<HTMLElement>(":scope > .block");
  const added = blocks?.[blocks.length - 1];
  if (added) focusPath(added.dataset["path"] ?? "");
}

async function blockAction(at: Element): Promise<void> {
  const add = at.closest<HTMLElement>("[data-add-block]");
  if (add) return addBlock(add.closest<HTMLElement>("[data-group]")!, add.dataset["addBlock"]!);
  const element = state.element!;
  const remove = at.closest<HTMLElement>("[data-remove-block]");
  if (remove) await submit({ op: "remove_block", element, path: remove.dataset["removeBlock"]! });
  const dynamic = at.closest<HTMLElement>("[data-make-dynamic]");
  if (dynamic) await submit({ op: "make_dynamic", element, path: dynamic.dataset["makeDynamic"]! });
  const move = at.closest<HTMLElement>("[data-move-block]");
  if (move) {
    const from = move.closest<HTMLElement>(".block")!.dataset["path"]!;
    await submit({ op: "move_block", element, from, to: move.dataset["moveBlock"]! });
  }
}

/** The menu of one argument is one element, moved to where it is asked for. */
function fieldMenu(button: HTMLElement): void {
  const menu = byId("field-menu");
  const wasHere = !menu.hidden && button.parentElement?.contains(menu);
  closeFieldMenu();
  if (wasHere) return;
  button.after(menu);
  button.parentElement!.classList.add("menu-host");
  menu.hidden = false;
  button.setAttribute("aria-expanded", "true");
  menu.querySelector("button")?.focus();
}

function closeFieldMenu(): void {
  const menu = byId("field-menu");
  menu.parentElement?.querySelector("[data-field-menu]")?.setAttribute("aria-expanded", "false");
  menu.hidden = true;
  byId("designer").append(menu);
}

async function fieldAction(action: string, field: HTMLElement): Promise<void> {
  const path = field.dataset["path"]!;
  const element = state.element!;
  closeFieldMenu();
  if (action === "unset") await submit({ op: "unset", element, path });
  if (action === "code") {
    showPane("code");
    markLine(state.elementFile ?? "", Number(field.dataset["line"] ?? 0));
  }
  if (action === "variable") {
    const hint = "Its default is the value that stands here now.";
    const send = (name: string) => attempted({ op: "make_variable", element, path, name });
    const name = await ask({ title: "Make this a variable", label: "Name of the variable", hint, value: field.dataset["name"] ?? "", button: "Make variable", send });
    if (name) stay(element, path);
  }
  if (action === "local" || action === "output") {
    if (await nameValue(action, element, path, field.dataset["name"] ?? "")) stay(element, path);
  }
}

/** The designer stays with the argument; what it became is in the outline. */
function stay(element: string, path: string): void {
  if (state.element !== element) location.href = `/blueprints/${state.id}?element=${encodeURIComponent(element)}&path=${encodeURIComponent(path)}`;
}

export function startActions(): void {
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    const action = at.closest<HTMLElement>("[data-element-action]");
    if (action) void elementAction(action.dataset["elementAction"]!);
    if (at.closest("#form")) void blockAction(at);
    const menu = at.closest<HTMLElement>("[data-field-menu]");
    if (menu) return fieldMenu(menu);
    const chosen = at.closest<HTMLElement>("[data-field-action]");
    if (chosen) return void fieldAction(chosen.dataset["fieldAction"]!, fieldOf(chosen)!);
    if (!at.closest("#field-menu")) closeFieldMenu();
    if (at.closest("[data-format]")) void submit({ op: "format" });
    if (at.closest("#undo")) void step("undo");
    if (at.closest("#redo")) void step("redo");
    const restore = at.closest<HTMLElement>("[data-restore]");
    if (restore) {
      restore.closest("dialog")?.close();
      void post("steps", { step: "restore", revision: Number(restore.dataset["restore"]) });
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !byId("field-menu").hidden) closeFieldMenu();
    const command = event.ctrlKey || event.metaKey;
    const typing = (event.target as Element).closest("input, textarea, [contenteditable]");
    if (!command || typing || event.key.toLowerCase() !== "z") return;
    event.preventDefault();
    void step(event.shiftKey ? "redo" : "undo");
  });
}

async function step(name: "undo" | "redo"): Promise<void> {
  flushTyping();
  await post("steps", { step: name });
}
