// Written by `npm run api` from docs/openapi.json: do not edit.

export interface paths {
    "/api/control/newDiscoveredAPIs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hears of hosts that a plug-in found. An API is made by the first exchange of its host, not by its name. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: accepted, rejected. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Hosts"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Accepted"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hostsToTrace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The hosts of which exchanges are wanted. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: hosts. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Hosts"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/telemetry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes one exchange, as APIClarity's plug-ins send it. The credentials in it are redacted before anything else is
         *     done with it.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: accepted, rejected. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": string;
                };
            };
            responses: {
                /** @description It was taken, or its host is of no interest. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Accepted"];
                    };
                };
                /** @description It is no exchange. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No trace source has this token. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was dropped: too much at a time. */
                503: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the APIs behind the gateway. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "base_path" | "-base_path" | "mode" | "-mode" | "managed_by" | "-managed_by" | "created_at" | "-created_at" | "last_observed" | "-last_observed" | "exchanges" | "-exchanges" | "operations" | "-operations" | "state_counts.shadow" | "-state_counts.shadow" | "state_counts.zombie" | "-state_counts.zombie" | "state_counts.orphan" | "-state_counts.orphan" | "audit.score.total" | "-audit.score.total" | "read_only" | "-read_only";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `hosts` (is, is_not, contains, starts, greater, less, in); `base_path` (is, is_not, contains, starts, greater, less, in); `upstreams` (is, is_not, contains, starts, greater, less, in); `mode` (is, is_not, greater, less, in); `managed_by` (is, is_not, greater, less, in); `created_at` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `exchanges` (is, is_not, greater, less, in); `operations` (is, is_not, greater, less, in); `state_counts.shadow` (is, is_not, greater, less, in); `state_counts.zombie` (is, is_not, greater, less, in); `state_counts.orphan` (is, is_not, greater, less, in); `audit.score.total` (is, is_not, greater, less, in); `read_only` (is, is_not). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: audit, base_path, contract, created_at, exchanges, hosts, id, last_observed, managed_by, mode, name, operations, read_only, state_counts, upstreams. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Api"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Adds an API. It is in force at the gateways when the answer comes. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: audit, base_path, contract, created_at, exchanges, hosts, id, last_observed, managed_by, mode, name, operations, read_only, state_counts, upstreams. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewApi"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Api"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another API has the name, there are too many, or there is no contract to block by. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description More than 32 MiB. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places, findings those in the contract. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One API. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: audit, base_path, contract, created_at, exchanges, hosts, id, last_observed, managed_by, mode, name, operations, read_only, state_counts, upstreams. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Api"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Removes an API with everything that was kept of it: contracts, what was learned, findings, events, exceptions, its trace
         *     sources. Gateways serve it no longer.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file or the command line defines it. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes an API; what is left out stays. It is in force at the gateway of this process when the answer comes. */
        patch: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: audit, base_path, contract, created_at, exchanges, hosts, id, last_observed, managed_by, mode, name, operations, read_only, state_counts, upstreams. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ApiPatch"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Api"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file or the command line manages the API, another one has the name, or no contract is approved to block by. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/apis/{id}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The audit of a contract. */
        get: {
            parameters: {
                query?: {
                    /** @description Learned or approved; by default the approved one, else the learned one. */
                    source?: components["schemas"]["ContractSource"];
                    /** @description Members to give of each item or of the object, with commas between: contract, findings, outside_profile, score, state, summary, suppressed. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditReport"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description There is no such contract. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes of all operations, the newest first. The newest 50 of an operation are kept. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first. */
                    sort?: "id" | "-id" | "time" | "-time" | "operation_id" | "-operation_id" | "operation" | "-operation" | "kind" | "-kind" | "direction" | "-direction" | "in" | "-in" | "name" | "-name" | "pointer" | "-pointer";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `time` (is, is_not, greater, less, in); `operation_id` (is, is_not, in); `operation` (is, is_not, contains, starts, greater, less, in); `kind` (is, is_not, contains, starts, greater, less, in); `direction` (is, is_not, greater, less, in); `in` (is, is_not, contains, starts, greater, less, in); `name` (is, is_not, contains, starts, greater, less, in); `pointer` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: after, before, direction, exchange_id, id, in, kind, name, operation, operation_id, pointer, time. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_OperationChange"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/compliance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a gate says of an API: of the findings in its traffic and its contract that are there and that nobody accepted,
         *     and of the points of its contract.
         */
        get: {
            parameters: {
                query?: {
                    /** @description A gate's name; without it the project's default. */
                    gate?: string;
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, broken, compliant, gate, judged. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GateVerdict"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No such API, or no such gate. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No gate is named, and the project has no default. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/contract": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The text of a contract: YAML, or JSON when `Accept` prefers it. */
        get: {
            parameters: {
                query?: {
                    /** @description Learned or approved; by default the approved one, else the learned one. */
                    source?: components["schemas"]["ContractSource"];
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI text. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/yaml": string;
                        "application/json": unknown;
                    };
                };
                /** @description If-None-Match names this text. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description There is none. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Puts an uploaded contract in force. It needs no evidence from traffic. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: audit, base_path, contract, created_at, exchanges, hosts, id, last_observed, managed_by, mode, name, operations, read_only, state_counts, upstreams. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": unknown;
                    "application/yaml": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Api"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages the API. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description More than 16 MiB. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; the findings say where and why. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/contract/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Freezes the learned contract as the approved one. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: audit, base_path, contract, created_at, exchanges, hosts, id, last_observed, managed_by, mode, name, operations, read_only, state_counts, upstreams. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Approve"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Api"];
                    };
                };
                /** @description Nothing was learned yet. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages the API. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/corrections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The corrections of an API. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: ignore, merge, rename, split. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Corrections"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Replaces the corrections of an API, by YAML or JSON. They hold for everything that was learned, also before. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: ignore, merge, rename, split. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Corrections"];
                    "application/yaml": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Corrections"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description They cannot be used; the detail says where and why. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/drift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Shadow and zombie operations, parameters and properties with their times, the newest first. They outlive restarts and
         *     changes of the contract.
         */
        get: {
            parameters: {
                query?: {
                    /** @description On the list for this reason. */
                    reason?: components["schemas"]["DriftReason"];
                    /** @description Of this kind. */
                    subject?: components["schemas"]["DriftSubject"];
                    /** @description So under the contract in force, or not any more. */
                    open?: boolean;
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first. */
                    sort?: "id" | "-id" | "reason" | "-reason" | "subject" | "-subject" | "operation_id" | "-operation_id" | "operation" | "-operation" | "in" | "-in" | "name" | "-name" | "first_observed" | "-first_observed" | "last_observed" | "-last_observed" | "count" | "-count" | "open" | "-open";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `reason` (is, is_not, greater, less, in); `subject` (is, is_not, greater, less, in); `operation_id` (is, is_not, in); `operation` (is, is_not, contains, starts, greater, less, in); `in` (is, is_not, contains, starts, greater, less, in); `name` (is, is_not, contains, starts, greater, less, in); `first_observed` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `count` (is, is_not, greater, less, in); `open` (is, is_not). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: count, first_observed, id, in, last_observed, name, open, operation, operation_id, reason, subject. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_DriftItem"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/exceptions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What people allowed, oldest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "operation" | "-operation" | "code" | "-code" | "in" | "-in" | "name" | "-name" | "pointer" | "-pointer" | "created_at" | "-created_at" | "created_by" | "-created_by";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `operation` (is, is_not, contains, starts, greater, less, in); `code` (is, is_not, contains, starts, greater, less, in); `in` (is, is_not, contains, starts, greater, less, in); `name` (is, is_not, contains, starts, greater, less, in); `pointer` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `created_by` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: code, created_at, created_by, event_uuid, id, in, name, operation, pointer. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Exception"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/exceptions/{exception_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Takes "allow this" back: the exception, and those made by the same click. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    exception_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is blocked again. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Findings in traffic and contract, the most serious first. Fixed ones are left out unless `filter` asks for a state. */
        get: {
            parameters: {
                query?: {
                    /** @description Of this severity. */
                    severity?: components["schemas"]["Severity"];
                    /** @description Of this engine. */
                    engine?: components["schemas"]["Engine"];
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `rank`. */
                    sort?: "last_observed" | "-last_observed" | "rank" | "-rank";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `api_id` (is, is_not, in); `severity` (is, is_not, greater, less, in); `engine` (is, is_not, contains, starts, greater, less, in); `state` (is, is_not, greater, less, in); `rule` (is, is_not, contains, starts, greater, less, in); `category` (is, is_not, contains, starts, greater, less, in); `operation` (is, is_not, contains, starts, greater, less, in); `fingerprint` (is, is_not, contains, starts, greater, less, in); `count` (is, is_not, greater, less, in); `first_observed` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `changed_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, aliases, api_id, attack, category, changed_at, column, count, cwe, engine, evidence, file, fingerprint, first_observed, fix, id, last_observed, line, loss, message, name, operation, owasp, pointer, rule, severity, state. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_KeptFinding"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists operations of inventory and contract, by path and method unless asked otherwise. */
        get: {
            parameters: {
                query?: {
                    /** @description In this state. */
                    state?: components["schemas"]["State"];
                    /** @description Method or template contains this text, case aside. */
                    q?: string;
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first. */
                    sort?: "id" | "-id" | "method" | "-method" | "path" | "-path" | "hits" | "-hits" | "first_observed" | "-first_observed" | "last_observed" | "-last_observed" | "state" | "-state" | "protected" | "-protected" | "protection" | "-protection" | "deprecated" | "-deprecated" | "authenticated" | "-authenticated" | "principals" | "-principals" | "findings" | "-findings" | "worst" | "-worst" | "summary" | "-summary";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `method` (is, is_not, contains, starts, greater, less, in); `path` (is, is_not, contains, starts, greater, less, in); `hits` (is, is_not, greater, less, in); `first_observed` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `state` (is, is_not, greater, less, in); `protected` (is, is_not); `protection` (is, is_not, contains, starts, greater, less, in); `deprecated` (is, is_not); `authenticated` (is, is_not, contains, starts, greater, less, in); `principals` (is, is_not, greater, less, in); `findings` (is, is_not, greater, less, in); `worst` (is, is_not, greater, less, in); `summary` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: authenticated, deprecated, findings, first_observed, hits, id, last_observed, method, path, principals, protected, protection, sensitive, state, statuses, summary, worst. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Operation"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/operations/{operation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One operation with everything known about it. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: authenticated, curl, deprecated, findings, findings_list, first_observed, hits, id, last_observed, method, parameters, path, principals, protected, protection, recent_events, request_media, response_media, sample_path, sensitive, state, statuses, summary, worst. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                    operation_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OperationDetail"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Sets what a person wants for an operation. */
        patch: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: authenticated, deprecated, findings, first_observed, hits, id, last_observed, method, path, principals, protected, protection, sensitive, state, statuses, summary, worst. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                    operation_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OperationPatch"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Operation"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages the API, or the approved contract does not have the operation. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/apis/{id}/operations/{operation_id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Changes of one operation, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first. */
                    sort?: "id" | "-id" | "time" | "-time" | "operation_id" | "-operation_id" | "operation" | "-operation" | "kind" | "-kind" | "direction" | "-direction" | "in" | "-in" | "name" | "-name" | "pointer" | "-pointer";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `time` (is, is_not, greater, less, in); `operation_id` (is, is_not, in); `operation` (is, is_not, contains, starts, greater, less, in); `kind` (is, is_not, contains, starts, greater, less, in); `direction` (is, is_not, greater, less, in); `in` (is, is_not, contains, starts, greater, less, in); `name` (is, is_not, contains, starts, greater, less, in); `pointer` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: after, before, direction, exchange_id, id, in, kind, name, operation, operation_id, pointer, time. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                    operation_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_OperationChange"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What block mode would have done, on traffic the contract was not learned from. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: contract, judged, operations, since, text, would_block. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Preview"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what the contract in force lacks of what was learned. Empty while no contract is approved. */
        get: {
            parameters: {
                query?: {
                    /** @description Open ones by default. */
                    state?: components["schemas"]["ProposalState"];
                    /** @description Only those of this kind. */
                    kind?: components["schemas"]["ProposalKind"];
                    /** @description Only those of the operation with this id. */
                    operation_id?: string;
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first. */
                    sort?: "id" | "-id" | "kind" | "-kind" | "operation" | "-operation" | "operation_id" | "-operation_id" | "message" | "-message" | "line" | "-line" | "makes_room" | "-makes_room" | "evidence.count" | "-evidence.count" | "evidence.first_observed" | "-evidence.first_observed" | "evidence.last_observed" | "-evidence.last_observed" | "evidence.thin" | "-evidence.thin" | "rejected_at" | "-rejected_at" | "rejected_by" | "-rejected_by";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `kind` (is, is_not, contains, starts, greater, less, in); `operation` (is, is_not, contains, starts, greater, less, in); `operation_id` (is, is_not, in); `message` (is, is_not, contains, starts, greater, less, in); `line` (is, is_not, greater, less, in); `makes_room` (is, is_not); `evidence.count` (is, is_not, greater, less, in); `evidence.first_observed` (is, is_not, greater, less, in); `evidence.last_observed` (is, is_not, greater, less, in); `evidence.thin` (is, is_not); `rejected_at` (is, is_not, greater, less, in); `rejected_by` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: column, edit, evidence, id, kind, line, makes_room, message, obstacle, operation, operation_id, pointer, rejected_at, rejected_by, state. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Proposal"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/proposals/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accepts proposals: edits the text of the contract in force, which keeps its comments and order, and puts it in force.
         *     One that cannot be made is named in `refused` and holds up no other.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: accepted, diff, refused, version. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AcceptProposals"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AcceptedProposals"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No such API, or no such proposal any more. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No contract is approved, or a file manages it: ask with `dry_run` for the change to make there. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The contract could not be used afterwards. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/proposals/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turns proposals down. They stay so, also after a restart, while the evidence is of the same kind. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProposalIds"];
                };
            };
            responses: {
                /** @description They are rejected. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No such API, or no such proposal. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many are rejected. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/proposals/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens rejected proposals again. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProposalIds"];
                };
            };
            responses: {
                /** @description They are open. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No such API, or one of them is not rejected. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/proposals/{proposal_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One proposal, with the change of the contract's text. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: column, diff, edit, evidence, id, kind, line, makes_room, message, obstacle, operation, operation_id, pointer, refusal, rejected_at, rejected_by, state. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                    proposal_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProposalDetail"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description There is none, or there is none any more. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/protection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is set for the protection of an API, and every check with its default. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: changed_at, changed_by, checks, mode, problem, read_only, settings, version. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The version. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiProtection"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Sets mode and settings, whole: the next version. It is in force at the gateway of this process when the answer comes. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: changed_at, changed_by, checks, mode, problem, read_only, settings, version. */
                    fields?: string;
                };
                header?: {
                    /** @description The version that was read: the change is refused when there is a newer one. */
                    "if-match"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProtectionChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        /** @description The version. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiProtection"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages the API, or no contract is approved to block by. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description There is a newer version than If-Match names. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The settings cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/protection/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tries a change on the newest exchanges of the API and changes nothing: what it would have refused, let through or told.
         *     Rates and bans are counted as the exchanges came; tokens are not assessed; of bodies counts what was found against
         *     them when they came.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: changes, exchanges, mode, newly_passed, newly_refused, newly_told, no_longer_told, not_assessed, partly_assessed, refused_after, refused_before, rollout, since, supposed, until. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProtectionChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ProtectionTrial"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No contract is approved to block by. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The settings cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/protection/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Versions of an API's protection, the newest first, with what each changed. The newest 200 are kept. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description Members to give of each item or of the object, with commas between: changes, made_at, made_by, mode, settings, version. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ProtectionVersion"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description limit or cursor cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/apis/{id}/protection/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Goes back to a version: its mode and settings become the next version. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: changed_at, changed_by, checks, mode, problem, read_only, settings, version. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                    version: number;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The version. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ApiProtection"];
                    };
                };
                /** @description No such API, or the version is not kept. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages the API, or no contract is approved to block by. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It names a network list that is gone. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists entries of the audit log, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `-id`. */
                    sort?: "id" | "-id" | "time" | "-time" | "kind" | "-kind" | "actor" | "-actor" | "role" | "-role" | "credential" | "-credential" | "address" | "-address" | "action" | "-action" | "object_type" | "-object_type" | "object_id" | "-object_id" | "path" | "-path" | "status" | "-status" | "outcome" | "-outcome";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `time` (is, is_not, greater, less, in); `kind` (is, is_not, greater, less, in); `actor` (is, is_not, contains, starts, greater, less, in); `role` (is, is_not, contains, starts, greater, less, in); `credential` (is, is_not, contains, starts, greater, less, in); `address` (is, is_not, contains, starts, greater, less, in); `action` (is, is_not, contains, starts, greater, less, in); `object_type` (is, is_not, contains, starts, greater, less, in); `object_id` (is, is_not, contains, starts, greater, less, in); `path` (is, is_not, contains, starts, greater, less, in); `status` (is, is_not, greater, less, in); `outcome` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: action, actor, address, after, before, credential, hash, id, kind, object_id, object_type, outcome, path, previous, repeats, role, seq, status, time. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_AuditLogEntry"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Walks the chains of hashes: says what was removed or changed. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: chains, whole. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuditLogCheck"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit-log/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Hands out the entries that the filters leave, all of them, page by page as they are read. */
        get: {
            parameters: {
                query?: {
                    /** @description JSON, an entry a line, or CSV. */
                    format?: "jsonl" | "csv";
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `-id`. */
                    sort?: "id" | "-id" | "time" | "-time" | "kind" | "-kind" | "actor" | "-actor" | "role" | "-role" | "credential" | "-credential" | "address" | "-address" | "action" | "-action" | "object_type" | "-object_type" | "object_id" | "-object_id" | "path" | "-path" | "status" | "-status" | "outcome" | "-outcome";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `time` (is, is_not, greater, less, in); `kind` (is, is_not, greater, less, in); `actor` (is, is_not, contains, starts, greater, less, in); `role` (is, is_not, contains, starts, greater, less, in); `credential` (is, is_not, contains, starts, greater, less, in); `address` (is, is_not, contains, starts, greater, less, in); `action` (is, is_not, contains, starts, greater, less, in); `object_type` (is, is_not, contains, starts, greater, less, in); `object_id` (is, is_not, contains, starts, greater, less, in); `path` (is, is_not, contains, starts, greater, less, in); `status` (is, is_not, greater, less, in); `outcome` (is, is_not, greater, less, in). */
                    filter?: string[];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description An entry a line. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/jsonl": string;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the bans that run at the gateway of this process, the newest first. Other gateways keep their own. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first. */
                    sort?: "id" | "-id" | "who" | "-who" | "api_id" | "-api_id" | "api_name" | "-api_name" | "code" | "-code" | "since" | "-since" | "until" | "-until" | "refused" | "-refused";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `who` (is, is_not, contains, starts, greater, less, in); `api_id` (is, is_not, in); `api_name` (is, is_not, contains, starts, greater, less, in); `code` (is, is_not, contains, starts, greater, less, in); `since` (is, is_not, greater, less, in); `until` (is, is_not, greater, less, in); `refused` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: api_id, api_name, code, id, refused, since, until, who. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Ban"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/bans/{ban_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends a ban before its time. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    ban_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It has ended. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No such ban runs. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controller/hello": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that a controller has started. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: controller_id, heartbeat_seconds, lease_seconds. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Hello"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Welcome"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A control plane's own controller has this name. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controller/{id}/bye": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that a controller ends: what it still holds waits for others. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ControllerInstance"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controller/{id}/jobs/{job_id}/document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The document of a job that the controller holds. */
        get: {
            parameters: {
                query: {
                    /** @description Number of the lease. */
                    fence: number;
                };
                header?: never;
                path: {
                    id: string;
                    job_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": number[];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The lease is over. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controller/{id}/jobs/{job_id}/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a lease. Findings, report and log are kept with the end, all or nothing, once. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    job_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["End"];
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The lease is over. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controller/{id}/jobs/{job_id}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Renews a lease and says how far the job is; brings back whether someone wants it stopped. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    job_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Beat"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Heard"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The lease is over. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controller/{id}/lease": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a job. The answer is held until there is one, for as long as the controller wants. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: asked, attempt, document, fence, id. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LeaseWish"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Task"];
                    };
                };
                /** @description There is none. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another instance has its name. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/controllers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists controllers, the oldest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "version" | "-version" | "last_seen" | "-last_seen" | "embedded" | "-embedded" | "allow_private" | "-allow_private";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `version` (is, is_not, contains, starts, greater, less, in); `last_seen` (is, is_not, greater, less, in); `embedded` (is, is_not); `allow_private` (is, is_not). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: allow_private, capabilities, embedded, id, jobs, last_seen, name, parallel, state, version. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Controller"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists events, the newest first unless asked otherwise. */
        get: {
            parameters: {
                query?: {
                    /** @description The event a client was given this uuid for, also when it was merged into another one. */
                    uuid?: string;
                    /** @description Of this API. */
                    api_id?: string;
                    /** @description With this effect. */
                    effect?: components["schemas"]["EventEffect"];
                    /** @description Of this operation. */
                    operation_id?: string;
                    /** @description Of this check. */
                    check?: components["schemas"]["CheckName"];
                    /** @description With this code of the main reason. */
                    code?: string;
                    /** @description The caller contains this text, case aside. */
                    client?: string;
                    /** @description The client got this status. */
                    status?: number;
                    /** @description Its newest exchange came at or after this time, RFC 3339. */
                    since?: string;
                    /** @description Its first exchange came before this time, RFC 3339. */
                    until?: string;
                    /** @description Path, operation, title, code, or a field's place or message contains this text, case aside. */
                    text?: string;
                    /**
                     * @description What a summary groups by: one or two of `operation`, `reason`, `check`, `client`, `effect` and `api`, with a comma
                     *     between. A list does not look at it.
                     */
                    group_by?: string;
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `-id`. */
                    sort?: "newest" | "last" | "count" | "id" | "-id" | "api_id" | "-api_id" | "operation" | "-operation" | "operation_id" | "-operation_id" | "client" | "-client" | "method" | "-method" | "path" | "-path" | "status" | "-status" | "upstream_status" | "-upstream_status" | "effect" | "-effect" | "would" | "-would" | "check" | "-check" | "code" | "-code" | "title" | "-title" | "principal" | "-principal" | "banned" | "-banned" | "ban_until" | "-ban_until" | "degraded" | "-degraded" | "fault" | "-fault" | "first_time" | "-first_time" | "last_time" | "-last_time" | "count" | "-count";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `api_id` (is, is_not, in); `operation` (is, is_not, contains, starts, greater, less, in); `operation_id` (is, is_not, in); `client` (is, is_not, contains, starts, greater, less, in); `method` (is, is_not, contains, starts, greater, less, in); `path` (is, is_not, contains, starts, greater, less, in); `status` (is, is_not, greater, less, in); `upstream_status` (is, is_not, greater, less, in); `effect` (is, is_not, greater, less, in); `would` (is, is_not, greater, less, in); `check` (is, is_not, contains, starts, greater, less, in); `code` (is, is_not, contains, starts, greater, less, in); `title` (is, is_not, contains, starts, greater, less, in); `principal` (is, is_not, contains, starts, greater, less, in); `banned` (is, is_not, contains, starts, greater, less, in); `ban_until` (is, is_not, greater, less, in); `degraded` (is, is_not, contains, starts, greater, less, in); `fault` (is, is_not, contains, starts, greater, less, in); `first_time` (is, is_not, greater, less, in); `last_time` (is, is_not, greater, less, in); `count` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: allowable, api_id, api_name, ban_until, banned, check, client, code, count, degraded, effect, errors, exception_id, fault, first_time, id, last_time, method, not_assessed, operation, operation_id, path, principal, status, steps, title, upstream_status, uuid, uuids_merged, would. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Event"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A filter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The events that pass a filter, counted: over time, and by what they have in common. */
        get: {
            parameters: {
                query?: {
                    /** @description The event a client was given this uuid for, also when it was merged into another one. */
                    uuid?: string;
                    /** @description Of this API. */
                    api_id?: string;
                    /** @description With this effect. */
                    effect?: components["schemas"]["EventEffect"];
                    /** @description Of this operation. */
                    operation_id?: string;
                    /** @description Of this check. */
                    check?: components["schemas"]["CheckName"];
                    /** @description With this code of the main reason. */
                    code?: string;
                    /** @description The caller contains this text, case aside. */
                    client?: string;
                    /** @description The client got this status. */
                    status?: number;
                    /** @description Its newest exchange came at or after this time, RFC 3339. */
                    since?: string;
                    /** @description Its first exchange came before this time, RFC 3339. */
                    until?: string;
                    /** @description Path, operation, title, code, or a field's place or message contains this text, case aside. */
                    text?: string;
                    /**
                     * @description What a summary groups by: one or two of `operation`, `reason`, `check`, `client`, `effect` and `api`, with a comma
                     *     between. A list does not look at it.
                     */
                    group_by?: string;
                    /** @description Members to give of each item or of the object, with commas between: bucket_seconds, buckets, count, dropped, events, exchanges, groups. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EventSummary"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A filter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/{uuid}/allow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets through what an event was about: one exception for each of its reasons; the first one is given. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: code, created_at, created_by, event_uuid, id, in, name, operation, pointer. */
                    fields?: string;
                };
                header?: never;
                path: {
                    uuid: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Exception"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages the API, or the reason cannot be lifted. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Findings of every API of the project, the most serious first. Fixed ones are left out unless `filter` asks for a state. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `rank`. */
                    sort?: "last_observed" | "-last_observed" | "rank" | "-rank";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `api_id` (is, is_not, in); `severity` (is, is_not, greater, less, in); `engine` (is, is_not, contains, starts, greater, less, in); `state` (is, is_not, greater, less, in); `rule` (is, is_not, contains, starts, greater, less, in); `category` (is, is_not, contains, starts, greater, less, in); `operation` (is, is_not, contains, starts, greater, less, in); `fingerprint` (is, is_not, contains, starts, greater, less, in); `count` (is, is_not, greater, less, in); `first_observed` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `changed_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, aliases, api_id, attack, category, changed_at, column, count, cwe, engine, evidence, file, fingerprint, first_observed, fix, id, last_observed, line, loss, message, name, operation, owasp, pointer, rule, severity, state. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_KeptFinding"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts the findings that a filter names, at most 1000: those that are open or regressed, unless it names a state. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, more, refused. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AcknowledgeMany"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AcknowledgedMany"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Filter, reason or end cannot be used. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many findings there are, in groups, the largest first. Fixed ones are left out unless `filter` asks for a state;
         *     `limit` is the number of groups.
         */
        get: {
            parameters: {
                query?: {
                    /** @description What the findings of a group have in common; `severity` unless given. */
                    by?: "api" | "engine" | "severity" | "state" | "rule" | "category" | "operation";
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `rank`. */
                    sort?: "last_observed" | "-last_observed" | "rank" | "-rank";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `api_id` (is, is_not, in); `severity` (is, is_not, greater, less, in); `engine` (is, is_not, contains, starts, greater, less, in); `state` (is, is_not, greater, less, in); `rule` (is, is_not, contains, starts, greater, less, in); `category` (is, is_not, contains, starts, greater, less, in); `operation` (is, is_not, contains, starts, greater, less, in); `fingerprint` (is, is_not, contains, starts, greater, less, in); `count` (is, is_not, greater, less, in); `first_observed` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `changed_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: items. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingGroups"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One finding, with what happened to it since it was first found. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, aliases, api_id, attack, category, changed_at, column, count, cwe, engine, evidence, file, fingerprint, first_observed, fix, history, id, last_observed, line, loss, message, name, operation, owasp, pointer, rule, severity, state. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingDetail"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts a finding: it stays, and counts against nothing until it expires. Accepting it again changes reason and end. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, aliases, api_id, attack, category, changed_at, column, count, cwe, engine, evidence, file, fingerprint, first_observed, fix, history, id, last_observed, line, loss, message, name, operation, owasp, pointer, rule, severity, state. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Acknowledge"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingDetail"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It is fixed, or its API has as many accepted findings as are kept. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Reason or end cannot be used. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/findings/{id}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back that a finding was accepted: it is open again. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, aliases, api_id, attack, category, changed_at, column, count, cwe, engine, evidence, file, fingerprint, first_observed, fix, history, id, last_observed, line, loss, message, name, operation, owasp, pointer, rule, severity, state. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Reopen"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FindingDetail"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Nobody accepted it. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The reason cannot be used. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists gates. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `name`. */
                    sort?: "name" | "-name" | "default" | "-default" | "created_at" | "-created_at" | "updated_at" | "-updated_at" | "updated_by" | "-updated_by";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `name` (is, is_not, contains, starts, greater, less, in); `default` (is, is_not); `created_at` (is, is_not, greater, less, in); `updated_at` (is, is_not, greater, less, in); `updated_by` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: created_at, default, definition, description, files, forbid, id, minimum, name, operations, reject_categories, reject_invalid, reject_severity, tags, updated_at, updated_by. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Gate"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Adds a gate. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, default, definition, description, files, forbid, id, minimum, name, operations, reject_categories, reject_invalid, reject_severity, tags, updated_at, updated_by. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewGate"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Gate"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another gate has the name, or there are 200. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places, `name` as line:column of the definition. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gates/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One gate. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, default, definition, description, files, forbid, id, minimum, name, operations, reject_categories, reject_invalid, reject_severity, tags, updated_at, updated_by. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Gate"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Changes a gate, whole; its name stays. `If-Match` with the `ETag` it was read with keeps others' changes. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, default, definition, description, files, forbid, id, minimum, name, operations, reject_categories, reject_invalid, reject_severity, tags, updated_at, updated_by. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GateChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Gate"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Someone changed it since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places, `name` as line:column of the definition. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Removes a gate. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gateway/exchanges": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes exchanges, one JSON line each. What a gateway decided counts; what comes without a decision is judged here, by
         *     the contract in force.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/jsonl": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Accepted"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/gateway/snapshot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The snapshot of the gateway's project; waits up to 25 seconds while it is the one the gateway has. */
        get: {
            parameters: {
                query?: {
                    /** @description The version the gateway has; the answer waits up to 25 seconds for another one. */
                    after?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Snapshot"];
                    };
                };
                /** @description Nothing new within 25 seconds. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists jobs, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `-created_at`. */
                    sort?: "created_at" | "-created_at" | "updated_at" | "-updated_at" | "started_at" | "-started_at" | "ended_at" | "-ended_at" | "state" | "-state" | "job_type" | "-job_type" | "created_by" | "-created_by" | "application" | "-application" | "application_version" | "-application_version" | "compliant" | "-compliant" | "score" | "-score" | "grade" | "-grade" | "attempts" | "-attempts";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `created_at` (is, is_not, greater, less, in); `updated_at` (is, is_not, greater, less, in); `started_at` (is, is_not, greater, less, in); `ended_at` (is, is_not, greater, less, in); `state` (is, is_not, greater, less, in); `job_type` (is, is_not, contains, starts, greater, less, in); `created_by` (is, is_not, contains, starts, greater, less, in); `application` (is, is_not, contains, starts, greater, less, in); `application_version` (is, is_not, contains, starts, greater, less, in); `compliant` (is, is_not); `score` (is, is_not, greater, less, in); `grade` (is, is_not, contains, starts, greater, less, in); `attempts` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: application, application_version, attempts, compliant, controller, created_at, created_by, document_name, ended_at, expires_at, grade, id, job_type, progress, progress_text, reason, score, started_at, state, summary, updated_at, url. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Job"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Asks for a job. With an `Idempotency-Key` the same request gives the same job, however often it is sent. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: application, application_version, attempts, compliant, controller, created_at, created_by, document_name, ended_at, expires_at, grade, id, job_type, progress, progress_text, reason, score, started_at, state, summary, updated_at, url. */
                    fields?: string;
                };
                header?: {
                    /** @description 1 to 200 visible ASCII characters */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewJob"];
                };
            };
            responses: {
                /** @description It was asked for before with the same key. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Something in it is not as it has to be, or the key was used for another job. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many open jobs. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One job. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: application, application_version, attempts, compliant, controller, created_at, created_by, document_name, ended_at, expires_at, grade, id, job_type, progress, progress_text, reason, score, started_at, state, summary, updated_at, url. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Stops a job. One that waits has ended when this answers; one that runs mostly has: the state says so. One that has
         *     ended before stays as it is.
         */
        delete: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: application, application_version, attempts, compliant, controller, created_at, created_by, document_name, ended_at, expires_at, grade, id, job_type, progress, progress_text, reason, score, started_at, state, summary, updated_at, url. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Job"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/compare/{other}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the job `other` differs from the job `id`: two of one kind. Of a job that is gone by now what its schedule kept is
         *     compared.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: after, before, contract, coverage_change, findings, operations, score_change. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                    other: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comparison"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description One of the two was not completed, or they are of two kinds. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/compliance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a gate says of the result of a job: the gate that is named, else the one the job was asked with, else the project's
         *     default.
         */
        get: {
            parameters: {
                query?: {
                    /** @description A gate's name; without it the project's default. */
                    gate?: string;
                    /** @description Members to give of each item or of the object, with commas between: acknowledged, broken, compliant, gate, judged. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["GateVerdict"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No such job, or no such gate. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The job was not completed, or no gate is named and the project has no default. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follows a job: the job at once, then each change of it, until it has ended. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Events `job`, each with the job as JSON. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["Job"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a job found, in the order of its engine; nothing before its end. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `position`. */
                    sort?: "position" | "-position" | "severity" | "-severity" | "source" | "-source" | "created_at" | "-created_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `position` (is, is_not, greater, less, in); `severity` (is, is_not, greater, less, in); `source` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: aliases, attack, categories, category, column, count, created_at, cwe, evidence, file, fingerprint, fix, id, line, loss, message, name, operation, owasp, pointer, position, rule, severity, source. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_JobFinding"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The log of a job: one line for each step of each attempt, with its time. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The report of a job that was completed. */
        get: {
            parameters: {
                query?: {
                    /** @description `json` (the default), `text`, `sarif`, `junit`, `md` or `html`. */
                    format?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The report, to be saved as a file. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                        "application/sarif+json": string;
                        "application/xml": string;
                        "text/plain": string;
                        "text/markdown": string;
                        "text/html": string;
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was not completed. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Lists key pairs without their secret keys: the caller's own; for an admin, all of the project. Those that ended stay
         *     listed for a while.
         */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "access_key" | "-access_key" | "role" | "-role" | "user_id" | "-user_id" | "created_by" | "-created_by" | "created_at" | "-created_at" | "expires_at" | "-expires_at" | "last_used_at" | "-last_used_at" | "revoked_at" | "-revoked_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `access_key` (is, is_not, contains, starts, greater, less, in); `role` (is, is_not, contains, starts, greater, less, in); `user_id` (is, is_not, in); `created_by` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `expires_at` (is, is_not, greater, less, in); `last_used_at` (is, is_not, greater, less, in); `revoked_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: access_key, created_at, created_by, expires_at, id, last_used_at, name, revoked_at, role, scopes, state, user_id. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_KeyPair"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Makes a key pair. Its secret key is shown here and never again. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: access_key, created_at, created_by, expires_at, id, last_used_at, name, revoked_at, role, scopes, secret_key, state, user_id. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewKeyPair"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeKeyPair"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The role is above the caller's, or the caller is no user. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a key pair, by its id or access key: it opens nothing any more. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It opens nothing any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/network-lists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists network lists, by name. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `name`. */
                    sort?: "id" | "-id" | "name" | "-name" | "description" | "-description" | "updated_at" | "-updated_at" | "updated_by" | "-updated_by" | "read_only" | "-read_only";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `description` (is, is_not, contains, starts, greater, less, in); `networks` (is, is_not, contains, starts, greater, less, in); `updated_at` (is, is_not, greater, less, in); `updated_by` (is, is_not, contains, starts, greater, less, in); `read_only` (is, is_not). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: description, id, name, networks, read_only, updated_at, updated_by, used_by. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_NetworkList"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Adds a network list. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: description, id, name, networks, read_only, updated_at, updated_by, used_by. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NetworkListChange"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetworkList"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another list has the name, or there are 500. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/network-lists/{list_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One network list. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: description, id, name, networks, read_only, updated_at, updated_by, used_by. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    list_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetworkList"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Changes a network list, whole. Policies that name it follow at once. A list that is named keeps its name. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: description, id, name, networks, read_only, updated_at, updated_by, used_by. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    list_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NetworkListChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetworkList"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages it, another list has the name, or it is named and would change its own. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Removes a network list that no policy names. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    list_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages it, or policies name it. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/network-lists/{list_id}/networks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The networks of a list, one a line; as CSV with the column `network` when `Accept` asks for `text/csv`. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    list_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One a line. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                        "text/csv": string;
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Replaces the networks of a list by a text of one a line, or by CSV whose first column holds them. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: description, id, name, networks, read_only, updated_at, updated_by, used_by. */
                    fields?: string;
                };
                header?: never;
                path: {
                    list_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "text/csv": string;
                    "text/plain": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NetworkList"];
                    };
                };
                /** @description The text is not UTF-8. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file manages it. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is neither text nor CSV. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A line cannot be used; errors name the lines. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Single sign-on as it is set. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: has_secret, managed_by_file, redirect_uri, settings, signed_out_uri. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Oidc"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Sets up single sign-on. The client secret is set apart. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: has_secret, managed_by_file, redirect_uri, settings, signed_out_uri. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OidcSettings"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Oidc"];
                    };
                };
                /** @description A file holds the settings. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description They cannot work. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Ends single sign-on, and forgets its client secret. Users and sessions stay. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A file holds the settings. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/oidc/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets the client secret of single sign-on. It is sealed in the vault and never shown. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OidcSecret"];
                };
            };
            responses: {
                /** @description It is kept. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A file holds the settings. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description OpenAPI 3.1. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the operations of every API of the project. What traffic changes is seen here within seconds. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `path`. */
                    sort?: "path" | "-path" | "hits" | "-hits" | "last_observed" | "-last_observed" | "worst" | "-worst";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `api_id` (is, is_not, in); `method` (is, is_not, contains, starts, greater, less, in); `path` (is, is_not, contains, starts, greater, less, in); `state` (is, is_not, greater, less, in); `deprecated` (is, is_not); `authenticated` (is, is_not, greater, less, in); `sensitive` (is, is_not, greater, less, in); `hits` (is, is_not, greater, less, in); `last_observed` (is, is_not, greater, less, in); `findings` (is, is_not, greater, less, in); `worst` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: api_id, authenticated, deprecated, findings, first_observed, hits, id, last_observed, method, path, sensitive, state, worst. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_KnownOperation"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures, what the owner most likely did not know, and the newest events. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: apis, blocked, dropped, exchanges, findings, highlights, not_assessed, operations, recent_events, states, traffic, would_block. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Overview"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists projects: all of them for those who administer the installation, else the caller's own. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `name`. */
                    sort?: "id" | "-id" | "name" | "-name" | "description" | "-description" | "created_at" | "-created_at" | "created_by" | "-created_by" | "updated_at" | "-updated_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `description` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `created_by` (is, is_not, contains, starts, greater, less, in); `updated_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: created_at, created_by, description, first, id, name, updated_at. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Project"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Makes a project. It begins empty: make a credential for it, and APIs in it. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, created_by, description, first, id, name, updated_at. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProjectChange"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Project"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The caller does not administer the installation. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another project has the name, or there are 1000. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project, by its id or name. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, created_by, description, first, id, name, updated_at. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Project"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Sets name and description of a project, whole. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, created_by, description, first, id, name, updated_at. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProjectChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Project"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The caller does not administer the installation. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another project has the name. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /**
         * Removes a project with everything in it: APIs, what was learned, findings, events, credentials. The project that the
         *     installation began with stays.
         */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    project_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The caller does not administer the installation. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The project that the installation began with. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The rules of every engine, by id. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "severity" | "-severity" | "category" | "-category";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, contains, starts, greater, less, in); `name` (is, is_not, contains, starts, greater, less, in); `severity` (is, is_not, greater, less, in); `category` (is, is_not, contains, starts, greater, less, in); `owasp` (is, is_not, contains, starts, greater, less, in); `cwe` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: category, cwe, fix, id, name, owasp, severity, what, why. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Rule"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists schedules. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `name`. */
                    sort?: "name" | "-name" | "enabled" | "-enabled" | "job.job_type" | "-job.job_type" | "last_run.state" | "-last_run.state" | "created_at" | "-created_at" | "updated_at" | "-updated_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `name` (is, is_not, contains, starts, greater, less, in); `enabled` (is, is_not); `job.job_type` (is, is_not, contains, starts, greater, less, in); `last_run.state` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `updated_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: contract_of, created_at, cron, description, document_bytes, enabled, id, job, last_run, missed, name, next, time_zone, updated_at, updated_by. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_JobSchedule"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A parameter cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Adds a schedule. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: contract_of, created_at, cron, description, document_bytes, enabled, id, job, last_run, missed, name, next, time_zone, updated_at, updated_by. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ScheduleChange"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobSchedule"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another schedule has the name, or there are 500. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has more than 20 MiB. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One schedule. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: contract_of, created_at, cron, description, document_bytes, enabled, id, job, last_run, missed, name, next, time_zone, updated_at, updated_by. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobSchedule"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Changes a schedule, whole; its runs stay. Without `job.document` and `contract_of` the document it has stays. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: contract_of, created_at, cron, description, document_bytes, enabled, id, job, last_run, missed, name, next, time_zone, updated_at, updated_by. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ScheduleChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["JobSchedule"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Another schedule has the name. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has more than 20 MiB. */
                413: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Removes a schedule with what was kept of its runs. Jobs that it asked for go on. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists runs of a schedule, the newest first, each with how it differs from the completed one before it. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description Members to give of each item or of the object, with commas between: application_version, asked_by, begun_at, comparison, compliant, due_at, ended_at, grade, id, job_id, late_seconds, reason, score, state, summary. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ScheduleRun"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description limit cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Lets a schedule run now, also while it is paused. Its next time stays. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: application_version, asked_by, begun_at, comparison, compliant, due_at, ended_at, grade, id, job_id, late_seconds, reason, score, state, summary. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ScheduleRun"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A run of it goes on. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/schedules/{id}/runs/{a}/compare/{b}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the run `b` of a schedule differs from the run `a`. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: after, before, contract, coverage_change, findings, operations, score_change. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                    a: string;
                    b: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comparison"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description One of the two was not completed, or what it is compared by is kept no longer. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is signed in, what they may do, and where things are. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: control_url, data_dir, demo, expires_at, gateway_url, name, project, projects, role, scopes, user, version. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Session"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Not signed in. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Signs in with a token, or with name and password; sets the session cookie. A session the browser had ends. */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Login"];
                };
            };
            responses: {
                /** @description Signed in; the cookie is set. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Neither a token alone nor name and password. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description What was shown opens nothing. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No role in the project. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many attempts. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Signs out. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed out; the cookie ends. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Chooses the project that the session works in. The session gets a new secret. */
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SessionPatch"];
                };
            };
            responses: {
                /** @description The session works there; the new cookie is set. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No role there. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The caller has no session. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Changes one's own password. Every session of the user ends; the one that asks goes on as a new one. */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordChange"];
                };
            };
            responses: {
                /** @description It is changed; the new cookie is set. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The new password is not taken; why, is said. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The old password is wrong. */
                401: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The caller is no user with a password. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Too many attempts. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ways to sign in beside names and tokens. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: id, name, signed_out_url, url. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_LoginProvider"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the sessions of the user who asks; none for who is no user. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: items. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OwnSessions"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        /** Signs out everywhere: every session of the user who asks ends, this one too. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed out everywhere; the cookie ends. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Ends one session of the user who asks. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It opens nothing any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tells the topics that changed in the caller's project, as server-sent events. The first `news` gives the counter of each
         *     topic, each later one the counters that grew: `{"jobs":12}`. Whoever misses some reads the list again. It ends when the
         *     credential does.
         */
        get: {
            parameters: {
                query: {
                    /**
                     * @description Names with commas between, at most 20: `apis`, `events`, `findings`, `jobs`, `networks`, `projects`,
                     *     `third-parties`, `tokens` and what else lists are called. One that never changes is never told.
                     */
                    topics: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Events. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description topics cannot be used. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The caller has 8 streams. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/third-parties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists third-party APIs, the oldest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "url" | "-url" | "contract_api_id" | "-contract_api_id" | "ports" | "-ports" | "allow_private" | "-allow_private" | "next_at" | "-next_at" | "probe_minutes" | "-probe_minutes" | "created_at" | "-created_at" | "created_by" | "-created_by";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `url` (is, is_not, contains, starts, greater, less, in); `contract_api_id` (is, is_not, in); `ports` (is, is_not); `allow_private` (is, is_not); `next_at` (is, is_not, greater, less, in); `probe_minutes` (is, is_not, greater, less, in); `created_at` (is, is_not, greater, less, in); `created_by` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: allow_private, availability, completed, compliance, contract_api_id, created_at, created_by, host, id, last, name, next_at, open, policy, ports, probe_minutes, schedule, selectors, trend, url. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_ThirdParty"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /**
         * Adds a third-party API. Nothing is sent to it before an assessment is asked for, but the light requests that measure
         *     its availability.
         */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: allow_private, availability, completed, compliance, contract_api_id, created_at, created_by, host, id, last, name, next_at, open, policy, ports, probe_minutes, schedule, selectors, trend, url. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewThirdParty"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ThirdParty"];
                    };
                };
                /** @description Something in it is not as it has to be, or it lies in a private network. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No such API for the contract. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description Its URL is there already, or there are too many. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/third-parties/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One third-party API. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: allow_private, availability, completed, compliance, contract_api_id, created_at, created_by, host, id, last, name, next_at, open, policy, ports, probe_minutes, schedule, selectors, trend, url. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ThirdParty"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Removes a third-party API with all that was kept of it. An assessment that runs is stopped first. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Sets a third-party API otherwise; what is left out stays. */
        patch: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: allow_private, availability, completed, compliance, contract_api_id, created_at, created_by, host, id, last, name, next_at, open, policy, ports, probe_minutes, schedule, selectors, trend, url. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ThirdPartyChange"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ThirdParty"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/third-parties/{id}/assessments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the assessments of a third-party API, the newest first. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `-id`. */
                    sort?: "id" | "-id" | "state" | "-state" | "scheduled" | "-scheduled" | "asked_by" | "-asked_by" | "created_at" | "-created_at" | "started_at" | "-started_at" | "ended_at" | "-ended_at" | "score" | "-score" | "grade" | "-grade";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `state` (is, is_not, greater, less, in); `scheduled` (is, is_not); `asked_by` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `started_at` (is, is_not, greater, less, in); `ended_at` (is, is_not, greater, less, in); `score` (is, is_not, greater, less, in); `grade` (is, is_not, contains, starts, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: asked_by, created_at, ended_at, grade, id, progress, reason, scheduled, score, started_at, state, summary. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Assessment"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Asks for an assessment. It begins when it is its turn: two run at a time. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: asked_by, created_at, ended_at, grade, id, progress, reason, scheduled, score, started_at, state, summary. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Assessment"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description One waits or runs already. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/third-parties/{id}/assessments/{assessment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One assessment with its result. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: asked_by, created_at, ended_at, grade, id, progress, reason, result, scheduled, score, started_at, state, summary. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                    assessment_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AssessmentDetail"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/third-parties/{id}/assessments/{assessment_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops an assessment that waits or runs. When this answers, nothing of it goes on. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: asked_by, created_at, ended_at, grade, id, progress, reason, scheduled, score, started_at, state, summary. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                    assessment_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Assessment"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It has ended. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/third-parties/{id}/availability": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a third-party API answered light requests in the last 30 days, day by day. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: days, last, latency, total. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Availability"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/third-parties/{id}/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed between two completed assessments. */
        get: {
            parameters: {
                query?: {
                    /** @description The earlier one; without it the last completed one before the later one. */
                    from?: string;
                    /** @description The later one; without it the last completed one. */
                    to?: string;
                    /** @description Members to give of each item or of the object, with commas between: appeared, categories, changed, from, gone, score, to, unchanged, unknown. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AssessmentChanges"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description No such assessment, or there are not two. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description One of them was not completed, or its result is too old to be kept. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists tokens without their text. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "role" | "-role" | "created_at" | "-created_at" | "expires_at" | "-expires_at" | "last_used_at" | "-last_used_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `role` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `expires_at` (is, is_not, greater, less, in); `last_used_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: created_at, expires_at, id, last_used_at, name, role. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_Token"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Makes a token. Its text is shown here and never again. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, expires_at, id, last_used_at, name, role, token. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeToken"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a token. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It opens nothing any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The token of the data directory. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trace-sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists trace sources without their tokens, with what came of what they sent. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "api_id" | "-api_id" | "created_at" | "-created_at" | "last_used_at" | "-last_used_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `api_id` (is, is_not, in); `hosts` (is, is_not, contains, starts, greater, less, in); `created_at` (is, is_not, greater, less, in); `last_used_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: accepted, api_id, created_at, dropped, hosts, id, last_used_at, name, rejected. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_TraceSource"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Makes a trace source. Its token is shown here and never again. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: accepted, api_id, created_at, dropped, hosts, id, last_used_at, name, rejected, token. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewTraceSource"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeTraceSource"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description No such API. */
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trace-sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revokes a trace source. What was learned from it stays. */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Its token opens nothing any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trusted-proxies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The proxies whose word on the client's address is taken. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: networks. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrustedProxies"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        /** Sets the proxies whose word on the client's address is taken, for every API. */
        put: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: networks. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TrustedProxies"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["TrustedProxies"];
                    };
                };
                /** @description The body is no JSON. */
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description A file names them. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The body is not JSON. */
                415: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description They cannot be used; errors name the places. */
                422: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists users. */
        get: {
            parameters: {
                query?: {
                    /** @description Items, 1 to 1000; by default 50. */
                    limit?: number;
                    /** @description Where to go on: `next` of the page before. */
                    cursor?: string;
                    /** @description What the items are sorted by, with `-` before it for the greatest first; by default `id`. */
                    sort?: "id" | "-id" | "name" | "-name" | "display_name" | "-display_name" | "issuer" | "-issuer" | "disabled" | "-disabled" | "must_change_password" | "-must_change_password" | "created_at" | "-created_at" | "last_signed_in_at" | "-last_signed_in_at";
                    /** @description `field:operator:value`, all of which must hold. `in` takes values with commas between. Fields: `id` (is, is_not, in); `name` (is, is_not, contains, starts, greater, less, in); `display_name` (is, is_not, contains, starts, greater, less, in); `issuer` (is, is_not, contains, starts, greater, less, in); `disabled` (is, is_not); `must_change_password` (is, is_not); `created_at` (is, is_not, greater, less, in); `last_signed_in_at` (is, is_not, greater, less, in). */
                    filter?: string[];
                    /** @description Members to give of each item or of the object, with commas between: created_at, disabled, display_name, id, issuer, last_signed_in_at, memberships, must_change_password, name. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Page_User"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        /** Makes a user with a password that works once: it is shown here and never again. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, disabled, display_name, id, issuer, last_signed_in_at, memberships, must_change_password, name, password. */
                    fields?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NewUser"];
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeUser"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The name is taken. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One user. */
        get: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, disabled, display_name, id, issuer, last_signed_in_at, memberships, must_change_password, name. */
                    fields?: string;
                };
                header?: {
                    /** @description Tags of answers the caller has: 304 where one of them is this. */
                    "if-none-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        /** @description The tag of this answer. */
                        etag?: string;
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                /** @description The caller has this answer. */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Removes a user, with their sessions and key pairs. */
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nothing of theirs opens anything any more. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The last admin, or oneself. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Changes a user. When rights change, the user's sessions end; key pairs do at once what the user may do now. */
        patch: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, disabled, display_name, id, issuer, last_signed_in_at, memberships, must_change_password, name. */
                    fields?: string;
                };
                header?: {
                    /** @description The tag of what was read, with the same `fields`: the change is refused when it is another one now. */
                    "if-match"?: string;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UserPatch"];
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["User"];
                    };
                };
                400: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description The last admin. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description It was changed since it was read. */
                412: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/users/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a user a password that works once, in place of theirs; their sessions end. */
        post: {
            parameters: {
                query?: {
                    /** @description Members to give of each item or of the object, with commas between: created_at, disabled, display_name, id, issuer, last_signed_in_at, memberships, must_change_password, name, password. */
                    fields?: string;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MadeUser"];
                    };
                };
                404: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
                /** @description An identity provider vouches for the user. */
                409: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Signs in by a login link, once within ten minutes. */
        get: {
            parameters: {
                query?: {
                    /** @description The code of the link. */
                    code?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed in; the cookie is set. */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description The link was used or is too old; a page says what to do. */
                403: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Too many attempts. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads a browser to the identity provider. */
        get: {
            parameters: {
                query?: {
                    /** @description A path of the console. */
                    next?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description To the provider; to the sign-in page, which says why, when it cannot be used. */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Too many attempts. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the identity provider leads a browser back to. */
        get: {
            parameters: {
                query?: {
                    /** @description What the provider gives to be redeemed. */
                    code?: string;
                    /** @description What was sent along. */
                    state?: string;
                    /** @description The provider's issuer. */
                    iss?: string;
                    /** @description Why it refuses. */
                    error?: string;
                    /** @description The same for people. */
                    error_description?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed in, with the cookie; else to the sign-in page, which says why. */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description Too many attempts. */
                429: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/login/oidc/signed-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads a browser, whose session here has ended, to where the identity provider signs out. */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description To the provider, or to the sign-in page when it has no such place. */
                303: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Proposals to accept: some by their ids, or all that are open and make room. */
        AcceptProposals: {
            /** @description Every open proposal that makes room. */
            all?: boolean;
            /** @description Shows what would change, and changes nothing. Allowed where a file manages the contract. */
            dry_run?: boolean;
            /** @description Ids, at most 1000. */
            ids?: string[];
        };
        /** @description How many exchanges were taken. */
        Accepted: {
            /**
             * Format: int64
             * @description Taken.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Not read, not of a known API, or lost under load.
             */
            rejected: number;
        };
        /** @description What became of proposals. */
        AcceptedProposals: {
            /** @description Ids of those that were made. */
            accepted: string[];
            /** @description The change of the contract's text as a unified diff. */
            diff: string;
            /** @description Those that could not be made: the rest was. */
            refused: components["schemas"]["RefusedProposal"][];
            /**
             * Format: int64
             * @description Version of the contract in force afterwards.
             */
            version: number;
        };
        /** @description Accepts a finding. */
        Acknowledge: {
            /**
             * Format: date-time
             * @description From when on the finding is open again, RFC 3339; without it the finding is accepted for ever.
             */
            expires_at?: string | null;
            /** @description Why, on one line of at most 1000 characters. */
            reason: string;
        };
        /** @description Accepts many findings. */
        AcknowledgeMany: {
            /**
             * Format: date-time
             * @description From when on they are open again, RFC 3339; without it they are accepted for ever.
             */
            expires_at?: string | null;
            /** @description Which ones: `field:operator:value`, all of which must hold, with the fields of the list of findings. */
            filter: string[];
            /** @description Why, on one line of at most 1000 characters. */
            reason: string;
        };
        /** @description What came of accepting many findings. */
        AcknowledgedMany: {
            /**
             * Format: int64
             * @description Findings that are accepted now.
             */
            acknowledged: number;
            /** @description The filter names more: call again. */
            more: boolean;
            /**
             * Format: int64
             * @description Findings that were left as they are, because their API has as many accepted ones as are kept.
             */
            refused: number;
        };
        /** @description That a person accepted a finding. */
        Acknowledgement: {
            /** @description When. */
            at: string;
            /** @description Who. */
            by: string;
            /** @description Why. */
            reason: string;
            /** @description From when on the finding is open again; null: it is accepted for ever. */
            until?: string | null;
        };
        /** @description One API behind the gateway. */
        Api: {
            audit?: components["schemas"]["AuditSummary"] | null;
            /** @description Path prefix. */
            base_path: string;
            /** @description Its contracts. */
            contract: components["schemas"]["Contracts"];
            /** @description When it was added. */
            created_at: string;
            /**
             * Format: int64
             * @description Exchanges seen.
             */
            exchanges: number;
            /** @description Host patterns; empty means every host. */
            hosts: string[];
            /** @description UUIDv7. */
            id: string;
            /** @description When its newest exchange was seen. */
            last_observed?: string | null;
            /** @description Who defines it. */
            managed_by: components["schemas"]["ManagedBy"];
            /** @description Observe or block. */
            mode: components["schemas"]["Mode"];
            /** @description Name. */
            name: string;
            /**
             * Format: int64
             * @description Operations known.
             */
            operations: number;
            /** @description True when a file manages it. */
            read_only: boolean;
            /** @description Operations by state. */
            state_counts: components["schemas"]["StateCounts"];
            /** @description Upstream URLs. */
            upstreams: string[];
        };
        /** @description A change of an API: what is left out stays. Only what people added here changes its name, hosts, base path and upstreams. */
        ApiPatch: {
            /** @description The new path prefix. */
            base_path?: string | null;
            /** @description The new host patterns. */
            hosts?: string[] | null;
            mode?: components["schemas"]["Mode"] | null;
            /** @description The new name. */
            name?: string | null;
            /** @description The new PEM bundle for https upstreams; an empty one takes it away. */
            upstream_ca?: string | null;
            /** @description The new upstream URLs. */
            upstreams?: string[] | null;
        };
        /** @description One API as gateways serve it. */
        ApiPolicy: {
            /** @description Path prefix. */
            base_path: string;
            /** @description OpenAPI text in force. */
            contract?: string | null;
            /** @description What people allowed. */
            exceptions: components["schemas"]["PolicyException"][];
            /** @description Host patterns. */
            hosts: string[];
            /** @description UUIDv7. */
            id: string;
            /** @description Observe or block. */
            mode: components["schemas"]["Mode"];
            /** @description Name. */
            name: string;
            /** @description Operations that stay in observe. */
            observe_operations: string[];
            /** @description What is protected, and how. */
            protection: components["schemas"]["ProtectionSettings"];
            /** @description PEM bundle for https upstreams. */
            upstream_ca?: string | null;
            /** @description Upstream URLs. */
            upstreams: string[];
        };
        /** @description The protection of an API: what is set, which version, and whether the gateway has it in force. */
        ApiProtection: {
            /** @description When it was set. */
            changed_at?: string | null;
            /** @description By whom. */
            changed_by?: string | null;
            /** @description Every check in the order of evaluation, with its default. */
            checks: components["schemas"]["CheckDefault"][];
            /** @description Observe or block. */
            mode: components["schemas"]["Mode"];
            /** @description Why the gateway of this process still serves the version before; null when it serves this one. */
            problem?: string | null;
            /** @description True when a file manages the API: change it there. */
            read_only: boolean;
            /** @description What is set. */
            settings: components["schemas"]["ProtectionSettings"];
            /**
             * Format: int64
             * @description Counts every change; 0: nothing was set yet. Also the ETag.
             */
            version: number;
        };
        /** @description What to approve. */
        Approve: {
            /** @description The contract to put in force: `learned`. */
            source: components["schemas"]["ContractSource"];
        };
        /** @description The contract in force. */
        ApprovedContract: {
            /** @description When it was approved. */
            approved_at: string;
            /** @description By whom. */
            approved_by: string;
            /** @description Changes with its text. */
            etag: string;
            /**
             * Format: int64
             * @description Its operations.
             */
            operations: number;
            /** @description Where it came from. */
            source: components["schemas"]["Origin"];
            /**
             * Format: int64
             * @description From 1, growing.
             */
            version: number;
        };
        /** @description What a job is about. */
        Asked: {
            /** @description Name shown for the document. */
            document_name?: string | null;
            fuzzing_depth?: components["schemas"]["FuzzingDepth"] | null;
            /** @description What it does. */
            job_type: components["schemas"]["JobType"];
            /** @description What else the engine is told. */
            options?: components["schemas"]["JobOptions"];
            /** @description Rules that are told in every profile, by id: a gate asks for them. */
            rules?: string[];
            /** @description The API that is asked. Nothing else is. */
            url?: string | null;
        };
        /** @description One assessment. */
        Assessment: {
            /** @description Who asked for it. */
            asked_by: string;
            /** @description When it was asked for. */
            created_at: string;
            /** @description When it ended. */
            ended_at?: string | null;
            /** @description From `A+` to `F`. */
            grade?: string | null;
            /** @description UUIDv7. */
            id: string;
            /** @description What it is doing, while it runs. */
            progress?: string | null;
            /** @description Why it failed or was cancelled. */
            reason?: string | null;
            /** @description Whether the schedule asked for it. */
            scheduled: boolean;
            /**
             * Format: int32
             * @description From 0 to 100.
             */
            score?: number | null;
            /** @description When it began. */
            started_at?: string | null;
            /** @description Where it stands. */
            state: components["schemas"]["AssessmentState"];
            summary?: components["schemas"]["Summary"] | null;
        };
        /** @description What changed between two assessments. */
        AssessmentChanges: {
            /** @description Findings that are new. */
            appeared: components["schemas"]["PostureFinding"][];
            /** @description Points gained or lost by category; null where one of the two did not assess it. */
            categories: components["schemas"]["CategoryChange"][];
            /** @description Findings that are worse or less bad than before. */
            changed: components["schemas"]["ChangedFinding"][];
            /** @description The earlier one. */
            from: components["schemas"]["Assessment"];
            /** @description Findings that are gone. */
            gone: components["schemas"]["PostureFinding"][];
            /**
             * Format: int32
             * @description Points gained or lost.
             */
            score: number;
            /** @description The later one. */
            to: components["schemas"]["Assessment"];
            /**
             * Format: int64
             * @description Findings that are as before.
             */
            unchanged: number;
            /** @description Findings of parts that were not assessed again: whether they are gone is not known. */
            unknown: components["schemas"]["PostureFinding"][];
        };
        /** @description One assessment with its result. */
        AssessmentDetail: components["schemas"]["Assessment"] & {
            result?: components["schemas"]["PostureResult"] | null;
        };
        /**
         * @description Where an assessment stands.
         * @enum {string}
         */
        AssessmentState: "pending" | "running" | "completed" | "failed" | "cancelled";
        /** @description The chain of one kind of entries. */
        AuditLogChain: {
            /**
             * Format: int64
             * @description The oldest entry that is kept.
             */
            first: number;
            /** @description Hash of the newest entry: noted elsewhere, it shows later that nothing before it was changed. */
            head: string;
            /** @description The kind. */
            kind: string;
            /**
             * Format: int64
             * @description The newest entry.
             */
            last: number;
            /** @description What was removed or changed; null: nothing. */
            problem?: string | null;
        };
        /** @description Whether the audit log is whole. */
        AuditLogCheck: {
            /** @description Chain by chain. */
            chains: components["schemas"]["AuditLogChain"][];
            /** @description True when nothing was removed or changed. */
            whole: boolean;
        };
        /** @description One entry of the audit log. */
        AuditLogEntry: {
            /** @description Method and path template, or the command. */
            action: string;
            /** @description Name of the principal; empty where nobody was known. */
            actor: string;
            /** @description The address it came from. */
            address: string;
            /** @description The object after. */
            after?: {
                [key: string]: unknown;
            } | null;
            /** @description The object before: without secrets, and by size and digest where it is long. */
            before?: {
                [key: string]: unknown;
            } | null;
            /** @description How it showed who it is: `token`, `key`, `session` or `command`. */
            credential: string;
            /** @description SHA-256 of the entry and of `previous`. */
            hash: string;
            /** @description UUIDv7. */
            id: string;
            /** @description `change`, `sign-in`, `command`, or `refusal` (401, 403, 429). */
            kind: string;
            /** @description Its id. */
            object_id: string;
            /** @description The kind of object, as the path names it. */
            object_type: string;
            /** @description `done`, `failed` or `refused`. */
            outcome: string;
            /** @description The path that was called. */
            path: string;
            /** @description Hash of the entry before it of its kind. */
            previous: string;
            /**
             * Format: int64
             * @description How often it happened.
             */
            repeats: number;
            /** @description Its role. */
            role: string;
            /**
             * Format: int64
             * @description Its place among the entries of its kind.
             */
            seq: number;
            /**
             * Format: int32
             * @description Status of the answer; 0 for a command.
             */
            status: number;
            /**
             * Format: date-time
             * @description When; of several the last.
             */
            time: string;
        };
        /** @description The audit of one contract. */
        AuditReport: {
            /** @description The contract. */
            contract: components["schemas"]["AuditedContract"];
            /** @description What is wrong. */
            findings: components["schemas"]["Finding"][];
            /**
             * Format: int64
             * @description Findings that only the strict profile reports.
             */
            outside_profile: number;
            /** @description Score. */
            score: components["schemas"]["Score"];
            /** @description `valid`, `semanticInvalid` or `structureInvalid`. */
            state: string;
            /** @description Findings by severity. */
            summary: components["schemas"]["Summary"];
            /** @description What would be wrong, and is closed or ignored. */
            suppressed: components["schemas"]["SuppressedFinding"][];
        };
        /** @description The score of a contract. */
        AuditSummary: {
            /** @description Score. */
            score: components["schemas"]["Score"];
            /** @description Which contract was judged. */
            source: components["schemas"]["ContractSource"];
            /** @description `valid`, `semanticInvalid` or `structureInvalid`. */
            state: string;
            /** @description Findings by severity. */
            summary: components["schemas"]["Summary"];
        };
        /** @description The contract an audit judged. */
        AuditedContract: {
            /** @description Dialect, for example `openapi 3.1`. */
            format?: string | null;
            /**
             * Format: int64
             * @description Operations.
             */
            operations: number;
            /** @description Name of the text. */
            path: string;
            /** @description Title. */
            title?: string | null;
            /** @description Its own version. */
            version?: string | null;
        };
        /**
         * @description Whether callers show a credential.
         * @enum {string}
         */
        Authenticated: "always" | "sometimes" | "never" | "unknown";
        /** @description How a third-party API answered in the last 30 days. */
        Availability: {
            /** @description Every day, the oldest first; one without requests was not assessed. */
            days: components["schemas"]["AvailabilityDay"][];
            last?: components["schemas"]["AvailabilitySample"] | null;
            /** @description Latency of the answers of all days. */
            latency: components["schemas"]["LatencyFigures"];
            /** @description All days together. */
            total: components["schemas"]["AvailabilityFigures"];
        };
        /** @description One day, UTC. */
        AvailabilityDay: components["schemas"]["AvailabilityFigures"] & components["schemas"]["LatencyFigures"] & {
            /** @description `YYYY-MM-DD`. */
            day: string;
        };
        /** @description How a third-party API answered light requests. */
        AvailabilityFigures: {
            /**
             * Format: double
             * @description Share of requests that were answered, 0 to 1; null without requests.
             */
            availability?: number | null;
            /**
             * Format: int64
             * @description Requests made.
             */
            checks: number;
            /**
             * Format: double
             * @description Share of requests that failed or were answered with a status from 500, 0 to 1; null without requests.
             */
            error_share?: number | null;
            /**
             * Format: int64
             * @description Those answered with a status from 500.
             */
            errors: number;
            /**
             * Format: int64
             * @description Those without an answer.
             */
            failures: number;
        };
        /** @description One light request. */
        AvailabilitySample: {
            /** @description Why there was no answer. */
            failure?: string | null;
            /**
             * Format: double
             * @description From the connection to the head of the answer, milliseconds.
             */
            latency_ms?: number | null;
            /**
             * Format: int32
             * @description Status of the answer.
             */
            status?: number | null;
            /** @description When it was made. */
            time: string;
        };
        /** @description A ban that runs. */
        Ban: {
            /** @description The API it holds for, when it is known here. */
            api_id?: string | null;
            /** @description Its name. */
            api_name: string;
            /** @description Code of the reason it began with. */
            code: string;
            /** @description 32 hexadecimal digits: ends it by hand. */
            id: string;
            /**
             * Format: int64
             * @description Requests refused so far.
             */
            refused: number;
            /** @description When it began. */
            since: string;
            /** @description When it ends. */
            until: string;
            /** @description Who: a network, or what a principal is called. */
            who: string;
        };
        /** @description How long a ban lasts, and whom it meets. */
        BanRule: {
            /**
             * @description Who is banned.
             * @default client
             */
            per: components["schemas"]["RateKey"];
            /**
             * Format: int32
             * @description Seconds from the last attack.
             * @default 300
             */
            seconds: number;
        };
        /** @description A sign of life. */
        Beat: {
            /**
             * Format: int64
             * @description Number of the lease.
             */
            fence: number;
            /** @description New lines of the log. */
            log: components["schemas"]["Line"][];
            /**
             * Format: int32
             * @description How far it is, 0 to 100.
             */
            progress: number;
            /** @description What is being done. */
            text: string;
        };
        /**
         * @description Why a finding is not reported.
         * @enum {string}
         */
        Because: "enforced" | "public" | "annotated" | "ignored" | "known";
        /** @description A condition of a gate that does not hold. */
        BrokenCondition: {
            /** @description As the gate's definition names it. */
            condition: string;
            /**
             * Format: int64
             * @description How many findings break it.
             */
            count: number;
            /** @description These findings, the first hundred. */
            findings: components["schemas"]["JudgedFinding"][];
            /** @description The figure and the limit. */
            message: string;
        };
        /** @description A category's score before and after. */
        CategoryChange: {
            /**
             * Format: int32
             * @description Score after.
             */
            after?: number | null;
            /**
             * Format: int32
             * @description Score before.
             */
            before?: number | null;
            /** @description The category. */
            category: string;
        };
        /** @description A finding whose severity changed. */
        ChangedFinding: components["schemas"]["PostureFinding"] & {
            /** @description Severity before. */
            before: components["schemas"]["Severity"];
        };
        /**
         * @description What is done where a check fails.
         * @enum {string}
         */
        CheckAction: "disable" | "allow" | "alert" | "prevent" | "ban";
        /** @description One check, with what it does unless something else is set. */
        CheckDefault: {
            /** @description What it does in block mode; observe mode never refuses. */
            action: components["schemas"]["CheckAction"];
            /** @description The check. */
            check: components["schemas"]["CheckName"];
        };
        /**
         * @description What can be checked, in the order of evaluation.
         * @enum {string}
         */
        CheckName: "framing" | "limits" | "network" | "banned" | "headers" | "identity" | "rate" | "path" | "method" | "ambiguity" | "parameters" | "undeclared_query" | "undeclared_headers" | "undeclared_body" | "media_type" | "body" | "profile" | "response";
        /**
         * @description What a person wants for an operation.
         * @enum {string}
         */
        ChosenProtection: "auto" | "observe" | "block";
        /** @description One of two that are compared. */
        Compared: {
            /** @description Version of the application. */
            application_version?: string | null;
            /** @description When it ended. */
            ended_at?: string | null;
            /** @description A letter. */
            grade?: string | null;
            /** @description The job. */
            job_id?: string | null;
            /** @description The run, where it belongs to a schedule. */
            run_id?: string | null;
            /**
             * Format: double
             * @description Points of 100.
             */
            score?: number | null;
        };
        /** @description A finding of one of the two. */
        ComparedFinding: {
            /** @description Identity. */
            fingerprint: string;
            /** @description What is wrong. */
            message: string;
            /** @description `METHOD /path`. */
            operation?: string | null;
            /** @description Rule. */
            rule: string;
            /** @description How bad it is. */
            severity: components["schemas"]["Severity"];
        };
        /** @description How a run differs from an earlier one. */
        Comparison: {
            /** @description The later one. */
            after: components["schemas"]["Compared"];
            /** @description The earlier one. */
            before: components["schemas"]["Compared"];
            contract?: components["schemas"]["ContractChanges"] | null;
            /**
             * Format: double
             * @description Coverage won, of 1; negative: lost.
             */
            coverage_change?: number | null;
            /** @description Findings. */
            findings: components["schemas"]["FindingChanges"];
            operations?: components["schemas"]["OperationChanges"] | null;
            /**
             * Format: double
             * @description Points won; negative: lost.
             */
            score_change?: number | null;
        };
        /** @description What came of a job that was done. */
        Completed: {
            /** @description The findings, in the order of the engine. */
            findings: components["schemas"]["Found"][];
            /** @description A letter, where the engine gives one. */
            grade?: string | null;
            /** @description What the engine says beside them. */
            report: Record<string, never>;
            /**
             * Format: double
             * @description Points of 100, where the engine gives any.
             */
            score?: number | null;
            /** @description Findings by severity: of all, even where not all are listed. */
            summary: Record<string, never>;
        };
        /** @description Whether a policy is kept. */
        Compliance: {
            /** @description Whether every condition holds. */
            compliant: boolean;
            /** @description Conditions left open because something is not known. */
            open: string[];
            /** @description Each condition that does not hold. */
            reasons: string[];
        };
        /** @description One change of a contract. */
        ContractChange: {
            /** @description What kind of change. */
            id: string;
            /** @description `breaking`, `risky` or `compatible`. */
            level: string;
            /** @description In words. */
            message: string;
        };
        /** @description What changed in a contract. */
        ContractChanges: {
            /**
             * Format: int64
             * @description Changes that break clients.
             */
            breaking: number;
            /** @description The first 100, the worst first. */
            changes: components["schemas"]["ContractChange"][];
            /**
             * Format: int64
             * @description Changes that do not.
             */
            compatible: number;
            /**
             * Format: int64
             * @description Changes that may.
             */
            risky: number;
        };
        /**
         * @description Which contract.
         * @enum {string}
         */
        ContractSource: "learned" | "approved";
        /** @description The contracts of an API. */
        Contracts: {
            approved?: components["schemas"]["ApprovedContract"] | null;
            learned?: components["schemas"]["LearnedContract"] | null;
        };
        /** @description Who runs jobs. */
        Controller: {
            /** @description Whether it asks hosts of private networks. */
            allow_private: boolean;
            /** @description What it can do. */
            capabilities: components["schemas"]["JobType"][];
            /** @description Whether it came with a control plane and serves every project. */
            embedded: boolean;
            /** @description UUIDv7. */
            id: string;
            /**
             * Format: int32
             * @description Jobs of this project that it runs now.
             */
            jobs: number;
            /** @description When it was last heard of. */
            last_seen: string;
            /** @description Name, unique in the project. */
            name: string;
            /**
             * Format: int32
             * @description Jobs that it runs at a time.
             */
            parallel: number;
            /** @description Whether it is there. */
            state: components["schemas"]["ControllerState"];
            /** @description Version of its program. */
            version: string;
        };
        /** @description One start of a controller. */
        ControllerInstance: {
            /** @description The instance. */
            instance: string;
        };
        /**
         * @description Whether a controller is there.
         * @enum {string}
         */
        ControllerState: "connected" | "stopped" | "lost";
        /** @description What a person knows better than discovery, for everything that was learned. */
        Corrections: {
            /** @description Operations that are none of the API: `/static/**`, `TRACE /**`, `GET /health`. */
            ignore: string[];
            /** @description Where the template has a variable, every segment is a value: `/shops/{shop}`. */
            merge: string[];
            /** @description Templates as they are, and the same with other names for their variables. */
            rename: {
                [key: string]: string;
            };
            /** @description Words of these templates are names and never values: `/users/export`. */
            split: string[];
        };
        /** @description Findings that have something in common, counted. */
        CountedFindings: {
            /** @description What they have in common; empty where they have none of it. */
            key: string;
            /** @description By severity. */
            severities: components["schemas"]["Summary"];
            /** @description By state. */
            states: components["schemas"]["FindingStateCounts"];
            /**
             * Format: int64
             * @description All of them.
             */
            total: number;
        };
        /**
         * @description Something that is not promised or on its way out, and was seen. It stays on the list when it is seen no more or comes
         *     into the contract; `open` is false then.
         */
        DriftItem: {
            /**
             * Format: int64
             * @description Exchanges.
             */
            count: number;
            /** @description First exchange. */
            first_observed: string;
            /** @description Stays the same as long as what it is about does. */
            id: string;
            /** @description `query`, `header` or `cookie` of a parameter, `request` or `response` of a property; null for an operation. */
            in?: string | null;
            /** @description Newest exchange. */
            last_observed: string;
            /**
             * @description Name of a parameter; JSON pointer of a property, in which `*` stands for any item and any name of a map; null for
             *     an operation.
             */
            name?: string | null;
            /** @description It is so under the contract in force. */
            open: boolean;
            /** @description `METHOD /template`; null where `operation_id` is. */
            operation?: string | null;
            /** @description The operation; null for a header or cookie, which concerns the API as a whole. */
            operation_id?: string | null;
            /** @description Why it is on the list. */
            reason: components["schemas"]["DriftReason"];
            /** @description What it is. */
            subject: components["schemas"]["DriftSubject"];
        };
        /**
         * @description Why something is on the list.
         * @enum {string}
         */
        DriftReason: "shadow" | "zombie";
        /**
         * @description What is on the list.
         * @enum {string}
         */
        DriftSubject: "operation" | "parameter" | "property";
        /** @description Exchanges by what was done with them. */
        EffectCounts: {
            /**
             * Format: int64
             * @description Passed and recorded.
             */
            alert: number;
            /**
             * Format: int64
             * @description Refused, and a ban began or went on.
             */
            ban: number;
            /**
             * Format: int64
             * @description Refused.
             */
            prevent: number;
        };
        /** @description The end of a lease. */
        End: components["schemas"]["Outcome"] & {
            /**
             * Format: int64
             * @description Number of the lease.
             */
            fence: number;
            /** @description Lines of the log that were not sent before. */
            log: components["schemas"]["Line"][];
        };
        /**
         * @description Who gave a finding.
         * @enum {string}
         */
        Engine: "audit" | "discover";
        /**
         * @description What happens to a message that could not be judged.
         * @enum {string}
         */
        ErrorPolicy: "open" | "closed";
        /** @description An exchange the guard spoke about; repeats are merged. */
        Event: {
            /** @description True when "allow this" is on offer. */
            allowable: boolean;
            /** @description The API. */
            api_id: string;
            /** @description The API's name. */
            api_name: string;
            /** @description Until when. */
            ban_until?: string | null;
            /** @description Who is banned by it: a network, or what a principal is called. */
            banned?: string | null;
            /** @description The check of the main reason, when known. */
            check?: string | null;
            /** @description The caller: its address, else a hash that tells it from others. */
            client: string;
            /** @description Code of the main reason. */
            code: string;
            /**
             * Format: int64
             * @description Exchanges.
             */
            count: number;
            /** @description Why it could not be judged as it should have been: a failure of the engine, a lookup without an answer. */
            degraded?: string | null;
            /** @description What was done. */
            effect: components["schemas"]["EventEffect"];
            /** @description What is wrong, field by field. */
            errors: components["schemas"]["FieldError"][];
            /** @description The exception that lets it through now. */
            exception_id?: string | null;
            /** @description Why the exchange did not run to its end. */
            fault?: string | null;
            /** @description First exchange. */
            first_time: string;
            /** @description Id; also the uuid of its first exchange. */
            id: string;
            /** @description Newest exchange. */
            last_time: string;
            /** @description Method. */
            method: string;
            /** @description Parts that were not assessed. */
            not_assessed: string[];
            /** @description `METHOD /template`, when known. */
            operation?: string | null;
            /** @description The operation, when known. */
            operation_id?: string | null;
            /** @description Path, redacted. */
            path: string;
            /** @description Who called, as far as the identity check vouches for it. */
            principal?: string | null;
            /**
             * Format: int32
             * @description Status the client got.
             */
            status: number;
            /** @description How the decision came about. */
            steps: components["schemas"]["Step"][];
            /** @description Title of the main reason. */
            title: string;
            /**
             * Format: int32
             * @description Status the upstream gave, when it was asked.
             */
            upstream_status?: number | null;
            /** @description The uuid asked for, else the id. */
            uuid: string;
            /**
             * Format: int64
             * @description Exchanges merged, the first one included.
             */
            uuids_merged: number;
            /** @description What block mode does. */
            would: components["schemas"]["EventEffect"];
        };
        /** @description Exchanges of one stretch of time. */
        EventBucket: {
            /** @description Exchanges. */
            exchanges: components["schemas"]["EffectCounts"];
            /** @description Its begin. */
            time: string;
        };
        /**
         * @description What was done.
         * @enum {string}
         */
        EventEffect: "alert" | "prevent" | "ban";
        /** @description Events that have something in common. */
        EventGroup: {
            /**
             * Format: int64
             * @description Exchanges.
             */
            count: number;
            /**
             * Format: int64
             * @description Events.
             */
            events: number;
            /** @description Exchanges by effect. */
            exchanges: components["schemas"]["EffectCounts"];
            /** @description First exchange. */
            first_time: string;
            /** @description What, in the order asked for. */
            keys: components["schemas"]["EventKey"][];
            /** @description Newest exchange. */
            last_time: string;
            /** @description Exchanges over time, a figure for each of the summary's buckets. */
            over_time: number[];
        };
        /**
         * @description What events are grouped by.
         * @enum {string}
         */
        EventGroupBy: "operation" | "reason" | "check" | "client" | "effect" | "api";
        /** @description What one group has in common. */
        EventKey: {
            /** @description Of which kind. */
            by: components["schemas"]["EventGroupBy"];
            /** @description What it is called: the name of an API. */
            name: string;
            /** @description What: also the value that the filter of the same name takes; empty for none. */
            value: string;
        };
        /** @description Events that pass a filter, counted. */
        EventSummary: {
            /**
             * Format: int64
             * @description Seconds of one bucket.
             */
            bucket_seconds: number;
            /** @description Exchanges over time. An event counts where it was last seen. */
            buckets: components["schemas"]["EventBucket"][];
            /**
             * Format: int64
             * @description Exchanges.
             */
            count: number;
            /**
             * Format: int64
             * @description Events that were dropped since start because the store has room for 50,000: the oldest go first.
             */
            dropped: number;
            /**
             * Format: int64
             * @description Events.
             */
            events: number;
            /** @description Exchanges by effect. */
            exchanges: components["schemas"]["EffectCounts"];
            /** @description Groups, the most frequent first, at most 200; none unless asked for. */
            groups: components["schemas"]["EventGroup"][];
        };
        /** @description "Allow this". */
        Exception: {
            /** @description Code of the reason let through. */
            code: string;
            /** @description When it was made. */
            created_at: string;
            /** @description By whom. */
            created_by: string;
            /** @description The event it was made from. */
            event_uuid?: string | null;
            /** @description UUIDv7. */
            id: string;
            /** @description Where. */
            in: string;
            /** @description Parameter or header. */
            name: string;
            /** @description `METHOD /template`, or method and path. */
            operation: string;
            /** @description Place inside the value. */
            pointer: string;
        };
        /** @description One thing wrong at one place of a message. */
        FieldError: {
            /** @description Code. */
            code: string;
            /** @description Where. */
            in: string;
            /** @description In words, without the value. */
            message: string;
            /** @description Parameter or header. */
            name: string;
            /** @description Place inside the value. */
            pointer: string;
        };
        /** @description One thing wrong. */
        Finding: {
            /** @description The same rule in other tools' words. */
            aliases: string[];
            /** @description MITRE ATT&CK ids. */
            attack: string[];
            /** @description Family of the rule. */
            category: string;
            /**
             * Format: int32
             * @description Column, from 1.
             */
            column?: number | null;
            /**
             * Format: int64
             * @description How many places or times it stands for.
             */
            count: number;
            /** @description CWE ids. */
            cwe: string[];
            /** @description What was seen, redacted. */
            evidence?: string | null;
            /** @description File of the place. */
            file?: string | null;
            /** @description Identity across runs. */
            fingerprint: string;
            /** @description How to mend it. */
            fix?: string | null;
            /**
             * Format: int32
             * @description Line, from 1.
             */
            line?: number | null;
            /**
             * Format: double
             * @description Score points it costs.
             */
            loss?: number | null;
            /** @description What is wrong here. */
            message: string;
            /** @description The rule's short name. */
            name: string;
            /** @description `METHOD /template`. */
            operation?: string | null;
            /** @description OWASP API Security Top 10 items. */
            owasp: string[];
            /** @description JSON pointer of the place. */
            pointer?: string | null;
            /** @description Rule id. */
            rule: string;
            /** @description How bad it is. */
            severity: components["schemas"]["Severity"];
        };
        /** @description Something that happened to a finding. */
        FindingChange: {
            /** @description Who did it; null: an engine, or the end of an acknowledgement. */
            by?: string | null;
            /** @description Why. */
            reason?: string | null;
            /** @description What it became. */
            state: components["schemas"]["FindingState"];
            /** @description When. */
            time: string;
            /** @description End of the acknowledgement. */
            until?: string | null;
        };
        /** @description Which findings came and went. */
        FindingChanges: {
            /** @description False: one of the two has more findings than are kept, so that not all of this is known. */
            complete: boolean;
            /** @description Those that are gone, the worst first, the first 500. */
            fixed: components["schemas"]["ComparedFinding"][];
            /**
             * Format: int64
             * @description How many are gone.
             */
            fixed_count: number;
            /** @description Those that are new, the worst first, the first 500. */
            new: components["schemas"]["ComparedFinding"][];
            /**
             * Format: int64
             * @description How many are new.
             */
            new_count: number;
            /**
             * Format: int64
             * @description How many both have.
             */
            unchanged: number;
        };
        /** @description A finding with everything that happened to it. */
        FindingDetail: components["schemas"]["KeptFinding"] & {
            /** @description What happened to it, the oldest first: it begins when it was first found. */
            history: components["schemas"]["FindingChange"][];
        };
        /** @description Findings in groups. */
        FindingGroups: {
            /** @description The groups, the largest first. */
            items: components["schemas"]["CountedFindings"][];
        };
        /**
         * @description Where a finding is in its life.
         * @enum {string}
         */
        FindingState: "open" | "acknowledged" | "fixed" | "regressed";
        /** @description How many findings are in each state. */
        FindingStateCounts: {
            /**
             * Format: int64
             * @description Acknowledged ones.
             */
            acknowledged: number;
            /**
             * Format: int64
             * @description Fixed ones.
             */
            fixed: number;
            /**
             * Format: int64
             * @description Open ones.
             */
            open: number;
            /**
             * Format: int64
             * @description Regressed ones.
             */
            regressed: number;
        };
        /** @description A finding and which engine found it. */
        Found: {
            /** @description Families, for lists over every engine. */
            categories: string[];
            /** @description The finding. */
            finding: Record<string, never>;
            /** @description Which engine found it. */
            source: string;
        };
        /**
         * @description How long an API is fuzzed.
         * @enum {string}
         */
        FuzzingDepth: "Quick" | "Default" | "Deep";
        /** @description A gate with its conditions as they were read. */
        Gate: {
            /** @description When it was made. */
            created_at: string;
            /** @description Whether it judges where no gate is named. */
            default: boolean;
            /** @description The YAML that `palisade audit --gate FILE` reads too. */
            definition: string;
            /** @description What it is for. */
            description?: string | null;
            /** @description Names of what it is about; empty for everything. */
            files: string[];
            /** @description Rules that may not fire. */
            forbid: string[];
            /** @description UUIDv7. */
            id: string;
            /** @description Points that must be reached. */
            minimum: components["schemas"]["GateMinimum"];
            /** @description Its name. */
            name: string;
            /** @description Operations it is about; empty for all. */
            operations: string[];
            /** @description The lowest severity that is rejected in a category. */
            reject_categories: {
                [key: string]: components["schemas"]["Severity"];
            };
            /** @description Whether a contract in an invalid state is rejected. */
            reject_invalid: boolean;
            reject_severity?: components["schemas"]["Severity"] | null;
            /** @description Tags of operations it is about; empty for all. */
            tags: string[];
            /** @description When it was last changed. */
            updated_at: string;
            /** @description By whom. */
            updated_by: string;
        };
        /** @description What a gate is to be. */
        GateChange: {
            /** @description Whether it judges where no gate is named. */
            default?: boolean;
            /** @description One gate as YAML; `gate`, where it is given, is the name. */
            definition: string;
        };
        /** @description Points that must be reached. */
        GateMinimum: {
            /**
             * Format: double
             * @description Of 70.
             */
            data?: number | null;
            /**
             * Format: double
             * @description Of 30.
             */
            security?: number | null;
            /**
             * Format: double
             * @description Of 100.
             */
            total?: number | null;
        };
        /** @description What a gate says of an API. */
        GateVerdict: {
            /**
             * Format: int64
             * @description Findings that were left out because a person accepted them.
             */
            acknowledged: number;
            /** @description Conditions that do not hold. */
            broken: components["schemas"]["BrokenCondition"][];
            /** @description Whether every condition holds. */
            compliant: boolean;
            /** @description The gate's name. */
            gate: string;
            /**
             * Format: int64
             * @description Findings that were judged.
             */
            judged: number;
        };
        /** @description What keeps a grade down. */
        GradeCeiling: {
            /** @description The best grade that is left. */
            grade: string;
            /** @description Why. */
            reason: string;
        };
        /** @description A demand on a request's header field. */
        HeaderRule: {
            /**
             * @description Values that are let in, `*` standing for any text; empty: any.
             * @default []
             */
            allow: string[];
            /**
             * @description Values that are kept out, `*` standing for any text.
             * @default []
             */
            deny: string[];
            /** @default null */
            effect: components["schemas"]["CheckAction"] | null;
            /**
             * @description Field name, compared without case.
             * @default
             */
            name: string;
            /**
             * @description It must be there.
             * @default false
             */
            required: boolean;
        };
        /**
         * @description What a heartbeat brings back.
         * @enum {string}
         */
        Heard: "go" | "stop";
        /** @description What a controller says of itself when it starts. */
        Hello: {
            /** @description Whether it asks hosts of private networks. */
            allow_private: boolean;
            /** @description New with each start: jobs that an earlier instance of the same name held are given to others at once. */
            instance: string;
            /** @description What it can do. */
            job_types: components["schemas"]["JobType"][];
            /** @description Name, 1 to 100 characters, unique in the project. */
            name: string;
            /**
             * Format: int32
             * @description Jobs that it runs at a time, 1 to 64.
             */
            parallel: number;
            /** @description Version of its program. */
            version: string;
        };
        /** @description One thing the owner most likely did not know, with proof. */
        Highlight: {
            /** @description The API. */
            api_id: string;
            /** @description The API's name. */
            api_name: string;
            /** @description A command that proves it. */
            curl: string;
            /** @description What was seen, redacted. */
            evidence: string;
            /** @description The finding it comes from. */
            finding_fingerprint: string;
            /** @description How to mend it. */
            fix: string;
            /** @description Kind. */
            kind: components["schemas"]["HighlightKind"];
            /** @description Its method. */
            method: string;
            /** @description The operation. */
            operation_id: string;
            /** @description Its template. */
            path: string;
            /** @description What blocking would do to this operation. */
            preview: components["schemas"]["HighlightPreview"];
            /** @description How bad it is. */
            severity: components["schemas"]["Severity"];
            /** @description What it is. */
            title: string;
            /** @description Why it matters. */
            why: string;
        };
        /**
         * @description Kind of a highlight.
         * @enum {string}
         */
        HighlightKind: "shadow" | "leak" | "unauthenticated" | "zombie";
        /** @description What blocking would do to one operation. */
        HighlightPreview: {
            /**
             * Format: int64
             * @description Exchanges judged.
             */
            observed: number;
            /** @description The same in one sentence. */
            text: string;
            /**
             * Format: int64
             * @description Of these, refused in block mode.
             */
            would_block: number;
        };
        /** @description Hosts of which a plug-in is to send exchanges. */
        Hosts: {
            /** @description `host:port`, or `*` for all. */
            hosts: string[];
        };
        /** @description A job. */
        Job: {
            /** @description The application it is about. */
            application?: string | null;
            /** @description Its version. */
            application_version?: string | null;
            /**
             * Format: int32
             * @description How often it was begun.
             */
            attempts: number;
            /** @description Whether the conditions hold that it was asked to judge by; absent without any, and before its end. */
            compliant?: boolean | null;
            controller?: components["schemas"]["Named"] | null;
            /** @description When it was asked for. */
            created_at: string;
            /** @description Who asked for it. */
            created_by: string;
            /** @description Name of the contract. */
            document_name?: string | null;
            /** @description When it ended. */
            ended_at?: string | null;
            /** @description When it is deleted with everything that came of it. */
            expires_at?: string | null;
            /** @description A letter, where the engine gives one. */
            grade?: string | null;
            /** @description UUIDv7. */
            id: string;
            /** @description What it does. */
            job_type: components["schemas"]["JobType"];
            /**
             * Format: int32
             * @description From 0 to 100.
             */
            progress: number;
            /** @description What is being done. */
            progress_text: string;
            /** @description Why it failed or was stopped; of one that waits again, what went wrong the last time. */
            reason?: string | null;
            /**
             * Format: double
             * @description Points of 100, where the engine gives any.
             */
            score?: number | null;
            /** @description When it began first. */
            started_at?: string | null;
            /** @description Where it is. */
            state: components["schemas"]["JobState"];
            summary?: components["schemas"]["Summary"] | null;
            /** @description When something about it changed last. */
            updated_at: string;
            /** @description The API that is asked. */
            url?: string | null;
        };
        /** @description A finding of a job. */
        JobFinding: components["schemas"]["Finding"] & {
            /** @description Families, for lists over every engine. */
            categories: string[];
            /** @description When it was found. */
            created_at: string;
            /** @description UUIDv7. */
            id: string;
            /**
             * Format: int32
             * @description Its place in the order of the engine, from 0.
             */
            position: number;
            /** @description Which engine found it: `oas-analyzer`, `api-posture`. */
            source: string;
        };
        /** @description What an engine is told beside document and URL. Each is for the types it names. */
        JobOptions: {
            /**
             * @description ThirdPartyApiScoringJob, FuzzingJob: whether a name may lead to an address of a private network, on a controller that
             *     may ask such addresses at all. A URL that itself names a private address says so by that.
             * @default false
             */
            allow_private: boolean;
            /**
             * @description ThirdPartyApiScoringJob: selectors of DKIM keys beside the common ones, at most 10.
             * @default []
             */
            dkim_selectors: string[];
            /**
             * @description ThirdPartyApiScoringJob: whether open ports of databases and consoles are looked for.
             * @default false
             */
            ports: boolean;
            /**
             * @description OasScoringJob: which findings are reported, `strict`, `recommended` (the default) or `minimal`.
             * @default null
             */
            profile: string | null;
        };
        /** @description A schedule. */
        JobSchedule: {
            /** @description The API whose contract is the document. */
            contract_of?: string | null;
            /** @description When it was made. */
            created_at: string;
            /** @description Cron expression. */
            cron: string;
            /** @description The same in words. */
            description: string;
            /**
             * Format: int64
             * @description Bytes of the document of every run; null without one of its own.
             */
            document_bytes?: number | null;
            /** @description False: it is paused. */
            enabled: boolean;
            /** @description UUIDv7. */
            id: string;
            /** @description The job, without its document. */
            job: Record<string, never>;
            last_run?: components["schemas"]["ScheduleRun"] | null;
            /** @description What becomes of runs that are missed. */
            missed: components["schemas"]["Missed"];
            /** @description Its name. */
            name: string;
            /** @description The next times it runs, at most five; none while it is paused. */
            next: string[];
            /** @description Name of the time zone it is meant in. */
            time_zone: string;
            /** @description When it was last changed. */
            updated_at: string;
            /** @description By whom. */
            updated_by: string;
        };
        /**
         * @description Where a job is.
         * @enum {string}
         */
        JobState: "Pending" | "InProgress" | "Completed" | "Failed" | "Cancelled";
        /**
         * @description What a job does.
         * @enum {string}
         */
        JobType: "OasScoringJob" | "ThirdPartyApiScoringJob" | "FuzzingJob";
        /** @description A finding that breaks a condition. */
        JudgedFinding: components["schemas"]["Finding"] & {
            /** @description Who found it: `audit`, `discover`, or the source of a job's finding. */
            engine: string;
            /** @description UUIDv7; null where the finding is not kept, because only the gate asks for its rule. */
            id?: string | null;
        };
        /** @description A finding as kept: its life and times. */
        KeptFinding: components["schemas"]["Finding"] & {
            acknowledged?: components["schemas"]["Acknowledgement"] | null;
            /** @description The API. */
            api_id: string;
            /** @description Since when. */
            changed_at: string;
            /** @description Who found it: in the contract (`audit`) or in traffic (`discover`). */
            engine: components["schemas"]["Engine"];
            /** @description When it was first found. */
            first_observed: string;
            /** @description UUIDv7. */
            id: string;
            /** @description When it was last found. */
            last_observed: string;
            /** @description Where it is in its life. */
            state: components["schemas"]["FindingState"];
        };
        /** @description A key pair without its secret key. */
        KeyPair: {
            /** @description The user name of HTTP Basic. */
            access_key: string;
            /** @description When it was made. */
            created_at: string;
            /** @description Who made it. */
            created_by: string;
            /** @description When it ends; null when it does not. */
            expires_at?: string | null;
            /** @description UUIDv7. */
            id: string;
            /** @description When it was last used. */
            last_used_at?: string | null;
            /** @description Name. */
            name: string;
            /** @description When it was revoked. */
            revoked_at?: string | null;
            /** @description Role. */
            role: components["schemas"]["Role"];
            /** @description What it is narrowed to, such as `jobs:write` or `*:read`; empty when by its role alone. */
            scopes: string[];
            /** @description Whether it still opens something. */
            state: components["schemas"]["KeyPairState"];
            /** @description Id of the user whose key it is; null when it is nobody's own. */
            user_id?: string | null;
        };
        /**
         * @description Whether a key pair still opens something.
         * @enum {string}
         */
        KeyPairState: "active" | "expired" | "revoked";
        /** @description An operation of one of the APIs of a project, as it was last written to the store. */
        KnownOperation: {
            /** @description The API. */
            api_id: string;
            /** @description Whether callers show a credential: `always`, `sometimes`, `never` or `unknown`. */
            authenticated: string;
            /** @description The contract says so. */
            deprecated: boolean;
            /**
             * Format: int64
             * @description Findings about it.
             */
            findings: number;
            /** @description First exchange. */
            first_observed?: string | null;
            /**
             * Format: int64
             * @description Exchanges seen.
             */
            hits: number;
            /** @description Stays the same as long as method and shape of the path do. */
            id: string;
            /** @description Newest exchange. */
            last_observed?: string | null;
            /** @description Method. */
            method: string;
            /** @description Template. */
            path: string;
            /**
             * Format: int64
             * @description Fields with sensitive data.
             */
            sensitive: number;
            /** @description What it is to the contract: `documented`, `learned`, `shadow`, `zombie` or `orphan`. */
            state: string;
            /**
             * Format: int64
             * @description The worst of them: 0 (critical) to 4 (info), 5 without one.
             */
            worst: number;
        };
        /** @description From the connection to the head of the answer, milliseconds, by nearest rank; null without answers. */
        LatencyFigures: {
            /**
             * Format: double
             * @description Half of the answers came within this time.
             */
            p50_ms?: number | null;
            /**
             * Format: double
             * @description 95 of 100 answers came within this time.
             */
            p95_ms?: number | null;
        };
        /** @description What traffic taught. */
        LearnedContract: {
            /**
             * Format: int64
             * @description The exchanges it was learned from.
             */
            exchanges: number;
            /**
             * Format: int64
             * @description Its operations.
             */
            operations: number;
        };
        /** @description A wish for a job. */
        LeaseWish: {
            /** @description The instance that asks. */
            instance: string;
            /**
             * Format: int32
             * @description How long the answer may be held, 0 to 25 seconds.
             */
            wait_seconds?: number;
        };
        /** @description A line of a log. */
        Line: {
            /**
             * Format: int32
             * @description Counts the lines of the lease, from 0: a line that is sent twice is kept once.
             */
            number: number;
            /** @description The text. */
            text: string;
            /**
             * Format: int64
             * @description Microseconds since 1970.
             */
            time: number;
        };
        /** @description Where a network list is named. */
        ListUse: {
            /** @description The API. */
            api_id: string;
            /** @description Its name. */
            api_name: string;
            /** @description What for: `allow`, `deny`, or `except` and the rate's name. */
            role: string;
        };
        /** @description What to sign in with: either a token, or name and password. */
        Login: {
            /** @description The user's name. */
            name?: string | null;
            /**
             * Format: password
             * @description The user's password.
             */
            password?: string | null;
            /** @description The project to work in, by name or id; without one the default project, else the first by name. A token has one. */
            project?: string | null;
            /** @description The token's text. */
            token?: string | null;
        };
        /** @description A way to sign in beside names and tokens. */
        LoginProvider: {
            /** @description Stays the same. */
            id: string;
            /** @description For the button. */
            name: string;
            /** @description Where a browser goes to sign out at the provider too, once the session here has ended. */
            signed_out_url: string;
            /** @description Where the button leads. */
            url: string;
        };
        /** @description A key pair just made: its secret key is shown once. */
        MadeKeyPair: components["schemas"]["KeyPair"] & {
            /** @description The password of HTTP Basic. */
            secret_key: string;
        };
        /** @description A token just made: its text is shown once. */
        MadeToken: components["schemas"]["Token"] & {
            /** @description Its text. */
            token: string;
        };
        /** @description A trace source just made: its token is shown once. */
        MadeTraceSource: components["schemas"]["TraceSource"] & {
            /** @description Its token, for the header `X-Trace-Source-Token`. */
            token: string;
        };
        /** @description A user with a password that works once: it is shown here and never again, and must be changed at the first sign-in. */
        MadeUser: components["schemas"]["User"] & {
            /** @description The password. */
            password: string;
        };
        /**
         * @description Who defines an API.
         * @enum {string}
         */
        ManagedBy: "ui" | "file" | "flags" | "demo";
        /** @description A role in a project. */
        Membership: {
            /** @description Name of the project. */
            project: string;
            /** @description Its id. */
            project_id: string;
            /** @description Role there. */
            role: components["schemas"]["Role"];
        };
        /**
         * @description Which messages changed.
         * @enum {string}
         */
        MessageDirection: "request" | "response";
        /** @description Sizes, counts and depths of requests; null leaves the gateway's own limit. */
        MessageLimits: {
            /**
             * Format: int64
             * @description Bytes of a body, before and after content decoding.
             * @default null
             */
            body_bytes: number | null;
            /**
             * Format: int32
             * @description Nesting of a JSON or XML body.
             * @default null
             */
            body_depth: number | null;
            /**
             * Format: int32
             * @description Members of one object and items of one array of a body.
             * @default null
             */
            body_members: number | null;
            /**
             * Format: int32
             * @description Cookies.
             * @default null
             */
            cookies: number | null;
            /**
             * Format: int32
             * @description Bytes of all header fields.
             * @default null
             */
            header_bytes: number | null;
            /**
             * Format: int32
             * @description Header fields.
             * @default null
             */
            header_fields: number | null;
            /**
             * Format: int32
             * @description Parts of a multipart body.
             * @default null
             */
            parts: number | null;
            /**
             * Format: int32
             * @description Bytes of the query.
             * @default null
             */
            query_bytes: number | null;
            /**
             * Format: int32
             * @description Query parameters.
             * @default null
             */
            query_parameters: number | null;
            /**
             * Format: int32
             * @description Bytes of path and query.
             * @default null
             */
            target_bytes: number | null;
        };
        /**
         * @description What becomes of a run whose time came while no control plane ran.
         * @enum {string}
         */
        Missed: "once" | "skip";
        /**
         * @description What a gateway does with what breaks the contract.
         * @enum {string}
         */
        Mode: "observe" | "block";
        /** @description Something with an id and a name. */
        Named: {
            /** @description UUIDv7. */
            id: string;
            /** @description Name. */
            name: string;
        };
        /** @description A network list as gateways see it. */
        NamedNetworks: {
            /** @description Its name. */
            name: string;
            /** @description IPv4 and IPv6 networks in CIDR notation. */
            networks: string[];
        };
        /** @description The user who is signed in. */
        NamedUser: {
            /** @description Name shown to people. */
            display_name: string;
            /** @description UUIDv7. */
            id: string;
            /** @description The identity provider that vouches for the user; null where a password does. */
            issuer?: string | null;
            /** @description True when a password of the user's own must be chosen before anything else. */
            must_change_password: boolean;
            /** @description The name to sign in with. */
            name: string;
        };
        /** @description A named list of networks that APIs share. */
        NetworkList: {
            /** @description What it is for. */
            description: string;
            /** @description UUIDv7; the name where a file manages the list. */
            id: string;
            /** @description What policies call it. */
            name: string;
            /** @description IPv4 and IPv6 networks in CIDR notation, in order, each once. */
            networks: string[];
            /** @description True when a file manages it: change it there. */
            read_only: boolean;
            /** @description When it was last changed. */
            updated_at?: string | null;
            /** @description By whom. */
            updated_by?: string | null;
            /** @description Who names it. */
            used_by: components["schemas"]["ListUse"][];
        };
        /** @description A network list to add, or what it is to be. */
        NetworkListChange: {
            /** @description What it is for. */
            description?: string;
            /** @description 1 to 100 letters, digits, `.`, `_` and `-`. */
            name: string;
            /** @description IPv4 and IPv6 addresses and networks in CIDR notation. */
            networks?: string[];
        };
        /** @description Which network lists let in, and which keep out. */
        NetworkRules: {
            /**
             * @description Names of lists: where there are any, only their members come in.
             * @default []
             */
            allow: string[];
            /**
             * @description Names of lists whose members are kept out.
             * @default []
             */
            deny: string[];
        };
        /** @description An API to add. */
        NewApi: {
            /** @description Path prefix; by default `/`. */
            base_path?: string | null;
            /** @description OpenAPI text to put in force. */
            contract?: string | null;
            /** @description Hosts, `*` or `*.DOMAIN`, without ports; none means every host. */
            hosts?: string[];
            mode?: components["schemas"]["Mode"] | null;
            /** @description Name, unique in the project. */
            name: string;
            /** @description PEM bundle for https upstreams, in place of the system's. */
            upstream_ca?: string | null;
            /** @description Upstream URLs such as `http://10.0.0.7:8080`; without any no gateway serves it, and telemetry may tell of it. */
            upstreams?: string[];
        };
        /** @description A new gate. */
        NewGate: {
            /** @description Whether it judges where no gate is named, in place of the one that does now. */
            default?: boolean;
            /** @description One gate as YAML; `gate`, where it is given, is the name. */
            definition: string;
            /** @description Its name, for ever: 1 to 100 letters, digits, `.`, `_` and `-`. */
            name: string;
        };
        /** @description A job to do. */
        NewJob: {
            /** @description The application it is about, at most 200 characters. */
            application?: string | null;
            /** @description Its version, at most 200 characters. */
            application_version?: string | null;
            /** @description The controller that must run it; without one any that can. */
            controller_id?: string | null;
            /** @description OasScoringJob, FuzzingJob: the contract, YAML or JSON, at most 16 MiB. */
            document?: string | null;
            /** @description Name shown for the contract, at most 200 characters. */
            document_name?: string | null;
            fail_on?: components["schemas"]["Severity"] | null;
            fuzzing_depth?: components["schemas"]["FuzzingDepth"] | null;
            /** @description It is compliant while this gate holds. */
            gate?: string | null;
            /** @description What it does. */
            job_type: components["schemas"]["JobType"];
            max_severity_allowed?: components["schemas"]["Severity"] | null;
            /** @description What else the engine is told. */
            options?: components["schemas"]["JobOptions"];
            /** @description ThirdPartyApiScoringJob, FuzzingJob: the API. Nothing else is asked. */
            url?: string | null;
        };
        /** @description A key pair to make. */
        NewKeyPair: {
            /**
             * Format: int32
             * @description Days until it ends, 1 to 3650; null for never.
             */
            expires_in_days?: number | null;
            /** @description Name, 1 to 100 characters. */
            name: string;
            /** @description Role; not above the caller's. */
            role: components["schemas"]["Role"];
            /** @description What to narrow it to: `AREA:read` or `AREA:write`, where AREA is the first part of a path below `/api/v1/`, or `*`. */
            scopes?: string[];
        };
        /** @description A role in a project, to give. */
        NewMembership: {
            /** @description Name or id of the project. */
            project: string;
            /** @description Role there: admin, analyst, developer or viewer. */
            role: components["schemas"]["Role"];
        };
        /** @description A third-party API to add. */
        NewThirdParty: {
            /** @description Whether it may lie on this machine or a private network: refused unless the server was started to allow it. */
            allow_private?: boolean;
            /** @description The API whose contract in force joins the score. */
            contract_api_id?: string | null;
            /** @description Name, 1 to 100 characters; without it the host. */
            name?: string | null;
            /** @description What is accepted of it. */
            policy?: components["schemas"]["ThirdPartyPolicy"];
            /** @description Whether a short list of risky ports is looked at. */
            ports?: boolean;
            /**
             * Format: int32
             * @description Minutes between two light requests that measure its availability, 1 to 1440; 0: none is made.
             * @default 5
             */
            probe_minutes: number;
            /** @description When it is assessed again. */
            schedule?: components["schemas"]["Schedule"];
            /** @description Selectors of its DKIM keys, at most 10. */
            selectors?: string[];
            /** @description `https://` or `http://`, a host, perhaps a port and a path; no credentials. */
            url: string;
        };
        /** @description A token to make. */
        NewToken: {
            /**
             * Format: int32
             * @description Days until it ends, 1 to 3650; null for never.
             */
            expires_in_days?: number | null;
            /** @description Name, 1 to 100 characters. */
            name: string;
            /** @description Role. */
            role: components["schemas"]["Role"];
        };
        /** @description A trace source to make. Either `api_id` or `hosts` says where its exchanges belong. */
        NewTraceSource: {
            /** @description The API that every exchange belongs to, whatever its host. */
            api_id?: string | null;
            /**
             * @description Hosts whose exchanges are taken: `orders.shop`, `*.shop`, with a port where that matters; at most 100. An API
             *     that names the host gets them, else one is made for the host.
             */
            hosts?: string[];
            /** @description Name, 1 to 100 characters. */
            name: string;
        };
        /** @description A user to make. */
        NewUser: {
            /** @description Name shown to people, 1 to 100 characters; without one the name. */
            display_name?: string | null;
            /** @description What they may do where. */
            memberships?: components["schemas"]["NewMembership"][];
            /** @description The name to sign in with: 1 to 64 letters, digits and . _ - + @, in lower case. */
            name: string;
        };
        /** @description A part that was not assessed. */
        NotAssessed: {
            /** @description `tls`, `http`, `dns`, `ports`, `reputation` or `contract`. */
            part: string;
            /** @description Why. */
            reason: string;
        };
        /** @description A part of exchanges that could not be assessed. */
        NotAssessedPart: {
            /**
             * Format: int64
             * @description Of how many exchanges.
             */
            count: number;
            /** @description What, in words. */
            part: string;
        };
        /** @description Single sign-on as it is set. */
        Oidc: {
            /** @description True when a client secret is kept. It is never shown. */
            has_secret: boolean;
            /** @description True when the file of `--oidc` holds the settings: they are changed there. */
            managed_by_file: boolean;
            /** @description What the provider must know as redirect URI. */
            redirect_uri: string;
            settings?: components["schemas"]["OidcSettings"] | null;
            /** @description What the provider may know as the page to come back to after signing out. */
            signed_out_uri: string;
        };
        /** @description What the members of a group may do. */
        OidcRole: {
            /** @description The group; `*`: everyone whom the provider signs in. */
            group: string;
            /** @description Name of the project. */
            project?: string;
            /** @description A role of people. */
            role: components["schemas"]["Role"];
        };
        /** @description The client secret of single sign-on. */
        OidcSecret: {
            /** @description What the provider gave with the client id. */
            client_secret: string;
        };
        /** @description An OpenID Connect provider, and what its users may do here. */
        OidcSettings: {
            /** @description PEM that vouches for the provider, in place of the system's authorities. */
            ca?: string | null;
            /** @description How the provider knows this console. */
            client_id: string;
            /** @description The claim that holds the user's groups: a list, or one name. `a.b` is the member `b` of the claim `a`. */
            groups_claim?: string;
            /** @description The provider's issuer, letter by letter; below it is `/.well-known/openid-configuration`. */
            issuer: string;
            /** @description Name of the provider, for the button. */
            name?: string;
            /** @description The claim that names the user, for people; `email` and `sub` where it is missing. */
            name_claim?: string;
            /** @description Roles by group. Who has none may not sign in. */
            roles: components["schemas"]["OidcRole"][];
            /** @description Asked of the provider beside `openid`. */
            scopes?: string[];
        };
        /** @description One operation of an API. */
        Operation: {
            /** @description Whether callers show a credential. */
            authenticated: components["schemas"]["Authenticated"];
            /** @description The contract says so. */
            deprecated: boolean;
            /**
             * Format: int64
             * @description Findings about it.
             */
            findings: number;
            /** @description First exchange. */
            first_observed?: string | null;
            /**
             * Format: int64
             * @description Exchanges seen.
             */
            hits: number;
            /** @description Stays the same as long as method and shape of the path do. */
            id: string;
            /** @description Newest exchange. */
            last_observed?: string | null;
            /** @description Method. */
            method: string;
            /** @description Template. */
            path: string;
            /**
             * Format: int64
             * @description Distinct callers.
             */
            principals: number;
            /** @description True when the gateway refuses what breaks the contract here. */
            protected: boolean;
            /** @description What the gateway does. */
            protection: components["schemas"]["Protection"];
            /** @description Sensitive data seen. */
            sensitive: components["schemas"]["SensitiveField"][];
            /** @description What it is to the contract. */
            state: components["schemas"]["State"];
            /** @description Exchanges by status. */
            statuses: {
                [key: string]: number;
            };
            /** @description One line about it. */
            summary?: string | null;
            worst?: components["schemas"]["Severity"] | null;
        };
        /**
         * @description A change of an operation, as traffic showed it. An operation is known after 20 exchanges; what is learned until then
         *     is no change.
         */
        OperationChange: {
            /** @description What it is: a type, a status, a media type, a kind of credential (`none` for none). */
            after?: string | null;
            /** @description What it was: types of a property joined by ` or `, kinds of credentials joined by `, `. */
            before?: string | null;
            /** @description Which messages. */
            direction: components["schemas"]["MessageDirection"];
            /** @description The exchange that showed it; for a removed property the last of those without it. */
            exchange_id: string;
            /** @description Identity of the change. */
            id: string;
            /** @description `query` or `header` of a parameter. */
            in?: string | null;
            /** @description What changed. */
            kind: components["schemas"]["OperationChangeKind"];
            /** @description Name of a parameter. */
            name?: string | null;
            /** @description `METHOD /template`. */
            operation: string;
            /** @description The operation. */
            operation_id: string;
            /**
             * @description JSON pointer of a property; `*` stands for any item, and for names that are values. The whole body is the empty
             *     pointer.
             */
            pointer?: string | null;
            /** @description When the exchange that showed it began. */
            time: string;
        };
        /**
         * @description What changed.
         * @enum {string}
         */
        OperationChangeKind: "parameter-added" | "property-added" | "property-removed" | "property-retyped" | "status-added" | "media-type-added" | "authentication-changed";
        /** @description Which operations came and went. */
        OperationChanges: {
            /** @description Those that appeared, `METHOD /path`, the first 500. */
            added: string[];
            /**
             * Format: int64
             * @description How many appeared: the features that crept in.
             */
            added_count: number;
            /** @description Those that are gone, the first 500. */
            removed: string[];
            /**
             * Format: int64
             * @description How many are gone.
             */
            removed_count: number;
        };
        /** @description An operation with everything known about it. */
        OperationDetail: components["schemas"]["Operation"] & {
            /** @description A command that calls it through the gateway. */
            curl: string;
            /** @description Findings about it. */
            findings_list: components["schemas"]["Finding"][];
            /** @description Its parameters. */
            parameters: components["schemas"]["Parameter"][];
            /** @description The newest events about it. */
            recent_events: components["schemas"]["Event"][];
            /** @description Media types of requests. */
            request_media: string[];
            /** @description Media types of responses. */
            response_media: string[];
            /** @description A path that was seen, nothing sensitive in it. */
            sample_path: string;
        };
        /** @description A change of an operation. */
        OperationPatch: {
            /** @description What a person wants. */
            protection: components["schemas"]["ChosenProtection"];
        };
        /** @description What differs for some operations. */
        OperationRule: {
            /**
             * @description In place of the API's effects, check by check.
             * @default {}
             */
            effects: {
                [key: string]: components["schemas"]["CheckAction"];
            };
            /** @default null */
            mode: components["schemas"]["Mode"] | null;
            /** @default null */
            on_error: components["schemas"]["ErrorPolicy"] | null;
            /**
             * @description `METHOD /template`; `*` for the method or as a last segment stands for any.
             * @default
             */
            operation: string;
            /**
             * @description Rates of these operations alone, beside the API's.
             * @default []
             */
            rates: components["schemas"]["RateRule"][];
        };
        /**
         * @description Where an approved contract came from.
         * @enum {string}
         */
        Origin: "learned" | "uploaded";
        /** @description How a lease ends. */
        Outcome: (components["schemas"]["Completed"] & {
            /** @enum {string} */
            outcome: "completed";
        }) | {
            /** @description Whether another attempt may do it. */
            again: boolean;
            /** @enum {string} */
            outcome: "failed";
            /** @description Why. */
            reason: string;
        } | {
            /** @enum {string} */
            outcome: "cancelled";
        } | {
            /** @enum {string} */
            outcome: "given_back";
        };
        /** @description Everything at a glance. */
        Overview: {
            /**
             * Format: int64
             * @description How many APIs there are.
             */
            apis: number;
            /**
             * Format: int64
             * @description Exchanges that were refused.
             */
            blocked: number;
            /**
             * Format: int64
             * @description Exchanges lost under load.
             */
            dropped: number;
            /**
             * Format: int64
             * @description Exchanges learned from or judged.
             */
            exchanges: number;
            /** @description Findings of every engine that nobody accepted. */
            findings: components["schemas"]["Summary"];
            /** @description What the owner most likely did not know. */
            highlights: components["schemas"]["Highlight"][];
            /**
             * Format: int64
             * @description Exchanges that could not be judged in full.
             */
            not_assessed: number;
            /**
             * Format: int64
             * @description How many operations they have.
             */
            operations: number;
            /** @description The newest events, at most eight. */
            recent_events: components["schemas"]["Event"][];
            /** @description Operations by state. */
            states: components["schemas"]["StateCounts"];
            /** @description The last five minutes in 60 buckets of 5 seconds, oldest first. */
            traffic: components["schemas"]["TrafficBucket"][];
            /**
             * Format: int64
             * @description Exchanges that block mode would have refused, on traffic the contract was not learned from.
             */
            would_block: number;
        };
        /** @description A session of the caller. */
        OwnSession: {
            /** @description Where it was opened from. */
            address: string;
            /** @description The browser, as it names itself. */
            agent: string;
            /** @description When it was opened. */
            created_at: string;
            /** @description True for the one that asks. */
            current: boolean;
            /** @description When it ends at the latest. */
            expires_at: string;
            /** @description UUIDv7. */
            id: string;
            /** @description When it was last used, to the minute. */
            last_used_at: string;
        };
        /** @description A list of sessions. */
        OwnSessions: {
            /** @description The sessions. */
            items: components["schemas"]["OwnSession"][];
        };
        /** @description A slice of a list. */
        Page_Api: {
            /** @description The items. */
            items: {
                audit?: components["schemas"]["AuditSummary"] | null;
                /** @description Path prefix. */
                base_path: string;
                /** @description Its contracts. */
                contract: components["schemas"]["Contracts"];
                /** @description When it was added. */
                created_at: string;
                /**
                 * Format: int64
                 * @description Exchanges seen.
                 */
                exchanges: number;
                /** @description Host patterns; empty means every host. */
                hosts: string[];
                /** @description UUIDv7. */
                id: string;
                /** @description When its newest exchange was seen. */
                last_observed?: string | null;
                /** @description Who defines it. */
                managed_by: components["schemas"]["ManagedBy"];
                /** @description Observe or block. */
                mode: components["schemas"]["Mode"];
                /** @description Name. */
                name: string;
                /**
                 * Format: int64
                 * @description Operations known.
                 */
                operations: number;
                /** @description True when a file manages it. */
                read_only: boolean;
                /** @description Operations by state. */
                state_counts: components["schemas"]["StateCounts"];
                /** @description Upstream URLs. */
                upstreams: string[];
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Assessment: {
            /** @description The items. */
            items: {
                /** @description Who asked for it. */
                asked_by: string;
                /** @description When it was asked for. */
                created_at: string;
                /** @description When it ended. */
                ended_at?: string | null;
                /** @description From `A+` to `F`. */
                grade?: string | null;
                /** @description UUIDv7. */
                id: string;
                /** @description What it is doing, while it runs. */
                progress?: string | null;
                /** @description Why it failed or was cancelled. */
                reason?: string | null;
                /** @description Whether the schedule asked for it. */
                scheduled: boolean;
                /**
                 * Format: int32
                 * @description From 0 to 100.
                 */
                score?: number | null;
                /** @description When it began. */
                started_at?: string | null;
                /** @description Where it stands. */
                state: components["schemas"]["AssessmentState"];
                summary?: components["schemas"]["Summary"] | null;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_AuditLogEntry: {
            /** @description The items. */
            items: {
                /** @description Method and path template, or the command. */
                action: string;
                /** @description Name of the principal; empty where nobody was known. */
                actor: string;
                /** @description The address it came from. */
                address: string;
                /** @description The object after. */
                after?: {
                    [key: string]: unknown;
                } | null;
                /** @description The object before: without secrets, and by size and digest where it is long. */
                before?: {
                    [key: string]: unknown;
                } | null;
                /** @description How it showed who it is: `token`, `key`, `session` or `command`. */
                credential: string;
                /** @description SHA-256 of the entry and of `previous`. */
                hash: string;
                /** @description UUIDv7. */
                id: string;
                /** @description `change`, `sign-in`, `command`, or `refusal` (401, 403, 429). */
                kind: string;
                /** @description Its id. */
                object_id: string;
                /** @description The kind of object, as the path names it. */
                object_type: string;
                /** @description `done`, `failed` or `refused`. */
                outcome: string;
                /** @description The path that was called. */
                path: string;
                /** @description Hash of the entry before it of its kind. */
                previous: string;
                /**
                 * Format: int64
                 * @description How often it happened.
                 */
                repeats: number;
                /** @description Its role. */
                role: string;
                /**
                 * Format: int64
                 * @description Its place among the entries of its kind.
                 */
                seq: number;
                /**
                 * Format: int32
                 * @description Status of the answer; 0 for a command.
                 */
                status: number;
                /**
                 * Format: date-time
                 * @description When; of several the last.
                 */
                time: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Ban: {
            /** @description The items. */
            items: {
                /** @description The API it holds for, when it is known here. */
                api_id?: string | null;
                /** @description Its name. */
                api_name: string;
                /** @description Code of the reason it began with. */
                code: string;
                /** @description 32 hexadecimal digits: ends it by hand. */
                id: string;
                /**
                 * Format: int64
                 * @description Requests refused so far.
                 */
                refused: number;
                /** @description When it began. */
                since: string;
                /** @description When it ends. */
                until: string;
                /** @description Who: a network, or what a principal is called. */
                who: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Controller: {
            /** @description The items. */
            items: {
                /** @description Whether it asks hosts of private networks. */
                allow_private: boolean;
                /** @description What it can do. */
                capabilities: components["schemas"]["JobType"][];
                /** @description Whether it came with a control plane and serves every project. */
                embedded: boolean;
                /** @description UUIDv7. */
                id: string;
                /**
                 * Format: int32
                 * @description Jobs of this project that it runs now.
                 */
                jobs: number;
                /** @description When it was last heard of. */
                last_seen: string;
                /** @description Name, unique in the project. */
                name: string;
                /**
                 * Format: int32
                 * @description Jobs that it runs at a time.
                 */
                parallel: number;
                /** @description Whether it is there. */
                state: components["schemas"]["ControllerState"];
                /** @description Version of its program. */
                version: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_DriftItem: {
            /** @description The items. */
            items: {
                /**
                 * Format: int64
                 * @description Exchanges.
                 */
                count: number;
                /** @description First exchange. */
                first_observed: string;
                /** @description Stays the same as long as what it is about does. */
                id: string;
                /** @description `query`, `header` or `cookie` of a parameter, `request` or `response` of a property; null for an operation. */
                in?: string | null;
                /** @description Newest exchange. */
                last_observed: string;
                /**
                 * @description Name of a parameter; JSON pointer of a property, in which `*` stands for any item and any name of a map; null for
                 *     an operation.
                 */
                name?: string | null;
                /** @description It is so under the contract in force. */
                open: boolean;
                /** @description `METHOD /template`; null where `operation_id` is. */
                operation?: string | null;
                /** @description The operation; null for a header or cookie, which concerns the API as a whole. */
                operation_id?: string | null;
                /** @description Why it is on the list. */
                reason: components["schemas"]["DriftReason"];
                /** @description What it is. */
                subject: components["schemas"]["DriftSubject"];
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Event: {
            /** @description The items. */
            items: {
                /** @description True when "allow this" is on offer. */
                allowable: boolean;
                /** @description The API. */
                api_id: string;
                /** @description The API's name. */
                api_name: string;
                /** @description Until when. */
                ban_until?: string | null;
                /** @description Who is banned by it: a network, or what a principal is called. */
                banned?: string | null;
                /** @description The check of the main reason, when known. */
                check?: string | null;
                /** @description The caller: its address, else a hash that tells it from others. */
                client: string;
                /** @description Code of the main reason. */
                code: string;
                /**
                 * Format: int64
                 * @description Exchanges.
                 */
                count: number;
                /** @description Why it could not be judged as it should have been: a failure of the engine, a lookup without an answer. */
                degraded?: string | null;
                /** @description What was done. */
                effect: components["schemas"]["EventEffect"];
                /** @description What is wrong, field by field. */
                errors: components["schemas"]["FieldError"][];
                /** @description The exception that lets it through now. */
                exception_id?: string | null;
                /** @description Why the exchange did not run to its end. */
                fault?: string | null;
                /** @description First exchange. */
                first_time: string;
                /** @description Id; also the uuid of its first exchange. */
                id: string;
                /** @description Newest exchange. */
                last_time: string;
                /** @description Method. */
                method: string;
                /** @description Parts that were not assessed. */
                not_assessed: string[];
                /** @description `METHOD /template`, when known. */
                operation?: string | null;
                /** @description The operation, when known. */
                operation_id?: string | null;
                /** @description Path, redacted. */
                path: string;
                /** @description Who called, as far as the identity check vouches for it. */
                principal?: string | null;
                /**
                 * Format: int32
                 * @description Status the client got.
                 */
                status: number;
                /** @description How the decision came about. */
                steps: components["schemas"]["Step"][];
                /** @description Title of the main reason. */
                title: string;
                /**
                 * Format: int32
                 * @description Status the upstream gave, when it was asked.
                 */
                upstream_status?: number | null;
                /** @description The uuid asked for, else the id. */
                uuid: string;
                /**
                 * Format: int64
                 * @description Exchanges merged, the first one included.
                 */
                uuids_merged: number;
                /** @description What block mode does. */
                would: components["schemas"]["EventEffect"];
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Exception: {
            /** @description The items. */
            items: {
                /** @description Code of the reason let through. */
                code: string;
                /** @description When it was made. */
                created_at: string;
                /** @description By whom. */
                created_by: string;
                /** @description The event it was made from. */
                event_uuid?: string | null;
                /** @description UUIDv7. */
                id: string;
                /** @description Where. */
                in: string;
                /** @description Parameter or header. */
                name: string;
                /** @description `METHOD /template`, or method and path. */
                operation: string;
                /** @description Place inside the value. */
                pointer: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Gate: {
            /** @description The items. */
            items: {
                /** @description When it was made. */
                created_at: string;
                /** @description Whether it judges where no gate is named. */
                default: boolean;
                /** @description The YAML that `palisade audit --gate FILE` reads too. */
                definition: string;
                /** @description What it is for. */
                description?: string | null;
                /** @description Names of what it is about; empty for everything. */
                files: string[];
                /** @description Rules that may not fire. */
                forbid: string[];
                /** @description UUIDv7. */
                id: string;
                /** @description Points that must be reached. */
                minimum: components["schemas"]["GateMinimum"];
                /** @description Its name. */
                name: string;
                /** @description Operations it is about; empty for all. */
                operations: string[];
                /** @description The lowest severity that is rejected in a category. */
                reject_categories: {
                    [key: string]: components["schemas"]["Severity"];
                };
                /** @description Whether a contract in an invalid state is rejected. */
                reject_invalid: boolean;
                reject_severity?: components["schemas"]["Severity"] | null;
                /** @description Tags of operations it is about; empty for all. */
                tags: string[];
                /** @description When it was last changed. */
                updated_at: string;
                /** @description By whom. */
                updated_by: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Job: {
            /** @description The items. */
            items: {
                /** @description The application it is about. */
                application?: string | null;
                /** @description Its version. */
                application_version?: string | null;
                /**
                 * Format: int32
                 * @description How often it was begun.
                 */
                attempts: number;
                /** @description Whether the conditions hold that it was asked to judge by; absent without any, and before its end. */
                compliant?: boolean | null;
                controller?: components["schemas"]["Named"] | null;
                /** @description When it was asked for. */
                created_at: string;
                /** @description Who asked for it. */
                created_by: string;
                /** @description Name of the contract. */
                document_name?: string | null;
                /** @description When it ended. */
                ended_at?: string | null;
                /** @description When it is deleted with everything that came of it. */
                expires_at?: string | null;
                /** @description A letter, where the engine gives one. */
                grade?: string | null;
                /** @description UUIDv7. */
                id: string;
                /** @description What it does. */
                job_type: components["schemas"]["JobType"];
                /**
                 * Format: int32
                 * @description From 0 to 100.
                 */
                progress: number;
                /** @description What is being done. */
                progress_text: string;
                /** @description Why it failed or was stopped; of one that waits again, what went wrong the last time. */
                reason?: string | null;
                /**
                 * Format: double
                 * @description Points of 100, where the engine gives any.
                 */
                score?: number | null;
                /** @description When it began first. */
                started_at?: string | null;
                /** @description Where it is. */
                state: components["schemas"]["JobState"];
                summary?: components["schemas"]["Summary"] | null;
                /** @description When something about it changed last. */
                updated_at: string;
                /** @description The API that is asked. */
                url?: string | null;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_JobFinding: {
            /** @description The items. */
            items: (components["schemas"]["Finding"] & {
                /** @description Families, for lists over every engine. */
                categories: string[];
                /** @description When it was found. */
                created_at: string;
                /** @description UUIDv7. */
                id: string;
                /**
                 * Format: int32
                 * @description Its place in the order of the engine, from 0.
                 */
                position: number;
                /** @description Which engine found it: `oas-analyzer`, `api-posture`. */
                source: string;
            })[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_JobSchedule: {
            /** @description The items. */
            items: {
                /** @description The API whose contract is the document. */
                contract_of?: string | null;
                /** @description When it was made. */
                created_at: string;
                /** @description Cron expression. */
                cron: string;
                /** @description The same in words. */
                description: string;
                /**
                 * Format: int64
                 * @description Bytes of the document of every run; null without one of its own.
                 */
                document_bytes?: number | null;
                /** @description False: it is paused. */
                enabled: boolean;
                /** @description UUIDv7. */
                id: string;
                /** @description The job, without its document. */
                job: Record<string, never>;
                last_run?: components["schemas"]["ScheduleRun"] | null;
                /** @description What becomes of runs that are missed. */
                missed: components["schemas"]["Missed"];
                /** @description Its name. */
                name: string;
                /** @description The next times it runs, at most five; none while it is paused. */
                next: string[];
                /** @description Name of the time zone it is meant in. */
                time_zone: string;
                /** @description When it was last changed. */
                updated_at: string;
                /** @description By whom. */
                updated_by: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_KeptFinding: {
            /** @description The items. */
            items: (components["schemas"]["Finding"] & {
                acknowledged?: components["schemas"]["Acknowledgement"] | null;
                /** @description The API. */
                api_id: string;
                /** @description Since when. */
                changed_at: string;
                /** @description Who found it: in the contract (`audit`) or in traffic (`discover`). */
                engine: components["schemas"]["Engine"];
                /** @description When it was first found. */
                first_observed: string;
                /** @description UUIDv7. */
                id: string;
                /** @description When it was last found. */
                last_observed: string;
                /** @description Where it is in its life. */
                state: components["schemas"]["FindingState"];
            })[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_KeyPair: {
            /** @description The items. */
            items: {
                /** @description The user name of HTTP Basic. */
                access_key: string;
                /** @description When it was made. */
                created_at: string;
                /** @description Who made it. */
                created_by: string;
                /** @description When it ends; null when it does not. */
                expires_at?: string | null;
                /** @description UUIDv7. */
                id: string;
                /** @description When it was last used. */
                last_used_at?: string | null;
                /** @description Name. */
                name: string;
                /** @description When it was revoked. */
                revoked_at?: string | null;
                /** @description Role. */
                role: components["schemas"]["Role"];
                /** @description What it is narrowed to, such as `jobs:write` or `*:read`; empty when by its role alone. */
                scopes: string[];
                /** @description Whether it still opens something. */
                state: components["schemas"]["KeyPairState"];
                /** @description Id of the user whose key it is; null when it is nobody's own. */
                user_id?: string | null;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_KnownOperation: {
            /** @description The items. */
            items: {
                /** @description The API. */
                api_id: string;
                /** @description Whether callers show a credential: `always`, `sometimes`, `never` or `unknown`. */
                authenticated: string;
                /** @description The contract says so. */
                deprecated: boolean;
                /**
                 * Format: int64
                 * @description Findings about it.
                 */
                findings: number;
                /** @description First exchange. */
                first_observed?: string | null;
                /**
                 * Format: int64
                 * @description Exchanges seen.
                 */
                hits: number;
                /** @description Stays the same as long as method and shape of the path do. */
                id: string;
                /** @description Newest exchange. */
                last_observed?: string | null;
                /** @description Method. */
                method: string;
                /** @description Template. */
                path: string;
                /**
                 * Format: int64
                 * @description Fields with sensitive data.
                 */
                sensitive: number;
                /** @description What it is to the contract: `documented`, `learned`, `shadow`, `zombie` or `orphan`. */
                state: string;
                /**
                 * Format: int64
                 * @description The worst of them: 0 (critical) to 4 (info), 5 without one.
                 */
                worst: number;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_LoginProvider: {
            /** @description The items. */
            items: {
                /** @description Stays the same. */
                id: string;
                /** @description For the button. */
                name: string;
                /** @description Where a browser goes to sign out at the provider too, once the session here has ended. */
                signed_out_url: string;
                /** @description Where the button leads. */
                url: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_NetworkList: {
            /** @description The items. */
            items: {
                /** @description What it is for. */
                description: string;
                /** @description UUIDv7; the name where a file manages the list. */
                id: string;
                /** @description What policies call it. */
                name: string;
                /** @description IPv4 and IPv6 networks in CIDR notation, in order, each once. */
                networks: string[];
                /** @description True when a file manages it: change it there. */
                read_only: boolean;
                /** @description When it was last changed. */
                updated_at?: string | null;
                /** @description By whom. */
                updated_by?: string | null;
                /** @description Who names it. */
                used_by: components["schemas"]["ListUse"][];
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Operation: {
            /** @description The items. */
            items: {
                /** @description Whether callers show a credential. */
                authenticated: components["schemas"]["Authenticated"];
                /** @description The contract says so. */
                deprecated: boolean;
                /**
                 * Format: int64
                 * @description Findings about it.
                 */
                findings: number;
                /** @description First exchange. */
                first_observed?: string | null;
                /**
                 * Format: int64
                 * @description Exchanges seen.
                 */
                hits: number;
                /** @description Stays the same as long as method and shape of the path do. */
                id: string;
                /** @description Newest exchange. */
                last_observed?: string | null;
                /** @description Method. */
                method: string;
                /** @description Template. */
                path: string;
                /**
                 * Format: int64
                 * @description Distinct callers.
                 */
                principals: number;
                /** @description True when the gateway refuses what breaks the contract here. */
                protected: boolean;
                /** @description What the gateway does. */
                protection: components["schemas"]["Protection"];
                /** @description Sensitive data seen. */
                sensitive: components["schemas"]["SensitiveField"][];
                /** @description What it is to the contract. */
                state: components["schemas"]["State"];
                /** @description Exchanges by status. */
                statuses: {
                    [key: string]: number;
                };
                /** @description One line about it. */
                summary?: string | null;
                worst?: components["schemas"]["Severity"] | null;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_OperationChange: {
            /** @description The items. */
            items: {
                /** @description What it is: a type, a status, a media type, a kind of credential (`none` for none). */
                after?: string | null;
                /** @description What it was: types of a property joined by ` or `, kinds of credentials joined by `, `. */
                before?: string | null;
                /** @description Which messages. */
                direction: components["schemas"]["MessageDirection"];
                /** @description The exchange that showed it; for a removed property the last of those without it. */
                exchange_id: string;
                /** @description Identity of the change. */
                id: string;
                /** @description `query` or `header` of a parameter. */
                in?: string | null;
                /** @description What changed. */
                kind: components["schemas"]["OperationChangeKind"];
                /** @description Name of a parameter. */
                name?: string | null;
                /** @description `METHOD /template`. */
                operation: string;
                /** @description The operation. */
                operation_id: string;
                /**
                 * @description JSON pointer of a property; `*` stands for any item, and for names that are values. The whole body is the empty
                 *     pointer.
                 */
                pointer?: string | null;
                /** @description When the exchange that showed it began. */
                time: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Project: {
            /** @description The items. */
            items: {
                /** @description When it was made. */
                created_at: string;
                /** @description Who made it; empty of the one that the installation began with. */
                created_by: string;
                /** @description What it is for. */
                description: string;
                /** @description True of the one that the installation began with: its admins administer the installation. */
                first: boolean;
                /** @description UUIDv7. */
                id: string;
                /** @description Name, unique. */
                name: string;
                /** @description When name or description were last changed. */
                updated_at?: string | null;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Proposal: {
            /** @description The items. */
            items: {
                /**
                 * Format: int32
                 * @description The column, from 1.
                 */
                column: number;
                /** @description What the edit does, in a few words; null when there is none. */
                edit?: string | null;
                /** @description What was seen. */
                evidence: components["schemas"]["ProposalEvidence"];
                /** @description Stays the same while the evidence is of the same kind; counts and limits take no part. */
                id: string;
                /** @description What it would change. */
                kind: components["schemas"]["ProposalKind"];
                /**
                 * Format: int32
                 * @description The line of that place in the contract's text, from 1.
                 */
                line: number;
                /**
                 * @description The edit only makes room for what was seen. "Accept all" takes these alone: the others mark operations as
                 *     deprecated, or turn callers away.
                 */
                makes_room: boolean;
                /** @description What was seen, in one sentence. */
                message: string;
                /** @description Why there is no edit. */
                obstacle?: string | null;
                /** @description `METHOD /template`, as the contract names the operation; a new one as it was learned. */
                operation: string;
                /** @description Id of the operation in the inventory, where it is there. */
                operation_id?: string | null;
                /** @description Where the contract would change, as a JSON pointer. */
                pointer: string;
                /** @description When it was turned down. */
                rejected_at?: string | null;
                /** @description Who turned it down. */
                rejected_by?: string | null;
                /** @description Whether somebody decided on it. */
                state: components["schemas"]["ProposalState"];
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_ProtectionVersion: {
            /** @description The items. */
            items: {
                /** @description What it changed, against the version before, where that is kept; at most 200 places. */
                changes: components["schemas"]["SettingChange"][];
                /** @description When it was made. */
                made_at: string;
                /** @description By whom. */
                made_by: string;
                /** @description The mode. */
                mode: components["schemas"]["Mode"];
                /** @description The settings. */
                settings: components["schemas"]["ProtectionSettings"];
                /**
                 * Format: int64
                 * @description Counts from 1.
                 */
                version: number;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Rule: {
            /** @description The items. */
            items: {
                /** @description Family. */
                category: string;
                /** @description CWE ids. */
                cwe: string[];
                /** @description How to mend it. */
                fix: string;
                /** @description Rule id. */
                id: string;
                /** @description Short name. */
                name: string;
                /** @description OWASP API Security Top 10 items. */
                owasp: string[];
                /** @description Severity it gives. */
                severity: components["schemas"]["Severity"];
                /** @description What it checks. */
                what: string;
                /** @description Why it matters. */
                why: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_ScheduleRun: {
            /** @description The items. */
            items: {
                /** @description Version of the application. */
                application_version?: string | null;
                /** @description Who asked for it without waiting for the clock. */
                asked_by?: string | null;
                /** @description When it was begun. */
                begun_at: string;
                comparison?: components["schemas"]["Comparison"] | null;
                /** @description Whether the conditions hold that the job is judged by. */
                compliant?: boolean | null;
                /** @description The time it was for. */
                due_at: string;
                /** @description When it ended. */
                ended_at?: string | null;
                /** @description A letter. */
                grade?: string | null;
                /** @description UUIDv7. */
                id: string;
                /** @description Its job; after a week it is gone. */
                job_id?: string | null;
                /**
                 * Format: int64
                 * @description Seconds after its time.
                 */
                late_seconds: number;
                /** @description Why it was left out, refused, failed or cancelled. */
                reason?: string | null;
                /**
                 * Format: double
                 * @description Points of 100.
                 */
                score?: number | null;
                /** @description Where it is. */
                state: components["schemas"]["RunState"];
                summary?: components["schemas"]["Summary"] | null;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_ThirdParty: {
            /** @description The items. */
            items: (components["schemas"]["ThirdPartySettings"] & {
                /** @description How it answered in the last 30 days. */
                availability: components["schemas"]["AvailabilityFigures"];
                completed?: components["schemas"]["Assessment"] | null;
                compliance?: components["schemas"]["Compliance"] | null;
                /** @description When it was added. */
                created_at: string;
                /** @description Who added it. */
                created_by: string;
                /** @description Its host. */
                host: string;
                /** @description UUIDv7. */
                id: string;
                last?: components["schemas"]["Assessment"] | null;
                /** @description Name. */
                name: string;
                /** @description When the schedule asks for the next assessment. */
                next_at?: string | null;
                open?: components["schemas"]["Assessment"] | null;
                trend?: components["schemas"]["Trend"] | null;
                /** @description Where it is. */
                url: string;
            })[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_Token: {
            /** @description The items. */
            items: {
                /** @description When it was made. */
                created_at: string;
                /** @description When it ends; null when it does not. */
                expires_at?: string | null;
                /** @description UUIDv7. */
                id: string;
                /** @description When it was last used. */
                last_used_at?: string | null;
                /** @description Name. */
                name: string;
                /** @description Role. */
                role: components["schemas"]["Role"];
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_TraceSource: {
            /** @description The items. */
            items: {
                /**
                 * Format: int64
                 * @description Exchanges taken.
                 */
                accepted: number;
                /** @description The API its exchanges belong to; null where `hosts` say so. */
                api_id?: string | null;
                /** @description When it was made. */
                created_at: string;
                /**
                 * Format: int64
                 * @description Exchanges lost under load.
                 */
                dropped: number;
                /** @description Hosts whose exchanges are taken, each as an API of its own. */
                hosts: string[];
                /** @description UUIDv7. */
                id: string;
                /** @description When its token was last used. */
                last_used_at?: string | null;
                /** @description Name. */
                name: string;
                /** @description Exchanges not taken, by the reason. */
                rejected: {
                    [key: string]: number;
                };
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A slice of a list. */
        Page_User: {
            /** @description The items. */
            items: {
                /** @description When the user was made. */
                created_at: string;
                /** @description True when nothing of theirs opens anything. */
                disabled: boolean;
                /** @description Name shown to people. */
                display_name: string;
                /** @description UUIDv7. */
                id: string;
                /** @description Who vouches for the user, where it is an identity provider; null where a password does. */
                issuer?: string | null;
                /** @description When they last signed in. */
                last_signed_in_at?: string | null;
                /** @description What they may do where. An admin of the default project administers the installation, and is one everywhere. */
                memberships: components["schemas"]["Membership"][];
                /** @description True until they chose a password of their own. */
                must_change_password: boolean;
                /** @description The name to sign in with. */
                name: string;
            }[];
            /** @description Cursor of the next page; null at the end. */
            next?: string | null;
        };
        /** @description A parameter of an operation. */
        Parameter: {
            /** @description What the type rests on. */
            evidence: string;
            /** @description Format. */
            format?: string | null;
            /** @description `path`, `query`, `header` or `cookie`. */
            in: string;
            /** @description Name. */
            name: string;
            /** @description Always there. */
            required: boolean;
            /**
             * Format: int64
             * @description Exchanges that carried it.
             */
            seen: number;
            /** @description JSON type. */
            type: string;
        };
        /** @description Another password of one's own. */
        PasswordChange: {
            /**
             * Format: password
             * @description The password from now on, 12 to 128 characters.
             */
            new_password: string;
            /**
             * Format: password
             * @description The password until now.
             */
            old_password: string;
        };
        /** @description An exception as gateways see it. */
        PolicyException: {
            /** @description Code let through. */
            code: string;
            /** @description UUIDv7. */
            id: string;
            /** @description Where. */
            in: string;
            /** @description Parameter or header. */
            name: string;
            /** @description `METHOD /template`, or method and path. */
            operation: string;
            /** @description Place inside the value. */
            pointer: string;
        };
        /** @description One category of an assessment. */
        PostureCategory: {
            /** @description `network`, `application`, `authentication`, `email`, `system` or `user`. */
            category: string;
            /** @description From `A+` to `F`; null when it was not assessed. */
            grade?: string | null;
            /** @description Why it was not assessed. */
            reason?: string | null;
            /**
             * Format: int32
             * @description From 0 to 100; null when it was not assessed.
             */
            score?: number | null;
            /** @description Its findings by severity. */
            summary: components["schemas"]["Summary"];
        };
        /** @description A finding of an assessment. */
        PostureFinding: components["schemas"]["Finding"] & {
            /** @description How a consumer lives with it until it is mended. */
            consumer: string;
            /** @description Why it is bad. */
            why: string;
        };
        /** @description What an assessment found. */
        PostureResult: {
            /** @description Addresses of the host at that time. */
            addresses: string[];
            /** @description Every category; one that was not assessed has no score. */
            categories: components["schemas"]["PostureCategory"][];
            /** @description Why the grade cannot be better, the worst first. */
            ceilings: components["schemas"]["GradeCeiling"][];
            /** @description What was learned of TLS, HTTP, DNS and mail, as `palisade score --format json` gives it. */
            facts: Record<string, never>;
            /** @description What was found, the worst first. */
            findings: components["schemas"]["PostureFinding"][];
            /** @description What was not assessed, and why. */
            not_assessed: components["schemas"]["NotAssessed"][];
        };
        /** @description What block mode would have done, on traffic the contract was not learned from. */
        Preview: {
            contract?: components["schemas"]["PreviewContract"] | null;
            /**
             * Format: int64
             * @description Exchanges judged.
             */
            judged: number;
            /** @description By operation. */
            operations: components["schemas"]["PreviewOperation"][];
            /** @description Since when is counted. */
            since?: string | null;
            /** @description The same in one sentence. */
            text: string;
            /**
             * Format: int64
             * @description Of these, refused in block mode.
             */
            would_block: number;
        };
        /**
         * @description Which contract a preview rests on.
         * @enum {string}
         */
        PreviewContract: "approved" | "candidate";
        /** @description What block mode would have done to one operation. */
        PreviewOperation: {
            /**
             * Format: int64
             * @description Exchanges judged.
             */
            judged: number;
            /** @description Method; empty for requests that belong to no operation. */
            method: string;
            /**
             * Format: int64
             * @description Exchanges that still lack until evidence suffices.
             */
            needed: number;
            /**
             * Format: int64
             * @description Of these, not judged in full.
             */
            not_assessed: number;
            /** @description The operation; empty for requests that belong to none. */
            operation_id: string;
            /** @description Template; empty for requests that belong to no operation. */
            path: string;
            /** @description Why, most frequent first. */
            reasons: components["schemas"]["Reason"][];
            /** @description Too little evidence: stays in observe. */
            thin: boolean;
            /**
             * Format: int64
             * @description Of these, refused in block mode.
             */
            would_block: number;
        };
        /** @description RFC 9457. */
        Problem: {
            /** @description What is wrong and what to do. */
            detail: string;
            /** @description Field by field. */
            errors: components["schemas"]["FieldError"][];
            /** @description Findings that say why a contract was refused. */
            findings?: components["schemas"]["Finding"][];
            /** @description The path asked for. */
            instance: string;
            /**
             * Format: int32
             * @description Status.
             */
            status: number;
            /** @description Kind of problem in words. */
            title: string;
            /** @description `about:blank` or a URI of the kind of problem. */
            type: string;
            /** @description Names this answer in the log. */
            uuid: string;
        };
        /** @description What one group of people sees, apart from all others. */
        Project: {
            /** @description When it was made. */
            created_at: string;
            /** @description Who made it; empty of the one that the installation began with. */
            created_by: string;
            /** @description What it is for. */
            description: string;
            /** @description True of the one that the installation began with: its admins administer the installation. */
            first: boolean;
            /** @description UUIDv7. */
            id: string;
            /** @description Name, unique. */
            name: string;
            /** @description When name or description were last changed. */
            updated_at?: string | null;
        };
        /** @description Name and description of a project. */
        ProjectChange: {
            /** @description What it is for, on one line. */
            description?: string;
            /** @description Letters, digits, `.`, `_` and `-`. */
            name: string;
        };
        /** @description Something that was seen and that the contract in force has no room for, or the other way round. */
        Proposal: {
            /**
             * Format: int32
             * @description The column, from 1.
             */
            column: number;
            /** @description What the edit does, in a few words; null when there is none. */
            edit?: string | null;
            /** @description What was seen. */
            evidence: components["schemas"]["ProposalEvidence"];
            /** @description Stays the same while the evidence is of the same kind; counts and limits take no part. */
            id: string;
            /** @description What it would change. */
            kind: components["schemas"]["ProposalKind"];
            /**
             * Format: int32
             * @description The line of that place in the contract's text, from 1.
             */
            line: number;
            /**
             * @description The edit only makes room for what was seen. "Accept all" takes these alone: the others mark operations as
             *     deprecated, or turn callers away.
             */
            makes_room: boolean;
            /** @description What was seen, in one sentence. */
            message: string;
            /** @description Why there is no edit. */
            obstacle?: string | null;
            /** @description `METHOD /template`, as the contract names the operation; a new one as it was learned. */
            operation: string;
            /** @description Id of the operation in the inventory, where it is there. */
            operation_id?: string | null;
            /** @description Where the contract would change, as a JSON pointer. */
            pointer: string;
            /** @description When it was turned down. */
            rejected_at?: string | null;
            /** @description Who turned it down. */
            rejected_by?: string | null;
            /** @description Whether somebody decided on it. */
            state: components["schemas"]["ProposalState"];
        };
        /** @description A proposal and what it would change in the text. */
        ProposalDetail: components["schemas"]["Proposal"] & {
            /** @description The change of the contract's text as a unified diff; empty when it cannot be made. */
            diff: string;
            /** @description Why it cannot be made in this text. */
            refusal?: string | null;
        };
        /** @description What was seen. */
        ProposalEvidence: {
            /**
             * Format: int64
             * @description Distinct callers of the operation; above 64 an estimate.
             */
            callers?: number | null;
            /**
             * Format: int64
             * @description How often: values, or exchanges where it is about an operation; 0 where nothing was seen.
             */
            count: number;
            /** @description When the operation was first seen. */
            first_observed?: string | null;
            /** @description When the operation was last seen. */
            last_observed?: string | null;
            /** @description There are too few exchanges to count on it. */
            thin: boolean;
        };
        /** @description Proposals by their ids. */
        ProposalIds: {
            /** @description Ids, 1 to 1000. */
            ids: string[];
        };
        /**
         * @description What a proposal would change.
         * @enum {string}
         */
        ProposalKind: "operation-added" | "operation-unseen" | "parameter-added" | "request-body-added" | "request-media-type-added" | "response-added" | "response-media-type-added" | "property-added" | "type-widened" | "null-seen" | "enum-value-added" | "format-removed" | "limit-widened" | "member-absent" | "security-seen";
        /**
         * @description Whether somebody decided on a proposal.
         * @enum {string}
         */
        ProposalState: "open" | "rejected";
        /**
         * @description What the gateway does for an operation.
         * @enum {string}
         */
        Protection: "block" | "observe" | "thin-evidence" | "off";
        /** @description A change of an API's protection, whole. */
        ProtectionChange: {
            mode?: components["schemas"]["Mode"] | null;
            /** @description All settings: what is left out goes back to its default. */
            settings: components["schemas"]["ProtectionSettings"];
        };
        /** @description What people set for the protection of an API. */
        ProtectionSettings: {
            /**
             * @description Bans.
             * @default {
             *       "seconds": 300,
             *       "per": "client"
             *     }
             */
            ban: components["schemas"]["BanRule"];
            /**
             * @description What each check does; one that is not named does its default.
             * @default {}
             */
            effects: {
                [key: string]: components["schemas"]["CheckAction"];
            };
            /**
             * @description Header rules.
             * @default []
             */
            headers: components["schemas"]["HeaderRule"][];
            /**
             * @description Who may call, as the gateway's file has it.
             * @default null
             */
            identity: {
                [key: string]: unknown;
            } | null;
            /**
             * @description Sizes, counts, depths.
             * @default {
             *       "target_bytes": null,
             *       "query_bytes": null,
             *       "query_parameters": null,
             *       "header_bytes": null,
             *       "header_fields": null,
             *       "cookies": null,
             *       "body_bytes": null,
             *       "body_depth": null,
             *       "body_members": null,
             *       "parts": null
             *     }
             */
            limits: components["schemas"]["MessageLimits"];
            /**
             * @description Network lists.
             * @default {
             *       "allow": [],
             *       "deny": []
             *     }
             */
            networks: components["schemas"]["NetworkRules"];
            /** @default null */
            on_error: components["schemas"]["ErrorPolicy"] | null;
            /**
             * @description Operations that differ; the first that fits speaks.
             * @default []
             */
            operations: components["schemas"]["OperationRule"][];
            /**
             * @description What was learned of the API beside its contract, as the gateway's file has it.
             * @default null
             */
            profile: {
                [key: string]: unknown;
            } | null;
            /**
             * @description Rates.
             * @default []
             */
            rates: components["schemas"]["RateRule"][];
            /**
             * @description Answers.
             * @default {
             *       "security_headers": false,
             *       "set": {},
             *       "remove_fingerprints": false,
             *       "harden_cookies": false,
             *       "scrub": false,
             *       "rate_limits": "refused"
             *     }
             */
            response: components["schemas"]["ResponseRules"];
            /**
             * Format: int32
             * @description Percentage of requests that block mode refuses; the others are told as in observe mode. Null: all.
             * @default null
             */
            rollout: number | null;
        };
        /** @description What a change of a protection would have done to the newest exchanges. */
        ProtectionTrial: {
            /** @description By what is done, operation and reason; those that are refused first, the most frequent of each first. */
            changes: components["schemas"]["TrialChange"][];
            /**
             * Format: int64
             * @description Exchanges that were looked at.
             */
            exchanges: number;
            /** @description The mode of the change. */
            mode: components["schemas"]["Mode"];
            /**
             * Format: int64
             * @description Refused now, and not with the change.
             */
            newly_passed: number;
            /**
             * Format: int64
             * @description Refused with the change, and not now.
             */
            newly_refused: number;
            /**
             * Format: int64
             * @description Told with more force with the change.
             */
            newly_told: number;
            /**
             * Format: int64
             * @description Told now, and not with the change.
             */
            no_longer_told: number;
            /** @description What could not be assessed. */
            not_assessed: components["schemas"]["NotAssessedPart"][];
            /**
             * Format: int64
             * @description Not refused with the change as far as they could be assessed, which is not in full.
             */
            partly_assessed: number;
            /**
             * Format: int64
             * @description Refused with the change.
             */
            refused_after: number;
            /**
             * Format: int64
             * @description Refused as it is now.
             */
            refused_before: number;
            /**
             * Format: int32
             * @description Percentage of requests that are refused where the figures say so; null: all.
             */
            rollout?: number | null;
            /** @description The oldest of them. */
            since?: string | null;
            /** @description Neither refuses anything, for both observe: what they would refuse in block mode is compared. */
            supposed: boolean;
            /** @description The newest of them. */
            until?: string | null;
        };
        /** @description One version of an API's protection. */
        ProtectionVersion: {
            /** @description What it changed, against the version before, where that is kept; at most 200 places. */
            changes: components["schemas"]["SettingChange"][];
            /** @description When it was made. */
            made_at: string;
            /** @description By whom. */
            made_by: string;
            /** @description The mode. */
            mode: components["schemas"]["Mode"];
            /** @description The settings. */
            settings: components["schemas"]["ProtectionSettings"];
            /**
             * Format: int64
             * @description Counts from 1.
             */
            version: number;
        };
        /**
         * @description Who is told how a rate limit stands for it.
         * @enum {string}
         */
        RateFields: "never" | "refused" | "always";
        /**
         * @description What a rate is counted by, and who is banned.
         * @enum {string}
         */
        RateKey: "client" | "key" | "principal";
        /** @description A limit on how often requests come: burst is the mean over 5 s, average the mean over 120 s. */
        RateRule: {
            /**
             * Format: double
             * @description Requests per second, mean over 120 s; fractions are of a thousandth.
             * @default null
             */
            average: number | null;
            /**
             * Format: double
             * @description Requests per second, mean over 5 s; fractions are of a thousandth.
             * @default null
             */
            burst: number | null;
            /** @default null */
            effect: components["schemas"]["CheckAction"] | null;
            /**
             * @description Lists whose members are not counted.
             * @default []
             */
            except: string[];
            /**
             * @description Only these methods; empty: all.
             * @default []
             */
            methods: string[];
            /**
             * @description Its name, told in events.
             * @default
             */
            name: string;
            /**
             * @description Only these path patterns (`*` within a segment, `**` across); empty: all.
             * @default []
             */
            paths: string[];
            /**
             * @description What is counted apart.
             * @default client
             */
            per: components["schemas"]["RateKey"];
            /**
             * @description Only requests answered with these statuses (`401`, `4xx`, `400-499`); empty: all.
             * @default []
             */
            statuses: string[];
        };
        /** @description One reason for which block mode refuses. */
        Reason: {
            /** @description Code. */
            code: string;
            /**
             * Format: int64
             * @description How often.
             */
            count: number;
            /** @description Where. */
            in: string;
            /** @description In words. */
            message: string;
            /** @description Parameter or header. */
            name: string;
            /** @description Place inside the value. */
            pointer: string;
            /** @description An event that shows it. */
            sample_event?: string | null;
        };
        /** @description A proposal that could not be made. */
        RefusedProposal: {
            /** @description Its id. */
            id: string;
            /** @description Why. */
            reason: string;
        };
        /** @description Takes the acceptance of a finding back. */
        Reopen: {
            /** @description Why, on one line of at most 1000 characters. */
            reason?: string | null;
        };
        /** @description What is done to answers on their way to the client. */
        ResponseRules: {
            /**
             * @description `Secure`, `HttpOnly` and `SameSite` on cookies that lack them.
             * @default false
             */
            harden_cookies: boolean;
            /**
             * @description Who is told how its rate limits stand, by `RateLimit` and `RateLimit-Policy`.
             * @default refused
             */
            rate_limits: components["schemas"]["RateFields"];
            /**
             * @description Takes out what names the software behind.
             * @default false
             */
            remove_fingerprints: boolean;
            /**
             * @description Where the check `response` prevents: an answer of the wrong shape is cut to the contract in place of refused.
             * @default false
             */
            scrub: boolean;
            /**
             * @description Adds the security header fields that are missing.
             * @default false
             */
            security_headers: boolean;
            /**
             * @description Fields set on every answer.
             * @default {}
             */
            set: {
                [key: string]: string;
            };
        };
        /**
         * @description What a caller may do in a project.
         * @enum {string}
         */
        Role: "admin" | "analyst" | "developer" | "viewer" | "ci" | "controller" | "gateway";
        /** @description A rule of an engine. */
        Rule: {
            /** @description Family. */
            category: string;
            /** @description CWE ids. */
            cwe: string[];
            /** @description How to mend it. */
            fix: string;
            /** @description Rule id. */
            id: string;
            /** @description Short name. */
            name: string;
            /** @description OWASP API Security Top 10 items. */
            owasp: string[];
            /** @description Severity it gives. */
            severity: components["schemas"]["Severity"];
            /** @description What it checks. */
            what: string;
            /** @description Why it matters. */
            why: string;
        };
        /**
         * @description Where a run is.
         * @enum {string}
         */
        RunState: "Due" | "Started" | "Skipped" | "Refused" | "Completed" | "Failed" | "Cancelled";
        /** @description When a third-party API is assessed again. Times are UTC. */
        Schedule: {
            /** @enum {string} */
            kind: "off";
        } | {
            /**
             * Format: int32
             * @description Hours, 1 to 744.
             */
            every: number;
            /** @enum {string} */
            kind: "hours";
        } | {
            /** @description `HH:MM`. */
            at: string;
            /** @enum {string} */
            kind: "daily";
        } | {
            /** @description `HH:MM`. */
            at: string;
            /** @description The day. */
            day: components["schemas"]["Weekday"];
            /** @enum {string} */
            kind: "weekly";
        };
        /** @description What a schedule is to be. */
        ScheduleChange: {
            /** @description An API whose contract at the time of each run is the job's document: the one in force, else the learned one. */
            contract_of?: string | null;
            /** @description Cron expression of five fields: minute, hour, day of the month, month, day of the week. */
            cron: string;
            /**
             * @description False: it is paused.
             * @default true
             */
            enabled: boolean;
            /** @description The job, as `POST /api/v1/jobs` takes it. */
            job: components["schemas"]["NewJob"];
            /** @description What becomes of runs that are missed. */
            missed?: components["schemas"]["Missed"];
            /** @description Its name, unique: 1 to 100 letters, digits, `.`, `_` and `-`. */
            name: string;
            /**
             * @description Name of the time zone it is meant in, such as `Europe/Zurich`.
             * @default UTC
             */
            time_zone: string;
        };
        /** @description A run of a schedule. */
        ScheduleRun: {
            /** @description Version of the application. */
            application_version?: string | null;
            /** @description Who asked for it without waiting for the clock. */
            asked_by?: string | null;
            /** @description When it was begun. */
            begun_at: string;
            comparison?: components["schemas"]["Comparison"] | null;
            /** @description Whether the conditions hold that the job is judged by. */
            compliant?: boolean | null;
            /** @description The time it was for. */
            due_at: string;
            /** @description When it ended. */
            ended_at?: string | null;
            /** @description A letter. */
            grade?: string | null;
            /** @description UUIDv7. */
            id: string;
            /** @description Its job; after a week it is gone. */
            job_id?: string | null;
            /**
             * Format: int64
             * @description Seconds after its time.
             */
            late_seconds: number;
            /** @description Why it was left out, refused, failed or cancelled. */
            reason?: string | null;
            /**
             * Format: double
             * @description Points of 100.
             */
            score?: number | null;
            /** @description Where it is. */
            state: components["schemas"]["RunState"];
            summary?: components["schemas"]["Summary"] | null;
        };
        /** @description Points of a contract. */
        Score: {
            /**
             * Format: double
             * @description 0 to 70.
             */
            data: number;
            /**
             * Format: double
             * @description 0 to 30.
             */
            security: number;
            /**
             * Format: double
             * @description 0 to 100.
             */
            total: number;
        };
        /** @description Where in an exchange sensitive data was seen. */
        SensitiveField: {
            /** @description What a leak costs: `credential`, `financial`, `identity`, `health`, `other`, `contact` or `personal`. */
            class: string;
            /**
             * Format: int64
             * @description How often it was seen in successful exchanges.
             */
            count: number;
            /** @description `request` or `response`. */
            in: string;
            /** @description What it is, for example `email`, or a word of the user's own rules. */
            kind: string;
            /** @description Part of the message: `body`, `query`, `header` or `path`. */
            part: string;
            /** @description JSON pointer of the field in a body, in which `*` stands for any item or key; elsewhere the parameter's name. */
            pointer: string;
            /**
             * Format: int64
             * @description How often of these no credential was shown.
             */
            unauthenticated: number;
        };
        /** @description The signed-in caller and the installation. */
        Session: {
            /** @description Where this control plane is reached. */
            control_url: string;
            /** @description The data directory. */
            data_dir: string;
            /** @description True when the demo API runs behind the gateway. */
            demo: boolean;
            /** @description When the credential ends; null when it does not. */
            expires_at?: string | null;
            /** @description Where clients reach the APIs. */
            gateway_url: string;
            /** @description Name of the principal: the user, the token, the key pair, or `login link`. */
            name: string;
            /** @description The project the caller works in. */
            project: components["schemas"]["SessionProject"];
            /** @description The projects the caller may work in. */
            projects: components["schemas"]["Membership"][];
            /** @description The caller's role in the project. */
            role: components["schemas"]["Role"];
            /** @description What a key pair is narrowed to; empty when by its role alone. */
            scopes: string[];
            user?: components["schemas"]["NamedUser"] | null;
            /** @description Version of Palisade. */
            version: string;
        };
        /** @description The project a session is to work in. */
        SessionPatch: {
            /** @description Its name or id. */
            project: string;
        };
        /** @description The project that the caller works in. */
        SessionProject: {
            /** @description Its id. */
            id: string;
            /** @description Its name. */
            name: string;
        };
        /** @description One place that a version changed. */
        SettingChange: {
            /** @description What is there, as JSON; null: nothing. */
            after?: unknown;
            /** @description What was there, as JSON; null: nothing. */
            before?: unknown;
            /** @description JSON pointer into mode and settings. */
            pointer: string;
        };
        /**
         * @description How bad a finding is.
         * @enum {string}
         */
        Severity: "critical" | "high" | "medium" | "low" | "info";
        /** @description A versioned set of APIs for gateways. */
        Snapshot: {
            /** @description The APIs. */
            apis: components["schemas"]["ApiPolicy"][];
            /** @description Network lists, by the names that policies use. */
            lists: components["schemas"]["NamedNetworks"][];
            /** @description Proxies whose word on the client's address is taken, in CIDR notation. */
            trusted_proxies: string[];
            /**
             * Format: int64
             * @description Grows with every change.
             */
            version: number;
        };
        /**
         * @description What an operation is to the contract.
         * @enum {string}
         */
        State: "documented" | "learned" | "shadow" | "zombie" | "orphan";
        /** @description Operations by state. */
        StateCounts: {
            /**
             * Format: int64
             * @description In the contract and in traffic.
             */
            documented: number;
            /**
             * Format: int64
             * @description In traffic; no contract is approved.
             */
            learned: number;
            /**
             * Format: int64
             * @description In the contract, never in traffic.
             */
            orphan: number;
            /**
             * Format: int64
             * @description In traffic, not in the contract.
             */
            shadow: number;
            /**
             * Format: int64
             * @description Deprecated, still in traffic.
             */
            zombie: number;
        };
        /** @description One step of a decision. */
        Step: {
            /** @description In words. */
            detail: string;
            effect?: components["schemas"]["CheckAction"] | null;
            /** @description `passed`, `failed`, `skipped` or `not-assessed`. */
            outcome: string;
            /** @description A check's name, `exception` or `engine`. */
            step: string;
        };
        /** @description How many findings of each severity there are. */
        Summary: {
            /**
             * Format: int64
             * @description Critical findings.
             */
            critical: number;
            /**
             * Format: int64
             * @description High findings.
             */
            high: number;
            /**
             * Format: int64
             * @description Informational findings.
             */
            info: number;
            /**
             * Format: int64
             * @description Low findings.
             */
            low: number;
            /**
             * Format: int64
             * @description Medium findings.
             */
            medium: number;
        };
        /** @description A finding that is not reported. */
        SuppressedFinding: components["schemas"]["Finding"] & {
            /** @description Why it is not. */
            because: components["schemas"]["Because"];
            /** @description What was seen, or the reason that was given. */
            reason: string;
        };
        /** @description A job to do. */
        Task: {
            /** @description What is asked for. */
            asked: components["schemas"]["Asked"];
            /**
             * Format: int32
             * @description Which attempt it is, from 1.
             */
            attempt: number;
            /** @description Whether there is a document to fetch. */
            document: boolean;
            /**
             * Format: int64
             * @description Number of the lease: it goes along with whatever is told of the job.
             */
            fence: number;
            /** @description The job. */
            id: string;
        };
        /** @description A third-party API and where it stands. */
        ThirdParty: components["schemas"]["ThirdPartySettings"] & {
            /** @description How it answered in the last 30 days. */
            availability: components["schemas"]["AvailabilityFigures"];
            completed?: components["schemas"]["Assessment"] | null;
            compliance?: components["schemas"]["Compliance"] | null;
            /** @description When it was added. */
            created_at: string;
            /** @description Who added it. */
            created_by: string;
            /** @description Its host. */
            host: string;
            /** @description UUIDv7. */
            id: string;
            last?: components["schemas"]["Assessment"] | null;
            /** @description Name. */
            name: string;
            /** @description When the schedule asks for the next assessment. */
            next_at?: string | null;
            open?: components["schemas"]["Assessment"] | null;
            trend?: components["schemas"]["Trend"] | null;
            /** @description Where it is. */
            url: string;
        };
        /** @description What is to be set otherwise; what is left out stays. */
        ThirdPartyChange: {
            /** @description Whether it may lie on this machine or a private network. */
            allow_private?: boolean | null;
            /** @description The API whose contract in force joins the score; an empty text: none. */
            contract_api_id?: string | null;
            /** @description Name, 1 to 100 characters. */
            name?: string | null;
            policy?: components["schemas"]["ThirdPartyPolicy"] | null;
            /** @description Whether a short list of risky ports is looked at. */
            ports?: boolean | null;
            /**
             * Format: int32
             * @description Minutes between two light requests that measure its availability, 1 to 1440; 0: none is made.
             */
            probe_minutes?: number | null;
            schedule?: components["schemas"]["Schedule"] | null;
            /** @description Selectors of its DKIM keys, at most 10. */
            selectors?: string[] | null;
        };
        /** @description What is accepted of a third-party API: conditions, all of which must hold. Without any there is no policy. */
        ThirdPartyPolicy: {
            /** @description The worst severity that is accepted in a category. */
            categories?: {
                [key: string]: string;
            };
            /** @description Countries that every address must lie in, codes of two letters. */
            countries?: string[] | null;
            /** @description The worst severity that is accepted anywhere: `critical` to `info`, or `none`. */
            highest_accepted_severity?: string | null;
            /** @description The lowest grade that is accepted, `A+` to `F`. */
            minimum_grade?: string | null;
            /** @description Categories that must have been assessed. */
            must_be_assessed?: string[];
            /** @description Whether a condition on a category that was not assessed is left open: `refuse` (as without it) or `accept`. */
            not_assessed?: string | null;
            /** @description Whether an address whose country is not known is accepted: `refuse` (as without it) or `accept`. */
            unknown_country?: string | null;
        };
        /** @description What people set for a third-party API. */
        ThirdPartySettings: {
            /** @description Whether it may lie on this machine or a private network. */
            allow_private: boolean;
            /** @description The API whose contract in force joins the score. */
            contract_api_id?: string | null;
            /** @description What is accepted of it. */
            policy: components["schemas"]["ThirdPartyPolicy"];
            /** @description Whether a short list of risky ports is looked at. */
            ports: boolean;
            /**
             * Format: int32
             * @description Minutes between two light requests that measure its availability; 0: none is made.
             */
            probe_minutes: number;
            /** @description When it is assessed again. */
            schedule: components["schemas"]["Schedule"];
            /** @description Selectors of its DKIM keys. */
            selectors: string[];
        };
        /** @description A token without its text. */
        Token: {
            /** @description When it was made. */
            created_at: string;
            /** @description When it ends; null when it does not. */
            expires_at?: string | null;
            /** @description UUIDv7. */
            id: string;
            /** @description When it was last used. */
            last_used_at?: string | null;
            /** @description Name. */
            name: string;
            /** @description Role. */
            role: components["schemas"]["Role"];
        };
        /** @description A trace source without its token, and what came of what it sent since the control plane started. */
        TraceSource: {
            /**
             * Format: int64
             * @description Exchanges taken.
             */
            accepted: number;
            /** @description The API its exchanges belong to; null where `hosts` say so. */
            api_id?: string | null;
            /** @description When it was made. */
            created_at: string;
            /**
             * Format: int64
             * @description Exchanges lost under load.
             */
            dropped: number;
            /** @description Hosts whose exchanges are taken, each as an API of its own. */
            hosts: string[];
            /** @description UUIDv7. */
            id: string;
            /** @description When its token was last used. */
            last_used_at?: string | null;
            /** @description Name. */
            name: string;
            /** @description Exchanges not taken, by the reason. */
            rejected: {
                [key: string]: number;
            };
        };
        /** @description Five seconds of traffic. */
        TrafficBucket: {
            /**
             * Format: int64
             * @description Of these, refused.
             */
            blocked: number;
            /**
             * Format: int64
             * @description Of these, answered with 5xx or not at all.
             */
            errors: number;
            /** @description Start of the bucket. */
            time: string;
            /**
             * Format: int64
             * @description Exchanges.
             */
            total: number;
        };
        /**
         * @description Where a score is going: the last one against the mean of up to five before it.
         * @enum {string}
         */
        Trend: "improving" | "stable" | "degrading";
        /** @description Exchanges of one operation that a change meets for one reason. */
        TrialChange: {
            after?: components["schemas"]["EventEffect"] | null;
            before?: components["schemas"]["EventEffect"] | null;
            check?: components["schemas"]["CheckName"] | null;
            /** @description Code of the reason. */
            code: string;
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
            /** @description Some of them. */
            examples: components["schemas"]["TrialExample"][];
            /** @description Where. */
            in: string;
            /** @description What the change does to them. */
            kind: components["schemas"]["TrialKind"];
            /** @description In words. */
            message: string;
            /** @description Parameter or header. */
            name: string;
            /** @description `METHOD /template`, when known. */
            operation?: string | null;
            /** @description The operation, when known. */
            operation_id?: string | null;
            /** @description Place inside the value; `*` stands for any index. */
            pointer: string;
        };
        /** @description An exchange that a change meets. */
        TrialExample: {
            /** @description The caller's address, when known. */
            client?: string | null;
            /** @description The event it belongs to, when there is one. */
            event?: string | null;
            /** @description Method. */
            method: string;
            /** @description Path, redacted. */
            path: string;
            /**
             * Format: int32
             * @description Status the client got.
             */
            status: number;
            /** @description When it began. */
            time: string;
            /** @description Its uuid. */
            uuid: string;
        };
        /**
         * @description What a change of a protection does to an exchange.
         * @enum {string}
         */
        TrialKind: "refused" | "passed" | "told" | "silent";
        /** @description Proxies whose word on the client's address is taken. */
        TrustedProxies: {
            /** @description Their networks in CIDR notation. */
            networks: string[];
        };
        /** @description A user. */
        User: {
            /** @description When the user was made. */
            created_at: string;
            /** @description True when nothing of theirs opens anything. */
            disabled: boolean;
            /** @description Name shown to people. */
            display_name: string;
            /** @description UUIDv7. */
            id: string;
            /** @description Who vouches for the user, where it is an identity provider; null where a password does. */
            issuer?: string | null;
            /** @description When they last signed in. */
            last_signed_in_at?: string | null;
            /** @description What they may do where. An admin of the default project administers the installation, and is one everywhere. */
            memberships: components["schemas"]["Membership"][];
            /** @description True until they chose a password of their own. */
            must_change_password: boolean;
            /** @description The name to sign in with. */
            name: string;
        };
        /** @description What of a user is to change; what is left out stays. */
        UserPatch: {
            /** @description Whether nothing of theirs opens anything. */
            disabled?: boolean | null;
            /** @description Name shown to people, 1 to 100 characters. */
            display_name?: string | null;
            /** @description What they may do where, in place of all there was. */
            memberships?: components["schemas"]["NewMembership"][] | null;
        };
        /**
         * @description A day of the week.
         * @enum {string}
         */
        Weekday: "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
        /** @description What a controller is told when it starts. */
        Welcome: {
            /** @description Its id: the same for the same name. */
            controller_id: string;
            /**
             * Format: int32
             * @description Seconds between two heartbeats.
             */
            heartbeat_seconds: number;
            /**
             * Format: int32
             * @description Seconds that a lease holds without a heartbeat.
             */
            lease_seconds: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
