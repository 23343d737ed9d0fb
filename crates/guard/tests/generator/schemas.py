"""Values of a schema, and a judgement of their own: nothing here is shared with the code under test."""

import base64
import copy
import ipaddress
import json
import random
import re
import warnings

try:
    import re._parser as sre
except ImportError:  # Python before 3.11
    import sre_parse as sre

warnings.simplefilter("ignore")

DEPTH = 6


class Unsatisfiable(Exception):
    """No value was found."""


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def whole(value):
    return number(value) and float(value).is_integer()


TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": whole,
    "number": number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}

DATE = re.compile(r"^(\d{4})-(\d\d)-(\d\d)$", re.ASCII)


def is_date(text):
    found = DATE.match(text)
    if not found:
        return False
    year, month, day = (int(part) for part in found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return 1 <= month <= 12 and 1 <= day <= days[month - 1]


def is_date_time(text):
    found = re.match(r"^(\S{10})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$", text, re.ASCII)
    return bool(found) and is_date(found.group(1))


def is_ip(version):
    def holds(text):
        try:
            return ipaddress.ip_address(text).version == version and "%" not in text
        except ValueError:
            return False

    return holds


FORMATS = {
    "date": is_date,
    "date-time": is_date_time,
    "uuid": lambda text: bool(re.match(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", text)),
    "ipv4": is_ip(4),
    "ipv6": is_ip(6),
    "email": lambda text: bool(re.match(r"^[a-z0-9]+(\.[a-z0-9]+)*@[a-z0-9]+(\.[a-z0-9]+)+$", text)),
}


def search(pattern, text):
    """Whether a pattern of a contract is found; `None` where Python reads it differently or not at all."""
    if re.search(r"\\[pPZzAdDsSwWbB]", pattern):
        text_is_plain = text.isascii()
        if re.search(r"\\[pPZzA]", pattern) or not text_is_plain:
            return None
    try:
        return re.search(pattern.replace("\\/", "/"), text) is not None
    except (re.error, RecursionError, OverflowError):
        return None


class Schemas:
    def __init__(self, document, version, seed):
        self.document = document
        self.version = version
        self.random = random.Random(seed)
        named = document.get("definitions") if version == "2.0" else (document.get("components") or {}).get("schemas")
        self.named = named or {}
        self.prefix = "#/definitions/" if version == "2.0" else "#/components/schemas/"
        self.heirs = {}
        for name, schema in self.named.items():
            for part in (schema or {}).get("allOf", []) if isinstance(schema, dict) else []:
                if isinstance(part, dict) and str(part.get("$ref", "")).startswith(self.prefix):
                    self.heirs.setdefault(part["$ref"][len(self.prefix):], []).append(name)

    def pointer(self, reference):
        if not reference.startswith("#/"):
            raise Unsatisfiable(reference)
        node = self.document
        for step in reference[2:].split("/"):
            step = re.sub(r"%([0-9A-Fa-f]{2})", lambda m: chr(int(m.group(1), 16)), step)
            step = step.replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(step)] if isinstance(node, list) else node[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise Unsatisfiable(reference) from None
        return node

    def resolve(self, schema, hops=32):
        """The schema a reference leads to, and the name it has among the components."""
        name = None
        while isinstance(schema, dict) and "$ref" in schema and hops:
            beside = {key: value for key, value in schema.items() if key not in ("$ref", "description", "summary")}
            if self.version == "3.1" and beside:
                return {"allOf": [{"$ref": schema["$ref"]}, beside]}, None
            reference = schema["$ref"]
            name = reference[len(self.prefix):] if reference.startswith(self.prefix) else None
            nullable = self.version == "3.0" and schema.get("nullable") is True
            schema = self.pointer(reference)
            if nullable and isinstance(schema, dict):
                schema = dict(schema, nullable=True)
            hops -= 1
        if schema is True or schema is None:
            return {}, name
        return schema, name

    def types(self, schema):
        kind = schema.get("type")
        if kind is None:
            return None
        kinds = list(kind) if isinstance(kind, list) else [kind]
        return None if "file" in kinds else kinds

    def nullable(self, schema):
        word = {"2.0": "x-nullable", "3.0": "nullable"}.get(self.version)
        return word is not None and schema.get(word) is True

    # --- judging -------------------------------------------------------------------------------------------

    def valid(self, schema, value, way, depth=0):
        """Whether a value is valid; what cannot be told here raises `Unsatisfiable`."""
        if depth > 40:
            raise Unsatisfiable("depth")
        schema, _ = self.resolve(schema)
        if schema is False:
            return False
        if not isinstance(schema, dict):
            raise Unsatisfiable("schema")
        if value is None and self.nullable(schema):
            return True
        kinds = self.types(schema)
        if kinds is not None and not any(TYPES.get(kind, lambda _: True)(value) for kind in kinds):
            return False
        if "enum" in schema and not any(same(value, one) for one in schema["enum"]):
            return False
        if self.version == "3.1" and "const" in schema and not same(value, schema["const"]):
            return False
        go = lambda part, item: self.valid(part, item, way, depth + 1)
        if not all(go(part, value) for part in schema.get("allOf", [])):
            return False
        picked = self.picked(schema, value)
        if picked is not None:
            if not go(picked, value):
                return False
        else:
            if "anyOf" in schema and not any(go(part, value) for part in schema["anyOf"]):
                return False
            if "oneOf" in schema and sum(go(part, value) for part in schema["oneOf"]) != 1:
                return False
        if "not" in schema and go(schema["not"], value):
            return False
        for word in ("if", "unevaluatedProperties", "unevaluatedItems", "dependentSchemas", "$dynamicRef", "contains", "prefixItems", "dependencies"):
            if word in schema:
                raise Unsatisfiable(word)
        if isinstance(value, str):
            return self.valid_string(schema, value)
        if number(value):
            return self.valid_number(schema, value)
        if isinstance(value, list):
            return self.valid_array(schema, value, go)
        if isinstance(value, dict):
            return self.valid_object(schema, value, go, way)
        return True

    def picked(self, schema, value):
        """The branch that a discriminator names."""
        discriminator = schema.get("discriminator")
        if not isinstance(discriminator, dict) or not isinstance(value, dict) or self.version == "2.0":
            return None
        branches = schema.get("oneOf") or schema.get("anyOf")
        word = value.get(discriminator.get("propertyName"))
        if not branches or not isinstance(word, str):
            return None
        target = (discriminator.get("mapping") or {}).get(word, word)
        for branch in branches:
            reference = branch.get("$ref", "") if isinstance(branch, dict) else ""
            if reference and (reference == target or reference == self.prefix + target):
                return branch
        return None

    def valid_string(self, schema, value):
        if len(value) < schema.get("minLength", 0) or len(value) > schema.get("maxLength", len(value)):
            return False
        if "pattern" in schema:
            found = search(schema["pattern"], value)
            if found is None:
                raise Unsatisfiable("pattern")
            if not found:
                return False
        check = FORMATS.get(schema.get("format"))
        return check is None or check(value)

    def valid_number(self, schema, value):
        low, high = schema.get("minimum"), schema.get("maximum")
        above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        if above is True:
            above, low = low, None
        if below is True:
            below, high = high, None
        if low is not None and value < low or high is not None and value > high:
            return False
        if number(above) and value <= above or number(below) and value >= below:
            return False
        step = schema.get("multipleOf")
        if step:
            quotient = value / step
            if abs(quotient - round(quotient)) > 1e-9:
                return False
        limits = {"int32": 31, "int64": 63}.get(schema.get("format"))
        return limits is None or -(2**limits) <= value < 2**limits

    def valid_array(self, schema, value, go):
        if len(value) < schema.get("minItems", 0) or len(value) > schema.get("maxItems", len(value)):
            return False
        if schema.get("uniqueItems") is True:
            if any(same(a, b) for at, a in enumerate(value) for b in value[:at]):
                return False
        items = schema.get("items")
        if isinstance(items, list):
            raise Unsatisfiable("items")
        return items is None or all(go(items, item) for item in value)

    def valid_object(self, schema, value, go, way):
        if len(value) < schema.get("minProperties", 0) or len(value) > schema.get("maxProperties", len(value)):
            return False
        properties = schema.get("properties") or {}
        required = schema.get("required")
        for name in required if isinstance(required, list) else []:
            if name not in value and not self.one_way(properties.get(name), way):
                return False
        patterns = schema.get("patternProperties") or {} if self.version == "3.1" else {}
        for name, item in value.items():
            known = name in properties
            if known and not go(properties[name], item):
                return False
            for pattern, part in patterns.items():
                if search(pattern, name):
                    known = True
                    if not go(part, item):
                        return False
            if not known and "additionalProperties" in schema:
                additional = schema["additionalProperties"]
                if additional is False or (isinstance(additional, dict) and not go(additional, item)):
                    return False
        if "propertyNames" in schema and self.version == "3.1":
            return all(go(schema["propertyNames"], name) for name in value)
        return True

    def one_way(self, schema, way):
        """True for a member that is not sent this way."""
        if schema is None:
            return False
        schema, _ = self.resolve(schema)
        if not isinstance(schema, dict):
            return False
        if schema.get("readOnly" if way == "request" else "writeOnly") is True:
            return True
        parts = schema.get("allOf", [])
        return len(parts) == 1 and self.one_way(parts[0], way)

    # --- making --------------------------------------------------------------------------------------------

    def make(self, schema, way):
        """A valid value."""
        for attempt in range(12):
            try:
                value = self.draw(schema, way, 0, attempt)
                if self.valid(schema, value, way):
                    return value
            except (Unsatisfiable, RecursionError):
                continue
        raise Unsatisfiable("no value")

    def flat(self, schema, depth=0, name=None):
        """A schema with the members of `allOf` merged into it, and the component's name. Good enough to draw from."""
        if depth > 20:
            raise Unsatisfiable("depth")
        schema, own = self.resolve(schema)
        name = own or name
        if schema is False or not isinstance(schema, dict):
            raise Unsatisfiable("never")
        if "allOf" not in schema:
            return schema, name
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            part, _ = self.flat(part, depth + 1)
            for key, value in part.items():
                if key == "properties":
                    merged["properties"] = {**value, **(merged.get("properties") or {})}
                elif key == "required" and isinstance(value, list):
                    merged["required"] = list(dict.fromkeys((merged.get("required") or []) + value))
                elif key in ("minimum", "minLength", "minItems", "minProperties") and key in merged:
                    merged[key] = max(merged[key], value)
                elif key in ("maximum", "maxLength", "maxItems", "maxProperties") and key in merged:
                    merged[key] = min(merged[key], value)
                elif key == "enum" and key in merged:
                    merged[key] = [one for one in merged[key] if one in value]
                elif key == "nullable":
                    continue
                else:
                    merged.setdefault(key, value)
        return merged, name

    def draw(self, schema, way, depth, attempt, given=None):
        if depth > DEPTH + 6:
            raise Unsatisfiable("depth")
        resolved, name = self.flat(schema)
        chance = self.random
        if "enum" in resolved:
            choices = [one for one in resolved["enum"] if one is not None] or resolved["enum"]
            if not choices:
                raise Unsatisfiable("enum")
            return copy.deepcopy(chance.choice(choices))
        if self.version == "3.1" and "const" in resolved:
            return copy.deepcopy(resolved["const"])
        heir = self.heir(resolved, name, given)
        if heir:
            return self.draw({"$ref": self.prefix + heir[0]}, way, depth + 1, attempt, heir)
        for word in ("oneOf", "anyOf"):
            if resolved.get(word):
                branch = chance.choice(resolved[word])
                rest = {key: value for key, value in resolved.items() if key not in ("oneOf", "anyOf", "discriminator")}
                value = self.draw({"allOf": [branch, rest]} if "properties" in rest or "required" in rest else branch, way, depth + 1, attempt)
                return self.named_branch(resolved, branch, value)
        kinds = self.types(resolved)
        if kinds is None:
            kinds = ["object"] if "properties" in resolved or isinstance(resolved.get("additionalProperties"), dict) else ["array"] if "items" in resolved else ["string"]
        kinds = [kind for kind in kinds if kind != "null"] or ["null"]
        kind = chance.choice(kinds)
        if kind == "object":
            return self.draw_object(resolved, way, depth, attempt, given)
        if kind == "array":
            return self.draw_array(resolved, way, depth, attempt)
        if kind == "string":
            return self.draw_string(resolved)
        if kind in ("integer", "number"):
            return self.draw_number(resolved, kind)
        return {"boolean": chance.random() < 0.5, "null": None}.get(kind)

    def heir(self, schema, name, given):
        """A schema that builds on this one, where a discriminator has to name one: name and word."""
        discriminator = schema.get("discriminator")
        if not discriminator or given or schema.get("oneOf") or schema.get("anyOf") or not name:
            return None
        property_name = discriminator if isinstance(discriminator, str) else discriminator.get("propertyName")
        found, open_ = [], [name]
        while open_:
            for heir in self.heirs.get(open_.pop(), []):
                if heir not in found:
                    found.append(heir)
                    open_.append(heir)
        if not found:
            return None
        mapping = discriminator.get("mapping") or {} if isinstance(discriminator, dict) else {}
        words = [(target.split("/")[-1], word) for word, target in mapping.items()] or [(heir, heir) for heir in found]
        words = [pair for pair in words if pair[0] in self.named]
        if not words:
            raise Unsatisfiable("mapping")
        heir, word = self.random.choice(words)
        return heir, word, property_name

    def named_branch(self, schema, branch, value):
        discriminator = schema.get("discriminator")
        if isinstance(discriminator, dict) and isinstance(value, dict) and isinstance(branch, dict) and "$ref" in branch:
            name = branch["$ref"].split("/")[-1]
            words = [word for word, target in (discriminator.get("mapping") or {}).items() if target in (branch["$ref"], name)]
            value[discriminator["propertyName"]] = self.random.choice(words) if words else name
        return value

    def draw_object(self, schema, way, depth, attempt, given):
        chance, value = self.random, {}
        properties = schema.get("properties") or {}
        required = schema.get("required") if isinstance(schema.get("required"), list) else []
        fewest, most = schema.get("minProperties", 0), schema.get("maxProperties", 1000)
        for name in list(properties) + [name for name in required if name not in properties]:
            part = properties.get(name, {})
            needed = name in required
            if self.one_way(part, way):
                continue
            if not needed:
                share = max(0.0, 0.7 - depth * 0.2) if attempt < 8 else 0
                if depth >= DEPTH or len(value) >= 24 or chance.random() > share or len(value) >= most:
                    continue
            try:
                value[name] = self.draw(part, way, depth + 1, attempt)
            except Unsatisfiable:
                if needed:
                    raise
        if given:
            value[given[2]] = given[1]
        additional = schema.get("additionalProperties")
        spare = max(fewest - len(value), chance.randrange(3) if isinstance(additional, dict) and depth < 4 else 0)
        for at in range(spare):
            if additional is False or len(value) >= most:
                break
            value[f"key{at}"] = self.draw(additional if isinstance(additional, dict) else {"type": "string"}, way, depth + 1, attempt)
        return value

    def draw_array(self, schema, way, depth, attempt):
        fewest = schema.get("minItems", 0)
        most = min(schema.get("maxItems", 3), max(fewest, 3))
        count = fewest if depth >= DEPTH - 1 or attempt >= 8 else self.random.randint(fewest, max(fewest, most))
        if count > 200:
            raise Unsatisfiable("items")
        items, value = schema.get("items", {}), []
        for _ in range(count):
            for _ in range(8):
                item = self.draw(items, way, depth + 1, attempt)
                if schema.get("uniqueItems") is not True or not any(same(item, other) for other in value):
                    value.append(item)
                    break
        return value

    def draw_string(self, schema):
        chance = self.random
        fewest, most = schema.get("minLength", 0), schema.get("maxLength")
        kind = schema.get("format")
        if fewest > 20000:
            raise Unsatisfiable("length")
        if "pattern" in schema:
            for _ in range(40):
                text = sample(schema["pattern"], chance)
                if text is not None and fewest <= len(text) <= (most if most is not None else len(text)) and search(schema["pattern"], text):
                    return text
            raise Unsatisfiable("pattern")
        made = {
            "date": lambda: f"{chance.randint(1990, 2030)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
            "date-time": lambda: f"{chance.randint(1990, 2030)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:{chance.randint(0, 59):02}{chance.choice(['Z', '+02:00', '.5Z'])}",
            "time": lambda: f"{chance.randint(0, 23):02}:{chance.randint(0, 59):02}:00Z",
            "duration": lambda: f"P{chance.randint(1, 9)}D",
            "uuid": lambda: "-".join("".join(chance.choice("0123456789abcdef") for _ in range(length)) for length in (8, 4, 4, 4, 12)),
            "ipv4": lambda: ".".join(str(chance.randint(0, 255)) for _ in range(4)),
            "ipv6": lambda: f"2001:db8::{chance.randint(1, 9999):x}",
            "email": lambda: f"{word(chance, 5)}@{word(chance, 6)}.example",
            "idn-email": lambda: f"{word(chance, 5)}@{word(chance, 6)}.example",
            "hostname": lambda: f"{word(chance, 5)}.example",
            "uri": lambda: f"https://{word(chance, 6)}.example/{word(chance, 4)}",
            "url": lambda: f"https://{word(chance, 6)}.example/{word(chance, 4)}",
            "uri-reference": lambda: f"/{word(chance, 6)}",
            "byte": lambda: base64.b64encode(word(chance, chance.randint(1, 12)).encode()).decode(),
        }.get(kind)
        if made:
            return made()
        length = chance.randint(fewest, min(most, fewest + 12) if most is not None else fewest + 12)
        return word(chance, length, wide=chance.random() < 0.2)

    def draw_number(self, schema, kind):
        chance = self.random
        low, high = schema.get("minimum"), schema.get("maximum")
        above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        low = above if number(above) and not isinstance(above, bool) else low
        high = below if number(below) and not isinstance(below, bool) else high
        low = low if low is not None else (high - 1000 if high is not None else -100)
        high = high if high is not None else low + 1000
        step = schema.get("multipleOf")
        if step:
            first = -(-low // step)
            value = (first + chance.randint(0, max(0, min(1000, int((high - first * step) // step))))) * step
            return int(value) if float(value).is_integer() else round(value, 9)
        if kind == "integer":
            first, last = int(-(-low // 1)), int(high // 1)
            if first > last:
                raise Unsatisfiable("integer")
            return chance.randint(first, last)
        return round(chance.uniform(low, high), 3) if low < high else low


def same(left, right):
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if number(left) and number(right):
        return left == right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return type(left) is type(right) and left == right


def word(chance, length, wide=False):
    letters = "abcdefghijklmnopqrstuvwxyz" + ("éß 中-_" if wide else "")
    text = "".join(chance.choice(letters) for _ in range(length))
    return text.strip() if len(text.strip()) == length else text.replace(" ", "x")


def sample(pattern, chance):
    """A text that a pattern may match."""
    try:
        tree = sre.parse(pattern.replace("\\/", "/"))
    except (re.error, RecursionError, OverflowError):
        return None
    out = []
    return "".join(out) if walk(tree, out, chance, {}) else None


CATEGORIES = {"CATEGORY_DIGIT": "0123456789", "CATEGORY_WORD": "abcXYZ019_", "CATEGORY_SPACE": " ",
              "CATEGORY_NOT_DIGIT": "abc-", "CATEGORY_NOT_WORD": "- .", "CATEGORY_NOT_SPACE": "abc019"}


def walk(tree, out, chance, groups):
    for op, argument in tree:
        op = str(op)
        if op == "LITERAL":
            out.append(chr(argument))
        elif op == "NOT_LITERAL":
            out.append("a" if argument != ord("a") else "b")
        elif op == "ANY":
            out.append(chance.choice("abc123"))
        elif op == "IN":
            out.append(one_of(argument, chance))
        elif op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            fewest, most, inner = argument
            most = min(int(most), max(int(fewest), int(fewest) + 6))
            for _ in range(chance.randint(int(fewest), most)):
                if not walk(inner, out, chance, groups):
                    return False
        elif op == "SUBPATTERN":
            start = len(out)
            if not walk(argument[-1], out, chance, groups):
                return False
            groups[argument[0]] = "".join(out[start:])
        elif op == "BRANCH":
            if not walk(chance.choice(argument[1]), out, chance, groups):
                return False
        elif op == "GROUPREF":
            out.append(groups.get(argument, ""))
        elif op in ("AT", "ASSERT", "ASSERT_NOT"):
            continue
        else:
            return False
    return True


def one_of(items, chance):
    if str(items[0][0]) == "NEGATE":
        banned = set()
        for op, argument in items[1:]:
            if str(op) == "LITERAL":
                banned.add(chr(argument))
            elif str(op) == "RANGE":
                banned.update(chr(code) for code in range(argument[0], min(argument[1], argument[0] + 300) + 1))
            else:
                banned.update(CATEGORIES.get(str(argument), ""))
        return chance.choice([c for c in "abcXYZ0189-. " if c not in banned] or ["\u00e9"])
    op, argument = chance.choice(items)
    if str(op) == "LITERAL":
        return chr(argument)
    if str(op) == "RANGE":
        return chr(chance.randint(argument[0], min(argument[1], argument[0] + 200)))
    return chance.choice(CATEGORIES.get(str(argument), "a"))


def dumps(value):
    return json.dumps(value, ensure_ascii=False)
