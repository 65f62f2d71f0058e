// The graph: what refers to what, drawn, and one's way through it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { newBlueprint, newProject, saveCode, signIn, signUp } from "../steps.mjs";

let server;
let browser;
let project;

const NETWORK = `variable "region" {
  default = "west"
}

locals {
  prefix = "shop-\${var.region}"
}

resource "demo_network" "core" {
  name = "\${local.prefix}-core"
}

resource "demo_network" "edge" {
  name = "\${local.prefix}-edge"
}

resource "terraform_data" "audit" {
  input = [demo_network.core.id, demo_network.edge.id]
}

resource "terraform_data" "alone" {}

output "core" {
  value = demo_network.core.id
}
`;

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "graphs");
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function graph(name, text) {
  const page = await openPage(browser, server.url);
  await signIn(page);
  const address = await newBlueprint(page, project, name);
  if (text) await saveCode(page, text);
  await page.getByRole("link", { name: "Graph", exact: true }).click();
  await page.waitForURL("**/graph");
  return { page, address };
}

const node = (page, address) => page.locator(`.node[title="${address}"]`);

test("elements stand right of what they use, and lead to their forms", async () => {
  const { page } = await graph("network", NETWORK);
  const left = async (address) => (await node(page, address).boundingBox()).x;
  assert.ok((await left("var.region")) < (await left("local.prefix")));
  assert.ok((await left("local.prefix")) < (await left("demo_network.core")));
  assert.ok((await left("demo_network.core")) < (await left("terraform_data.audit")));
  await node(page, "demo_network.core").hover();
  assert.equal(await page.locator(".arrows .hot").count(), 3);
  await screenshot(page, "graph");
  await checkPage(page);

  await node(page, "demo_network.core").click();
  const panel = page.getByRole("complementary", { name: "Chosen element" });
  assert.deepEqual(await panel.getByRole("listitem").allInnerTexts(), ["local.prefix", "terraform_data.audit", "output.core"]);
  await page.getByRole("link", { name: "1 step", exact: true }).click();
  await page.waitForURL("**steps=1");
  assert.equal(await page.locator(".node").count(), 4);
  await page.getByRole("link", { name: "Resources", exact: true }).click();
  await page.waitForURL("**show=resources**");
  assert.equal(await page.locator(".node").count(), 2);
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await page.locator('#form [data-address="demo_network.core"]').waitFor();
  assert.match(page.url(), /element=demo_network\.core/);
});

test("the keyboard reaches everything, and finds by name", async () => {
  const { page } = await graph("keys", NETWORK);
  const width = async () => Number(await page.locator("#drawing").getAttribute("width"));
  const before = await width();
  await page.locator("#canvas").focus();
  await page.keyboard.press("+");
  assert.ok((await width()) > before);
  await page.keyboard.press("0");
  assert.equal(await width(), before);
  await page.keyboard.press("Tab");
  await page.locator(".arrows .hot").first().waitFor({ state: "attached" });
  await page.getByRole("combobox", { name: "Find an element" }).fill("terraform_data.audit");
  await page.keyboard.press("Enter");
  await page.waitForURL("**element=terraform_data.audit**");
  await node(page, "terraform_data.audit").and(page.locator("[aria-current=true]")).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download DOT" }).click()]);
  assert.equal(download.suggestedFilename(), "keys-r2.dot");
});

test("a cycle is named", async () => {
  const { page } = await graph("cycle", "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n");
  await page.getByRole("alert").getByText("local.a, local.b, local.c").waitFor();
  assert.equal(await page.locator(".node.cycle").count(), 3);
  await checkPage(page);
});

test("nothing, and too much, are told in words", async () => {
  const { page, address } = await graph("sizes");
  await page.getByText("Nothing to draw yet").waitFor();
  await checkPage(page);
  const many = Array.from({ length: 450 }, (_, i) => `resource "terraform_data" "r${i}" {\n  input = terraform_data.r${i >> 1}0.id\n}\n`);
  await page.goto(address);
  await page.locator(".cm-content").waitFor({ state: "attached" });
  await saveCode(page, many.join(""));
  await page.goto(`${address}/graph`);
  await page.getByText("Too much for one drawing").waitFor();
  await page.locator(".hubs a").first().click();
  await page.locator("#drawing").waitFor();
  assert.equal(await page.locator(".node[aria-current=true]").count(), 1);
});

test("a phone shows it too", async () => {
  const { page, address } = await graph("phone", NETWORK);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${address}/graph?element=demo_network.core`);
  await node(page, "demo_network.core").waitFor();
  await screenshot(page, "graph-phone");
  await checkPage(page);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});
