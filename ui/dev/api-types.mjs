// Writes src/api/schema.d.ts from the control plane's own API document; `--check` only says whether it is current.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const document = join(here, "..", "..", "docs", "openapi.json");
const target = join(here, "..", "src", "api", "schema.d.ts");

// The types are named by path and method: operation ids add nothing to them.
const api = JSON.parse(readFileSync(document, "utf8"));
for (const item of Object.values(api.paths)) {
  for (const operation of Object.values(item)) delete operation.operationId;
}
const text = `// Written by \`npm run api\` from docs/openapi.json: do not edit.\n\n${astToString(await openapiTS(api))}`;
if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    console.error(
      "src/api/schema.d.ts does not match docs/openapi.json: run `npm run api` and commit the result.",
    );
    process.exit(1);
  }
  console.log("src/api/schema.d.ts matches docs/openapi.json");
} else {
  writeFileSync(target, text);
}
