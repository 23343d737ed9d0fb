// A shop API in motion, for working on the console without a control plane: the shapes of /api/v1, deterministic.

import { createProtection } from "./protection.mjs";
import { createThirdParties } from "./third-parties.mjs";

export const API_ID = "01936f4a-2b10-7c3e-9a41-5d1f0c8e7a01";
const BILLING_ID = "01936f4a-2b10-7c3e-9a41-5d1f0c8e7a02";

const SEVERITIES = ["critical", "high", "medium", "low", "info"];
const iso = (milliseconds) => `${new Date(milliseconds).toISOString().slice(0, -1)}000Z`;
const uuid = (n) =>
  `0193${(0x6f4a2b10 + n * 97).toString(16).padStart(8, "0").slice(0, 4)}-${(n * 7919).toString(16).padStart(8, "0").slice(0, 4)}-7${(n * 31).toString(16).padStart(3, "0").slice(0, 3)}-9a41-${(n * 104729 + 7).toString(16).padStart(12, "0")}`;

// A small linear congruential generator: the same picture on every start.
let seed = 20261122;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const OPERATIONS = [
  ["GET", "/products", "documented", 412, { 200: 398, 400: 14 }, "never", [], "List products"],
  ["GET", "/products/{productId}", "documented", 356, { 200: 331, 404: 25 }, "never", [], "One product"],
  [
    "GET",
    "/products/{productId}/reviews",
    "documented",
    121,
    { 200: 119, 404: 2 },
    "never",
    [],
    "Reviews of a product",
  ],
  [
    "POST",
    "/products/{productId}/reviews",
    "documented",
    38,
    { 201: 31, 401: 4, 422: 3 },
    "sometimes",
    [],
    "Write a review",
  ],
  ["GET", "/search", "documented", 203, { 200: 188, 400: 9, 500: 6 }, "never", [], "Search the catalogue"],
  [
    "POST",
    "/login",
    "documented",
    96,
    { 200: 71, 401: 25 },
    "never",
    [
      ["request", "/password", "password"],
      ["response", "/token", "token"],
    ],
    "Sign in",
  ],
  ["GET", "/cart", "documented", 154, { 200: 149, 401: 5 }, "always", [], "The caller's cart"],
  ["POST", "/cart/items", "documented", 88, { 201: 81, 400: 7 }, "always", [], "Put an item into the cart"],
  [
    "DELETE",
    "/cart/items/{itemId}",
    "documented",
    22,
    { 204: 22 },
    "always",
    [],
    "Take an item out of the cart",
  ],
  [
    "POST",
    "/checkout",
    "documented",
    41,
    { 201: 37, 402: 4 },
    "always",
    [["request", "/card/number", "card-number"]],
    "Check out",
  ],
  ["GET", "/orders", "documented", 64, { 200: 64 }, "always", [], "The caller's orders"],
  [
    "GET",
    "/orders/{orderId}",
    "documented",
    147,
    { 200: 139, 404: 8 },
    "always",
    [
      ["response", "/customer/email", "email"],
      ["response", "/payment/card", "card-number"],
    ],
    "One order",
  ],
  [
    "GET",
    "/users/{userId}",
    "documented",
    83,
    { 200: 80, 404: 3 },
    "sometimes",
    [
      ["response", "/email", "email"],
      ["response", "/passwordHash", "password-hash"],
    ],
    "A user's profile",
  ],
  [
    "PATCH",
    "/users/{userId}",
    "documented",
    12,
    { 200: 11, 400: 1 },
    "always",
    [["request", "/email", "email"]],
    "Change a profile",
  ],
  [
    "GET",
    "/v1/orders/{orderId}",
    "zombie",
    29,
    { 200: 27, 404: 2 },
    "sometimes",
    [["response", "/email", "email"]],
    "One order (old)",
  ],
  [
    "GET",
    "/internal/export/customers",
    "shadow",
    17,
    { 200: 17 },
    "never",
    [
      ["response", "/*/email", "email"],
      ["response", "/*/<b>phone</b>\u202e", "phone"],
    ],
    null,
  ],
  ["GET", "/internal/health", "shadow", 60, { 200: 60 }, "never", [], null],
  ["DELETE", "/admin/users/{userId}", "orphan", 0, {}, "unknown", [], "Remove a user"],
  ["GET", "/admin/reports/{month}", "orphan", 0, {}, "unknown", [], "Monthly report"],
];

