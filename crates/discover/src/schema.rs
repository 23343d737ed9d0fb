//! From sketches to JSON Schema, as strict as the evidence bears and no stricter.

use crate::induce::Variable;
use crate::inventory::{Direction, OpenApiVersion};
use crate::sketch::Sketch;
use crate::variants;
use palisade_exchange::Format;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How much must be seen before a constraint is written rather than only remembered.
pub(crate) struct Support {
    /// Objects before a member that was always there is required.
    pub(crate) required: u64,
    /// Strings before few distinct words are an enumeration, and how often each on average.
    pub(crate) enumeration: (u64, u64),
    /// Strings before a shared format is written.
    pub(crate) format: u64,
    /// Integers before a number is an integer.
    pub(crate) integer: u64,
}

impl Support {
    pub(crate) fn of(direction: Direction) -> Support {
        match direction {
            // A request constraint can turn an honest caller away: it takes more. Of six equally likely words one is still
            // unseen after 30 in one case of 40, after 75 in one of 100,000.
            Direction::Request => Support { required: 20, enumeration: (30, 15), format: 2, integer: 3 },
            // Here it is a false alarm at most: six of each word leave one unseen in one case of 400.
            Direction::Response => Support { required: 10, enumeration: (16, 6), format: 1, integer: 1 },
        }
    }
}

/// Strings from which on few distinct words are said to be candidates of an enumeration, and how often each on average.
const CANDIDATE: (u64, u64) = (8, 2);

/// Schemas that several places share, by name.
pub(crate) struct Components {
    pub(crate) version: OpenApiVersion,
    /// Whether schemas say what was seen.
    observed: bool,
    groups: Vec<Entity>,
    by_members: BTreeMap<(Direction, String), Vec<usize>>,
}

/// Objects with the same members, seen at several places.
struct Entity {
    sketch: Sketch,
    direction: Direction,
    name: String,
    uses: usize,
    /// A root or an item of a list: worth a name even when it is used once.
    named: bool,
    /// Names of the schemas of its kinds.
    kinds: Vec<String>,
}

/// Schemas deeper than this are left open.
const MAX_DEPTH: usize = 32;

/// The names of the members as one text.
pub(crate) fn members(sketch: &Sketch) -> String {
    let mut names: Vec<&str> = sketch.members.iter().map(|((_, name), _)| &**name).collect();
    names.sort_unstable();
    names.join("\u{0}")
}

/// Whether it is an object with members of its own, rather than a map.
pub(crate) fn object(sketch: &Sketch) -> bool {
    sketch.object > 0 && sketch.object == sketch.present() && sketch.members.len() >= 2 && !map(sketch)
}

/// Keys of a map: many, seldom together, all of one type.
fn map(sketch: &Sketch) -> bool {
    if sketch.is_map() {
        return true;
    }
    let count = sketch.members.len() as u64;
    let code = |name: &str| (2..=3).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase());
    let first = sketch.members.iter().next().map(|(_, member)| types(member));
    if sketch.members.iter().any(|(_, member)| Some(types(member)) != first) {
        return false;
    }
    // Keys that are codes of countries or currencies.
    if count >= 3 && sketch.members.iter().all(|((_, name), _)| code(name)) {
        return true;
    }
    if count < 10 {
        return false;
    }
    let together: u64 = sketch.members.iter().map(|(_, member)| member.seen).sum();
    together * 5 < count * sketch.object * 2
}

/// The types seen, null aside.
pub(crate) fn types(sketch: &Sketch) -> Vec<&'static str> {
    let mut types = Vec::new();
    let counts = [
        (sketch.boolean, "boolean"),
        (if sketch.number > 0 { 0 } else { sketch.integer }, "integer"),
        (sketch.number, "number"),
        (sketch.text, "string"),
        (sketch.array, "array"),
        (sketch.object, "object"),
    ];
    types.extend(counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, word)| word));
    types
}

