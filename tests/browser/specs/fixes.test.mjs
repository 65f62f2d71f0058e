// Fixes: beside an argument, in the list of problems, in the code.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { code, field, newBlueprint, newProject, saveCode, saved, signIn, signUp, typeCode } from "../steps.mjs";

let server;
let browser;
let designer;

const FINE = 'resource "demo_network" "main" {\n  name = "n"\n  cidr = "10.0.0.0/16"\n}\n';
const BROKEN = FINE.replace("  name", "  nmae").replace("}", "  id   = \"x\"\n  wat  = 1\n}");

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  designer = await newBlueprint(page, await newProject(page, "orders"), "Shop");
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The designer with the broken code. */
async function broken(options) {
  const page = await openPage(browser, server.url, options);
  await signIn(page);
  await page.goto(`${designer}?element=demo_network.main`);
  await page.locator(".cm-content").waitFor({ state: "attached" });
  if (options?.size === "phone") await page.getByRole("button", { name: "Code" }).click();
  if ((await code(page)) !== BROKEN) await saveCode(page, BROKEN);
  await page.goto(`${designer}?element=demo_network.main`);
  await page.locator("#form .form-view").waitFor();
  return page;
}

const undo = async (page) => {
  await page.getByRole("button", { name: "Undo" }).click();
  await saved(page);
};

async function has(page, part) {
  await page.waitForFunction((part) => new RegExp(part).test(document.querySelector(".cm-content").innerText), part.source);
}

test("a fix beside the argument, and its undo", async () => {
  const page = await broken();
  await field(page, "nmae").getByRole("button", { name: "Rename to name" }).click();
  await saved(page);
  await has(page, /name = "n"/);
  await undo(page);
  await has(page, /nmae = "n"/);
  await field(page, "id").getByRole("button", { name: "Remove id" }).click();
  await saved(page);
  assert.doesNotMatch(await code(page), /id\s+= "x"/);
  await undo(page);
  await checkPage(page);
  await page.context().close();
});

for (const [size, scheme] of [["desktop", "light"], ["desktop", "dark"], ["phone", "light"], ["phone", "dark"]]) {
  test(`the list of problems, ${size}, ${scheme}`, async () => {
    const page = await broken({ size, scheme });
    await page.locator("#problems-open").click();
    const list = page.locator("#problems");
    await list.getByRole("button", { name: /nmae/ }).first().waitFor();
    await checkPage(page);
    await screenshot(page, `problems-${size}-${scheme}`);

    // What is not asked for is not shown.
    const errors = list.getByRole("button", { name: /\d+ errors?/ });
    await errors.click();
    assert.equal(await errors.getAttribute("aria-pressed"), "false");
    assert.equal(await list.locator("li[data-severity=error]:visible").count(), 0);
    await errors.click();

    // A row leads to the argument.
    await list.locator(".where", { hasText: "no argument wat" }).click();
    await page.waitForFunction(() => document.activeElement?.closest('[id="f:wat"]'));
    if (size === "phone") {
      assert.equal(await list.isVisible(), false, "the list lies over the form");
      await page.locator("#problems-open").click();
    }

    // A fix, then all that leave no choice, each undone in one step.
    await list.locator("li", { hasText: "no argument wat" }).getByRole("button", { name: "Remove wat" }).click();
    await saved(page);
    await list.locator("li", { hasText: "no argument wat" }).waitFor({ state: "detached" });
    await list.getByRole("button", { name: /^Fix 2 sure ones/ }).click();
    await saved(page);
    await list.getByText("Nothing is wrong").waitFor();
    await undo(page);
    await undo(page);
    await list.locator("li", { hasText: "no argument wat" }).waitFor();
    await page.context().close();
  });
}

test("the list by keys alone", async () => {
  const page = await broken();
  await page.locator("#main").focus();
  await page.keyboard.press("Control+Shift+M");
  const rows = page.locator("#problems .where");
  await rows.first().waitFor();
  await page.waitForFunction(() => document.activeElement === document.querySelector("#problems .where"));
  await page.keyboard.press("ArrowDown");
  assert.ok(await rows.nth(1).evaluate((row) => row === document.activeElement));
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  assert.ok(await rows.first().evaluate((row) => row === document.activeElement));
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#problems-open").evaluate((button) => button === document.activeElement));
  await checkPage(page);
  await page.context().close();
});

