//! A forward proxy: plain requests and tunnels.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc9110#name-connect>

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};

/// A running proxy; it ends when it is dropped.
pub struct ForwardProxy {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
    task: AbortHandle,
}

impl ForwardProxy {
    pub async fn start() -> ForwardProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, log.clone()));
            }
        });
        ForwardProxy { port, asked, task: task.abort_handle() }
    }

    /// The first lines of all requests.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for ForwardProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection: a tunnel, or one plain request.
async fn serve(mut client: TcpStream, log: Arc<Mutex<Vec<String>>>) -> io::Result<()> {
    let Some(head) = read_head(&mut client).await? else { return Ok(()) };
    let line = head.lines().next().unwrap_or_default().to_owned();
    log.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
    let target = line.split(' ').nth(1).unwrap_or_default();
    if line.starts_with("CONNECT ") {
        let mut server = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
        copy_bidirectional(&mut client, &mut server).await?;
        return Ok(());
    }
    // A plain request has no body here; the answer ends with the connection.
    let host = target.trim_start_matches("http://").split('/').next().unwrap_or_default();
    let path = &target["http://".len() + host.len()..];
    let rest: Vec<&str> = head.lines().skip(1).filter(|line| !line.starts_with("connection:")).collect();
    let mut server = TcpStream::connect(host).await?;
    let request =
        format!("GET {path} HTTP/1.1\r\n{}\r\nconnection: close\r\n\r\n", rest.join("\r\n").trim_end());
    server.write_all(request.as_bytes()).await?;
    tokio::io::copy(&mut server, &mut client).await?;
    client.shutdown().await
}

/// Everything up to the empty line; `None` at the end of the connection.
async fn read_head(client: &mut TcpStream) -> io::Result<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return Ok(None),
        }
    }
    Ok(Some(String::from_utf8_lossy(&head).into_owned()))
}
