// Short messages in the corner. They say what happened and go; anything that must be read stays on the page instead.
const SHOWN_MS = 6000;

export function toast(text: string, tone: "" | "bad" = ""): void {
  const host = document.getElementById("toasts");
  if (!host) return;
  const box = document.createElement("div");
  box.className = `toast ${tone}`;
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  button.setAttribute("aria-label", "Close message");
  button.addEventListener("click", () => box.remove());
  box.append(button);
  host.append(box);
  if (tone !== "bad") setTimeout(() => box.remove(), SHOWN_MS);
}

/** What the page before left to say: the server puts it into a cookie that lives for one page. */
export function showFlash(): void {
  const entry = document.cookie.split("; ").find((part) => part.startsWith("flash="));
  if (!entry) return;
  document.cookie = "flash=; path=/; max-age=0; samesite=lax";
  toast(decodeURIComponent(entry.slice("flash=".length)));
}
