// The graph's drawing: size, dragging, and what an element is joined to while it is pointed at.

const SMALLEST = 0.2;
const LARGEST = 2;
/** One press of a key, or of a button. */
const STEP = 1.2;
/** What the drawing is shrunk to by itself, at most: its words can still be read. */
const READABLE = 0.6;

const canvas = document.getElementById("canvas");
const drawing = document.querySelector<SVGSVGElement>("#drawing");

function zooming(canvas: HTMLElement, drawing: SVGSVGElement): void {
  const { width, height } = drawing.viewBox.baseVal;
  const label = document.querySelector("[data-zoom=reset]")!;
  let scale = 1;
  /** Changes the size and keeps what is at `x`, `y` of the canvas where it is. */
  const set = (wanted: number, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2): void => {
    const before = scale;
    scale = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    drawing.setAttribute("width", String(width * scale));
    drawing.setAttribute("height", String(height * scale));
    canvas.scrollLeft = ((canvas.scrollLeft + x) * scale) / before - x;
    canvas.scrollTop = ((canvas.scrollTop + y) * scale) / before - y;
    label.textContent = `${Math.round(100 * scale)} %`;
  };
  const fit = () => set(Math.min(1, Math.max(READABLE, canvas.clientWidth / width)));
  const by = { in: () => set(scale * STEP), out: () => set(scale / STEP), reset: fit };
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-zoom]")) {
    button.addEventListener("click", () => by[button.dataset["zoom"] as keyof typeof by]());
  }
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { "+": by.in, "=": by.in, "-": by.out, "0": by.reset }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  canvas.addEventListener("wheel", (event) => {
    // Without Ctrl the wheel scrolls, as everywhere.
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    set(scale * Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });
  fit();
}

/** The mouse drags the drawing; fingers scroll it by themselves. */
function dragging(canvas: HTMLElement): void {
  canvas.addEventListener("pointerdown", (down) => {
    if (down.pointerType !== "mouse" || down.button !== 0 || (down.target as Element).closest("a")) return;
    const from = { left: canvas.scrollLeft + down.clientX, top: canvas.scrollTop + down.clientY };
    canvas.setPointerCapture(down.pointerId);
    canvas.classList.add("dragging");
    const move = (event: PointerEvent): void => {
      canvas.scrollLeft = from.left - event.clientX;
      canvas.scrollTop = from.top - event.clientY;
    };
    const end = (): void => {
      canvas.removeEventListener("pointermove", move);
      canvas.classList.remove("dragging");
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("lostpointercapture", end, { once: true });
  });
}

/** Lights up what the element under the pointer, or with the focus, is joined to. */
function lighting(drawing: SVGSVGElement): void {
  const nodes = [...drawing.querySelectorAll<HTMLElement>("[data-node]")];
  const arrows = [...drawing.querySelectorAll<SVGPathElement>("[data-from]")];
  const light = (at: Element | null): void => {
    const chosen = at?.closest<HTMLElement>("[data-node]")?.dataset["node"];
    const joined = new Set<string>();
    for (const arrow of arrows) {
      const { from, to } = arrow.dataset as { from: string; to: string };
      const hot = chosen !== undefined && (chosen === from || chosen === to);
      arrow.classList.toggle("hot", hot);
      if (hot) joined.add(from).add(to);
    }
    nodes.forEach((node) => node.classList.toggle("hot", joined.has(node.dataset["node"]!)));
    drawing.classList.toggle("has-hover", joined.size > 0);
  };
  for (const name of ["pointerover", "focusin"]) drawing.addEventListener(name, (event) => light(event.target as Element));
  for (const name of ["pointerleave", "focusout"]) drawing.addEventListener(name, () => light(null));
}

if (canvas && drawing) {
  zooming(canvas, drawing);
  dragging(canvas);
  lighting(drawing);
  drawing.querySelector("[aria-current]")?.scrollIntoView({ block: "center", inline: "center" });
}
// A name that was chosen from the list is meant to be shown.
document.querySelector<HTMLInputElement>("#find")?.addEventListener("input", (event) => {
  const input = event.currentTarget as HTMLInputElement;
  const known = [...(input.list?.options ?? [])].some((option) => option.value === input.value);
  if (known && !(event instanceof InputEvent && event.inputType === "insertText")) input.form?.requestSubmit();
});
