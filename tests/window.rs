//! The real window, twice: what two people do with mouse and keyboard, from the first run to a locked screen. The
//! pictures are kept in `tests/output/`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use fantoccini::key::Key;
use valise_tests::{
    PATIENCE, args,
    cli::Person,
    drag::{Drag, drop_files},
    process::program,
    until,
    window::{Computer, Window},
};

const ALICES: &str = "violet ladder marble seven";
const BOBS: &str = "granite teapot orbit nine";

const AGREEMENT: &str = "An agreement between Brightwater and nobody else.\n";

/// Alice starts a workspace on her computer and makes a folder.
async fn begin(alice: &Window) {
    alice.read("Welcome to Valise").await;
    alice.screenshot("1-welcome").await;
    alice.press("Start a workspace").await;
    alice.fill("Your name", "Alice Novak").await;
    alice.fill("Choose a password for this computer", "alice").await;
    alice.press("Continue").await;
    alice.read("Please use at least 8 characters.").await;
    alice.fill("Choose a password for this computer", ALICES).await;
    alice.read("even with this computer’s disk").await;
    alice.screenshot("2-you").await;
    alice.press("Continue").await;
    alice.fill("Name of the workspace", "Brightwater").await;
    alice.screenshot("3-where").await;
    alice.press("Continue").await;
    alice.fill("Name of the folder", "Agreements").await;
    alice.screenshot("4-folder").await;
    alice.press("Make the folder").await;
    alice.see("h1 bdi[title='Agreements']").await;
    alice.read("In step").await;
    alice.screenshot("5-empty").await;
}

/// Alice makes an invitation; its link.
async fn invite(alice: &Window) -> String {
    alice.press("Share").await;
    alice.press("Make an invitation").await;
    alice.answer_dialog("", "6-confirm").await;
    let link = alice.see("input.link").await.prop("value").await.expect("the page answers").expect("a link");
    alice.screenshot("7-invitation").await;
    alice.press("Close").await;
    alice.gone("input.link").await;
    link
}

/// Bob clicks the link, which starts Valise once more and comes up in the open window; Alice's window lets him in.
async fn join(at_bob: &Computer, bob: &Window, link: &str) {
    bob.read("Welcome to Valise").await;
    at_bob.start_again(link).await;
    bob.read("Alice Novak invites you").await;
    bob.screenshot("8-preview").await;
    bob.press("Continue").await;
    bob.fill("Your name", "Bob Okafor").await;
    bob.fill("Choose a password for this computer", BOBS).await;
    bob.press("Join").await;
    bob.see("h1 bdi[title='Agreements']").await;
    bob.screenshot("9-joined").await;
}

/// What one has to share.
fn documents(computer: &Computer) -> Vec<PathBuf> {
    let of_this_project = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    computer.home.write("Annexes/Annex 2, prices.csv", "item;price\n");
    let annex = computer.home.write("Annexes/Annex 1, definitions.txt", "“Seller” means Brightwater.");
    vec![
        computer.home.write("agreement.txt", AGREEMENT),
        computer.home.write("Übersicht 2027.csv", "month;euro\n1;1250\n".repeat(30_000)),
        computer.home.write("Minutes of the board.md", of_this_project("docs/threat-model.md")),
        computer.home.write("Signature page.png", of_this_project("icons/icon.png")),
        annex.parent().expect("a directory").to_owned(),
    ]
}

fn row(name: &str) -> String {
    format!("[data-entry]:has(bdi[title='{name}'])")
}

