//! What the model was asked in a whole session, against the texts that samocode is built with.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use samocode_testing_model::Recorded;

use crate::session_full::WALK;
use crate::stage::Stage;

/// An asset: the fields of its front matter, and its text.
struct Asset {
    front: String,
    text: String,
}

impl Asset {
    fn read(path: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(path);
        let whole = fs::read_to_string(path).unwrap();
        let (front, text) = whole.trim_start_matches("---\n").split_once("\n---\n").unwrap();
        Self { front: front.to_owned(), text: text.trim().to_owned() }
    }

    fn field(&self, key: &str) -> &str {
        let mut fields = self.front.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(known, _)| *known == key).map_or("", |(_, value)| value)
    }

    fn list(&self, key: &str) -> BTreeSet<String> {
        self.field(key).split(", ").filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// The names of other skills in its text.
    fn marks(&self) -> BTreeSet<String> {
        let marks = self.text.split("{{skill:").skip(1);
        marks.filter_map(|mark| Some(mark.split_once("}}")?.0.to_owned())).collect()
    }
}

/// Agent, tools, skills, sub-agents and rules of every iteration; what is cached is the same in each iteration of a phase.
pub(crate) fn assert_asked_well(stage: &Stage) {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/rules.md");
    let rules = fs::read_to_string(rules).unwrap();
    let requests = stage.model.requests();
    for (number, phase) in (1_u32..).zip(WALK) {
        let agent = Asset::read(&format!("agents/{phase}.md"));
        let tools: Vec<String> = agent.field("tools").split(", ").map(str::to_owned).collect();
        let text = agent.text.replace("{{skill:", stage.cli.prefix()).replace("}}", "");
        let first = stage.request(number);
        let of_iteration =
            requests.iter().filter(|request| request.turn.conversation == first.turn.conversation);
        for request in of_iteration {
            assert_eq!(request.turn.label("Phase"), Some(phase));
            assert_eq!(request.turn.tools, stage.cli.offered(&tools), "the tools of {phase}");
            assert_eq!(stage.cli.stable(request), stage.cli.stable(&first), "within iteration {number}");
        }
        let system = first.turn.agent_text();
        assert!(system.starts_with(&text), "the text of {phase} comes first:\n{system}");
        assert!(system.contains(rules.trim_end()), "the rules follow in {phase}:\n{system}");
        assert_lists(stage, &agent, &first);
    }
    for (one, other) in [(2, 3), (5, 6), (6, 7)] {
        let (one, other) = (stage.request(one), stage.request(other));
        assert_ne!(one.turn.conversation, other.turn.conversation);
        assert_eq!(stage.cli.stable(&one), stage.cli.stable(&other));
    }
}

/// The request names an agent's skills and sub-agents with their descriptions.
fn assert_lists(stage: &Stage, agent: &Asset, request: &Recorded) {
    let whole = request.body.to_string();
    let lists = |kind: &str, name: &str, asset: &Asset| {
        let name = format!("{}{name}", stage.cli.prefix());
        assert!(whole.contains(&name), "the {kind} {name} is not in the request");
        let description = serde_json::Value::from(asset.field("description")).to_string();
        assert!(whole.contains(description.trim_matches('"')), "no description of the {kind} {name}");
    };
    let (mut open, mut known) = (agent.list("skills"), BTreeSet::new());
    let mut subagents = agent.list("subagents");
    while let Some(name) = open.pop_first() {
        let skill = Asset::read(&format!("skills/{name}/SKILL.md"));
        lists("skill", &name, &skill);
        subagents.extend(skill.list("subagents"));
        known.insert(name);
        open.extend(skill.marks().difference(&known).cloned());
    }
    for name in subagents {
        lists("sub-agent", &name, &Asset::read(&format!("subagents/{name}.md")));
    }
}
