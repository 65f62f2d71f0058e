// Bundles the browser side into dist/. Every file name carries a digest of its content, so that the server may let
// browsers keep it for ever; manifest.json tells the server which name is which.
import { build } from "esbuild";
import { rm, writeFile, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const outdir = join(root, "dist");

await rm(outdir, { recursive: true, force: true });

const result = await build({
  absWorkingDir: root,
  entryPoints: {
    app: "assets/ts/app.ts",
    designer: "assets/ts/designer/main.ts",
    graph: "assets/ts/graph.ts",
    imports: "assets/ts/imports.ts",
    live: "assets/ts/live.ts",
    run: "assets/ts/run.ts",
    providers: "assets/ts/providers.ts",
    style: "assets/css/style.css",
    icons: "assets/icons.svg",
    favicon: "assets/favicon.svg",
  },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2023", "chrome123", "firefox120", "safari17.5"],
  minify: true,
  metafile: true,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "copy" },
  legalComments: "none",
  logLevel: "warning",
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue;
  const name = basename(file).replace(/-[A-Z0-9]+\./, ".");
  manifest[name] = basename(file);
}
for (const file of await readdir(outdir)) {
  if (file.endsWith(".woff2")) manifest[file.replace(/-[A-Z0-9]+\.woff2$/, ".woff2")] = file;
}
await writeFile(join(outdir, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
