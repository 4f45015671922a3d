//! The socket against who does not keep to its rules. What commands do through it is tested with real programs.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::api::{ErrorCode, Password, Stage};
use crate::{Config, Engine};

struct Holder {
    engine: Engine,
    worked: AtomicU32,
    opened: AtomicU32,
}

#[async_trait]
impl Behind for Holder {
    fn engine(&self) -> &Engine {
        &self.engine
    }

    async fn lock(&self) -> Result<(), ApiError> {
        self.engine.handle(Request::Lock).await.map(|_| ())
    }

    fn used(&self, how: Use) {
        let counter = if how == Use::Opened { &self.opened } else { &self.worked };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

fn holder(home: &Path) -> Arc<Holder> {
    let engine = Engine::start(Config { costs: crate::Costs::FLOOR, ..Config::new(home) }).unwrap();
    Arc::new(Holder { engine, worked: AtomicU32::new(0), opened: AtomicU32::new(0) })
}

async fn status(home: &Path) -> Reply {
    Remote::find(home).await.unwrap().unwrap().ask(Request::Status).await.unwrap()
}

async fn raw(home: &Path) -> UnixStream {
    let mut stream = UnixStream::connect(Place::of(home, NAME).unwrap().path).await.unwrap();
    let theirs: Greeting = frame::read(&mut stream, MAX_GREETING).await.unwrap();
    assert_eq!(theirs, Greeting::ours());
    stream
}

/// Whether the server has let go of a connection.
async fn is_closed(stream: &mut UnixStream) -> bool {
    let mut rest = Vec::new();
    matches!(timeout_of(stream.read_to_end(&mut rest)).await, Ok(0) | Err(_))
}

async fn timeout_of<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), work).await.unwrap()
}

#[tokio::test]
async fn what_is_asked_is_answered_and_what_is_old_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    // Longer than a socket's path may be.
    let home = directory.path().join("h".repeat(120));
    std::fs::create_dir(&home).unwrap();
    assert!(Remote::find(&home).await.unwrap().is_none());
    std::fs::write(home.join("socket"), "left by a killed one").unwrap();

    let holder = holder(&home);
    let serving = serve(holder.clone()).unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&home), mode(&home.join("socket"))), (0o700, 0o600));
    assert!(!home.join("socket.tmp").exists());
    let Reply::Status(new) = status(&home).await else { panic!("no status") };
    assert_eq!(new.stage, Stage::New);

    let remote = Remote::find(&home).await.unwrap().unwrap();
    let mut events = remote.events().await.unwrap();
    let password = Password("a \"quoted\" \\ pass — word".into());
    let (name, workspace) = ("Ada".to_owned(), "Acme".to_owned());
    remote.ask(Request::Create { name, password: password.clone(), workspace, catalog: None }).await.unwrap();
    timeout_of(async { while !matches!(events.next().await, Some(Event::FoldersChanged)) {} }).await;
    remote.ask(Request::Lock).await.unwrap();
    assert_eq!(remote.ask(Request::Folders).await.unwrap_err().code, ErrorCode::Locked);
    remote.ask(Request::Unlock { password }).await.unwrap();
    let Reply::Folders(folders) = remote.ask(Request::Folders).await.unwrap() else { panic!("no folders") };
    assert_eq!(folders.len(), 1);
    assert_eq!(remote.ask(Request::Forget).await.unwrap_err().code, ErrorCode::InUse);
    // The two looks at the folders, and the refused one.
    assert_eq!((holder.worked.load(Ordering::Relaxed), holder.opened.load(Ordering::Relaxed)), (3, 2));

    serving.stop().await;
    assert!(!home.join("socket").exists());
    timeout_of(async { while events.next().await.is_some() {} }).await;
    assert!(Remote::find(&home).await.unwrap().is_none());
    holder.engine.stop().await;
}