/// Whether two objects may be of one kind: what both have is of the same types, and so is what stands in it.
fn compatible(one: &Sketch, two: &Sketch) -> bool {
    one.members.iter().all(|(name, mine)| two.members.get(name).is_none_or(|theirs| one_kind(mine, theirs, 0)))
}

fn one_kind(one: &Sketch, two: &Sketch, depth: usize) -> bool {
    let plain = |sketch: &Sketch| -> Vec<&str> {
        types(sketch).into_iter().map(|word| if word == "integer" { "number" } else { word }).collect()
    };
    let (mine, theirs) = (plain(one), plain(two));
    if mine.is_empty() || theirs.is_empty() || depth > MAX_DEPTH {
        return true;
    }
    let pairs = [(&one.items, &two.items), (&one.keyed, &two.keyed)];
    mine == theirs
        && members_alike(one, two, depth)
        && pairs.into_iter().all(|pair| match pair {
            (Some(one), Some(two)) => one_kind(one, two, depth + 1),
            _ => true,
        })
}

/// Whether most members of two objects are the same: pages of orders and of products are two kinds of pages.
fn members_alike(one: &Sketch, two: &Sketch, depth: usize) -> bool {
    if one.members.is_empty() || two.members.is_empty() || map(one) || map(two) {
        return true;
    }
    let mut both = 0;
    for (name, mine) in one.members.iter() {
        if let Some(theirs) = two.members.get(name) {
            if !one_kind(mine, theirs, depth + 1) {
                return false;
            }
            both += 1;
        }
    }
    both * 2 >= one.members.len().max(two.members.len())
}

impl Components {
    pub(crate) fn new(version: OpenApiVersion, observed: bool) -> Self {
        Components { version, observed, groups: Vec::new(), by_members: BTreeMap::new() }
    }

    /// Learns the objects in a body, so that places with the same members share one schema.
    pub(crate) fn gather(&mut self, sketch: &Sketch, direction: Direction, name: &str) {
        self.gather_below(sketch, direction, name, true, &mut Vec::new(), 0);
    }

    /// `within`: the members of the objects on the way.
    fn gather_below(
        &mut self,
        sketch: &Sketch,
        direction: Direction,
        name: &str,
        named: bool,
        within: &mut Vec<String>,
        depth: usize,
    ) {
        if depth > MAX_DEPTH {
            return;
        }
        let entered = object(sketch);
        if entered {
            let key = members(sketch);
            self.enter(sketch, direction, name, named, within.contains(&key));
            within.push(key);
        }
        for ((_, member), below) in sketch.members.iter() {
            let one = crate::naming::pascal(&crate::naming::singular(member));
            let one = if crate::naming::wrapper(member) || one.is_empty() {
                name.trim_end_matches("List").to_owned()
            } else {
                one
            };
            self.gather_below(below, direction, &one, false, within, depth + 1);
        }
        if let Some(items) = &sketch.items {
            self.gather_below(items, direction, name.trim_end_matches("List"), true, within, depth + 1);
        }
        if let Some(keyed) = &sketch.keyed {
            self.gather_below(keyed, direction, name, false, within, depth + 1);
        }
        if entered {
            within.pop();
        }
    }

    /// `inside`: it stands in an object of its own kind, which has its name from outside.
    fn enter(&mut self, sketch: &Sketch, direction: Direction, name: &str, named: bool, inside: bool) {
        // That null stands at a place is said there.
        let bare = Sketch { seen: sketch.present(), null: 0, ..sketch.clone() };
        let slots = self.by_members.entry((direction, members(sketch))).or_default();
        for index in slots.iter() {
            if let Some(entity) = self.groups.get_mut(*index)
                && compatible(&entity.sketch, sketch)
            {
                entity.sketch.merge(bare);
                entity.uses += 1;
                entity.named |= named;
                // The shortest name is the plainest: `User` rather than `UserUpdate`.
                if !inside && (name.len(), name) < (entity.name.len(), &entity.name) {
                    entity.name = name.to_owned();
                }
                return;
            }
        }
        slots.push(self.groups.len());
        self.groups.push(Entity { sketch: bare, direction, name: name.to_owned(), uses: 1, named, kinds: Vec::new() });
    }

