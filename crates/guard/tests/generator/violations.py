"""What can be wrong with a message: each kind is put into a valid one, and judged to be wrong by `Schemas.valid`."""

import copy
import json

from schemas import FORMATS, Unsatisfiable, dumps, number, search, word

WRONG = {"string": 7, "integer": "seven", "number": "seven", "boolean": "maybe", "array": "list", "object": "thing"}


def sites(schemas, schema, value, path=()):
    """Every place of a value with the schema that is known to hold there."""
    try:
        flat, _ = schemas.flat(schema)
    except Unsatisfiable:
        return
    yield path, flat, value
    if len(path) > 5:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            part = (flat.get("properties") or {}).get(name, flat.get("additionalProperties"))
            if isinstance(part, dict):
                yield from sites(schemas, part, item, path + (name,))
    elif isinstance(value, list) and isinstance(flat.get("items"), dict):
        for at, item in enumerate(value[:3]):
            yield from sites(schemas, flat["items"], item, path + (at,))


def broken_values(schemas, schema, way):
    """Kinds of wrong values at one place, from its schema: kind and how the value is changed."""
    kinds = schemas.types(schema) or []
    kind = kinds[0] if len(kinds) == 1 else None
    if kind:
        yield "wrong type", lambda _: WRONG.get(kind)
        if not schemas.nullable(schema):
            yield "null", lambda _: None
    if "enum" in schema:
        yield "not in the enumeration", lambda _: "none of these" if kind in (None, "string") else 987654321
    if schemas.version == "3.1" and "const" in schema:
        yield "not the constant", lambda _: "another"
    if kind == "string":
        if schema.get("minLength", 0) > 0:
            yield "too short", lambda _: "" if schema["minLength"] == 1 else "a" * (schema["minLength"] - 1)
        if schema.get("maxLength", 5000) < 5000:
            yield "too long", lambda value: (value or "a") + "a" * (schema["maxLength"] + 1 - len(value or "a"))
        if "pattern" in schema:
            yield "breaks the pattern", lambda _: "\u20ac \u20ac"
        if schema.get("format") in FORMATS:
            yield f"no {schema['format']}", lambda _: "no such thing"
    if kind in ("integer", "number"):
        above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        if number(schema.get("minimum")) and above is not True:
            yield "below the minimum", lambda _: schema["minimum"] - 1
        if number(schema.get("maximum")) and below is not True:
            yield "above the maximum", lambda _: schema["maximum"] + 1
        if number(above) or above is True:
            yield "at the exclusive minimum", lambda _: schema["minimum"] if above is True else above
        if number(below) or below is True:
            yield "at the exclusive maximum", lambda _: schema["maximum"] if below is True else below
        if schema.get("multipleOf"):
            yield "no multiple", lambda value: value + schema["multipleOf"] / 2 if kind == "number" else value + 1
        if kind == "integer":
            yield "fraction", lambda value: value + 0.5
        if schema.get("format") == "int32":
            yield "beyond 32 bits", lambda _: 2**31
    if kind == "array":
        if schema.get("minItems", 0) > 0:
            yield "too few items", lambda value: value[: schema["minItems"] - 1]
        if schema.get("maxItems", 500) < 500:
            yield "too many items", lambda value: (value or [None]) * (schema["maxItems"] + 1)
        if schema.get("uniqueItems") is True:
            yield "an item twice", lambda value: value + value[-1:]
        if isinstance(schema.get("items"), dict):
            yield "wrong item", lambda value: value[:-1] + [{"a": [1]}] if (schemas.types(schema["items"]) or ["object"])[0] != "object" else value[:-1] + ["text"]
    if kind == "object":
        for name in schema.get("required") or []:
            yield "member missing", lambda value, name=name: {key: item for key, item in value.items() if key != name}
        if schema.get("additionalProperties") is False:
            yield "undeclared member", lambda value: dict(value, undeclared_member=1)
        if schema.get("minProperties", 0) > 0:
            yield "too few members", lambda value: dict(list(value.items())[: schema["minProperties"] - 1])
        if schema.get("maxProperties", 200) < 200:
            yield "too many members", lambda value: dict(value, **{f"more{at}": 1 for at in range(schema["maxProperties"] + 1)})
    if schema.get("oneOf") or schema.get("anyOf"):
        yield "none of the alternatives", lambda _: [[[]]]
        name = schema["discriminator"].get("propertyName") if isinstance(schema.get("discriminator"), dict) else None
        if name:
            yield "discriminator names nothing", lambda value: dict(value, **{name: "no such kind"}) if isinstance(value, dict) else 7


def put(value, path, change):
    if not path:
        return change(value)
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], change)
    return value


