// A fixture control plane for working on the console: `npm run fixture`, then `npm run dev`, or open it directly
// to see the built console under the same content security policy as the real one.
// PORT (8600), EMPTY=1 (no traffic yet). Any token but "wrong" signs in.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
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
  ".map": "application/json",
};
const CSP =
  "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

function json(response, status, body, headers = {}) {
  response.writeHead(status, {
    "content-type": status >= 400 ? "application/problem+json" : "application/json",
    ...headers,
  });
  response.end(body === undefined ? "" : JSON.stringify(body));
}
const problem = (response, status, title, detail = "") =>
  json(response, status, {
    type: "about:blank",
    title,
    status,
    detail,
    instance: "",
    uuid: "01936f4a-0000-7000-8000-000000000000",
    errors: [],
  });
const page = (items, url) => {
  const limit = Number(url.searchParams.get("limit") ?? 100);
  return { items: items.slice(0, limit), next: items.length > limit ? "more" : null };
};

function serveFile(url, response) {
  const path = normalize(decodeURIComponent(url.pathname));
  let file = join(dist, path);
  if (!file.startsWith(dist) || !existsSync(file) || statSync(file).isDirectory())
    file = join(dist, "index.html");
  if (!existsSync(file)) return problem(response, 404, "No build", "Run npm run build first.");
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
  createReadStream(file).pipe(response);
}

function route(request, url, body, response) {
  const parts = url.pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
  const [noun, id, sub, subId] = parts;
  const key = `${request.method} ${noun}`;
  const signedIn = /palisade_session=1/.test(request.headers.cookie ?? "");
  if (key === "POST session") {
    if (body.token === "wrong")
      return problem(response, 401, "Unknown token", "This token is not known or has expired.");
    return json(response, 204, undefined, {
      "set-cookie": "palisade_session=1; HttpOnly; SameSite=Strict; Path=/",
    });
  }
  if (!signedIn) return problem(response, 401, "Not signed in");
  switch (key) {
    case "GET session":
      return json(response, 200, shop.session());
    case "DELETE session":
      return json(response, 204, undefined, { "set-cookie": "palisade_session=; Max-Age=0; Path=/" });
    case "GET overview":
      return json(response, 200, shop.overview());
    case "GET rules":
      return json(response, 200, page(shop.rules(), url));
    case "GET tokens":
      return json(response, 200, page(shop.tokens(), url));
    case "POST tokens":
      return json(response, 201, shop.createToken(body));
    case "DELETE tokens":
      shop.revokeToken(id);
      return json(response, 204);
    case "GET events":
      return json(response, 200, page(shop.events(Object.fromEntries(url.searchParams)), url));
    case "POST events": {
      const made = shop.allow(id);
      return made ? json(response, 201, made) : problem(response, 404, "No such event");
    }
  }
  if (noun !== "apis") return problem(response, 404, "Not found");
  if (!id) return json(response, 200, page(shop.apis(), url));
  const api = shop.api(id);
  if (!api) return problem(response, 404, "No such API");
  switch (`${request.method} ${sub ?? ""}`) {
    case "GET ":
      return json(response, 200, api);
    case "PATCH ":
      return json(response, 200, shop.setMode(body.mode));
    case "GET operations": {
      if (!subId) return json(response, 200, page(shop.operations(id), url));
      const operation = shop.operation(subId);
      return operation ? json(response, 200, operation) : problem(response, 404, "No such operation");
    }
    case "PATCH operations":
      return json(response, 200, shop.setProtection(subId, body.protection));
    case "GET contract": {
      const type = (request.headers.accept ?? "").includes("json") ? "json" : "yaml";
      const text = shop.contract(url.searchParams.get("source"), type);
      if (!text) return problem(response, 404, "No contract");
      response.writeHead(200, { "content-type": `application/${type}`, etag: '"9f2c"' });
      return response.end(text);
    }
    case "PUT contract":
      return problem(
        response,
        422,
        "This is no OpenAPI document",
        "line 1, column 1: the root has no member openapi or swagger",
      );
    case "POST contract":
      return json(response, 200, shop.approve());
    case "GET audit": {
      const report = shop.audit();
      return report ? json(response, 200, report) : problem(response, 404, "No contract");
    }
    case "GET findings":
      return json(response, 200, page(shop.findings(id), url));
    case "GET preview":
      return json(response, 200, shop.preview());
    case "GET exceptions":
      return json(response, 200, page(shop.exceptions(), url));
    case "DELETE exceptions":
      shop.removeException(subId);
      return json(response, 204);
  }
  return problem(response, 404, "Not found");
}

createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://fixture");
  if (!url.pathname.startsWith("/api/v1/")) return serveFile(url, response);
  let text = "";
  request.on("data", (chunk) => {
    text += chunk;
  });
  request.on("end", () => {
    let body = {};
    try {
      body = text === "" ? {} : JSON.parse(text);
    } catch {
      /* an uploaded contract in YAML */
    }
    route(request, url, body, response);
  });
}).listen(port, "127.0.0.1", () => console.log(`fixture control plane on http://127.0.0.1:${port}`));
