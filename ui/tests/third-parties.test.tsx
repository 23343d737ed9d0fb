import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { part, rows } from "../src/lib/facts";
import { open, PARTY_ID } from "./fixture";

const at = (tab: string, search = "") => `/third-parties/${PARTY_ID}/${tab}${search}`;

describe("the list of third parties", () => {
  const names = () =>
    screen
      .getAllByRole("row")
      .slice(1)
      .map((row) => within(row).getByRole("link").textContent);

  test("says where each stands; one that was never assessed is shown as such", async () => {
    const { container } = open("/third-parties");
    await screen.findByText("2 APIs of others");
    const [fresh, assessed] = screen.getAllByRole("row").slice(1);
    for (const text of ["C", "71 of 100", "improving", "1 medium", "2 low", "99.9 %", "no"])
      expect(assessed?.textContent).toContain(text);
    expect(fresh?.textContent).toContain("not assessed");
    expect(fresh?.textContent).toContain("not measured");
    expect(fresh?.querySelector(".grade-good, .compliant")).toBeNull();
    expect(fresh?.textContent).toContain("Maps <b>");
    expect(container.querySelector("td b")).toBeNull();
  });

  test("is sorted by its columns and searched", async () => {
    open("/third-parties");
    await screen.findByText("2 APIs of others");
    expect(names()).toEqual(["Maps <b>", "Payments"]);
    await userEvent.click(screen.getByRole("button", { name: "Grade" }));
    expect(names()).toEqual(["Payments", "Maps <b>"]);
    await userEvent.type(screen.getByRole("searchbox"), "maps.example");
    expect(names()).toEqual(["Maps <b>"]);
  });

  test("one is added with its schedule and policy", async () => {
    const { calls } = open("/third-parties", { empty: true });
    await screen.findByText("No third-party API yet");
    await userEvent.click(screen.getByRole("button", { name: "Add a third party" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("URL"), "https://geo.example");
    await userEvent.selectOptions(within(dialog).getByLabelText("Assess again"), "hours");
    await userEvent.selectOptions(within(dialog).getByLabelText("Lowest grade"), "B");
    await userEvent.type(within(dialog).getByLabelText("Countries"), "DE, FR");
    await userEvent.click(within(dialog).getByRole("button", { name: "Add" }));
    await screen.findByRole("heading", { name: "geo.example" });
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      url: "https://geo.example",
      selectors: [],
      ports: false,
      allow_private: false,
      policy: { minimum_grade: "B", highest_accepted_severity: null, countries: ["DE", "FR"] },
      schedule: { kind: "hours", every: 6 },
      probe_minutes: 5,
    });
    expect(screen.getByText("Not assessed yet")).toBeTruthy();
  });

  test("a refusal is said in the dialog", async () => {
    open("/third-parties", { fail: (call) => (call.method === "POST" ? 400 : null) });
    await userEvent.click(await screen.findByRole("button", { name: "Add a third party" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("URL"), "http://10.0.0.1");
    await userEvent.click(within(dialog).getByRole("button", { name: "Add" }));
    await within(dialog).findByText(/Refused with 400/);
  });
});

describe("one third party", () => {
  test("shows grade, ceilings, policy and categories; what was not assessed is never good", async () => {
    open(at("overview"));
    await screen.findByText("71 of 100");
    expect(screen.getByText("http was not assessed")).toBeTruthy();
    expect(screen.getByText("minimum_grade: the grade is C, at least B is asked")).toBeTruthy();
    expect(screen.getByText(/left open:/)).toBeTruthy();
    const row = (name: string) => screen.getByText(name, { selector: "td .strong" }).closest("tr");
    expect(row("network")?.textContent).toContain("82");
    expect(row("user")?.textContent).toContain("not assessed");
    expect(row("user")?.textContent).toContain("no feeds were imported");
    expect(row("user")?.querySelector(".grade-good")).toBeNull();
  });

  test("says what changed since the run before", async () => {
    open(at("overview"));
    const card = (await screen.findByRole("heading", { name: "What changed" })).closest(
      "section",
    ) as HTMLElement;
    await within(card).findByText("New (1)");
    expect(card.textContent).toContain("D to C, +16 points");
    expect(card.textContent).toContain("email not assessed to 61");
    expect(card.textContent).not.toContain("system 88");
    expect(within(card).getByText("Gone (1)").closest("section")?.textContent).toContain("TLS 1.0 is spoken");
    const unknown = within(card).getByText(/Not known: one of the two runs did not look \(1\)/);
    expect(unknown.closest("section")?.textContent).toContain("Strict-Transport-Security");
  });

  test("a finding says why, what the provider does and what you do; its text stays text", async () => {
    const { container } = open(at("findings"));
    await screen.findByText(/The server says that it is/);
    expect(container.querySelector(".finding img")).toBeNull();
    expect(screen.getAllByText("U+202E")[0]?.className).toBe("hidden-mark");
    const finding = screen.getByText("pay.example has no SPF record").closest("article") as HTMLElement;
    for (const text of [
      "Why no-spf is bad.",
      "What the provider does about no-spf.",
      "What you do about no-spf.",
    ])
      expect(within(finding).getByText(text)).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Category"), "system");
    await waitFor(() => expect(screen.queryByText("pay.example has no SPF record")).toBeNull());
    expect(screen.getAllByRole("article")).toHaveLength(1);
  });

  test("its history draws the scores and tells what a run changed", async () => {
    open(at("history"));
    await screen.findByRole("img", { name: "Scores of 3 assessments: 52 (D), 55 (D), 71 (C)" });
    expect(screen.getAllByRole("row")).toHaveLength(4);
    const buttons = screen.getAllByRole("button", { name: "What changed" });
    expect(buttons).toHaveLength(2);
    await userEvent.click(buttons[1] as HTMLElement);
    const card = (await screen.findByRole("heading", { name: "What changed" })).closest("section");
    expect(card?.textContent).toContain("D to D, +3 points");
    expect(card?.textContent).toContain("medium to low 3DES is accepted");
  });

  test("its availability is drawn day by day; days without requests are not measured", async () => {
    const { container } = open(at("availability"));
    await screen.findByRole("img", { name: /2,016 requests on 7 days of 30/ });
    expect(container.querySelectorAll(".bar-unmeasured")).toHaveLength(23);
    expect(screen.getByText("66 ms")).toBeTruthy();
    expect(screen.getByText(/^200, 61 ms/)).toBeTruthy();
  });

  test("its facts are told as tables, versions with their suites", async () => {
    open(at("facts"));
    const version = (await screen.findByText("TLSv1.2")).closest("tr");
    expect(version?.textContent).toContain("TLS_RSA_WITH_3DES_EDE_CBC_SHA");
    expect(screen.getByText("TLSv1.3").closest("tr")?.textContent).toContain("not assessed");
    expect(screen.getByText("dmarc: records").closest("tr")?.textContent).toContain("v=DMARC1; p=none");
    expect(screen.getByRole("heading", { name: "HTTP" }).closest("section")?.textContent).toContain(
      "not assessed it did not answer in time",
    );
  });

  test("a run is begun, shown and cancelled", async () => {
    const { calls } = open(at("overview"));
    await userEvent.click(await screen.findByRole("button", { name: "Run now" }));
    await screen.findByText(/An assessment runs, now:/);
    await userEvent.click(screen.getByRole("button", { name: "Cancel" }));
    await screen.findByText(/The last assessment was cancelled:/);
    const posts = calls.filter((call) => call.method === "POST").map((call) => call.path.split("/").slice(5));
    expect(posts[0]).toEqual(["assessments"]);
    expect(posts[1]?.[2]).toBe("cancel");
  });

  test("what is set is changed; conditions that the form does not show stay", async () => {
    const { calls } = open(at("overview"));
    await userEvent.click(await screen.findByRole("button", { name: "Change" }));
    const dialog = await screen.findByRole("dialog");
    expect((within(dialog).getByLabelText("Time, UTC") as HTMLInputElement).value).toBe("03:00");
    await userEvent.selectOptions(within(dialog).getByLabelText("Worst severity"), "low");
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await screen.findByText("It is changed.");
    const body = calls.find((call) => call.method === "PATCH")?.body as Record<string, unknown>;
    expect(body.policy).toEqual({
      minimum_grade: "B",
      highest_accepted_severity: "low",
      countries: ["DE"],
    });
    expect(body.url).toBeUndefined();
  });

  test("viewers read and change nothing", async () => {
    open(at("overview"), { role: "viewer" });
    await screen.findByText("71 of 100");
    for (const name of ["Run now", "Change", "Remove"])
      expect(screen.queryByRole("button", { name })).toBeNull();
  });

  test("removing asks first", async () => {
    const { calls } = open(at("overview"));
    await userEvent.click(await screen.findByRole("button", { name: "Remove" }));
    const dialog = await screen.findByRole("dialog", { name: "Remove this third party?" });
    expect(calls.some((call) => call.method === "DELETE")).toBe(false);
    await userEvent.click(within(dialog).getByRole("button", { name: "Remove" }));
    await screen.findByText("1 API of others");
  });
});

describe("facts", () => {
  test("any shape becomes bounded rows", () => {
    expect(rows({ a_b: 1, list: ["x", "y"], none: [], deep: [{ yes: true }, { no: null }] })).toEqual([
      { name: "a b", value: "1" },
      { name: "list", value: "x, y" },
      { name: "none", value: "none" },
      { name: "deep 1: yes", value: "yes" },
      { name: "deep 2: no", value: "not known" },
    ]);
    expect(rows(Array.from({ length: 5000 }, (_, n) => ({ n })))).toHaveLength(400);
    let nested: unknown = "end";
    for (let depth = 0; depth < 100; depth += 1) nested = { deeper: nested };
    expect(rows(nested).at(-1)?.value).toBe("more than is shown");
  });

  test("a part that is missing says why", () => {
    expect(part({ tls: { not_assessed: "no answer" } }, "tls")).toEqual({ missing: "no answer" });
    expect(part({ tls: { assessed: { a: 1 } } }, "tls")).toEqual({ facts: { a: 1 } });
    expect(part(null, "tls")).toEqual({ missing: "it is not part of this result" });
  });
});
