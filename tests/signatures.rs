//! Signatures on documents: two people sign, a third program that knows nothing of Valise confirms it, and what is not
//! good is shown as what it is.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use valise_tests::args;
use valise_tests::catalog::Catalog;
use valise_tests::cli::{Person, alice, bob};

const PLAN: &str = "Contracts/plan.txt";

/// Alice's folder with a plan in it, and Bob, who has a role there.
struct World {
    _catalog: Catalog,
    alice: Person,
    bob: Person,
}

impl World {
    async fn new(role: &str) -> Self {
        let catalog = Catalog::start().await;
        let (alice, bob) = (alice(), bob());
        alice.valise(args!["init", "--name", "Alice", "--workspace", "Acme", "--catalog", &catalog.url]).await;
        alice.valise(args!["folder", "create", "Contracts"]).await;
        let file = alice.home.write("plan.txt", "first");
        alice.valise(args!["add", file, "--to", "Contracts"]).await;
        let invitation = alice.valise(args!["invite", "Contracts", "--role", role]).await;
        let mut open = alice.start(args!["sync", "--watch"]).not_worth_telling();
        bob.valise(args!["join", invitation["link"].as_str().unwrap(), "--name", "Bob"]).await;
        open.stop().await;
        Self { _catalog: catalog, alice, bob }
    }

    /// A second version, by Alice.
    async fn change(&self) {
        use std::os::unix::fs::PermissionsExt;
        let editor = self.alice.home.write("editor.sh", "#!/bin/sh\nprintf second > \"$1\"\n");
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
        self.alice.valise(args!["edit", PLAN, "--with", editor]).await;
    }
}

/// Name, versions, whether it is on the newest, verdict; newest signature first.
fn seen(signatures: &Value) -> Vec<(String, Vec<u64>, bool, String)> {
    let all = signatures["signatures"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |one: &Value| {
        let versions = one["versions"].as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect();
        (text(&one["name"]), versions, one["current"].as_bool().unwrap(), text(&one["verdict"]))
    };
    all.iter().map(row).collect()
}

fn row(name: &str, versions: &[u64], current: bool, verdict: &str) -> (String, Vec<u64>, bool, String) {
    (name.to_owned(), versions.to_vec(), current, verdict.to_owned())
}

/// Whether OpenSSH takes a signature of what is in a file, as that person's.
fn confirms(allowed: &Path, principal: &str, namespace: &str, signature: &Path, signed: &Path) -> bool {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-f"]).arg(allowed).args(["-I", principal, "-n", namespace, "-s"]).arg(signature);
    let ran = command.stdin(File::open(signed).unwrap()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ran.expect("ssh-keygen of OpenSSH").success()
}

fn path<'a>(value: &'a Value, name: &str) -> &'a Path {
    Path::new(value[name].as_str().unwrap())
}

