// Talking to the server outside htmx.

/** A sentence for a person from an error answer: problem+json, or a page whose message is marked. */
export function problemText(status: number, body: string): string {
  try {
    const problem = JSON.parse(body) as { detail?: string; title?: string };
    if (problem.detail || problem.title) return problem.detail ?? problem.title ?? "";
  } catch {
    const message = new DOMParser().parseFromString(body, "text/html").querySelector("[data-problem]");
    if (message?.textContent) return message.textContent.trim();
  }
  return `The server answered ${status}. Reload the page and try again.`;
}

/** What is wrong with which value, from problem+json; each with the JSON pointer of the value in the request. */
export function problemFields(body: string): { pointer: string; message: string }[] {
  try {
    return (JSON.parse(body) as { errors?: { pointer: string; message: string }[] }).errors ?? [];
  } catch {
    return [];
  }
}

/** The server could not be reached, or is being restarted: worth another try with the same request. */
export class Unreachable extends Error {}

/** Sends JSON (a string is JSON already) and gives the answer back whatever its status; throws `Unreachable` when there is none. */
export async function sendJson(url: string, body: unknown, method = "POST"): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
  if (response.status >= 502 && response.status <= 504) throw new Unreachable();
  return response;
}

/** GET of a fragment or of JSON. */
export async function get(url: string, accept = "text/html"): Promise<Response> {
  try {
    return await fetch(url, { headers: { Accept: accept, "HX-Request": "true" } });
  } catch {
    throw new Unreachable();
  }
}
