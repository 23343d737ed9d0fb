import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { API_ID, open } from "./fixture";

const at = (tab: string) => `/apis/${API_ID}/${tab}`;

describe("overview", () => {
  test("names three highlights, each with evidence, a command, a fix and what blocking would do", async () => {
    open("/");
    await screen.findByText("What you may not know");
    const cards = screen.getAllByRole("article");
    expect(cards.map((card) => within(card).getByRole("heading").textContent)).toEqual([
      "An operation nobody documented answers",
      "Responses carry a password hash",
      "Personal data is served without authentication",
    ]);
    for (const card of cards) {
      expect(within(card).getByText(/^curl -s /)).toBeTruthy();
      for (const part of ["Evidence", "Fix", "What blocking would do"])
        expect(within(card).getByText(part)).toBeTruthy();
    }
  });

  test("without traffic it says how to send some", async () => {
    open("/", { empty: true });
    await screen.findByText("Waiting for traffic");
    expect(screen.getByText("curl -i http://127.0.0.1:8601/")).toBeTruthy();
  });

  test("markup in a path stays text, hidden characters are marked", async () => {
    const { container } = open("/");
    await screen.findByText(/<script>alert\(1\)<\/script>/);
    expect(container.querySelector("script")).toBeNull();
    expect(screen.getAllByText("U+202E")[0]?.className).toBe("hidden-mark");
  });

  test("loss of the control plane is shown plainly, what was read stays", async () => {
    let away = false;
    open("/", { fail: () => (away ? "network" : null) });
    await screen.findByText("What you may not know");
    away = true;
    await screen.findByText(/The control plane does not answer/, undefined, { timeout: 4000 });
    expect(screen.getByText("What you may not know")).toBeTruthy();
    away = false;
    await waitFor(() => expect(screen.queryByText(/The control plane does not answer/)).toBeNull(), {
      timeout: 4000,
    });
  });
});

describe("proposals", () => {
  const heads = () => screen.queryAllByRole("button", { expanded: false }).map((head) => head.textContent);

  test("each says what was seen, where and how the text changes; text from outside stays text", async () => {
    const { container } = open(at("proposals"));
    await screen.findByText("4 proposals");
    await userEvent.click(screen.getByRole("button", { name: /a member was seen that is not declared/ }));
    await screen.findByText(/new: 3f1c90aa/);
    expect(container.querySelector(".diff-in")?.textContent).toBe("+    new: 3f1c90aa");
    expect(container.querySelector(".diff i, .proposal-message b")).toBeNull();
    expect(screen.getAllByText("U+202E")[0]?.className).toBe("hidden-mark");
    expect(screen.getByRole("link", { name: "line 40, column 5" }).getAttribute("href")).toBe(
      `${at("contract")}?source=approved&view=source&line=40`,
    );
    await userEvent.click(screen.getByRole("button", { name: /^operation-added/ }));
    await screen.findByText("1 of 4");
  });

  test("one is accepted", async () => {
    const { calls } = open(at("proposals"));
    await screen.findByText("4 proposals");
    await userEvent.click(screen.getByRole("button", { name: /the contract lacks it/ }));
    await userEvent.click(await screen.findByRole("button", { name: "Accept" }));
    await screen.findByText("1 proposal accepted: version 2 is in force.");
    expect(calls.find((call) => call.method === "POST")).toEqual({
      method: "POST",
      path: `/api/v1/apis/${API_ID}/proposals/accept`,
      body: { ids: ["77aa01bb"] },
    });
    await screen.findByText("3 proposals");
  });

  test("all that make room are accepted after their change was shown", async () => {
    const { calls } = open(at("proposals"));
    await screen.findByText("4 proposals");
    await userEvent.click(screen.getByRole("button", { name: "Accept all (2)" }));
    const dialog = await screen.findByRole("dialog");
    await within(dialog).findByText(/new: 77aa01bb/);
    expect(within(dialog).queryByText(/90d2b1c7/)).toBeNull();
    await userEvent.click(within(dialog).getByRole("button", { name: "Accept 2 proposals" }));
    await screen.findByText("2 proposals accepted: version 2 is in force.");
    const asked = calls.filter((call) => call.method === "POST").map((call) => call.body);
    expect(asked[0]).toEqual({ all: true, dry_run: true });
    expect(asked.filter((body) => !(body as { dry_run?: boolean }).dry_run)).toEqual([{ all: true }]);
  });

  test("one is rejected, found again and opened again; what cannot be made says why", async () => {
    open(at("proposals"));
    await screen.findByText("4 proposals");
    await userEvent.click(screen.getByRole("button", { name: /a value was seen that is not listed/ }));
    await screen.findByText("the list is shared through a YAML alias");
    expect((screen.getByRole("button", { name: "Accept" }) as HTMLButtonElement).disabled).toBe(true);
    await userEvent.click(screen.getByRole("button", { name: "Reject" }));
    await screen.findByText("The proposal is rejected.");
    await userEvent.click(screen.getByRole("radio", { name: "Rejected" }));
    await screen.findByText("1 proposal");
    expect(heads()).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: /a value was seen that is not listed/ }));
    await userEvent.click(await screen.findByRole("button", { name: "Open again" }));
    await screen.findByText("Nothing was rejected");
  });

  test("viewers read and do not decide", async () => {
    open(at("proposals"), { role: "viewer" });
    await screen.findByText("4 proposals");
    expect((screen.getByRole("button", { name: "Accept all (2)" }) as HTMLButtonElement).disabled).toBe(true);
  });
});

