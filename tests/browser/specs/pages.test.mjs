// Every page in both themes and both sizes: no axe violation, nothing wider than the window, no console error.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { addByPalette, deployToNew, newBlueprint, newProject, saveCode, setText, signIn, signUp } from "../steps.mjs";

let server;
let browser;
const pages = new Map([
  ["projects", "/projects"],
  ["catalog", "/catalog"],
  ["search", "/catalog/search?q=network"],
  ["account", "/account"],
  ["not-found", "/nothing-here"],
]);

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  const project = await newProject(page, "orders");
  const path = new URL(project).pathname;
  pages.set("overview", path);
  for (const tail of ["blueprints", "environments", "runs", "settings"]) pages.set(tail, `${path}/${tail}`);
  const blueprint = await newBlueprint(page, project, "Network hub");
  await addByPalette(page, "demo server", "demo_server");
  await setText(page, "name", "web");
  pages.set("designer", new URL(page.url()).pathname + new URL(page.url()).search);
  await page.goto(blueprint);
  pages.set("deployment", new URL(await deployToNew(page, "dev")).pathname);
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const size of ["desktop", "phone"]) {
  for (const scheme of ["light", "dark"]) {
    test(`every page, ${size}, ${scheme}`, async (t) => {
      const page = await openPage(browser, server.url, { size, scheme });
      await signIn(page);
      for (const [name, address] of pages) {
        await t.test(name, async () => {
          await page.goto(address);
          await page.waitForLoadState("networkidle");
          await screenshot(page, `${name}-${size}-${scheme}`);
          await checkPage(page);
        });
      }
    });
  }
}

test("the theme is a choice that stays", async () => {
  const page = await openPage(browser, server.url, { scheme: "light" });
  await signIn(page);
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("button", { name: "Dark" }).click();
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  assert.equal(await background(), dark);
});

test("nothing is deleted before its name is typed", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await newProject(page, "short-lived");
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Delete project" }).click();
  const confirm = page.locator("#confirm");
  const yes = confirm.getByRole("button", { name: "Delete project" });
  assert.ok(await yes.isDisabled());
  await screenshot(page, "confirm");
  await checkPage(page);
  await confirm.getByLabel(/Type short-lived/).fill("short-lived");
  await yes.click();
  await page.waitForURL("**/projects");
  await page.getByText("Project short-lived is deleted").waitFor();
});

test("without Docker, runs say why they are off", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(pages.get("deployment"));
  await page.getByText("Runs are off").waitFor();
  assert.ok(await page.getByRole("button", { name: "Start run" }).isDisabled());
});

test("values are typed, kept where they are right, and secrets never come back", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(new URL(pages.get("overview"), server.url).href);
  await newBlueprint(page, new URL(pages.get("overview"), server.url).href, "Values");
  const variable = (name, type) => `variable "${name}" {\n  type = ${type}\n}\n\n`;
  await saveCode(page, `${variable("place", "string")}${variable("count_of", "number")}${variable("tags", "map(string)")}variable "secret_key" {\n  type      = string\n  sensitive = true\n}\n`);
  await deployToNew(page, "values");
  await page.getByText("Still to fill in: place, count_of, tags, secret_key.").waitFor();
  await page.getByLabel(/^place/).fill("west");
  await page.getByLabel(/^count_of/).fill("many");
  await page.getByLabel(/^tags/).fill('{"a": "b"}');
  await page.getByLabel(/^secret_key/).fill("never-again");
  await page.getByRole("button", { name: "Save values" }).click();
  await page.getByText("many is not a number.").waitFor();
  assert.equal(await page.getByLabel(/^place/).inputValue(), "west");
  assert.equal(await page.getByLabel(/^count_of/).inputValue(), "many");
  await page.getByLabel(/^count_of/).fill("3.50");
  await page.getByRole("button", { name: "Save values" }).click();
  await page.getByText("The values are saved").waitFor();
  assert.equal(await page.getByLabel(/^count_of/).inputValue(), "3.50");
  await page.getByText("set, not shown").waitFor();
  assert.ok(!(await page.content()).includes("never-again"));
  await screenshot(page, "values");
  await checkPage(page);

  await page.getByRole("button", { name: "Add variable" }).click();
  await page.locator("#modal").getByLabel("Name").fill("9 lives");
  await page.locator("#modal").getByLabel("Value").fill("also-never-again");
  await page.getByRole("button", { name: "Set variable" }).click();
  await page.locator("#modal .err, #modal .form-error").first().waitFor();
  await page.locator("#modal").getByLabel("Name").fill("DEMO_TOKEN");
  await page.locator("#modal").getByLabel("Value").fill("also-never-again");
  await page.getByRole("button", { name: "Set variable" }).click();
  await page.getByText("sensitive, not shown").waitFor();
  assert.ok(!(await page.content()).includes("also-never-again"));

  await page.getByLabel("State backend").selectOption("s3");
  await page.locator("#s-s3-bucket").fill("states");
  await page.getByRole("button", { name: "Save settings" }).click();
  await page.getByText("The settings are saved").waitFor();
  assert.equal(await page.locator("#s-s3-bucket").inputValue(), "states");
});
