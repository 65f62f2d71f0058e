// The page that imports: a file is sent with its progress or dropped, code is sent as it was pasted.
import { problemText, sendJson } from "./ui/http";
import { upload } from "./ui/upload";

const fileForm = document.querySelector<HTMLFormElement>("form[data-import-file]");
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
  busy(form, true);
}

function fail(form: HTMLFormElement, text: string): void {
  busy(form, false);
  say(form, "");
  error.textContent = text;
  error.hidden = false;
  error.scrollIntoView({ block: "nearest" });
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

async function sendText(form: HTMLFormElement): Promise<void> {
  const project = form.dataset["importText"]!;
  const text = form.querySelector("textarea")!.value;
  begin(form);
  say(form, "Checking the code…");
  const response = await sendJson(endpoint(project), { text, dry_run: true }).catch(() => null);
  if (!response) return fail(form, "The server did not answer. Check the connection and try again.");
  const answer = await response.text();
  if (response.ok) open(project, answer);
  else fail(form, problemText(response.status, answer));
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
// Back from the preview, the page is as it was left.
window.addEventListener("pageshow", () => {
  for (const form of [fileForm, textForm]) {
    if (!form) continue;
    busy(form, false);
    say(form, "");
    form.querySelector("progress")?.setAttribute("hidden", "");
  }
});
