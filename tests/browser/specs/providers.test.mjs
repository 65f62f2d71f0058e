// Administrators add a provider from a registry, watch it come, look at its quality, see a failure and try it again.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { root } from "../catalog.mjs";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { signIn, signUp } from "../steps.mjs";

const demo = "registry.cloudoven.dev/cloudoven/demo";
const home = "/settings/providers";

let registry;
let front;
let server;
let browser;
/** How the way to the registry misbehaves. */
const way = { broken: false, delay: 0, turn: Promise.resolve() };

before(async () => {
  registry = spawn(join(root, "target/debug/registry-server"), { stdio: ["pipe", "pipe", "inherit"] });
  const [address] = await once(createInterface({ input: registry.stdout }), "line");
  front = createServer(async (incoming, outgoing) => {
    if (way.broken && incoming.url.endsWith("/versions")) return outgoing.writeHead(404).end();
    // One after the other, so that the few pages of the demo provider take a while.
    if (incoming.url.startsWith("/v2/provider-docs/")) await (way.turn = way.turn.then(() => setTimeout(way.delay)));
    const { method, url, headers } = incoming;
    request(new URL(url, address), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    }).end();
  });
  await once(front.listen(0, "127.0.0.1"), "listening");
  const env = { CLOUDOVEN_CRAWL_REGISTRIES: `registry.terraform.io,registry.cloudoven.dev=http://127.0.0.1:${front.address().port}/` };
  server = await startServer({ docker: true, catalog: false, env });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  front?.close();
  registry?.stdin.end();
});

/** The row of the newest crawl. */
const newest = (page) => page.locator(".crawl").first();

async function add(page, address, version) {
  await page.getByRole("button", { name: "Add provider" }).first().click();
  const dialog = page.locator("#modal");
  await dialog.getByLabel("Address").fill(address);
  if (version) await dialog.getByLabel("Version").fill(version);
  await dialog.getByRole("button", { name: "Add provider" }).click();
  return dialog;
}

test("a provider is added, watched, judged, and taken out again", async () => {
  const page = await openPage(browser, server.url);
  await signUp(page);
  await page.goto("/catalog");
  await page.getByRole("link", { name: "Providers" }).first().click();
  await page.getByText("No provider yet").waitFor();
  await checkPage(page);
  await screenshot(page, "providers-empty");

  const dialog = await add(page, "registry.example.com/acme/cloud");
  await dialog.getByText("The registry registry.example.com is not configured").waitFor();
  await screenshot(page, "providers-add");
  await checkPage(page);
  way.delay = 700;
  await dialog.getByLabel("Address").fill("cloudoven/demo");
  await dialog.getByLabel("Registry").selectOption("registry.cloudoven.dev");
  await dialog.getByRole("button", { name: "Add provider" }).click();
  const row = newest(page);
  await row.getByText("fetching pages").waitFor();
  const top = await row.boundingBox();
  await page.waitForFunction(() => Number(document.querySelector(".crawl progress")?.value) > 0);
  await screenshot(page, "providers-running");
  assert.deepEqual(await row.boundingBox(), top, "progress moves nothing");
  await checkPage(page);
  way.delay = 0;
  await row.locator(".chip", { hasText: "done" }).waitFor({ timeout: 60_000 });

  // The list of what is in the catalog follows without a reload.
  const version = page.locator("#catalog tr", { hasText: demo });
  await version.getByText("0.1.0").waitFor();
  await version.getByRole("link", { name: /^Quality of/ }).click();
  await page.waitForURL(`**${home}/${demo}/0.1.0`);
  await page.getByRole("heading", { name: "Least documented" }).waitFor();
  await checkPage(page);

  await page.goto(home);
  const menu = page.getByRole("button", { name: `Actions for ${demo} 0.1.0` });
  await menu.click();
  await page.getByRole("button", { name: "Check for a newer version" }).click();
  await page.locator("#modal").getByText("The catalog has the newest version.").waitFor();
  await screenshot(page, "providers-newest");
  await checkPage(page);
  await page.getByRole("button", { name: "Close" }).click();
  await menu.click();
  await page.locator(".menu").getByRole("button", { name: "Remove" }).click();
  await page.locator("#modal").getByText("No blueprint is designed against it.").waitFor();
  await checkPage(page);
  await page.locator("#modal").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("No provider yet").waitFor();
  await page.context().close();
});

test("a failure says why, and can be tried again", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(home);
  way.broken = true;
  await add(page, demo);
  const row = newest(page);
  await row.locator(".chip", { hasText: "failed" }).waitFor();
  await row.getByText("the registry has no such provider").waitFor();
  await screenshot(page, "providers-failed");
  await checkPage(page);
  way.broken = false;
  await row.getByRole("button", { name: /^Retry/ }).click();
  await newest(page).locator(".chip", { hasText: "done" }).waitFor({ timeout: 60_000 });
  await page.locator("#catalog tr", { hasText: demo }).waitFor();

  await page.getByRole("button", { name: "Upload a bundle" }).click();
  const dialog = page.locator("#modal");
  await dialog.getByLabel("Archive").setInputFiles({ name: "notes.tar.zst", mimeType: "application/zstd", buffer: Buffer.from("notes") });
  await dialog.getByRole("button", { name: "Upload" }).click();
  await dialog.getByText("this is no bundle").waitFor();
  await screenshot(page, "providers-upload");
  await checkPage(page);
  await page.context().close();
});

for (const size of ["desktop", "phone"]) {
  for (const scheme of ["light", "dark"]) {
    test(`the pages, ${size}, ${scheme}`, async () => {
      const page = await openPage(browser, server.url, { size, scheme });
      await signIn(page);
      const crawl = async () => {
        await page.goto(home);
        return newest(page).getByRole("link").first().getAttribute("href");
      };
      const pages = { providers: home, "providers-quality": `${home}/${demo}/0.1.0`, "providers-crawl": await crawl() };
      for (const [name, address] of Object.entries(pages)) {
        await page.goto(address);
        await page.waitForLoadState("networkidle");
        await screenshot(page, `${name}-${size}-${scheme}`, { full: true });
        await checkPage(page);
      }
      await page.context().close();
    });
  }
}