const RULES = [
  [
    "DIS001",
    "shadow-operation",
    "high",
    "inventory",
    "An operation is called that no contract names.",
    "What is not in the contract is not tested, not reviewed and not protected.",
    "Add the operation to the contract, or block it at the gateway.",
    ["API9:2023"],
    ["CWE-1059"],
  ],
  [
    "DIS002",
    "zombie-operation",
    "medium",
    "inventory",
    "A deprecated operation is still called.",
    "Old versions keep old defects reachable.",
    "Move its callers to the new operation, then remove it.",
    ["API9:2023"],
    ["CWE-1059"],
  ],
  [
    "DIS003",
    "orphan-operation",
    "low",
    "inventory",
    "A documented operation was never called.",
    "Unused code is an attack surface that no one watches.",
    "Remove it from the contract and the service if nobody needs it.",
    ["API9:2023"],
    ["CWE-1059"],
  ],
  [
    "DRF031",
    "invalid-request-body-accepted",
    "medium",
    "data-validation",
    "A request was accepted although its body breaks the contract.",
    "Whoever relies on the contract stores what it forbids.",
    "Validate the body where requests come in, or correct its schema.",
    ["API8:2023"],
    ["CWE-20"],
  ],
  [
    "DIS010",
    "leaked-field",
    "critical",
    "data-exposure",
    "A response carries a field that must not leave the service.",
    "Whoever may read the object also reads the secret in it.",
    "Leave the field out of the response; list the response's properties and set additionalProperties to false.",
    ["API3:2023"],
    ["CWE-200"],
  ],
  [
    "DIS011",
    "sensitive-read-without-authentication",
    "critical",
    "authentication",
    "Personal data is served to callers who showed no credential.",
    "Anyone who finds the address reads the data.",
    "Require authentication on the operation.",
    ["API2:2023"],
    ["CWE-306"],
  ],
  [
    "STR001",
    "string-without-pattern",
    "low",
    "data-validation",
    "A string takes any characters.",
    "Unbounded input is what injections are made of.",
    "Add a pattern or an enum.",
    ["API8:2023"],
    ["CWE-20"],
  ],
  [
    "TDT007",
    "string-without-max-length",
    "medium",
    "data-validation",
    "A string has no upper length.",
    "A caller can send megabytes where a name is expected.",
    "Add maxLength.",
    ["API4:2023"],
    ["CWE-770"],
  ],
  [
    "RDT002",
    "numeric-id-in-path",
    "medium",
    "authorization",
    "A path takes a number as identifier.",
    "Numbers can be counted through.",
    "Use random identifiers, and check ownership on every read.",
    ["API1:2023"],
    ["CWE-639"],
  ],
  [
    "SAN001",
    "operation-without-security",
    "high",
    "authentication",
    "An operation has no security requirement.",
    "Everyone may call it.",
    "Add a security requirement.",
    ["API2:2023"],
    ["CWE-306"],
  ],
  [
    "FST008",
    "open-request-object",
    "medium",
    "data-validation",
    "A request object takes members that the contract does not name.",
    "Unknown members reach the code: mass assignment starts here.",
    "Set additionalProperties to false.",
    ["API3:2023"],
    ["CWE-915"],
  ],
].map(([id, name, severity, category, what, why, fix, owasp, cwe]) => ({
  id,
  name,
  severity,
  category,
  what,
  why,
  fix,
  owasp,
  cwe,
}));

const finding = (rule, operation, message, extra = {}) => {
  const entry = RULES.find((candidate) => candidate.id === rule);
  return {
    rule,
    name: entry.name,
    severity: extra.severity ?? entry.severity,
    category: entry.category,
    message,
    operation,
    fix: entry.fix,
    count: 1,
    fingerprint: `${rule}-${operation}-${extra.pointer ?? ""}`.replace(/[^A-Za-z0-9]+/g, "-").toLowerCase(),
    owasp: entry.owasp,
    cwe: entry.cwe,
    attack: [],
    aliases: [],
    ...extra,
  };
};

const REASONS = {
  unknown: {
    code: "unknown-path",
    title: "Path is not in the contract",
    errors: [
      {
        in: "path",
        name: null,
        pointer: null,
        code: "unknown-path",
        message: "No operation of the contract matches this path.",
      },
    ],
  },
  query: {
    code: "parameter",
    title: "Query parameter breaks its schema",
    errors: [
      {
        in: "query",
        name: "limit",
        pointer: null,
        code: "type",
        message: "Expected an integer, got 12 characters of text.",
      },
    ],
  },
  body: {
    code: "body",
    title: "Request body breaks its schema",
    errors: [
      {
        in: "body",
        name: null,
        pointer: "/quantity",
        code: "type",
        message: "Expected integer, got string.",
      },
      {
        in: "body",
        name: null,
        pointer: "/isAdmin",
        code: "additionalProperties",
        message: "This member is not declared.",
      },
    ],
  },
  method: {
    code: "method",
    title: "Method is not in the contract",
    errors: [
      {
        in: "method",
        name: null,
        pointer: null,
        code: "method",
        message: "TRACE is not declared; allowed are GET.",
      },
    ],
  },
  media: {
    code: "media-type",
    title: "Media type is not in the contract",
    errors: [
      {
        in: "header",
        name: "Content-Type",
        pointer: null,
        code: "media-type",
        message: "Expected application/json, got text/xml.",
      },
    ],
  },
};

