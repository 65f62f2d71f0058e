//! TLS in front of a server, with a certificate that nobody knows.

use std::{net::SocketAddr, sync::Arc};

use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::TlsAcceptor;

use super::RegistryServer;

/// Serves another server as `https://<host>:<port>/`; it ends when it is dropped.
pub struct TlsFront {
    pub port: u16,
    /// The certificate, which signs itself, in PEM.
    pub certificate: String,
    task: AbortHandle,
}

impl TlsFront {
    /// In front of a registry, on `localhost`.
    pub async fn start(server: &RegistryServer) -> TlsFront {
        TlsFront::before(server.address(), "localhost").await
    }

    /// In front of what listens at `behind`. `host`: the name or address to listen on.
    pub async fn before(behind: SocketAddr, host: &str) -> TlsFront {
        let signed = rcgen::generate_simple_self_signed([host.to_owned()]).expect("a valid name");
        let key = PrivateKeyDer::try_from(signed.key_pair.serialize_der()).expect("a key");
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![signed.cert.der().clone()], key)
            .expect("the certificate and its key fit");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((host, 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut client = acceptor.accept(client).await?;
                    let mut server = TcpStream::connect(behind).await?;
                    copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        TlsFront { port, certificate: signed.cert.pem(), task: task.abort_handle() }
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.task.abort();
    }
}
