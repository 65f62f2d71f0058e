// Edits of how a blueprint is made up: to another file, into a module, to an output, count to for_each; with undo.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, field, newBlueprint, newProject, saveCode, saved, signIn, signUp } from "../steps.mjs";

let server;
let browser;
let project;

const TEXT = `resource "demo_network" "core" {
  name = "n"
  cidr = "10.0.0.0/16"
}

resource "terraform_data" "many" {
  count = 2
  input = demo_network.core.id
}
`;

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "orders");
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The form of an element of a new blueprint. */
async function designer(name, element, options, text = TEXT) {
  const page = await openPage(browser, server.url, options);
  await signIn(page);
  const address = await newBlueprint(page, project, name);
  if (options?.size === "phone") await page.getByRole("button", { name: "Code", exact: true }).click();
  await saveCode(page, text);
  await page.goto(`${address}?element=${element}`);
  await page.locator("#form .form-view").waitFor();
  return page;
}

/** Chooses an entry of the element's menu. */
async function choose(page, entry) {
  await page.getByRole("button", { name: /^More actions for/ }).click();
  await page.locator("#element-menu").waitFor();
  await page.getByRole("button", { name: entry }).click();
}

const inCode = (page, wanted) =>
  page.waitForFunction((wanted) => document.querySelector(".cm-content").innerText.includes(wanted), wanted);

