//! `docs/cli.md`, held to the program: every command has a row, and what it answers to `--json` has the keys that stand
//! there. A small world, real programs.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use valise_tests::{
    args,
    catalog::Catalog,
    cli::{Person, alice, bob},
    process::built,
};

/// What a small world does not have: tokens, keys kept elsewhere, officers who help, a catalog of its own; and what answers no document.
/// Other tests run them: `token`, `officers`, `devices`, `recovery`, `moving`, `terminal`.
const NOT_RUN: &[&str] = &[
    "attach CATALOG",
    "completions SHELL",
    "demo [FILE]...",
    "device add",
    "device remove DEVICE",
    "helper approve DEVICE",
    "helper make-key ADDRESS",
    "helper refuse DEVICE",
    "helper rewrap",
    "man [COMMAND]...",
    "network move-out TO",
    "pair [CODE]",
    "signing-key add-token ADDRESS",
    "sync --watch",
    "token add ADDRESS",
    "token remove",
    "transfers cancel NUMBER",
    "transfers pause NUMBER",
    "transfers resume NUMBER",
];

/// The page: shapes by name, and the shapes of each command.
struct Page {
    rows: BTreeMap<String, Vec<String>>,
    seen: BTreeSet<String>,
}

impl Page {
    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
        let text = fs::read_to_string(path).expect("docs/cli.md");
        let (mut named, mut rows) = (BTreeMap::new(), BTreeMap::new());
        for line in text.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.trim_matches(['|', ' ']).split(" | ").map(str::trim).collect();
            let [first, second, third] = cells[..] else { panic!("{line}") };
            match second.strip_prefix("`{") {
                Some(_) => drop(named.insert(plain(first), plain(second))),
                None => {
                    drop(rows.insert(plain(first), third.split('`').skip(1).step_by(2).map(str::to_owned).collect()))
                }
            }
        }
        let full = |shape: &String| match shape.strip_prefix('[').and_then(|shape| shape.strip_suffix(']')) {
            Some(one) => format!("[{}]", named.get(one).map_or(one, String::as_str)),
            None => named.get(shape).unwrap_or(shape).clone(),
        };
        let rows = rows.into_iter().map(|(row, shapes): (_, Vec<String>)| (row, shapes.iter().map(full).collect()));
        Self { rows: rows.collect(), seen: BTreeSet::new() }
    }

    /// Runs a command, and compares.
    async fn check(&mut self, row: &str, person: &Person, args: impl IntoIterator<Item = OsString>) -> Value {
        let answer = person.valise(args).await;
        self.compare(row, &answer);
        answer
    }

    fn compare(&mut self, row: &str, answer: &Value) {
        let wanted = self.rows.get(row).unwrap_or_else(|| panic!("docs/cli.md has no row `{row}`"));
        let found = shape(answer);
        let fits = |wanted: &String| *wanted == found || (found == "[]" && wanted.starts_with('['));
        assert!(wanted.iter().any(fits), "`{row}` answers {found}, docs/cli.md says {wanted:?}");
        self.seen.insert(row.to_owned());
    }
}

