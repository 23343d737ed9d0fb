#!/usr/bin/env python3
"""Traffic of a contract, made from the specifications alone.

generate.py CONTRACT [--seed N] [--operations N] [--each N] [--violations]

Prints one JSON object a line. `exchange` is a recording in the format of Palisade's JSON lines. Without `kind` the
exchange keeps the contract; with it one thing is wrong, of that kind, `at` request or response.
"""

import argparse
import base64
import copy
import json
import re
import sys
import urllib.parse
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from schemas import FORMATS, Schemas, Unsatisfiable, dumps, number, search, word  # noqa: E402

METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
BODY_BYTES = 48 << 10


def load(path):
    text = Path(path).read_text(encoding="utf-8-sig")
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        import yaml
    except ImportError:
        sys.exit("PyYAML is needed for contracts in YAML")
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):
        pass

    # Dates stay texts, as they are in JSON.
    Loader.yaml_implicit_resolvers = {
        key: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:timestamp"]
        for key, rules in base.yaml_implicit_resolvers.items()
    }
    return yaml.load(text, Loader)


def quote(text, safe=""):
    return urllib.parse.quote(text, safe=safe + "-._~")


def plain(value):
    """A scalar as the text of a parameter."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise Unsatisfiable("null in a text")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (list, dict)):
        raise Unsatisfiable("nested in a text")
    return str(value)


class Maker:
    def __init__(self, document, seed):
        self.document = document
        text = str(document.get("swagger") or document.get("openapi") or "")
        self.version = "2.0" if "swagger" in document else "3.0" if text.startswith("3.0") else "3.1"
        self.schemas = Schemas(document, self.version, seed)
        self.random = self.schemas.random

    def resolve(self, node):
        for _ in range(16):
            if not (isinstance(node, dict) and "$ref" in node):
                break
            node = self.schemas.pointer(node["$ref"])
        return node if isinstance(node, dict) else {}

    def operations(self):
        """Method, template, operation and path item; templates that cannot be told apart are left out."""
        found, shapes = [], {}
        for template, item in (self.document.get("paths") or {}).items():
            if not template.startswith("/") or re.search(r"[?#]", template):
                continue
            try:
                item = self.resolve(item)
            except Unsatisfiable:
                continue
            shape = re.sub(r"\{[^}]*\}", "{}", template)
            shapes.setdefault(shape, set()).add(template)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    found.append((method, template, item[method], item))
        return [one for one in found if len(shapes[re.sub(r"\{[^}]*\}", "{}", one[1])]) == 1]

    def base_path(self, operation, item):
        if self.version == "2.0":
            return (self.document.get("basePath") or "").rstrip("/")
        servers = operation.get("servers") or item.get("servers") or self.document.get("servers") or []
        if not servers:
            return ""
        url = servers[0].get("url", "")
        for name, variable in (servers[0].get("variables") or {}).items():
            url = url.replace("{" + name + "}", str(variable.get("default", "")))
        url = re.sub(r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*", "", url)
        url = re.sub(r"^//[^/]*", "", url)
        return "/" + url.strip("/") if url.strip("/") else ""

    def parameters(self, operation, item):
        merged = {}
        for node in (item.get("parameters") or []) + (operation.get("parameters") or []):
            node = self.resolve(node)
            if "name" in node and "in" in node:
                merged[(node["in"], node["name"])] = node
        return list(merged.values())

    # --- parameters ----------------------------------------------------------------------------------------

    def style(self, parameter):
        place = parameter["in"]
        if self.version == "2.0":
            form = parameter.get("collectionFormat", "csv")
            style = {"ssv": "spaceDelimited", "tsv": "tabDelimited", "pipes": "pipeDelimited", "multi": "form"}.get(form)
            return style or ("form" if place in ("query", "formData") else "simple"), form == "multi"
        style = parameter.get("style") or ("form" if place in ("query", "cookie") else "simple")
        return style, parameter.get("explode", style == "form")

    def schema_of(self, parameter):
        if self.version == "2.0":
            return {key: value for key, value in parameter.items() if key not in ("required", "in", "name", "description")}
        return parameter.get("schema")

    def value_of(self, parameter):
        """A value that can be written in the place of the parameter, and one that can be told from others."""
        schema = self.schema_of(parameter)
        for _ in range(10):
            if schema is None:
                media, node = next(iter((parameter.get("content") or {"text/plain": {}}).items()))
                return self.schemas.make(node.get("schema", {}), "request")
            value = self.schemas.make(schema, "request")
            parts = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
            if any(part is None or isinstance(part, (list, dict)) for part in parts) and self.style(parameter)[0] != "deepObject":
                continue
            texts = [plain(part) for part in parts if not isinstance(part, (list, dict))]
            if isinstance(value, dict):
                texts += list(value)
                if not value:
                    continue
            style, explode = self.style(parameter)
            mark = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}.get(style, ",")
            if isinstance(value, list) and (not value or value == [""]):
                continue
            split = isinstance(value, (list, dict)) and not (explode and style == "form")
            if split and any(mark in text or (style in ("label", "matrix") and re.search(r"[.;]", text)) for text in texts):
                continue
            if parameter["in"] == "path" and any(text in ("", ".", "..") or re.search(r"[/\\%;\x00-\x1f\x7f]", text) for text in texts):
                continue
            if parameter["in"] in ("header", "cookie") and any(not re.match(r"^[!-~]([ -~]*[!-~])?$", text) or re.search('[";]', text) for text in texts):
                continue
            return value
        raise Unsatisfiable("parameter")

    def write(self, parameter, value):
        """The parameter's text: of a path its segment, of a query or cookie its pairs, of a header its value."""
        name, place = parameter["name"], parameter["in"]
        quoted = (lambda text: text) if place == "header" else quote
        if self.version != "2.0" and "schema" not in parameter and parameter.get("content"):
            media = next(iter(parameter["content"]))
            text = dumps(value) if "json" in media else plain(value)
            return [(quote(name), quote(text))] if place in ("query", "cookie") else quoted(text)
        style, explode = self.style(parameter)
        if place in ("query", "cookie"):
            return self.pairs(name, value, style, explode)
        if isinstance(value, list):
            items = [quoted(plain(item)) for item in value]
            if style == "label":
                return "." + ("." if explode else ",").join(items)
            if style == "matrix":
                return "".join(f";{name}={item}" for item in items) if explode else f";{name}=" + ",".join(items)
            mark = {"pipeDelimited": "|", "spaceDelimited": " ", "tabDelimited": "\t"}.get(style, ",")
            return (mark if place == "header" else quote(mark, ",|")).join(items)
        if isinstance(value, dict):
            members = [(quoted(key), quoted(plain(item))) for key, item in value.items()]
            flat = [part for member in members for part in member]
            pairs = ["=".join(member) for member in members]
            if style == "label":
                return "." + (".".join(pairs) if explode else ",".join(flat))
            if style == "matrix":
                return "".join(";" + pair for pair in pairs) if explode else f";{name}=" + ",".join(flat)
            return ",".join(pairs if explode else flat)
        text = quoted(plain(value))
        return {"label": "." + text, "matrix": f";{name}={text}"}.get(style, text)

    def pairs(self, name, value, style, explode):
        key = quote(name, "[]")
        if isinstance(value, list):
            items = [quote(plain(item)) for item in value]
            if explode and style == "form":
                return [(key, item) for item in items]
            mark = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}.get(style, ",")
            if explode:
                return [(key, item) for item in items]
            return [(key, mark.join(items))]
        if isinstance(value, dict):
            if style == "deepObject":
                return self.brackets(key, value)
            members = [(quote(member), quote(plain(item))) for member, item in value.items()]
            if explode:
                return members
            mark = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
            return [(key, mark.join(part for member in members for part in member))]
        return [(key, quote(plain(value)))]

    def brackets(self, key, value):
        if isinstance(value, (dict, list)) and not value:
            raise Unsatisfiable("nothing to put into brackets")
        if isinstance(value, dict):
            return [pair for member, item in value.items() for pair in self.brackets(f"{key}[{quote(member)}]", item)]
        if isinstance(value, list):
            # Objects are told apart by their number, as members of one could be those of another.
            numbered = any(isinstance(item, (dict, list)) for item in value)
            return [pair for at, item in enumerate(value) for pair in self.brackets(f"{key}[{at if numbered else ''}]", item)]
        return [(key, quote(plain(value)))]

    # --- bodies --------------------------------------------------------------------------------------------

    def body(self, media, node, way, value=None):
        """A body of a media type: bytes and the value behind them."""
        schema = node.get("schema", {})
        bare = media.split(";")[0].strip().lower()
        if "*" in bare:
            bare = "application/json" if bare in ("*/*", "application/*") else bare.replace("*", "plain")
        if bare.endswith("json"):
            value = self.schemas.make(schema, way) if value is None else value
            return bare, dumps(value).encode(), value
        if bare == "application/x-www-form-urlencoded":
            value = self.schemas.make(schema, way) if value is None else value
            return bare, self.form(value, node), value
        if bare == "multipart/form-data":
            value = self.schemas.make(schema, way) if value is None else value
            return "multipart/form-data; boundary=generated", self.multipart(value, node), value
        if bare.endswith("xml"):
            value = self.schemas.make(schema, way) if value is None else value
            return bare, self.xml(schema, value), value
        if bare.startswith("text/") and bare not in ("text/event-stream",):
            value = self.schemas.make(schema, way) if value is None else value
            return bare, plain(value).encode(), value
        resolved, _ = self.schemas.flat(schema)
        size = self.random.randint(max(1, resolved.get("minLength", 1)), max(1, min(resolved.get("maxLength", 64), 64)))
        return bare, b"\xff\x00" * (size // 2) + b"\xfe" * (size % 2), None

    def properties(self, schema):
        return self.schemas.flat(schema)[0].get("properties") or {}

    def form(self, value, node):
        encoding, pairs = node.get("encoding") or {}, []
        for name, item in value.items():
            rule = encoding.get(name) or {}
            styled = any(key in rule for key in ("style", "explode", "allowReserved"))
            style = rule.get("style", "form")
            explode = rule.get("explode", style == "form")
            if isinstance(item, list) and any(isinstance(part, (list, dict)) or part is None for part in item):
                raise Unsatisfiable("nested in a form")
            if isinstance(item, dict) and not styled:
                pairs.append((quote(name), quote(dumps(item))))
            elif isinstance(item, (list, dict)) and not item:
                raise Unsatisfiable("nothing to write")
            else:
                pairs += self.pairs(name, item, style, explode)
        return "&".join("=".join(pair) for pair in pairs).replace("%20", "+").encode()

    def is_binary(self, schema):
        schema, _ = self.schemas.flat(schema)
        return schema.get("format") == "binary" or schema.get("type") == "file" or ("contentMediaType" in schema and "contentEncoding" not in schema)

    def multipart(self, value, node):
        encoding, properties, out = node.get("encoding") or {}, self.properties(node.get("schema", {})), []
        for name, item in value.items():
            schema = properties.get(name, {})
            items = item if isinstance(item, list) else [item]
            if not items:
                raise Unsatisfiable("nothing to write")
            flat, _ = self.schemas.flat(schema)
            inner = flat.get("items", {}) if isinstance(item, list) else schema
            rule = encoding.get(name) or {}
            for one in items:
                head = f'Content-Disposition: form-data; name="{name}"'
                content, media = None, (rule.get("contentType") or "").split(",")[0].strip().replace("/*", "/plain")
                if self.is_binary(inner):
                    content = self.bytes_of(inner)
                    head += '; filename="a.bin"'
                    media = media or "application/octet-stream"
                elif isinstance(one, (dict, list)):
                    content, media = dumps(one).encode(), media or "application/json"
                else:
                    content = (dumps(one) if media.endswith("json") else plain(one)).encode()
                if media:
                    head += f"\r\nContent-Type: {media}"
                for field, header in (rule.get("headers") or {}).items():
                    header = self.resolve(header)
                    if header.get("required"):
                        head += f"\r\n{field}: {plain(self.schemas.make(header.get('schema', {}), 'request'))}"
                out.append(b"--generated\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n")
        return b"".join(out) + b"--generated--\r\n" if out else b""

    def bytes_of(self, schema, size=None):
        schema, _ = self.schemas.flat(schema)
        fewest = schema.get("minLength", 1)
        size = size if size is not None else max(1, min(schema.get("maxLength", fewest + 8), fewest + 8))
        return b"\xff" * size

    def xml(self, schema, value):
        resolved, name = self.schemas.flat(schema)
        own, _ = self.schemas.resolve(schema)
        root = (resolved.get("xml") or {}).get("name") or name or "root"
        if not isinstance(value, (dict, list)):
            if not isinstance(value, str):
                raise Unsatisfiable("xml root")
            return f"<any>{word(self.random, 3)}</any>".encode() if "maxLength" not in resolved and "pattern" not in resolved and "enum" not in resolved and "format" not in resolved else plain(value).encode()
        if isinstance(value, list):
            items = resolved.get("items", {})
            flat, item_name = self.schemas.flat(items)
            tag = (flat.get("xml") or {}).get("name") or item_name or "item"
            return f"<{root}>{''.join(self.element(tag, items, item) for item in value)}</{root}>".encode()
        return self.element(root, schema, value).encode()

    def element(self, tag, schema, value):
        if not re.match(r"^[A-Za-z_][A-Za-z0-9_.-]*$", tag):
            raise Unsatisfiable("xml name")
        escape = lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
        try:
            resolved, _ = self.schemas.flat(schema)
        except Unsatisfiable:
            resolved = {}
        if resolved.get("xml", {}).get("namespace") or resolved.get("oneOf") or resolved.get("anyOf"):
            raise Unsatisfiable("xml namespace")
        if not isinstance(value, dict):
            text = plain(value)
            if not text.strip() or text != text.strip():
                raise Unsatisfiable("blank in xml")
            return f"<{tag}>{escape(text)}</{tag}>"
        attributes, children = "", ""
        properties = resolved.get("properties") or {}
        for name, item in value.items():
            part = properties.get(name, {})
            flat, _ = self.schemas.flat(part)
            hints = flat.get("xml") or {}
            own = hints.get("name") or name
            if hints.get("namespace"):
                raise Unsatisfiable("xml namespace")
            if hints.get("attribute"):
                attributes += f' {own}="{escape(plain(item))}"'
            elif isinstance(item, list):
                items = flat.get("items", {})
                inner = (self.schemas.flat(items)[0].get("xml") or {}).get("name")
                if any(isinstance(one, list) for one in item):
                    raise Unsatisfiable("lists in xml")
                if hints.get("wrapped"):
                    children += f"<{own}>{''.join(self.element(inner or own, items, one) for one in item)}</{own}>"
                elif not item:
                    if flat.get("minItems") or name in (resolved.get("required") or []):
                        raise Unsatisfiable("no items in xml")
                else:
                    children += "".join(self.element(inner or name, items, one) for one in item)
            else:
                children += self.element(own, part, item)
        if not children and not attributes:
            kinds = self.schemas.types(resolved) or []
            if kinds != ["object"]:
                raise Unsatisfiable("empty in xml")
        return f"<{tag}{attributes}>{children}</{tag}>"

    # --- messages ------------------------------------------------------------------------------------------

    def contents(self, operation, shared):
        """The media types of the request's body: name and media type object; and whether it is required."""
        if self.version != "2.0":
            body = self.resolve(operation.get("requestBody") or {})
            return list((body.get("content") or {}).items()), body.get("required") is True
        consumes = operation.get("consumes", self.document.get("consumes")) or []
        bodies = [one for one in shared if one["in"] == "body"]
        forms = [one for one in shared if one["in"] == "formData"]
        if bodies:
            return [(media, {"schema": bodies[0].get("schema", {})}) for media in consumes or ["application/json"]], bodies[0].get("required") is True
        if forms:
            media = [one for one in consumes if "form" in one] or ["multipart/form-data" if any(one.get("type") == "file" for one in forms) else "application/x-www-form-urlencoded"]
            rules = {}
            for one in forms:
                if one.get("type") == "array":
                    style, explode = self.style(one)
                    rules[one["name"]] = {"style": style, "explode": explode}
            schema = {"type": "object", "additionalProperties": False, "properties": {one["name"]: self.schema_of(one) for one in forms},
                      "required": [one["name"] for one in forms if one.get("required")]}
            return [(one, {"schema": schema, "encoding": rules if "urlencoded" in one else {}}) for one in media], bool(schema["required"])
        return [], False

    def credentials(self, operation, headers, query, cookies, taken):
        needed = operation.get("security", self.document.get("security")) or []
        if not needed:
            return
        schemes = self.document.get("securityDefinitions") if self.version == "2.0" else (self.document.get("components") or {}).get("securitySchemes")
        for name in needed[0]:
            scheme = self.resolve((schemes or {}).get(name) or {})
            kind = scheme.get("type")
            token = word(self.random, 20)
            if kind == "apiKey":
                place = {"header": headers, "query": query, "cookie": cookies}[scheme["in"]]
                if any(known.lower() == scheme["name"].lower() and at == scheme["in"] for at, known in taken):
                    continue
                place.append((scheme["name"], token))
            elif kind == "basic" or (kind == "http" and scheme.get("scheme", "").lower() == "basic"):
                headers.append(("Authorization", "Basic " + base64.b64encode(b"user:pass").decode()))
            elif kind == "http":
                headers.append(("Authorization", f"{scheme.get('scheme', 'bearer').title()} {token}"))
            elif kind in ("oauth2", "openIdConnect"):
                headers.append(("Authorization", f"Bearer {token}"))

    def request(self, method, template, operation, item, pick=None):
        """One valid request, in parts that can be changed one by one."""
        shared = self.parameters(operation, item)
        message = {"method": method.upper(), "template": template, "base": self.base_path(operation, item), "values": {}, "parameters": {},
                   "headers": [("Host", "api.example"), ("Accept", "*/*"), ("User-Agent", "generator")], "query": [], "cookies": [], "body": None}
        for parameter in shared:
            place, name = parameter["in"], parameter["name"]
            if place in ("body", "formData") or (place == "header" and name.lower() in ("accept", "content-type", "authorization")):
                continue
            needed = parameter.get("required") is True or place == "path"
            if not needed and self.random.random() < 0.4:
                continue
            try:
                value = self.value_of(parameter)
                self.write(parameter, value)
            except Unsatisfiable:
                if needed:
                    raise
                continue
            message["values"][(place, name)] = value
            message["parameters"][(place, name)] = parameter
        spread = [one for one in message["parameters"].values() if isinstance(message["values"][(one["in"], one["name"])], dict) and one["in"] in ("query", "cookie") and self.style(one) == ("form", True)]
        names = [one["name"] for one in shared]
        for one in spread:
            # A member of the name of another parameter could not be told from it.
            if len(spread) > 1 or any(key in names or "[" in key for key in message["values"][(one["in"], one["name"])]):
                raise Unsatisfiable("members beside parameters")
        self.credentials(operation, message["headers"], message["query"], message["cookies"], list(message["values"]))
        contents, needed = self.contents(operation, shared)
        message["contents"], message["needed"] = contents, needed
        if contents and (needed or self.random.random() < 0.8) and method != "trace":
            order = list(contents) if pick is None else [contents[pick % len(contents)]]
            self.random.shuffle(order)
            for media, node in order:
                try:
                    named, body, value = self.body(media, node, "request")
                    if len(body) > BODY_BYTES or not body:
                        continue
                    message["body"] = {"media": named, "bytes": body, "value": value, "node": node, "declared": media}
                    break
                except Unsatisfiable:
                    continue
            if message["body"] is None and needed:
                raise Unsatisfiable("body")
        return message

    def response(self, operation, skip=()):
        """One valid response: status, headers, media type, bytes."""
        responses = {str(key): value for key, value in (operation.get("responses") or {}).items() if not str(key).startswith("x-")}
        choices = [key for key in responses if re.match(r"^([2-5]\d\d|[2-5][Xx][Xx]|default)$", key) and key not in skip]
        if not choices:
            raise Unsatisfiable("responses")
        key = self.random.choice(choices)
        taken = {int(other) for other in responses if other.isdigit()}
        ranges = {int(other[0]) for other in responses if re.match(r"^\d[Xx][Xx]$", other)}
        if key == "default":
            status = next((one for one in (500, 503, 418, 299, 399) if one not in taken and one // 100 not in ranges), None)
        elif key.isdigit():
            status = int(key)
        else:
            status = next(one for one in range(int(key[0]) * 100, int(key[0]) * 100 + 99) if one not in taken)
        if status is None or status in (304,):
            raise Unsatisfiable("status")
        node = self.resolve(responses[key])
        if self.version == "2.0":
            produces = operation.get("produces", self.document.get("produces")) or ["application/json"]
            contents = [(media, {"schema": node["schema"]}) for media in produces] if "schema" in node else []
        else:
            contents = list((node.get("content") or {}).items())
        answer = {"status": status, "headers": [], "body": None, "node": node, "contents": contents, "values": {}}
        for name, header in (node.get("headers") or {}).items():
            header = self.resolve(header)
            if name.lower() in ("content-type", "set-cookie", "content-length"):
                continue
            parameter = dict(header, name=name)
            parameter["in"] = "header"
            try:
                value = self.value_of(parameter)
                answer["headers"].append((name, self.write(parameter, value)))
                answer["values"][name] = (parameter, value)
            except Unsatisfiable:
                if header.get("required"):
                    raise
        order = list(contents)
        self.random.shuffle(order)
        for media, part in order:
            try:
                named, body, value = self.body(media, part, "response")
                if body and len(body) <= BODY_BYTES and "form" not in named:
                    answer["body"] = {"media": named, "bytes": body, "value": value, "node": part, "declared": media}
                    break
            except Unsatisfiable:
                continue
        return answer

    # --- writing out ---------------------------------------------------------------------------------------

    def exchange(self, message, answer=None):
        path, query = message["base"] + message["template"], [(quote(name, "[]"), quote(value)) for name, value in message["query"]]
        headers, cookies = list(message["headers"]), [(name, value) for name, value in message["cookies"]]
        for (place, name), value in message["values"].items():
            written = self.write(message["parameters"][(place, name)], value)
            if place == "path":
                path = path.replace("{" + name + "}", written)
            elif place == "query":
                query += written
            elif place == "header":
                headers.append((name, written))
            else:
                cookies += written
        query += message.get("more_query", [])
        headers += message.get("more_headers", [])
        path = message.get("path", path)
        if cookies:
            headers.append(("Cookie", "; ".join(f"{name}={value}" for name, value in cookies)))
        if message["body"]:
            headers.append(("Content-Type", message["body"]["media"]))
        line = {"v": 1, "time": 1793491200000000, "host": "api.example", "method": message["method"], "path": path}
        if query:
            line["query"] = "&".join("=".join(pair) if pair[1] is not None else pair[0] for pair in query)
        line["request"] = {"headers": headers, "body": recorded(message["body"])}
        if answer:
            own = list(answer["headers"])
            if answer["body"]:
                own.append(("Content-Type", answer["body"]["media"]))
            line["response"] = {"status": answer["status"], "message": {"headers": own, "body": recorded(answer["body"])}}
        return line


def recorded(body):
    if not body or not body["bytes"]:
        return "empty"
    try:
        return {"text": {"text": body["bytes"].decode()}}
    except UnicodeDecodeError:
        return {"base64": {"bytes": base64.b64encode(body["bytes"]).decode(), "truncated": False}}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("contract")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--operations", type=int, default=60)
    options.add_argument("--each", type=int, default=4)
    options.add_argument("--violations", action="store_true")
    given = options.parse_args()
    document = load(given.contract)
    maker = Maker(document, given.seed)
    operations = maker.operations()
    if len(operations) > given.operations:
        operations = maker.random.sample(operations, given.operations)
    skipped = 0
    for method, template, operation, item in operations:
        for number_ in range(given.each):
            try:
                message = maker.request(method, template, operation, item, number_)
                try:
                    answer = maker.response(operation)
                except Unsatisfiable:
                    answer = None
                line = maker.exchange(message, answer)
                print(json.dumps({"exchange": line, "operation": f"{method.upper()} {template}"}))
            except Unsatisfiable:
                skipped += 1
                continue
            if given.violations and number_ < 2:
                from violations import seeded

                for kind, at, broken in seeded(maker, message, answer, operation, item):
                    print(json.dumps({"kind": kind, "at": at, "exchange": broken, "operation": f"{method.upper()} {template}"}))
    print(json.dumps({"operations": len(operations), "skipped": skipped}))


if __name__ == "__main__":
    main()
