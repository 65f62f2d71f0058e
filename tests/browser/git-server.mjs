// A host of one git repository: git's own server program behind HTTP, on the address of the engine's default bridge, which
// containers reach. Below /slow/ it never answers.
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * @param {Record<string, string>} files the texts of the repository `shop.git`, by name
 * @returns {Promise<{url: (path: string) => string, commit: string, stop: () => Promise<void>}>}
 */
export async function startGitServer(files) {
  const root = await mkdtemp(join(tmpdir(), "cloudoven-git-"));
  const work = join(root, "work");
  const git = (...args) =>
    execFileSync("git", ["-c", "user.name=Kim", "-c", "user.email=kim@example.com", ...args], { encoding: "utf8" }).trim();
  git("init", "--quiet", "--initial-branch=main", work);
  for (const [name, text] of Object.entries(files)) await writeFile(join(work, name), text);
  git("-C", work, "add", "--all");
  git("-C", work, "commit", "--quiet", "--message", "first");
  git("-C", work, "tag", "v1");
  git("clone", "--quiet", "--bare", work, join(root, "shop.git"));

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://git");
    if (url.pathname.startsWith("/slow/")) return;
    const backend = spawn("git", ["http-backend"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
      },
    });
    request.pipe(backend.stdin);
    const output = [];
    backend.stdout.on("data", (piece) => output.push(piece));
    backend.on("close", () => {
      const whole = Buffer.concat(output);
      const end = whole.indexOf("\r\n\r\n");
      for (const line of whole.toString("latin1", 0, end).split("\r\n")) {
        const [name, value] = line.split(": ");
        if (name === "Status") response.statusCode = Number(value.slice(0, 3));
        else response.setHeader(name, value);
      }
      response.end(whole.subarray(end + 4));
    });
  });
  // The engine's own address: the first of the subnet where the engine names none.
  const format = "{{with index .IPAM.Config 0}}{{.Gateway}} {{.Subnet}}{{end}}";
  const found = execFileSync("docker", ["network", "inspect", "--format", format, "bridge"], { encoding: "utf8" });
  const [gateway, subnet] = found.trimEnd().split(" ");
  const host = gateway || subnet.replace(/\.0\/.*$/, ".1");
  await new Promise((resolve) => server.listen(0, host, resolve));
  return {
    url: (path) => `http://${host}:${server.address().port}/${path}`,
    commit: git("-C", work, "rev-parse", "HEAD"),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
