// An address may point into a fold, even into one that is fetched when it is opened: unfold down to the target.

/** The argument with this anchor, or the nearest fold above it that the page has so far. */
function nearest(anchor: string): HTMLElement | null {
  for (let path = anchor; path; path = path.slice(0, Math.max(0, path.lastIndexOf(".")))) {
    const element = document.getElementById(path);
    if (element) return element;
  }
  return null;
}

function reveal(): void {
  const anchor = decodeURIComponent(location.hash.slice(1));
  const element = anchor.startsWith("arg-") ? nearest(anchor) : null;
  if (!element) return;
  for (let fold = element.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
  // A filter may have hidden it, or what it is in.
  for (let box: HTMLElement | null = element; box && box.id !== "main"; box = box.parentElement) box.hidden = false;
  element.scrollIntoView();
}

export function startReveal(): void {
  reveal();
  addEventListener("hashchange", reveal);
  // What was fetched may hold the target, or the next fold on the way to it.
  document.addEventListener("htmx:after:swap", (event) => {
    const { ctx } = (event as CustomEvent).detail;
    const fold = (ctx.sourceElement as Element | undefined)?.closest(".sub-args");
    if (fold?.id && location.hash.startsWith(`#${fold.id}.`)) reveal();
  });
}
