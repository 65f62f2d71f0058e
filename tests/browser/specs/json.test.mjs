// Files in Terraform's JSON syntax: shown, coloured, known to the rest, and never changed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, newBlueprint, newProject, putFiles, saved, signIn, signUp } from "../steps.mjs";

let server;
let browser;
let designer;

const GENERATED = `{
  "variable": {"size": {"type": "number", "default": 3}},
  "resource": {"demo_network": {"main": {"name": "n-\${var.size}", "cidr": "10.0.0.0/16"}}}
}
`;
const FILES = {
  "main.tf": 'output "id" {\n  value = demo_network.main.id\n}\n',
  "generated.tf.json": GENERATED,
};

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  designer = await newBlueprint(page, await newProject(page, "orders"), "Shop");
  await putFiles(page, designer, FILES);
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const [size, scheme] of [["desktop", "light"], ["desktop", "dark"], ["phone", "light"], ["phone", "dark"]]) {
  test(`JSON is shown and cannot be typed into, ${size}, ${scheme}`, async () => {
    const page = await openPage(browser, server.url, { size, scheme });
    await signIn(page);
    await page.goto(`${designer}?element=demo_network.main`);
    await page.locator("#form").getByText("JSON is read-only here").waitFor();
    await page.locator("#problems-open").filter({ hasText: "No problems" }).waitFor();
    await checkPage(page);
    await screenshot(page, `json-form-${size}-${scheme}`);
    if (size === "phone") await page.getByRole("button", { name: "Code", exact: true }).click();
    await page.getByRole("tab", { name: "generated.tf.json" }).click();
    await page.locator("#editor-note").waitFor();
    await page.locator(".cm-content .h-str").first().waitFor();
    await page.locator(".cm-content .h-num").first().waitFor();
    await page.locator(".cm-content").click();
    await page.keyboard.type("x");
    await page.keyboard.press("Control+a");
    await page.keyboard.press("Delete");
    assert.equal(await code(page), GENERATED);
    await saved(page);
    await checkPage(page);
    await screenshot(page, `json-code-${size}-${scheme}`);
    // The others can be changed as ever.
    await page.getByRole("tab", { name: "main.tf", exact: true }).click();
    await page.locator("#editor-note").waitFor({ state: "hidden" });
    await page.locator(".cm-content").click();
    await page.keyboard.type("#");
    await page.locator("#editor-bar").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    await checkPage(page);
    await page.context().close();
  });
}
