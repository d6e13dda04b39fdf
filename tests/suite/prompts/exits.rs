//! The signal examples: each is legal where it stands, and every way out of a phase has one.

use samocode::domain::phase::Phase;
use samocode::domain::signal::{RawSignal, Signal};
use samocode::domain::workflow::{GateKind, Workflow};
use serde_json::Value;

use super::{AGENTS, Agent, RULES, none, signals, some};

const NEEDS: [&str; 3] = ["human_decision", "clarification", "error_resolution"];

fn signal_problems(agent: &Agent, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut exits = Vec::new();
    for signal in signals(text) {
        match signal.and_then(|value| exit(agent, &value)) {
            Ok(exit) => exits.push(exit),
            Err(problem) => problems.push(problem),
        }
    }
    let wanted = agent.next.iter().chain(agent.waits).copied();
    let end = (agent.phase == "done").then_some("the end");
    problems.extend(
        wanted
            .chain(end)
            .chain(["a person"])
            .filter(|way| !exits.iter().any(|exit| exit == way))
            .map(|way| format!("{} has no signal for {way}", agent.phase)),
    );
    problems
}

/// Where an example leads, if it is legal in that phase.
fn exit(agent: &Agent, signal: &Value) -> Result<String, String> {
    let text = |key: &str| signal[key].as_str().unwrap_or_default();
    let illegal = |what: &str| Err(format!("{what} is not legal in {}: {signal}", agent.phase));
    match Signal::read(&RawSignal::Bytes(signal.to_string().into_bytes()), 1) {
        Ok(read) if read.extra.is_empty() => {}
        Ok(read) => return illegal(&format!("a key that means nothing ({:?})", read.extra)),
        Err(fault) => return illegal(&fault.to_string()),
    }
    let needed: &[&str] = match text("status") {
        "continue" => &["phase", "summary"],
        "waiting" => &["for", "reason"],
        "blocked" => &["reason", "needs"],
        "handoff" => &["notes"],
        "done" => &["summary"],
        _ => &[],
    };
    if let Some(key) = needed.iter().find(|key| text(key).is_empty()) {
        return illegal(&format!("leaving out `{key}`"));
    }
    let to = text("phase");
    match text("status") {
        "continue" if agent.phase == "done" => illegal("`continue`"),
        "continue" if to != agent.phase && !agent.next.contains(&to) => illegal("that phase"),
        "continue" => Ok(to.to_owned()),
        "waiting" if !agent.waits.contains(&text("for")) => illegal("that wait"),
        "waiting" if text("for") == "plan_approval" && text("file").is_empty() => illegal("no `file`"),
        "waiting" => Ok(text("for").to_owned()),
        "blocked" if !NEEDS.contains(&text("needs")) => illegal("that need"),
        "blocked" => Ok("a person".to_owned()),
        "done" if agent.phase != "done" => illegal("`done`"),
        "done" => Ok("the end".to_owned()),
        _ => Ok(agent.phase.to_owned()),
    }
}

#[test]
fn every_signal_example_is_legal_and_every_way_out_has_one() {
    for agent in &AGENTS {
        none(&signal_problems(agent, agent.text), agent.phase);
    }
    let planning = &AGENTS[2];
    for bad in [
        r#"{"status": "continue", "phase": "implementation", "summary": "jumps the gate"}"#,
        r#"{"status": "waiting", "for": "qa_answers", "reason": "another phase's wait"}"#,
        r#"{"status": "waiting", "for": "plan_approval", "reason": "no file"}"#,
        r#"{"status": "done", "summary": "not here"}"#,
        r#"{"status": "blocked", "reason": "x", "needs": "luck"}"#,
        r#"{"status": "finished", "summary": "x"}"#,
        r#"{"status": "continue", "phase": "planning", "summary": "x", "note": "x"}"#,
        r#"{"status": "continue", "phase": "planning", "summary": }"#,
    ] {
        some(&signal_problems(planning, &format!("{}\n{bad}", planning.text)));
    }
    let no_way_out = planning.text.lines().filter(|line| !line.contains("plan_approval"));
    some(&signal_problems(planning, &no_way_out.collect::<Vec<_>>().join("\n")));
}

#[test]
fn the_table_of_phases_is_that_of_the_workflows() {
    let full = Workflow::parse(Workflow::built_in("full").unwrap()).unwrap();
    for agent in &AGENTS {
        let rules = full.rules(&Phase::named(agent.phase)).unwrap();
        let by_signal = rules.gate != Some(GateKind::Approval);
        let next: Vec<&str> = rules.to.iter().map(|step| step.phase.as_str()).collect();
        assert_eq!(if by_signal { next } else { Vec::new() }, agent.next);
        assert_eq!(rules.gate.is_some(), !agent.waits.is_empty());
    }
    for name in Workflow::built_in_names() {
        let workflow = Workflow::parse(Workflow::built_in(name).unwrap()).unwrap();
        for named in workflow.agents() {
            let known = AGENTS.iter().any(|agent| agent.phase == named);
            assert!(known, "{name} names {named}, which has no text");
        }
    }
}

#[test]
fn the_rules_show_each_status_once() {
    let mut shown: Vec<String> = signals(RULES)
        .into_iter()
        .map(|signal| signal.unwrap()["status"].as_str().unwrap().to_owned())
        .collect();
    shown.sort();
    assert_eq!(shown, ["blocked", "continue", "done", "handoff", "waiting"]);
    for signal in signals(&RULES.replace("<phase that runs next>", "testing")) {
        let signal = signal.unwrap();
        assert!(AGENTS.iter().any(|agent| exit(agent, &signal).is_ok()), "legal nowhere: {signal}");
    }
    for need in NEEDS {
        assert!(RULES.contains(need), "{need}");
    }
    assert_eq!(signals("`{\"status\": oops}`").len(), 1, "a broken example is seen");
}
