// Edits of how a blueprint is made up: to another file, into a module, to an output, count to for_each; with undo.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, newBlueprint, newProject, saveCode, saved, signIn, signUp } from "../steps.mjs";

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
async function designer(name, element, options) {
  const page = await openPage(browser, server.url, options);
  await signIn(page);
  const address = await newBlueprint(page, project, name);
  if (options?.size === "phone") await page.getByRole("button", { name: "Code", exact: true }).click();
  await saveCode(page, TEXT);
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
