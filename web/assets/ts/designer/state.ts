// What the designer knows, and the shapes that the server sends.

export interface Finding {
  file: string;
  line: number;
  column: number;
  /** Bytes of the file. */
  span: { start: number; end: number };
  severity: "error" | "warning" | "info";
  message: string;
  address: string | null;
}

/** The answer to an edit, and to a look at another element. */
export interface Screen {
  revision: number;
  undo: boolean;
  redo: boolean;
  element: string | null;
  form: string;
  outline: string;
  status: string;
  files: Record<string, string | null>;
  findings: Finding[];
  element_file: string | null;
}

interface Start extends Screen {
  id: string;
  name: string;
}

const start = JSON.parse(document.getElementById("start")?.textContent ?? "{}") as Start;

/** The one copy of it all. `files` are the texts of `revision`. */
export const state = {
  id: start.id,
  name: start.name,
  revision: start.revision,
  element: start.element,
  elementFile: start.element_file,
  files: new Map<string, string>(
    Object.entries(start.files).filter((entry): entry is [string, string] => entry[1] !== null),
  ),
  findings: start.findings,
};

/** An address below this blueprint. */
export function url(tail: string, query: Record<string, string | number | null | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return `/blueprints/${state.id}/${tail}${text ? `?${text}` : ""}`;
}

const CANONICAL = ["main.tf", "variables.tf", "outputs.tf", "providers.tf"];

/** File names in the order that people read them. */
export function fileNames(): string[] {
  const rank = (name: string) => (CANONICAL.includes(name) ? CANONICAL.indexOf(name) : CANONICAL.length);
  return [...state.files.keys()].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}
