//! Traffic of a made-up API of 300 operations, as JSON lines: seeded, of any length, with new ids all the time.
//!
//! Each exchange is a function of seed and number alone, so that any part of the traffic can be made anywhere.

use std::fmt::Write as _;

/// How the ids of a resource are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// Decimal digits.
    Int,
    /// RFC 9562 text form.
    Uuid,
    /// Words and a number, joined by hyphens.
    Slug,
    /// Small letters only, as names of accounts are.
    Name,
}

/// A collection, the spelling of its ids, a name beside its items, a collection below each item and its ids.
type Resource = (&'static str, Ids, &'static str, &'static str, Ids);

const RESOURCES: [Resource; 25] = [
    ("orders", Ids::Uuid, "search", "lines", Ids::Int),
    ("invoices", Ids::Int, "export", "payments", Ids::Uuid),
    ("users", Ids::Name, "search", "addresses", Ids::Int),
    ("products", Ids::Slug, "featured", "reviews", Ids::Int),
    ("teams", Ids::Name, "recent", "members", Ids::Name),
    ("projects", Ids::Slug, "search", "tasks", Ids::Int),
    ("carts", Ids::Uuid, "abandoned", "items", Ids::Uuid),
    ("shipments", Ids::Uuid, "late", "events", Ids::Int),
    ("warehouses", Ids::Int, "search", "bins", Ids::Int),
    ("suppliers", Ids::Int, "preferred", "contacts", Ids::Uuid),
    ("categories", Ids::Slug, "popular", "attributes", Ids::Int),
    ("coupons", Ids::Int, "active", "uses", Ids::Uuid),
    ("tickets", Ids::Int, "search", "comments", Ids::Int),
    ("articles", Ids::Slug, "recent", "revisions", Ids::Int),
    ("channels", Ids::Name, "search", "messages", Ids::Uuid),
    ("devices", Ids::Uuid, "offline", "readings", Ids::Int),
    ("sensors", Ids::Uuid, "search", "alarms", Ids::Uuid),
    ("vehicles", Ids::Int, "nearby", "trips", Ids::Uuid),
    ("drivers", Ids::Name, "available", "shifts", Ids::Int),
    ("routes", Ids::Int, "search", "stops", Ids::Int),
    ("customers", Ids::Uuid, "search", "notes", Ids::Int),
    ("contracts", Ids::Uuid, "expiring", "clauses", Ids::Int),
    ("campaigns", Ids::Slug, "running", "banners", Ids::Uuid),
    ("reports", Ids::Int, "latest", "pages", Ids::Int),
    ("webhooks", Ids::Uuid, "failing", "deliveries", Ids::Uuid),
];

/// What can be done with each resource.
const ACTIONS: usize = 12;
/// Operations of the API.
pub(crate) const OPERATIONS: usize = RESOURCES.len() * ACTIONS;
/// Items there are of each kind.
const UNIVERSE: u64 = 8_000_000;

const WORDS: [&str; 32] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty", "knoll", "larch",
    "maple", "north", "ocean", "prism", "quartz", "river", "slate", "thorn", "umbra", "vista", "willow", "yarrow",
    "basin", "copper", "dune", "flint", "garnet", "hazel", "ivory", "juniper",
];

/// SplitMix64: small, quick, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn word(&mut self) -> &'static str {
        pick(&WORDS, self.next())
    }
}

fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

