// "2 min ago" instead of a date, kept fresh. The exact moment stays in the title.
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const format = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });

export function ago(then: Date, now = new Date()): string {
  const seconds = (now.getTime() - then.getTime()) / 1000;
  if (seconds > 30 * 86_400) return then.toISOString().slice(0, 10);
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return format.format(-Math.floor(seconds / size), unit);
  }
  return "just now";
}

function refresh(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const then = new Date(element.dateTime);
    if (Number.isNaN(then.getTime())) continue;
    const text = ago(then);
    if (element.textContent !== text) element.textContent = text;
    element.title = then.toLocaleString();
  }
}

export function startTimes(): void {
  refresh(document);
  setInterval(() => refresh(document), 15_000);
  document.addEventListener("htmx:after:swap", () => refresh(document));
}
