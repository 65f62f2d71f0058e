// Terminal output as elements: SGR colours and styles (ECMA-48 8.3.117); other control sequences are dropped.

/** What is switched on; carried from chunk to chunk. */
export interface Style {
  colour: number;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
}

export const plain: Style = { colour: 0, bold: false, dim: false, italic: false, underline: false };

// eslint-disable-next-line no-control-regex
const SEQUENCE = /\x1b\[([0-9;]*)m|\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]|[\x00-\x08\x0b-\x1a\x1c-\x1f]/g;

function next(style: Style, codes: string): Style {
  let now = { ...style };
  for (const code of (codes || "0").split(";").map(Number)) {
    if (code === 0) now = { ...plain };
    else if (code === 1) now.bold = true;
    else if (code === 2) now.dim = true;
    else if (code === 3) now.italic = true;
    else if (code === 4) now.underline = true;
    else if (code === 22) now.bold = now.dim = false;
    else if (code === 23) now.italic = false;
    else if (code === 24) now.underline = false;
    else if (code === 39) now.colour = 0;
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) now.colour = code;
  }
  return now;
}

function classes(style: Style): string {
  const all = [style.colour ? `a-${style.colour}` : "", style.bold ? "a-b" : "", style.dim ? "a-d" : "", style.italic ? "a-i" : "", style.underline ? "a-u" : ""];
  return all.filter(Boolean).join(" ");
}

function piece(text: string, style: Style): Node {
  const name = classes(style);
  if (!name) return document.createTextNode(text);
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

/** One line's nodes, and the style after it. */
export function render(line: string, style: Style): { nodes: Node[]; style: Style } {
  const nodes: Node[] = [];
  let at = 0;
  let now = style;
  for (const match of line.matchAll(SEQUENCE)) {
    if (match.index > at) nodes.push(piece(line.slice(at, match.index), now));
    if (match[1] !== undefined) now = next(now, match[1]);
    at = match.index + match[0].length;
  }
  if (at < line.length) nodes.push(piece(line.slice(at), now));
  return { nodes, style: now };
}
