//! The person's login in runs of the real Codex: used from a copy, and the person's again when Codex renews it.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use samocode_testing_model::Walkthrough;
use serde_json::{Value, json};

use crate::clis::Cli;
use crate::stage::{Stage, TASK};

/// Codex told to use its login in place of a key from the environment.
fn logged_in(login: &Value) -> Stage {
    let stage =
        Stage::with(&[Cli::Codex], Walkthrough::quick().with_task(TASK)).without_env("STAND_IN_API_KEY");
    let config = stage.scratch.path("home/.codex/config.toml");
    let text = fs::read_to_string(&config).unwrap();
    let text = text.replace("env_key = \"STAND_IN_API_KEY\"", "requires_openai_auth = true");
    // Nothing listens on port 1: whatever else it would ask its maker for.
    fs::write(&config, format!("chatgpt_base_url = \"http://127.0.0.1:1/\"\n{text}")).unwrap();
    stage.scratch.write("home/.codex/auth.json", &login.to_string());
    stage
}

fn kept(stage: &Stage) -> Value {
    let text = fs::read_to_string(stage.scratch.home().join(".codex/auth.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn codex_is_logged_in_as_the_person_in_a_confined_run() {
    let login = json!({"auth_mode": "apikey", "OPENAI_API_KEY": "the-persons-key"});
    let stage = logged_in(&login);

    stage.begin(&["--workflow", "quick"]).wait().with_code(0);

    assert_eq!(stage.request(1).header("authorization"), Some("Bearer the-persons-key"));
    assert_eq!(kept(&stage), login);
}

/// A token that nobody signed and that ends at this second; Codex reads when it ends.
fn token(until: i64) -> String {
    let account = json!({"chatgpt_plan_type": "plus", "chatgpt_account_id": "a", "chatgpt_user_id": "u"});
    let claims = json!({"email": "ada@example.com", "exp": until, "https://api.openai.com/auth": account});
    [json!({"alg": "none", "typ": "JWT"}), claims, json!("unsigned")]
        .map(|part| base64(part.to_string().as_bytes()))
        .join(".")
}

/// As tokens write it: the alphabet for addresses, no padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let bits =
            chunk.iter().chain([&0, &0]).take(3).fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        (0..=chunk.len()).map(move |at| char::from(DIGITS[bits >> (18 - 6 * at) & 63]))
    });
    digits.collect()
}

/// Answers each request for a new login with this one; its address.
fn renews_with(login: Value) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 16 * 1024]);
            let body = login.to_string();
            let head =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length:";
            let _ = write!(stream, "{head} {}\r\n\r\n{body}", body.len());
        }
    });
    format!("http://{address}/oauth/token")
}

#[test]
fn codex_renews_a_login_in_a_confined_run_and_the_person_has_the_new_one() {
    let now = jiff::Timestamp::now().as_second();
    let login = |token: &str, refresh: &str| {
        json!({"auth_mode": "chatgpt", "OPENAI_API_KEY": null, "last_refresh": "2026-01-01T00:00:00Z",
               "tokens": {"id_token": token, "access_token": token, "refresh_token": refresh, "account_id": "a"}})
    };
    let (ended, fresh) = (token(now - 3600), token(now + 864_000));
    let renewed = json!({"id_token": fresh, "access_token": fresh, "refresh_token": "the-new-one"});
    let stage = logged_in(&login(&ended, "the-old-one"))
        .setting("SAMOCODE_PASS_ENV=CODEX_REFRESH_TOKEN_URL_OVERRIDE")
        .env("CODEX_REFRESH_TOKEN_URL_OVERRIDE", &renews_with(renewed));

    stage.begin(&["--workflow", "quick"]).wait().with_code(0);

    assert_eq!(stage.request(1).header("authorization"), Some(format!("Bearer {fresh}").as_str()));
    assert_eq!(kept(&stage)["tokens"]["refresh_token"], "the-new-one");
    let home = fs::read_dir(stage.scratch.home().join(".codex")).unwrap().count();
    assert_eq!(home, 2, "the settings and the login, no lock");
}
