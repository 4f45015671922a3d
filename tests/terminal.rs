//! What the command line says of itself: completions and pages. The built program, and a real shell.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use valise_tests::process::built;

fn valise(arguments: &[&str]) -> String {
    let output = Command::new(built("valise")).args(arguments).output().expect("the program");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What bash offers after these words, of which the last one is not finished.
fn offered(words: &[&str]) -> BTreeSet<String> {
    let script = format!(
        "source <('{}' completions bash) || exit 1
         COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMP_LINE=\"$*\" COMP_POINT=${{#COMP_LINE}}
         _valise valise \"${{@: -1}}\" \"${{@: -2:1}}\"
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        built("valise").display()
    );
    let output = Command::new("bash").args(["-c", &script, "bash"]).args(words).output().expect("bash");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands() {
    let all = |words: &[&str]| offered(words).into_iter().collect::<Vec<_>>();
    assert_eq!(all(&["valise", "fol"]), ["folder"]);
    assert_eq!(all(&["valise", "folder", "cr"]), ["create"]);
    assert_eq!(all(&["valise", "invite", "Contracts", "--ro"]), ["--role"]);
    assert_eq!(all(&["valise", "invite", "Contracts", "--role", "v"]), ["viewer"]);
    assert!(offered(&["valise", ""]).is_superset(&["add", "get", "agent", "doctor"].map(str::to_owned).into()));
}

#[test]
fn other_shells_have_theirs() {
    assert!(valise(&["completions", "zsh"]).starts_with("#compdef valise"));
    assert!(valise(&["completions", "fish"]).contains("complete -c valise"));
}

/// A page for each command, and every page that one names is there.
#[test]
fn every_command_has_a_page() {
    let directory = tempfile::tempdir().expect("a directory");
    valise(&["man", "--output", directory.path().to_str().expect("a path")]);
    let pages: BTreeSet<String> = fs::read_dir(directory.path())
        .expect("the directory")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    assert!(pages.contains("valise.1") && pages.contains("valise-add.1") && pages.contains("valise-folder-create.1"));
    for page in &pages {
        let text = fs::read_to_string(directory.path().join(page)).expect("a page");
        assert!(text.contains(".TH") && text.contains(".SH NAME"), "{page}");
        for named in text.lines().filter(|line| line.contains("(1)")).filter_map(|line| line.split('(').next()) {
            let named = format!("{}.1", named.trim_start_matches(".TP").replace("\\-", "-").trim());
            assert!(pages.contains(&named), "{page} names {named}");
        }
    }
    assert!(valise(&["man", "folder", "create"]).contains("valise\\-folder\\-create"));
    let refused = Command::new(built("valise")).args(["man", "nothing"]).output().expect("the program");
    assert_eq!(refused.status.code(), Some(4));
}
