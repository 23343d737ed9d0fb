use super::*;
use base64::engine::general_purpose;
use proptest::prelude::*;

const RECEIVED: i64 = 1_795_338_000_000_000;

fn base64(text: &str) -> String {
    general_purpose::STANDARD.encode(text)
}

fn read(record: &str) -> Result<Exchange, (Reason, String)> {
    telemetry_exchange(record.as_bytes(), RECEIVED, 1, &Redactor::new(&[7; 32]), &Limits::default())
}

fn shown(record: &str) -> String {
    let exchange = match read(record) {
        Ok(exchange) => exchange,
        Err((reason, detail)) => return format!("{}: {detail}", reason.as_str()),
    };
    let body = |body: &Body| match body {
        Body::Empty => "-".to_owned(),
        Body::Unknown { length } => format!("unknown {}", length.unwrap_or_default()),
        Body::Bytes { bytes, truncated } => {
            format!("{}{}", String::from_utf8_lossy(bytes), if *truncated { "..." } else { "" })
        }
        Body::Shape(_) => "a shape".to_owned(),
    };
    let headers = |message: &Message| {
        message.headers.iter().map(|(name, value)| format!("{name}={value:?}")).collect::<Vec<_>>().join(" ")
    };
    let answer = exchange.response.as_ref().unwrap();
    format!(
        "{} {} {}://{}{}{} [{}] {} -> {} [{}] {} ({:?} us, {:?})",
        jiff::Timestamp::from_microsecond(exchange.time).unwrap(),
        exchange.method,
        exchange.scheme,
        exchange.host,
        exchange.path,
        exchange.query.as_deref().map(|query| format!("?{query}")).unwrap_or_default(),
        headers(&exchange.request),
        body(&exchange.request.body),
        answer.status,
        headers(&answer.message),
        body(&answer.message.body),
        exchange.duration.unwrap_or_default(),
        exchange.client.address,
    )
}

