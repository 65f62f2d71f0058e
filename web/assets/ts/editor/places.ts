// Places as the server counts them, and as CodeMirror does: UTF-16 units from the beginning of the text.
import type { EditorState, Text } from "@codemirror/state";

/** Lines and UTF-16 units, both from 0, as the questions about code have it. */
export interface Position {
  line: number;
  character: number;
}

/** Lines and characters, both from 1, as findings have it. */
export interface LineColumn {
  line: number;
  column: number;
}

export function positionAt(doc: Text, offset: number): Position {
  const line = doc.lineAt(offset);
  return { line: line.number - 1, character: offset - line.from };
}

/** What lies behind the end of a line or of the text is that end. */
export function offsetAt(doc: Text, place: Position | LineColumn): number {
  const number = "column" in place ? place.line : place.line + 1;
  if (number > doc.lines) return doc.length;
  const line = doc.line(Math.max(1, number));
  const units = "column" in place ? unitsBefore(line.text, place.column) : place.character;
  return Math.min(line.from + units, line.to);
}

function unitsBefore(line: string, column: number): number {
  let [units, left] = [0, column - 1];
  for (const character of line) {
    if (left-- <= 0) break;
    units += character.length;
  }
  return units;
}

/** The place so many bytes of UTF-8 behind another one. */
export function bytesOn(state: EditorState, from: number, bytes: number): number {
  let [at, left] = [from, bytes];
  for (const character of state.doc.sliceString(from, from + bytes)) {
    if (left <= 0) break;
    left -= character === "\n" ? state.lineBreak.length : utf8(character.codePointAt(0) ?? 0);
    at += character.length;
  }
  return at;
}

function utf8(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}
