// Every page loads this: htmx, and the few things that a page can't do by itself.
import "htmx.org";
import { startDialogs } from "./ui/dialogs";
import { startMenus } from "./ui/menus";
import { startTheme } from "./ui/theme";
import { showFlash, toast } from "./ui/toast";
import { startTimes } from "./ui/times";
import { problemText } from "./ui/http";
import { startForms } from "./ui/forms";
import { startCopy } from "./ui/copy";
import { startFilter } from "./ui/filter";
import { startReveal } from "./ui/reveal";
import { startSearch } from "./ui/search";
import { startContents } from "./ui/contents";
import { startUnfold } from "./ui/unfold";

// A 422 carries the form with its errors and is swapped in. Any other failure is told, and the page stays as it was.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = (event as CustomEvent).detail;
  const status = ctx.response?.status ?? 200;
  if (status < 400 || status === 422) return;
  event.preventDefault();
  toast(problemText(status, ctx.text ?? ""), "bad");
});
document.addEventListener("htmx:error", () => {
  toast("The server did not answer. Check the connection and try again.", "bad");
});

startTheme();
startMenus();
startDialogs();
startForms();
startTimes();
startCopy();
startFilter();
startReveal();
startSearch();
startContents();
startUnfold();
showFlash();
