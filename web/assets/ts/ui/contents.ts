// `data-contents`: a table of contents whose current entry follows the scroll.

/** What a table of contents lists, in the order of the page, with the link to each. */
function sections(contents: HTMLElement): [HTMLElement, HTMLAnchorElement][] {
  const found: [HTMLElement, HTMLAnchorElement][] = [];
  for (const link of contents.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) found.push([target, link]);
  }
  return found;
}

/** What scrolls the page around an element. */
function scrollerOf(element: HTMLElement): HTMLElement {
  for (let box = element.parentElement; box; box = box.parentElement) {
    if (box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
  }
  return document.documentElement;
}

/**
 * The entry that is being read: the last one that starts above a line. The line goes from the top of the window to its
 * bottom as the page goes from its start to its end, so that the last entries have their turn too.
 */
function current(entries: [HTMLElement, HTMLAnchorElement][]): HTMLAnchorElement | undefined {
  const first = entries[0]?.[0];
  if (!first) return undefined;
  const scroller = scrollerOf(first);
  const way = scroller.scrollHeight - scroller.clientHeight;
  const line = 80 + (way > 0 ? scroller.scrollTop / way : 0) * (innerHeight - 100);
  return entries.findLast(([target]) => target.checkVisibility() && target.getBoundingClientRect().top <= line)?.[1];
}

/** Scrolls the table of contents alone, and only when the entry is out of its sight. */
function reveal(contents: HTMLElement, link: HTMLElement): void {
  const box = contents.closest<HTMLElement>(".aside") ?? contents;
  const [outer, inner] = [box.getBoundingClientRect(), link.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - box.clientHeight / 2;
}

function follow(contents: HTMLElement): void {
  const entries = sections(contents);
  let marked: HTMLAnchorElement | undefined;
  let waiting = false;
  const update = () => {
    waiting = false;
    const next = current(entries);
    if (next === marked) return;
    marked?.removeAttribute("aria-current");
    marked = next;
    if (!marked) return;
    marked.setAttribute("aria-current", "true");
    reveal(contents, marked);
  };
  const later = () => {
    if (!waiting) requestAnimationFrame(update);
    waiting = true;
  };
  // Whatever it is that scrolls: the event does not bubble, but it can be captured.
  document.addEventListener("scroll", later, { capture: true, passive: true });
  update();
}

export function startContents(): void {
  for (const contents of document.querySelectorAll<HTMLElement>("[data-contents]")) follow(contents);
}