test("an element moves to another file, and back by undo", async () => {
  const page = await designer("move", "demo_network.core");
  await page.getByRole("button", { name: /^More actions for/ }).click();
  await page.locator("#element-menu").waitFor();
  await screenshot(page, "edits-menu");
  await checkPage(page);
  await page.getByRole("button", { name: "Move to another file…" }).click();
  await page.getByLabel("File", { exact: true }).fill("../evil.tf");
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await page.getByRole("alert").filter({ hasText: "not a file name" }).waitFor();
  await checkPage(page);
  await page.getByLabel("File", { exact: true }).fill("network.tf");
  await page.getByRole("button", { name: "Move", exact: true }).click();
  await page.getByRole("tab", { name: /network\.tf/ }).waitFor();
  await saved(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("tab", { name: /network\.tf/ }).waitFor({ state: "detached" });
  await page.context().close();
});

for (const [size, theme] of [["desktop", "light"], ["phone", "dark"]]) {
  test(`elements become a module, ${size}`, async () => {
    const page = await designer(`module-${size}`, "demo_network.core", { size, theme });
    await choose(page, "Make a module…");
    await page.locator("#module").waitFor();
    await screenshot(page, `edits-module-${size}`);
    await checkPage(page);
    await page.locator("#module-name").fill("a module");
    await page.getByRole("button", { name: "Make module" }).click();
    await page.locator("#module-error").waitFor();
    await page.locator("#module-name").fill("net");
    await page.getByRole("button", { name: "Make module" }).click();
    await page.locator("#module").waitFor({ state: "hidden" });
    await saved(page);
    await page.locator('#outline [data-element="module.net"]').waitFor({ state: "attached" });
    await screenshot(page, `edits-module-made-${size}`);
    await checkPage(page);
    await page.context().close();
  });
}

test("an element is shown as an output, and each of many gets a key", async () => {
  const page = await designer("output", "demo_network.core");
  await choose(page, "Make an output…");
  await page.getByLabel("Attribute").fill("id");
  await page.getByRole("button", { name: "Make output" }).click();
  await page.locator('#outline [data-element="output.core_id"]').waitFor({ state: "attached" });
  await page.locator('#outline [data-element="terraform_data.many"]').first().click();
  await page.locator('#form .form-view[data-address="terraform_data.many"]').waitFor();
  await choose(page, "Replace count by for_each…");
  await page.getByLabel("Keys").fill("a, b");
  await page.getByRole("button", { name: "Use for_each" }).click();
  await inCode(page, "for_each");
  assert.match(await code(page), /to\s+= terraform_data\.many\["b"\]/);
  await checkPage(page);
  await page.context().close();
});

/** Everything of the blueprint, by file. */
async function files(page) {
  const id = new URL(page.url()).pathname.split("/").at(-1);
  return (await (await page.request.get(`/api/v1/blueprints/${id}/files`)).json()).files;
}

/** One step back gives every file its text from before. */
async function undone(page, before) {
  await page.getByRole("button", { name: "Undo" }).click();
  await saved(page);
  await page.waitForFunction((text) => document.querySelector(".cm-content").cmTile.view.state.doc.toString() === text, before["main.tf"]);
  assert.deepEqual(await files(page), before);
  await checkPage(page);
}

test("a value becomes a local, and back by undo", async () => {
  const page = await designer("local", "demo_network.core");
  const before = await files(page);
  const make = async () => {
    const row = field(page, "cidr");
    await row.getByRole("button", { name: "Actions for cidr" }).click();
    await page.getByRole("button", { name: "Make this a local" }).click();
  };
  await make();
  await page.getByLabel("Name of the local").fill("a range");
  await page.getByRole("button", { name: "Make local" }).click();
  await page.getByRole("alert").filter({ hasText: "a range" }).waitFor();
  await page.getByLabel("Name of the local").fill("range");
  await screenshot(page, "edits-local");
  await checkPage(page);
  await page.getByRole("button", { name: "Make local" }).click();
  await page.locator('#outline [data-element="local.range"]').waitFor({ state: "attached" });
  await saved(page);
  const after = Object.values(await files(page)).join("");
  assert.match(after, /cidr\s+= local\.range\n/);
  assert.match(after, /locals \{\n {2}range = "10\.0\.0\.0\/16"\n\}/);
  await undone(page, before);
  await page.context().close();
});

test("the default of a variable goes where it is used, and back by undo", async () => {
  const text = 'variable "cidr" {\n  default = "10.0.0.0/16" # all of it\n}\n\n' + TEXT.replace('"10.0.0.0/16"', "var.cidr");
  const page = await designer("inline", "var.cidr", {}, text);
  const before = await files(page);
  await choose(page, "Put the default in its place…");
  const dialog = page.getByRole("dialog").filter({ hasText: "Inline var.cidr?" });
  await dialog.waitFor();
  await screenshot(page, "edits-inline");
  await checkPage(page);
  await dialog.getByRole("button", { name: "Inline" }).click();
  await page.locator('#outline [data-element="var.cidr"]').waitFor({ state: "detached" });
  await saved(page);
  assert.match((await files(page))["main.tf"], /cidr = "10\.0\.0\.0\/16"\n/);
  await undone(page, before);
  await page.context().close();
});

test("a variable that has no default stays, and it is said why", async () => {
  const text = 'variable "cidr" {}\n\n' + TEXT.replace('"10.0.0.0/16"', "var.cidr");
  const page = await designer("no default", "var.cidr", {}, text);
  const before = await files(page);
  await choose(page, "Put the default in its place…");
  await page.getByRole("button", { name: "Inline", exact: true }).click();
  await page.getByRole("dialog").filter({ hasText: "var.cidr stays" }).waitFor();
  await checkPage(page);
  await page.getByRole("button", { name: "OK" }).click();
  assert.deepEqual(await files(page), before);
  await page.context().close();
});

for (const [size, scheme] of [["desktop", "light"], ["phone", "dark"]]) {
  test(`repeated blocks become a dynamic one, and back by undo, ${size}`, async () => {
    const text = `resource "demo_server" "web" {\n  name = "web"\n\n  # the first\n  disk {\n    size_gb = 20\n  }\n\n  disk {\n    size_gb = 200\n    type    = "fast"\n  }\n}\n`;
    const page = await designer(`dynamic ${size}`, "demo_server.web", { size, scheme }, text);
    const before = await files(page);
    await page.getByRole("button", { name: "Make dynamic" }).first().click();
    await page.locator("#form").getByText("Written as a dynamic block: edit it in the code.").waitFor();
    await saved(page);
    await screenshot(page, `edits-dynamic-${size}`);
    await checkPage(page);
    const after = (await files(page))["main.tf"];
    assert.match(after, /dynamic "disk" \{\n {4}for_each = \[/);
    assert.match(after, /size_gb = disk\.value\.size_gb/);
    await undone(page, before);
    assert.equal(await page.getByRole("button", { name: "Make dynamic" }).count(), 1);
    await page.context().close();
  });
}