    /// Gives every shared schema a name of its own.
    pub(crate) fn settle(&mut self) {
        let mut taken: Vec<String> = Vec::new();
        for entity in &mut self.groups {
            let support = Support::of(entity.direction).enumeration;
            let told = variants::told(&entity.sketch, support.0, support.1);
            if entity.named || entity.uses > 1 || told.is_some() {
                let base = if entity.name.is_empty() { "Object" } else { entity.name.as_str() };
                entity.name = crate::naming::unique(&taken, base);
                taken.push(entity.name.clone());
                for kind in told.into_iter().flat_map(|(_, kinds)| kinds) {
                    let name = crate::naming::pascal(&format!("{} {}", kind.word, entity.name));
                    let name = crate::naming::unique(&taken, if name.is_empty() { "Kind" } else { &name });
                    taken.push(name.clone());
                    entity.kinds.push(name);
                }
            } else {
                entity.name.clear();
            }
        }
    }

    /// All shared schemas.
    pub(crate) fn schemas(&self) -> Map<String, Value> {
        let mut all: BTreeMap<String, Value> = BTreeMap::new();
        for entity in self.groups.iter().filter(|entity| !entity.name.is_empty()) {
            match self.kinds(entity) {
                Some((schema, kinds)) => {
                    all.insert(entity.name.clone(), schema);
                    all.extend(kinds);
                }
                None => {
                    all.insert(entity.name.clone(), self.inline(&entity.sketch, entity.direction, 0));
                }
            }
        }
        all.into_iter().collect()
    }

    /// The schema of an entity of several kinds, and the schemas of the kinds.
    fn kinds(&self, entity: &Entity) -> Option<(Value, Vec<(String, Value)>)> {
        let support = Support::of(entity.direction);
        let (member, told) = variants::told(&entity.sketch, support.enumeration.0, support.enumeration.1)?;
        let mut mapping = Map::new();
        let mut schemas = Vec::new();
        for (told, name) in told.iter().zip(&entity.kinds) {
            let mut properties = Map::new();
            for (property, sketch, _) in &told.members {
                let schema = if *property == member {
                    json!({"type": "string", "enum": [told.word]})
                } else {
                    self.schema(sketch, entity.direction, 1)
                };
                properties.insert((*property).to_owned(), schema);
            }
            let enough = told.count >= support.required;
            let required = told.members.iter().filter(|(name, _, always)| *name == member || *always && enough);
            let required: Vec<&str> = required.map(|(name, ..)| *name).collect();
            schemas.push((name.clone(), json!({"type": "object", "required": required, "properties": properties})));
            mapping.insert(told.word.to_owned(), json!(reference(name)));
        }
        let any: Vec<Value> = schemas.iter().map(|(name, _)| json!({"$ref": reference(name)})).collect();
        let discriminator = json!({"propertyName": member, "mapping": mapping});
        Some((json!({"oneOf": any, "discriminator": discriminator}), schemas))
    }

    /// The schema of one place: a reference where it is shared.
    pub(crate) fn schema(&self, sketch: &Sketch, direction: Direction, depth: usize) -> Value {
        if object(sketch)
            && let Some(slots) = self.by_members.get(&(direction, members(sketch)))
            && let Some(entity) = slots
                .iter()
                .filter_map(|index| self.groups.get(*index))
                .find(|entity| !entity.name.is_empty() && compatible(&entity.sketch, sketch))
        {
            let reference = json!({"$ref": reference(&entity.name)});
            return match (sketch.null > 0, self.version) {
                (false, _) => reference,
                (true, OpenApiVersion::V31) => json!({"anyOf": [reference, {"type": "null"}]}),
                (true, OpenApiVersion::V30) => json!({"nullable": true, "allOf": [reference]}),
            };
        }
        self.inline(sketch, direction, depth)
    }