/// One exchange as each plug-in sends it.
fn plug_ins() -> Vec<(&'static str, String)> {
    let (asked, said) = (base64("{\"item\":\"tea\"}"), base64("{\"id\":7}"));
    let json = r#"{"key":"content-type","value":"application/json"}"#;
    vec![
        (
            "Envoy",
            format!(
                r#"{{"requestID":"9f","scheme":"","destinationAddress":"10.0.0.7:8080","destinationNamespace":"shop","sourceAddress":"10.0.0.9:51000","request":{{"method":"POST","path":"/orders?dry=1","host":"orders.shop:8080","common":{{"version":"","headers":[{{"key":"host","value":"orders.shop:8080"}},{json},{{"key":"user-agent","value":"a\"b"}}],"body":"{asked}","TruncatedBody":false,"time":1795337999000}}}},"response":{{"statusCode":"201","common":{{"version":"","headers":[{json}],"body":"{said}","TruncatedBody":false,"time":1795337999020}}}}}}"#
            ),
        ),
        (
            "Envoy, a body beyond its limit",
            r#"{"requestID":"9f","scheme":"","destinationAddress":"10.0.0.7:8080","destinationNamespace":"shop","sourceAddress":"10.0.0.9:51000","request":{"method":"PUT","path":"/files/a","host":"orders.shop","common":{"version":"","headers":[{"key":"content-length","value":"2000000"}],"body":"","TruncatedBody":true,"time":1795337999000}},"response":{"statusCode":"204","common":{"version":"","headers":[],"body":"","TruncatedBody":false,"time":1795337999020}}}"#.to_owned(),
        ),
        (
            "Envoy, header fields that it does not escape",
            "{\"requestID\":\"9f\",\"scheme\":\"\",\"destinationAddress\":\"10.0.0.7:80\",\"sourceAddress\":\"10.0.0.9:51000\",\"request\":{\"method\":\"GET\",\"path\":\"/orders\",\"host\":\"orders\",\"common\":{\"headers\":[{\"key\":\"x-path\",\"value\":\"C:\\data\\u12\"},{\"key\":\"x-tab\",\"value\":\"a\tb\"}],\"body\":\"\",\"time\":1795337999000}},\"response\":{\"statusCode\":\"200\",\"common\":{\"headers\":[],\"body\":\"\"}}}".to_owned(),
        ),
        (
            "Envoy, older",
            format!(
                r#"{{"request_id":"9f","scheme":"https","destination_address":"10.0.0.7:443","source_address":"10.0.0.9:51000","scnt_request":{{"method":"POST","path":"/orders","host":"orders.shop","version":"HTTP/1.1","headers":[["content-type","application/json"]],"body":"{asked}","truncated_body":false}},"scnt_response":{{"status_code":"201","version":"HTTP/1.1","headers":[["content-type","application/json"]],"body":"{said}","truncated_body":true}}}}"#
            ),
        ),
        (
            "Kong",
            format!(
                r#"{{"destinationAddress":":8000","destinationNamespace":"","request":{{"common":{{"TruncatedBody":false,"body":"{asked}","headers":[{{"key":"Content-Type","value":"application/json"}},{{"key":"Authorization","value":"Bearer CANARY"}}],"time":1795337999000,"version":"1.100000"}},"host":"orders.shop.svc","method":"POST","path":"/orders"}},"requestID":"12","response":{{"common":{{"TruncatedBody":false,"body":"{said}","headers":[],"time":1795337999001,"version":"1.100000"}},"statusCode":"201"}},"scheme":"http","sourceAddress":"203.0.113.9:"}}"#
            ),
        ),
        (
            "Tyk",
            r#"{"destinationAddress":":80","destinationNamespace":"tyk","request":{"common":{"TruncatedBody":false,"body":null,"headers":[{"key":"Accept","value":"*/*"}],"time":1795337999000,"version":"HTTP/1.1"},"host":"httpbin.org","method":"GET","path":"/get?a=1&token=CANARY"},"requestID":"3","response":{"common":{"TruncatedBody":false,"body":null,"headers":null,"time":1795337999100,"version":"HTTP/1.1"},"statusCode":"200"},"scheme":"http","sourceAddress":"203.0.113.9:52100"}"#.to_owned(),
        ),
        (
            "tap",
            format!(
                r#"{{"destinationAddress":"10.0.0.7:80","destinationNamespace":"shop","sourceAddress":"[2001:db8::9]:4000","scheme":"http","requestID":"5","request":{{"method":"GET","path":"/orders/7","host":"orders","common":{{"version":"1.1","headers":[{{"key":":authority","value":"orders"}}],"body":"","TruncatedBody":false}}}},"response":{{"statusCode":"200","common":{{"version":"1.1","headers":[{json}],"body":"{said}","TruncatedBody":false}}}}}}"#
            ),
        ),
        (
            "tap, another protocol",
            r#"{"destinationAddress":"10.0.0.7:6379","sourceAddress":"10.0.0.9:1","scheme":"redis","request":{"method":"GET","path":"/k","host":"","common":{}},"response":{"statusCode":"200","common":{}}}"#.to_owned(),
        ),
        (
            "OpenTelemetry",
            format!(
                r#"{{"requestID":"r","scheme":"https","destinationAddress":"orders.shop:443","destinationNamespace":"","sourceAddress":"client:5280","request":{{"method":"POST","path":"/orders/7","host":"orders.shop","common":{{"version":"","headers":[{{"key":"content-type","value":"application/json"}},{{"key":"x-request-id","value":"1"}}],"body":"{asked}","TruncatedBody":false,"time":1795337999}}}},"response":{{"statusCode":"200","common":{{"version":"","headers":[],"body":"","TruncatedBody":false,"time":1795338000}}}}}}"#
            ),
        ),
        (
            "OpenTelemetry, a route",
            r#"{"scheme":"http","destinationAddress":"orders.shop:80","sourceAddress":"client:5280","request":{"method":"GET","path":"/orders/{orderId}","host":"orders.shop","common":{"time":1795337999}},"response":{"statusCode":"200","common":{}}}"#.to_owned(),
        ),
        (
            "F5",
            format!(
                r#"{{"requestID":"44","scheme":"http","destinationAddress":"10.1.0.7:8080","destinationNamespace":"","sourceAddress":"10.1.0.9:3000","request":{{"method":"PUT","path":"/orders/7","host":"orders.f5:8080","common":{{"version":"0.0.1","headers":[{{"key":"Date","value":"Sat, 28 Nov 2026 06"}}],"body":"{asked}","TruncatedBody":false,"time":1795337999000}}}},"response":{{"statusCode":"200","common":{{"version":"0.0.1","headers":[],"body":"","TruncatedBody":false,"time":1795337999000}}}}}}"#
            ),
        ),
        (
            "Apigee",
            format!(
                r#"{{"requestID":null,"scheme":"https","destinationAddress":"10.2.0.7:443","destinationNamespace":null,"sourceAddress":"198.51.100.4, 10.0.0.1:","request":{{"method":"POST","path":"/orders","host":"api.example:443","common":{{"version":"0.0.1","headers":[],"body":"{asked}","truncatedBody":false,"time":"1795337999000"}}}},"response":{{"statusCode":201,"common":{{"version":null,"headers":[],"body":"{said}","truncatedBody":false,"time":"1795337999001"}}}}}}"#
            ),
        ),
        (
            "Apigee, nothing known of the client, the host in a header",
            r#"{"requestID":null,"scheme":"https","destinationAddress":"10.2.0.7:443","sourceAddress":"null:","request":{"method":"GET","path":"/orders","host":"","common":{"version":null,"headers":[{"key":"Host","value":"API.example"}],"body":null,"truncatedBody":false,"time":1795337999000}},"response":{"statusCode":"200","common":{"version":null,"headers":null,"body":null}}}"#.to_owned(),
        ),
        (
            "Fastly",
            r#"{"requestID":"f","scheme":"https","destinationAddress":"127.0.0.1:80","destinationNamespace":"","sourceAddress":"198.51.100.4:0","request":{"method":"GET","path":"/orders?page=2","host":"www.example","common":{"version":"1","headers":[{"key":"accept","value":"*/*"}],"body":"","TruncatedBody":false,"time":1795337999000}},"response":{"statusCode":"404","common":{"version":"1","headers":null,"body":"","TruncatedBody":false,"time":1795337999000}}}"#.to_owned(),
        ),
    ]
}