def broken_bodies(maker, schema, value, way):
    """Kind and a value that is wrong in one place; one of each kind."""
    schemas, seen = maker.schemas, set()
    places = list(sites(schemas, schema, value))
    maker.random.shuffle(places)
    for path, flat, _ in places:
        for kind, change in broken_values(schemas, flat, way):
            if kind in seen:
                continue
            try:
                wrong = put(value, path, change)
                if not schemas.valid(schema, wrong, way):
                    seen.add(kind)
                    yield kind, wrong
            except (Unsatisfiable, TypeError, IndexError, KeyError):
                continue


def seeded(maker, message, answer, operation, item):
    yield from broken_targets(maker, message, operation, item)
    yield from broken_parameters(maker, message, operation, item)
    yield from broken_requests(maker, message)
    if answer:
        yield from broken_responses(maker, message, answer, operation)


def broken_targets(maker, message, operation, item):
    exchange = maker.exchange(message)
    unknown = dict(exchange, path="/no/such/path/at/all/of/this/api")
    yield "unknown path", "request", unknown
    declared = {method.upper() for method in item}
    for method in ("DELETE", "PUT", "PATCH", "POST"):
        if method not in declared and "{" not in message["template"]:
            templates = maker.document["paths"]
            if not any("{" in other and other.count("/") == message["template"].count("/") for other in templates):
                yield "unknown method", "request", dict(exchange, method=method)
                break
    for (place, name), value in message["values"].items():
        if place == "path" and isinstance(value, str) and "{" + name + "}" in message["template"].split("/"):
            yield "encoded slash", "request", dict(exchange, path=exchange["path"] + "%2Fx" if message["template"].endswith("{" + name + "}") else exchange["path"].replace("/" + maker.write(message["parameters"][(place, name)], value), "/a%2Fb", 1))
            break
    if message["template"].count("/") > 1:
        yield "dot segment", "request", dict(exchange, path=exchange["path"].rsplit("/", 1)[0] + "/%2e%2e/" + exchange["path"].rsplit("/", 1)[1])


def without(message, key):
    changed = copy.copy(message)
    changed["values"] = {other: value for other, value in message["values"].items() if other != key}
    return changed


def with_value(message, key, value):
    changed = copy.copy(message)
    changed["values"] = dict(message["values"], **{})
    changed["values"][key] = value
    return changed


def broken_parameters(maker, message, operation, item):
    undeclared = copy.copy(message)
    free = any(place == "query" and isinstance(value, dict) for (place, _), value in message["values"].items())
    open_ = any(one["in"] in ("query", "querystring") and ((maker.schema_of(one) or {}).get("type") == "object" or "content" in one or "$ref" in (maker.schema_of(one) or {})) for one in maker.parameters(operation, item))
    if not free and not open_:
        undeclared["more_query"] = [("undeclared_parameter", "1")]
        yield "undeclared query parameter", "told", maker.exchange(undeclared)
    undeclared = copy.copy(message)
    undeclared["more_headers"] = [("X-Undeclared-Field", "1")]
    yield "undeclared header field", "told", maker.exchange(undeclared)
    if any(place == "cookie" for place, _ in message["values"]):
        undeclared = copy.copy(message)
        undeclared["cookies"] = message["cookies"] + [("undeclared_cookie", "1")]
        yield "undeclared cookie", "told", maker.exchange(undeclared)
    for key, value in message["values"].items():
        (place, name), parameter = key, message["parameters"][key]
        schema = maker.schema_of(parameter)
        if parameter.get("required") is True and place != "path":
            spread = place in ("query", "cookie") and isinstance(value, dict)
            if not spread:
                yield f"{place} parameter missing", "request", maker.exchange(without(message, key))
        if schema is None:
            continue
        try:
            flat, _ = maker.schemas.flat(schema)
            kinds = maker.schemas.types(flat) or []
        except Unsatisfiable:
            continue
        style, explode = maker.style(parameter)
        scalar = kinds and kinds[0] in ("string", "integer", "number", "boolean") and len(kinds) == 1
        if place == "query" and scalar and not flat.get("oneOf") and not flat.get("anyOf"):
            twice = copy.copy(message)
            twice["more_query"] = maker.write(parameter, value)
            yield "query parameter twice", "request", maker.exchange(twice)
        if place == "query" and style == "deepObject" and kinds == ["object"]:
            wrong = without(message, key)
            wrong["more_query"] = [(name, "x")]
            yield "deep object without brackets", "request", maker.exchange(wrong)
        if place == "path" and style in ("label", "matrix"):
            wrong = maker.exchange(message)
            yield f"{style} without its mark", "request", dict(wrong, path=wrong["path"].replace("/" + maker.write(parameter, value), "/plain", 1))
        for kind, change in broken_values(maker.schemas, flat, "request"):
            try:
                wrong = change(value)
                # The text must be wrong, whatever it is read as.
                parts = wrong if isinstance(wrong, list) else list(wrong.values()) if isinstance(wrong, dict) else [wrong]
                if wrong is None or not parts or any(part is None or isinstance(part, (dict, list)) or part == "" for part in parts):
                    continue
                if isinstance(wrong, dict) and explode and style == "form" and kind in ("undeclared member", "member missing", "too few members"):
                    continue
                if kind == "wrong type" and kinds and kinds[0] in ("string", "array", "object"):
                    continue
                if maker.schemas.valid(schema, wrong, "request"):
                    continue
                if place in ("header", "cookie", "path") and any(isinstance(part, str) and not part.isascii() for part in parts):
                    continue
                if place == "cookie" and any(" " in str(part) for part in parts):
                    continue
                text = maker.exchange(with_value(message, key, wrong))
            except (Unsatisfiable, TypeError, IndexError, KeyError):
                continue
            yield f"{place} parameter: {kind}", "request", text


