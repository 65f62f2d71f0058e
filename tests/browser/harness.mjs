// What every browser test starts from: a server of its own, Debian's Chromium, and checks that hold on every page.
//
//   const server = await startServer({ docker: true });
//   const browser = await launch();
//   const page = await openPage(browser, server.url, { size: "phone", scheme: "dark" });
//   await page.goto("/");
//   await checkPage(page);               // no console error, no failed request, no axe violation, nothing overflows
//   await screenshot(page, "sign-up");   // screenshots/sign-up.png
//   await browser.close();
//   await server.stop();
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { azurerm, catalogDirectory, root } from "./catalog.mjs";

const binary = process.env.CLOUDOVEN_BIN ?? join(root, "target/debug/cloudoven");
const mirror = process.env.CLOUDOVEN_PROVIDER_MIRROR ?? join(root, "target/mirror");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Window sizes that the pages are made for, in CSS pixels. */
export const sizes = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
};

/**
 * Starts a server on a free port with a data directory of its own, removed when it stops.
 * @param {{docker?: boolean, catalog?: boolean, env?: Record<string, string>}} [options] docker: runs use the local
 *   engine; without it the server finds none. catalog: the prepared catalog is there. env: further settings.
 * @returns {Promise<{url: string, data: string, log: () => string, stop: () => Promise<void>,
 *   kill: () => Promise<void>, restart: () => Promise<void>}>} kill is SIGKILL; restart keeps the data and the address.
 */
export async function startServer({ docker = false, catalog = true, env = {} } = {}) {
  const data = await mkdtemp(join(tmpdir(), "cloudoven-browser-"));
  if (catalog) await cp(await catalogDirectory(), join(data, "blobs"), { recursive: true });
  const engine = docker ? {} : { DOCKER_HOST: "unix:///nonexistent/docker.sock" };
  const environment = { ...process.env, CLOUDOVEN_PROVIDER_MIRROR: mirror, ...engine, ...env };
  let child = await start(data, "127.0.0.1:0", environment);
  const url = child.url;
  const ended = async (signal) => {
    if (child.process.exitCode === null && child.process.signalCode === null) {
      const exit = once(child.process, "exit");
      child.process.kill(signal);
      await exit;
    }
    return child.process.exitCode;
  };
  return {
    url,
    data,
    log: () => child.log.join("\n"),
    kill: () => ended("SIGKILL"),
    restart: async () => {
      child = await start(data, new URL(url).host, environment);
    },
    stop: async () => {
      const running = child.process.exitCode === null && child.process.signalCode === null;
      const code = await ended("SIGINT");
      if (docker) await clearEngine(data);
      await rm(data, { recursive: true, force: true });
      if (running) assert.equal(code, 0, `the server did not end cleanly:\n${child.log.join("\n")}`);
    },
  };
}

/** Removes from the engine what the server with this data kept there for its next start. */
async function clearEngine(data) {
  const label = "dev.cloudoven.instance";
  const run = (...args) => execFileSync("docker", args, { encoding: "utf8" }).split("\n").filter(Boolean);
  const instances = new Set(run("volume", "ls", "--filter", `label=${label}`, "--format", `{{.Label "${label}"}}`));
  // The database is the one place that knows which instance this was, and SQLite keeps a text as its bytes.
  const database = await readFile(join(data, "cloudoven.db"), "latin1");
  for (const instance of instances) {
    if (!database.includes(instance)) continue;
    const mine = ["--filter", `label=${label}=${instance}`, "--quiet"];
    for (const [list, remove] of [
      [["ps", "--all"], ["rm", "--force"]],
      [["volume", "ls"], ["volume", "rm"]],
      [["network", "ls"], ["network", "rm"]],
    ]) {
      const found = run(...list, ...mine);
      if (found.length > 0) run(...remove, ...found);
    }
  }
}

async function start(data, listen, env) {
  const server = spawn(binary, ["serve", "--listen", listen, "--data", data], { env, stdio: ["ignore", "pipe", "pipe"] });
  const log = [];
  const failed = once(server, "error").then(([error]) => {
    throw new Error(`cannot start ${binary}: ${error.message}`);
  });
  const exited = once(server, "exit").then(([code]) => {
    throw new Error(`${binary} ended with ${code}:\n${log.join("\n")}`);
  });
  createInterface({ input: server.stderr }).on("line", (line) => log.push(line));
  const listening = new Promise((resolve) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      log.push(line);
      const address = /http:\/\/\S+/.exec(line);
      if (address) resolve(address[0]);
    });
  });
  const url = await Promise.race([listening, failed, exited]);
  // It may end later, by kill() or stop(): that is no failure of the start.
  exited.catch(() => {});
  failed.catch(() => {});
  return { process: server, url, log };
}

/** Starts Chromium. A root user has no sandbox, and a test machine no graphics. */
export function launch() {
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Opens a page with cookies of its own. What goes wrong on it is collected in `page.problems`: console errors, uncaught
 * exceptions, and answers of 500 and above.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url the server's address, which relative addresses are resolved against
 * @param {{size?: keyof typeof sizes, scheme?: "light" | "dark"}} [options]
 */
export async function openPage(browser, url, { size = "desktop", scheme = "light" } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: sizes[size],
    colorScheme: scheme,
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.problems = [];
  page.on("console", (message) => {
    // The browser itself reports each 4xx answer as an error; what the page does with it is for the test to check.
    const answer = /Failed to load resource.*status of 4\d\d/.test(message.text());
    if (message.type() === "error" && !answer) page.problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => page.problems.push(`exception: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500) page.problems.push(`${response.status()} ${response.url()}`);
  });
  return page;
}

/** The violations that axe finds, one line each. It is evaluated, not added, so a strict CSP does not stop it. */
export async function accessibility(page, within = null) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((selector) => window.axe.run(selector ?? document), within);
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(" ")})`));
}

/**
 * A test that needs a provider of the shared bundles. Where they are missing it is not run, which under CI is a failure.
 * @param {string} name
 * @param {(t: import("node:test").TestContext) => Promise<void>} body
 */
export function corpusTest(name, body) {
  const missing = "the provider bundles are missing: set CLOUDOVEN_TEST_BUNDLES";
  if (azurerm) return test(name, body);
  if (process.env.CI === "true") return test(name, () => assert.fail(missing));
  return test(name, { skip: missing }, body);
}

/** How many pixels the page is wider than its window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Fails unless the page is free of problems, of axe violations and of sideways scrolling. */
export async function checkPage(page) {
  assert.deepEqual(await accessibility(page), [], `axe on ${page.url()}`);
  assert.equal(await overflow(page), 0, `${page.url()} is wider than its window`);
  assert.deepEqual(page.problems, [], `problems on ${page.url()}`);
}

/** Writes screenshots/<name>.png: the window, or with `full` the whole page. */
export async function screenshot(page, name, { full = false } = {}) {
  const directory = join(import.meta.dirname, "screenshots");
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: full, animations: "disabled" });
}

/** Both sizes in both themes: each is checked, and a picture taken of it. */
export async function everyLook(page, name) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const scheme of ["light", "dark"]) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme: scheme });
      await screenshot(page, `${name}-${size}-${scheme}`, { full: true });
      await checkPage(page);
    }
  }
  await page.setViewportSize(sizes.desktop);
  await page.emulateMedia({ colorScheme: "light" });
}
