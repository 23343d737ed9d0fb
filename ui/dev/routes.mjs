// The fixture control plane's answers, as values: served by server.mjs, called directly by the component tests.

const json = (status, body, headers = {}) => ({
  status,
  headers: { "content-type": status >= 400 ? "application/problem+json" : "application/json", ...headers },
  body: body === undefined ? "" : JSON.stringify(body),
});

const problem = (status, title, detail = "") =>
  json(status, {
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
  return json(200, { items: items.slice(0, limit), next: items.length > limit ? "more" : null });
};

/** Answers one call: `{status, headers, body}`. */
export function answer(shop, { method, url, body, accept, signedIn }) {
  const [noun, id, sub, subId] = url.pathname.slice("/api/v1/".length).split("/").map(decodeURIComponent);
  const key = `${method} ${noun}`;
  if (key === "POST session") {
    if (body.token === "wrong")
      return problem(401, "Unknown token", "This token is not known or has expired.");
    return json(204, undefined, { "set-cookie": "palisade_session=1; HttpOnly; SameSite=Strict; Path=/" });
  }
  if (!signedIn) return problem(401, "Not signed in");
  switch (key) {
    case "GET session":
      return json(200, shop.session());
    case "DELETE session":
      return json(204, undefined, { "set-cookie": "palisade_session=; Max-Age=0; Path=/" });
    case "GET overview":
      return json(200, shop.overview());
    case "GET rules":
      return page(shop.rules(), url);
    case "GET tokens":
      return page(shop.tokens(), url);
    case "POST tokens":
      return json(201, shop.createToken(body));
    case "DELETE tokens":
      shop.revokeToken(id);
      return json(204);
    case "GET trace-sources":
      return page(shop.traceSources(), url);
    case "POST trace-sources":
      return json(201, shop.createTraceSource(body));
    case "DELETE trace-sources":
      shop.revokeTraceSource(id);
      return json(204);
    case "GET network-lists":
      if (sub === "networks") return networks(shop.protection.list(id), accept);
      return id ? json(200, shop.protection.list(id)) : page(shop.protection.lists(), url);
    case "POST network-lists":
      return json(201, shop.protection.putList(null, body));
    case "PUT network-lists":
      return json(200, shop.protection.putList(id, body));
    case "DELETE network-lists":
      shop.protection.removeList(id);
      return json(204);
    case "GET bans":
      return page(shop.protection.bans(), url);
    case "DELETE bans":
      shop.protection.lift(id);
      return json(204);
    case "GET trusted-proxies":
      return json(200, shop.protection.proxies());
    case "PUT trusted-proxies":
      return json(200, shop.protection.proxies(body.networks));
    case "GET events":
      if (id === "summary") return json(200, shop.protection.summary(Object.fromEntries(url.searchParams)));
      return page(shop.events(Object.fromEntries(url.searchParams)), url);
    case "POST events": {
      const made = shop.allow(id);
      return made ? json(201, made) : problem(404, "No such event");
    }
  }
  if (noun === "third-parties") return thirdParty(shop.thirdParties, { method, url, body, id, sub, subId });
  if (noun !== "apis") return problem(404, "Not found");
  if (!id) return page(shop.apis(), url);
  const api = shop.api(id);
  if (!api) return problem(404, "No such API");
  switch (`${method} ${sub ?? ""}`) {
    case "GET ":
      return json(200, api);
    case "PATCH ":
      return json(200, shop.setMode(body.mode));
    case "GET operations": {
      if (!subId) return page(shop.operations(id), url);
      if (url.pathname.endsWith("/changes")) return page(shop.changes(subId), url);
      const operation = shop.operation(subId);
      return operation ? json(200, operation) : problem(404, "No such operation");
    }
    case "PATCH operations":
      return json(200, shop.setProtection(subId, body.protection));
    case "GET contract": {
      const type = accept.includes("json") ? "json" : "yaml";
      const text = shop.contract(url.searchParams.get("source"), type);
      if (!text) return problem(404, "No contract");
      return { status: 200, headers: { "content-type": `application/${type}`, etag: '"9f2c"' }, body: text };
    }
    case "PUT contract":
      return problem(
        422,
        "This is no OpenAPI document",
        "line 1, column 1: the root has no member openapi or swagger",
      );
    case "POST contract":
      return json(200, shop.approve());
    case "GET audit": {
      const report = shop.audit();
      return report ? json(200, report) : problem(404, "No contract");
    }
    case "GET findings":
      return page(shop.findings(id), url);
    case "GET proposals": {
      if (!subId) return page(shop.proposals(url.searchParams.get("state")), url);
      const proposal = shop.proposal(subId);
      return proposal ? json(200, proposal) : problem(404, "No such proposal");
    }
    case "POST proposals":
      if (subId === "accept") return json(200, shop.accept(body));
      shop.decide(subId, body.ids);
      return json(204);
    case "GET drift":
      return page(shop.drift(), url);
    case "GET changes":
      return page(shop.changes(), url);
    case "GET protection":
      if (subId === "versions") return page(shop.protection.versions(), url);
      return json(200, shop.protection.get(), { etag: `"${shop.protection.get().version}"` });
    case "PUT protection":
    case "POST protection": {
      if (subId === "versions") {
        const version = Number(url.pathname.split("/").at(-2));
        const restored = shop.protection.restore(version);
        return restored ? json(200, restored) : problem(404, "No such version");
      }
      const errors = shop.protection.mistakes(body);
      if (errors.length > 0) {
        return json(422, {
          title: "Unprocessable Entity",
          status: 422,
          detail: "The settings cannot be used.",
          errors,
        });
      }
      return json(200, subId === "preview" ? shop.protection.trial(body) : shop.protection.put(body));
    }
    case "GET preview":
      return json(200, shop.preview());
    case "GET exceptions":
      return page(shop.exceptions(), url);
    case "DELETE exceptions":
      shop.removeException(subId);
      return json(204);
  }
  return problem(404, "Not found");
}

function networks(list, accept) {
  if (!list) return problem(404, "No such network list");
  const csv = accept.includes("csv");
  const lines = csv ? ["network", ...list.networks] : list.networks;
  return {
    status: 200,
    headers: { "content-type": csv ? "text/csv" : "text/plain" },
    body: lines.map((line) => line + (csv ? "\r\n" : "\n")).join(""),
  };
}

function thirdParty(parties, { method, url, body, id, sub, subId }) {
  if (!id) {
    if (method === "GET") return page(parties.list(), url);
    const made = parties.add(body);
    return made
      ? json(201, made)
      : problem(400, "Bad Request", "url: give a whole URL, with https:// in front.");
  }
  const party = parties.find(id);
  if (!party) return problem(404, "No such third-party API");
  switch (`${method} ${sub ?? ""}`) {
    case "GET ":
      return json(200, party);
    case "PATCH ":
      return json(200, parties.change(id, body));
    case "DELETE ":
      parties.remove(id);
      return json(204);
    case "POST assessments":
      if (subId) return json(200, parties.cancel(id));
      return party.open ? problem(409, "Conflict", "One runs already.") : json(202, parties.start(id));
    case "GET assessments": {
      if (!subId) return page(parties.assessments(id), url);
      const detail = parties.detail(id, subId);
      return detail ? json(200, detail) : problem(404, "No such assessment");
    }
    case "GET changes": {
      const changes = parties.changes(id, url.searchParams.get("to"));
      return changes ? json(200, changes) : problem(404, "There are no two completed assessments.");
    }
    case "GET availability":
      return json(200, parties.availability(id));
  }
  return problem(404, "Not found");
}
