//! Whole messages, as the CLIs and services say them, and what becomes of a run that ends with one: in a result, in
//! plain text on stdout, on stderr. And words that judge nothing.

use serde_json::json;

use crate::domain::command::Exit;
use crate::domain::outcome::Outcome;
use crate::provider::replay::{detail, judge, seen};
use crate::provider::{ClaudeSettings, CodexSettings, GeminiSettings, Provider, Seen};

/// An outcome's kind, and its time.
fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::UsageLimit { until: Some(until), .. } => format!("limit until {until}"),
        Outcome::UsageLimit { until: None, .. } => "limit".to_owned(),
        Outcome::Overloaded { .. } => "outage".to_owned(),
        Outcome::LoginRequired { .. } => "login".to_owned(),
        Outcome::CreditExhausted { .. } => "credit".to_owned(),
        Outcome::CannotStart { .. } => "setup".to_owned(),
        Outcome::ContextExhausted => "context".to_owned(),
        Outcome::Crashed { .. } => "crash".to_owned(),
        other => format!("{other:?}"),
    }
}

fn claude() -> Provider {
    Provider::Claude(ClaudeSettings::default())
}

fn codex() -> Provider {
    Provider::Codex(CodexSettings { program: "codex".into(), args: Vec::new() })
}

fn gemini() -> Provider {
    Provider::Gemini(GeminiSettings { program: "gemini".into(), args: Vec::new() })
}

const CLAUDE_UP: &str = r#"{"type":"system","subtype":"init","agents":["samocode:planning"]}"#;