#[tokio::test]
async fn another_version_is_refused_with_words_by_either_side() {
    let home = tempfile::tempdir().unwrap();
    let holder = holder(home.path());
    let serving = serve(holder.clone()).unwrap();
    let mut stream = raw(home.path()).await;
    let newer = Greeting { valise: "9.9.9".to_owned(), ..Greeting::ours() };
    frame::write(&mut stream, &newer, MAX_GREETING).await.unwrap();
    assert!(is_closed(&mut stream).await);
    serving.stop().await;

    // The other way round; a newer greeting may say more.
    let listener = tokio::net::UnixListener::bind(home.path().join(NAME)).unwrap();
    let other = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let greeting = serde_json::json!({"valise": "9.9.9", "protocol": 7, "more": true});
        frame::write(&mut stream, &greeting, MAX_GREETING).await.unwrap();
    });
    let refused = Remote::find(home.path()).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::InUse);
    assert!(refused.details.unwrap().contains("9.9.9"));
    other.await.unwrap();
}

#[tokio::test]
async fn garbage_lies_and_silence_do_no_harm() {
    let home = tempfile::tempdir().unwrap();
    let holder = holder(home.path());
    let serving = serve(holder.clone()).unwrap();

    let ours = serde_json::to_vec(&Greeting::ours()).unwrap();
    let greeted = |rest: &[u8]| {
        let mut bytes = u32::try_from(ours.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(&ours);
        bytes.extend_from_slice(rest);
        bytes
    };
    let too_long = u32::try_from(MAX_REQUEST + 1).unwrap().to_be_bytes();
    for said in [
        vec![0xff; 64],
        vec![0; 64],
        greeted(&too_long),
        greeted(&u32::MAX.to_be_bytes()),
        greeted(b"\0\0\0\x04null"),
        greeted(b"\0\0\0\x02\xff\xfe"),
        greeted(br#"...."#),
    ] {
        let mut stream = raw(home.path()).await;
        // It may be closed while it is written to.
        let _ = stream.write_all(&said).await;
        let _ = stream.shutdown().await;
        assert!(is_closed(&mut stream).await, "{said:?}");
    }
    // A path that means something else there.
    let mut stream = raw(home.path()).await;
    frame::write(&mut stream, &Greeting::ours(), MAX_GREETING).await.unwrap();
    let to = PathBuf::from("kit.pdf");
    let request = Request::WriteKit { code: crate::api::Code("VAL1".into()), to };
    frame::write(&mut stream, &Ask::Request(request), MAX_REQUEST).await.unwrap();
    let Answer::Trouble(trouble) = frame::read(&mut stream, MAX_REPLY).await.unwrap() else { panic!("it was taken") };
    assert_eq!(trouble.code, ErrorCode::BadInput);

    // All room is taken by who says nothing: others are told so, and are heard again when there is room.
    let mut silent = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        silent.push(raw(home.path()).await);
    }
    assert!(Remote::find(home.path()).await.is_err());
    assert!(matches!(holder.engine.handle(Request::Status).await, Ok(Reply::Status(_))), "the engine does not wait");
    silent.truncate(8);
    timeout_of(async { while Remote::find(home.path()).await.is_err() {} }).await;
    assert!(matches!(status(home.path()).await, Reply::Status(_)));
    serving.stop().await;
}

/// Who listens and does not take what is told holds nothing up.
#[tokio::test]
async fn who_does_not_listen_is_not_waited_for() {
    let home = tempfile::tempdir().unwrap();
    let holder = holder(home.path());
    let serving = serve(holder.clone()).unwrap();
    let mut stream = raw(home.path()).await;
    frame::write(&mut stream, &Greeting::ours(), MAX_GREETING).await.unwrap();
    frame::write(&mut stream, &Ask::Events, MAX_REQUEST).await.unwrap();
    assert!(matches!(frame::read(&mut stream, MAX_REPLY).await.unwrap(), Answer::Listening));
    for _ in 0..20_000 {
        holder.engine.shared().tell(Event::FoldersChanged);
        tokio::task::yield_now().await;
    }
    assert!(matches!(status(home.path()).await, Reply::Status(_)));
    timeout_of(serving.stop()).await;
}
