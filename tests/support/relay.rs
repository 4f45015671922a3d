//! A bad network between two programs: a TCP relay that can be cut, stalled, slowed and limited while they talk.
//!
//! What arrives is what was sent, in order, or nothing: faults of the line, never of the bytes.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until},
};

/// Bytes in one piece: small, so that a limit on the rate is smooth.
const PIECE: usize = 16 * 1024;
/// Pieces on the way at once in one direction: 4 MiB, the bandwidth-delay product of 80 MB/s over 50 ms.
const ON_THE_WAY: usize = 256;

/// A relay to one address; whoever is to suffer connects to [`Relay::address`] instead. It ends when dropped.
pub struct Relay {
    /// Where it listens.
    pub address: SocketAddr,
    line: watch::Sender<Line>,
    carried: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

/// The state of the line.
#[derive(Clone, Copy)]
struct Line {
    connected: bool,
    flowing: bool,
    delay: Duration,
    bytes_per_second: Option<u64>,
}

impl Relay {
    /// A relay to `target`, perfect at first.
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let (line, state) =
            watch::channel(Line { connected: true, flowing: true, delay: Duration::ZERO, bytes_per_second: None });
        let carried = Arc::new(AtomicU64::new(0));
        let accepting = tokio::spawn(accept(listener, target, state, carried.clone()));
        Relay { address, line, carried, accepting }
    }

    /// Ends every connection and refuses new ones, until [`Relay::mend`].
    pub fn cut(&self) {
        self.line.send_modify(|line| line.connected = false);
    }

    /// Lets new connections through again.
    pub fn mend(&self) {
        self.line.send_modify(|line| line.connected = true);
    }

    /// Holds every byte back while connections stay open, until [`Relay::resume`].
    pub fn stall(&self) {
        self.line.send_modify(|line| line.flowing = false);
    }

    /// Lets bytes through again.
    pub fn resume(&self) {
        self.line.send_modify(|line| line.flowing = true);
    }

    /// Each byte takes this long, in each direction.
    pub fn delay(&self, delay: Duration) {
        self.line.send_modify(|line| line.delay = delay);
    }

    /// At most so many bytes a second, per connection and direction; `None` for no limit.
    pub fn limit(&self, bytes_per_second: Option<u64>) {
        self.line.send_modify(|line| line.bytes_per_second = bytes_per_second);
    }

    /// Bytes delivered so far, both directions together: cut when enough of a file has gone through.
    pub fn carried(&self) -> u64 {
        self.carried.load(Ordering::Relaxed)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, target: SocketAddr, line: watch::Receiver<Line>, carried: Arc<AtomicU64>) {
    while let Ok((near, _)) = listener.accept().await {
        if line.borrow().connected {
            tokio::spawn(connect(near, target, line.clone(), carried.clone()));
        }
    }
}

async fn connect(near: TcpStream, target: SocketAddr, line: watch::Receiver<Line>, carried: Arc<AtomicU64>) {
    let Ok(far) = TcpStream::connect(target).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let both = async {
        tokio::join!(
            carry(near_in, far_out, line.clone(), carried.clone()),
            carry(far_in, near_out, line.clone(), carried.clone()),
        )
    };
    let mut cut = line.clone();
    tokio::select! {
        _ = both => {}
        _ = cut.wait_for(|line| !line.connected) => {}
    }
}

/// One direction, to the end of the stream, which is passed on.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    line: watch::Receiver<Line>,
    carried: Arc<AtomicU64>,
) -> io::Result<()> {
    let (sender, pieces) = mpsc::channel(ON_THE_WAY);
    let read = async {
        let mut buffer = vec![0; PIECE];
        loop {
            let size = from.read(&mut buffer).await?;
            let due = Instant::now() + line.borrow().delay;
            if size == 0 || sender.send((due, buffer[..size].to_vec())).await.is_err() {
                break;
            }
        }
        drop(sender);
        Ok::<_, io::Error>(())
    };
    let (read, delivered) = tokio::join!(read, deliver(pieces, to, line.clone(), carried));
    read.and(delivered)
}

async fn deliver(
    mut pieces: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut to: impl AsyncWrite + Unpin,
    mut line: watch::Receiver<Line>,
    carried: Arc<AtomicU64>,
) -> io::Result<()> {
    while let Some((due, piece)) = pieces.recv().await {
        sleep_until(due).await;
        let Ok(state) = line.wait_for(|line| line.flowing).await.map(|state| *state) else { break };
        if let Some(rate) = state.bytes_per_second {
            sleep(Duration::from_secs_f64(piece.len() as f64 / rate as f64)).await;
        }
        to.write_all(&piece).await?;
        carried.fetch_add(piece.len() as u64, Ordering::Relaxed);
    }
    to.shutdown().await
}
