// Somebody else saved first. Both versions are shown; the person decides, and nothing is lost until then.
import { get, sendJson, problemText } from "../ui/http";
import { toast } from "../ui/toast";
import { apply } from "./apply";
import { dropDrafts } from "./code";
import type { Edit, Stale } from "./queue";
import { byId, state, url, type Screen } from "./state";

type Choice = "theirs" | "mine" | "again";

/** Names of the files that the two sides have differently. */
function different(stale: Stale): string[] {
  const names = new Set([...Object.keys(stale.theirs), ...Object.keys(stale.yours)]);
  return [...names].filter((name) => stale.theirs[name] !== stale.yours[name]).sort();
}

/** True when the edit is to be sent again, on the newest revision. */
export async function resolveConflict(stale: Stale, edit: Edit | undefined): Promise<boolean> {
  const whole = edit?.op === "set_file";
  if (Object.keys(stale.yours).length === 0) return fallBack(stale);
  const { choice, files } = await choose(stale, edit !== undefined && !whole);
  if (choice === "again") {
    state.revision = stale.head;
    state.files = new Map(Object.entries(stale.theirs));
    return true;
  }
  if (choice === "mine") {
    await keep(stale.head, files);
    if (whole) dropDrafts();
    return false;
  }
  await takeTheirs();
  if (whole) dropDrafts();
  return false;
}

/** A step through history, or an edit that does not fit any more: there is only one version to show. */
async function fallBack(stale: Stale): Promise<boolean> {
  await takeTheirs();
  toast(`Somebody saved r${stale.head} meanwhile. This is it; your last change was not made.`, "bad");
  return false;
}

async function takeTheirs(): Promise<void> {
  const response = await get(url("screen", { element: state.element, known: state.revision }), "application/json");
  if (response.ok) await apply((await response.json()) as Screen);
}

async function keep(base: number, files: Record<string, string>): Promise<void> {
  const response = await sendJson(url("files"), { base, files, element: state.element });
  const text = await response.text();
  if (response.ok) {
    // The answer names what differs from `base`, which is not what the browser had.
    state.files = new Map(Object.entries(files));
    await apply(JSON.parse(text) as Screen);
    return;
  }
  toast(problemText(response.status, text), "bad");
  await takeTheirs();
}

async function choose(stale: Stale, canRepeat: boolean): Promise<{ choice: Choice; files: Record<string, string> }> {
  const nonce = document.querySelector<HTMLMetaElement>("meta[name=csp-nonce]")?.content ?? "";
  const { compare } = await import("../editor");
  const dialog = byId<HTMLDialogElement>("conflict");
  const names = different(stale);
  const mine = { ...stale.yours };
  let shown = "";
  let view: ReturnType<typeof compare> | null = null;
  byId("conflict-head").textContent = `r${stale.head}`;
  byId("conflict-text").textContent =
    `You worked on r${stale.base}. Meanwhile r${stale.head} was saved. Choose which one goes on; the other one stays in the history or here.`;
  byId("conflict-again").hidden = !canRepeat;
  const show = (name: string) => {
    if (view && shown) mine[shown] = view.text();
    view?.close();
    shown = name;
    view = compare(byId("conflict-merge"), nonce, stale.theirs[name] ?? "", mine[name] ?? "");
    for (const tab of byId("conflict-files").children) tab.setAttribute("aria-selected", String((tab as HTMLElement).dataset["name"] === name));
  };
  byId("conflict-files").replaceChildren(
    ...names.map((name) => {
      const tab = Object.assign(document.createElement("button"), { textContent: name, onclick: () => show(name) });
      tab.setAttribute("role", "tab");
      tab.dataset["name"] = name;
      return tab;
    }),
  );
  dialog.showModal();
  byId(canRepeat ? "conflict-again" : "conflict-mine").focus();
  if (names[0]) show(names[0]);
  const choice = await new Promise<Choice>((resolve) => {
    const on = (id: string, value: Choice) => (byId(id).onclick = () => resolve(value));
    on("conflict-theirs", "theirs");
    on("conflict-mine", "mine");
    on("conflict-again", "again");
    dialog.oncancel = (event) => event.preventDefault();
  });
  if (view && shown) mine[shown] = (view as ReturnType<typeof compare>).text();
  (view as ReturnType<typeof compare> | null)?.close();
  dialog.close();
  return { choice, files: mine };
}
