// The first thing a visitor sees, and how the server starts and ends.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, launch, openPage, screenshot, startServer } from "../harness.mjs";

let server;
let browser;

before(async () => {
  server = await startServer();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const size of ["desktop", "phone"]) {
  for (const scheme of ["light", "dark"]) {
    test(`the first page, ${size}, ${scheme}`, async () => {
      const page = await openPage(browser, server.url, { size, scheme });
      const response = await page.goto("/");
      assert.equal(response.status(), 200);
      await checkPage(page);
      await screenshot(page, `start-${size}-${scheme}`);
    });
  }
}

test("a server that was killed starts again on its data", async () => {
  await server.kill();
  await server.restart();
  const response = await fetch(new URL("/health/live", server.url));
  assert.equal(response.status, 200);
});
