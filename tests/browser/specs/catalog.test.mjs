// The catalog: browsing, an element's page, examples as parts of a blueprint, what changed between versions, moving.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, corpusTest, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, newBlueprint, newProject, saveCode, saved, signIn, signUp } from "../steps.mjs";

const acme = "/catalog/registry.terraform.io/hashicorp/acme";
const element = `${acme}/2.0.0/resource/acme_server`;

let server;
let browser;
let project;
let blueprint;

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "orders");
  blueprint = await newBlueprint(page, project, "Network hub");
  await saveCode(page, `terraform {
  required_providers {
    acme = {
      source  = "hashicorp/acme"
      version = "~> 1.2" # pinned
    }
  }
}

resource "acme_network" "main" {
  name = "main"
}

resource "acme_server" "web" {
  name       = "web"
  network_id = acme_network.main.id
  size       = "small"

  disk {
    gigabytes = 10
  }
}
`);
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function person(options) {
  const page = await openPage(browser, server.url, options);
  await signIn(page);
  return page;
}

const looks = new Map([
  ["catalog-provider", `${acme}/2.0.0`],
  ["catalog-element", element],
  ["catalog-function", `${acme}/2.0.0/function/shout`],
  ["catalog-diff", `${acme}/1.2.3/diff/2.0.0`],
  ["catalog-impact", `${acme}/2.0.0/impact`],
  ["provider-versions", () => `${new URL(blueprint).pathname}/providers?provider=acme&to=2.0.0`],
]);

for (const size of ["desktop", "phone"]) {
  for (const scheme of ["light", "dark"]) {
    test(`every page of the catalog, ${size}, ${scheme}`, async (t) => {
      const page = await person({ size, scheme });
      for (const [name, address] of looks) {
        await t.test(name, async () => {
          await page.goto(typeof address === "string" ? address : address());
          await page.waitForLoadState("networkidle");
          await screenshot(page, `${name}-${size}-${scheme}`);
          await checkPage(page);
        });
      }
    });
  }
}

test("a provider's list is narrowed down by typing and by kind, and a link keeps that", async () => {
  const page = await person();
  await page.goto(`${acme}/2.0.0`);
  const shown = page.locator("#elements [data-filter-item]:visible");
  const all = await shown.count();
  await page.getByLabel("Filter by name, summary or category").or(page.getByLabel("Filter by name or summary")).fill("network");
  assert.ok((await shown.count()) < all);
  await page.getByRole("group", { name: "Kind" }).getByRole("button", { name: /Data sources/ }).click();
  assert.deepEqual(await shown.locator(".entry-name code").allTextContents(), ["acme_network"]);
  await page.reload();
  assert.equal(await shown.count(), 1, "the address has kept the filter");
  await shown.click();
  await page.waitForURL("**/data-source/acme_network");
});

test("the version switcher stays on the page, and says where it can't", async () => {
  const page = await person();
  await page.goto(element);
  await page.getByRole("button", { name: /Version 2.0.0/ }).click();
  await page.getByRole("link", { name: "1.2.3" }).click();
  await page.waitForURL("**/1.2.3/resource/acme_server");
  await page.goto(`${acme}/2.0.0/resource/acme_firewall`);
  await page.getByRole("button", { name: /Version 2.0.0/ }).click();
  await page.getByRole("link", { name: /1.2.3 *without this resource/ }).waitFor();
});

test("an argument has an address that opens what it is in", async () => {
  const page = await person();
  await page.goto(`${element}#arg-disk.kind`);
  const argument = page.locator("[id='arg-disk.kind']");
  await argument.waitFor();
  assert.ok(await argument.isVisible());
  await page.getByLabel("Filter arguments by name").fill("giga");
  await page.locator("[id='arg-disk.gigabytes']").waitFor();
  assert.ok(await page.locator("[id='arg-name']").isHidden());
  await page.getByLabel("Filter arguments by name").fill("");
  await page.getByRole("button", { name: "Expand all" }).click();
  assert.ok(await page.locator("[id='arg-disk.gigabytes']").isVisible());
  await page.getByRole("button", { name: "Collapse all" }).click();
  assert.ok(await page.locator("[id='arg-disk.gigabytes']").isHidden());
});

test("the table of contents follows the scroll", async () => {
  const page = await person();
  await page.setViewportSize({ width: 1440, height: 400 });
  await page.goto(element);
  await page.locator("#import").evaluate((section) => section.scrollIntoView());
  await page.locator("[data-contents] [aria-current='true']", { hasText: /Import|Timeouts/ }).waitFor();
});

test("an example becomes part of a blueprint, and undo takes it out", async () => {
  const page = await person();
  await page.goto(element);
  await page.getByRole("button", { name: /^Add to a blueprint/ }).click();
  await page.locator("#modal").getByLabel("Blueprint").selectOption({ label: "Network hub" });
  await screenshot(page, "catalog-add-example");
  await checkPage(page);
  await page.locator("#modal").getByRole("button", { name: "Add to blueprint" }).click();
  await page.waitForURL("**/blueprints/bp-*?element=acme_server.web_2");
  await page.getByText("Added 2 elements").waitFor();
  await page.locator('#form .form-view[data-address="acme_server.web_2"]').waitFor();
  assert.match(await code(page), /network_id = acme_network\.main_2\.id/);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator('#form .form-view[data-address="acme_server.web_2"]').waitFor({ state: "detached" });
  await saved(page);
  assert.doesNotMatch(await code(page), /main_2/);
});

test("what changed is narrowed down while typing", async () => {
  const page = await person();
  await page.goto(`${acme}/1.2.3/diff/2.0.0`);
  await page.locator("#changes h2", { hasText: "acme_firewall" }).waitFor();
  await page.getByLabel("Filter by element or argument").fill("zone");
  await page.locator("#changes h2", { hasText: "acme_firewall" }).waitFor({ state: "detached" });
  await page.waitForURL("**/diff/2.0.0?q=zone*");
  await page.locator("#changes").getByRole("link", { name: "zone" }).click();
  await page.waitForURL("**/2.0.0/resource/acme_server#arg-zone");
});

test("a move is looked at, made, and undone", async () => {
  const page = await person();
  await page.goto(blueprint);
  await page.getByRole("link", { name: /acme 1.2.3/ }).click();
  await page.getByLabel("Move to").selectOption("2.0.0");
  await page.getByRole("button", { name: "See what it would break" }).click();
  await page.getByText("2 errors").waitFor();
  await page.getByRole("link", { name: "acme_server.web.size" }).first().waitFor();
  await page.getByRole("button", { name: "Move to 2.0.0" }).click();
  await page.waitForURL("**/blueprints/bp-*");
  await page.getByText("designs against acme 2.0.0").waitFor();
  await page.getByRole("link", { name: /acme 2.0.0/ }).waitFor();
  assert.match(await code(page), /version = "~> 2\.0" # pinned/);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("link", { name: /acme 1.2.3/ }).waitFor();
});

corpusTest("a block that is fetched when it is opened is found by typing", async () => {
  const page = await person();
  await page.goto("/catalog/registry.terraform.io/hashicorp/azurerm/4.80.0/resource/azurerm_windows_web_app");
  const anchor = "arg-site_config.auto_heal_setting.trigger.status_code.status_code_range";
  assert.equal(await page.locator(`[id="${anchor}"]`).count(), 0, "it is not in the page yet");
  await page.getByLabel("Filter arguments by name").fill("trigger status_code_range");
  await page.locator("#found a").first().click();
  await page.locator(`[id="${anchor}"]`).waitFor();
});