fn plain(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

fn shape(answer: &Value) -> String {
    match answer {
        Value::Null => "null".to_owned(),
        Value::String(_) => "text".to_owned(),
        Value::Object(keys) => {
            let mut keys: Vec<&str> = keys.keys().map(String::as_str).collect();
            keys.sort_unstable();
            format!("{{{}}}", keys.join(", "))
        }
        Value::Array(all) => format!("[{}]", all.first().map(shape).unwrap_or_default()),
        other => panic!("{other}"),
    }
}

/// Every command that can be given has a row.
#[test]
fn every_command_has_a_row() {
    let directory = tempfile::tempdir().expect("a directory");
    let status = Command::new(built("valise")).args(["man", "--output"]).arg(directory.path()).status();
    assert!(status.expect("the program").success());
    let names = fs::read_dir(directory.path()).expect("the directory");
    let pages: BTreeSet<String> = names
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .filter_map(|name| Some(name.strip_prefix("valise-")?.strip_suffix(".1")?.to_owned()))
        .collect();
    assert!(pages.len() > 80, "{pages:?}");
    let rows: BTreeSet<String> = Page::read().rows.keys().map(|row| row.replace(' ', "-")).collect();
    for page in &pages {
        let is_group = pages.iter().any(|other| other.starts_with(&format!("{page}-")));
        let has_row = rows.iter().any(|row| row == page || row.starts_with(&format!("{page}-")));
        assert!(has_row || is_group, "docs/cli.md has no row for `{}`", page.replace('-', " "));
    }
}

#[tokio::test]
async fn the_page_says_what_commands_answer() {
    let mut page = Page::read();
    let catalog = Catalog::start().await;
    let (mut alice, bob) = (alice(), bob());
    let word = alice.password.clone();
    alice.environment.push(("VALISE_NEW_PASSWORD", word));
    let a = alice.home.write("a.txt", "an agreement");
    let b = alice.home.write("b.txt", "another");
    let out = |name: &str| alice.home.path().join(name);

    // The workspace, and somebody else in it.
    page.check("init", &alice, args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url])
        .await;
    page.check("folder create NAME", &alice, args!["folder", "create", "Contracts"]).await;
    let invitation = page.check("invite FOLDER", &alice, args!["invite", "Contracts"]).await;
    let link = invitation["link"].as_str().expect("a link");
    page.check("invitation [LINK]", &bob, args!["invitation", link]).await;
    let mut agent = alice.start(args!["agent"]).not_worth_telling();
    let stands = agent.line("how it stands", |line| serde_json::from_str::<Value>(line).ok()).await;
    page.compare("agent", &stands);
    page.check("join [LINK]", &bob, args!["join", link, "--name", "Bob"]).await;
    page.check("lock", &alice, args!["lock"]).await;
    page.check("unlock", &alice, args!["unlock"]).await;
    alice.valise(args!["mkdir", "Contracts/Drafts"]).await;
    page.check("undo", &alice, args!["undo"]).await;
    page.check("outbox", &alice, args!["outbox"]).await;
    agent.stop().await;

    // Files.
    page.check("add PATH... --to PATH", &alice, args!["add", &a, &b, "--to", "Contracts"]).await;
    page.check("mkdir PATH", &alice, args!["mkdir", "Contracts/annexes"]).await;
    page.check("ls", &alice, args!["ls"]).await;
    page.check("ls PATH", &alice, args!["ls", "Contracts"]).await;
    page.check("get PATH", &alice, args!["get", "Contracts/a.txt", "-o", out("got.txt")]).await;
    let editor = "sh -c 'echo more >> \"$1\"' sh";
    page.check("edit PATH", &alice, args!["edit", "Contracts/a.txt", "--with", editor]).await;
    page.check("versions PATH", &alice, args!["versions", "Contracts/a.txt"]).await;
    page.check("restore-version PATH NUMBER", &alice, args!["restore-version", "Contracts/a.txt", "1"]).await;
    page.check("search TEXT", &alice, args!["search", "a"]).await;
    page.check("recent", &alice, args!["recent"]).await;
    page.check("info PATH", &alice, args!["info", "Contracts/a.txt"]).await;
    page.check("keep PATH...", &alice, args!["keep", "Contracts/a.txt"]).await;
    page.check("mv PATH PATH", &alice, args!["mv", "Contracts/b.txt", "Contracts/c.txt"]).await;
    page.check("rm PATH...", &alice, args!["rm", "Contracts/c.txt"]).await;
    page.check("ls --trash [FOLDER]", &alice, args!["ls", "--trash"]).await;
    page.check("restore FOLDER/NAME...", &alice, args!["restore", "Contracts/c.txt"]).await;
    alice.valise(args!["rm", "Contracts/c.txt"]).await;
    page.check("trash delete FOLDER/NAME...", &alice, args!["trash", "delete", "Contracts/c.txt", "--yes"]).await;
    let keep = args!["trash", "policy", "Contracts", "--keep", "30"];
    page.check("trash policy FOLDER --keep DAYS", &alice, keep).await;
    page.check("trash empty [FOLDER]", &alice, args!["trash", "empty", "--yes"]).await;
    page.check("export PATH", &alice, args!["export", "Contracts/a.txt", "-o", out("a.age")]).await;
    page.check("transfers", &alice, args!["transfers"]).await;
    let link = page.check("link PATH", &alice, args!["link", "Contracts/a.txt"]).await;
    page.check("open-link LINK", &alice, args!["open-link", link.as_str().expect("a link")]).await;
    page.check("activity FOLDER", &alice, args!["activity", "Contracts"]).await;
    let to = out("activity.json");
    page.check("activity FOLDER --output FILE", &alice, args!["activity", "Contracts", "-o", to]).await;
    page.check("risk PATH", &alice, args!["risk", "Contracts"]).await;

    // Signatures and keys.
    page.check("sign PATH", &alice, args!["sign", "Contracts/a.txt"]).await;
    page.check("signatures PATH", &alice, args!["signatures", "Contracts/a.txt"]).await;
    page.check("export-signed PATH", &alice, args!["export-signed", "Contracts/a.txt", "-o", out("signed")]).await;
    page.check("signing-key list", &alice, args!["signing-key", "list"]).await;
    page.check("signing-key rotate", &alice, args!["signing-key", "rotate"]).await;
    page.check("signing-key revoke NUMBER", &alice, args!["signing-key", "revoke", "1", "--yes"]).await;
    page.check("key status", &alice, args!["key", "status"]).await;
    page.check("key status FOLDER", &alice, args!["key", "status", "Contracts"]).await;
    page.check("key rotate FOLDER", &alice, args!["key", "rotate", "Contracts"]).await;
    page.check("key rotate --account", &alice, args!["key", "rotate", "--account"]).await;
    page.check("key rewrap FOLDER --dry-run", &alice, args!["key", "rewrap", "Contracts", "--dry-run"]).await;
    page.check("key rewrap FOLDER", &alice, args!["key", "rewrap", "Contracts"]).await;
    page.check("key policy FOLDER --every DAYS", &alice, args!["key", "policy", "Contracts", "--every", "90"]).await;
    page.check("key retire FOLDER", &alice, args!["key", "retire", "Contracts"]).await;
    page.check("password change", &alice, args!["password", "change"]).await;
    page.check("password at-login", &alice, args!["password", "at-login", "--off"]).await;
    page.check("token status", &alice, args!["token", "status"]).await;

    // Folders and people.
    page.check("people", &alice, args!["people"]).await;
    page.check("people verify PERSON", &alice, args!["people", "verify", "Bob", "--undo"]).await;
    let made = alice.valise(args!["invite", "Contracts"]).await;
    let id = made["id"].as_str().expect("an id");
    page.check("invitations", &alice, args!["invitations"]).await;
    page.check("invitations link ID", &alice, args!["invitations", "link", &id[..8]]).await;
    page.check("invitations withdraw ID", &alice, args!["invitations", "withdraw", id, "--yes"]).await;
    page.check("group set NAME [PERSON]...", &alice, args!["group", "set", "Legal", "Alice", "Bob"]).await;
    page.check("group", &alice, args!["group"]).await;
    alice.valise(args!["folder", "create", "Shared"]).await;
    let everybody = args!["folder", "add", "Shared", "--group", "Legal"];
    let members = page.check("folder add FOLDER --group NAME", &alice, everybody).await;
    assert_eq!(members.as_array().map(Vec::len), Some(2));
    page.check("group remove NAME", &alice, args!["group", "remove", "Legal", "--yes"]).await;
    page.check("people officer PERSON", &alice, args!["people", "officer", "Bob"]).await;
    page.check("successor", &alice, args!["successor"]).await;
    page.check("successor set PERSON", &alice, args!["successor", "set", "Bob"]).await;
    page.check("successor agree [FOLDER]...", &alice, args!["successor", "agree"]).await;
    let successor = args!["folder", "successor", "Contracts", "Bob"];
    page.check("folder successor FOLDER PERSON", &alice, successor).await;
    page.check("folder list", &alice, args!["folder", "list"]).await;
    page.check("folder rename FOLDER NAME", &alice, args!["folder", "rename", "Contracts", "Papers"]).await;
    page.check("folder members FOLDER", &alice, args!["folder", "members", "Papers"]).await;
    for folder in ["Leave", "Other"] {
        alice.valise(args!["folder", "create", folder]).await;
        page.check("folder add FOLDER PERSON", &alice, args!["folder", "add", folder, "Bob"]).await;
    }
    page.check("folder invitations", &bob, args!["folder", "invitations"]).await;
    page.check("folder accept FOLDER", &bob, args!["folder", "accept", "Leave"]).await;
    page.check("folder decline FOLDER", &bob, args!["folder", "decline", "Other"]).await;
    let role = args!["folder", "role", "Leave", "Bob", "viewer"];
    page.check("folder role FOLDER PERSON ROLE", &alice, role).await;
    let hand_over = args!["folder", "hand-over", "Leave", "Bob"];
    page.check("folder hand-over FOLDER PERSON", &alice, hand_over).await;
    page.check("folder leave FOLDER", &alice, args!["folder", "leave", "Leave"]).await;
    page.check("folder remove FOLDER PERSON", &alice, args!["folder", "remove", "Papers", "Bob"]).await;

    // Ways back, and computers.
    let kits = page.check("recovery kit", &alice, args!["recovery", "kit", "--print"]).await;
    page.check("recovery status", &alice, args!["recovery", "status"]).await;
    let code = |kit: usize| kits["kits"][kit]["code"].as_str().expect("a code");
    let groups: Vec<&str> = code(0).split(' ').collect();
    let asked = |which: usize| groups[kits["kits"][0]["asked"][which].as_u64().expect("a number") as usize - 1];
    page.check("recovery confirm KIT", &alice, args!["recovery", "confirm", "a", asked(0), asked(1)]).await;
    page.check("recovery check [CODE]", &alice, args!["recovery", "check", code(0)]).await;
    let rehearse = args!["recovery", "rehearse", "--code", code(0), "--code", code(1)];
    page.check("recovery rehearse", &alice, rehearse).await;
    page.check("recover", &alice, args!["recover", "--code", code(0), "--code", code(1)]).await;
    page.check("recover --asked", &alice, args!["recover", "--asked"]).await;
    page.check("helper list", &alice, args!["helper", "list"]).await;
    page.check("helper set PERSON...", &alice, args!["helper", "set", "Bob"]).await;
    page.check("helper end", &alice, args!["helper", "end", "--yes"]).await;
    page.check("password renew", &alice, args!["password", "renew", "--print"]).await;
    let devices = page.check("device list", &alice, args!["device", "list"]).await;
    let here = devices.as_array().expect("a list").iter().find(|device| device["here"] == true).expect("this one");
    let print = here["fingerprint"].as_str().expect("a fingerprint");
    page.check("device rename DEVICE NAME", &alice, args!["device", "rename", print, "Desk"]).await;
    page.check("device reach DEVICE", &alice, args!["device", "reach", "Desk"]).await;

    // This computer, and the end.
    for row in ["status", "sync", "settings", "storage", "network", "fingerprints", "security", "doctor"] {
        page.check(row, &alice, args![row]).await;
    }
    page.check("network address URL...", &alice, args!["network", "address", "https://localhost:1"]).await;
    page.check("settings set", &alice, args!["settings", "set", "--cache", "500"]).await;
    page.check("people close PERSON", &alice, args!["people", "close", "Bob", "--yes"]).await;
    page.check("forget", &bob, args!["forget", "--yes"]).await;
    let refused = alice.refused(args!["ls", "nowhere"]).await.answer;
    assert_eq!(shape(&refused["error"]), "{code, details, happened, safe, todo}");

    let not_seen = |row: &&String| !page.seen.contains(*row);
    let left: Vec<&str> = page.rows.keys().filter(not_seen).map(String::as_str).collect();
    assert_eq!(left, NOT_RUN);
}