fn pick(words: &[&'static str], number: u64) -> &'static str {
    words.get((number % words.len().max(1) as u64) as usize).copied().unwrap_or_default()
}

/// How a body stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As a JSON value.
    Json,
    /// As a text.
    Text,
}

impl Form {
    /// The form of a word of the command line.
    pub(crate) fn of(word: &str) -> Option<Form> {
        match word {
            "json" => Some(Form::Json),
            "text" => Some(Form::Text),
            _ => None,
        }
    }
}

/// The generator.
pub(crate) struct Generator {
    seed: u64,
    form: Form,
    body: String,
}

/// One call, before it is written.
struct Call {
    method: &'static str,
    path: String,
    query: String,
    status: u16,
}

impl Generator {
    pub(crate) fn new(seed: u64, form: Form) -> Self {
        Generator { seed, form, body: String::new() }
    }

    /// The method and template of an operation.
    pub(crate) fn operation(number: usize) -> (&'static str, String) {
        let (name, _, beside, below, _) = RESOURCES.get(number / ACTIONS).copied().unwrap_or(RESOURCES[0]);
        let (method, end) = match number % ACTIONS {
            0 => ("GET", String::new()),
            1 => ("POST", String::new()),
            2 => ("GET", "/{id}".to_owned()),
            3 => ("PUT", "/{id}".to_owned()),
            4 => ("PATCH", "/{id}".to_owned()),
            5 => ("DELETE", "/{id}".to_owned()),
            6 => ("GET", format!("/{beside}")),
            7 => ("GET", format!("/{{id}}/{below}")),
            8 => ("POST", format!("/{{id}}/{below}")),
            9 => ("GET", format!("/{{id}}/{below}/{{below}}")),
            10 => ("DELETE", format!("/{{id}}/{below}/{{below}}")),
            _ => ("POST", "/{id}/archive".to_owned()),
        };
        (method, format!("/api/v1/{name}{end}"))
    }

    /// Writes one exchange as one line, with its end.
    pub(crate) fn line(&mut self, number: u64, line: &mut String) {
        let mut random = Random(mix(self.seed ^ mix(number)));
        let index = random.below(OPERATIONS as u64);
        let resource = index / ACTIONS as u64;
        let action = index % ACTIONS as u64;
        let (name, ids, beside, below, below_ids) = RESOURCES.get(resource as usize).copied().unwrap_or(RESOURCES[0]);
        // Every other exchange is about something new.
        let item = if random.once_in(2) { random.below(number + 1) } else { number };
        let inner = random.below(UNIVERSE);
        let mut call = Call { method: "GET", path: format!("/api/v1/{name}"), query: String::new(), status: 200 };
        if matches!(action, 2..=5 | 7..) {
            call.path.push('/');
            id(ids, resource, item, &mut call.path);
        }
        match action {
            6 => {
                let _ = write!(call.path, "/{beside}");
            }
            7..=10 => {
                let _ = write!(call.path, "/{below}");
            }
            11 => call.path.push_str("/archive"),
            _ => {}
        }
        if matches!(action, 9 | 10) {
            call.path.push('/');
            id(below_ids, resource + 100, inner, &mut call.path);
        }
        (call.method, call.status) = match action {
            1 | 8 => ("POST", 201),
            11 => ("POST", 202),
            3 => ("PUT", 200),
            4 => ("PATCH", 200),
            5 | 10 => ("DELETE", 204),
            _ => ("GET", 200),
        };
        if matches!(action, 0 | 6 | 7) {
            let _ = write!(call.query, "limit={}&page={}", 10 * (1 + random.below(5)), 1 + random.below(400));
            if random.once_in(3) {
                call.query.push_str("&sort=created_at");
            }
        }
        let caller = random.below(2000);
        let known = !random.once_in(100);
        if !known {
            call.status = 401;
        } else if random.once_in(25) {
            call.status = if matches!(action, 1 | 3 | 4 | 8) { 422 } else { 404 };
        }
        self.write_head(&mut random, number, &call, caller, line);
        self.write_headers(&mut random, known.then_some(caller), line);
        let sent = matches!(action, 1 | 3 | 4 | 8 | 11);
        if sent {
            line.push_str(",[\"content-type\",\"application/json\"]");
        }
        line.push_str("],\"body\":");
        self.body.clear();
        match action {
            1 | 3 => thing(&mut random, resource, None, true, &mut self.body),
            4 => {
                let _ = write!(self.body, "{{\"status\":\"{}\"}}", status(&mut random));
            }
            8 => detail(&mut random, resource, None, &mut self.body),
            11 => {
                let _ = write!(self.body, "{{\"reason\":\"{}\"}}", pick(&REASONS, random.next()));
            }
            _ => {}
        }
        self.write_body(line);
        let _ = write!(
            line,
            ",\"response\":{{\"status\":{},\"message\":{{\"headers\":[[\"cache-control\",\"no-store\"],[\"x-request-id\",\"",
            call.status
        );
        uuid(random.next(), random.next(), line);
        line.push_str("\"]");
        self.body.clear();
        match (call.status, action) {
            (204, _) => {}
            (400.., _) => {
                let code = match call.status {
                    401 => "unauthorized",
                    404 => "not_found",
                    _ => "invalid",
                };
                let _ = write!(self.body, "{{\"error\":{{\"code\":\"{code}\",\"message\":\"");
                sentence(&mut random, 6, &mut self.body);
                self.body.push_str("\"}}");
            }
            (_, 0 | 6) => {
                self.body.push_str("{\"items\":[");
                for place in 0..3 {
                    if place > 0 {
                        self.body.push(',');
                    }
                    let other = random.below(UNIVERSE);
                    thing(&mut random, resource, Some((ids, other)), false, &mut self.body);
                }
                let _ = write!(self.body, "],\"total\":{}}}", random.below(100_000));
            }
            (_, 7) => {
                self.body.push('[');
                for place in 0..3 {
                    if place > 0 {
                        self.body.push(',');
                    }
                    let other = random.below(UNIVERSE);
                    detail(&mut random, resource, Some((below_ids, other)), &mut self.body);
                }
                self.body.push(']');
            }
            (_, 8) => detail(&mut random, resource, Some((below_ids, inner)), &mut self.body),
            (_, 9) => detail(&mut random, resource, Some((below_ids, inner)), &mut self.body),
            (_, 11) => {
                self.body.push_str("{\"state\":\"archived\",\"job\":\"");
                uuid(random.next(), random.next(), &mut self.body);
                self.body.push_str("\"}");
            }
            _ => thing(&mut random, resource, Some((ids, item)), true, &mut self.body),
        }
        if !self.body.is_empty() {
            line.push_str(",[\"content-type\",\"application/json; charset=utf-8\"]");
        }
        line.push_str("],\"body\":");
        self.write_body(line);
        line.push_str("}}\n");
    }

    fn write_head(&self, random: &mut Random, number: u64, call: &Call, caller: u64, line: &mut String) {
        line.push_str("{\"v\":1,\"id\":\"");
        uuid(mix(number ^ self.seed), mix(number), line);
        // One exchange every 20 ms, from the first of November 2026 on.
        let time = 1_793_491_200_000_000 + number * 20_000;
        let _ = write!(
            line,
            "\",\"time\":{time},\"duration\":{},\"source\":\"json-lines\",\"client\":\"10.{}.{}.{}\",\"scheme\":\"https\",\
             \"host\":\"api.example.org\",\"method\":\"{}\",\"path\":\"{}\"",
            900 + random.below(90_000),
            caller / 200,
            caller % 200,
            1 + caller % 7,
            call.method,
            call.path,
        );
        if !call.query.is_empty() {
            let _ = write!(line, ",\"query\":\"{}\"", call.query);
        }
    }

    fn write_headers(&self, random: &mut Random, caller: Option<u64>, line: &mut String) {
        line.push_str(",\"request\":{\"headers\":[[\"accept\",\"application/json\"],[\"accept-language\",\"en\"],[\"user-agent\",\"");
        line.push_str(pick(&AGENTS, random.next()));
        line.push_str("\"]");
        if let Some(caller) = caller {
            let _ = write!(line, ",[\"authorization\",\"Bearer {:016x}{:016x}\"]", mix(caller), mix(!caller));
        }
    }

    fn write_body(&self, line: &mut String) {
        if self.body.is_empty() {
            line.push_str("\"empty\"}");
            return;
        }
        match self.form {
            Form::Json => {
                let _ = write!(line, "{{\"json\":{}}}}}", self.body);
            }
            Form::Text => {
                line.push_str("{\"text\":{\"text\":\"");
                for character in self.body.chars() {
                    if matches!(character, '"' | '\\') {
                        line.push('\\');
                    }
                    line.push(character);
                }
                line.push_str("\",\"truncated\":false}}}");
            }
        }
    }
}

const AGENTS: [&str; 4] =
    ["shop-app/7.3 (Android 15)", "shop-app/7.2 (iOS 19.1)", "Mozilla/5.0 (X11; Linux x86_64)", "partner-sync/1.4"];
const REASONS: [&str; 3] = ["expired", "duplicate", "requested"];
const STATES: [&str; 5] = ["draft", "open", "paid", "closed", "cancelled"];
const CITIES: [&str; 6] = ["Lisbon", "Oslo", "Turin", "Graz", "Gdansk", "Cork"];

fn status(random: &mut Random) -> &'static str {
    pick(&STATES, random.next())
}

