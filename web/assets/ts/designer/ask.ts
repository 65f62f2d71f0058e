// One question with one short answer: a new name, a block's key.
import { byId } from "./state";

interface Question {
  title: string;
  label: string;
  hint?: string;
  value?: string;
  button: string;
}

/** The trimmed answer, or null when the person thought better of it. */
export function ask(question: Question): Promise<string | null> {
  const dialog = byId<HTMLDialogElement>("ask");
  const input = byId<HTMLInputElement>("ask-input");
  byId("ask-title").textContent = question.title;
  byId("ask-label").textContent = question.label;
  byId("ask-hint").textContent = question.hint ?? "";
  byId("ask-yes").textContent = question.button;
  input.value = question.value ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  input.select();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? input.value.trim() || null : null), { once: true });
  });
}
