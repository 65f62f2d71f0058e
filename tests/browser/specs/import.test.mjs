// Terraform code becomes a blueprint: a file is dropped or chosen, code is pasted, a repository is fetched, with script and
// without.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { startGitServer } from "../git-server.mjs";
import { checkPage, launch, openPage, screenshot, sizes, startServer } from "../harness.mjs";
import { code, newProject, signIn, signUp } from "../steps.mjs";

const main = `terraform {
  required_providers {
    acme = {
      source  = "hashicorp/acme"
      version = "~> 1.2"
    }
    cloud = {
      source  = "example/cloud"
      version = ">= 3.1"
    }
  }
}

variable "size" {
  type        = string
  description = "How large the servers are."
}

resource "acme_network" "main" {
  name = "shop"
}

resource "acme_server" "web" {
  name       = "web"
  network_id = acme_network.main.id
  size       = var.size
  colour     = "red"
  disk {
    gigabytes = 10
  }
}

resource "cloud_bucket" "logs" {
  name = "logs"
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"
}
`;
const files = {
  "shop/main.tf": main,
  "shop/windows.tf": 'locals {\r\n  a = "b"\r\n}\r\n',
  "shop/README.md": "# Shop\n",
  "shop/terraform.tfstate": '{"secret": "hunter2"}',
  "shop/prod.auto.tfvars": 'size = "large"\n',
};

let server;
let git;
let browser;
let project;
let directory;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "cloudoven-import-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(directory, dirname(path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  execFileSync("tar", ["czf", "shop.tar.gz", "shop"], { cwd: directory });
  git = await startGitServer({ "main.tf": main, "terraform.tfstate": '{"secret": "hunter2"}' });
  server = await startServer({ docker: true });
  browser = await launch();
  const page = await openPage(browser, server.url);
  await signUp(page);
  project = await newProject(page, "orders");
  await page.context().close();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await git?.stop();
  await rm(directory, { recursive: true, force: true });
});

test("an empty project offers to import, and a chosen archive becomes a blueprint", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(project);
  await page.getByRole("link", { name: "Import code" }).waitFor();
  await page.goto(`${project}/blueprints`);
  await page.getByRole("link", { name: "Import code" }).click();
  await page.waitForURL("**/import");
  await checkPage(page);
  await page.getByLabel("Archive or Terraform file").setInputFiles(join(directory, "shop.tar.gz"));
  await page.getByRole("button", { name: "Preview the file" }).click();
  await page.getByRole("heading", { name: "Preview of shop.tar.gz" }).waitFor();
  await page.getByText("State and variable values stay out").waitFor();
  await page.locator("section", { hasText: "Problems" }).getByText("colour").first().waitFor();
  await page.getByText("main.tf:27:3").waitFor();
  await page.getByRole("row", { name: /example\/cloud/ }).getByText("missing").waitFor();
  await page.getByRole("row", { name: /hashicorp\/acme/ }).getByText("1.2.3").waitFor();
  await page.getByRole("row", { name: /module\.vpc/ }).getByText("registry", { exact: true }).waitFor();
  await checkPage(page);
  await page.getByRole("button", { name: "Add to the catalog: example/cloud" }).click();
  assert.equal(await page.locator("#modal").getByLabel("Address").inputValue(), "example/cloud");
  await page.locator("#modal").getByRole("button", { name: "Cancel" }).click();

  await page.getByLabel("Name", { exact: true }).fill("Web shop");
  await page.getByRole("button", { name: "Create blueprint" }).click();
  await page.waitForURL("**/blueprints/bp-*");
  await page.locator(".cm-content").waitFor({ state: "attached" });
  assert.match(await code(page), /resource "cloud_bucket" "logs"/);
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a file is dropped, and what is no archive says what to do", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(`${project}/import`);
  const drop = async (name, bytes) => {
    const data = await page.evaluateHandle(([name, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      return transfer;
    }, [name, [...bytes]]);
    await page.dispatchEvent(".drop", "drop", { dataTransfer: data });
  };
  await drop("shop.rar", Buffer.from("Rar!\x1a\x07\x00"));
  await page.getByRole("alert").getByText("make a zip or a tar.gz").waitFor();
  await checkPage(page);
  await screenshot(page, "import-refused");
  await drop("shop.tar.gz", await readFile(join(directory, "shop.tar.gz")));
  await page.getByRole("heading", { name: "Preview of shop.tar.gz" }).waitFor();
  await page.context().close();
});

test("pasted code with a fault is shown with its place and makes nothing", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(`${project}/import`);
  await page.getByLabel("Terraform code").fill('resource "acme_network" "x" {\n  name = ]\n}\n');
  await page.getByRole("button", { name: "Preview the code" }).click();
  await page.getByText("This can’t become a blueprint yet").waitFor();
  await page.getByText("main.tf:2:10").waitFor();
  assert.ok(await page.getByRole("button", { name: "Create blueprint" }).isDisabled());
  await checkPage(page);
  await screenshot(page, "import-broken");
  await page.context().close();
});

