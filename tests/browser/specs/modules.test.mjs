// Modules in folders: a call has a form with the module's variables, and what is wrong in the module is found.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, newBlueprint, newProject, putFiles, saved, signIn, signUp } from "../steps.mjs";

let server;
let browser;
let designer;

const FILES = {
  "main.tf": 'module "gate" {\n  source = "./gate"\n  sise   = 2\n}\n\noutput "url" {\n  value = module.gate.ulr\n}\n',
  "gate/main.tf": `variable "name" {
  type        = string
  description = "What the gate is called. Everybody reads it."
}

variable "size" {
  type    = number
  default = 1
}

resource "demo_network" "main" {
  nmae = var.name
  cidr = "10.0.\${var.size}.0/24"
}

output "url" {
  value = demo_network.main.id
}
`,
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
  test(`a call's form and the module's problems, ${size}, ${scheme}`, async () => {
    const page = await openPage(browser, server.url, { size, scheme });
    await signIn(page);
    await page.goto(`${designer}?element=module.gate`);
    const name = page.locator("#form").getByRole("textbox", { name: /^name/ }).first();
    await name.focus();
    await page.locator("#form").getByText("What the gate is called.").waitFor();
    await checkPage(page);
    await screenshot(page, `module-form-${size}-${scheme}`);
    await page.locator("#problems-open").click();
    const problems = page.locator("#problems-panel, .problems-panel").first();
    await problems.getByText("gate/main.tf:12").waitFor();
    await problems.getByText("module.gate has no output ulr; did you mean url?").waitFor();
    await checkPage(page);
    await screenshot(page, `module-problems-${size}-${scheme}`);
    await page.context().close();
  });
}

test("fields, fixes and the module's file mend it", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(`${designer}?element=module.gate`);
  await page.getByRole("button", { name: "Rename to size" }).first().click();
  await saved(page);
  const name = page.locator("#form").getByRole("textbox", { name: /^name/ }).first();
  await name.fill("north");
  await name.press("Tab");
  await saved(page);
  await page.locator("#problems-open").click();
  await page.locator(".problems-panel").getByRole("button", { name: "Change to module.gate.url" }).click();
  await saved(page);
  assert.equal(
    await code(page),
    'module "gate" {\n  source = "./gate"\n  size   = 2\n  name   = "north"\n}\n\noutput "url" {\n  value = module.gate.url\n}\n',
  );
  // The problem leads to its place in the module's file.
  await page.locator(".problems-panel").getByText("gate/main.tf:12").click();
  await page.getByRole("tab", { name: "gate/main.tf", selected: true }).waitFor();
  await page.locator("#outline, .outline").first().getByRole("img", { name: "has errors" }).waitFor();
  await checkPage(page);
  await page.context().close();
});
