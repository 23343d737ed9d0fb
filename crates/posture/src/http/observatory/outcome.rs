//! How the tests can end, with modifiers and reasons.

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome(&'static Row);

#[derive(Debug, PartialEq, Eq)]
struct Row {
    test: &'static str,
    name: &'static str,
    modifier: i32,
    reason: &'static str,
}

impl Outcome {
    /// The test.
    pub fn test(self) -> &'static str {
        self.0.test
    }

    /// The outcome by the Observatory's name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Points.
    pub fn modifier(self) -> i32 {
        self.0.modifier
    }

    /// What it means.
    pub fn reason(self) -> &'static str {
        self.0.reason
    }
}

macro_rules! outcomes {
    ($($test:literal { $($id:ident $name:literal $modifier:literal $reason:literal;)* })*) => {
        $($(pub(super) const $id: Outcome = Outcome(&Row {
            test: $test, name: $name, modifier: $modifier, reason: $reason,
        });)*)*
    };
}

outcomes! {
    "content-security-policy" {
        CSP_DEFAULT_NONE "csp-implemented-with-no-unsafe-default-src-none" 10
            "the policy allows nothing unless it says so (default-src 'none') and nothing unsafe";
        CSP_NO_UNSAFE "csp-implemented-with-no-unsafe" 5
            "the policy allows no inline scripts and no eval";
        CSP_UNSAFE_STYLE "csp-implemented-with-unsafe-inline-in-style-src-only" 0
            "the policy allows inline or almost any styles, and nothing else that is unsafe";
        CSP_DUPLICATES "csp-implemented-but-duplicate-directives" 0
            "the policy is safe, but names a report directive more than once";
        CSP_INSECURE_PASSIVE "csp-implemented-with-insecure-scheme-in-passive-content-only" -10
            "the policy of a page over TLS allows images or media over plain HTTP";
        CSP_UNSAFE_EVAL "csp-implemented-with-unsafe-eval" -10
            "the policy allows eval";
        CSP_UNSAFE_INLINE "csp-implemented-with-unsafe-inline" -20
            "the policy allows inline scripts, or scripts or plug-ins from almost anywhere";
        CSP_INSECURE_SCHEME "csp-implemented-with-insecure-scheme" -20
            "the policy of a page over TLS allows active content over plain HTTP";
        CSP_INVALID "csp-header-invalid" -25
            "the policy cannot be read";
        CSP_MISSING "csp-not-implemented" -25
            "there is no Content-Security-Policy";
        CSP_REPORT_ONLY "csp-not-implemented-but-reporting-enabled" -25
            "the policy is only reported on and not enforced";
    }
    "cookies" {
        COOKIES_BEST "cookies-secure-with-httponly-sessions-and-samesite" 5
            "every cookie is Secure and says SameSite, those of sessions are HttpOnly";
        COOKIES_GOOD "cookies-secure-with-httponly-sessions" 0
            "every cookie is Secure, those of sessions are HttpOnly";
        COOKIES_NONE "cookies-not-found" 0
            "no cookie is set";
        COOKIES_INSECURE_HSTS "cookies-without-secure-flag-but-protected-by-hsts" -5
            "a cookie is not Secure; only HSTS keeps it from plain HTTP";
        COOKIES_SESSION_INSECURE_HSTS "cookies-session-without-secure-flag-but-protected-by-hsts" -10
            "a session's cookie is not Secure; only HSTS keeps it from plain HTTP";
        COOKIES_INSECURE "cookies-without-secure-flag" -20
            "a cookie is not Secure";
        COOKIES_SAMESITE_INVALID "cookies-samesite-flag-invalid" -20
            "SameSite of a cookie is no known word, or None without Secure";
        COOKIES_CSRF "cookies-anticsrf-without-samesite-flag" -20
            "a cookie against forged requests does not say SameSite";
        COOKIES_SESSION_SCRIPT "cookies-session-without-httponly-flag" -30
            "a session's cookie can be read by scripts";
        COOKIES_SESSION_INSECURE "cookies-session-without-secure-flag" -40
            "a session's cookie is not Secure";
    }
    "cross-origin-resource-sharing" {
        CORS_NONE "cross-origin-resource-sharing-not-implemented" 0
            "a preflight of another site gets no permission";
        CORS_PUBLIC "cross-origin-resource-sharing-implemented-with-public-access" 0
            "any site may read, without credentials";
        CORS_RESTRICTED "cross-origin-resource-sharing-implemented-with-restricted-access" 0
            "the origin that is allowed is named";
    }
    "redirection" {
        REDIRECT_GOOD "redirection-to-https" 0
            "plain HTTP leads to TLS on the same host at once";
        REDIRECT_NO_HTTP "redirection-not-needed-no-http" 0
            "nothing answers over plain HTTP";
        REDIRECT_OFF_HOST "redirection-off-host-from-http" -5
            "plain HTTP leads to another host, so HSTS of this one is never learned";
        REDIRECT_LATE "redirection-not-to-https-on-initial-redirection" -10
            "plain HTTP leads to TLS, but by way of plain HTTP again";
        REDIRECT_NOT "redirection-not-to-https" -20
            "plain HTTP redirects and stays plain";
        REDIRECT_MISSING "redirection-missing" -20
            "plain HTTP is answered and not redirected";
        REDIRECT_BAD_CERT "redirection-invalid-cert" -20
            "plain HTTP leads to a certificate that is not trusted";
    }
    "referrer-policy" {
        REFERRER_PRIVATE "referrer-policy-private" 5
            "other sites are told at most the origin";
        REFERRER_NONE "referrer-policy-not-implemented" 0
            "there is no Referrer-Policy; browsers' own default holds";
        REFERRER_UNSAFE "referrer-policy-unsafe" -5
            "the policy tells other sites more than browsers would by themselves";
        REFERRER_INVALID "referrer-policy-header-invalid" -5
            "the policy has no word that is known";
    }
    "strict-transport-security" {
        HSTS_LONG "hsts-implemented-max-age-at-least-six-months" 0
            "HSTS holds for six months or more";
        HSTS_SHORT "hsts-implemented-max-age-less-than-six-months" -10
            "HSTS holds for less than six months";
        HSTS_MISSING "hsts-not-implemented" -20
            "there is no Strict-Transport-Security";
        HSTS_INVALID "hsts-header-invalid" -20
            "Strict-Transport-Security cannot be read";
        HSTS_NO_HTTPS "hsts-not-implemented-no-https" -20
            "nothing answers over TLS";
        HSTS_BAD_CERT "hsts-invalid-cert" -20
            "the certificate is not trusted, so HSTS does not count";
    }
    "subresource-integrity" {
        SRI_OWN "sri-implemented-and-all-scripts-loaded-securely" 5
            "scripts are the site's own, and digests of them are given";
        SRI_FOREIGN "sri-implemented-and-external-scripts-loaded-securely" 5
            "scripts of other sites come over TLS with a digest";
        SRI_NOT_HTML "sri-not-implemented-response-not-html" 0
            "the answer is no page";
        SRI_NO_SCRIPTS "sri-not-implemented-but-no-scripts-loaded" 0
            "the page has no scripts";
        SRI_OWN_WITHOUT "sri-not-implemented-but-all-scripts-loaded-from-secure-origin" 0
            "scripts are the site's own";
        SRI_FOREIGN_WITHOUT "sri-not-implemented-but-external-scripts-loaded-securely" -5
            "a script of another site comes without a digest";
        SRI_INSECURE "sri-implemented-but-external-scripts-not-loaded-securely" -20
            "a script with a digest comes over plain HTTP, or over whatever the page came by";
        SRI_INSECURE_WITHOUT "sri-not-implemented-and-external-scripts-not-loaded-securely" -50
            "a script without a digest comes over plain HTTP, or over whatever the page came by";
    }
    "x-content-type-options" {
        SNIFF_GOOD "x-content-type-options-nosniff" 0
            "browsers are told not to guess types";
        SNIFF_MISSING "x-content-type-options-not-implemented" -5
            "there is no X-Content-Type-Options";
        SNIFF_INVALID "x-content-type-options-header-invalid" -5
            "X-Content-Type-Options is not nosniff";
    }
    "x-frame-options" {
        FRAME_CSP "x-frame-options-implemented-via-csp" 5
            "the policy says who may frame the page (frame-ancestors)";
        FRAME_GOOD "x-frame-options-sameorigin-or-deny" 0
            "other sites may not frame the page";
        FRAME_ALLOW_FROM "x-frame-options-allow-from-origin" 0
            "X-Frame-Options names a site that may frame the page";
        FRAME_MISSING "x-frame-options-not-implemented" -20
            "nothing keeps other sites from framing the page";
        FRAME_INVALID "x-frame-options-header-invalid" -20
            "X-Frame-Options cannot be read";
    }
    "cross-origin-resource-policy" {
        CORP_SAME_ORIGIN "corp-implemented-with-same-origin" 10
            "only the own origin may embed";
        CORP_SAME_SITE "corp-implemented-with-same-site" 10
            "only the own site may embed";
        CORP_CROSS "corp-implemented-with-cross-origin" 0
            "any site may embed, on purpose";
        CORP_MISSING "corp-not-implemented" 0
            "there is no Cross-Origin-Resource-Policy; any site may embed";
        CORP_INVALID "corp-header-invalid" -5
            "Cross-Origin-Resource-Policy cannot be read";
    }
}
