// Small behaviours of plain forms, each switched on by an attribute.

/** `data-submit-on-change`: a filter or a choice that takes effect at once. */
function submitOnChange(event: Event): void {
  const at = event.target as Element;
  if (at.closest("[data-submit-on-change]")) at.closest("form")?.requestSubmit();
}

/** `data-show-when="name=value"`: parts of a form that only one choice needs. */
function showParts(form: Element): void {
  for (const part of form.querySelectorAll<HTMLElement>("[data-show-when]")) {
    const [name, value] = (part.dataset["showWhen"] ?? "").split("=");
    const control = (form as HTMLFormElement).elements.namedItem(name ?? "");
    const current = control instanceof RadioNodeList || control instanceof HTMLSelectElement ? control.value : "";
    const shown = (value ?? "").split("|").includes(current);
    part.hidden = !shown;
    for (const input of part.querySelectorAll<HTMLInputElement>("input, select, textarea")) input.disabled = !shown;
  }
}

/** `data-replace-secret`: the value that is kept can only be replaced, so the field starts empty when asked for. */
function replaceSecret(event: Event): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-replace-secret]");
  const input = document.getElementById(button?.dataset["replaceSecret"] ?? "") as HTMLInputElement | null;
  if (!button || !input) return;
  button.closest<HTMLElement>(".secret-set")!.hidden = true;
  input.hidden = false;
  input.disabled = false;
  input.focus();
}

export function startForms(): void {
  document.addEventListener("change", (event) => {
    submitOnChange(event);
    const form = (event.target as Element).closest("form");
    if (form) showParts(form);
  });
  document.addEventListener("click", replaceSecret);
  const all = () => document.querySelectorAll("form").forEach(showParts);
  all();
  document.addEventListener("htmx:after:swap", all);
}