test("fixes in the code", async () => {
  const page = await broken();
  const line = page.locator(".cm-line", { hasText: "nmae" });
  await line.locator(".cm-lintRange-error").first().hover();
  const tip = page.locator(".cm-tooltip-lint");
  await tip.getByRole("button", { name: "Rename to name" }).waitFor();
  await checkPage(page);
  await screenshot(page, "code-fix");
  await tip.getByRole("button", { name: "Rename to name" }).click();
  await saved(page);
  await has(page, /name = "n"/);
  await undo(page);
  await has(page, /nmae = "n"/);

  // By keys: the next problem, and its first fix.
  await page.locator(".cm-content").focus();
  await page.keyboard.press("Control+Home");
  await page.waitForTimeout(300);
  await page.keyboard.press("F8");
  await page.keyboard.press("Control+.");
  await saved(page);
  await page.waitForFunction((before) => document.querySelector(".cm-content").innerText !== before, BROKEN);
  await undo(page);
  await checkPage(page);
  await page.context().close();
});

test("fixes of code that is not saved", async () => {
  const page = await broken();
  await typeCode(page, BROKEN.replace("  wat  = 1\n", ""));
  const marks = page.locator(".cm-line", { hasText: "nmae" }).locator(".cm-lintRange-error");
  await marks.first().waitFor();
  await marks.first().hover();
  await page.locator(".cm-tooltip-lint").getByRole("button", { name: "Rename to name" }).click();
  await has(page, /name = "n"/);
  assert.equal(await page.locator("#saved-word").textContent(), "code not saved");
  // Back at what is saved its own problems are marked again.
  await page.getByRole("button", { name: "Discard" }).click();
  await has(page, /wat {2}= 1/);
  await page.locator(".cm-line", { hasText: "wat" }).locator(".cm-lintRange-error").first().waitFor();
  await page.context().close();
});

/** What is underlined as an error, in the order of the text. */
const underlined = (page) => page.locator(".cm-lintRange-error").allTextContents();

test("what is wrong is marked from its beginning to its end, whatever characters stand before it", async () => {
  const page = await broken();
  // Two characters of the font that are two units each for the browser, and four bytes each for the server.
  const line = '  tags = { a = "\u{1F600}\u{1F600}", b = demo_network.none.id }';
  await saveCode(page, FINE.replace("}\n", `${line}\n}\n`));
  await page.locator(".cm-lintRange-error").first().waitFor();
  assert.deepEqual(await underlined(page), ["demo_network.none"]);
  // The same for what is not saved.
  await typeCode(page, FINE.replace("}\n", `${line.replace("none.id", "gone.id")}\n}\n`));
  await page.locator(".cm-lintRange-error", { hasText: "gone" }).waitFor();
  assert.deepEqual(await underlined(page), ["demo_network.gone"]);
  // What the server refuses to save has a place in a sentence, which counts characters.
  await typeCode(page, 'locals {\n  a = "\u{1F600}\u{1F600}" "\n}\n');
  await page.keyboard.press("Control+s");
  await page.locator("#editor-say", { hasText: /Line \d+, column \d+/ }).waitFor();
  const said = await page.locator("#editor-say").textContent();
  const caret = await page.evaluate(() => {
    const { state } = document.querySelector(".cm-content").cmTile.view;
    const line = state.doc.lineAt(state.selection.main.head);
    return { line: line.number, column: [...line.text.slice(0, state.selection.main.head - line.from)].length + 1 };
  });
  assert.match(said, new RegExp(`Line ${caret.line}, column ${caret.column}:`));
  await checkPage(page);
  await page.context().close();
});

test("line breaks stay as they are", async () => {
  const page = await broken();
  const id = designer.split("/").at(-1);
  const files = async () => (await (await page.request.get(`/api/v1/blueprints/${id}/files`)).json()).files;
  const put = async (text) => {
    const { revision, files } = await (await page.request.get(`/api/v1/blueprints/${id}/files`)).json();
    const answer = await page.request.put(`/api/v1/blueprints/${id}/files`, { data: { files: { ...files, "main.tf": text } }, headers: { "if-match": `"${revision}"` } });
    assert.equal(answer.status(), 200, await answer.text());
  };
  const windows = FINE.replaceAll("\n", "\r\n").replace('"n"', '[\r\n    "\u{1F600}",\r\n    wat.x,\r\n  ]');
  for (const [text, typed] of [[windows, "#\r\n"], [FINE.replace("\n", "\r\n"), "#\n"]]) {
    await put(text);
    await page.goto(`${designer}?element=demo_network.main`);
    await page.locator(".cm-line").first().waitFor();
    assert.equal(await page.locator("#saved-word").textContent(), "saved");
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.type("#\n");
    if (text === windows) await page.locator(".cm-lintRange-error", { hasText: "wat" }).first().waitFor();
    await page.keyboard.press("Control+s");
    await saved(page);
    assert.equal((await files())["main.tf"], typed + text);
  }
  await page.context().close();
});
