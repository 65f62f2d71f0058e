// The designer: forms and code as two faces of one text, and nothing that was typed is ever lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";
import { addByPalette, code, field, newBlueprint, newProject, saveCode, saved, setText, signIn, signUp, typeCode } from "../steps.mjs";

let server;
let browser;
let project;

before(async () => {
  server = await startServer();
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "designs");
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function designer(name) {
  const page = await openPage(browser, server.url);
  await signIn(page);
  const address = await newBlueprint(page, project, name);
  return { page, address };
}

test("a resource is added and filled in by the keyboard alone", async () => {
  const { page } = await designer("keyboard");
  await addByPalette(page, "demo network", "demo_network");
  const name = page.locator('[id="c:name"]');
  await name.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("core");
  await page.keyboard.press("Tab");
  await saved(page);
  assert.match(await code(page), /resource "demo_network" "main" \{[^}]*name\s+= "core"/);
  // The argument with the focus is marked in the code, and its documentation stands beside it.
  await name.focus();
  await page.locator(".cm-here", { hasText: "name" }).waitFor();
  await page.locator("#docs").getByText("name", { exact: true }).waitFor();
  assert.match(page.url(), /element=demo_network\.main&path=name/);
  await checkPage(page);
});

test("a change in the code shows in the form, and keeps every comment", async () => {
  const { page } = await designer("code");
  await saveCode(page, '# kept\nresource "demo_network" "core" {\n  name = "a" # why\n}\n');
  await page.locator('[data-element="demo_network.core"]').click();
  await page.locator('[id="c:name"]').waitFor();
  assert.equal(await page.locator('[id="c:name"]').inputValue(), "a");
  await setText(page, "name", 'say "${hello}"');
  assert.match(await code(page), /# kept\nresource "demo_network" "core" \{\n\s+name = "say \\"\$\$\{hello\}\\"" # why/);
  await page.reload();
  assert.equal(await page.locator('[id="c:name"]').inputValue(), 'say "${hello}"');
});

test("bad code is refused with its place, and stays as it was typed", async () => {
  const { page } = await designer("bad code");
  const bad = 'resource "demo_network" "core" {\n  name = \n}\n';
  await typeCode(page, bad);
  await page.keyboard.press("Control+s");
  await page.locator("#editor-bar.bad").getByText(/Not saved\. Line 2, column \d+/).waitFor();
  await page.locator(".cm-lintRange-error").first().waitFor();
  assert.equal(await code(page), bad);
  await screenshot(page, "designer-bad-code");
  await checkPage(page);
  // Mended, it is saved.
  await saveCode(page, 'resource "demo_network" "core" {\n  name = "x"\n}\n');
  await page.locator('[data-element="demo_network.core"]').waitFor();
});

test("the later of two saves shows both versions and loses neither", async () => {
  const { page, address } = await designer("two people");
  await addByPalette(page, "demo network", "demo_network");
  await setText(page, "name", "first");
  const other = await page.context().newPage();
  other.problems = [];
  await other.goto(address);
  await other.locator('[data-element="demo_network.main"]').click();
  await other.locator('[id="c:name"]').waitFor();
  await setText(other, "name", "theirs");
  // The first page does not know of it.
  await page.locator('[id="c:name"]').fill("mine");
  await page.locator('[id="c:name"]').blur();
  const dialog = page.locator("#conflict");
  await dialog.waitFor();
  await dialog.getByText("theirs").first().waitFor();
  await dialog.getByText("mine").first().waitFor();
  await screenshot(page, "designer-conflict");
  assert.deepEqual(page.problems, []);
  await dialog.getByRole("button", { name: "Apply my change to theirs" }).click();
  await saved(page);
  assert.match(await code(page), /name\s+= "mine"/);
  // Once more, and theirs is taken.
  await other.reload();
  await other.locator('[id="c:name"]').waitFor();
  await setText(other, "name", "theirs again");
  await page.locator('[id="c:name"]').fill("mine again");
  await page.locator('[id="c:name"]').blur();
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await saved(page);
  assert.match(await code(page), /name\s+= "theirs again"/);
  // And by code: one's own text stands over theirs.
  await setText(other, "name", "third");
  await typeCode(page, (await code(page)).replace("theirs again", "by hand"));
  await page.keyboard.press("Control+s");
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await saved(page);
  assert.match(await code(page), /name\s+= "by hand"/);
  await other.reload();
  await other.locator('[id="c:name"]').waitFor();
  assert.equal(await other.locator('[id="c:name"]').inputValue(), "by hand");
});

test("what is typed while the server is away is kept and saved when it is back", async () => {
  const { page } = await designer("away");
  await addByPalette(page, "demo network", "demo_network");
  await page.route("**/edits", (route) => route.abort());
  await page.locator('[id="c:name"]').fill("patient");
  await page.locator('[id="c:name"]').blur();
  await page.locator("#saved").getByText("not saved, trying again").waitFor();
  await field(page, "name").getByText("Not saved yet").waitFor();
  await page.unroute("**/edits");
  await saved(page);
  assert.match(await code(page), /name\s+= "patient"/);
});

test("undo, redo and history", async () => {
  const { page } = await designer("history");
  await addByPalette(page, "demo network", "demo_network");
  await setText(page, "name", "one");
  await setText(page, "name", "two");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => document.getElementById("c:name").value === "one");
  await page.getByRole("button", { name: "Redo" }).click();
  await page.waitForFunction(() => document.getElementById("c:name").value === "two");
  await page.getByRole("button", { name: "History" }).click();
  const dialog = page.locator("#modal");
  await dialog.getByRole("heading", { name: "History" }).waitFor();
  await screenshot(page, "designer-history");
  const first = dialog.locator("li", { hasText: "Created" });
  await first.getByRole("button", { name: "Restore" }).click();
  await page.getByRole("heading", { name: "An empty blueprint" }).waitFor();
  await saved(page);
});

test("elements are renamed with their references, copied and removed", async () => {
  const { page } = await designer("elements");
  await saveCode(page, 'resource "demo_network" "a" {\n  name = "a"\n}\n\noutput "id" {\n  value = demo_network.a.id\n}\n');
  await page.locator('[data-element="demo_network.a"]').click();
  await page.getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("New name").fill("core");
  await page.getByRole("button", { name: "Rename", exact: true }).last().click();
  await page.locator('[data-element="demo_network.core"]').waitFor();
  assert.match(await code(page), /value = demo_network\.core\.id/);
  await page.getByRole("button", { name: "Duplicate" }).click();
  await page.locator('[data-element="demo_network.core_2"]').waitFor();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.locator("#confirm").getByRole("button", { name: "Remove" }).click();
  await page.locator('[data-element="demo_network.core_2"]').waitFor({ state: "detached" });
});

test("one pane at a time on a phone", async () => {
  const page = await openPage(browser, server.url, { size: "phone" });
  await signIn(page);
  await newBlueprint(page, project, "phone");
  for (const pane of ["Outline", "Code", "Docs", "Form"]) {
    await page.locator(".switcher").getByRole("button", { name: pane }).click();
    await screenshot(page, `designer-phone-${pane.toLowerCase()}`);
    await checkPage(page);
  }
});

test("the facts of an argument stand beside it, and lead to its place in the catalog", async () => {
  const { page, address } = await designer("facts");
  await saveCode(page, 'resource "acme_firewall" "main" {\n  name = "front"\n\n  rule {\n    action = "allow"\n  }\n}\n');
  await page.locator('[data-element="acme_firewall.main"]').click();
  const docs = page.locator("#docs");
  const facts = () => docs.locator(".fact").allInnerTexts().then((all) => all.map((text) => text.replace(/\s+/g, " ")));
  for (const [path, expected] of [
    ["idle_time", ["Default 60", "Limits 1 to 3600", "Unit seconds"]],
    ["log_days", ["Unit days", "Required with log_bucket"]],
    ["rule[0].action", ["One of allow deny"]],
    ["name", ["Limits 3 to 24 characters", "Pattern ^[a-z]+$"]],
  ]) {
    await page.locator(`[id="f:${path}"]`).locator("input, select").first().focus();
    await docs.locator(".arg-name", { hasText: path.split(".").at(-1) }).waitFor();
    assert.deepEqual(await facts(), expected, path);
  }
  await checkPage(page);

  // What a fact names, and the argument itself, open beside the blueprint.
  await page.locator('[id="c:host"]').focus();
  await docs.getByText("Replaced by").waitFor();
  for (const [name, anchor] of [["address", "address"], ["Open in the catalog", "host"]]) {
    const opened = page.context().waitForEvent("page");
    await docs.getByRole("link", { name }).click();
    const catalog = await opened;
    await catalog.waitForURL(`**/acme/2.0.0/resource/acme_firewall#arg-${anchor}`);
    await catalog.locator(`[id="arg-${anchor}"]:target`).waitFor();
    await catalog.close();
  }
  assert.ok(page.url().startsWith(address));

  for (const size of ["desktop", "phone"]) {
    for (const scheme of ["light", "dark"]) {
      const other = await openPage(browser, server.url, { size, scheme });
      await signIn(other);
      await other.goto(`${address}?element=acme_firewall.main&path=idle_time`);
      await other.locator("#docs .fact").first().waitFor({ state: "attached" });
      if (size === "phone") await other.locator(".switcher").getByRole("button", { name: "Docs" }).click();
      await other.locator("#docs").getByText("1 to 3600").waitFor();
      await screenshot(other, `designer-facts-${size}-${scheme}`);
      await checkPage(other);
    }
  }
});

test("every kind of control writes the code that it stands for", async () => {
  const { page } = await designer("controls");
  await saveCode(page, 'resource "demo_server" "web" {\n  name      = "web"\n  subnet_id = "subnet-1"\n}\n');
  await page.locator('[data-element="demo_server.web"]').click();
  await page.locator('[id="c:name"]').waitFor();
  const has = async (pattern) => assert.match(await code(page), pattern);

  // A number keeps its digits; what is no number is refused here and stays.
  const seconds = page.locator('[id="c:create_seconds"]');
  await seconds.fill("soon");
  await seconds.blur();
  await field(page, "create_seconds").getByText("soon is not a number.").waitFor();
  assert.equal(await seconds.inputValue(), "soon");
  await setText(page, "create_seconds", "0.10");
  await has(/create_seconds\s+= 0\.10\n/);
  await setText(page, "create_seconds", "");
  assert.doesNotMatch(await code(page), /create_seconds/);

  // Documented values, and another one.
  await page.locator('[id="c:size"]').selectOption("large");
  await saved(page);
  await has(/size\s+= "large"/);
  await page.locator('[id="c:size"]').selectOption({ label: "Another value…" });
  await page.keyboard.type("gigantic");
  await page.keyboard.press("Enter");
  await saved(page);
  await has(/size\s+= "gigantic"/);
  await field(page, "size").locator(".problem.warning").waitFor();

  // Entries of a map come, change and go.
  await page.locator('[id="c:tags"]').click();
  await page.keyboard.type("team");
  await page.keyboard.press("Tab");
  await page.keyboard.type('a "b" ${c}');
  await page.keyboard.press("Tab");
  await saved(page);
  await has(/tags = \{\n\s+"?team"?\s+= "a \\"b\\" \$\$\{c\}"\n\s+\}/);
  await page.getByRole("button", { name: "Remove team" }).click();
  await saved(page);
  assert.doesNotMatch(await code(page), /team/);

  // Blocks: added, filled in, moved, removed.
  await page.getByRole("button", { name: "Add disk" }).click();
  await page.locator('[id="b:disk[0]"]').waitFor();
  await setText(page, "disk[0].size_gb", "10");
  await page.locator('[id="b:disk[0]"]').getByRole("button", { name: "Add another" }).click();
  await page.locator('[id="b:disk[1]"]').waitFor();
  await setText(page, "disk[1].size_gb", "20");
  await has(/disk \{\n\s+size_gb = 10\n\s+\}\n+\s+disk \{\n\s+size_gb = 20\n/);
  await page.locator('[id="b:disk[1]"]').getByRole("button", { name: "Move disk up" }).click();
  await saved(page);
  await has(/size_gb = 20\n[^]*size_gb = 10\n/);
  await page.getByRole("switch", { name: "delete_with_server" }).first().click();
  await saved(page);
  await has(/delete_with_server = (true|false)/);
  await page.locator('[id="b:disk[1]"]').getByRole("button", { name: "Remove disk" }).click();
  await page.locator('[id="b:disk[1]"]').waitFor({ state: "detached" });
  await saved(page);
  assert.doesNotMatch(await code(page), /size_gb = 10/);

  // A list inside a block.
  await page.getByRole("button", { name: "Add network_interface" }).click();
  await page.locator('[id="c:network_interface[0].security_groups"]').click();
  await page.keyboard.type("web");
  await page.keyboard.press("Tab");
  await saved(page);
  await page.locator('[id="c:network_interface[0].security_groups"]').click();
  await page.keyboard.type("ssh");
  await page.keyboard.press("Tab");
  await saved(page);
  await has(/security_groups = \["web", "ssh"\]/);

  // The filter finds an argument inside a block; the toggle leaves what counts.
  await page.locator("#form-filter").fill("security groups");
  await page.locator('[id="f:name"]').waitFor({ state: "hidden" });
  assert.ok(await page.locator('[id="f:network_interface[0].security_groups"]').isVisible());
  await page.locator("#form-filter").fill("");
  await page.getByRole("button", { name: "Required and set" }).click();
  await page.locator('[id="f:user_data"]').waitFor({ state: "hidden" });
  assert.ok(await page.locator('[id="f:name"]').isVisible());

  // An expression, and back to nothing.
  await page.getByRole("button", { name: "Required and set" }).click();
  const image = field(page, "image");
  await image.getByRole("button", { name: /expression/ }).click();
  await page.keyboard.type("var.missing");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await saved(page);
  await has(/image\s+= var\.missing/);
  await image.locator(".problem.error").waitFor();
  await image.getByRole("button", { name: "Actions for image" }).click();
  await image.getByRole("button", { name: "Unset" }).click();
  await saved(page);
  assert.doesNotMatch(await code(page), /image/);
  await checkPage(page);
});
