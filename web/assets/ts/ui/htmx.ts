// The part of htmx that our own code calls.
export interface Htmx {
  swap(context: { text: string; target: Element; swap: string; sourceElement?: Element }): Promise<void>;
  process(element: Element): void;
}
