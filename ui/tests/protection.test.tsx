import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test } from "vitest";
import { API_ID, open } from "./fixture";

const at = (view: string) => `/apis/${API_ID}/protection?view=${view}`;

describe("protection settings", () => {
  test("every check stands in the order of evaluation with what it does", async () => {
    const { container } = open(at("settings"));
    await screen.findByText("Checks");
    const rows = [...container.querySelectorAll(".checks tbody tr")];
    expect(rows).toHaveLength(18);
    expect(rows[0]?.textContent).toContain("Framing");
    const value = (label: string) =>
      (screen.getByLabelText(label) as HTMLSelectElement).selectedOptions[0]?.text;
    expect(value("What Unknown paths does")).toBe("default: prevent");
    expect(value("What Undeclared headers does")).toBe("default: alert");
    expect(value("What Ambiguity does")).toBe("ban");
    expect(screen.queryByText("Review and save")).toBeNull();
  });

  test("a change is reviewed with what it would have refused, then saved on top of what was read", async () => {
    const { calls, container } = open(at("settings"));
    await userEvent.selectOptions(await screen.findByLabelText("What Undeclared headers does"), "prevent");
    await userEvent.click(screen.getByRole("radio", { name: "Block" }));
    await screen.findByText("2 unsaved changes");
    await userEvent.click(screen.getByRole("button", { name: "Review and save" }));
    const dialog = await screen.findByRole("dialog", { name: "Save these changes?" });
    await within(dialog).findByText(/more refused than now/);
    expect(dialog.textContent).toContain("Undeclared headers default →becomes prevent");
    expect(dialog.textContent).toContain("This would have refused 15 of 4,310 requests since");
    expect(dialog.textContent).toContain("31 requests could not be assessed in full");
    // What a client sent stays text.
    expect(within(dialog).getByText("<script>debug</script>")).toBeTruthy();
    expect(container.querySelector("script")).toBeNull();
    expect(within(dialog).getByRole("link", { name: "event", hidden: true }).getAttribute("href")).toMatch(
      /^\/events\?event=/,
    );
    expect(calls.some((call) => call.method === "PUT")).toBe(false);
    await userEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await screen.findByText("Saved: version 3 is in force.");
    const put = calls.find((call) => call.method === "PUT")?.body as {
      mode: string;
      settings: { effects: Record<string, string>; ban: { seconds: number } };
    };
    expect(put.mode).toBe("block");
    expect(put.settings.effects).toEqual({
      undeclared_query: "prevent",
      ambiguity: "ban",
      undeclared_headers: "prevent",
    });
    expect(put.settings.ban.seconds).toBe(300);
    await waitFor(() => expect(screen.queryByText("Review and save")).toBeNull());
  });

  test("lists, rates, limits, header rules and operations are edited in place", async () => {
    const { calls } = open(at("settings"));
    await screen.findByText("Checks");
    await userEvent.click(screen.getByRole("button", { name: "Add a rate" }));
    const rate = screen.getByRole("group", { name: "rate requests" });
    await userEvent.clear(within(rate).getByLabelText(/^Burst/));
    await userEvent.type(within(rate).getByLabelText(/^Burst/), "7");
    await userEvent.type(within(rate).getByLabelText("Answered with"), "401, 4xx");
    await userEvent.type(screen.getByLabelText("Cookies"), "20");
    await userEvent.click(screen.getByRole("button", { name: "Add a header rule" }));
    await userEvent.type(screen.getByLabelText("Field"), "X-Client");
    await userEvent.selectOptions(screen.getByLabelText("Add a check to GET /search"), "path");
    const partners = screen.getAllByRole("button", { name: /^partners/ });
    await userEvent.click(partners[0] as HTMLElement);
    await userEvent.click(screen.getByRole("button", { name: "Review and save" }));
    await screen.findByText(/would have refused/);
    const asked = calls.filter((call) => call.path.endsWith("/protection/preview")).at(-1)?.body as {
      settings: {
        networks: { allow: string[] };
        rates: { name: string; burst: number; statuses: string[] }[];
        limits: { cookies: number };
        headers: { name: string; required: boolean }[];
        operations: { effects: Record<string, string> }[];
      };
    };
    expect(asked.settings.rates[1]).toMatchObject({ name: "requests", burst: 7, statuses: ["401", "4xx"] });
    expect(asked.settings.limits.cookies).toBe(20);
    expect(asked.settings.headers[0]).toMatchObject({ name: "X-Client", required: true });
    expect(asked.settings.operations[0]?.effects.path).toBe("alert");
    expect(asked.settings.networks.allow).toEqual(["partners"]);
  });

  test("what cannot be used is named by its place and cannot be saved", async () => {
    open(at("settings"));
    await userEvent.clear(await screen.findByLabelText(/^Burst/));
    await userEvent.clear(screen.getByLabelText(/^Average/));
    await userEvent.click(screen.getByRole("button", { name: "Review and save" }));
    await screen.findByText("limits nothing: set burst or average");
    expect(screen.getByText("Rates › 1")).toBeTruthy();
    expect((screen.getByRole("button", { name: "Save" }) as HTMLButtonElement).disabled).toBe(true);
  });

  test("what a file manages is shown and cannot be changed; neither can viewers", async () => {
    for (const options of [{ readOnly: true }, { role: "viewer" }]) {
      const { unmount } = open(at("settings"), options);
      const select = await screen.findByLabelText("What Framing does");
      expect(select.closest("fieldset")?.disabled).toBe(true);
      expect(
        screen.getByText(options.readOnly ? /A gateway file manages/ : /Viewers read the settings/),
      ).toBeTruthy();
      unmount();
    }
  });

  test("the history says who changed what, and leads back", async () => {
    const { calls } = open(at("history"));
    await screen.findByText("Version 2");
    expect(screen.getByText("in force")).toBeTruthy();
    expect(screen.getByText(/<b>bob<\/b>/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Go back to version 1" }));
    await userEvent.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Go back" }));
    await screen.findByText("Version 1 is in force again, as version 3.");
    expect(calls.find((call) => call.method === "POST")?.path).toBe(
      `/api/v1/apis/${API_ID}/protection/versions/1/restore`,
    );
  });
});

test("a ban that runs is shown and lifted", async () => {
  const { calls } = open(at("overview"));
  await userEvent.click(await screen.findByRole("button", { name: "Lift the ban of 203.0.113.5/32" }));
  await screen.findByText("The ban is lifted.");
  await screen.findByText(/Nobody is banned/);
  expect(calls.find((call) => call.method === "DELETE")?.path).toBe(
    "/api/v1/bans/9f21c0445a7d41e2b1c0ffee00d15ea5",
  );
});

describe("network lists", () => {
  test("a list that is named cannot go; one is made from what was pasted; text from outside stays text", async () => {
    const { calls, container } = open("/settings/lists");
    await screen.findByText("scanners");
    expect(container.querySelector("td img")).toBeNull();
    const gone = (name: string) =>
      screen.getByRole("button", { name: `Delete ${name}` }) as HTMLButtonElement;
    expect([gone("office").disabled, gone("scanners").disabled, gone("partners").disabled]).toEqual([
      true,
      true,
      false,
    ]);
    await userEvent.click(screen.getByRole("button", { name: "New list" }));
    const dialog = await screen.findByRole("dialog");
    await userEvent.type(within(dialog).getByLabelText("Name"), "lab");
    await userEvent.type(
      within(dialog).getByLabelText("Networks, one a line"),
      "192.0.2.0/24 # the lab{enter}{enter}2001:db8::/32",
    );
    await userEvent.click(within(dialog).getByRole("button", { name: "Create" }));
    await screen.findByText("lab has 2 networks.");
    expect(calls.find((call) => call.method === "POST")?.body).toEqual({
      name: "lab",
      description: "",
      networks: ["192.0.2.0/24", "2001:db8::/32"],
    });
  });

  test("trusted proxies are set", async () => {
    const { calls } = open("/settings/lists");
    const field = (await screen.findAllByLabelText("Networks, one a line")).at(-1) as HTMLElement;
    await userEvent.type(field, "{enter}192.0.2.7");
    await userEvent.click(screen.getByRole("button", { name: "Save trusted proxies" }));
    await screen.findByText("The trusted proxies are set.");
    expect(calls.find((call) => call.method === "PUT")?.body).toEqual({
      networks: ["10.0.0.0/8", "192.0.2.7"],
    });
  });
});

describe("events", () => {
  test("filters stand in the address and narrow the list", async () => {
    const { calls } = open("/events");
    await screen.findByText(/events shown/);
    await userEvent.selectOptions(screen.getByLabelText("Check"), "path");
    await screen.findByText("2 events shown");
    await userEvent.type(screen.getByRole("searchbox"), "wp-");
    await screen.findByText("1 event shown");
    expect(window.location.search).toBe("?check=path&q=wp-");
    expect(calls.some((call) => call.path.includes("check=path") && call.path.includes("text=wp-"))).toBe(
      true,
    );
    await userEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(window.location.search).toBe("");
  });

  test("groups count and open their events", async () => {
    open("/events?group=check");
    const group = (await screen.findByText("Unknown paths", { selector: "td span" })).closest(
      "tr",
    ) as HTMLElement;
    expect(within(group).getByText("16 passed on")).toBeTruthy();
    await userEvent.click(group);
    await screen.findByText("2 events shown");
    expect(window.location.search).toBe("?check=path");
  });

  test("the panel tells the steps in order, each with what it leads to", async () => {
    const { container } = open("/events?check=body");
    await userEvent.click((await screen.findByText("/cart/items")).closest("tr") as HTMLElement);
    const panel = await screen.findByRole("complementary");
    await within(panel).findByText("How it was decided");
    const steps = [...container.querySelectorAll(".step")].map((step) => step.textContent);
    expect(steps.at(0)).toBe("Limits passed");
    expect(steps.at(-1)).toBe("Body failedpreventtype");
  });
});
