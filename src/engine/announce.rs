//! Writes the announcement of a notice: what every channel but the phone is given. Sends nothing.

use std::path::Path;

use crate::domain::notice::{Notice, NoticeKind};
use crate::domain::redact::Redactor;
use crate::engine::say::{duration_words, usage_words};
use crate::engine::view::{GateKindView, QuestionView, View};
use crate::notify::{Announcement, Kind, Plan, Question, QuestionOption, Usage};

/// The announcement of a notice. The view is to be without secrets.
pub(super) fn announcement(
    notice: &Notice,
    view: &View,
    project: &Path,
    changed: &str,
    redactor: &Redactor,
) -> Announcement {
    let command = |words: &str| format!("samocode {words} {}", view.name);
    let tokens = view.usage.input_tokens.saturating_add(view.usage.output_tokens);
    let id = format!("{}/{}", view.folder, notice.id);
    let mut told = Announcement {
        session: view.folder.clone(),
        name: view.name.clone(),
        phase: view.phase.clone(),
        branch: view.branch.clone(),
        usage: Some(Usage { tokens, cost_usd: view.usage.cost_usd }),
        worked_ms: Some(view.worked_ms),
        ..Announcement::new(id, notice.at, kind(&notice.kind), project.to_owned())
    };
    let name = &view.name;
    match &notice.kind {
        NoticeKind::Waiting(_) => waiting(&mut told, view),
        NoticeKind::Blocked(block) => {
            told.title = format!("{name} is blocked: you decide");
            told.reason = Some(redactor.text(&block.reason).into_owned());
            told.commands = vec![format!("samocode tell {name} 'what you decided'"), command("resume")];
        }
        NoticeKind::Failed(block) => {
            told.title = format!("{name} cannot go on");
            told.reason = Some(redactor.text(&block.reason).into_owned());
            told.commands = vec![command("run")];
        }
        NoticeKind::Parked { until, reason, .. } => {
            let at = until.to_zoned(jiff::tz::TimeZone::system()).strftime("%a %H:%M");
            told.title = format!("{name} waits until {at}");
            told.until = Some(*until);
            told.reason = Some(redactor.text(reason).into_owned());
            told.commands = vec![command("resume")];
        }
        NoticeKind::Resumed { since } => {
            let waited = duration_words(notice.at.duration_since(*since).unsigned_abs());
            told.title = format!("{name} goes on, after a wait of {waited}");
        }
        NoticeKind::Done { summary } => {
            told.title = format!("{name} is done");
            told.summary = Some(redactor.text(summary).into_owned());
            let worked = duration_words(std::time::Duration::from_millis(view.worked_ms));
            let changed = if changed.is_empty() { "nothing committed" } else { changed };
            told.text = format!("{}: {changed}\n{worked}, {}", view.branch, usage_words(&view.usage));
            told.commands = vec![command("diff")];
        }
    }
    let said = told.reason.iter().chain(&told.summary).map(String::as_str);
    let text =
        said.chain([told.text.as_str()]).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    told.text = text;
    told
}

fn kind(kind: &NoticeKind) -> Kind {
    match kind {
        NoticeKind::Waiting(_) => Kind::Waiting,
        NoticeKind::Blocked(_) => Kind::Blocked,
        NoticeKind::Failed(_) => Kind::Failed,
        NoticeKind::Parked { .. } => Kind::Parked,
        NoticeKind::Resumed { .. } => Kind::Resumed,
        NoticeKind::Done { .. } => Kind::Done,
    }
}

fn waiting(told: &mut Announcement, view: &View) {
    let name = &view.name;
    let Some(gate) = &view.gate else { return };
    told.title = format!("{name} waits for {}", gate.waits_for);
    match &gate.kind {
        GateKindView::Answers { questions, .. } => {
            let open: Vec<&QuestionView> = questions.iter().filter(|q| q.answer.is_none()).collect();
            told.text = open.iter().map(|q| format!("{}: {}", q.id, q.title)).collect::<Vec<_>>().join("\n");
            told.questions = open.into_iter().map(question).collect();
            told.commands = vec![format!("samocode answer {name}")];
        }
        GateKindView::Approval { file, sha256, headings, .. } => {
            told.text = headings.join("\n");
            told.plan = sha256.as_ref().map(|sha256| Plan { file: file.clone(), sha256: sha256.clone() });
            told.commands = vec![
                format!("samocode approve {name}"),
                format!("samocode reject {name} -m 'what to change'"),
            ];
        }
        GateKindView::HumanAction { reason, .. } => {
            told.reason = Some(reason.clone());
            told.commands = vec![format!("samocode resume {name}")];
        }
    }
}

fn question(question: &QuestionView) -> Question {
    let options = question.options.iter();
    Question {
        id: question.id.clone(),
        title: question.title.clone(),
        options: options
            .map(|(letter, text)| QuestionOption { letter: *letter, text: text.clone() })
            .collect(),
        suggestion: question.suggestion.clone(),
    }
}
