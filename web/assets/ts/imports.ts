// The page that imports: a file is sent with its progress or dropped, code is sent as it was pasted, and while a repository is
// fetched the page says for how long already, and can end it.
import { problemFields, problemText } from "./ui/http";
import { upload } from "./ui/upload";

const fileForm = document.querySelector<HTMLFormElement>("form[data-import-file]");
const gitForm = document.querySelector<HTMLFormElement>("form[data-import-git]");
const textForm = document.querySelector<HTMLFormElement>("form[data-import-text]");
const error = document.getElementById("import-error")!;

function say(form: HTMLFormElement, text: string): void {
  form.querySelector("[data-status]")!.textContent = text;
}

function busy(form: HTMLFormElement, on: boolean): void {
  form.querySelector<HTMLButtonElement>("button[type=submit]")!.disabled = on;
  form.setAttribute("aria-busy", String(on));
}

function begin(form: HTMLFormElement): void {
  error.hidden = true;
  form.querySelectorAll(".err").forEach((told) => told.remove());
  form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  busy(form, true);
}

function fail(form: HTMLFormElement, text: string): void {
  busy(form, false);
  say(form, "");
  error.textContent = text;
  error.hidden = false;
  error.scrollIntoView({ block: "nearest" });
}

/** Says at the fields of a form what is wrong with each; whether they are all there. */
function failAtFields(form: HTMLFormElement, body: string): boolean {
  const inputs = problemFields(body).map(({ pointer, message }) => {
    const input = form.querySelector<HTMLInputElement>(`input[name="${CSS.escape(pointer.slice(1))}"]`);
    return { input, message };
  });
  if (!inputs.length || !inputs.every(({ input }) => input)) return false;
  busy(form, false);
  say(form, "");
  for (const { input, message } of inputs) {
    const told = Object.assign(document.createElement("p"), { className: "err", textContent: message });
    told.setAttribute("role", "alert");
    input!.setAttribute("aria-invalid", "true");
    input!.after(told);
    input!.closest("details")?.setAttribute("open", "");
  }
  inputs[0]!.input!.focus();
  return true;
}

function open(project: string, answer: string): void {
  const { id } = JSON.parse(answer) as { id: string };
  location.assign(`/projects/${project}/imports/${id}`);
}

const endpoint = (project: string) => `/api/v1/projects/${project}/imports`;

function sendFile(form: HTMLFormElement, file: File): void {
  const project = form.dataset["importFile"]!;
  const bar = form.querySelector("progress")!;
  bar.hidden = false;
  begin(form);
  say(form, `Sending ${file.name}…`);
  const request = upload({
    url: `${endpoint(project)}?dry_run=true&file=${encodeURIComponent(file.name)}`,
    file,
    type: "application/octet-stream",
    bar,
    done: (answer) => open(project, answer),
    failed: (text) => {
      bar.hidden = true;
      fail(form, text);
    },
  });
  request.upload.addEventListener("load", () => say(form, "Reading the archive and checking the code…"));
}

/** Asks for a preview; null when it was given up or the form says what is wrong. */
async function ask(form: HTMLFormElement, project: string, body: unknown, signal?: AbortSignal): Promise<void> {
  let response: Response;
  let answer: string;
  try {
    response = await fetch(endpoint(project), {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      ...(signal ? { signal } : {}),
    });
    answer = await response.text();
  } catch {
    if (!signal?.aborted) fail(form, "The server did not answer. Check the connection and try again.");
    return;
  }
  if (response.ok) open(project, answer);
  else if (!failAtFields(form, answer)) fail(form, problemText(response.status, answer));
}

async function sendText(form: HTMLFormElement): Promise<void> {
  const project = form.dataset["importText"]!;
  const text = form.querySelector("textarea")!.value;
  begin(form);
  say(form, "Checking the code…");
  await ask(form, project, { text, dry_run: true });
}

async function sendGit(form: HTMLFormElement): Promise<void> {
  const project = form.dataset["importGit"]!;
  const git: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) git[name.replace("git/", "")] = String(value).trim();
  const [bar, cancel] = [form.querySelector("progress")!, form.querySelector<HTMLButtonElement>("[data-cancel]")!];
  const controller = new AbortController();
  const started = Date.now();
  const tell = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    form.querySelector("[data-elapsed]")!.textContent = seconds > 0 ? ` ${seconds} s` : "";
  };
  begin(form);
  say(form, "Fetching the repository…");
  // Every second would be read aloud.
  const elapsed = Object.assign(document.createElement("span"), { ariaHidden: "true" });
  elapsed.dataset["elapsed"] = "";
  form.querySelector("[data-status]")!.append(elapsed);
  bar.hidden = cancel.hidden = false;
  const timer = setInterval(tell, 1000);
  cancel.onclick = () => controller.abort();
  await ask(form, project, { git, dry_run: true }, controller.signal);
  clearInterval(timer);
  bar.hidden = cancel.hidden = true;
  if (!controller.signal.aborted) return;
  busy(form, false);
  say(form, "Cancelled. Nothing was imported.");
  form.querySelector<HTMLButtonElement>("button[type=submit]")!.focus();
}

function acceptDrops(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]")!;
  const zone = form.querySelector<HTMLElement>(".drop")!;
  form.querySelector<HTMLElement>("[data-drop-hint]")!.hidden = false;
  const over = (on: boolean) => zone.classList.toggle("over", on);
  for (const type of ["dragenter", "dragover"]) {
    form.addEventListener(type, (event) => {
      event.preventDefault();
      over(true);
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget as Node | null)) over(false);
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const files = (event as DragEvent).dataTransfer?.files;
    if (!files?.length || form.getAttribute("aria-busy") === "true") return;
    input.files = files;
    form.requestSubmit();
  });
}

if (fileForm) acceptDrops(fileForm);
fileForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = fileForm.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
  if (file) sendFile(fileForm, file);
});
textForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  void sendText(textForm);
});
gitForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  void sendGit(gitForm);
});
// Back from the preview, the page is as it was left.
window.addEventListener("pageshow", () => {
  for (const form of [fileForm, gitForm, textForm]) {
    if (!form) continue;
    busy(form, false);
    say(form, "");
    form.querySelector("progress")?.setAttribute("hidden", "");
  }
});
