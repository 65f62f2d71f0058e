// Menus behind a button: `data-menu` names the menu's id.
function close(button: HTMLElement, refocus: boolean): void {
  const menu = document.getElementById(button.dataset["menu"] ?? "");
  if (menu) menu.hidden = true;
  button.setAttribute("aria-expanded", "false");
  if (refocus) button.focus();
}

function openButtons(): NodeListOf<HTMLElement> {
  return document.querySelectorAll<HTMLElement>("[data-menu][aria-expanded=true]");
}

export function startMenus(): void {
  document.addEventListener("click", (event) => {
    const at = event.target as Element;
    const button = at.closest<HTMLElement>("[data-menu]");
    for (const other of openButtons()) {
      const inside = document.getElementById(other.dataset["menu"] ?? "")?.contains(at);
      const stays = inside && at.closest("[data-theme-choice]");
      if (other !== button && !stays) close(other, false);
    }
    if (!button) return;
    if (button.getAttribute("aria-expanded") === "true") return close(button, false);
    const menu = document.getElementById(button.dataset["menu"] ?? "");
    if (!menu) return;
    menu.hidden = false;
    button.setAttribute("aria-expanded", "true");
    menu.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    const button = openButtons()[0];
    if (!button) return;
    if (event.key === "Escape") return close(button, true);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const menu = document.getElementById(button.dataset["menu"] ?? "");
    const items = [...(menu?.querySelectorAll<HTMLElement>("a, button") ?? [])];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const next = (items.indexOf(document.activeElement as HTMLElement) + step + items.length) % items.length;
    event.preventDefault();
    items[next]?.focus();
  });
}
