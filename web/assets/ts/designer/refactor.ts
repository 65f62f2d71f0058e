// The edits that change how a blueprint is made up and not what it means: other files, modules, keys, names for values.
import { confirmed } from "../ui/dialogs";
import { ask, attempt, refusal } from "./ask";
import { attempted } from "./queue";
import { byId, fileNames, state } from "./state";

const FILE_HINT = "One of the files that there are, or a new one such as network.tf.";
const KEYS_HINT = "A key for each, in their order, with commas between. Empty: each is called by its number.";
const ATTRIBUTE_HINT = "What of it to show, such as id. Empty: all of it.";

/** The menu of an element. True when the action is one of these. */
export async function refactor(action: string, element: string): Promise<boolean> {
  if (action === "move") {
    const send = (file: string) => attempted({ op: "move_element", element, file });
    const options = fileNames().filter((file) => file !== state.elementFile && !file.includes("/"));
    await ask({ title: `Move ${element}`, label: "File", hint: FILE_HINT, options, button: "Move", send });
  } else if (action === "module") {
    await chooseModule(element);
  } else if (action === "output") {
    const options = (byId("form").querySelector<HTMLElement>(".form-view")?.dataset["readable"] ?? "").split(" ").filter(Boolean);
    const send = (path: string) => attempted({ op: "make_output", element, path });
    await ask({ title: `Make an output of ${element}`, label: "Attribute", hint: ATTRIBUTE_HINT, options, optional: true, button: "Make output", send });
  } else if (action === "keys") {
    const keys = (answer: string) => (answer ? { keys: answer.split(",").map((key) => key.trim()) } : {});
    const send = (answer: string) => attempted({ op: "count_to_for_each", element, ...keys(answer) });
    await ask({ title: `Give each ${element} a key`, label: "Keys", hint: KEYS_HINT, optional: true, button: "Use for_each", send });
  } else if (action === "inline") {
    const send = () => attempted({ op: "inline_variable", element });
    const text = "Its default goes wherever it is used, and the variable goes. Undo brings it back.";
    if (!(await confirmed({ title: `Inline ${element}?`, text, button: "Inline" }))) return true;
    const why = await send();
    if (why) await confirmed({ title: `${element} stays`, text: `${why}.`, button: "OK" });
  } else {
    return false;
  }
  return true;
}

/** What may go into a module, by the pictures of the outline. */
function candidates(): string[] {
  const pictures = byId("outline").querySelectorAll(".el .pic.resource, .el .pic.data, .el .pic.locals, .el .pic.module");
  return [...pictures].map((picture) => picture.closest<HTMLElement>(".el")!.dataset["element"]!);
}

function choice(address: string, checked: boolean): HTMLElement {
  const label = Object.assign(document.createElement("label"), { className: "check" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "element", value: address, checked });
  label.append(box, Object.assign(document.createElement("code"), { textContent: address }));
  return label;
}

function chooseModule(element: string): Promise<void> {
  const dialog = byId<HTMLDialogElement>("module");
  const name = byId<HTMLInputElement>("module-name");
  byId("module-elements").replaceChildren(...candidates().map((address) => choice(address, address === element)));
  name.value = "";
  refusal(dialog, null);
  dialog.returnValue = "";
  dialog.showModal();
  name.focus();
  dialog.querySelector("form")!.onsubmit = (event) =>
    void attempt(event, dialog, () => {
      const chosen = [...dialog.querySelectorAll<HTMLInputElement>("[name=element]:checked")].map((box) => box.value);
      return attempted({ op: "extract_module", elements: chosen, name: name.value.trim() });
    });
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(), { once: true }));
}

/** A value gets a name: as a local or as an output. */
export async function nameValue(kind: "local" | "output", element: string, path: string, base: string): Promise<boolean> {
  const value = kind === "local" ? base : `${element.split(".").pop()}_${base}`;
  const send = (name: string) => attempted({ op: `make_${kind}`, element, path, name });
  const hint = kind === "local" ? "Others can use it as local.<name>." : "It is shown after an apply, and stays hidden if it is sensitive.";
  const answer = await ask({ title: `Make this ${kind === "local" ? "a local" : "an output"}`, label: `Name of the ${kind}`, hint, value, button: `Make ${kind}`, send });
  return answer !== null;
}
