// From nothing to resources and back, by clicks alone: compose, download, deploy, plan, approve, apply, destroy.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkPage, corpusTest, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { addByPalette, code, deployToNew, field, newBlueprint, newProject, runIs, saved, setText, signIn, signUp, startRun } from "../steps.mjs";

let server;
let browser;
let project;

before(async () => {
  server = await startServer({ docker: true });
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  await screenshot(page, "projects-empty");
  project = await newProject(page, "orders");
  await screenshot(page, "project-empty");
  await checkPage(page);
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function signedIn() {
  const page = await openPage(browser, server.url);
  await signIn(page);
  return page;
}

/** Saves the blueprint's zip, unpacks it, and gives back the directory. */
async function download(page, into) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download zip" }).click()]);
  const zip = join(into, "blueprint.zip");
  await file.saveAs(zip);
  execFileSync("unzip", ["-q", zip, "-d", into]);
  return into;
}

corpusTest("a storage account is composed from azurerm's catalog and downloaded as plain Terraform", async () => {
  const page = await signedIn();
  await newBlueprint(page, project, "Order management");
  await addByPalette(page, "resource group", "azurerm_resource_group");
  await setText(page, "name", "rg-orders");
  await setText(page, "location", "westeurope");
  await addByPalette(page, "storage account", "azurerm_storage_account");
  await setText(page, "name", "orderslogs");

  // The reference is completed: what the documentation's examples refer to comes first.
  const group = page.locator('[id="x:resource_group_name"]');
  if (!(await group.isVisible())) await field(page, "resource_group_name").getByRole("button", { name: /expression/ }).click();
  await group.fill("");
  await page.locator("#complete [role=option]").first().getByText("azurerm_resource_group.main.name").waitFor();
  await screenshot(page, "designer-completion");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await saved(page);
  assert.match(await code(page), /resource_group_name\s+= azurerm_resource_group\.main\.name/);

  // The documentation of the argument stands beside it.
  await page.locator("#docs").getByText(/resource group in which to create the storage account/).waitFor();

  await page.locator('[id="c:account_tier"]').selectOption("Standard");
  await page.locator('[id="c:account_replication_type"]').selectOption("LRS");
  await saved(page);
  await page.getByRole("button", { name: "Add blob_properties" }).click();
  const versioning = page.getByRole("switch", { name: "versioning_enabled" });
  await versioning.check();
  await saved(page);
  assert.match(await code(page), /blob_properties \{\n\s+versioning_enabled = true/);

  const replication = field(page, "account_replication_type");
  await replication.getByRole("button", { name: "Actions for account_replication_type" }).click();
  await replication.getByRole("button", { name: "Make this a variable" }).click();
  await page.locator("#ask-input").fill("replication");
  await page.getByRole("button", { name: "Make variable" }).click();
  await page.locator('[data-element="var.replication"]').waitFor();
  await saved(page);
  assert.match(await code(page), /account_replication_type\s+= var\.replication/);
  await screenshot(page, "designer");
  await checkPage(page);

  const directory = await mkdtemp(join(tmpdir(), "cloudoven-zip-"));
  try {
    await download(page, directory);
    const environment = { ...process.env };
    delete environment.TF_CLI_CONFIG_FILE;
    execFileSync("terraform", ["fmt", "-check", "-diff", directory], { env: environment, stdio: "inherit" });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }

  await deployToNew(page, "production");
  assert.equal(await page.getByLabel("State backend").inputValue(), "azurerm");
  await page.getByLabel("replication").fill("GRS");
  await page.getByRole("button", { name: "Save values" }).click();
  await page.getByText("The values are saved").waitFor();
  assert.equal(await page.getByLabel("replication").inputValue(), "GRS");
  await screenshot(page, "deployment-azurerm");
  await checkPage(page);
});

test("a demo network is planned, approved, applied, listed and destroyed", { timeout: 600_000 }, async () => {
  const page = await signedIn();
  await newBlueprint(page, project, "Network hub");
  await addByPalette(page, "demo network", "demo_network");
  await setText(page, "name", "hub");
  const cidr = page.locator('[id="c:cidr"]');
  if (await cidr.count()) await setText(page, "cidr", "10.0.0.0/16");
  const deployment = await deployToNew(page, "dev");
  await startRun(page, "apply", "First network");

  await runIs(page, "needs approval");
  await page.locator("#run-plan").getByText("demo_network.main").waitFor();
  await page.locator("#run-plan").getByText("+ 1 create").waitFor();
  await page.locator("#log").getByText(/Plan:.*1 to add/).waitFor();
  assert.ok((await page.locator("#log .a-32, #log .a-b").count()) > 0, "the log has its colours");
  await screenshot(page, "run");
  await checkPage(page);

  // A reload finds the log whole.
  const before = await page.locator("#log").innerText();
  await page.reload();
  await page.locator("#log").getByText(/Plan:.*1 to add/).waitFor();
  assert.equal(await page.locator("#log").innerText(), before);

  await page.getByPlaceholder("Comment (optional)").fill("Looks right");
  await page.getByRole("button", { name: "Approve and apply" }).click();
  await runIs(page, "applied");
  await page.getByText("Looks right").waitFor();
  await page.locator("#log").getByText(/Apply complete/).waitFor();
  await screenshot(page, "run-applied");
  await checkPage(page);

  await page.goto(deployment);
  await page.getByLabel("Resources in the state").getByText("demo_network.main").waitFor();
  await screenshot(page, "deployment");
  await checkPage(page);
  await page.goto(project);
  await screenshot(page, "project");
  await checkPage(page);

  await page.goto(deployment);
  await startRun(page, "destroy");
  await runIs(page, "needs approval");
  await page.getByRole("button", { name: "Approve and destroy" }).click();
  const confirm = page.locator("#confirm");
  assert.ok(await confirm.getByRole("button", { name: "Approve and destroy" }).isDisabled());
  await confirm.getByLabel(/Type dev to confirm/).fill("dev");
  await confirm.getByRole("button", { name: "Approve and destroy" }).click();
  await runIs(page, "destroyed");
  await page.goto(deployment);
  await page.getByText("Nothing exists: the last run destroyed everything.").waitFor();
});
