// The catalog that the tests' servers start with: Terraform's built-in provider, the demo provider, two versions of the
// made-up acme provider and azurerm, imported
// once into target/browser/catalog. Run by `npm test`; by hand: `node catalog.mjs`.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const root = resolve(import.meta.dirname, "../..");

const crawler = process.env.CLOUDOVEN_CRAWLER_BIN ?? join(root, "target/debug/cloudoven-crawler");
const bundles = resolve(root, process.env.CLOUDOVEN_TEST_BUNDLES ?? "../shared/providers");
const mirror = process.env.CLOUDOVEN_PROVIDER_MIRROR ?? join(root, "target/mirror");
const directory = join(root, "target/browser/catalog");
const acme = ["1.2.3", "2.0.0"].map((version) => join(root, "tests/fixtures/acme", version));

/** The archive of the azurerm provider, or null where the bundles are missing. */
export const azurerm = (() => {
  if (!existsSync(bundles)) return null;
  const name = readdirSync(bundles).find((file) => /^hashicorp-azurerm-.*\.tar\.zst$/.test(file));
  return name ? join(bundles, name) : null;
})();

/** Where the catalog is, imported now unless it is newer than the program that imports it. */
export async function catalogDirectory() {
  const sources = [crawler, azurerm, ...acme.map((bundle) => join(bundle, "providers/hashicorp/acme"))];
  const newest = Math.max(...sources.filter(Boolean).map((file) => statSync(file).mtimeMs));
  if (existsSync(directory) && statSync(directory).mtimeMs > newest) return directory;
  const beside = `${directory}.new`;
  await rm(beside, { recursive: true, force: true });
  const run = (...args) => {
    const { status, error } = spawnSync(crawler, [...args, "--catalog", `file://${beside}`], { stdio: "inherit" });
    if (error || status !== 0) throw new Error(`cloudoven-crawler ${args.join(" ")}: ${error?.message ?? status}`);
  };
  run("crawl", "builtin");
  const docs = join(root, "tests/provider/docs");
  const demo = "registry.cloudoven.dev/cloudoven/demo";
  run("crawl", demo, "--provider-version", "0.1.0", "--mirror", mirror, "--docs", docs, "--unconfined");
  run("import", ...acme);
  if (azurerm) run("import", azurerm);
  await rm(directory, { recursive: true, force: true });
  await rename(beside, directory);
  return directory;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await catalogDirectory();
}