fn id(ids: Ids, resource: u64, number: u64, out: &mut String) {
    // Formatting into a String cannot fail.
    match ids {
        Ids::Int => {
            let _ = write!(out, "{}", (resource + 1) * 10_000_000 + number);
        }
        Ids::Uuid => uuid(mix(resource ^ mix(number)), mix(number ^ mix(resource + 7)), out),
        Ids::Slug => {
            let mixed = mix(number ^ resource);
            let _ = write!(out, "{}-{}-{number}", pick(&WORDS, mixed), pick(&WORDS, mixed >> 16));
        }
        Ids::Name => {
            // Seventy syllables; the factor shares no divisor with their power, so no name comes twice.
            let mut rest = (number * 7_368_787 + resource * 1_299_709) % (70 * 70 * 70 * 70);
            for _ in 0..4 {
                let syllable = (rest % 70) as usize;
                rest /= 70;
                out.extend("bcdfghjklmnprs".chars().nth(syllable / 5));
                out.extend("aeiou".chars().nth(syllable % 5));
            }
        }
    }
}

fn uuid(high: u64, low: u64, out: &mut String) {
    let _ = write!(
        out,
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    );
}

fn sentence(random: &mut Random, words: usize, out: &mut String) {
    for place in 0..words {
        if place > 0 {
            out.push(' ');
        }
        out.push_str(random.word());
    }
}