test("a repository is fetched, and the preview says which commit it is", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(`${project}/import`);
  await page.getByLabel("Address").fill(git.url("shop.git"));
  await page.getByLabel("Branch, tag or commit").fill("v2");
  await page.getByRole("button", { name: "Preview the repository" }).click();
  await page.getByRole("alert").getByText("there is no \"v2\" in the repository").waitFor();
  assert.equal(await page.getByLabel("Branch, tag or commit").getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByLabel("Address").inputValue(), git.url("shop.git"));
  await checkPage(page);
  await screenshot(page, "import-git-refused", { full: true });
  await page.getByLabel("Branch, tag or commit").fill("v1");
  await page.getByRole("button", { name: "Preview the repository" }).click();
  await page.getByRole("heading", { name: /^Preview of .*shop$/ }).waitFor();
  await page.getByText(git.commit.slice(0, 10)).waitFor();
  await page.getByText("State and variable values stay out").waitFor();
  await checkPage(page);
  await page.getByLabel("Name", { exact: true }).fill("From git");
  await page.getByRole("button", { name: "Create blueprint" }).click();
  await page.waitForURL("**/blueprints/bp-*");
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

test("a fetch says how long it takes and is cancelled", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  await page.goto(`${project}/import`);
  await page.getByText("Private repository").click();
  await page.getByLabel("Access token").fill("hunter2");
  await page.getByLabel("Address").fill(git.url("slow/shop.git"));
  await page.getByRole("button", { name: "Preview the repository" }).click();
  await page.getByRole("alert").getByText("only sent over https").waitFor();
  await page.getByLabel("Access token").fill("");
  await page.getByRole("button", { name: "Preview the repository" }).click();
  const form = page.locator("form[data-import-git]");
  await form.getByText(/Fetching the repository… [2-9] s/).waitFor();
  assert.ok(await form.getByRole("progressbar", { name: "Fetching the repository" }).isVisible());
  assert.ok(await form.getByRole("button", { name: "Preview the repository" }).isDisabled());
  await checkPage(page);
  await screenshot(page, "import-git-fetching", { full: true });
  await form.getByRole("button", { name: "Cancel" }).click();
  await form.getByText("Cancelled. Nothing was imported.").waitFor();
  assert.ok(await form.getByRole("button", { name: "Preview the repository" }).isEnabled());
  await checkPage(page);
  await page.context().close();
});

test("it works without script", async () => {
  const page = await openPage(browser, server.url);
  await signIn(page);
  const cookies = await page.context().cookies();
  await page.context().close();
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, viewport: sizes.desktop });
  await context.addCookies(cookies);
  const plain = await context.newPage();
  await plain.goto(`${project}/import`);
  await plain.getByLabel("Archive or Terraform file").setInputFiles(join(directory, "shop.tar.gz"));
  await plain.getByRole("button", { name: "Preview the file" }).click();
  await plain.getByRole("heading", { name: "Preview of shop.tar.gz" }).waitFor();
  await plain.getByLabel("Name", { exact: true }).fill("Without script");
  await plain.getByRole("button", { name: "Create blueprint" }).click();
  await plain.waitForURL("**/blueprints/bp-*");
  await plain.goto(`${project}/import`);
  await plain.getByLabel("Address").fill("git@example.com:team/shop.git");
  await plain.getByLabel("Subdirectory").fill("modules/a");
  await plain.getByRole("button", { name: "Preview the repository" }).click();
  await plain.getByText("Only https addresses can be fetched").waitFor();
  assert.equal(await plain.getByLabel("Subdirectory").inputValue(), "modules/a");
  await plain.getByLabel("Address").fill(git.url("shop.git"));
  await plain.getByLabel("Subdirectory").fill("");
  await plain.getByRole("button", { name: "Preview the repository" }).click();
  await plain.getByText(git.commit.slice(0, 10)).waitFor();
  await context.close();
});

for (const size of ["desktop", "phone"]) {
  for (const scheme of ["light", "dark"]) {
    test(`the pages, ${size}, ${scheme}`, async () => {
      const page = await openPage(browser, server.url, { size, scheme });
      await signIn(page);
      await page.goto(`${project}/import`);
      await screenshot(page, `import-${size}-${scheme}`, { full: true });
      await checkPage(page);
      await page.getByLabel("Archive or Terraform file").setInputFiles(join(directory, "shop.tar.gz"));
      await page.getByRole("button", { name: "Preview the file" }).click();
      await page.getByRole("heading", { name: "Preview of shop.tar.gz" }).waitFor();
      for (const more of await page.locator("details.more > summary").all()) await more.click();
      await screenshot(page, `import-preview-${size}-${scheme}`, { full: true });
      await checkPage(page);
      await page.goto(`${project}/import`);
      await page.getByText("Private repository").click();
      await page.getByLabel("Address").fill(git.url("shop.git"));
      await page.getByRole("button", { name: "Preview the repository" }).click();
      await page.getByText(git.commit.slice(0, 10)).waitFor();
      await screenshot(page, `import-git-preview-${size}-${scheme}`, { full: true });
      await checkPage(page);
      await page.context().close();
    });
  }
}
