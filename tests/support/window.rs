//! The real window, driven as a person drives it: tauri-driver, WebKitWebDriver and the built `valise-desktop`, on the
//! X server of `scripts/with-display.sh`.
//!
//! A [`Computer`] is a home and a session bus of its own, so that two people are two computers to a program that asks
//! its bus whether it runs already. The driver, WebKit's driver and the application are one process group and end with
//! the test.

use std::{ffi::OsString, fs, os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
    error::CmdError,
    wd::Capabilities,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    process::Command,
    time::timeout,
};

use crate::{
    PATIENCE,
    home::Home,
    output_dir,
    process::{Line, Process, built},
    until,
};

const APPLICATION: &str = "valise-desktop";

/// What axe says, a text for each element. The list is scrolled by the keys of its grid, which has the focus.
const LOOK_THROUGH: &str = r#"
    const done = arguments[arguments.length - 1];
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    axe.run(document, { runOnly: rules, resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes
            .map((node) => id + ': ' + node.target.join(' ') + ': ' + (node.any[0] ?? node.all[0] ?? node.none[0])?.message)
            .filter((complaint) => !/^scrollable-region-focusable: \.scroll/.test(complaint)))),
        (error) => done([String(error)]),
    );
"#;

/// What one person sits at.
pub struct Computer {
    /// Its files.
    pub home: Home,
    bus: Process,
    bus_address: String,
    /// The page's process stays when Valise locks: the driver's session would end with it.
    pub keeps_page: bool,
    /// More of its environment.
    pub environment: Vec<(&'static str, String)>,
}

impl Computer {
    /// A new one, switched on.
    pub async fn start(name: &str) -> Self {
        assert!(std::env::var_os("DISPLAY").is_some(), "no display: run this under scripts/with-display.sh");
        let home = Home::new(name);
        let address = format!("--address=unix:path={}", home.path().join("run/bus").display());
        let mut daemon = Command::new("dbus-daemon");
        daemon.args(["--session", "--nofork", "--nopidfile", "--print-address=1", &address]).envs(home.environment());
        let bus = Process::spawn(&mut daemon).not_worth_telling();
        let bus_address = bus.line("the address of the bus", |line| Some(line.to_owned())).await;
        Computer { home, bus, bus_address, keeps_page: true, environment: Vec::new() }
    }

    /// A command on this computer: its home, its bus, its programs. A catalog that is hosted here is reached from this
    /// machine alone.
    pub fn on_this<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command.envs(self.home.environment()).env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address);
        if self.keeps_page {
            command.env("VALISE_KEEP_PAGE", "1");
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env("VALISE_HOST", "127.0.0.1:0").env("PATH", self.path())
    }

    /// Where programs are looked for: first those of this computer alone.
    fn path(&self) -> OsString {
        let own = self.home.path().join("bin");
        let others = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&others))).expect("a list of paths")
    }

    /// Installs a program on this computer which stands for the one that the system would open a file with: it keeps
    /// what it was given in a directory, and this answers the directory. A file there called `next` is what its person
    /// types: the program saves it under the name of the file it was given, as office programs do, with a lock beside it.
    pub fn install_opener(&self) -> PathBuf {
        let (bin, opened) = (self.home.path().join("bin"), self.home.path().join("opened with a program"));
        fs::create_dir_all(&bin).and_then(|()| fs::create_dir_all(&opened)).expect("directories");
        let program = bin.join("xdg-open");
        let script = format!(
            "#!/bin/sh\nset -e\nkept='{}'\nname=${{1##*/}}\ndirectory=${{1%/*}}\n\
             cp \"$1\" \"$kept/.part\"\nmv \"$kept/.part\" \"$kept/$name\"\n\
             if [ -e \"$kept/next\" ]; then\n\
             : > \"$directory/.~lock.$name#\"\n\
             mv \"$kept/next\" \"$directory/lu1.tmp\"\nmv \"$directory/lu1.tmp\" \"$1\"\n\
             rm \"$directory/.~lock.$name#\"\nfi\n",
            opened.display()
        );
        fs::write(&program, script).expect("the program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("its permissions");
        opened
    }

    /// Starts the application with an argument while its window is open, as a click on a link does: this one hands over
    /// and ends.
    pub async fn start_again(&self, argument: &str) {
        let mut command = Command::new(built(APPLICATION));
        let mut second = Process::spawn(self.on_this(command.arg(argument)));
        let status = second.exit_within(PATIENCE).await;
        assert!(status.success(), "the second start: {status}");
    }

    /// Process id of its session bus.
    pub fn bus_id(&self) -> u32 {
        self.bus.id()
    }
}