#[tokio::test]
async fn two_people_share_files_in_two_windows() {
    let (at_alice, at_bob) = (Computer::start("alice").await, Computer::start("bob").await);
    let opened = at_bob.install_opener();
    let alice = Window::open(&at_alice, &[]).await;
    alice.place(0, 0, 1280, 800).await;
    begin(&alice).await;
    let link = invite(&alice).await;
    let bob = Window::open(&at_bob, &[]).await;
    bob.place(1280, 0, 1280, 800).await;
    join(&at_bob, &bob, &link).await;

    let documents = documents(&at_alice);
    let drag = Drag::begin(&documents).await.over(alice.middle().await).await;
    alice.see("[data-testid='drop-veil']").await;
    alice.screenshot("10-over").await;
    drag.release().await;
    let names = ["agreement.txt", "Übersicht 2027.csv", "Minutes of the board.md", "Signature page.png", "Annexes"];
    for name in names {
        bob.see(&row(name)).await;
    }
    alice.read("6 files").await;
    for name in names {
        // Sent, and yet on one computer: she hosts the server.
        alice.see(&format!("{} .where [title*='on no other']", row(name))).await;
    }
    alice.screenshot("11-added").await;
    bob.screenshot("12-arrived").await;

    open_save_and_export(&at_bob, &bob, &opened).await;
    edit(&bob, &alice, &opened).await;
    from_a_terminal(&at_bob, &bob).await;
    lock_and_unlock(&bob).await;
    nothing_stays_opened(&at_bob);
    keys(&alice).await;

    // The other way, onto a subfolder's row.
    let answer = at_bob.home.write("answer.txt", "agreed");
    drop_files(&bob, &[answer]).await;
    alice.see(&row("answer.txt")).await;
    look_around(&alice).await;
    look_at_a_pdf(&at_bob, &bob, &alice).await;
    lock_with_the_screen(&at_bob, &bob).await;
    make_everything_new(&bob).await;
    add_and_remove_a_computer(&alice).await;
    alice.close().await;
    bob.close().await;
}

async fn open_save_and_export(computer: &Computer, window: &Window, opened: &Path) {
    let file = window.see(&row("agreement.txt")).await;
    window.click(&file, 2).await;
    let copy = opened.join("agreement.txt");
    let content = until("the program was given the file", PATIENCE, || async { fs::read(&copy).ok() }).await;
    assert_eq!(content, AGREEMENT.as_bytes());

    window.click_right(&file).await;
    window.see("[role='menu']").await;
    window.screenshot("13-menu").await;
    window.choose("Save as…").await;
    let saved = computer.home.path().join("saved.txt");
    window.answer_dialog(saved.to_str().expect("a path in ASCII"), "14-save").await;
    let content = until("the copy is saved", PATIENCE, || async { fs::read(&saved).ok() }).await;
    assert_eq!(content, AGREEMENT.as_bytes());

    window.click_right(&file).await;
    window.choose("Export with key…").await;
    let exported = computer.home.path().join("exported.age");
    window.answer_dialog(exported.to_str().expect("a path in ASCII"), "15-export").await;
    let key = computer.home.path().join("exported.age.key");
    until("the key is written", PATIENCE, || async { key.exists().then_some(()) }).await;
    assert!(fs::read(&exported).expect("the export").starts_with(b"age-encryption.org/v1\n"));
}

/// Bob opens a file, and his program saves it: Alice has a second version, by him. She makes the first one the newest
/// again, and he has that.
async fn edit(bob: &Window, alice: &Window, opened: &Path) {
    fs::write(opened.join("next"), "An agreement between Brightwater and Bob.\n").expect("what Bob types");
    let file = bob.see(&row("agreement.txt")).await;
    bob.click(&file, 2).await;
    bob.read("Saved a new version of").await;
    bob.screenshot("15-version").await;

    let file = alice.see(&row("agreement.txt")).await;
    alice.click(&file, 1).await;
    alice.see("[aria-label='Actions for version 1']").await;
    alice.read("Bob Okafor, ").await;
    alice.screenshot("15-versions").await;
    alice.press("Actions for version 1").await;
    alice.choose("Make it the newest again").await;
    bob.see("[aria-label='Actions for version 2']").await;
}

/// A command asks the open window, without a password; the window shows what it did, and is locked and unlocked by it.
async fn from_a_terminal(computer: &Computer, window: &Window) {
    let valise = async |arguments: &[&str]| {
        let mut command = program("valise", &computer.home);
        let ran = computer.on_this(command.args(arguments).env("VALISE_PASSWORD", BOBS)).status().await;
        assert!(ran.expect("the program").success(), "{arguments:?}");
    };
    valise(&["mkdir", "Agreements/From a terminal"]).await;
    window.see(&row("From a terminal")).await;
    valise(&["lock"]).await;
    window.read("Welcome back, Bob").await;
    valise(&["unlock"]).await;
    window.see(&row("From a terminal")).await;
    valise(&["rm", "Agreements/From a terminal"]).await;
    window.gone(&row("From a terminal")).await;
}