const CONTRACT = {
  openapi: "3.1.0",
  info: {
    title: "Harbour Shop",
    version: "2.3.0",
    description: "Catalogue, carts and orders of a small shop.",
  },
  servers: [{ url: "https://shop.example" }],
  tags: [
    { name: "catalogue", description: "What the shop sells." },
    { name: "orders", description: "Carts, checkout and orders." },
    { name: "users" },
  ],
  paths: {
    "/products": {
      get: {
        tags: ["catalogue"],
        operationId: "listProducts",
        summary: "List products",
        parameters: [
          {
            name: "limit",
            in: "query",
            description: "How many at most.",
            schema: { type: "integer", minimum: 1, maximum: 100, default: 20 },
          },
          { name: "category", in: "query", schema: { type: "string", enum: ["knots", "ropes", "sails"] } },
        ],
        responses: {
          200: {
            description: "Products",
            content: {
              "application/json": {
                schema: { type: "array", items: { $ref: "#/components/schemas/Product" } },
              },
            },
          },
        },
      },
    },
    "/products/{productId}": {
      parameters: [
        { name: "productId", in: "path", required: true, schema: { type: "string", format: "uuid" } },
      ],
      get: {
        tags: ["catalogue"],
        operationId: "getProduct",
        summary: "One product",
        responses: {
          200: {
            description: "The product",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Product" } } },
          },
          404: { description: "No such product" },
        },
      },
    },
    "/cart/items": {
      post: {
        tags: ["orders"],
        operationId: "addItem",
        summary: "Put an item into the cart",
        security: [{ bearer: [] }],
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/CartItem" } } },
        },
        responses: {
          201: {
            description: "The cart",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Cart" } } },
          },
          401: { description: "Not signed in" },
        },
      },
    },
    "/orders/{orderId}": {
      get: {
        tags: ["orders"],
        operationId: "getOrder",
        summary: "One order",
        description: "Only the order's owner may read it.",
        security: [{ bearer: [] }],
        parameters: [
          { name: "orderId", in: "path", required: true, schema: { type: "integer", minimum: 1 } },
        ],
        responses: {
          200: {
            description: "The order",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Order" } } },
          },
        },
      },
    },
    "/v1/orders/{orderId}": {
      get: {
        tags: ["orders"],
        deprecated: true,
        summary: "One order (old)",
        parameters: [{ name: "orderId", in: "path", required: true, schema: { type: "integer" } }],
        responses: { 200: { description: "The order" } },
      },
    },
    "/users/{userId}": {
      get: {
        tags: ["users"],
        summary: "A user's profile",
        parameters: [{ name: "userId", in: "path", required: true, schema: { type: "integer" } }],
        responses: {
          200: {
            description: "The user",
            content: { "application/json": { schema: { $ref: "#/components/schemas/User" } } },
          },
        },
      },
    },
  },
  components: {
    securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    schemas: {
      Product: {
        type: "object",
        required: ["id", "name", "price"],
        properties: {
          id: { type: "string", format: "uuid" },
          name: { type: "string", maxLength: 120 },
          price: { type: "number", minimum: 0 },
          tags: { type: "array", items: { type: "string" }, maxItems: 10 },
          related: { type: "array", items: { $ref: "#/components/schemas/Product" } },
        },
      },
      CartItem: {
        type: "object",
        required: ["productId", "quantity"],
        properties: {
          productId: { type: "string", format: "uuid" },
          quantity: { type: "integer", minimum: 1, maximum: 99 },
        },
        additionalProperties: false,
      },
      Cart: {
        type: "object",
        properties: {
          items: { type: "array", items: { $ref: "#/components/schemas/CartItem" } },
          total: { type: "number" },
        },
      },
      Order: {
        type: "object",
        required: ["id", "status"],
        properties: {
          id: { type: "integer" },
          status: { type: "string", enum: ["open", "paid", "sent"] },
          customer: { $ref: "#/components/schemas/User" },
          placedAt: { type: ["string", "null"], format: "date-time" },
        },
      },
      User: {
        type: "object",
        properties: {
          id: { type: "integer" },
          email: { type: "string", format: "email" },
          name: { type: "string" },
        },
      },
    },
  },
};

