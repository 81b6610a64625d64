//! Lines that a client is said to have sent: the server answers each line it can with JSON-RPC and lives to the end of the session.

use std::time::Duration;

use cw_orchestrator::mcp::Server;
use rmcp::ServiceExt;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::product::{runtime, service};

const BEGIN: &[u8] = br#"{"jsonrpc":"2.0","id":"begin","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"fuzz","version":"0"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
"#;

/// A session of one input ends within this: none asks for anything that takes longer.
const LONGEST: Duration = Duration::from_secs(20);

pub fn run(input: &[u8]) {
    // The first byte says whether the session is begun properly before the lines.
    let Some((first, lines)) = input.split_first() else { return };
    let begin: &[u8] = if first % 2 == 0 { BEGIN } else { b"" };
    let (client, server) = tokio::io::duplex(1 << 20);
    let said = runtime().block_on(async move {
        let serving = tokio::spawn(async move {
            // A session that is not begun is refused, not served.
            if let Ok(running) = Server::new(service().clone()).serve(server).await {
                let _ = running.waiting().await;
            }
        });
        let (mut hears, mut says) = tokio::io::split(client);
        let talking = async {
            // The server may hang up before it heard everything.
            for part in [begin, lines, b"\n"] {
                if says.write_all(part).await.is_err() {
                    break;
                }
            }
            let _ = says.shutdown().await;
        };
        let mut said = Vec::new();
        let session = async {
            let (_, _) = tokio::join!(talking, hears.read_to_end(&mut said));
            serving.await.expect("the server's task ended by a panic");
        };
        tokio::time::timeout(LONGEST, session).await.expect("the session did not end");
        said
    });
    for line in said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Value = serde_json::from_slice(line).expect("every line is JSON");
        assert_eq!(message["jsonrpc"], "2.0");
    }
}
