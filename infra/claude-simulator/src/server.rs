//! Starting, steering and stopping a simulator.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::batches::Ending;
use crate::faults::FaultKind;
use crate::hub::Hub;
use crate::log::RecordedRequest;
use crate::options::Options;
use crate::recorded::Recordings;
use crate::{api, control};

/// Keys that begin like this are accepted.
pub const API_KEY_PREFIX: &str = "simulator";

/// A running simulator; dropping it stops the server and lets go of held connections.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    hub: Arc<Hub>,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator on the runtime of the caller; it answers when this returns.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let (stop, stopping) = watch::channel(false);
        let recordings = Recordings::load(options.recorded.as_deref(), options.wanted.clone())?;
        let hub = Arc::new(Hub::new(options, recordings, stopping.clone()));
        let router =
            api::router().merge(control::router()).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&hub));
        let server = tokio::spawn(async move {
            let mut stopping = stopping;
            let stopped = async move {
                // An error means that the sender is gone, which is as good as being told to stop.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            };
            if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the simulator stopped serving; start it again");
            }
        });
        Ok(Self { address, hub, stop, server: Some(server) })
    }

    /// Where it listens, such as `http://127.0.0.1:41234`, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A key that is accepted.
    #[must_use]
    pub const fn api_key() -> &'static str {
        "simulator-key"
    }

    /// Queues a fault for the next `count` requests that can suffer it.
    pub fn inject(&self, kind: FaultKind, count: u32) {
        self.hub.faults.inject(kind, count);
    }

    /// Whether a fault is still queued.
    #[must_use]
    pub fn faults_left(&self) -> bool {
        !self.hub.faults.pending().is_empty()
    }

    /// What it was asked under `/v1` so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.hub.log.entries()
    }

    /// Every text that it has heard and said since it was started, each once; none unless
    /// [`keep_texts`](Options::keep_texts) is set.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.hub.texts.all()
    }

    /// Forgets the recorded requests and the queued faults.
    pub fn clear(&self) {
        self.hub.log.clear();
        self.hub.faults.clear();
    }

    /// Ends every open batch now.
    pub fn finish_batches(&self) {
        self.hub.batches.finish(&self.hub, None, Ending::Answered);
    }

    /// Lets every open batch run out of time.
    pub fn expire_batches(&self) {
        self.hub.batches.finish(&self.hub, None, Ending::Expired);
    }

    /// Forgets every batch, as the service does long after it has ended.
    pub fn forget_batches(&self) {
        self.hub.batches.forget();
    }

    /// Moves the simulator's time forward, so that cached prompts and batches expire.
    pub fn advance(&self, by: Duration) {
        self.hub.clock.advance(by);
    }

    /// Stops and waits until the last connection is closed.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if let Some(server) = self.server.take() {
            // The task cannot fail: it logs its own errors and is never aborted.
            let _ = server.await;
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}