#[tokio::test]
async fn two_people_sign_and_openssh_confirms_it() {
    let world = World::new("viewer").await;
    let (alice, bob) = (&world.alice, &world.bob);
    assert!(seen(&alice.valise(args!["signatures", PLAN]).await).is_empty());
    let refused = alice.refused(args!["export-signed", PLAN, "-o", alice.home.path().join("none")]).await;
    assert_eq!(refused.answer["error"]["code"], "notAllowed");

    let words = "I approve.\nSigner: somebody else\u{1b}";
    let refused = alice.refused(args!["sign", PLAN, "--statement", words]).await;
    assert_eq!(refused.answer["error"]["code"], "badInput");
    let words = "I approve.\nSigner: somebody else";
    let signed = alice.valise(args!["sign", PLAN, "--statement", words]).await;
    assert_eq!(seen(&signed), [row("Alice", &[1], true, "good")]);
    // Bob may only read, and signs none the less. He has not read the file until he signs it.
    let unread = bob.valise(args!["signatures", PLAN, "--no-check"]).await;
    assert_eq!(seen(&unread), [row("Alice", &[1], true, "notChecked")]);
    assert_eq!(unread["signatures"][0]["statement"], words);
    assert_eq!(bob.valise(args!["ls", "Contracts"]).await[0]["signatures"], 1);
    let both = bob.valise(args!["sign", PLAN]).await;
    assert_eq!(seen(&both), [row("Bob", &[1], true, "good"), row("Alice", &[1], true, "good")]);

    // A later version: the signatures stay on the one they are of, for Alice too.
    world.change().await;
    let later = alice.valise(args!["signatures", PLAN]).await;
    assert_eq!(seen(&later), [row("Bob", &[1], false, "good"), row("Alice", &[1], false, "good")]);
    assert_eq!(alice.valise(args!["ls", "Contracts"]).await[0]["signatures"], 0);
    let third = alice.valise(args!["sign", PLAN, "--version", "2"]).await;
    assert_eq!(seen(&third)[0], row("Alice", &[2], true, "good"));
    // Restored, what was signed is the newest again.
    alice.valise(args!["restore-version", PLAN, "1"]).await;
    let restored = bob.valise(args!["signatures", PLAN]).await;
    assert_eq!(seen(&restored)[1], row("Bob", &[1, 3], true, "good"));

    let out = bob.home.path().join("out");
    let exported = bob.valise(args!["export-signed", PLAN, "--version", "1", "-o", &out]).await;
    assert_eq!((&exported["leftOut"], exported["signatures"].as_array().unwrap().len()), (&0.into(), 2));
    let (file, allowed) = (path(&exported, "file"), path(&exported, "allowedSigners"));
    assert_eq!(fs::read_to_string(file).unwrap(), "first");
    for (one, (name, said)) in exported["signatures"].as_array().unwrap().iter().zip([("Alice", true), ("Bob", false)])
    {
        let principal = one["principal"].as_str().unwrap();
        let (signature, statement) = (path(one, "signature"), path(one, "statement"));
        let of_statement = path(one, "statementSignature");
        assert!(principal.starts_with(&name.to_lowercase()), "{principal}");
        assert!(confirms(allowed, principal, "file", signature, file));
        assert!(confirms(allowed, principal, "statement@valise.app", of_statement, statement));
        // Not as somebody else's, not for something else, not crosswise, not of one byte more or less.
        assert!(!confirms(allowed, "somebody", "file", signature, file));
        assert!(!confirms(allowed, principal, "git", signature, file));
        assert!(!confirms(allowed, principal, "statement@valise.app", signature, file));
        assert!(!confirms(allowed, principal, "file", signature, statement));
        let altered = out.join("altered");
        for (signed, namespace, signature) in
            [(file, "file", signature), (statement, "statement@valise.app", of_statement)]
        {
            let mut bytes = fs::read(signed).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            fs::write(&altered, &bytes).unwrap();
            assert!(!confirms(allowed, principal, namespace, signature, &altered));
        }
        let text = fs::read_to_string(statement).unwrap();
        let has = |line: &str| text.lines().any(|one| one == line);
        assert!(
            has(&format!("Signer: {name}")) && has("File: plan.txt") && has("Folder: Contracts") && has("Version: 1")
        );
        assert!(has("  Signer: somebody else") == said && has("Statement: none") != said, "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with("Signer: ")).count(), 1);
        let pdf = fs::read(path(one, "certificate")).unwrap();
        let pdf = String::from_utf8_lossy(&pdf);
        assert!(pdf.starts_with("%PDF-"));
        for words in [&format!("({name})"), "(plan.txt)", "(1, 5 bytes)", "(Contracts)"] {
            assert!(pdf.contains(words), "{words}");
        }
        assert_eq!(pdf.contains("(I approve.)"), said);
    }
    assert!(alice.valise(args!["security"]).await.as_array().unwrap().is_empty());
    assert!(bob.valise(args!["security"]).await.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn keys_are_rotated_and_revoked_and_what_they_signed_stays() {
    let world = World::new("editor").await;
    let (alice, bob) = (&world.alice, &world.bob);
    let keys = |listed: &Value| -> Vec<(u64, bool, bool)> {
        let all = listed.as_array().unwrap().iter();
        let flag = |key: &Value, name: &str| key[name].as_bool().unwrap();
        all.map(|key| (key["version"].as_u64().unwrap(), flag(key, "inForce"), flag(key, "here"))).collect()
    };
    assert!(keys(&bob.valise(args!["signing-key", "list"]).await).is_empty());
    bob.valise(args!["sign", PLAN, "--statement", "with the first key"]).await;
    assert_eq!(keys(&bob.valise(args!["signing-key", "list"]).await), [(1, true, true)]);
    let rotated = bob.valise(args!["signing-key", "rotate"]).await;
    assert_eq!(keys(&rotated), [(1, false, false), (2, true, true)]);
    bob.valise(args!["sign", PLAN, "--statement", "with the second key"]).await;
    bob.valise(args!["signing-key", "revoke", "2", "--yes"]).await;
    // The next one is made when it is needed.
    bob.valise(args!["sign", PLAN, "--statement", "with the third key"]).await;
    assert_eq!(keys(&bob.valise(args!["signing-key", "list"]).await).last(), Some(&(3, true, true)));

    let signatures = alice.valise(args!["signatures", PLAN]).await;
    assert_eq!(seen(&signatures), vec![row("Bob", &[1], true, "good"); 3]);
    let ended: Vec<bool> = signatures["signatures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["keyEndedSince"].as_bool().unwrap())
        .collect();
    assert_eq!(ended, [false, true, true]);
    let prints: std::collections::BTreeSet<&str> =
        signatures["signatures"].as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 3);

    // Who leaves signs nothing more; what was signed stays, and says so.
    alice.valise(args!["folder", "remove", "Contracts", "Bob"]).await;
    let left = alice.valise(args!["signatures", PLAN]).await;
    assert_eq!(seen(&left), vec![row("Bob", &[1], true, "good"); 3]);
    assert_eq!(left["signatures"][0]["member"], false);
    bob.refused(args!["sign", PLAN]).await;
    assert!(alice.valise(args!["security"]).await.as_array().unwrap().is_empty());
}

/// A computer that was taken out of the account takes its key with it; the other one has a key of its own.
#[tokio::test]
async fn a_removed_computers_key_ends_with_it() {
    let world = World::new("editor").await;
    let (alice, bob) = (&world.alice, &world.bob);
    alice.valise(args!["sign", PLAN]).await;
    alice
        .valise(args![
            "password",
            "renew",
            "--new-password-file",
            alice.home.write("new", "ten blue umbrellas are kept")
        ])
        .await;
    let keys = {
        let mut listed = alice.command(args!["signing-key", "list"]);
        listed.env("VALISE_PASSWORD", "ten blue umbrellas are kept");
        let output = listed.output().await.unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!((&keys[0]["inForce"], &keys[0]["this"]), (&false.into(), &false.into()));
    let after = bob.valise(args!["signatures", PLAN]).await;
    assert_eq!(seen(&after), [row("Alice", &[1], true, "good")]);
    assert_eq!(after["signatures"][0]["keyEndedSince"], true);
}