    fn inline(&self, sketch: &Sketch, direction: Direction, depth: usize) -> Value {
        let mut schema = self.described(sketch, direction, depth);
        if let (Some(mut seen), Some(schema)) = (self.seen(sketch), schema.as_object_mut()) {
            // Words that may become an enumeration.
            if let (Some(words), Some(seen)) = (sketch.enumeration(CANDIDATE.0, CANDIDATE.1), seen.as_object_mut())
                && words.len() >= 2
                && !schema.contains_key("enum")
                && sketch.formats.is_empty()
            {
                seen.insert("words".to_owned(), json!(words));
            }
            schema.insert("x-palisade".to_owned(), seen);
        }
        schema
    }

    /// What was seen, where it is to be said.
    pub(crate) fn seen(&self, sketch: &Sketch) -> Option<Value> {
        if self.observed { observed(sketch) } else { None }
    }

    /// What was seen of a variable segment, where it is to be said.
    pub(crate) fn seen_in_path(&self, variable: &Variable, kind: &str) -> Option<Value> {
        let longest = if kind == "integer" { "digits" } else { "longest" };
        let private = ["email", "ip", "token"].iter().any(|class| variable.classes.contains_key(*class));
        (self.observed && variable.longest > 0 && !private)
            .then(|| json!({"values": variable.through, longest: variable.longest}))
    }

    fn described(&self, sketch: &Sketch, direction: Direction, depth: usize) -> Value {
        let support = Support::of(direction);
        let kinds = types(sketch);
        if kinds.is_empty() || depth > MAX_DEPTH {
            return json!({});
        }
        let null = sketch.null > 0;
        if self.version == OpenApiVersion::V30 && kinds.len() > 1 {
            let any: Vec<Value> = kinds.iter().map(|kind| self.one(sketch, kind, direction, &support, depth)).collect();
            let mut schema = Map::new();
            if null {
                schema.insert("nullable".to_owned(), json!(true));
            }
            schema.insert("anyOf".to_owned(), json!(any));
            return Value::Object(schema);
        }
        let mut schema = Map::new();
        for kind in &kinds {
            if let Value::Object(one) = self.one(sketch, kind, direction, &support, depth) {
                schema.extend(one.into_iter().filter(|(key, _)| key != "type"));
            }
        }
        let mut words: Vec<&str> = kinds
            .iter()
            .map(|kind| if *kind == "integer" && sketch.integer < support.integer { "number" } else { *kind })
            .collect();
        if null && self.version == OpenApiVersion::V31 {
            words.push("null");
        }
        let kind = match words.as_slice() {
            [one] => json!(one),
            many => json!(many),
        };
        let mut ordered = Map::new();
        ordered.insert("type".to_owned(), kind);
        if null && self.version == OpenApiVersion::V30 {
            ordered.insert("nullable".to_owned(), json!(true));
        }
        if let Some(Value::Array(words)) = schema.get_mut("enum")
            && null
        {
            words.push(Value::Null);
        }
        ordered.extend(schema);
        Value::Object(ordered)
    }

    fn one(&self, sketch: &Sketch, kind: &str, direction: Direction, support: &Support, depth: usize) -> Value {
        let mut schema = Map::new();
        schema.insert(
            "type".to_owned(),
            json!(if kind == "integer" && sketch.integer < support.integer { "number" } else { kind }),
        );
        match kind {
            "integer" | "number" => {
                if kind == "integer" && sketch.digits > 9 {
                    schema.insert("format".to_owned(), json!("int64"));
                }
                if sketch.never_below_zero() {
                    schema.insert("minimum".to_owned(), json!(0));
                }
            }
            "string" => {
                if let Some(format) = format(sketch, support.format) {
                    schema.insert("format".to_owned(), json!(format.as_str()));
                } else if let Some(words) = sketch.enumeration(support.enumeration.0, support.enumeration.1)
                    && words.len() >= 2
                    && types(sketch).len() == 1
                {
                    schema.insert("enum".to_owned(), json!(words));
                }
            }
            "array" => {
                let items = sketch.items.as_ref().map_or(json!({}), |items| self.schema(items, direction, depth + 1));
                schema.insert("items".to_owned(), items);
            }
            "object" => self.object(sketch, direction, support, depth, &mut schema),
            _ => {}
        }
        Value::Object(schema)
    }

