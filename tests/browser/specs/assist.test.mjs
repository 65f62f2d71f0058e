// The code panel knows the catalog and the blueprint: completions, documentation, definitions, references, outline.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, newBlueprint, newProject, saveCode, signIn, signUp, typeCode } from "../steps.mjs";

let server;
let browser;
let project;

const NETWORK = 'resource "demo_network" "core" {\n  name = "core"\n  cidr = "10.0.0.0/16"\n}\n';

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "assisted");
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function designer(name, options = {}) {
  const page = await openPage(browser, server.url, options);
  await signIn(page);
  await newBlueprint(page, project, name);
  if (options.size === "phone") await page.getByRole("button", { name: "Code", exact: true }).click();
  return page;
}

const list = (page) => page.locator(".cm-tooltip-autocomplete [role=listbox]");
const option = (page, label) => list(page).getByRole("option").filter({ has: page.locator(".cm-completionLabel", { hasText: new RegExp(`^${label}$`) }) });

test("code is written with the keyboard and completions", async () => {
  const page = await designer("by completion");
  await saveCode(page, NETWORK);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nreso");
  await option(page, "resource").waitFor();
  // What appears under one's fingers is not taken by the key that was on its way.
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  // The type is chosen from the catalog, in the quotes that came along.
  await option(page, "demo_subnet").waitFor();
  await page.keyboard.type("sub");
  await option(page, "demo_subnet").waitFor();
  await page.waitForTimeout(100);
  await page.keyboard.press("Enter");
  assert.match(await code(page), /resource "demo_subnet" "" \{\n\}/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type("one");
  await page.keyboard.press("Escape");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("netw");
  await option(page, "network_id").waitFor();
  await page.waitForTimeout(100);
  await screenshot(page, "assist-argument");
  await checkPage(page);
  assert.match(await code(page), /resource "demo_subnet" "one" \{\n\s+netw\n/);
});

test("nothing is offered in comments and plain texts", async () => {
  const page = await designer("quiet");
  await typeCode(page, '# re');
  await page.keyboard.type("so");
  await page.waitForTimeout(500);
  assert.equal(await list(page).count(), 0);
  await typeCode(page, 'output "x" {\n  value = "plain');
  await page.keyboard.type("te");
  await page.waitForTimeout(500);
  assert.equal(await list(page).count(), 0);
});

test("a word tells what it is, by pointer and by keyboard", async () => {
  const page = await designer("hover", { scheme: "dark" });
  await saveCode(page, NETWORK);
  await page.locator(".cm-line", { hasText: "cidr" }).locator("span", { hasText: "cidr" }).first().hover();
  const docs = page.locator(".cm-docs");
  await docs.getByText("cidr").first().waitFor();
  await screenshot(page, "assist-hover-dark");
  await checkPage(page);
  await page.mouse.move(10, 10);
  await docs.waitFor({ state: "detached" });
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+F1");
  await docs.getByText("name").first().waitFor();
  await page.keyboard.press("Escape");
  await docs.waitFor({ state: "detached" });
});

test("one goes to definitions, uses and along the outline", async () => {
  const page = await designer("navigation");
  await saveCode(page, `${NETWORK}\nresource "demo_subnet" "one" {\n  network_id = demo_network.core.id\n}\n`);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("End");
  await page.keyboard.press("F12");
  const caret = () => page.evaluate(() => {
    const { state } = document.querySelector(".cm-content").cmTile.view;
    return state.doc.lineAt(state.selection.main.head).number;
  });
  await page.waitForFunction(() => document.querySelector(".cm-content").cmTile.view.state.selection.main.head < 60);
  assert.equal(await caret(), 1);
  await page.keyboard.press("Shift+F12");
  const dialog = page.getByRole("dialog", { name: "References" });
  await dialog.getByRole("option").nth(1).waitFor();
  assert.equal(await dialog.getByRole("option").count(), 2);
  await screenshot(page, "assist-references");
  await checkPage(page);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".cm-content").cmTile.view.state.selection.main.head > 60);
  assert.equal(await caret(), 7);
  await page.keyboard.press("Control+Shift+o");
  const outline = page.getByRole("dialog", { name: "Outline" });
  await outline.getByRole("option", { name: "demo_network.core" }).waitFor();
  await page.keyboard.type("core");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".cm-content").cmTile.view.state.selection.main.head < 60);
});

test("a call tells what it takes", async () => {
  const page = await designer("signature");
  await typeCode(page, "locals {\n  a = provider::terraform::encode_expr");
  await page.keyboard.type("(");
  const signature = page.locator(".cm-signature");
  await signature.locator("b").waitFor();
  assert.match(await signature.textContent(), /provider::terraform::encode_expr\(/);
  await screenshot(page, "assist-signature");
  await checkPage(page);
  // The first closes the list of completions.
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await signature.waitFor({ state: "detached" });
});

test("the field of a form completes as the code does", async () => {
  const page = await designer("fields");
  await saveCode(page, `${NETWORK}\nresource "demo_subnet" "one" {\n  network_id = demo_network.none.id\n}\n`);
  await page.locator('[data-element="demo_subnet.one"]').click();
  const field = page.locator('[id="f:network_id"] [data-expression]');
  await field.fill("");
  const options = page.locator("#complete [role=option]");
  await options.first().filter({ hasText: "demo_network.core.id" }).waitFor();
  await field.fill("demo_network.core.");
  await options.filter({ hasText: "cidr" }).first().waitFor();
  await screenshot(page, "assist-field");
  await checkPage(page);
});

test("on a phone the list fits", async () => {
  const page = await designer("small", { size: "phone" });
  await saveCode(page, NETWORK);
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\nreso");
  await option(page, "resource").waitFor();
  await screenshot(page, "assist-phone");
  await checkPage(page);
});