// Just enough of a YAML writer for the contract above.
function yaml(value, indent = "") {
  const scalar = (v) =>
    typeof v === "string" && !/^[A-Za-z/][A-Za-z0-9 /_.,'{}-]*$/.test(v) ? JSON.stringify(v) : String(v);
  if (Array.isArray(value)) {
    return value
      .map((item) =>
        typeof item === "object" && item !== null
          ? `${indent}- ${yaml(item, `${indent}  `).trimStart()}`
          : `${indent}- ${scalar(item)}\n`,
      )
      .join("");
  }
  return Object.entries(value)
    .map(([key, item]) => {
      const name = /^[A-Za-z_$][\w$-]*$/.test(key) ? key : JSON.stringify(key);
      if (typeof item === "object" && item !== null) {
        if (Object.keys(item).length === 0) return `${indent}${name}: ${Array.isArray(item) ? "[]" : "{}"}\n`;
        return `${indent}${name}:\n${yaml(item, `${indent}  `)}`;
      }
      return `${indent}${name}: ${scalar(item)}\n`;
    })
    .join("");
}
const CONTRACT_YAML = yaml(CONTRACT);
const lineOf = (needle, after = 0) =>
  CONTRACT_YAML.split("\n").findIndex((line, index) => index >= after && line.includes(needle)) + 1;

const AUDIT_FINDINGS = [
  finding(
    "SAN001",
    "GET /users/{userId}",
    "GET /users/{userId} returns personal data and has no security requirement.",
    { pointer: "/paths/~1users~1{userId}/get", line: lineOf('"/users/{userId}"') + 1, column: 5, loss: 6.4 },
  ),
  finding("RDT002", "GET /orders/{orderId}", "Path parameter orderId is a plain integer.", {
    pointer: "/paths/~1orders~1{orderId}/get/parameters/0/schema",
    line: lineOf("name: orderId") + 3,
    column: 11,
    loss: 2.1,
    count: 3,
  }),
  finding("TDT007", "GET /users/{userId}", "Strings of User have no maxLength.", {
    pointer: "/components/schemas/User/properties/name",
    line: lineOf("User:"),
    column: 5,
    loss: 1.8,
    count: 2,
  }),
  finding("FST008", "GET /orders/{orderId}", "Order takes members that the contract does not name.", {
    pointer: "/components/schemas/Order",
    line: lineOf("Order:"),
    column: 5,
    loss: 0.9,
  }),
  finding("STR001", "GET /products", "Product.name takes any characters.", {
    pointer: "/components/schemas/Product/properties/name",
    line: lineOf("maxLength: 120"),
    column: 11,
    loss: 0.4,
    count: 4,
  }),
];
const CLOSED_FINDINGS = [
  {
    ...finding("SAN001", "GET /orders/{orderId}", "GET /orders/{orderId} has no security requirement.", {
      pointer: "/paths/~1orders~1{orderId}/get",
      line: lineOf('"/orders/{orderId}"') + 1,
      column: 5,
      loss: 0,
    }),
    because: "enforced",
    reason: "41 calls without a credential were refused, none succeeded",
  },
];
const summaryOf = (findings) =>
  Object.fromEntries(
    SEVERITIES.map((severity) => [severity, findings.filter((f) => f.severity === severity).length]),
  );

const SENSITIVE_CLASSES = {
  "card-number": "financial",
  "password-hash": "credential",
  email: "contact",
  password: "credential",
  token: "credential",
  phone: "contact",
};

export function createShop({ empty = false, readOnly = false } = {}) {
  const thirdParties = createThirdParties({ empty });
  const started = Date.now();
  const state = {
    api: API_ID,
    mode: "observe",
    approved: empty
      ? null
      : {
          version: "1",
          approved_at: iso(started - 3600e3),
          approved_by: "demo",
          source: "uploaded",
          operations: 17,
          etag: '"9f2c"',
        },
    exceptions: [],
    tokens: [],
    traceSources: [
      {
        id: uuid(4000),
        name: "mesh",
        api_id: null,
        hosts: ["*.shop.svc.cluster.local"],
        created_at: iso(Date.now() - 3 * 86400e3),
        last_used_at: iso(Date.now() - 4000),
        accepted: 18342,
        dropped: 2,
        rejected: { "host of no interest": 311, "no valid JSON": 4 },
      },
    ],
    overrides: {},
    extra: 0,
    accepted: new Set(),
    rejected: new Set(),
  };
  const gateway = "http://127.0.0.1:8601";

  const operations = empty
    ? []
    : OPERATIONS.map(([method, path, kind, hits, statuses, authenticated, sensitive, summary], index) => ({
        id: uuid(index + 1),
        method,
        path,
        kind,
        hits,
        statuses: { ...statuses },
        authenticated,
        summary,
        sensitive: sensitive.map(([where, pointer, what]) => ({
          in: where,
          part: "body",
          pointer,
          kind: what,
          class: SENSITIVE_CLASSES[what],
          count: hits,
          unauthenticated: authenticated === "never" ? hits : authenticated === "sometimes" ? 7 : 0,
        })),
        first: started - (54 - index) * 60e3,
        last: hits === 0 ? null : started - index * 1700,
        principals: hits === 0 ? 0 : 1 + Math.floor(hits / 18),
      }));
  const stateOf = (operation) =>
    state.approved === null ? (operation.kind === "orphan" ? "orphan" : "learned") : operation.kind;

  const discoverFindings = () =>
    operations.flatMap((operation) => {
      const name = `${operation.method} ${operation.path}`;
      const list = [];
      if (operation.kind === "shadow" && state.approved)
        list.push(
          finding("DIS001", name, `${name} answered ${operation.hits} times and is not in the contract.`, {
            count: operation.hits,
            evidence: `${operation.hits} calls by ${operation.principals} callers, all answered 200`,
          }),
        );
      if (operation.kind === "zombie" && state.approved)
        list.push(
          finding("DIS002", name, `${name} is deprecated and was called ${operation.hits} times.`, {
            count: operation.hits,
            evidence: `${operation.hits} calls by ${operation.principals} callers`,
          }),
        );
      if (operation.kind === "orphan" && state.approved)
        list.push(finding("DIS003", name, `${name} was never called.`));
      if (operation.method === "POST" && operation.path === "/cart/items" && state.approved)
        list.push(
          finding("DRF031", name, `${name} accepted a body that breaks its contract`, {
            pointer: "/quantity",
            count: 12,
            evidence: "seen 12 times; for example exchange 01936f4a-0000-7000-8000-00000000000c",
          }),
        );
      const hash = operation.sensitive.find((entry) => entry.kind === "password-hash");
      if (hash)
        list.push(
          finding("DIS010", name, `Responses of ${name} carry a password hash at ${hash.pointer}.`, {
            pointer: hash.pointer,
            evidence: '"passwordHash": "$2b$12$…(60)"',
            count: 80,
          }),
        );
      const card = operation.sensitive.find(
        (entry) => entry.in === "response" && entry.kind === "card-number",
      );
      if (card)
        list.push(
          finding("DIS010", name, `Responses of ${name} carry a full card number at ${card.pointer}.`, {
            pointer: card.pointer,
            evidence: '"card": "4111 11…(16, Luhn valid)"',
            count: 139,
          }),
        );
      if (operation.path === "/internal/export/customers")
        list.push(
          finding("DIS011", name, `${name} gave emailes to callers without any credential.`, {
            evidence: "17 of 17 answers, no Authorization, no cookie, no key",
            count: 17,
          }),
        );
      return list.map((entry) => ({
        ...entry,
        id: entry.fingerprint,
        engine: "discover",
        first_observed: iso(operation.first),
        last_observed: iso(operation.last ?? operation.first),
      }));
    });
  const findings = () =>
    empty
      ? []
      : [
          ...discoverFindings(),
          ...AUDIT_FINDINGS.map((entry) => ({
            ...entry,
            id: entry.fingerprint,
            engine: "audit",
            first_observed: iso(started - 3600e3),
            last_observed: iso(started),
          })),
        ];

  const CHECK_OF = {
    "unknown-path": "path",
    method: "method",
    parameter: "parameters",
    "media-type": "media_type",
    body: "body",
  };
  const events = [];
  const addEvent = (reason, operation, method, path, when, count = 1) => {
    const n = events.length + 1;
    const blocked = state.mode === "block";
    const status =
      reason.code === "unknown-path"
        ? 404
        : reason.code === "method"
          ? 405
          : reason.code === "media-type"
            ? 415
            : 400;
    events.unshift({
      id: uuid(9000 + n),
      uuid: uuid(7000 + n),
      uuids_merged: count,
      first_time: iso(when - count * 900),
      last_time: iso(when),
      count,
      api_id: API_ID,
      api_name: "shop",
      operation_id: operation?.id ?? null,
      operation: operation ? `${operation.method} ${operation.path}` : null,
      method,
      path,
      status: blocked ? status : operation ? 200 : 404,
      upstream_status: blocked ? null : operation ? 200 : 404,
      effect: blocked ? "prevent" : "alert",
      would: "prevent",
      code: reason.code,
      title: reason.title,
      errors: reason.errors,
      steps: [
        { step: "limits", outcome: "passed", detail: "" },
        { step: "network", outcome: "skipped", detail: "no list is named" },
        {
          step: reason.code === "method" ? "method" : "path",
          outcome: ["unknown-path", "method"].includes(reason.code) ? "failed" : "passed",
          effect: ["unknown-path", "method"].includes(reason.code) ? "prevent" : null,
          detail: reason.code === "unknown-path" ? "unknown_path" : "",
        },
        ...(reason.code === "unknown-path"
          ? []
          : [
              {
                step: "parameters",
                outcome: reason.code === "parameter" ? "failed" : "passed",
                effect: reason.code === "parameter" ? "prevent" : null,
                detail: "",
              },
            ]),
        ...(reason.code === "body"
          ? [{ step: "body", outcome: "failed", effect: "prevent", detail: "type" }]
          : []),
      ],
      client:
        n % 3 === 0 ? "203.0.113.5 (9f21c044)" : `198.51.100.${n} (${(n * 7919).toString(16).slice(-6)})`,
      check: CHECK_OF[reason.code] ?? null,
      principal: null,
      banned: reason.code === "method" ? "203.0.113.5/32" : null,
      ban_until: reason.code === "method" ? iso(when + 300e3) : null,
      degraded: null,
      fault: null,
      not_assessed: [],
      exception_id: null,
      allowable: reason.code !== "unknown-path",
    });
  };
  if (!empty) {
    const find = (path) => operations.find((operation) => operation.path === path);
    addEvent(REASONS.unknown, null, "GET", "/.env", started - 190e3, 4);
    addEvent(REASONS.method, find("/search"), "TRACE", "/search", started - 160e3);
    addEvent(
      REASONS.query,
      find("/products"),
      "GET",
      "/products?limit=%27%20OR%201%3D1--",
      started - 121e3,
      9,
    );
    addEvent(REASONS.unknown, null, "GET", "/wp-login.php\u202egnp.exe", started - 84e3, 12);
    addEvent(REASONS.media, find("/login"), "POST", "/login", started - 61e3, 2);
    addEvent(REASONS.body, find("/cart/items"), "POST", "/cart/items", started - 33e3, 3);
    addEvent(
      REASONS.query,
      find("/search"),
      "GET",
      "/search?q=<script>alert(1)</script>&limit=twelve",
      started - 9e3,
      6,
    );
  }

  const eventsOf = (filter) => {
    const has = (text, part) =>
      String(text ?? "")
        .toLowerCase()
        .includes(part.toLowerCase());
    return events.filter(
      (event) =>
        (!filter.uuid || event.uuid.startsWith(filter.uuid)) &&
        (!filter.effect || event.effect === filter.effect) &&
        (!filter.api_id || event.api_id === filter.api_id) &&
        (!filter.operation_id || event.operation_id === filter.operation_id) &&
        (!filter.check || event.check === filter.check) &&
        (!filter.code || event.code === filter.code) &&
        (!filter.client || has(event.client, filter.client)) &&
        (!filter.since || event.last_time >= filter.since) &&
        (!filter.until || event.first_time < filter.until) &&
        (!filter.text ||
          [event.path, event.operation, event.title, event.code].some((text) => has(text, filter.text))),
    );
  };
  const protection = createProtection({ empty, readOnly, started, uuid, iso, state, events: eventsOf });

  const traffic = Array.from({ length: 60 }, (_, index) => {
    if (empty) return { time: iso(started - (60 - index) * 5e3), total: 0, errors: 0, blocked: 0 };
    const total = Math.round(90 + 40 * Math.sin(index / 6) + random() * 40);
    return {
      time: iso(started - (60 - index) * 5e3),
      total,
      errors: Math.round(total * (0.03 + random() * 0.06)),
      blocked: 0,
    };
  });
  const exchanges = () => operations.reduce((sum, operation) => sum + operation.hits, 0);

  const tick = () => {
    if (empty) return;
    for (const operation of operations) {
      if (operation.hits === 0 || random() < 0.4) continue;
      operation.hits += 1;
      const status = Object.keys(operation.statuses)[0];
      operation.statuses[status] += 1;
      operation.last = Date.now();
    }
    const last = traffic.at(-1);
    last.total += 14;
    if (Date.now() - Date.parse(last.time) > 5000) {
      traffic.shift();
      traffic.push({ time: iso(Date.now()), total: 12, errors: 1, blocked: state.mode === "block" ? 3 : 0 });
    }
    if (random() < 0.2)
      addEvent(
        REASONS.query,
        operations[4],
        "GET",
        "/search?q=%27--&limit=x",
        Date.now(),
        1 + Math.floor(random() * 3),
      );
    events.length = Math.min(events.length, 400);
  };

  const protectionOf = (operation) => {
    if (state.overrides[operation.id] === "observe") return "observe";
    if (!state.approved || operation.kind === "orphan") return "off";
    if (operation.hits < 20 && state.overrides[operation.id] !== "block") return "thin-evidence";
    return state.mode;
  };
  const view = (operation) => {
    const name = `${operation.method} ${operation.path}`;
    const own = findings().filter((entry) => entry.operation === name);
    const protection = protectionOf(operation);
    return {
      id: operation.id,
      method: operation.method,
      path: operation.path,
      hits: operation.hits,
      first_observed: operation.hits ? iso(operation.first) : null,
      last_observed: operation.last ? iso(operation.last) : null,
      state: stateOf(operation),
      protected: protection === "block",
      protection,
      deprecated: operation.kind === "zombie",
      authenticated: operation.authenticated,
      statuses: operation.statuses,
      principals: operation.principals,
      sensitive: operation.sensitive,
      findings: own.length,
      worst: SEVERITIES.find((severity) => own.some((entry) => entry.severity === severity)) ?? null,
      summary: operation.summary,
    };
  };
  const counts = () =>
    Object.fromEntries(
      ["documented", "learned", "shadow", "zombie", "orphan"].map((kind) => [
        kind,
        operations.filter((operation) => stateOf(operation) === kind).length,
      ]),
    );
  const sample = (path) =>
    path
      .replace("{productId}", "7d444840-9dc0-11d1-b245-5ffdce74fad2")
      .replace("{month}", "2026-10")
      .replace(/\{\w+\}/g, "1042");
  const api = () => ({
    id: API_ID,
    name: "shop",
    hosts: ["*"],
    base_path: "/",
    upstreams: ["http://127.0.0.1:8602"],
    mode: state.mode,
    managed_by: "demo",
    created_at: iso(started - 3600e3),
    last_observed: empty ? null : iso(Date.now() - 400),
    exchanges: exchanges(),
    operations: operations.length,
    state_counts: counts(),
    audit: empty
      ? null
      : {
          score: { total: 71.4, security: 18.2, data: 53.2 },
          state: "valid",
          summary: summaryOf(AUDIT_FINDINGS),
          source: state.approved ? "approved" : "learned",
        },
    contract: {
      approved: state.approved,
      learned: empty ? null : { operations: 17, exchanges: exchanges() },
    },
    read_only: false,
  });
  const billing = () => ({
    id: BILLING_ID,
    name: "billing",
    hosts: ["billing.example"],
    base_path: "/v2",
    upstreams: ["https://billing.internal:8443"],
    mode: "observe",
    managed_by: "file",
    created_at: iso(started - 86400e3),
    last_observed: null,
    exchanges: 0,
    operations: 0,
    state_counts: { documented: 0, learned: 0, shadow: 0, zombie: 0, orphan: 0 },
    audit: null,
    contract: { approved: null, learned: null },
    read_only: true,
  });
  const highlights = () => {
    if (empty) return [];
    const pick = (path, kind, severity, title, why, evidence, fix, preview) => {
      const operation = operations.find((candidate) => candidate.path === path);
      return {
        kind,
        severity,
        title,
        why,
        api_id: API_ID,
        api_name: "shop",
        operation_id: operation.id,
        method: operation.method,
        path,
        evidence,
        fix,
        curl: `curl -s '${gateway}${sample(path)}'`,
        finding_fingerprint: `${kind}-${path}`,
        preview,
      };
    };
    return [
      pick(
        "/internal/export/customers",
        "shadow",
        "high",
        "An operation nobody documented answers",
        "What is not in the contract is not tested, not reviewed and not protected.",
        "17 calls by 1 caller, all answered 200; /internal/export/customers is in no contract",
        "Add the operation to the contract, or block it at the gateway.",
        {
          observed: 17,
          would_block: 17,
          text: "Blocking would reject all 17 calls of this operation with 404.",
        },
      ),
      pick(
        "/users/{userId}",
        "leak",
        "critical",
        "Responses carry a password hash",
        "Whoever may read a profile also gets the hash and can try passwords against it at home.",
        '80 of 80 answers: "passwordHash": "$2b$12$…(60)"',
        "Leave passwordHash out of the response.",
        {
          observed: 83,
          would_block: 0,
          text: "Blocking judges requests: calls of this operation would still pass, the leak needs a fix in the service.",
        },
      ),
      pick(
        "/v1/orders/{orderId}",
        "unauthenticated",
        "critical",
        "Personal data is served without authentication",
        "Anyone who finds the address reads emailes.",
        "27 of 29 answers with /email, no Authorization, no cookie, no key",
        "Require authentication on the operation.",
        {
          observed: 29,
          would_block: 2,
          text: "Blocking would reject 2 of 29 calls; add a security requirement to the contract to stop the rest.",
        },
      ),
    ];
  };
  const preview = () => ({
    judged: empty ? 0 : 1211,
    would_block: empty ? 0 : 96,
    since: empty ? null : iso(started - 3000e3),
    contract: empty ? null : state.approved ? "approved" : "candidate",
    text: empty
      ? "Nothing has been judged yet."
      : "Block mode would have rejected 96 of 1211 requests since 14:12.",
    operations: operations
      .filter((operation) => operation.hits > 0)
      .map((operation, index) => {
        const thin = operation.hits < 20;
        const would =
          operation.kind === "shadow"
            ? operation.hits
            : index % 4 === 0
              ? Math.round(operation.hits * 0.07)
              : 0;
        return {
          operation_id: operation.id,
          method: operation.method,
          path: operation.path,
          judged: operation.hits,
          would_block: would,
          not_assessed: index === 9 ? 4 : 0,
          thin,
          needed: thin ? 20 - operation.hits : 0,
          reasons:
            would === 0
              ? []
              : operation.kind === "shadow"
                ? [{ ...REASONS.unknown.errors[0], count: would, sample_event: events.at(-1)?.uuid ?? null }]
                : [{ ...REASONS.query.errors[0], count: would, sample_event: events[0]?.uuid ?? null }],
        };
      }),
  });

  const drift = () => {
    if (empty || !state.approved) return [];
    const item = (id, reason, subject, path, rest) => {
      const operation = operations.find((candidate) => candidate.path === path);
      return {
        id,
        reason,
        subject,
        operation_id: operation?.id ?? null,
        operation: operation ? `${operation.method} ${operation.path}` : null,
        in: null,
        name: null,
        first_observed: iso(started - 3000e3),
        last_observed: iso(started - 5e3),
        count: operation?.hits ?? 4,
        open: true,
        ...rest,
      };
    };
    return [
      item("d1", "shadow", "operation", "/internal/export/customers"),
      item("d2", "zombie", "operation", "/v1/orders/{orderId}"),
      item("d3", "shadow", "parameter", "/search", { in: "query", name: "debug<b>\u202e", count: 9 }),
      item("d4", "shadow", "property", "/orders/{orderId}", {
        in: "response",
        name: "/items/*/margin",
        count: 31,
      }),
      item("d5", "shadow", "parameter", "", { in: "header", name: "x-tenant", open: false }),
    ];
  };
  const changes = (operationId) => {
    const at = (path) => operations.find((candidate) => candidate.path === path);
    const change = (id, path, kind, direction, rest) => ({
      id,
      time: iso(started - 40e3),
      exchange_id: "01936f4a-0000-7000-8000-00000000000d",
      operation_id: at(path).id,
      operation: `${at(path).method} ${path}`,
      kind,
      direction,
      ...rest,
    });
    return empty
      ? []
      : [
          change("c1", "/users/{userId}", "property-retyped", "response", {
            pointer: "/id",
            before: "integer",
            after: "integer or string",
          }),
          change("c2", "/users/{userId}", "status-added", "response", { after: "304" }),
          change("c3", "/search", "parameter-added", "request", { in: "query", name: "debug<b>" }),
          change("c4", "/orders/{orderId}", "property-removed", "response", { pointer: "/customer/phone" }),
          change("c5", "/cart", "authentication-changed", "request", { before: "bearer jwt", after: "none" }),
        ].filter((entry) => operationId === undefined || entry.operation_id === operationId);
  };

  const at = (method, path) =>
    operations.find((operation) => operation.method === method && operation.path === path)?.id ?? null;
  const offered = [
    [
      "3f1c90aa",
      "property-added",
      "GET",
      "/orders/{orderId}",
      "at items/margin: a member was seen that is not declared",
      "add an optional member margin",
      true,
      31,
    ],
    [
      "77aa01bb",
      "operation-added",
      "GET",
      "/internal/export/customers",
      "the operation was answered, and the contract lacks it",
      "add the operation",
      true,
      17,
    ],
    [
      "90d2b1c7",
      "operation-unseen",
      "GET",
      "/admin/reports/{month}",
      "the operation was never called: remove it, or mark it as deprecated",
      "mark it as deprecated",
      false,
      0,
    ],
    [
      "c0ffee11",
      "enum-value-added",
      "GET",
      "/search",
      "sort: a value was seen that is not listed: <b>price\u202e",
      null,
      true,
      12,
    ],
  ].map(([id, kind, method, path, message, edit, makes_room, times]) => ({
    id,
    kind,
    operation: `${method} ${path}`,
    operation_id: at(method, path),
    message,
    edit,
    obstacle: edit ? null : "the list is shared through a YAML alias",
    pointer: `/paths/${path.replaceAll("/", "~1")}/${method.toLowerCase()}`,
    line: 40,
    column: 5,
    evidence: {
      count: times,
      first_observed: times ? iso(started - 3000e3) : null,
      last_observed: times ? iso(started - 5e3) : null,
      callers: times ? 3 : null,
      thin: times > 0 && times < 20,
    },
    makes_room,
  }));
  const standing = (proposal) => {
    const rejected = state.rejected.has(proposal.id);
    return {
      ...proposal,
      state: rejected ? "rejected" : "open",
      rejected_at: rejected ? iso(Date.now()) : null,
      rejected_by: rejected ? "admin" : null,
    };
  };
  const left = () => (empty || !state.approved ? [] : offered.filter((one) => !state.accepted.has(one.id)));
  const diffOf = (list) =>
    list.length === 0
      ? ""
      : `--- approved\n+++ approved\n${list.map((one) => `@@ -40,2 +40,3 @@\n     # kept <i>as it is\n-    old: ${one.id}\n+    new: ${one.id}\n`).join("")}`;
  const proposals = (wanted) =>
    left()
      .map(standing)
      .filter((one) => one.state === (wanted ?? "open"));

  return {
    proposals,
    proposal: (id) => {
      const found = left().find((one) => one.id === id);
      return found ? { ...standing(found), diff: found.edit ? diffOf([found]) : "", refusal: null } : null;
    },
    accept: ({ ids = [], all = false, dry_run = false }) => {
      const open = proposals("open");
      const chosen = all
        ? open.filter((one) => one.makes_room && one.edit)
        : left().filter((one) => ids.includes(one.id));
      if (!dry_run) for (const one of chosen) state.accepted.add(one.id);
      return { accepted: chosen.map((one) => one.id), refused: [], diff: diffOf(chosen), version: 2 };
    },
    decide: (verb, ids) => {
      for (const id of ids) verb === "reject" ? state.rejected.add(id) : state.rejected.delete(id);
    },
    drift,
    changes,
    tick,
    state,
    gateway,
    session: () => ({
      name: "login link",
      user: null,
      role: "admin",
      project: { id: "00000000-0000-7000-8000-000000000001", name: "default" },
      projects: [{ project: "default", project_id: "00000000-0000-7000-8000-000000000001", role: "admin" }],
      scopes: [],
      expires_at: iso(started + 12 * 3600e3),
      version: "0.1.0",
      demo: !empty,
      gateway_url: gateway,
      control_url: "http://127.0.0.1:8600",
      data_dir: "/var/lib/palisade",
    }),
    overview: () => ({
      apis: empty ? 1 : 2,
      operations: operations.length,
      exchanges: exchanges(),
      findings: summaryOf(findings()),
      would_block: empty ? 0 : 96,
      blocked: state.mode === "block" ? events.filter((event) => event.effect === "prevent").length : 0,
      dropped: 0,
      not_assessed: empty ? 0 : 4,
      highlights: highlights(),
      states: counts(),
      traffic,
      recent_events: events.slice(0, 8),
    }),
    apis: () => (empty ? [api()] : [api(), billing()]),
    api: (id) => (id === API_ID ? api() : id === BILLING_ID ? billing() : null),
    operations: (id) => (id === API_ID ? operations.map(view) : []),
    operation: (id) => {
      const operation = operations.find((candidate) => candidate.id === id);
      if (!operation) return null;
      const parameters = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
        in: "path",
        name: match[1],
        type: match[1] === "productId" ? "string" : "integer",
        format: match[1] === "productId" ? "uuid" : null,
        required: true,
        seen: operation.hits,
        evidence: `${operation.hits} values, all of one form`,
      }));
      if (operation.path === "/products" || operation.path === "/search")
        parameters.push({
          in: "query",
          name: "limit",
          type: "integer",
          format: null,
          required: false,
          seen: Math.round(operation.hits / 3),
          evidence: "1 to 100",
        });
      const name = `${operation.method} ${operation.path}`;
      return {
        ...view(operation),
        parameters,
        request_media: ["POST", "PATCH"].includes(operation.method) ? ["application/json"] : [],
        response_media: ["application/json"],
        sample_path: sample(operation.path),
        curl: `curl -s${operation.method === "GET" ? "" : ` -X ${operation.method}`} '${gateway}${sample(operation.path)}'`,
        recent_events: events.filter((event) => event.operation_id === id).slice(0, 5),
        findings_list: findings().filter((entry) => entry.operation === name),
      };
    },
    contract: (source, type) =>
      empty || (source === "approved" && !state.approved)
        ? null
        : type === "json"
          ? JSON.stringify(CONTRACT, null, 2)
          : CONTRACT_YAML,
    audit: () =>
      empty
        ? null
        : {
            contract: {
              path: "shop.openapi.yaml",
              title: CONTRACT.info.title,
              version: CONTRACT.info.version,
              format: "OpenAPI 3.1",
              operations: 7,
            },
            state: "valid",
            score: { total: 71.4, security: 18.2, data: 53.2 },
            findings: AUDIT_FINDINGS,
            suppressed: CLOSED_FINDINGS,
            outside_profile: 12,
            summary: summaryOf(AUDIT_FINDINGS),
          },
    findings: (id) => (id === API_ID ? findings() : []),
    preview,
    thirdParties,
    exceptions: () => state.exceptions,
    rules: () => RULES,
    tokens: () => state.tokens,
    traceSources: () => state.traceSources,
    events: eventsOf,
    protection,
    approve: () => {
      state.approved = {
        version: "2",
        approved_at: iso(Date.now()),
        approved_by: "admin",
        source: "learned",
        operations: 17,
        etag: '"a1b2"',
      };
      return api();
    },
    setMode: (mode) => {
      state.mode = mode;
      return api();
    },
    setProtection: (id, choice) => {
      state.overrides[id] = choice;
      const operation = operations.find((candidate) => candidate.id === id);
      return operation ? view(operation) : null;
    },
    allow: (id) => {
      const event = events.find((candidate) => candidate.uuid === id);
      if (!event) return null;
      const error = event.errors[0];
      const exception = {
        id: uuid(5000 + state.extra++),
        operation: event.operation,
        code: error.code,
        in: error.in,
        name: error.name,
        pointer: error.pointer,
        created_at: iso(Date.now()),
        created_by: "admin",
        event_uuid: event.uuid,
      };
      state.exceptions.unshift(exception);
      event.exception_id = exception.id;
      return exception;
    },
    removeException: (id) => {
      state.exceptions = state.exceptions.filter((exception) => exception.id !== id);
      for (const event of events) if (event.exception_id === id) event.exception_id = null;
    },
    createToken: (body) => {
      const token = {
        id: uuid(3000 + state.tokens.length),
        name: body.name,
        role: body.role,
        created_at: iso(Date.now()),
        expires_at: iso(Date.now() + body.expires_in_days * 86400e3),
        last_used_at: null,
      };
      state.tokens.push(token);
      return { ...token, token: `pal_${uuid(77).replaceAll("-", "")}` };
    },
    revokeToken: (id) => {
      state.tokens = state.tokens.filter((token) => token.id !== id);
    },
    createTraceSource: (body) => {
      const source = {
        id: uuid(4001 + state.traceSources.length),
        name: body.name,
        api_id: body.api_id ?? null,
        hosts: body.hosts,
        created_at: iso(Date.now()),
        last_used_at: null,
        accepted: 0,
        dropped: 0,
        rejected: {},
      };
      state.traceSources.push(source);
      return { ...source, token: `palts_${uuid(78).replaceAll("-", "")}` };
    },
    revokeTraceSource: (id) => {
      state.traceSources = state.traceSources.filter((source) => source.id !== id);
    },
  };
}
