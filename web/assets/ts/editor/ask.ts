// The questions that the server answers about a place in a text, and their answers' shapes (docs/openapi.json).
import { sendJson } from "../ui/http";
import type { Position } from "./places";

export interface Range {
  start: Position;
  end: Position;
}

export interface Item {
  label: string;
  kind: string;
  detail?: string;
  docs?: string;
  insert: string;
  caret: number;
  range: Range;
  required?: boolean;
  deprecated?: boolean;
}

export interface Location {
  file: string;
  range: Range;
  line: string;
}

export interface OutlineSymbol {
  name: string;
  kind?: string;
  range: Range;
  selection: Range;
  children: OutlineSymbol[];
}

export interface Signature {
  label: string;
  docs: string;
  parameters: { label: string; type: string; docs?: string }[];
  active?: number;
}

export interface Hover {
  html: string;
  range: Range;
}

interface Answers {
  completions: { items: Item[]; incomplete: boolean };
  hover: Hover | null;
  definition: Location | null;
  references: Location[];
  outline: OutlineSymbol[];
  signature: Signature | null;
}

/** Asks; no answer is as good as nothing to say. */
export async function ask<Q extends keyof Answers>(blueprint: string, what: Q, body: object): Promise<Answers[Q] | null> {
  const response = await sendJson(`/api/v1/blueprints/${blueprint}/assist/${what}`, body).catch(() => null);
  return response?.ok ? ((await response.json()) as Answers[Q]) : null;
}
