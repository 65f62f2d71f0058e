// The two dialogs of every page: #modal holds a form that htmx loaded, #confirm asks before something is destroyed.
interface Question {
  title: string;
  text: string;
  button: string;
  /** What must be typed before the answer can be yes. */
  expected?: string;
}

/** Asks; true when the person said yes. */
export function confirmed(question: Question): Promise<boolean> {
  const dialog = document.getElementById("confirm") as HTMLDialogElement;
  const yes = document.getElementById("confirm-yes") as HTMLButtonElement;
  const field = document.getElementById("confirm-field") as HTMLElement;
  const input = document.getElementById("confirm-name") as HTMLInputElement;
  const set = (id: string, text: string) => (document.getElementById(id)!.textContent = text);
  set("confirm-title", question.title);
  set("confirm-text", question.text);
  set("confirm-expected", question.expected ?? "");
  yes.textContent = question.button;
  field.hidden = !question.expected;
  input.value = "";
  const check = () => (yes.disabled = question.expected !== undefined && input.value !== question.expected);
  input.oninput = check;
  check();
  dialog.returnValue = "";
  dialog.showModal();
  if (question.expected) input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function question(element: HTMLElement): Question {
  const { confirmText = "", confirmButton = "Delete", confirmName } = element.dataset;
  const title = element.getAttribute("hx-confirm") ?? "Are you sure?";
  return { title, text: confirmText, button: confirmButton, ...(confirmName ? { expected: confirmName } : {}) };
}

export function startDialogs(): void {
  document.addEventListener("htmx:confirm", (event) => {
    const { ctx, issueRequest, dropRequest } = (event as CustomEvent).detail;
    event.preventDefault();
    void confirmed(question(ctx.sourceElement)).then((yes) => (yes ? issueRequest() : dropRequest()));
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = (event as CustomEvent).detail;
    const modal = document.getElementById("modal") as HTMLDialogElement | null;
    if (!modal || ctx.target !== modal || modal.open) return;
    modal.setAttribute("aria-labelledby", modal.querySelector("h2")?.id ?? "");
    modal.showModal();
    modal.querySelector<HTMLElement>("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
  });
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    if (at.closest("[data-close-dialog]")) at.closest("dialog")?.close();
    const opener = at.closest<HTMLElement>("[data-dialog]");
    if (opener) (document.getElementById(opener.dataset["dialog"] ?? "") as HTMLDialogElement | null)?.showModal();
    // A click on the backdrop is a click on the dialog itself.
    if (at instanceof HTMLDialogElement && at.id === "modal" && event.detail > 0 && !at.dataset["keep"]) at.close();
  });
  // Enter in the confirmation's text field means the button that it unlocks, never the first one.
  document.getElementById("confirm-name")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.getElementById("confirm-yes")?.click();
  });
}
