//! Published examples of signed tokens.

use super::algorithm::Algorithm;
use super::json;
use super::keys::{KeyError, KeySet, Verdict};
use super::token::{Flaw, read};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const CLAIMS: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn holds(keys: &KeySet, algorithm: Algorithm, token: &str) -> bool {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    keys.verify(algorithm, None, signed.as_bytes(), &signature) == Verdict::Good
}

fn jwk(members: &str) -> KeySet {
    KeySet::jwks(format!("{{\"keys\":[{{{members}}}]}}").as_bytes()).unwrap()
}

#[test]
fn the_examples_of_rfc_7515_and_rfc_8037_hold() {
    let secret = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .unwrap();
    let hs256 =
        format!("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.{CLAIMS}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert!(holds(&KeySet::secret(&secret).unwrap(), Algorithm::HS256, &hs256));
    let rsa = jwk(
        "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ\"",
    );
    let rs256 = format!(
        "eyJhbGciOiJSUzI1NiJ9.{CLAIMS}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    assert!(holds(&rsa, Algorithm::RS256, &rs256));
    assert!(!holds(&rsa, Algorithm::PS256, &rs256));
    let p256 = jwk(
        "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"",
    );
    let es256 = format!(
        "eyJhbGciOiJFUzI1NiJ9.{CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    assert!(holds(&p256, Algorithm::ES256, &es256));
    let ed25519 = jwk("\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"");
    let eddsa = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert!(holds(&ed25519, Algorithm::EdDSA, eddsa));
}

#[test]
fn the_claims_of_rfc_7519_are_read() {
    let token = read("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAAA").unwrap();
    assert_eq!(token.issuer(), Some("joe"));
    // The unsecured example of section 6.1: an empty signature, and an algorithm that nobody accepts.
    let unsecured = format!("eyJhbGciOiJub25lIn0.{CLAIMS}.");
    assert!(read(&unsecured).is_ok_and(|token| token.issuer() == Some("joe")));
}

#[test]
fn what_is_no_compact_token_is_malformed() {
    let good = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAAA";
    assert!(read(good).is_ok());
    for bad in [
        "",
        "..",
        "a.b.c",
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ",
        // a fourth part, as encrypted tokens have
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAAA.AAAA",
        // padding, another alphabet, bits that no byte holds, white space
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ==.AAAA",
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AA+/",
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAB",
        " eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAAA",
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.AAAA\n",
    ] {
        assert!(matches!(read(bad), Err(Flaw::Malformed(_))), "{bad}");
    }
    let header = |text: &str| format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(text));
    for bad in [
        r#"{}"#,
        r#"{"alg":7}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","kid":{}}"#,
        r#"["HS256"]"#,
    ] {
        assert!(matches!(read(&header(bad)), Err(Flaw::Malformed(_))), "{bad}");
    }
    assert!(read(&header(&format!("{}1{}", "[".repeat(4000), "]".repeat(4000)))).is_err());
    assert!(read(&header(&format!(r#"{{"alg":"HS256","x":"{}"}}"#, "x".repeat(20_000)))).is_err());
}

#[test]
fn objects_name_each_member_once() {
    assert!(json::object(br#"{"a":1,"b":{"a":1}}"#).is_some());
    for bad in [&br#"{"a":1,"a":1}"#[..], br#"{"b":{"a":1,"\u0061":2}}"#, b"{\"a\":\"\xff\"}", b"[]", b"{} {}"] {
        assert!(json::object(bad).is_none(), "{}", String::from_utf8_lossy(bad));
    }
}

#[test]
fn key_sets_keep_what_can_verify() {
    let set = |keys: &str| KeySet::jwks(format!("{{\"keys\":[{keys}]}}").as_bytes()).map(|keys| keys.len());
    let ed = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;
    assert_eq!(set(&format!("{{{ed}}}")), Ok(1));
    assert_eq!(set(&format!("{{{ed},\"use\":\"sig\",\"key_ops\":[\"verify\"],\"alg\":\"EdDSA\"}}")), Ok(1));
    for useless in [
        format!("{{{ed},\"use\":\"enc\"}}"),
        format!("{{{ed},\"key_ops\":[\"sign\"]}}"),
        format!("{{{ed},\"alg\":\"ES256\"}}"),
        format!("{{{ed},\"alg\":\"none\"}}"),
        // a symmetric key has no place where everyone can read it
        r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i"}"#.to_owned(),
        r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAk","e":"AQAB"}"#.to_owned(),
        // a point that is not on the curve
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"}"#.to_owned(),
        r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#.to_owned(),
        "7".to_owned(),
    ] {
        assert_eq!(set(&useless), Err(KeyError::Empty), "{useless}");
        assert_eq!(set(&format!("{useless},{{{ed}}}")), Ok(1), "{useless}");
    }
    assert_eq!(KeySet::jwks(b"<html>").err(), Some(KeyError::Form));
    assert_eq!(KeySet::jwks(&vec![b' '; 300 << 10]).err(), Some(KeyError::Size));
    assert_eq!(KeySet::secret(b"too short to be a secret\n").err(), Some(KeyError::Short));
    assert_eq!(KeySet::pem("-----BEGIN CERTIFICATE-----").err(), Some(KeyError::Pem));
}
