// The designer: forms and code as two faces of one text, and nothing that was typed is ever lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { addByPalette, code, field, newBlueprint, newProject, saveCode, saved, setText, signIn, signUp, typeCode } from "../steps.mjs";

let server;
let browser;
let project;

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "designs");
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function designer(name) {
  const page = await openPage(browser, server.url);
  await signIn(page);
  const address = await newBlueprint(page, project, name);
  return { page, address };
}

test("a resource is added and filled in by the keyboard alone", async () => {
  const { page } = await designer("keyboard");
  await addByPalette(page, "demo network", "demo_network");
  const name = page.locator('[id="c:name"]');
  await name.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("core");
  await page.keyboard.press("Tab");
  await saved(page);
  assert.match(await code(page), /resource "demo_network" "main" \{[^}]*name\s+= "core"/);
  // The argument with the focus is marked in the code, and its documentation stands beside it.
  await name.focus();
  await page.locator(".cm-here", { hasText: "name" }).waitFor();
  await page.locator("#docs").getByText("name", { exact: true }).waitFor();
  assert.match(page.url(), /element=demo_network\.main&path=name/);
  await checkPage(page);
});

test("a change in the code shows in the form, and keeps every comment", async () => {
  const { page } = await designer("code");
  await saveCode(page, '# kept\nresource "demo_network" "core" {\n  name = "a" # why\n}\n');
  await page.locator('[data-element="demo_network.core"]').click();
  await page.locator('[id="c:name"]').waitFor();
  assert.equal(await page.locator('[id="c:name"]').inputValue(), "a");
  await setText(page, "name", 'say "${hello}"');
  assert.match(await code(page), /# kept\nresource "demo_network" "core" \{\n\s+name = "say \\"\$\$\{hello\}\\"" # why/);
  await page.reload();
  assert.equal(await page.locator('[id="c:name"]').inputValue(), 'say "${hello}"');
});

test("bad code is refused with its place, and stays as it was typed", async () => {
  const { page } = await designer("bad code");
  const bad = 'resource "demo_network" "core" {\n  name = \n}\n';
  await typeCode(page, bad);
  await page.keyboard.press("Control+s");
  await page.locator("#editor-bar.bad").getByText(/Not saved\. Line 2, column \d+/).waitFor();
  await page.locator(".cm-lintRange-error").first().waitFor();
  assert.equal(await code(page), bad);
  await screenshot(page, "designer-bad-code");
  await checkPage(page);
  // Mended, it is saved.
  await saveCode(page, 'resource "demo_network" "core" {\n  name = "x"\n}\n');
  await page.locator('[data-element="demo_network.core"]').waitFor();
});

test("the later of two saves shows both versions and loses neither", async () => {
  const { page, address } = await designer("two people");
  await addByPalette(page, "demo network", "demo_network");
  await setText(page, "name", "first");
  const other = await page.context().newPage();
  other.problems = [];
  await other.goto(address);
  await other.locator('[data-element="demo_network.main"]').click();
  await other.locator('[id="c:name"]').waitFor();
  await setText(other, "name", "theirs");
  // The first page does not know of it.
  await page.locator('[id="c:name"]').fill("mine");
  await page.locator('[id="c:name"]').blur();
  const dialog = page.locator("#conflict");
  await dialog.waitFor();
  await dialog.getByText("theirs").first().waitFor();
  await dialog.getByText("mine").first().waitFor();
  await screenshot(page, "designer-conflict");
  assert.deepEqual(page.problems, []);
  await dialog.getByRole("button", { name: "Apply my change to theirs" }).click();
  await saved(page);
  assert.match(await code(page), /name\s+= "mine"/);
  // Once more, and theirs is taken.
  await other.reload();
  await other.locator('[id="c:name"]').waitFor();
  await setText(other, "name", "theirs again");
  await page.locator('[id="c:name"]').fill("mine again");
  await page.locator('[id="c:name"]').blur();
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await saved(page);
  assert.match(await code(page), /name\s+= "theirs again"/);
  // And by code: one's own text stands over theirs.
  await setText(other, "name", "third");
  await typeCode(page, (await code(page)).replace("theirs again", "by hand"));
  await page.keyboard.press("Control+s");
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await saved(page);
  assert.match(await code(page), /name\s+= "by hand"/);
  await other.reload();
  await other.locator('[id="c:name"]').waitFor();
  assert.equal(await other.locator('[id="c:name"]').inputValue(), "by hand");
});

test("what is typed while the server is away is kept and saved when it is back", async () => {
  const { page } = await designer("away");
  await addByPalette(page, "demo network", "demo_network");
  await page.route("**/edits", (route) => route.abort());
  await page.locator('[id="c:name"]').fill("patient");
  await page.locator('[id="c:name"]').blur();
  await page.locator("#saved").getByText("not saved, trying again").waitFor();
  await field(page, "name").getByText("Not saved yet").waitFor();
  await page.unroute("**/edits");
  await saved(page);
  assert.match(await code(page), /name\s+= "patient"/);
});

test("undo, redo and history", async () => {
  const { page } = await designer("history");
  await addByPalette(page, "demo network", "demo_network");
  await setText(page, "name", "one");
  await setText(page, "name", "two");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => document.getElementById("c:name").value === "one");
  await page.getByRole("button", { name: "Redo" }).click();
  await page.waitForFunction(() => document.getElementById("c:name").value === "two");
  await page.getByRole("button", { name: "History" }).click();
  const dialog = page.locator("#modal");
  await dialog.getByRole("heading", { name: "History" }).waitFor();
  await screenshot(page, "designer-history");
  const first = dialog.locator("li", { hasText: "Created" });
  await first.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("heading", { name: "An empty blueprint" }).waitFor();
  await saved(page);
});

test("elements are renamed with their references, copied and removed", async () => {
  const { page } = await designer("elements");
  await saveCode(page, 'resource "demo_network" "a" {\n  name = "a"\n}\n\noutput "id" {\n  value = demo_network.a.id\n}\n');
  await page.locator('[data-element="demo_network.a"]').click();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("New name").fill("core");
  await page.getByRole("button", { name: "Rename", exact: true }).last().click();
  await page.locator('[data-element="demo_network.core"]').waitFor();
  assert.match(await code(page), /value = demo_network\.core\.id/);
  await page.getByRole("button", { name: "Duplicate" }).click();
  await page.locator('[data-element="demo_network.core_2"]').waitFor();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.locator("#confirm").getByRole("button", { name: "Remove" }).click();
  await page.locator('[data-element="demo_network.core_2"]').waitFor({ state: "detached" });
});

test("one pane at a time on a phone", async () => {
  const page = await openPage(browser, server.url, { size: "phone" });
  await signIn(page);
  await newBlueprint(page, project, "phone");
  for (const pane of ["Outline", "Code", "Docs", "Form"]) {
    await page.locator(".switcher").getByRole("button", { name: pane }).click();
    await screenshot(page, `designer-phone-${pane.toLowerCase()}`);
    await checkPage(page);
  }
});
