// `data-contents`: a table of contents whose current entry follows the scroll.

/** The sections that a table of contents lists, by the link to each. */
function sections(contents: HTMLElement): Map<Element, HTMLAnchorElement> {
  const found = new Map<Element, HTMLAnchorElement>();
  for (const link of contents.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (target) found.set(target, link);
  }
  return found;
}

function follow(contents: HTMLElement): void {
  const links = sections(contents);
  const seen = new Set<Element>();
  let current: HTMLAnchorElement | undefined;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) seen.add(entry.target);
        else seen.delete(entry.target);
      }
      // Of what is in sight, the last one that is listed and starts above the others' middle: the innermost.
      const inSight = [...links].filter(([target]) => seen.has(target));
      const next = inSight.at(-1)?.[1];
      if (!next || next === current) return;
      current?.removeAttribute("aria-current");
      current = next;
      current.setAttribute("aria-current", "true");
      reveal(contents, current);
    },
    // A thin line near the top of the window: what crosses it is being read.
    { rootMargin: "-80px 0px -80% 0px" },
  );
  for (const target of links.keys()) observer.observe(target);
}

/** Scrolls the table of contents alone, and only when the entry is out of its sight. */
function reveal(contents: HTMLElement, link: HTMLElement): void {
  const box = contents.closest<HTMLElement>(".aside") ?? contents;
  const [outer, inner] = [box.getBoundingClientRect(), link.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    box.scrollTop += inner.top - outer.top - box.clientHeight / 2;
  }
}

export function startContents(): void {
  for (const contents of document.querySelectorAll<HTMLElement>("[data-contents]")) follow(contents);
}
