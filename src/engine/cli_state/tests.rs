//! The folder of a CLI as it is before a run, whatever an earlier run did to it.

use tempfile::TempDir;

use super::*;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(TempDir::new().unwrap());
        fs::create_dir(home.path("person")).unwrap();
        fs::write(home.path("person/settings.json"), "mine").unwrap();
        fs::write(home.path("person/login"), "{\"token\":1}").unwrap();
        fs::write(home.path("person/changing"), "1").unwrap();
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn ready(&self, copied: &mut Vec<(PathBuf, Option<Stamp>)>) {
        let state = State {
            variable: "X",
            always: false,
            readable: Vec::new(),
            linked: ["settings.json", "agents"].map(|name| self.place(name)).into(),
            merged: vec![self.place("skills")],
            copied: vec![self.place("changing"), self.place("missing")],
            logins: vec![self.place("login")],
            copied_logins: Vec::new(),
        };
        let added = Added { own: "skills/samocode-dive/SKILL.md".into(), text: "Dive.".into() };
        let installed = self.path("person/skills/dive/SKILL.md");
        let added = Additions { files: &[added], installed: &[installed] };
        ready(&self.path("own"), &state, &added, copied).unwrap();
    }

    fn place(&self, name: &str) -> Place {
        Place { person: self.path("person").join(name), own: name.into() }
    }
}

#[test]
fn it_holds_the_persons_settings_and_copies_of_what_changes() {
    let home = Home::new();
    let mut copied = Vec::new();
    home.ready(&mut copied);
    assert_eq!(home.text("own/settings.json"), "mine");
    assert_eq!(home.text("own/missing"), "{}\n");
    fs::write(home.path("own/changing"), "the CLI's").unwrap();
    home.ready(&mut copied);
    assert_eq!((home.text("own/changing"), home.text("person/changing")), ("the CLI's".into(), "1".into()));
    fs::write(home.path("person/changing"), "the person's").unwrap();
    home.ready(&mut copied);
    assert_eq!(home.text("own/changing"), "the person's");
}

#[test]
fn what_a_run_put_in_the_place_of_a_setting_is_gone_before_the_next() {
    let home = Home::new();
    home.ready(&mut Vec::new());
    fs::remove_file(home.path("own/settings.json")).unwrap();
    fs::write(home.path("own/settings.json"), "planted").unwrap();
    fs::create_dir(home.path("own/agents")).unwrap();
    fs::write(home.path("own/agents/planted.md"), "planted").unwrap();
    home.ready(&mut Vec::new());
    assert_eq!(home.text("own/settings.json"), "mine");
    assert!(!home.path("own/agents").exists());
    assert_eq!(home.text("person/settings.json"), "mine");
}

#[test]
fn a_merged_folder_has_the_persons_entries_and_samocodes_and_no_other() {
    let home = Home::new();
    let (mine, ours) = ("own/skills/mine/SKILL.md", "own/skills/samocode-dive/SKILL.md");
    fs::create_dir_all(home.path("person/skills/mine")).unwrap();
    fs::write(home.path("person/skills/mine/SKILL.md"), "mine").unwrap();
    home.ready(&mut Vec::new());
    assert_eq!((home.text(mine), home.text(ours)), ("mine".into(), "Dive.".into()));
    fs::write(home.path(ours), "planted").unwrap();
    fs::create_dir(home.path("own/skills/planted")).unwrap();
    fs::remove_file(home.path("own/skills/mine")).unwrap();
    home.ready(&mut Vec::new());
    assert_eq!((home.text(mine), home.text(ours)), ("mine".into(), "Dive.".into()));
    assert!(!home.path("own/skills/planted").exists());
    // A file is copied, for Gemini CLI passes over one that is a link.
    fs::write(home.path("person/skills/one.md"), "1").unwrap();
    for text in ["2", "3"] {
        fs::write(home.path("person/skills/one.md"), text).unwrap();
        home.ready(&mut Vec::new());
        assert_eq!(home.text("own/skills/one.md"), text);
        assert!(home.path("own/skills/one.md").symlink_metadata().unwrap().is_file());
    }
    fs::remove_dir_all(home.path("own/skills")).unwrap();
    symlink(home.path("person/skills"), home.path("own/skills")).unwrap();
    home.ready(&mut Vec::new());
    assert_eq!(home.text(ours), "Dive.");
    assert!(!home.path("person/skills/samocode-dive").exists(), "the person's folder is as it was");
}

#[test]
fn what_samocode_installed_for_the_person_is_not_there_beside_what_the_run_gets() {
    let home = Home::new();
    for name in ["dive", "mine"] {
        fs::create_dir_all(home.path(&format!("person/skills/{name}"))).unwrap();
        fs::write(home.path(&format!("person/skills/{name}/SKILL.md")), name).unwrap();
    }
    home.ready(&mut Vec::new());
    assert_eq!(home.text("own/skills/mine/SKILL.md"), "mine");
    assert!(!home.path("own/skills/dive").exists());
    assert_eq!(home.text("own/skills/samocode-dive/SKILL.md"), "Dive.");
}

/// Gemini CLI's things lie one folder deeper, and a run could put a link in that folder's place.
#[test]
fn a_link_in_the_place_of_a_folder_leads_nobody_into_the_persons() {
    let home = Home::new();
    let deep =
        |name: &str| Place { person: home.path("person").join(name), own: Path::new("deep").join(name) };
    let state = State {
        variable: "X",
        always: true,
        readable: Vec::new(),
        linked: Vec::new(),
        merged: vec![deep("skills")],
        copied: Vec::new(),
        logins: Vec::new(),
        copied_logins: vec![deep("login")],
    };
    let ours = [Added { own: "deep/ours.json".into(), text: "ours".into() }];
    let added = Additions { files: &ours, installed: &[] };
    let own = home.path("own");
    fs::create_dir(&own).unwrap();
    symlink(home.path("person"), own.join("deep")).unwrap();

    ready(&own, &state, &added, &mut Vec::new()).unwrap();

    assert_eq!(
        (home.text("own/deep/ours.json"), home.text("own/deep/login")),
        ("ours".into(), "{\"token\":1}".into())
    );
    assert!(!home.path("person/ours.json").exists() && !home.path("person/skills").exists());
    assert_eq!(home.text("person/login"), "{\"token\":1}");
}

#[test]
fn a_renewed_login_becomes_the_persons_and_no_other_file_does() {
    let home = Home::new();
    home.ready(&mut Vec::new());
    for (renewed, stands) in [("{\"token\":2}", "{\"token\":2}"), ("half a lo", "{\"token\":2}")] {
        fs::write(home.path("own/new"), renewed).unwrap();
        fs::rename(home.path("own/new"), home.path("own/login")).unwrap();
        take_login(&home.path("own"), &home.place("login")).unwrap();
        assert_eq!(home.text("person/login"), stands);
    }
    home.ready(&mut Vec::new());
    assert_eq!(fs::read_link(home.path("own/login")).unwrap(), home.path("person/login"));
}
