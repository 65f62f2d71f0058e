// A run of a part, with a replacement and a value of its own, started by clicks and done again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { everyLook, launch, openPage, startServer } from "../harness.mjs";
import { newProject, runIs, signUp } from "../steps.mjs";

const MAIN = `terraform {
  required_providers {
    demo = {
      source = "registry.cloudoven.dev/cloudoven/demo"
    }
  }
}

variable "size" {
  type    = number
  default = 1
}

resource "demo_network" "main" {
  name = "main"
  cidr = "10.0.\${var.size}.0/24"
}

resource "demo_network" "other" {
  name = "other"
  cidr = "10.1.0.0/24"
}
`;

let server;
let browser;

before(async () => {
  server = await startServer({ docker: true });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a part of a deployment is planned, with a value of its own, and again", { timeout: 600_000 }, async () => {
  const page = await openPage(browser, server.url);
  await signUp(page);
  const project = (await newProject(page, "orders")).split("/").at(-1);
  const send = async (path, data, status = 201) => {
    const answer = await page.request.post(`/api/v1${path}`, { data });
    assert.equal(answer.status(), status, await answer.text());
    return (await answer.json()).id;
  };
  const blueprint = await send(`/projects/${project}/blueprints`, { name: "Shop", files: { "main.tf": MAIN } });
  const environment = await send(`/projects/${project}/environments`, { name: "dev" });
  const deployment = await send("/deployments", { blueprint_id: blueprint, environment_id: environment });
  await page.goto(`/deployments/${deployment}`);
  await page.getByText("Only a part, replacements, other values").click();
  await page.getByLabel("Only these, and what they need").fill("demo_network.main\n\nx y");
  await page.getByLabel("Values for this run alone").fill("size = 7");
  await page.getByRole("button", { name: "Start run" }).click();
  await page.getByText("“x y”: write the address of a resource").waitFor();
  await everyLook(page, "run-options");
  await page.getByLabel("Only these, and what they need").fill("demo_network.main");
  await page.getByLabel("Values for this run alone").fill("size = var.x");
  await page.getByRole("button", { name: "Start run" }).click();
  await page.getByText("line 1: size is set by a value alone").waitFor();
  await page.getByLabel("Values for this run alone").fill("size = 7");
  await page.getByRole("button", { name: "Start run" }).click();
  await page.waitForURL("**/runs/run-*");
  await runIs(page, "needs approval");
  const options = page.getByRole("list", { name: "What this run does otherwise" });
  assert.match(await options.innerText(), /Only demo_network\.main\s+With values of its own for size/);
  const plan = page.getByRole("region", { name: "Plan" });
  await plan.getByText("demo_network.main").first().waitFor();
  assert.equal(await plan.getByText("demo_network.other").count(), 0);
  await everyLook(page, "run-limited");
  const first = page.url();
  await page.getByRole("button", { name: "Discard" }).click();
  await runIs(page, "discarded");
  await page.getByRole("button", { name: "Run again" }).click();
  await page.waitForURL((url) => url.href !== first && url.href.includes("/runs/run-"));
  await runIs(page, "needs approval");
  assert.match(await options.innerText(), /Only demo_network\.main\s+With values of its own for size/);
  await page.context().close();
});