def sent(message, media=None, content=None):
    changed = copy.copy(message)
    body = message["body"]
    changed["body"] = dict(body, media=media or body["media"], bytes=body["bytes"] if content is None else content)
    return changed


def broken_requests(maker, message):
    if message["needed"] and message["contents"]:
        empty = copy.copy(message)
        empty["body"] = None
        yield "body missing", "request", maker.exchange(empty)
    body = message["body"]
    if not body:
        return
    declared = [media.split(";")[0].strip().lower() for media, _ in message["contents"]]
    if not any("*" in media for media in declared) and "application/x-no-such-type" not in declared:
        yield "undeclared media type", "request", maker.exchange(sent(message, "application/x-no-such-type"))
    for kind, at, content, media in broken_content(maker, body, "request"):
        yield kind, at, maker.exchange(sent(message, media, content))


def broken_content(maker, body, way):
    """Kind, where it is told, bytes and media type of wrong bodies."""
    node, value, media = body["node"], body["value"], body["media"]
    schema = node.get("schema")
    if schema is None:
        return
    at = way
    try:
        flat, _ = maker.schemas.flat(schema)
    except Unsatisfiable:
        return
    if media.endswith("json"):
        yield "JSON cut off", at, body["bytes"][:-1] if body["bytes"][-1:] in b"}]\"" else body["bytes"] + b"}", None
        yield "JSON with something behind it", at, body["bytes"] + b" x", None
        if isinstance(value, dict) and value:
            name, item = next(iter(value.items()))
            yield "a key twice", at, (dumps(value)[:-1] + f", {dumps(name)}: {dumps(item)}}}").encode(), None
        if isinstance(value, dict) and way == "request":
            yield "half a surrogate pair", at, (dumps(value)[:-1] + (", " if value else "") + '"x": "\\ud800"}').encode(), None
            yield "another character set", at, None, media + "; charset=utf-16"
        for kind, wrong in broken_bodies(maker, schema, value, way):
            yield f"JSON: {kind}", at, dumps(wrong).encode(), None
        properties = flat.get("properties") or {}
        for name, part in properties.items():
            other = "response" if way == "request" else "request"
            try:
                plain_ = maker.schemas.flat(part)[0]
                if isinstance(value, dict) and name not in value and maker.schemas.one_way(part, way) and not plain_.get("allOf"):
                    extra = maker.schemas.make(part, other)
                    yield f"JSON: {'readOnly' if way == 'request' else 'writeOnly'} member", "told", dumps(dict(value, **{name: extra})).encode(), None
                    break
            except Unsatisfiable:
                continue
    elif media == "application/x-www-form-urlencoded" or media.startswith("multipart/form-data"):
        name = "form" if "urlencoded" in media else "multipart"
        if name == "multipart":
            yield "multipart without its end", at, body["bytes"].replace(b"--generated--\r\n", b""), None
            yield "multipart of another boundary", at, None, "multipart/form-data; boundary=another"
        else:
            yield "form that is no UTF-8", at, body["bytes"] + b"&x=%ff%fe", None
        for kind, wrong in broken_bodies(maker, schema, value, way):
            if kind in ("null", "fraction") or not isinstance(wrong, dict):
                continue
            # The bytes of a file are not made from its value.
            parts = maker.properties(schema)
            if any(wrong[key] != value.get(key) and key in parts and maker.is_binary(parts[key]) for key in wrong):
                continue
            # A text has no type but that of its schema, and a lone item is a list.
            if kind in ("wrong type", "wrong item", "too few items") and not textual(maker, schema, value, wrong):
                continue
            try:
                content = maker.form(wrong, node) if name == "form" else maker.multipart(wrong, node)
            except (Unsatisfiable, TypeError, AttributeError):
                continue
            if content and content != body["bytes"]:
                # 2.0 has no word for fields that are not declared: they are told.
                told = kind == "undeclared member" and maker.version == "2.0"
                yield f"{name}: {kind}", "told" if told else at, content, None
        for field, part in maker.properties(schema).items():
            if name == "multipart" and isinstance(value, dict) and field in value and not isinstance(value[field], list) and maker.is_binary(part):
                limit = maker.schemas.flat(part)[0].get("maxLength")
                if limit is not None and limit < 10000:
                    mark = maker.bytes_of(part)
                    yield "part too large", at, body["bytes"].replace(mark, b"\xff" * (limit + 1), 1), None
                if (node.get("encoding") or {}).get(field, {}).get("contentType", "").startswith("image/"):
                    declared = node["encoding"][field]["contentType"].split(",")[0].strip().encode()
                    yield "part of another media type", at, body["bytes"].replace(b"Content-Type: " + declared, b"Content-Type: text/x-other", 1), None
        if name == "multipart":
            for field, rule in (node.get("encoding") or {}).items():
                for header, rules in (rule.get("headers") or {}).items():
                    mark = f"\r\n{header}: ".encode()
                    if maker.resolve(rules).get("required") and mark in body["bytes"]:
                        yield "header of a part missing", at, body["bytes"].replace(mark, b"\r\nX-Not-It: ", 1), None
    elif media.endswith("xml") and isinstance(value, dict):
        root = body["bytes"]
        yield "XML cut off", at, root[: root.rindex(b"</")] if b"</" in root else b"<a>", None
        yield "XML with a document type", at, b'<!DOCTYPE a [<!ENTITY x "y">]>' + root, None
        yield "XML with an entity of its own", at, root.replace(b"</", b"&own;</", 1), None
        for kind, wrong in broken_bodies(maker, schema, value, way):
            if kind in ("null", "wrong item", "none of the alternatives", "too few items") or not isinstance(wrong, dict):
                continue
            if kind == "wrong type" and not textual(maker, schema, value, wrong):
                continue
            try:
                content = maker.xml(schema, wrong)
            except (Unsatisfiable, TypeError, AttributeError):
                continue
            if content != root:
                yield f"XML: {kind}", at, content, None
    elif media.startswith("text/") and isinstance(value, str):
        if flat.get("maxLength", 5000) < 5000:
            yield "text too long", at, b"a" * (flat["maxLength"] + 1), None
        if "enum" in flat:
            yield "text not in the enumeration", at, b"none of these", None
    elif value is None and way == "request" and flat.get("maxLength", 1 << 20) < 1 << 16 and flat.get("type", "string") == "string":
        yield "bytes too many", at, b"\xff" * (flat["maxLength"] + 1), None


