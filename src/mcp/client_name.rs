//! What does a client call itself? A name that is short and steers no terminal, since any client may choose any.

use rmcp::RoleServer;
use rmcp::service::RequestContext;

use crate::escape::escape_controls;

/// Most characters of a client's name: it stands in every line of the log and of the audit file.
const LONGEST_NAME: usize = 100;

/// Returns the name that the client gives itself.
pub(super) fn client_name(context: &RequestContext<RoleServer>) -> String {
    context.client_info().map_or_else(|| "unnamed client".to_owned(), |info| shortened(&info.name))
}

fn shortened(name: &str) -> String {
    let end = name.char_indices().nth(LONGEST_NAME).map_or(name.len(), |(at, _)| at);
    escape_controls(&name[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_name_is_short_and_steers_nothing() {
        assert_eq!(shortened("Claude Desktop"), "Claude Desktop");
        assert_eq!(shortened(&"é".repeat(900_000)), "é".repeat(LONGEST_NAME));
        assert_eq!(shortened("a\n{\u{202e}"), "a\\u000a{\\u202e");
    }
}
