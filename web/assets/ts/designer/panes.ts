// On a small screen one pane shows at a time.
import { byId } from "./state";

export function showPane(name: string): void {
  byId("designer").dataset["pane"] = name;
  for (const button of document.querySelectorAll<HTMLElement>("[data-show-pane]")) {
    button.setAttribute("aria-pressed", String(button.dataset["showPane"] === name));
  }
}

export function startPanes(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-show-pane]");
    if (button) showPane(button.dataset["showPane"]!);
  });
}
