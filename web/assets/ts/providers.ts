// The providers' pages: what crawls have done is morphed in while they go on, and a bundle is sent with its progress.
import htmx from "htmx.org";
import type { Htmx } from "./ui/htmx";
import { get } from "./ui/http";
import { upload } from "./ui/upload";

/** Between two looks, in milliseconds: the server writes progress about once a second. */
const EVERY = 1000;
/** What a crawl that has ended may have changed besides its own row. */
const CATALOG = "catalog";

const crawls = () => document.getElementById("crawls");

async function morph(id: string, fresh: Document): Promise<void> {
  const from = fresh.getElementById(id);
  const to = document.getElementById(id);
  if (from && to && from.outerHTML !== to.outerHTML) {
    await (htmx as unknown as Htmx).swap({ text: from.outerHTML, target: to, swap: "outerMorph" });
  }
}

async function read(url: string): Promise<Document | null> {
  const response = await get(url).catch(() => null);
  // A server that is being restarted is asked again.
  return response?.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
}

async function look(): Promise<void> {
  const { ended, from } = crawls()!.dataset;
  const fresh = await read(from ?? location.href);
  if (!fresh) return;
  await morph("crawls", fresh);
  if (crawls()?.dataset["ended"] === ended || !document.getElementById(CATALOG)) return;
  const page = await read(location.href);
  if (page) await morph(CATALOG, page);
}

async function watch(): Promise<void> {
  while (crawls()?.dataset["live"] === "true") {
    await new Promise((resolve) => setTimeout(resolve, EVERY));
    // Nobody sees what happens in a hidden tab.
    if (!document.hidden) await look();
  }
}

function send(form: HTMLFormElement): void {
  const file = form.querySelector<HTMLInputElement>("input[type=file]")?.files?.[0];
  const error = document.getElementById("upload-error")!;
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]")!;
  if (!file) return;
  error.hidden = true;
  button.disabled = true;
  const request = upload({
    url: `${form.dataset["upload"]}?name=${encodeURIComponent(file.name)}`,
    file,
    type: "application/zstd",
    bar: form.querySelector("progress")!,
    done: () => location.assign("/settings/providers"),
    failed: (text) => {
      error.textContent = text;
      error.hidden = false;
      button.disabled = false;
    },
  });
  form.closest("dialog")?.addEventListener("close", () => request.abort(), { once: true });
}

document.addEventListener("submit", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-upload]");
  if (!form) return;
  event.preventDefault();
  send(form);
});

void watch();