/// A PDF of Bob's is drawn in Alice's window, and nothing of what it would do is done.
async fn look_at_a_pdf(at_bob: &Computer, bob: &Window, alice: &Window) {
    let contract = at_bob.home.write("Contract.pdf", pdf(&["The Seller sells, and", "the Buyer buys."]));
    drop_files(bob, &[contract]).await;
    let file = alice.see(&row("Contract.pdf")).await;
    alice.click_right(&file).await;
    alice.choose("Look at it here").await;
    let dark = "const canvas = document.querySelector('.preview canvas');
        if (canvas === null) return 0;
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, at) => at % 4 === 0 && value < 128).length;";
    until("the page is drawn", PATIENCE, || async {
        let pixels = alice.client.execute(dark, Vec::new()).await.ok()?.as_u64()?;
        (pixels > 500).then_some(())
    })
    .await;
    alice.read("The Seller sells, and").await;
    alice.read("Page 1 of 2").await;
    alice.screenshot("18-pdf").await;

    let focused = alice.client.active_element().await.expect("a focus");
    focused.send_keys(&Key::End.to_string()).await.expect("End");
    alice.read("Page 2 of 2").await;
    alice.read("the Buyer buys.").await;
    assert_ne!(alice.client.title().await.expect("a title"), "it ran");
    let active = "return document.querySelectorAll('.preview :is(a, form, iframe, object, embed, script)').length";
    assert_eq!(alice.client.execute(active, Vec::new()).await.expect("a number"), 0);
    focused.send_keys(&Key::Escape.to_string()).await.expect("Escape");
    alice.gone("[role='dialog']").await;
}

/// A PDF with a line on each page, which would run a script when it is opened and go elsewhere when it is clicked.
fn pdf(lines: &[&str]) -> String {
    let script = "<< /S /JavaScript /JS (document.title = 'it ran') >>";
    let link = "<< /Subtype /Link /Rect [0 0 595 842] /A << /S /URI /URI (https://example.org) >> >>";
    let kids: String = (0..lines.len()).map(|at| format!("{} 0 R ", 4 + 2 * at)).collect();
    let mut objects = vec![
        format!("<< /Type /Catalog /Pages 2 0 R /OpenAction {script} >>"),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", lines.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>".to_owned(),
    ];
    for line in lines {
        let contents = objects.len() + 2;
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {contents} 0 R \
             /Resources << /Font << /F 3 0 R >> >> /Annots [{link}] >>"
        ));
        let drawn = format!("BT /F 32 Tf 72 720 Td ({line}) Tj ET");
        objects.push(format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()));
    }
    let (mut file, mut table) = ("%PDF-1.7\n".to_owned(), String::new());
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let (count, start) = (objects.len() + 1, file.len());
    file + &format!(
        "xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    )
}

/// The folder gets a new key: the file keys follow by themselves.
async fn keys(window: &Window) {
    window.press("More for this folder").await;
    window.choose("Keys…").await;
    window.read("Version 1").await;
    window.press("Change the key now").await;
    window.read("Version 2").await;
    window.read("Retire versions before 2").await;
    window.screenshot("19-keys").await;
    window.press("Retire versions before 2").await;
    window.read("Oldest accepted version: 2").await;
    window.press("Close").await;
}

/// The screen locks, and so does Valise.
async fn lock_with_the_screen(computer: &Computer, window: &Window) {
    let member = "org.gnome.ScreenSaver.ActiveChanged";
    let signal = ["--session", "--type=signal", "/org/gnome/ScreenSaver", member, "boolean:true"];
    let mut sender = tokio::process::Command::new("dbus-send");
    let said = computer.on_this(sender.args(signal)).status().await.expect("dbus-send");
    assert!(said.success());
    window.read("Welcome back, Bob").await;
    window.fill("Password", BOBS).await;
    window.press("Unlock").await;
    window.see(&row("agreement.txt")).await;
}