/// The stream of a run that ends with a failed result of these words.
fn failed(provider: &Provider, words: &str) -> String {
    let words = json!(words);
    match provider {
        Provider::Codex(_) => format!(r#"{{"type":"turn.failed","error":{{"message":{words}}}}}"#),
        Provider::Gemini(_) => {
            format!(r#"{{"type":"result","status":"error","error":{{"message":{words}}}}}"#)
        }
        _ => format!(r#"{{"type":"result","subtype":"success","is_error":true,"result":{words}}}"#),
    }
}

/// The verdicts on `words` as a result, as a plain line of stdout, and on stderr, before anything else is said.
fn verdicts(provider: &Provider, words: &str) -> [(&'static str, Outcome); 3] {
    let exit = Exit::Code(1);
    [
        ("a result", judge(provider, &seen(provider, &failed(provider, words)), exit, "")),
        ("stdout", judge(provider, &seen(provider, words), exit, "")),
        ("stderr", judge(provider, &Seen::new("planning"), exit, words)),
    ]
}

#[track_caller]
fn expect(provider: &Provider, table: &[(&str, &str)]) {
    for (words, expected) in table {
        for (place, outcome) in verdicts(provider, words) {
            assert_eq!(shown(&outcome), *expected, "{} by {place}: {words}\n{outcome:?}", provider.name());
        }
    }
}

/// It is midnight of 2026-04-15, a Wednesday, in the person's zone, which is UTC.
const LIMITS: &[(&str, &str)] = &[
    // Measured: Claude Code 2.1.197, 2.1.332, and older versions.
    ("You've hit your session limit · resets 7:28am (UTC)", "limit until 2026-04-15T07:28:00Z"),
    ("You've hit your 5-hour limit · resets 2:02am (UTC)", "limit until 2026-04-15T02:02:00Z"),
    ("Claude AI usage limit reached|1776243515", "limit until 2026-04-15T08:58:35Z"),
    // Reported for Claude Code.
    ("You've hit your limit · resets 3pm", "limit until 2026-04-15T15:00:00Z"),
    ("YOU’VE HIT YOUR LIMIT · RESETS 3PM", "limit until 2026-04-15T15:00:00Z"),
    ("You've hit your weekly limit · resets Mon 3am", "limit until 2026-04-20T03:00:00Z"),
    ("You've hit your Opus weekly limit · resets Oct 12 at 3pm", "limit until 2026-10-12T15:00:00Z"),
    ("You've hit your org's monthly spend limit", "limit"),
    ("You're out of extra usage · resets 5am (UTC)", "limit until 2026-04-15T05:00:00Z"),
    ("You’re out of extra usage", "limit"),
    ("Your extra usage is used up, it resets May 1 at 00:00", "limit until 2026-05-01T00:00:00Z"),
    ("You've used up your weekly allowance. Resets in 2d 4h.", "limit until 2026-04-17T04:00:00Z"),
    ("Monthly limit reached ∙ resets 2026-05-01 03:00 UTC", "limit until 2026-05-01T03:00:00Z"),
    ("5-hour limit reached ∙ resets 15:00", "limit until 2026-04-15T15:00:00Z"),
    ("Spend limit reached", "limit"),
    ("You've hit your Claude Max limit · resets Monday at 9:00 AM", "limit until 2026-04-20T09:00:00Z"),
    ("Daily request limit exceeded", "limit"),
    ("You have reached the monthly limit. It resets in 45 minutes.", "limit until 2026-04-15T00:45:00Z"),
    ("Your weekly quota is used up", "limit"),
    (
        "Claude usage limit reached. Your limit will reset at 3pm (UTC). Run /login to switch accounts.",
        "limit until 2026-04-15T15:00:00Z",
    ),
    (
        "You have reached your specified API usage limits. You will regain access on 2026-05-01 at 00:00 UTC.",
        "limit until 2026-05-01T00:00:00Z",
    ),
    ("Nobody ever said it like this · resets in 3 hours", "limit until 2026-04-15T03:00:00Z"),
    // Measured: codex-cli 0.169.0; its older versions.
    (
        "You’ve hit your usage limit. Upgrade to Pro, visit … to purchase more credits or try again at 7:29 AM.",
        "limit until 2026-04-15T07:29:00Z",
    ),
    (
        "You've hit your usage limit. Upgrade to Pro or try again in 5 days 3 hours.",
        "limit until 2026-04-20T03:00:00Z",
    ),
    // A service that names a time hours away is believed, whatever it calls its trouble.
    ("Rate limit reached, try again in 3 hours", "limit until 2026-04-15T03:00:00Z"),
    ("You are out of credits. Your credits reset on May 1.", "limit until 2026-05-01T00:00:00Z"),
];

const OUTAGES: &[(&str, &str)] = &[
    // Measured: Claude Code 2.1.197 and 2.1.332.
    (
        "API Error: Connection to the API was lost (ECONNRESET). This is usually temporary — try again.",
        "outage",
    ),
    ("Connection refused — a firewall or proxy may be blocking it (ECONNREFUSED)", "outage"),
    ("Can't reach the API server — check your internet or DNS (ENOTFOUND)", "outage"),
    ("Can’t reach the API server", "outage"),
    // Node.js, undici, Bun.
    ("API Error: Connection error.", "outage"),
    ("API Error: The socket connection was closed unexpectedly.", "outage"),
    ("API Error: read ECONNRESET", "outage"),
    ("API Error: socket hang up", "outage"),
    ("API Error: getaddrinfo ENOTFOUND api.example.com", "outage"),
    ("getaddrinfo EAI_AGAIN api.example.com", "outage"),
    ("read ETIMEDOUT", "outage"),
    ("write EPIPE", "outage"),
    ("connect ENETUNREACH 2001:db8::1:443", "outage"),
    ("connect EHOSTUNREACH 192.0.2.1:443", "outage"),
    ("TypeError: fetch failed", "outage"),
    ("API Error: terminated", "outage"),
    ("Error: aborted", "outage"),
    ("API Error: Request was aborted.", "outage"),
    ("API Error: Request timed out.", "outage"),
    ("API Error: Stream idle timeout", "outage"),
    ("A network error occurred", "outage"),
    ("Unable to connect. Is the computer able to access the url?", "outage"),
    ("Failed to refresh the OAuth token: getaddrinfo ENOTFOUND api.example.com", "outage"),
    // TLS.
    ("self-signed certificate in certificate chain", "outage"),
    ("API Error: unable to get local issuer certificate (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)", "outage"),
    ("certificate has expired", "outage"),
    ("Client network socket disconnected before secure TLS connection was established", "outage"),
    // reqwest and hyper.
    ("stream disconnected before completion: error sending request for url (http://127.0.0.1/)", "outage"),
    ("error trying to connect: tcp connect error: Connection refused (os error 111)", "outage"),
    // Proxies, gateways and services, with the status in words or none at all.
    ("API Error: 502 <html><head><title>502 Bad Gateway</title></head></html>", "outage"),
    ("Bad gateway", "outage"),
    ("503 Service Unavailable", "outage"),
    ("Internal server error", "outage"),
    ("504 Gateway Time-out", "outage"),
    ("upstream connect error or disconnect/reset before headers", "outage"),
    ("API Error: 524 status code (no body)", "outage"),
    ("Error code 522", "outage"),
    ("HTTP/1.1 520", "outage"),
    (
        r#"API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        "outage",
    ),
    (r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "outage"),
    // Too many requests at this moment are no usage limit.
    (
        "API Error: Server is temporarily limiting requests (not your usage limit) · try again in a moment",
        "outage",
    ),
    ("This request would exceed your organization's rate limit of 30,000 input tokens per minute", "outage"),
    ("rate limit exceeded: Rate limit reached for stand-in. Please try again in 1s.", "outage"),
    ("429 Too Many Requests", "outage"),
    ("exceeded retry limit, last status: 429 Too Many Requests", "outage"),
];

const LOGINS: &[(&str, &str)] = &[
    ("Invalid API key · Please run /login", "login"),
    ("Not logged in", "login"),
    ("OAuth token has expired", "login"),
    ("401 Unauthorized", "login"),
    (
        r#"API Error: 401 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
        "login",
    ),
];

#[test]
fn every_cli_knows_the_shared_words_wherever_they_stand() {
    for provider in [claude(), codex(), gemini()] {
        expect(&provider, LIMITS);
        expect(&provider, OUTAGES);
        expect(&provider, LOGINS);
    }
}

#[test]
fn a_services_answer_in_json_tells_its_reset() {
    let answer = r#"{"error":{"type":"usage_limit_reached","message":"No more.","resets_in_seconds":60}}"#;
    let [result, stdout, stderr] = verdicts(&claude(), answer);
    for (place, outcome) in [result, stdout, stderr] {
        assert_eq!(shown(&outcome), "limit until 2026-04-15T00:01:00Z", "{place}");
    }
}

#[test]
fn each_cli_has_words_of_its_own() {
    expect(
        &claude(),
        &[
            ("Please run /login", "login"),
            ("Credit balance is too low", "credit"),
            ("Prompt is too long", "context"),
            ("Context limit reached · /compact or /clear to continue", "context"),
            ("Quota exceeded · resets tomorrow at 3am", "limit until 2026-04-16T03:00:00Z"),
            ("Your organization has disabled Claude: this is a disabled organization", "login"),
        ],
    );
    expect(
        &codex(),
        &[
            ("Quota exceeded. Check your plan and billing details.", "credit"),
            ("Missing environment variable: `HUB_KEY`", "login"),
            ("unexpected status 403 Forbidden: no", "login"),
            ("unexpected status 404 Not Found", "setup"),
            ("Please run codex login", "login"),
            ("We’re currently experiencing high demand, which may cause temporary errors.", "outage"),
        ],
    );
    expect(
        &gemini(),
        &[
            ("Please set an Auth method in your settings.json", "login"),
            ("API key not valid. Please pass a valid API key.", "login"),
            ("Your quota will reset after 19h14m47s.", "limit until 2026-04-15T19:14:47Z"),
            ("You exceeded your current quota. Please retry in 40.0s.", "limit until 2026-04-15T00:00:40Z"),
            ("Quota exceeded for metric: x, limit: 0, model: y. Please retry in 40s.", "setup"),
            ("This needs a plan: enable billing", "credit"),
            ("The input token count (9) exceeds the maximum number of tokens allowed (8).", "context"),
        ],
    );
}

#[test]
fn other_words_are_an_unknown_failure_that_shows_them() {
    for provider in [claude(), codex(), gemini()] {
        for words in [
            "src/main.rs:529:7: no such field",
            "connect to port 4290 refused",
            "assert_eq!(status, 429)",
            "the process was terminated by its parent",
            "the turn limit reached its end",
            "a limit of 5 files",
            "boom · it broke at 15:00",
        ] {
            for (place, outcome) in verdicts(&provider, words) {
                assert!(matches!(outcome, Outcome::Crashed { .. }), "{place}: {outcome:?}");
                assert!(detail(&outcome).contains(words), "{place}: {outcome:?}");
                assert!(!detail(&outcome).contains("it said nothing"), "{place}: {outcome:?}");
            }
        }
        let silent = judge(&provider, &Seen::new("planning"), Exit::Code(1), "\n");
        assert!(detail(&silent).contains("it said nothing"), "{silent:?}");
    }
}

#[test]
fn the_line_that_tells_most_is_shown() {
    let stderr =
        "starting\n(node:7) Warning: proxy connection is slow\nInvalid API key · Please run /login\nbye\n";
    let outcome = judge(&claude(), &Seen::new("planning"), Exit::Code(1), stderr);
    assert!(
        detail(&outcome).starts_with("Invalid API key · Please run /login; start `claude`"),
        "{outcome:?}"
    );
    let over_lines = "You've hit your\nlimit.\nIt resets 3pm\n";
    let outcome = judge(&claude(), &Seen::new("planning"), Exit::Code(1), over_lines);
    assert_eq!(shown(&outcome), "limit until 2026-04-15T15:00:00Z");
    let below = "You've hit your limit\nresets 3pm\n";
    assert_eq!(
        shown(&judge(&claude(), &Seen::new("planning"), Exit::Code(1), below)),
        "limit until 2026-04-15T15:00:00Z"
    );
}

#[test]
fn once_the_cli_is_up_only_its_last_words_count() {
    let of = |stream: &str, stderr: &str| judge(&claude(), &seen(&claude(), stream), Exit::Code(1), stderr);
    let up = |line: &str| format!("{CLAUDE_UP}\n{line}\n");
    assert_eq!(shown(&of(&up("Invalid API key · Please run /login"), "")), "login");
    assert_eq!(shown(&of(&up(""), "x\nAPI Error: read ECONNRESET\n")), "outage");
    // An MCP server's trouble is not the reason if other words follow.
    let outcome = of(&up(""), "server `docs`: 401 Unauthorized\nSegmentation fault\n");
    assert_eq!(shown(&outcome), "crash");
    assert!(detail(&outcome).contains("Segmentation fault"), "{outcome:?}");
    // What was said before the CLI worked on is not why it ended.
    let worked = r#"{"type":"assistant","message":{"id":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#;
    assert_eq!(shown(&of(&up(&format!("Invalid API key\n{worked}")), "")), "crash");
}

#[test]
fn what_the_model_and_its_tools_say_judges_nothing() {
    let spoken = "You've hit your limit · resets 3pm, read ECONNRESET, Invalid API key · Please run /login";
    let streams = [
        (
            claude(),
            r#"{"type":"assistant","message":{"id":"m","content":[{"type":"text","text":"SAID"}],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
            r#"{"type":"user","message":{"content":[{"type":"tool_result","content":"SAID"}]}}"#,
            r#"{"type":"result","subtype":"success","is_error":false,"result":"SAID"}"#,
        ),
        (
            codex(),
            r#"{"type":"item.completed","item":{"id":"i","type":"agent_message","text":"SAID"}}"#,
            r#"{"type":"item.completed","item":{"id":"i","type":"error","message":"SAID","error":"SAID"}}"#,
            r#"{"type":"turn.completed","usage":{"input_tokens":1}}"#,
        ),
        (
            gemini(),
            r#"{"type":"message","role":"assistant","content":"SAID","delta":true}"#,
            r#"{"type":"tool_result","output":"SAID","error":{"message":"SAID"}}"#,
            r#"{"type":"result","status":"success"}"#,
        ),
    ];
    for (provider, said, tool, result) in streams {
        let worked = format!("{said}\n{tool}\n").replace("SAID", spoken);
        for exit in [Exit::Code(0), Exit::Code(1)] {
            let crashed = judge(&provider, &seen(&provider, &worked), exit, "");
            assert!(matches!(crashed, Outcome::Crashed { .. }), "{crashed:?}");
        }
        let finished = seen(&provider, &format!("{worked}{}\n", result.replace("SAID", spoken)));
        assert_eq!(judge(&provider, &finished, Exit::Code(1), spoken), Outcome::Completed);
    }
}
