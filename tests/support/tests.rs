//! The support's own promises: nothing outlives its test, lines are waited for, a bad network is bad as told.

use std::{path::Path, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    process::Command,
    time::{Instant, timeout},
};
use valise_tests::{PATIENCE, home::Home, process::Process, relay::Relay, until};

/// A program that starts another one, tells its id, and would go on for long.
fn parent() -> Process {
    Process::spawn(Command::new("sh").args(["-c", "sleep 600 & echo child $!; echo >&2 noise; wait"]))
}

async fn child_of(process: &Process) -> u32 {
    process.line("the child's id", |line| line.strip_prefix("child ")?.parse().ok()).await
}

async fn gone(id: u32) {
    until("the process is gone", PATIENCE, || async move {
        // A zombie that its new parent has not collected yet has ended too.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        (stat.is_empty() || stat.contains(") Z ")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_dropped_process_takes_its_group_along() {
    let process = parent();
    let child = child_of(&process).await;
    assert!(Path::new(&format!("/proc/{child}")).exists());
    drop(process);
    gone(child).await;
}

#[tokio::test]
async fn a_killed_process_has_ended() {
    let mut process = parent();
    let child = child_of(&process).await;
    process.kill().await;
    gone(child).await;
}

#[tokio::test]
async fn both_outputs_are_kept_and_only_one_is_waited_for() {
    let mut process = Process::spawn(Command::new("sh").args(["-c", "echo one; echo two >&2; echo three; exit 3"]));
    let (first, next) = process.line_after(0, "a line", |line| Some(line.to_owned())).await;
    let (third, _) = process.line_after(next, "a line", |line| Some(line.to_owned())).await;
    assert_eq!((first.as_str(), third.as_str()), ("one", "three"));
    assert_eq!(process.exit().await.code(), Some(3));
    assert_eq!(process.output().len(), 3);
}

#[tokio::test]
async fn a_home_is_empty_and_goes_away() {
    let home = Home::new("nobody");
    let path = home.path().to_owned();
    let file = home.write("Verträge/Ägypten.txt", "x");
    assert!(file.starts_with(&path));
    assert!(home.environment().all(|(_, place)| place.starts_with(&path)));
    drop(home);
    assert!(!path.exists());
}

/// A server that sends back what it gets.
async fn echo() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    address
}

#[tokio::test]
async fn a_relay_carries_everything_and_passes_the_end_on() {
    let relay = Relay::to(echo().await).await;
    let stream = TcpStream::connect(relay.address).await.expect("a connection");
    let (mut from, mut to) = stream.into_split();
    let sent: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
    let copy = sent.clone();
    tokio::spawn(async move {
        to.write_all(&copy).await?;
        to.shutdown().await
    });
    let mut received = Vec::new();
    from.read_to_end(&mut received).await.expect("all of it");
    assert_eq!(received, sent);
    assert_eq!(relay.carried(), 2_000_000);
}

#[tokio::test]
async fn a_cut_ends_connections_until_it_is_mended() {
    let relay = Relay::to(echo().await).await;
    let mut stream = TcpStream::connect(relay.address).await.expect("a connection");
    assert!(answers(&mut stream).await);
    relay.cut();
    assert!(!answers(&mut stream).await);
    let mut refused = TcpStream::connect(relay.address).await.expect("taken, and dropped");
    assert!(!answers(&mut refused).await);
    relay.mend();
    let mut again = TcpStream::connect(relay.address).await.expect("a connection");
    assert!(answers(&mut again).await);
}

#[tokio::test]
async fn a_stall_holds_bytes_back_and_loses_none() {
    let relay = Relay::to(echo().await).await;
    let mut stream = TcpStream::connect(relay.address).await.expect("a connection");
    assert!(answers(&mut stream).await);
    relay.stall();
    stream.write_all(b"?").await.expect("written");
    let mut byte = [0];
    let nothing = timeout(Duration::from_millis(300), stream.read_exact(&mut byte)).await;
    assert!(nothing.is_err(), "a byte came through");
    relay.resume();
    timeout(PATIENCE, stream.read_exact(&mut byte)).await.expect("in time").expect("the byte");
    assert_eq!(&byte, b"?");
}

#[tokio::test]
async fn delay_and_rate_are_at_least_what_was_asked() {
    let relay = Relay::to(echo().await).await;
    let mut stream = TcpStream::connect(relay.address).await.expect("a connection");
    relay.delay(Duration::from_millis(100));
    let start = Instant::now();
    assert!(answers(&mut stream).await);
    assert!(start.elapsed() >= Duration::from_millis(200), "there and back in {:?}", start.elapsed());

    relay.delay(Duration::ZERO);
    relay.limit(Some(500_000));
    let start = Instant::now();
    stream.write_all(&[1; 100_000]).await.expect("written");
    stream.read_exact(&mut [0; 100_000]).await.expect("all of it");
    assert!(start.elapsed() >= Duration::from_millis(200), "100 kB at 500 kB/s in {:?}", start.elapsed());
}

/// One byte there and back.
async fn answers(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    let talk = async {
        stream.write_all(b"!").await?;
        stream.read_exact(&mut byte).await
    };
    timeout(PATIENCE, talk).await.expect("an answer or an end").is_ok()
}
