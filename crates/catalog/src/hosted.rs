//! A catalog hosted by another program on a person's own computer, at the address it had before.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};

use crate::backup::{draft, finish};
use crate::data::{Data, StartError, sync_directory};
use crate::server::{Config, Server};

/// The address of the last start, in the data directory.
const ADDRESS: &str = "address";

/// Starts the catalog in `data`, where colleagues can reach it. `listen`: the address for the first start,
/// else this computer's own in its network and any free port. Later starts take the same address again.
pub async fn start(data: &Path, listen: Option<SocketAddr>) -> Result<Server, StartError> {
    let known = std::fs::read_to_string(data.join(ADDRESS)).ok().and_then(|text| text.trim().parse().ok());
    let listen = known.or(listen).unwrap_or_else(|| SocketAddr::new(own_address(), 0));
    let node = match listen.ip() {
        IpAddr::V4(ip) => format!("/ip4/{ip}/tcp/0"),
        IpAddr::V6(ip) => format!("/ip6/{ip}/tcp/0"),
    };
    let mut config = Config::new(data, listen);
    config.node_listen = vec![node];
    let server = Server::start(config).await?;
    std::fs::write(data.join(ADDRESS), server.address().to_string()).map_err(StartError::Listen)?;
    Ok(server)
}

/// Whether a catalog was hosted here before.
pub fn exists(data: &Path) -> bool {
    data.join(ADDRESS).exists()
}

/// Copies the catalog that was hosted here, blocks and all, into a new directory for another server, and never starts it
/// here again: two of one catalog part its history. It must be stopped. Answers where the rest of it lies, which can be
/// removed once the other server answers.
///
/// Cut short, the copy is not there under its name, and it is hosted here as before; or it is hosted nowhere, and what was
/// here lies in `catalog.moved-1`.
pub fn move_out(data: &Path, to: &Path) -> Result<PathBuf, StartError> {
    // Nobody writes to it any more.
    let _held = Data::open(data)?;
    let draft = draft(data, to, true)?;
    let mut lefts = (1..=u16::MAX).map(|number| data.with_extension(format!("moved-{number}")));
    let left =
        lefts.find(|path| !path.exists()).ok_or_else(|| StartError::Directory(ErrorKind::AlreadyExists.into()))?;
    let parent = data.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // From here on it is served nowhere until the copy is: never at two places.
    std::fs::rename(data, &left).map_err(StartError::Directory)?;
    let done = sync_directory(parent).map_err(StartError::Directory).and_then(|()| finish(&draft, to));
    if done.is_err() {
        std::fs::rename(&left, data).and_then(|()| sync_directory(parent)).map_err(StartError::Directory)?;
    }
    done.map(|()| left)
}

/// The address by which this computer is known in its network. Choosing a route sends nothing.
fn own_address() -> IpAddr {
    let route = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9))?;
        socket.local_addr().map(|address| address.ip())
    };
    route().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}
