// What people do, as clicks and keys: the specs are told in these words.
import assert from "node:assert/strict";

export const person = { name: "Kim Lee", email: "kim@example.com", password: "correct horse battery" };

/** The first visitor makes an account and is in. */
export async function signUp(page) {
  await page.goto("/");
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/projects");
}

export async function signIn(page) {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/projects");
}

/** Fills in a dialog that asks for a name, and sends it. */
async function nameDialog(page, name, button) {
  const dialog = page.locator("#modal");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: button }).click();
}

/** Makes a project and ends on its overview; gives back its address. */
export async function newProject(page, name) {
  await page.goto("/projects");
  await page.getByRole("button", { name: "New project" }).click();
  await nameDialog(page, name, "Create project");
  await page.waitForURL("**/projects/prj-*");
  return page.url();
}

/** Makes a blueprint and ends in the designer; gives back its address. */
export async function newBlueprint(page, project, name) {
  await page.goto(project);
  await page.getByRole("button", { name: "New blueprint" }).click();
  await nameDialog(page, name, "Create blueprint");
  await page.waitForURL("**/blueprints/bp-*");
  await page.locator(".cm-content").waitFor({ state: "attached" });
  return page.url().split("?")[0];
}

/** Puts files in place of a blueprint's, as a program does. */
export async function putFiles(page, designer, files) {
  const path = `/api/v1/blueprints/${designer.split("/").at(-1)}/files`;
  const { revision } = await (await page.request.get(path)).json();
  const answer = await page.request.put(path, { data: { files }, headers: { "if-match": `"${revision}"` } });
  assert.equal(answer.status(), 200, await answer.text());
}

/** Waits until everything that was typed is saved. */
export async function saved(page) {
  await page.waitForFunction(() => document.getElementById("saved-word")?.textContent === "saved");
}

/** Adds an element through the palette, by keys alone. */
export async function addByPalette(page, query, type) {
  await page.locator("#main").focus();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Add or find" }).waitFor();
  await page.keyboard.type(query);
  await page.locator(`#palette-results [aria-selected=true][data-add-type="${type}"]`).waitFor();
  await page.keyboard.press("Enter");
  await page.locator(`#form .form-view[data-address*="${type}."]`).waitFor();
  await saved(page);
}

/** The row of an argument in the form. */
export function field(page, path) {
  return page.locator(`[id="f:${path}"]`);
}

/** Types into an argument's plain control and waits for the save. */
export async function setText(page, path, value) {
  const control = page.locator(`[id="c:${path}"]`);
  await control.fill(value);
  await control.blur();
  await saved(page);
}

/** The text of the file that the code panel shows. The form stands before the editor is loaded, so this waits for it. */
export function code(page) {
  return page.locator(".cm-content").evaluate((content) => content.cmTile?.view?.state.doc.toString() ?? content.innerText);
}

/** Replaces the text in the code panel, by keys. */
export async function typeCode(page, text) {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(text);
}

/** Sets the code of the shown file and saves it. */
export async function saveCode(page, text) {
  await typeCode(page, text);
  await page.keyboard.press("Control+s");
  await saved(page);
}

/** Deploys the blueprint that the designer shows to a new environment; gives back the deployment's address. */
export async function deployToNew(page, environment) {
  await page.getByRole("button", { name: "Deploy", exact: true }).click();
  const dialog = page.locator("#modal");
  await dialog.getByText("A new environment").click();
  await dialog.getByLabel("Name of the environment").fill(environment);
  await dialog.getByRole("button", { name: "Create deployment" }).click();
  await page.waitForURL("**/deployments/dep-*");
  return page.url();
}

/** Starts a run on the deployment's page and ends on the run's page. */
export async function startRun(page, operation, message = "") {
  await page.getByLabel("What to do").selectOption(operation);
  if (message) await page.getByLabel("Why (optional)").fill(message);
  await page.getByRole("button", { name: "Start run" }).click();
  await page.waitForURL("**/runs/run-*");
}

/** Waits until the run's own chip says so. A run takes as long as Terraform does. */
export async function runIs(page, state) {
  const chip = page.locator("#run-head .run-title > .chip");
  await chip.filter({ hasText: state }).waitFor({ timeout: 120_000 });
  assert.equal((await chip.textContent()).trim(), state);
}