describe("drift", () => {
  const rows = () =>
    screen
      .getAllByRole("row")
      .slice(1)
      .map((row) => row.textContent);

  test("lists shadow and zombie with counts and times; filters and searches; names stay text", async () => {
    const { container } = open(at("drift"));
    await screen.findByText("5 entries");
    expect(rows()[0]).toMatch(/^shadowoperationGET\/internal\/export\/customers17/);
    expect(rows()[4]).toMatch(/^shadowheader parameter x-tenantall4.*settled$/);
    const named = screen.getByText(/^debug<b>/);
    expect(container.querySelector("td b")).toBeNull();
    expect(within(named).getByText("U+202E").className).toBe("hidden-mark");
    await userEvent.click(screen.getByRole("button", { name: /^zombie/ }));
    expect(rows()).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: /^zombie/ }));
    await userEvent.click(screen.getByRole("button", { name: /^property/ }));
    expect(rows()[0]).toMatch(/^shadowresponse property \/items\/\*\/margin/);
    await userEvent.type(screen.getByRole("searchbox"), "nothing such");
    await screen.findByText("No entry matches.");
    await userEvent.click(screen.getByRole("button", { name: "Show all" }));
    expect(rows()).toHaveLength(5);
  });

  test("an entry opens its operation, which tells what changed", async () => {
    open(at("drift"));
    await screen.findByText("5 entries");
    const row = screen.getAllByRole("row")[4];
    if (!row) throw new Error("no row");
    fireEvent.keyDown(row, { key: "Enter" });
    const panel = await screen.findByRole("complementary");
    await within(panel).findByText("/customer/phone");
    expect(within(panel).queryByText("304")).toBeNull();
  });

  test("what is never called, what breaks promises and what changed stand beside", async () => {
    open(at("drift"));
    await screen.findByText("5 entries");
    await userEvent.click(screen.getByRole("radio", { name: "Never called" }));
    expect(rows().join()).toContain("/admin/reports/{month}");
    await userEvent.click(screen.getByRole("radio", { name: "Broken promises" }));
    await screen.findByText("POST /cart/items accepted a body that breaks its contract");
    expect(screen.getByText(/for example exchange 01936f4a/)).toBeTruthy();
    await userEvent.click(screen.getByRole("radio", { name: "Changes" }));
    await screen.findByText("5 changes");
    const told = screen.getAllByRole("listitem").map((line) => line.textContent);
    expect(
      told.some((line) => line?.includes("property /id in answers is integer or string, it was integer")),
    ).toBe(true);
    expect(
      told.some((line) => line?.includes("callers show none for a credential, they showed bearer jwt")),
    ).toBe(true);
    expect(window.location.search).toBe("?view=changes");
  });

  test("without traffic it says what will be listed", async () => {
    open(at("drift"), { empty: true });
    await screen.findByText("Nothing beside the contract");
  });
});

