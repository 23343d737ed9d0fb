// Drives the real binary through the protocol library that VS Code's language client is built on.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "node:test";
import {
  type CodeAction,
  CodeActionRequest,
  createProtocolConnection,
  type Diagnostic,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  type DocumentSymbol,
  DocumentSymbolRequest,
  ExecuteCommandRequest,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  type MarkupContent,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { serverSettings } from "../src/options";
import { type Score, status } from "../src/score";

const binary = process.env.PALISADE_BIN ?? resolve("../../target/debug/palisade");

const uri = "file:///nowhere/shop.yaml";
const text = `openapi: 3.0.3
info: {title: Shop, version: "1"}
servers:
  - url: http://shop.example.com
paths:
  /items:
    get:
      responses:
        "200": {description: ok}
`;

interface Session {
  process: ChildProcess;
  connection: ProtocolConnection;
  /** The next diagnostics or scores; each is given once. */
  published: () => Promise<PublishDiagnosticsParams>;
  scored: () => Promise<Score>;
}

/** A queue whose reader waits. */
function queue<T>(): [(value: T) => void, () => Promise<T>] {
  const values: T[] = [];
  const waiting: ((value: T) => void)[] = [];
  return [
    (value) => {
      const next = waiting.shift();
      if (next) next(value);
      else values.push(value);
    },
    () => {
      const value = values.shift();
      return value === undefined ? new Promise((done) => waiting.push(done)) : Promise.resolve(value);
    },
  ];
}

/** All findings. */
function count(score: Score): number {
  return Object.values(score.summary ?? {}).reduce((sum, one) => sum + one, 0);
}

async function start(): Promise<Session> {
  assert.ok(existsSync(binary), `${binary} is missing: build it, or name it in PALISADE_BIN`);
  const server = spawn(binary, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  const [publish, published] = queue<PublishDiagnosticsParams>();
  const [score, scored] = queue<Score>();
  connection.onNotification(PublishDiagnosticsNotification.type, publish);
  connection.onNotification("palisade/score", score);
  connection.listen();
  const hello = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      general: { positionEncodings: ["utf-16"] },
      textDocument: {
        documentSymbol: { hierarchicalDocumentSymbolSupport: true },
        hover: { contentFormat: ["markdown"] },
        codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["quickfix", "source"] } } },
      },
    },
    initializationOptions: serverSettings(() => undefined),
  });
  assert.equal(hello.serverInfo?.name, "palisade");
  assert.equal(hello.capabilities.positionEncoding, "utf-16");
  await connection.sendNotification(InitializedNotification.type, {});
  return { process: server, connection, published, scored };
}

async function end(session: Session): Promise<void> {
  const ended = new Promise((done) => session.process.on("exit", done));
  await session.connection.sendRequest(ShutdownRequest.type);
  await session.connection.sendNotification(ExitNotification.type);
  assert.equal(await ended, 0);
  session.connection.dispose();
}

test("a contract is opened, hovered, listed, edited and scored", { timeout: 60_000 }, async (context) => {
  const session = await start();
  // A failed assertion leaves no server behind.
  context.after(() => session.process.kill());
  const { connection } = session;
  const document = { uri, languageId: "yaml", version: 1, text };
  await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: document });
  const first = await session.published();
  const tls = first.diagnostics.find((one: Diagnostic) => one.range.start.line === 3);
  assert.ok(tls, JSON.stringify(first.diagnostics));
  const before = await session.scored();
  assert.match(status(before)?.text ?? "", /^\$\(shield\) \d/);

  const hover = await connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: { line: 3, character: 12 },
  });
  assert.ok(hover);
  assert.match((hover.contents as MarkupContent).value, /How to mend it/);

  const symbols = (await connection.sendRequest(DocumentSymbolRequest.type, {
    textDocument: { uri },
  })) as DocumentSymbol[];
  assert.equal(symbols[0]?.children?.[0]?.name, "GET /items");
  assert.match(symbols[0]?.children?.[0]?.detail ?? "", /^score /);

  const actions = (await connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: tls.range,
    context: { diagnostics: [tls] },
  })) as CodeAction[];
  for (const action of actions) {
    assert.ok(action.title && action.kind && action.edit, JSON.stringify(action));
  }

  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: [
      { range: { start: { line: 3, character: 9 }, end: { line: 3, character: 13 } }, text: "https" },
    ],
  });
  const second = await session.published();
  assert.equal(second.version, 2);
  assert.ok(!second.diagnostics.some((one) => one.range.start.line === 3));
  const after = await session.scored();
  assert.ok(count(after) < count(before), JSON.stringify([before, after]));

  const score = (await connection.sendRequest(ExecuteCommandRequest.type, {
    command: "palisade.server.score",
    arguments: [uri],
  })) as Score;
  assert.deepEqual(score.score, after.score);
  assert.equal(score.operations?.[0]?.operation, "GET /items");
  await end(session);
});

test("a program that is no server fails the start", { timeout: 10_000 }, async () => {
  const code = await new Promise((done) => spawn(binary, ["lsp"], { stdio: "ignore" }).on("exit", done));
  assert.equal(code, 1);
});