    fn object(
        &self,
        sketch: &Sketch,
        direction: Direction,
        support: &Support,
        depth: usize,
        schema: &mut Map<String, Value>,
    ) {
        if map(sketch) {
            let mut merged = sketch.keyed.as_deref().cloned().unwrap_or_default();
            for (_, member) in sketch.members.iter() {
                merged.merge(member.clone());
            }
            schema.insert("additionalProperties".to_owned(), self.schema(&merged, direction, depth + 1));
            return;
        }
        let mut named: Vec<(&str, &Sketch)> =
            sketch.members.iter().map(|((_, name), member)| (&**name, member)).collect();
        named.sort_by_key(|(name, _)| *name);
        if named.is_empty() {
            return;
        }
        let required: Vec<&str> = named
            .iter()
            .filter(|(_, member)| sketch.object >= support.required && member.seen >= sketch.object)
            .map(|(name, _)| *name)
            .collect();
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        let properties: Map<String, Value> = named
            .into_iter()
            .map(|(name, member)| (name.to_owned(), self.schema(member, direction, depth + 1)))
            .collect();
        schema.insert("properties".to_owned(), Value::Object(properties));
    }
}

fn reference(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// How many values were seen and how large they were: counts and lengths, numbers by their digits. Nothing of fields in
/// which sensitive data was seen.
fn observed(sketch: &Sketch) -> Option<Value> {
    if !sketch.sensitive.is_empty() {
        return None;
    }
    let mut seen = Map::new();
    // Where several types were seen, what is said of each holds for at least so many.
    let kinds = [sketch.text, sketch.integer + sketch.number, sketch.array];
    let values = kinds.into_iter().filter(|count| *count > 0).min()?;
    if let Some((shortest, longest)) = sketch.length {
        seen.insert("shortest".to_owned(), json!(shortest));
        seen.insert("longest".to_owned(), json!(longest));
    }
    if sketch.integer + sketch.number > 0 {
        seen.insert("digits".to_owned(), json!(sketch.digits));
        seen.insert("negative".to_owned(), json!(sketch.negative));
    }
    if let Some((fewest, most)) = sketch.counts {
        seen.insert("fewest".to_owned(), json!(fewest));
        seen.insert("most".to_owned(), json!(most));
    }
    let mut all = Map::from_iter([("values".to_owned(), json!(values))]);
    all.extend(seen);
    Some(Value::Object(all))
}

/// The format all strings share, from `least` strings on.
pub(crate) fn format(sketch: &Sketch, least: u64) -> Option<Format> {
    let (format, count) = sketch.formats.iter().next()?;
    (sketch.formats.len() == 1 && *count == sketch.text && *count >= least).then_some(*format)
}

/// Type and format of a variable segment.
pub(crate) fn path_type(variable: &Variable) -> (&'static str, Option<&'static str>) {
    let few = variable.distinct.estimate() < 3;
    match variable.classes.keys().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["int"] if !few => ("integer", None),
        ["uuid"] => ("string", Some("uuid")),
        ["date"] if !few => ("string", Some("date")),
        ["date-time"] if !few => ("string", Some("date-time")),
        ["email"] => ("string", Some("email")),
        _ => ("string", None),
    }
}

/// Type and format of a query or header parameter: a type narrower than string takes a few values.
pub(crate) fn parameter_type(sketch: &Sketch) -> (&'static str, Option<&'static str>) {
    let enough = sketch.present() >= 5;
    match types(sketch).as_slice() {
        ["integer"] if enough => ("integer", None),
        ["number"] if enough => ("number", None),
        ["boolean"] if enough => ("boolean", None),
        ["string"] if enough => ("string", format(sketch, 5).map(Format::as_str)),
        _ => ("string", None),
    }
}