describe("sensitive data", () => {
  const cells = (column: number) =>
    screen
      .getAllByRole("row")
      .slice(1)
      .map((row) => row.querySelectorAll("td")[column]?.textContent);

  test("lists every field, the worst first; filters by kind, searches, sorts", async () => {
    open(at("sensitive"));
    await screen.findByText("11 fields");
    expect(cells(0).slice(0, 4)).toEqual(["password", "password-hash", "token", "card-number"]);
    await userEvent.click(screen.getByRole("button", { name: /^email/ }));
    await screen.findByText("5 of 11");
    expect(new Set(cells(0))).toEqual(new Set(["email"]));
    await userEvent.click(screen.getByRole("button", { name: "Without credential" }));
    expect(cells(4)).toEqual(["17 (100 %)", "7 (8 %)", "7 (24 %)", "never", "never"]);
    await userEvent.type(screen.getByRole("searchbox"), "export");
    expect(cells(1)).toEqual(["response /*/email"]);
    expect(window.location.search).toBe("?kind=email&sort=open&dir=down&q=export");
  });

  test("a field opens its operation; names from outside stay text", async () => {
    const { container } = open(at("sensitive"));
    const place = await screen.findByText(/<b>phone<\/b>/);
    expect(container.querySelector("td b")).toBeNull();
    expect(within(place).getByText("U+202E").className).toBe("hidden-mark");
    const row = place.closest("tr");
    if (!row) throw new Error("no row");
    fireEvent.keyDown(row, { key: "Enter" });
    const panel = await screen.findByRole("complementary");
    await within(panel).findByText("Parameters");
    fireEvent.keyDown(document, { key: "Escape" });
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  test("without any it says so", async () => {
    open(at("sensitive"), { empty: true });
    await screen.findByText("No sensitive data was seen");
  });
});

describe("sign in", () => {
  test("nobody signed in sees the form; a refused token is said so", async () => {
    let signedIn = false;
    const { calls } = open("/", {
      fail: (call) => {
        if (call.path === "/api/v1/session" && call.method === "POST") {
          signedIn = (call.body as { token: string }).token === "right";
          return signedIn ? null : 401;
        }
        return signedIn ? null : 401;
      },
    });
    const field = await screen.findByLabelText("Or paste a token");
    await userEvent.type(field, " nope ");
    await userEvent.click(screen.getByRole("button", { name: "Sign in with the token" }));
    await screen.findByText("This token is not known, or it has expired.");
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({ token: "nope" });
    await userEvent.clear(field);
    await userEvent.type(field, "right");
    await userEvent.click(screen.getByRole("button", { name: "Sign in with the token" }));
    await screen.findByText("What you may not know");
  });
});

describe("inventory", () => {
  const paths = () =>
    screen
      .getAllByRole("row")
      .slice(1)
      .map((row) => row.querySelector(".path")?.textContent);

  test("filters by state, searches, sorts, and keeps all three in the address", async () => {
    open(at("inventory"));
    await screen.findByText("19 operations");
    await userEvent.click(screen.getByRole("button", { name: /shadow/ }));
    expect(paths()).toEqual(["/internal/export/customers", "/internal/health"]);
    await userEvent.click(screen.getByRole("button", { name: "Hits" }));
    expect(paths()).toEqual(["/internal/health", "/internal/export/customers"]);
    await userEvent.type(screen.getByRole("searchbox"), "export");
    expect(paths()).toEqual(["/internal/export/customers"]);
    expect(window.location.search).toBe("?state=shadow&sort=hits&dir=down&q=export");
  });

  test("a row opens its panel with what is known, Escape closes it", async () => {
    open(at("inventory"));
    await screen.findByText("19 operations");
    const row = screen
      .getAllByRole("row")
      .find((entry) => entry.textContent?.includes("/users/{userId}") && entry.textContent.includes("GET"));
    if (!row) throw new Error("no row");
    fireEvent.keyDown(row, { key: "Enter" });
    const panel = await screen.findByRole("complementary");
    await within(panel).findByText(/curl -s 'http:\/\/127\.0\.0\.1:8601\/users\/1042'/);
    expect(within(panel).getByText("Some callers showed no credential")).toBeTruthy();
    expect(within(panel).getByText(/carry a password hash/)).toBeTruthy();
    fireEvent.keyDown(document, { key: "Escape" });
    expect(screen.queryByRole("complementary")).toBeNull();
  });

  test("the panel lists parameters with type and evidence, and sensitive fields with who got them", async () => {
    const { shop } = open(at("inventory"));
    await screen.findByText("19 operations");
    const operations: { id: string; path: string; method: string }[] = shop.operations(API_ID);
    const id = operations.find((one) => one.method === "GET" && one.path === "/users/{userId}")?.id;
    window.history.pushState(null, "", `${at("inventory")}?op=${id}`);
    window.dispatchEvent(new PopStateEvent("popstate"));
    const panel = await screen.findByRole("complementary");
    await within(panel).findByText("Parameters");
    const tables = within(panel).getAllByRole("table");
    const parameter = within(tables[0] as HTMLElement).getAllByRole("row")[1];
    expect(parameter?.textContent).toContain("userId");
    expect(parameter?.textContent).toContain("path, required");
    const fields = within(tables[1] as HTMLElement)
      .getAllByRole("row")
      .slice(1)
      .map((row) => row.textContent);
    expect(fields).toEqual(["emailresponse /email837 (8 %)", "password-hashresponse /passwordHash837 (8 %)"]);
  });

  test("protection of one operation is set", async () => {
    const { calls, shop } = open(at("inventory"));
    await screen.findByText("19 operations");
    const id = shop.operations(API_ID)[0]?.id;
    window.history.pushState(null, "", `${at("inventory")}?op=${id}`);
    window.dispatchEvent(new PopStateEvent("popstate"));
    await userEvent.click(await screen.findByRole("button", { name: "Always observe" }));
    await screen.findByText("Protection of this operation is set.");
    expect(calls.find((call) => call.method === "PATCH")).toEqual({
      method: "PATCH",
      path: `/api/v1/apis/${API_ID}/operations/${id}`,
      body: { protection: "observe" },
    });
  });
});

describe("contract", () => {
  test("reads by group; an operation opens to its body and responses", async () => {
    open(at("contract"));
    const head = await screen.findByRole("button", { name: /\/cart\/items/ });
    await userEvent.click(head);
    expect(screen.getByText("integer, 1 to 99")).toBeTruthy();
    expect(screen.getByText("Needs bearer.")).toBeTruthy();
  });

  test("a finding leads to its line in the source", async () => {
    const { container } = open(at("contract"));
    await userEvent.click(await screen.findByRole("button", { name: /Path parameter orderId/ }));
    await waitFor(() => expect(container.querySelector(".source-line-on")).not.toBeNull());
    const line = container.querySelector(".source-line-on");
    expect(line?.textContent).toMatch(/schema:/);
    expect(window.location.search).toContain(`line=${line?.getAttribute("data-line")}`);
  });

  test("what traffic shows to be enforced is listed as closed, with what was seen", async () => {
    for (const tab of ["contract", "findings"]) {
      const { unmount } = open(at(tab));
      await userEvent.click(await screen.findByText("1 closed finding"));
      expect(screen.getByText(/GET \/orders\/\{orderId\} has no security requirement/)).toBeTruthy();
      expect(screen.getByText(/41 calls without a credential were refused, none succeeded/)).toBeTruthy();
      unmount();
    }
  });

  test("findings that the profile leaves out are counted", async () => {
    open(at("contract"));
    expect((await screen.findByText(/12 more findings of advice/)).textContent).toContain("--profile strict");
  });

  test("approving says what follows, then approves", async () => {
    const { calls } = open(`${at("contract")}?source=learned`);
    await userEvent.click(await screen.findByRole("button", { name: "Approve" }));
    const dialog = await screen.findByRole("dialog", { name: "Approve the learned contract?" });
    expect(within(dialog).getByText(/Nothing is blocked by this/)).toBeTruthy();
    await userEvent.click(within(dialog).getByRole("button", { name: "Approve" }));
    await screen.findByText("The learned contract is approved.");
    expect(calls.find((call) => call.method === "POST")?.path).toBe(
      `/api/v1/apis/${API_ID}/contract/approve`,
    );
  });
});

describe("protection", () => {
  test("the switch to block shows would have blocked N of M before it is made", async () => {
    const { calls } = open(at("protection"));
    await screen.findByText(/Counting since/);
    await userEvent.click(screen.getByRole("button", { name: "Switch to block" }));
    const dialog = await screen.findByRole("dialog", { name: "Switch to block?" });
    expect(dialog.textContent).toContain("Would have blocked 96 of 1,211 requests (8 %).");
    expect(dialog.textContent).toContain("2 operations stay in observe");
    expect(calls.some((call) => call.method === "PATCH")).toBe(false);
    await userEvent.click(within(dialog).getByRole("button", { name: "Block" }));
    await screen.findByText("The API is in block mode.");
    expect(calls.find((call) => call.method === "PATCH")?.body).toEqual({ mode: "block" });
  });

  test("a viewer reads and cannot switch", async () => {
    open(at("protection"), { role: "viewer" });
    const button = await screen.findByRole("button", { name: "Switch to block" });
    expect((button as HTMLButtonElement).disabled).toBe(true);
    expect(screen.getByText(/Viewers cannot change the mode/)).toBeTruthy();
  });

  test("a refusal is shown in the dialog", async () => {
    open(at("protection"), { fail: (call) => (call.method === "PATCH" ? 409 : null) });
    await userEvent.click(await screen.findByRole("button", { name: "Switch to block" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.click(within(dialog).getByRole("button", { name: "Block" }));
    await within(dialog).findByText(/Refused with 409/);
  });
});

describe("events", () => {
  test("an event found by its uuid opens with the reason, is allowed, and that is undone", async () => {
    const { shop, calls } = open("/events");
    await screen.findByText(/events shown/);
    const event = shop.events({}).find((entry: { code: string }) => entry.code === "body");
    fireEvent.change(screen.getByRole("searchbox"), { target: { value: event.uuid } });
    const panel = await screen.findByRole("complementary");
    await within(panel).findByText("Expected integer, got string.");
    await userEvent.click(within(panel).getByRole("button", { name: "Allow this" }));
    await screen.findByText("Allowed from now on.");
    await within(panel).findByText(/is allowed for this operation/);
    await userEvent.click(screen.getAllByRole("button", { name: "Undo" })[0] as HTMLElement);
    await within(panel).findByRole("button", { name: "Allow this" });
    expect(calls.filter((call) => call.method !== "GET").map((call) => call.method)).toEqual([
      "POST",
      "DELETE",
    ]);
  });
});

describe("keyboard", () => {
  test("? shows the keys, g e goes to events, / reaches the search", async () => {
    open("/");
    await screen.findByText("What you may not know");
    fireEvent.keyDown(document.body, { key: "?" });
    const help = await screen.findByRole("dialog", { name: "Keyboard" });
    await userEvent.click(within(help).getByRole("button", { name: "Close" }));
    fireEvent.keyDown(document.body, { key: "g" });
    fireEvent.keyDown(document.body, { key: "e" });
    await screen.findByRole("heading", { name: "Events" });
    fireEvent.keyDown(document.body, { key: "/" });
    expect(document.activeElement).toBe(screen.getByRole("searchbox"));
  });
});

test("an address that is none says so", async () => {
  open("/nowhere");
  await screen.findByText("There is no such page");
});

describe("trace sources", () => {
  test("each shows what came of what it sent, by reason; a new one shows its token once", async () => {
    const { calls } = open("/settings");
    const card = (await screen.findByText("Trace sources")).closest("section") as HTMLElement;
    await within(card).findByText("18,342");
    expect(within(card).getByText("311 host of no interest")).toBeTruthy();
    await userEvent.click(within(card).getByRole("button", { name: "New trace source" }));
    const dialog = await screen.findByRole("dialog");
    const make = within(dialog).getByRole("button", { name: "Create" });
    await userEvent.type(within(dialog).getByLabelText("Name"), "edge");
    expect(make.hasAttribute("disabled")).toBe(true);
    await userEvent.type(within(dialog).getByLabelText("Hosts"), "a.shop, *.b.shop");
    await userEvent.click(make);
    await screen.findByText(/^palts_/);
    const sent = calls.find((call) => call.method === "POST" && call.path === "/api/v1/trace-sources");
    expect(sent?.body).toEqual({ name: "edge", hosts: ["a.shop", "*.b.shop"] });
    await userEvent.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Done" }));
    await within(card).findByText("a.shop, *.b.shop");
    await userEvent.click(within(card).getByRole("button", { name: "Revoke mesh" }));
    await userEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Revoke" }));
    await waitFor(() => expect(within(card).queryByText("18,342")).toBeNull());
  });

  test("a viewer sees none", async () => {
    open("/settings", { role: "viewer" });
    await screen.findByText(/are for admins to see/);
    expect(screen.queryByText("mesh")).toBeNull();
  });
});
