// Starts `palisade lsp` and shows the score of the contract in the active editor.

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";
import { command, serverSettings } from "./options";
import { ranking, type Score, status } from "./score";

/** The server's command that gives the score of a file with its operations. */
const SCORE = "palisade.server.score";
const LANGUAGES = ["yaml", "json", "jsonc"];

let client: LanguageClient | undefined;
let bar: vscode.StatusBarItem | undefined;
const scores = new Map<string, Score>();

const read = <T>(key: string) => vscode.workspace.getConfiguration("palisade").get<T>(key);

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  bar = vscode.window.createStatusBarItem("palisade.score", vscode.StatusBarAlignment.Right, 100);
  bar.name = "Palisade score";
  bar.command = "palisade.showScore";
  context.subscriptions.push(
    bar,
    vscode.commands.registerCommand("palisade.restart", restart),
    vscode.commands.registerCommand("palisade.showScore", showScore),
    vscode.commands.registerCommand("palisade.fixAll", fixAll),
    vscode.window.onDidChangeActiveTextEditor(showStatus),
    vscode.workspace.onDidCloseTextDocument((document) => scores.delete(document.uri.toString())),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("palisade.path")) {
        await restart();
      } else if (event.affectsConfiguration("palisade")) {
        await client?.sendNotification("workspace/didChangeConfiguration", {
          settings: { palisade: serverSettings(read) },
        });
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function start(): Promise<void> {
  const program = command(read);
  const server: ServerOptions = { command: program, args: ["lsp"] };
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.flatMap((language) => [
      { scheme: "file", language },
      { scheme: "untitled", language },
    ]),
    initializationOptions: serverSettings(read),
  };
  client = new LanguageClient("palisade", "Palisade", server, options);
  client.onNotification("palisade/score", (score: Score) => {
    scores.set(normal(score.uri), score);
    showStatus();
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const choice = await vscode.window.showErrorMessage(
      `Palisade: ${program} could not be started: ${error instanceof Error ? error.message : String(error)}`,
      "Open settings",
    );
    if (choice) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "palisade.path");
    }
  }
}

async function restart(): Promise<void> {
  await client?.stop().catch(() => undefined);
  client = undefined;
  scores.clear();
  showStatus();
  await start();
}

/** The editor's own spelling of a URI. */
function normal(uri: string): string {
  return vscode.Uri.parse(uri).toString();
}

function showStatus(): void {
  const uri = vscode.window.activeTextEditor?.document.uri.toString();
  const shown = uri === undefined ? undefined : status(scores.get(uri));
  if (!bar || !shown) {
    bar?.hide();
    return;
  }
  bar.text = shown.text;
  bar.tooltip = shown.tooltip;
  bar.backgroundColor = shown.warn ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
  bar.show();
}

/** Lists the operations of the contract, those that cost most first, and goes to the one that is picked. */
async function showScore(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !client) {
    return;
  }
  const uri = client.code2ProtocolConverter.asUri(editor.document.uri);
  const score = await client.sendRequest<Score | null>("workspace/executeCommand", {
    command: SCORE,
    arguments: [uri],
  });
  const shown = status(score ?? undefined);
  if (!score || !shown) {
    vscode.window.showInformationMessage("Palisade: this file is no API contract.");
    return;
  }
  const picked = await vscode.window.showQuickPick(ranking(score), {
    title: shown.tooltip,
    placeHolder: "Operations, those that cost most points first",
  });
  if (picked) {
    await goTo(editor, picked.label);
  }
}

async function goTo(editor: vscode.TextEditor, operation: string): Promise<void> {
  const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
    "vscode.executeDocumentSymbolProvider",
    editor.document.uri,
  );
  const found = symbols?.flatMap((group) => group.children ?? []).find((symbol) => symbol.name === operation);
  if (found) {
    editor.selection = new vscode.Selection(found.selectionRange.start, found.selectionRange.start);
    editor.revealRange(found.selectionRange, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

async function fixAll(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) {
    return;
  }
  const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
    "vscode.executeCodeActionProvider",
    editor.document.uri,
    new vscode.Range(0, 0, editor.document.lineCount, 0),
    "source.fixAll.palisade",
  );
  const edit = actions?.find((action) => action.edit)?.edit;
  if (edit) {
    await vscode.workspace.applyEdit(edit);
  } else {
    vscode.window.showInformationMessage("Palisade: nothing in this file can be fixed safely.");
  }
}
