// `data-unfold="id"`: a button that opens, and then closes, every fold of the tree with that id. What would be fetched when
// it is opened stays closed: a deep tree has thousands of those.

function folds(tree: HTMLElement): HTMLDetailsElement[] {
  return [...tree.querySelectorAll<HTMLDetailsElement>("details.sub-args:not([data-later])")];
}

export function startUnfold(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-unfold]");
    const tree = button && document.getElementById(button.dataset["unfold"] ?? "");
    if (!button || !tree) return;
    const open = button.getAttribute("aria-expanded") !== "true";
    for (const fold of folds(tree)) fold.open = open;
    button.setAttribute("aria-expanded", String(open));
    button.textContent = open ? "Collapse all" : "Expand all";
  });
}