#[test]
fn every_plug_in_is_understood() {
    let all: Vec<String> = plug_ins().iter().map(|(name, record)| format!("{name}\n  {}", shown(record))).collect();
    insta::assert_snapshot!(all.join("\n"));
    assert!(!all.concat().contains("CANARY"));
}

#[test]
fn what_is_no_exchange_says_why_and_quotes_nothing() {
    let good = &plug_ins()[0].1;
    let deep = format!("{{\"request\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        good.replace("\"201\"", "\"\""),
        good.replace("\"201\"", "\"0\""),
        good.replace("POST", "PO ST"),
        good.replace("/orders?dry=1", "orders?dry=1"),
        good.replace("/orders?dry=1", "/a\\u0000CANARY"),
        good.replace("\"request\"", "\"CANARY\""),
        good.replace("\"response\"", "\"CANARY\""),
        good.replace("\"headers\":[", "\"headers\":[7,"),
        good[..good.len() - 9].to_owned(),
        good.replace("/orders?dry=1", "/:orderId/x"),
        deep,
        "[]".to_owned(),
        "\"CANARY\"".to_owned(),
        String::new(),
    ];
    let all: Vec<String> = cases.iter().map(|record| shown(record)).collect();
    insta::assert_snapshot!(all.join("\n"));
    assert!(!all.concat().contains("CANARY"));
    let small = Limits { record_bytes: 100, ..Limits::default() };
    let long = telemetry_exchange(good.as_bytes(), RECEIVED, 1, &Redactor::new(&[7; 32]), &small);
    assert_eq!(long.unwrap_err().0, Reason::TooLong);
}

