// A fixture control plane for working on the console: `npm run fixture`, then `npm run dev`, or open it directly
// to see the built console under the same content security policy as the real one.
// PORT (8600), EMPTY=1 (no traffic yet). Any token but "wrong" signs in.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { answer } from "./routes.mjs";
import { createShop } from "./shop.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "..", "dist");
const port = Number(process.env.PORT ?? 8600);
const shop = createShop({ empty: process.env.EMPTY === "1" });
setInterval(shop.tick, 1000).unref();

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const CSP =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

function serveFile(url, response) {
  let file = join(dist, normalize(decodeURIComponent(url.pathname)));
  if (!file.startsWith(dist) || !existsSync(file) || statSync(file).isDirectory()) {
    file = join(dist, "index.html");
  }
  if (!existsSync(file)) {
    response.writeHead(404, { "content-type": "text/plain" });
    response.end("Run npm run build first.\n");
    return;
  }
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  createReadStream(file).pipe(response);
}

createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://fixture");
  if (!url.pathname.startsWith("/api/v1/")) {
    serveFile(url, response);
    return;
  }
  let text = "";
  request.on("data", (chunk) => {
    text += chunk;
  });
  request.on("end", () => {
    let body = {};
    try {
      body = text === "" ? {} : JSON.parse(text);
    } catch {
      // An uploaded contract in YAML is no JSON.
    }
    const signedIn = /palisade_session=1/.test(request.headers.cookie ?? "");
    const accept = request.headers.accept ?? "";
    const result = answer(shop, { method: request.method, url, body, accept, signedIn });
    response.writeHead(result.status, result.headers);
    response.end(result.body);
  });
}).listen(port, "127.0.0.1", () => console.log(`fixture control plane on http://127.0.0.1:${port}`));
