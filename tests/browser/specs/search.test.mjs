// Search from anywhere: the palette behind "/" and Ctrl-K, and the page with all results.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { accessibility, checkPage, corpusTest, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { newBlueprint, newProject, signIn, signUp } from "../steps.mjs";

let server;
let browser;
let project;

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "Server farm");
  await newBlueprint(page, project, "Server room");
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const box = (page) => page.getByRole("combobox", { name: /^Search resources/ });
const chosen = (page) => page.locator("#search-results [aria-selected=true]");

/** Opens the palette by a key and types. */
async function ask(page, query, key = "/") {
  await page.locator("#main").focus();
  await page.keyboard.press(key);
  await box(page).waitFor();
  await page.keyboard.type(query);
}

test("found, chosen and opened by keys alone", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await ask(page, "demo servr");
  await chosen(page).filter({ hasText: "demo_server" }).waitFor();
  assert.equal(await box(page).getAttribute("aria-activedescendant"), await chosen(page).getAttribute("id"));
  await page.locator("#search-status", { hasText: /^\d+ suggestions? of \d+$/ }).waitFor({ state: "attached" });
  await screenshot(page, "search-palette");
  await checkPage(page);

  const first = await chosen(page).getAttribute("id");
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await chosen(page).getAttribute("id"), first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen(page).getAttribute("id"), first);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/resource/demo_server");
});

test("Escape closes it and gives the focus back; it does not open while one types", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  const opener = page.getByRole("button", { name: "Search", exact: true });
  await opener.focus();
  await page.keyboard.press("Enter");
  await box(page).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => !document.activeElement?.closest("header, main")), "the focus stays inside");
  await page.keyboard.press("Escape");
  await box(page).waitFor({ state: "hidden" });
  assert.ok(await opener.evaluate((element) => element === document.activeElement));

  await page.goto("/catalog/search");
  const field = page.getByRole("searchbox", { name: "Search all providers" });
  await field.focus();
  await page.keyboard.type("a/b");
  assert.equal(await field.inputValue(), "a/b");
  assert.ok(await box(page).isHidden());
  await page.keyboard.press("Control+k");
  await box(page).waitFor();
});

test("an argument opens at its place on the page", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await ask(page, "disk size_gb");
  const option = page.locator("#search-results [role=group]", { hasText: "Arguments" }).getByRole("option").first();
  await option.waitFor();
  const target = await option.getAttribute("data-href");
  await option.click();
  await page.waitForURL(`**${target}`);
  const anchor = decodeURIComponent(target.split("#")[1]);
  await page.locator(`[id="${anchor}"]`).waitFor();
  assert.ok(await page.locator(`[id="${anchor}"]`).isVisible());
});

test("projects and blueprints of one's own are found", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await ask(page, "server room");
  const own = page.locator("#search-results").getByRole("option", { name: /Server room/ });
  await own.click();
  await page.waitForURL("**/blueprints/bp-*");
  // The designer has "/" for adding; search is on Ctrl-K and in its header.
  await page.locator("#main").focus();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Add or find" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await box(page).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await box(page).waitFor();
});

test("nothing found, and no answer, are said", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await ask(page, "qqqqqqqq");
  await page.getByText("Nothing matches “qqqqqqqq”").waitFor();
  assert.deepEqual(await accessibility(page), []);
  await page.route("**/search?q=*", (route) => route.abort());
  await page.keyboard.type("q");
  await page.getByText("The server did not answer.").first().waitFor();
  await page.unroute("**/search?q=*");
  page.problems.length = 0;
  await page.keyboard.press("Backspace");
  await page.getByText("Nothing matches “qqqqqqqq”").waitFor();
});

for (const scheme of ["light", "dark"]) {
  test(`on a phone it takes the whole screen, ${scheme}`, async () => {
    const page = await openPage(browser, server.url, { size: "phone", scheme });
    await signIn(page);
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await box(page).fill("server");
    await chosen(page).waitFor();
    const { width, height } = await page.locator("#search-palette").boundingBox();
    assert.deepEqual([width, height], [390, 844]);
    await screenshot(page, `search-palette-phone-${scheme}`);
    await checkPage(page);
    await page.getByRole("button", { name: "Close" }).click();
    await box(page).waitFor({ state: "hidden" });
  });
}

corpusTest("all results, filtered and page by page, have addresses", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await ask(page, "storage account");
  await chosen(page).filter({ hasText: "azurerm_storage_account" }).waitFor();
  await screenshot(page, "search-palette-azurerm");
  await page.getByRole("link", { name: "All results" }).click();
  await page.waitForURL("**/catalog/search?q=storage+account");
  await page.getByText(/^1 to 25 of \d+ results$/).waitFor();
  await screenshot(page, "search-page");
  await page.getByRole("link", { name: "Next" }).click();
  await page.waitForURL("**/catalog/search?q=storage+account&page=2");
  await page.getByText(/^26 to 50 of/).waitFor();
  await page.getByLabel("Kind").selectOption("data sources");
  await page.getByRole("button", { name: "Search", exact: true }).last().click();
  await page.waitForURL("**/catalog/search?q=storage+account&provider=&kind=data-source");
  assert.equal(await page.locator(".hit .chip").first().textContent(), "data");
  await page.goto("/catalog/search?q=min_tls_version&provider=hashicorp/azurerm");
  await page.getByRole("link", { name: "min_tls_version" }).first().click();
  await page.waitForURL(/#arg-.*min_tls_version$/);
});
