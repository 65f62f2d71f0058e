// Objects that exist are imported by clicks: found, reviewed as an edit, added, and planned without a change.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { checkPage, everyLook, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { deployToNew, newBlueprint, newProject, runIs, signUp, startRun } from "../steps.mjs";

const volume = `cloudoven-browser-live-${process.pid}`;
const docker = (...args) => execFileSync("docker", args, { encoding: "utf8" });
const network = { cidr: "10.0.0.0/16", dhcp: [], gateway_address: "10.0.0.1", id: "net-0badcafe", name: "orders", peering: [], revision: 1 };
const empty = ["create_seconds", "delete_seconds", "dns_servers", "fail_on", "tags", "update_seconds"];

let server;
let browser;

/** The demo provider's cloud, on a volume of its own, with a network that nobody manages. */
async function makeCloud() {
  docker("create", "--name", volume, "--network=none", "-v", `${volume}:/demo`, "cloudoven-runner:1.11.4", "/none");
  const directory = await mkdtemp(join(tmpdir(), "cloudoven-cloud-"));
  const networks = join(directory, "demo/cloud/network");
  await mkdir(networks, { recursive: true });
  await writeFile(join(networks, `${network.id}.json`), JSON.stringify({ ...network, ...Object.fromEntries(empty.map((name) => [name, null])) }));
  const tar = execFileSync("tar", ["--owner=65532", "--group=65532", "-c", "-C", directory, "demo"]);
  execFileSync("docker", ["cp", "-", `${volume}:/`], { input: tar });
  await rm(directory, { recursive: true });
}

before(async () => {
  await makeCloud();
  server = await startServer({ docker: true, env: { CLOUDOVEN_RUN_VOLUMES: `${volume}:/demo` } });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  docker("rm", "--force", volume);
  docker("volume", "rm", "--force", volume);
});

test("a network that exists is imported, reviewed, added and planned without a change", { timeout: 600_000 }, async () => {
  const page = await openPage(browser, server.url);
  await signUp(page);
  const project = await newProject(page, "orders");
  const blueprint = await newBlueprint(page, project, "Shop");
  // The provider is configured and not required yet: the import sees to that.
  const status = await page.evaluate(async (id) => {
    const url = `/api/v1/blueprints/${id}/files`;
    const { files, revision } = await (await fetch(url)).json();
    files["providers.tf"] = 'provider "demo" {\n  directory = "/demo/cloud"\n}\n';
    const headers = { "content-type": "application/json", "if-match": `"${revision}"` };
    return (await fetch(url, { method: "PUT", headers, body: JSON.stringify({ files }) })).status;
  }, blueprint.split("/").at(-1));
  assert.equal(status, 200);
  await page.goto(blueprint);
  const deployment = await deployToNew(page, "dev");

  await page.getByRole("link", { name: "Import existing resources" }).click();
  const row = page.locator("[data-rows] > [data-row]");
  const type = row.nth(0).getByLabel("Resource type");
  await type.pressSequentially("demo_netw");
  await row.nth(0).locator('datalist option[value="demo_network"]').waitFor({ state: "attached" });
  await type.fill("demo_network");
  await row.nth(0).getByText("can be imported by its id").waitFor();
  assert.equal(await row.nth(0).getByLabel("Name").inputValue(), "main");
  await page.getByRole("button", { name: "Add another" }).click();
  await row.nth(1).getByLabel("Resource type").fill("demo_network");
  await row.nth(1).getByText("can be imported by its id").waitFor();
  assert.equal(await row.nth(1).getByLabel("Name").inputValue(), "main_2");
  await row.nth(0).getByLabel("Import id").fill(network.id);

  // What is wrong stands beside its field, and what was typed stays.
  await page.getByRole("button", { name: "Look for them" }).click();
  await row.nth(1).getByText("Write the id of the object.").waitFor();
  assert.equal(await row.nth(0).getByLabel("Import id").inputValue(), network.id);
  await row.nth(1).getByText("can be imported by its id").waitFor();
  await everyLook(page, "import-live-form");

  await row.nth(1).getByLabel("Import id").fill("net-00000000");
  await page.getByRole("button", { name: "Look for them" }).click();
  await page.waitForURL("**/runs/run-*");
  await runIs(page, "failed");
  await page.locator("#run-import").getByText("There is no net-00000000").waitFor();
  await page.locator("#run-import").getByText("found, configuration generated").waitFor();
  await page.getByRole("heading", { name: "Add this to the blueprint?" }).waitFor();
  await everyLook(page, "import-live-run");

  await page.getByRole("button", { name: "Add to the blueprint" }).click();
  await page.waitForURL("**/blueprints/bp-*");
  await page.goto(deployment);
  await startRun(page, "apply");
  await runIs(page, "needs approval");
  await page.locator("#run-plan").getByText("imported").first().waitFor();
  await screenshot(page, "import-live-plan");
  const plan = await page.evaluate(async (run) => (await fetch(`/api/v1/runs/${run}/plan`)).json(), page.url().split("/").at(-1));
  assert.deepEqual([plan.imports, plan.counts], [1, { adds: 0, changes: 0, destroys: 0 }]);
  await checkPage(page);
});
