// What is wrong, with the fixes of each finding. Asked for when somebody looks at it, once per revision.
import { get, sendJson } from "../ui/http";
import type { Edit } from "./queue";
import { state, url, type Finding } from "./state";

/** A piece of a file's text, by bytes, and what stands there afterwards. */
export interface Change {
  file: string;
  at: number;
  old: string;
  new: string;
}

export interface Fix {
  title: string;
  sure: boolean;
  edit: Edit & { changes: Change[] };
}

/** A finding as the list and the editor need it. */
export interface Mendable extends Finding {
  path?: string;
  fixes: Fix[];
}

export interface Findings {
  revision: number;
  /** The list as HTML. */
  list: string;
  findings: Mendable[];
}

let known: { revision: number; answer: Promise<Findings | null> } | null = null;

async function ask(): Promise<Findings | null> {
  const response = await get(url("problems"), "application/json").catch(() => null);
  return response?.ok ? ((await response.json()) as Findings) : null;
}

/** The findings of the revision at hand; null when there is no answer. */
export function findings(): Promise<Findings | null> {
  if (known?.revision !== state.revision) {
    const asked = (known = { revision: state.revision, answer: ask() });
    // Without an answer the next one who asks tries again.
    void asked.answer.then((answer) => {
      if (!answer && known === asked) known = null;
    });
  }
  return known.answer;
}

/** What is wrong with texts that are not saved; null when there is no answer. */
export async function check(files: ReadonlyMap<string, string>): Promise<Mendable[] | null> {
  const response = await sendJson(`/api/v1/blueprints/${state.id}/check`, { files: Object.fromEntries(files) }).catch(() => null);
  return response?.ok ? ((await response.json()) as Mendable[]) : null;
}

/** The text with its pieces replaced; null when one of them does not stand there any more. Places count bytes. */
export function replaced(text: string, changes: Change[]): string | null {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let out = "";
  let at = 0;
  for (const change of [...changes].sort((a, b) => a.at - b.at)) {
    const end = change.at + new TextEncoder().encode(change.old).length;
    if (change.at < at || decoder.decode(bytes.slice(change.at, end)) !== change.old) return null;
    out += decoder.decode(bytes.slice(at, change.at)) + change.new;
    at = end;
  }
  return out + decoder.decode(bytes.slice(at));
}
