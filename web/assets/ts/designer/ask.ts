// One question with one short answer: a new name, a block's key, a file.
import { byId } from "./state";

interface Question {
  title: string;
  label: string;
  hint?: string;
  value?: string;
  button: string;
  /** Answers to choose from; others can be typed. */
  options?: string[];
  /** An empty answer is one, too. */
  optional?: boolean;
  /** Does what was asked for. While it gives a reason against it, the dialog stays and shows that. */
  send?: (answer: string) => Promise<string | null>;
}

/** The trimmed answer, or null when the person thought better of it. */
export function ask(question: Question): Promise<string | null> {
  const dialog = byId<HTMLDialogElement>("ask");
  const input = byId<HTMLInputElement>("ask-input");
  byId("ask-title").textContent = question.title;
  byId("ask-label").textContent = question.label;
  byId("ask-hint").textContent = question.hint ?? "";
  byId("ask-yes").textContent = question.button;
  byId("ask-options").replaceChildren(...(question.options ?? []).map((value) => Object.assign(document.createElement("option"), { value })));
  input.value = question.value ?? "";
  input.required = !question.optional;
  refusal(dialog, null);
  dialog.returnValue = "";
  dialog.showModal();
  input.select();
  dialog.querySelector("form")!.onsubmit = question.send ? (event) => void attempt(event, dialog, () => question.send!(input.value.trim())) : null;
  return new Promise((resolve) => {
    const answer = () => (dialog.returnValue === "yes" ? input.value.trim() || (question.optional ? "" : null) : null);
    dialog.addEventListener("close", () => resolve(answer()), { once: true });
  });
}

/** Sends a dialog's form. The dialog closes when it worked, and else says why it did not. */
export async function attempt(event: SubmitEvent, dialog: HTMLDialogElement, send: () => Promise<string | null>): Promise<void> {
  event.preventDefault();
  const button = dialog.querySelector<HTMLButtonElement>("button[value=yes]")!;
  button.disabled = true;
  const why = await send();
  button.disabled = false;
  refusal(dialog, why);
  if (why === null) dialog.close("yes");
}

/** Shows in a dialog why it was refused. */
export function refusal(dialog: HTMLDialogElement, why: string | null): void {
  const place = dialog.querySelector<HTMLElement>("[role=alert]")!;
  place.textContent = why ?? "";
  place.hidden = why === null;
}
