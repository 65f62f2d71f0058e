// The designer. Its parts: `queue` sends edits, `apply` draws what comes back, `values` reads the form, `code` is the
// editor, `look` knows where one is, `palette` adds and finds, `conflict` asks when somebody else was first.
import { toast } from "../ui/toast";
import { apply } from "./apply";
import { startActions } from "./actions";
import { hasDrafts, refuseFile, startCode } from "./code";
import { startComplete } from "./complete";
import { resolveConflict } from "./conflict";
import { startFilter } from "./filter";
import { startLook } from "./look";
import { showPalette, startPalette } from "./palette";
import { startPanes } from "./panes";
import { startProblems } from "./problems";
import { pending, startQueue, type Edit } from "./queue";
import { byId } from "./state";
import { refuse, startValues } from "./values";

function say(count: number, offline: boolean): void {
  const chip = byId("saved");
  const word = offline ? "not saved" : count > 0 ? "saving" : hasDrafts() ? "code not saved" : "saved";
  byId("saved-word").textContent = word;
  if (offline) byId("saved-word").append(Object.assign(document.createElement("span"), { className: "hide-small", textContent: ", trying again" }));
  chip.classList.toggle("update", offline || (count === 0 && hasDrafts()));
  for (const field of document.querySelectorAll(".f .unsaved")) field.remove();
  if (!offline) return;
  for (const field of document.querySelectorAll<HTMLElement>(".f[data-waiting]")) {
    field.append(Object.assign(document.createElement("p"), { className: "unsaved", textContent: "Not saved yet: the server does not answer. It is tried again." }));
  }
}

function refused(edit: Edit | undefined, message: string): void {
  if (edit?.op === "set_file") return refuseFile(String(edit["file"]), message);
  const path = typeof edit?.["path"] === "string" ? edit["path"] : null;
  if (path === null || !refuse(path, message)) toast(message, "bad");
}

startQueue({ applied: (screen) => apply(screen), refused, conflict: resolveConflict, changed: say });
byId("saved").addEventListener("drafts", () => say(pending(), false));
const form = byId("form");
startValues(form);
startComplete(form);
startActions();
startPanes();
startPalette();
startFilter();
startCode();
startLook();
startProblems();
// A link from elsewhere may ask for something to be added.
const wanted = new URLSearchParams(location.search).get("add");
if (wanted !== null) showPalette(wanted);
