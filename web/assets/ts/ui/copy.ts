// `data-copy`: a button that puts the text of the element with that id on the clipboard. `data-copy-link`: a link that is
// followed and whose full address is put there as well.
import { toast } from "./toast";

async function copy(button: HTMLElement): Promise<void> {
  const source = document.getElementById(button.dataset["copy"] ?? "");
  if (!source) return;
  const text = source instanceof HTMLInputElement ? source.value : (source.textContent ?? "");
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    // There is no clipboard on a page that came over plain HTTP from another machine: leave it selected instead.
    getSelection()?.selectAllChildren(source);
    if (source instanceof HTMLInputElement) source.select();
    toast("The browser does not allow copying here. The text is selected: copy it with the keyboard.");
  }
}

export function startCopy(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-copy-link]");
    // Without a clipboard the address bar has it all the same.
    if (link) navigator.clipboard?.writeText(link.href).then(() => toast("Link copied"), () => {});
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    void copy(button);
  });
}
