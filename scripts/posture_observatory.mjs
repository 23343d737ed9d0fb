// Holds the HTTP grade of `palisade score` against the MDN HTTP Observatory, on the header sets that the tests of
// crates/posture keep: each is served on a port of its own, over TLS and plainly, and graded by both.
//
//   node scripts/posture_observatory.mjs --palisade BIN [--tools DIR] [--record]
//
// --record writes what the Observatory says into the header sets. Exit codes: 0 both agree, 1 they differ, 3 the
// package cannot be fetched.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";

const PACKAGE = "@mdn/mdn-http-observatory";
const VERSION = "1.4.8";
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const fixture = path.join(root, "crates/posture/tests/fixtures/observatory.json");
const { values: options } = parseArgs({
    options: {
        palisade: { type: "string" },
        tools: { type: "string", default: path.join(root, "target/tools/observatory") },
        record: { type: "boolean", default: false },
    },
});
const tools = path.resolve(options.tools);
const authority = path.join(tools, "ca.pem");

function fetchPackage() {
    const home = path.join(tools, "node_modules", PACKAGE);
    const manifest = path.join(home, "package.json");
    if (!existsSync(manifest) || JSON.parse(readFileSync(manifest, "utf8")).version !== VERSION) {
        mkdirSync(tools, { recursive: true });
        // Its install scripts fetch the list of preloaded names, which no header set needs.
        const args = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--silent", "--prefix", tools];
        if (spawnSync("npm", [...args, `${PACKAGE}@${VERSION}`], { stdio: "inherit", timeout: 300_000 }).status !== 0) {
            console.error(`${PACKAGE}@${VERSION} cannot be fetched from here`);
            process.exit(3);
        }
    }
    writeFileSync(path.join(home, "conf/hsts-preload.json"), "{}");
    return pathToFileURL(path.join(home, "src/index.js")).href;
}

// One authority that is trusted, and one that nobody knows.
function makeCertificates() {
    const openssl = (...args) => execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"], cwd: tools });
    for (const name of ["ca", "other"]) {
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
            "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`);
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
            "-keyout", `${name}.server.key`, "-out", `${name}.server.csr`);
        writeFileSync(path.join(tools, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
        openssl("x509", "-req", "-in", `${name}.server.csr`, "-CA", `${name}.pem`, "-CAkey", `${name}.key`, "-days", "30",
            "-extfile", "names", "-out", `${name}.server.pem`);
    }
}

// Node reads its trusted certificates once, when it starts.
if (process.env.NODE_EXTRA_CA_CERTS !== authority) {
    fetchPackage();
    makeCertificates();
    const again = spawnSync(process.execPath, process.argv.slice(1), {
        stdio: "inherit",
        env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
    });
    process.exit(again.status ?? 1);
}

// Serves a header set on one port: what begins as TLS is TLS, the rest is plain. A scheme without answers is closed.
async function serve(set) {
    const answer = (scheme) => (request, response) => {
        const { port } = server.address();
        const key = `${request.method} ${request.url}`;
        // Nothing is said about OPTIONS and HEAD: they are answered like GET.
        const found = set.answers[`${scheme} ${key}`] ??
            (request.method === "GET" ? undefined : set.answers[`${scheme} GET ${request.url}`]);
        const { status, headers, body } = found ?? { status: 404, headers: [["content-type", "text/plain"]], body: "" };
        const fill = (text) => text.replaceAll("{authority}", `localhost:${port}`).replaceAll("{port}", `${port}`)
            .replaceAll("{origin}", request.headers.origin ?? "");
        response.sendDate = false;
        const flat = headers.flatMap(([name, value]) => [name, fill(value)]);
        response.writeHead(status, [...flat, "connection", "close"]);
        response.end(body);
    };
    const file = (name) => readFileSync(path.join(tools, `${set.trusted ? "ca" : "other"}.server.${name}`));
    const plain = http.createServer(answer("http"));
    const tls = https.createServer({ key: file("key"), cert: file("pem") }, answer("https"));
    const has = (scheme) => Object.keys(set.answers).some((key) => key.startsWith(`${scheme} `));
    const server = net.createServer((socket) => {
        socket.on("error", () => {});
        socket.once("readable", () => {
            const first = socket.read(1);
            if (first === null) return socket.destroy();
            const scheme = first[0] === 0x16 ? "https" : "http";
            if (!has(scheme)) return socket.destroy();
            socket.unshift(first);
            (scheme === "https" ? tls : plain).emit("connection", socket);
        });
    });
    await new Promise((resolve) => server.listen(0, "localhost", resolve));
    return server;
}

const { scan } = await import(pathToFileURL(path.join(tools, "node_modules", PACKAGE, "src/index.js")).href);

async function byObservatory(port) {
    const { scan: whole, tests } = await scan(`localhost:${port}`);
    const results = Object.values(tests).map((test) => test.result);
    return { score: whole.score, grade: whole.grade, results };
}

async function byPalisade(port) {
    const args = ["score", `https://localhost:${port}/`, "--format", "json", "--allow-private", "--ca", authority];
    const { stdout } = await promisify(execFile)(options.palisade, args, { maxBuffer: 64 << 20 });
    const part = JSON.parse(stdout).facts.http;
    const { score, grade, modifiers } = (part.assessed ?? part).observatory;
    return { score, grade, results: modifiers.map((modifier) => modifier.result) };
}

const sets = JSON.parse(readFileSync(fixture, "utf8"));
let differ = 0;
let next = 0;
async function work() {
    while (next < sets.length) {
        const set = sets[next++];
        const server = await serve(set);
        const { port } = server.address();
        const theirs = await byObservatory(port);
        if (options.record) Object.assign(set, theirs);
        if (options.palisade) {
            const ours = await byPalisade(port);
            if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
                differ++;
                const only = (a, b) => a.results.filter((result) => !b.results.includes(result)).join(", ");
                console.error(`${set.name}: Observatory ${theirs.score} ${theirs.grade} (${only(theirs, ours)}), ` +
                    `palisade ${ours.score} ${ours.grade} (${only(ours, theirs)})`);
            }
        }
        server.close();
    }
}
// Most of the time of both goes into waiting.
await Promise.all(Array.from({ length: 16 }, work));
if (options.record) {
    writeFileSync(fixture, `[\n${sets.map((set) => JSON.stringify(set)).join(",\n")}\n]\n`);
    console.log(`recorded ${sets.length} header sets`);
}
if (options.palisade) {
    console.log(`${sets.length - differ} of ${sets.length} header sets have the same score, grade and results`);
    process.exit(differ > 0 ? 1 : 0);
}
process.exit(0);
