// Starts the real binary on free ports with a data directory of its own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const LINK = /https?:\/\/\S+\/login\?code=[^\s"']+/;

/** Starts `palisade serve --demo` and waits for the login link it prints. */
export async function startDemo(binary) {
  const data = mkdtempSync(join(tmpdir(), "palisade-e2e-"));
  const any = "127.0.0.1:0";
  const child = spawn(
    binary,
    [
      "serve",
      "--demo",
      "--allow-private-targets",
      "--data",
      data,
      "--listen",
      any,
      "--gateway",
      any,
      "--admin",
      any,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  let ended = null;
  const exited = new Promise((resolve) => {
    child.on("error", (error) => {
      ended = error.message;
      resolve(ended);
    });
    child.on("exit", (code, signal) => {
      ended = signal ?? code;
      resolve(ended);
    });
  });
  const link = await new Promise((resolve, reject) => {
    const give = setTimeout(() => reject(new Error(`no login link within 60 s:\n${output}`)), 60_000);
    const read = (chunk) => {
      output += chunk;
      const found = LINK.exec(output);
      if (found) {
        clearTimeout(give);
        resolve(found[0]);
      }
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    exited.then((how) => {
      clearTimeout(give);
      reject(new Error(`palisade serve ended (${how}) before it printed a login link:\n${output}`));
    });
  });
  return {
    link,
    base: new URL(link).origin,
    output: () => output,
    /** Asks it to end; answers the milliseconds it took. */
    async stop() {
      const start = Date.now();
      if (ended === null) child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
      await exited;
      clearTimeout(late);
      rmSync(data, { recursive: true, force: true });
      return Date.now() - start;
    },
  };
}