/// Somebody may know the password: a new one, new keys, new kits, while the window stays.
async fn make_everything_new(window: &Window) {
    window.press("Security").await;
    // How one gets back in is read when the page is shown, and moves what is below it.
    window.read("There is no recovery kit yet").await;
    window.press("Password and keys…").await;
    window.press("Make everything new…").await;
    // The form before has a field of the same name.
    window.read("All that the password opened is made new").await;
    window.fill("Your password now", "not the password").await;
    window.fill("New password", "seven purple trams go to the harbour").await;
    window.fill("New password again", "seven purple trams go to the harbour").await;
    window.press("Make everything new").await;
    window.read("This password does not open Valise").await;
    window.fill("Your password now", BOBS).await;
    window.press("Make everything new").await;
    window.read("Kit A").await;
    window.screenshot("20-new-kits").await;
}

/// Another computer of Alice's joins by the code that her window shows, has her files, and is removed again.
async fn add_and_remove_a_computer(window: &Window) {
    window.press("Security").await;
    window.press("Add a computer…").await;
    window.fill("Your password", ALICES).await;
    window.press("Make a code").await;
    let text = async |css: &str| window.see(css).await.text().await.expect("the page answers");
    let (code, address) = (text(".code").await, text(".typed .value code").await);
    window.screenshot("21-code").await;
    let laptop = Person::new("Laptop");
    laptop.valise(args!["pair", &code, "--catalog", &address, "--name", "Travel laptop"]).await;
    window.read("is now one of your computers").await;
    window.screenshot("22-joined").await;
    window.press("Done").await;
    let list = laptop.valise(args!["ls", "Agreements"]).await;
    assert!(list.as_array().is_some_and(|files| files.len() > 5), "{list}");

    window.press("Actions for Travel laptop").await;
    window.choose("Remove…").await;
    window.read("It is refused at once").await;
    window.screenshot("23-remove").await;
    window.fill("Your password", ALICES).await;
    window.press("Remove this computer").await;
    window.read("Kit A").await;
    let refused = laptop.refused(args!["sync"]).await;
    assert_eq!(refused.answer["error"]["code"], "removed", "{}", refused.text);
}

/// What was opened is removed by locking.
fn nothing_stays_opened(computer: &Computer) {
    let place = computer.home.path().join("opened");
    let roots = fs::read_dir(&place).expect("the place for opened files").flatten();
    let left: Vec<_> = roots.flat_map(|root| fs::read_dir(root.path()).into_iter().flatten()).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// Every view, in light and dark, large and small: pictures to look at.
async fn look_around(window: &Window) {
    for (look, name) in [("Light", "light"), ("Dark", "dark")] {
        window.press("Account and appearance").await;
        window.choose(look).await;
        window.gone("[role='menu']").await;
        for view in ["Recent", "Trash", "People", "Security", "Agreements"] {
            window.press(view).await;
            window.screenshot(&format!("view-{}-{name}", view.to_lowercase())).await;
        }
        let file = window.see(&row("agreement.txt")).await;
        window.click(&file, 1).await;
        window.read("Technical details").await;
        window.screenshot(&format!("view-details-{name}")).await;
        window.place(0, 0, 960, 600).await;
        window.screenshot(&format!("view-small-{name}")).await;
        window.place(0, 0, 1280, 800).await;
    }
    // Larger, nothing is cut off at the side. The driver would press beside what it means.
    for view in ["Security", "People", "Agreements"] {
        window.press(view).await;
        window.zoom(150).await;
        window.screenshot(&format!("view-{}-150", view.to_lowercase())).await;
        let over = "return document.documentElement.scrollWidth - window.innerWidth";
        let over = window.client.execute(over, Vec::new()).await.expect("the page answers");
        // Pixels do not divide evenly.
        assert!(over.as_i64().is_some_and(|over| over <= 1), "{view} is wider than the window by {over}");
        window.zoom(100).await;
    }
}

async fn lock_and_unlock(window: &Window) {
    window.press("Lock").await;
    window.read("Welcome back, Bob").await;
    window.screenshot("16-locked").await;
    let page = window.client.source().await.expect("the page");
    for secret in ["agreement.txt", "Übersicht", "Agreements"] {
        assert!(!page.contains(secret), "the locked page holds {secret}");
    }
    window.fill("Password", "not the password").await;
    window.press("Unlock").await;
    window.read("This password does not open Valise").await;
    window.fill("Password", BOBS).await;
    let field = window.see("input[type='password']").await;
    field.send_keys(&Key::Enter.to_string()).await.expect("Return");
    window.see(&row("agreement.txt")).await;
}