#[test]
fn bodies_that_are_not_what_they_should_be_are_unknown() {
    let (good, asked) = (&plug_ins()[0].1, base64("{\"item\":\"tea\"}"));
    let body = |encoded: &str, limits: &Limits| {
        let record = good.replace(&asked, encoded);
        telemetry_exchange(record.as_bytes(), RECEIVED, 1, &Redactor::new(&[7; 32]), limits).unwrap().request.body
    };
    let whole = Limits::default();
    assert_eq!(body("{not base64}", &whole), Body::Unknown { length: None });
    assert_eq!(body("eyJhIjoxfQ", &whole).complete().unwrap().as_ref(), b"{\"a\":1}");
    assert_eq!(body("Pz8_Pj4-", &whole).complete().unwrap().as_ref(), b"???>>>");
    let small = Limits { body_bytes: 4, ..Limits::default() };
    assert_eq!(body(&asked, &small), Body::Bytes { bytes: b"{\"it"[..].into(), truncated: true });
    // What a coding says of bytes that are not so coded is not believed.
    let record = good.replace("content-type", "content-encoding").replace("application/json", "gzip");
    assert_eq!(read(&record).unwrap().request.body, Body::Unknown { length: Some(14) });
}

#[test]
fn files_of_lines_of_objects_and_of_an_array_say_the_same() {
    let records: Vec<String> =
        plug_ins().into_iter().filter(|(name, _)| !name.contains("escape")).map(|(_, record)| record).collect();
    let read = |text: &str| {
        let mut found = Vec::new();
        let sink = &mut |exchange: Exchange| found.push((exchange.time, exchange.host, exchange.path));
        let tally = crate::read(text.as_bytes(), &Redactor::new(&[7; 32]), &Limits::default(), sink).unwrap();
        assert_eq!(crate::detect(text.as_bytes()), Some(crate::Kind::Telemetry));
        (found, tally.read, tally.rejected, tally.broken)
    };
    let lines = read(&records.join("\n"));
    assert_eq!((lines.1, lines.0[2].0), (11, 1_795_337_999_000_000), "no time: the one before");
    let pretty = |record: &String| {
        let value: Value = serde_json::from_str(record).unwrap();
        serde_json::to_string_pretty(&value).unwrap()
    };
    let pretty: Vec<String> = records.iter().map(pretty).collect();
    assert_eq!(read(&pretty.join("\n\n")), lines);
    assert_eq!(read(&format!("[{}]\n", pretty.join(","))), lines);
    // A broken line costs no other, a broken object those behind it.
    let cut = records[0].get(..100).unwrap();
    let broken = read(&[&records[0], cut, &records[0]].map(String::from).join("\n"));
    assert_eq!((broken.1, broken.2.get(&Reason::Syntax)), (2, Some(&1)));
    let broken = read(&[&pretty[0], cut].map(String::from).join("\n"));
    assert_eq!((broken.1, broken.3.is_some()), (1, true));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_counted(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let sink = &mut |_| {};
        let _ = read_telemetry(&bytes[..], &Redactor::new(&[7; 32]), &Limits::default(), sink);
    }

    #[test]
    fn any_flip_of_a_record_is_read_or_refused(which in 0usize..14, at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut record = plug_ins().remove(which).1.into_bytes();
        let at = at.index(record.len());
        record[at] = byte;
        let (redactor, limits) = (Redactor::new(&[7; 32]), Limits::default());
        let _ = telemetry_exchange(&record, RECEIVED, 1, &redactor, &limits);
        record.truncate(at);
        let _ = telemetry_exchange(&record, RECEIVED, 1, &redactor, &limits);
    }

    #[test]
    fn what_was_mended_is_utf_8_and_a_good_object_stays(which in 0usize..14) {
        let record = plug_ins().remove(which).1;
        let fixed = mended(record.as_bytes());
        prop_assert!(serde_json::from_slice::<Value>(&fixed).is_ok());
        if serde_json::from_str::<Value>(&record).is_ok() {
            prop_assert_eq!(fixed, record.into_bytes());
        }
    }
}