def textual(maker, schema, value, wrong):
    """True when the value that was changed is no text and no list: its text cannot be read as its type."""
    for path, flat, old in sites(maker.schemas, schema, value):
        new = wrong
        try:
            for step in path:
                new = new[step]
        except (KeyError, IndexError, TypeError):
            continue
        kinds = maker.schemas.types(flat) or []
        if path and new != old and kinds and kinds[0] in ("integer", "number", "boolean") and isinstance(old, (int, float, bool)):
            return True
    return False


def broken_responses(maker, message, answer, operation):
    codes = {str(code) for code in operation.get("responses") or {}}
    if "default" not in codes and "5XX" not in codes and "5xx" not in codes and "599" not in codes:
        yield "undeclared status", "response", maker.exchange(message, dict(answer, status=599, body=None, headers=[]))
    for name, (parameter, value) in answer["values"].items():
        if parameter.get("required") is True:
            rest = [pair for pair in answer["headers"] if pair[0] != name]
            yield "response header missing", "response", maker.exchange(message, dict(answer, headers=rest))
        schema = maker.schema_of(parameter)
        if schema is None:
            continue
        flat, _ = maker.schemas.flat(schema)
        kinds = maker.schemas.types(flat) or []
        if kinds in (["integer"], ["number"], ["boolean"]):
            wrong = [(key, "seven" if key == name else text) for key, text in answer["headers"]]
            yield "response header: wrong type", "response", maker.exchange(message, dict(answer, headers=wrong))
    body = answer["body"]
    if not body or message["method"] == "HEAD":
        return
    declared = [media for media, _ in answer["contents"]]
    if not any("*" in media for media in declared):
        yield "undeclared media type", "response", maker.exchange(message, dict(answer, body=dict(body, media="application/x-no-such-type")))
    for kind, at, content, media in broken_content(maker, body, "response"):
        if media is None and content is not None:
            yield kind, at, maker.exchange(message, dict(answer, body=dict(body, bytes=content)))