fn time(random: &mut Random, out: &mut String) {
    let _ = write!(
        out,
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60),
        random.below(60)
    );
}

/// Writes an item of a collection; which members it has depends on the resource.
fn thing(random: &mut Random, resource: u64, known: Option<(Ids, u64)>, full: bool, out: &mut String) {
    out.push('{');
    if let Some((ids, number)) = known {
        let name = match ids {
            Ids::Int | Ids::Uuid => "id",
            Ids::Slug => "slug",
            Ids::Name => "username",
        };
        let _ = write!(out, "\"{name}\":");
        let quote = if ids == Ids::Int { "" } else { "\"" };
        out.push_str(quote);
        id(ids, resource, number, out);
        out.push_str(quote);
        out.push_str(",\"created_at\":\"");
        time(random, out);
        out.push_str("\",");
    }
    out.push_str("\"title\":\"");
    sentence(random, 3, out);
    let _ =
        write!(out, "\",\"status\":\"{}\",\"total\":{}.{:02}", status(random), random.below(900), random.below(100));
    if resource.is_multiple_of(2) {
        let _ = write!(out, ",\"quantity\":{},\"active\":{}", random.below(50), random.once_in(2));
    }
    if resource.is_multiple_of(3) {
        let mail = random.below(UNIVERSE);
        let _ = write!(out, ",\"contact\":{{\"email\":\"u{mail}@example.org\",\"city\":\"{}\"}}", pick(&CITIES, mail));
    }
    if full {
        out.push_str(",\"owner_id\":\"");
        uuid(random.next(), random.next(), out);
        out.push('"');
        if random.once_in(2) {
            out.push_str(",\"note\":null");
        } else {
            out.push_str(",\"note\":\"");
            sentence(random, 12, out);
            out.push('"');
        }
        let _ = write!(out, ",\"tags\":[\"{}\",\"{}\"]", random.word(), random.word());
        out.push_str(",\"address\":{\"street\":\"");
        sentence(random, 2, out);
        let _ = write!(
            out,
            " {}\",\"zip\":\"{:05}\",\"city\":\"{}\"}}",
            random.below(99),
            random.below(99_999),
            pick(&CITIES, random.next())
        );
    }
    out.push('}');
}

/// Writes an item of a collection below an item.
fn detail(random: &mut Random, resource: u64, known: Option<(Ids, u64)>, out: &mut String) {
    out.push('{');
    if let Some((ids, number)) = known {
        let name = if ids == Ids::Name { "username" } else { "id" };
        let quote = if ids == Ids::Int { "" } else { "\"" };
        let _ = write!(out, "\"{name}\":{quote}");
        id(ids, resource + 100, number, out);
        out.push_str(quote);
        out.push_str(",\"at\":\"");
        time(random, out);
        out.push_str("\",");
    }
    let _ = write!(out, "\"amount\":{},\"text\":\"", random.below(10_000));
    sentence(random, 9, out);
    let _ = write!(out, "\",\"kind\":\"{}\"", pick(&REASONS, random.next()));
    if resource.is_multiple_of(2) {
        out.push_str(",\"reference\":\"");
        uuid(random.next(), random.next(), out);
        out.push('"');
    }
    out.push('}');
}
