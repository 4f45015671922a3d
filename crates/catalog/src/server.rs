//! Starting and stopping.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use valise_blocks::{Address, Blocks, IpfsNode, NodeConfig};
use valise_protocol::sign::{SigningKey, VerifyKey};
use zeroize::Zeroizing;

use crate::catalog::Catalog;
use crate::data::{Data, StartError};
use crate::limits::NODE_CONNECTIONS;
use crate::pinning::{self, Pinning};
use crate::serve::{self, Times};
use crate::store::Store;
use crate::{metrics, tls};

/// Requests under way at the end get this long.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// What was dropped is kept for a day.
const GRACE: Duration = Duration::from_secs(24 * 3600);

/// How a catalog is started.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data directory; made if it is not there. One process at a time.
    pub data: PathBuf,
    /// Where to answer HTTPS; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Where the pinning node listens: multiaddrs, TCP only.
    pub node_listen: Vec<String>,
    /// Where clients reach the pinning node, if that is somewhere else: multiaddrs without peer id.
    pub advertise: Vec<String>,
    /// What no folder wants any more is deleted after this time: a database restored from before finds it again.
    pub grace: Duration,
    /// Where to answer `/metrics` by plain HTTP, if anywhere; port 0 takes any free one.
    pub metrics_listen: Option<SocketAddr>,
}

impl Config {
    /// A catalog whose pinning node listens on any free port.
    pub fn new(data: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        let node_listen = vec!["/ip4/0.0.0.0/tcp/0".to_owned()];
        Self { data: data.into(), listen, node_listen, advertise: Vec::new(), grace: GRACE, metrics_listen: None }
    }
}

/// A running catalog. Dropped without [`Server::stop`], it ends without waiting for anything.
pub struct Server {
    catalog: Arc<Catalog>,
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    http: JoinHandle<()>,
    metrics: Option<JoinHandle<()>>,
    pinning: JoinHandle<()>,
    /// Held until the end: one process at a time.
    _data: Data,
}

impl Server {
    /// Starts a catalog with a pinning node of its own.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let (data, identity, seed) = open_data(&config).await?;
        let node = IpfsNode::open(NodeConfig {
            listen: config.node_listen.iter().cloned().map(Address).collect(),
            limits: NODE_CONNECTIONS,
            ..NodeConfig::new(data.blocks(), seed.clone())
        });
        let node = Arc::new(node.await.map_err(StartError::Node)?);
        Self::run(config, data, identity, SigningKey::from_seed(&seed), node).await
    }

    /// Starts a catalog on a node that is there already; `node_listen` is ignored.
    pub async fn start_on(config: Config, node: Arc<dyn Blocks>) -> Result<Self, StartError> {
        let (data, identity, seed) = open_data(&config).await?;
        Self::run(config, data, identity, SigningKey::from_seed(&seed), node).await
    }

    async fn run(
        config: Config,
        data: Data,
        identity: SigningKey,
        pinning_key: SigningKey,
        node: Arc<dyn Blocks>,
    ) -> Result<Self, StartError> {
        let database = data.database();
        let store = on_blocking_thread(move || Store::open(&database)).await?;
        let listener = TcpListener::bind(config.listen).await.map_err(StartError::Listen)?;
        let address = listener.local_addr().map_err(StartError::Listen)?;
        let acceptor = tls::acceptor(&identity)?;
        let catalog =
            Arc::new(Catalog::new(store, identity, Pinning::new(node, pinning_key, config.advertise, config.grace)));
        catalog.pinning.allow(&catalog.store).await;
        catalog.pinning.connected().await;
        let metrics = match config.metrics_listen {
            Some(listen) => Some(TcpListener::bind(listen).await.map_err(StartError::Listen)?),
            None => None,
        };
        let metrics_address = metrics.as_ref().and_then(|listener| listener.local_addr().ok());
        let metrics = metrics.map(|listener| tokio::spawn(metrics::serve(listener, Arc::clone(&catalog))));
        let http = tokio::spawn(serve::serve(listener, acceptor, Times::default(), Arc::clone(&catalog)));
        let pinning = tokio::spawn(pinning::work(Arc::clone(&catalog)));
        Ok(Self { catalog, address, metrics_address, http, metrics, pinning, _data: data })
    }

    /// Where it answers: `https://ADDRESS:PORT`.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where `/metrics` is answered, if anywhere.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// The key that signs receipts.
    pub fn identity(&self) -> VerifyKey {
        self.catalog.identity.verify_key()
    }

    /// Stops: answers what is under way, ends event streams, lets go of the data directory.
    pub async fn stop(mut self) {
        self.catalog.stopping.cancel();
        if tokio::time::timeout(LAST_REQUESTS, &mut self.http).await.is_err() {
            tracing::warn!("requests were still under way at the end");
            self.http.abort();
        }
        // Numbers are worth no wait.
        self.metrics.iter().for_each(JoinHandle::abort);
        if let Err(error) = (&mut self.pinning).await {
            tracing::error!(%error, "the pinning node's work ended badly");
        }
        self.catalog.pinning.stop().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.catalog.stopping.cancel();
    }
}

async fn open_data(config: &Config) -> Result<(Data, SigningKey, Zeroizing<[u8; 32]>), StartError> {
    let directory = config.data.clone();
    on_blocking_thread(move || {
        let data = Data::open(&directory)?;
        let (identity, pinning) = (data.identity()?, data.pinning()?);
        Ok((data, identity, pinning))
    })
    .await
}

async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StartError> + Send + 'static,
) -> Result<T, StartError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StartError::Stopped))
}