/// An open window.
pub struct Window {
    /// The session, for all that has no name here.
    pub client: Client,
    driver: Process,
}

impl Window {
    /// Starts the application on this computer and waits for its page.
    pub async fn open(computer: &Computer, args: &[&str]) -> Self {
        let (port, native_port) = (free_port().await, free_port().await);
        let mut command = Command::new(tauri_driver());
        command.args(["--port", &port.to_string(), "--native-port", &native_port.to_string()]);
        let driver = Process::spawn(computer.on_this(&mut command));
        for port in [port, native_port] {
            until("the driver listens", PATIENCE, || async { TcpStream::connect(("127.0.0.1", port)).await.ok() })
                .await;
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("tauri:options".into(), json!({ "application": built(APPLICATION), "args": args }));
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap_or_else(|error| panic!("no session: {error}\n{:#?}", driver.output()));
        Window { client, driver }
    }

    /// Waits for an element.
    pub async fn see(&self, css: &str) -> Element {
        self.find(Locator::Css(css), css).await
    }

    /// Waits for the innermost element whose text contains this.
    pub async fn read(&self, text: &str) -> Element {
        assert!(!text.contains('"'), "no quotation marks in {text}");
        let contains = format!("contains(normalize-space(.), \"{text}\")");
        let xpath = format!("//body//*[{contains} and not(*[{contains}])]");
        self.find(Locator::XPath(&xpath), text).await
    }

    /// Types into the field with this label, in place of what it holds.
    pub async fn fill(&self, label: &str, text: &str) {
        let xpath = format!("//input[@id=//label[normalize-space(.)=\"{label}\"]/@for]");
        let field = self.find(Locator::XPath(&xpath), label).await;
        field.clear().await.expect("an empty field");
        field.send_keys(text).await.expect("text in the field");
    }

    /// Presses the button, the link or the choice with this text or name.
    pub async fn press(&self, text: &str) {
        self.try_press(text).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    /// Presses what ends the page's process: the driver may not live to answer.
    pub async fn press_last(&self, text: &str) {
        drop(self.try_press(text).await);
    }

    async fn try_press(&self, text: &str) -> Result<(), CmdError> {
        let named = format!(
            "normalize-space(.)=\"{text}\" or @aria-label=\"{text}\" or @title=\"{text}\" or .//b[normalize-space(.)=\"{text}\"] \
             or .//bdi[@title=\"{text}\"]"
        );
        let xpath = format!("//*[self::button or self::label][{named}][not(@disabled)]");
        self.find(Locator::XPath(&xpath), text).await.click().await
    }

    /// Chooses from the open menu.
    pub async fn choose(&self, text: &str) {
        let xpath = format!("//*[starts-with(@role, 'menuitem')][contains(normalize-space(.), \"{text}\")]");
        let item = self.find(Locator::XPath(&xpath), text).await;
        self.click(&item, 1).await;
    }

    /// Shows everything larger or smaller, and waits until the page has room accordingly.
    pub async fn zoom(&self, percent: u32) {
        let width = async || self.client.execute("return window.innerWidth", Vec::new()).await.expect("the page");
        let before = width().await;
        let zoom = format!("window.__TAURI_INTERNALS__.invoke('zoom', {{ percent: {percent} }})");
        self.client.execute(&zoom, Vec::new()).await.expect("the page answers");
        until("another width of the page", PATIENCE, || async { (width().await != before).then_some(()) }).await;
    }

    /// Waits until nothing in the page matches.
    pub async fn gone(&self, css: &str) {
        until(&format!("{css} is gone"), PATIENCE, || async {
            let found = self.client.find_all(Locator::Css(css)).await.expect("the page answers");
            found.is_empty().then_some(())
        })
        .await;
    }

    /// Presses a button of the pointer on an element, so many times in quick succession.
    pub async fn click(&self, element: &Element, times: usize) {
        let mut hand = MouseActions::new("hand".into()).then(PointerAction::MoveToElement {
            element: element.clone(),
            duration: None,
            x: 0.0,
            y: 0.0,
        });
        for _ in 0..times {
            hand = hand
                .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
                .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        }
        self.client.perform_actions(hand).await.expect("the pointer does it");
    }

    /// Opens an element's context menu, by the display's own pointer: the driver's never lets go of the right button, and
    /// from then on the page hears no pointer that is pressed.
    pub async fn click_right(&self, element: &Element) {
        let middle = "const at = arguments[0].getBoundingClientRect();
            return [Math.round(at.x + at.width / 2), Math.round(at.y + at.height / 2)]";
        let element = serde_json::to_value(element).expect("an element is JSON");
        let middle = self.client.execute(middle, vec![element]).await.expect("the page answers");
        let on_page = |axis: usize| middle[axis].as_i64().and_then(|at| i32::try_from(at).ok()).expect("a number");
        let at = self.geometry().await;
        let (x, y) = ((at.x + on_page(0)).to_string(), (at.y + on_page(1)).to_string());
        run("xdotool", &["mousemove", "--sync", &x, &y, "click", "3"]).await;
    }

    /// Types into the native dialog which the application opens, ends with Return, and waits until it is closed. A name
    /// for the picture of it.
    pub async fn answer_dialog(&self, text: &str, picture_name: &str) {
        let main = self.x11_id().await;
        let application = self.application_id().await.to_string();
        let other_window = || async {
            let found = run("xdotool", &["search", "--onlyvisible", "--pid", &application]).await;
            for id in found.lines().filter(|id| *id != main) {
                if Geometry::of(id).await.is_some_and(|at| at.width > 100 && at.height > 50) {
                    return Some(id.to_owned());
                }
            }
            None
        };
        let dialog = until("a dialog of the system", PATIENCE, other_window).await;
        run("xdotool", &["windowfocus", "--sync", &dialog]).await;
        if !text.is_empty() {
            run("xdotool", &["key", "--clearmodifiers", "ctrl+a"]).await;
            run("xdotool", &["type", "--clearmodifiers", text]).await;
        }
        screen(picture_name).await;
        run("xdotool", &["key", "--clearmodifiers", "Return"]).await;
        until("the dialog is closed", PATIENCE, || async { other_window().await.is_none().then_some(()) }).await;
        run("xdotool", &["windowfocus", &main]).await;
    }

    async fn find(&self, locator: Locator<'_>, what: &str) -> Element {
        let until = tokio::time::Instant::now() + PATIENCE;
        loop {
            // The page may change under the driver's hands, which is no answer: it is asked again.
            match self.client.find(locator).await {
                Ok(element) => return element,
                Err(_) if tokio::time::Instant::now() < until => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("{what} is not in the window: {error:?}; {}", self.last_look().await),
            }
        }
    }

    /// What a failure tells: a picture of the screen.
    async fn last_look(&self) -> String {
        format!("see {}", screen("failed").await.display())
    }

    /// Has axe look through the page as it is, for what keeps people from using it: WCAG 2.2, levels A and AA. What moves or
    /// fades is looked at again.
    pub async fn is_accessible(&self, name: &str) {
        let until = tokio::time::Instant::now() + Duration::from_secs(10);
        loop {
            let complaints = self.complaints().await;
            if complaints.is_empty() {
                return;
            }
            assert!(tokio::time::Instant::now() < until, "{name}: {complaints:#?}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn complaints(&self) -> Vec<String> {
        let known =
            self.client.execute("return typeof axe !== 'undefined'", Vec::new()).await.expect("the page answers");
        if known != true {
            let axe = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
            let axe = fs::read_to_string(axe).unwrap_or_else(|error| panic!("{axe}: {error}: npm --prefix ui ci"));
            self.client.execute(&axe, Vec::new()).await.expect("axe in the page");
        }
        let looked = self.client.execute_async(LOOK_THROUGH, Vec::new()).await.expect("axe looks through the page");
        serde_json::from_value(looked).expect("a list of texts")
    }

    /// Keeps a picture of the window as `tests/output/NAME.png`: what stands on the screen, so no other window may
    /// cover it. What is worth a picture is looked through for accessibility, too. WebKit's driver has a command for this which waits for the next change of the page, for ever on a page
    /// that stands still.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        self.painted().await;
        let path = picture(&self.x11_id().await, name).await;
        self.is_accessible(name).await;
        path
    }

    /// Waits until the page as it is now has been painted: the second frame from now begins when the first is done.
    async fn painted(&self) {
        let two_frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        let frames = self.client.execute_async(two_frames, Vec::new());
        timeout(PATIENCE, frames).await.expect("the page is painted in time").expect("the page is painted");
    }

    /// Moves the window, and makes it so large, in pixels of the screen.
    pub async fn place(&self, x: i32, y: i32, width: u32, height: u32) {
        let id = self.x11_id().await;
        run("xdotool", &["windowmove", "--sync", &id, &x.to_string(), &y.to_string()]).await;
        run("xdotool", &["windowsize", &id, &width.to_string(), &height.to_string()]).await;
        until("the window has its size", PATIENCE, || async {
            let now = self.geometry().await;
            (now.width == width && now.height == height).then_some(())
        })
        .await;
    }

    /// The middle of the window on the screen.
    pub async fn middle(&self) -> (i32, i32) {
        let at = self.geometry().await;
        (at.x + at.width.cast_signed() / 2, at.y + at.height.cast_signed() / 2)
    }

    /// Process id of the application, for measuring its memory or killing it.
    pub async fn application_id(&self) -> u32 {
        let group = self.driver.id();
        until("the application runs", PATIENCE, || async move { process_in(group, APPLICATION) }).await
    }

    /// What the application and its drivers wrote so far.
    pub fn output(&self) -> Vec<Line> {
        self.driver.output()
    }

    /// Ends the session and with it the application.
    pub async fn close(mut self) {
        let _ = self.client.close().await;
        self.driver.kill().await;
    }

    /// The largest of the application's windows: it may have small ones that nobody sees.
    pub async fn x11_id(&self) -> String {
        let application = self.application_id().await.to_string();
        until("the window is on the screen", PATIENCE, || async {
            let found = run("xdotool", &["search", "--onlyvisible", "--pid", &application]).await;
            let mut largest = None;
            for id in found.lines() {
                let area = Geometry::of(id).await.map_or(0, |at| u64::from(at.width) * u64::from(at.height));
                largest = largest.max(Some((area, id.to_owned())));
            }
            largest.map(|(_, id)| id)
        })
        .await
    }

    async fn geometry(&self) -> Geometry {
        let id = self.x11_id().await;
        until("the window has a place", PATIENCE, || Geometry::of(&id)).await
    }
}

/// Keeps a picture of the whole screen as `tests/output/NAME.png`.
pub async fn screen(name: &str) -> PathBuf {
    picture("root", name).await
}

async fn picture(x11_id: &str, name: &str) -> PathBuf {
    let path = output_dir().join(format!("{name}.png"));
    let taken = Command::new("import").args(["-window", x11_id]).arg(&path).status().await.expect("import");
    assert!(taken.success(), "no picture of window {x11_id}");
    path
}

struct Geometry {
    x: i32,
    y: i32,
    width: u32,
    height: u32,
}

impl Geometry {
    async fn of(id: &str) -> Option<Self> {
        let answer = run("xdotool", &["getwindowgeometry", "--shell", id]).await;
        let field = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        Some(Geometry {
            x: field("X")?.parse().ok()?,
            y: field("Y")?.parse().ok()?,
            width: field("WIDTH")?.parse().ok()?,
            height: field("HEIGHT")?.parse().ok()?,
        })
    }
}

/// What a small program says; nothing, when it fails.
async fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().await.unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Built by `scripts/setup.sh test`.
fn tauri_driver() -> PathBuf {
    let tools = std::env::var_os("VALISE_TOOLS")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tools")), PathBuf::from);
    let path = tools.join("bin/tauri-driver");
    assert!(path.exists(), "{} is not there: scripts/setup.sh test", path.display());
    path
}

async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// The process of this name in a group. Reads `stat`, which stays readable when a program forbids being dumped.
fn process_in(group: u32, name: &str) -> Option<u32> {
    let group = group.to_string();
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // pid (name) state ppid pgrp ...; the name is cut at 15 bytes and may hold anything, hence the last bracket.
        let (head, tail) = stat.rsplit_once(") ")?;
        let (_, found) = head.split_once('(')?;
        (found == name && tail.split(' ').nth(2) == Some(&group)).then_some(id)
    })
}
