//! The page: one document, with the hashes by which a browser knows that nothing was put into it.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const DOCUMENT: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
/// One script of all parts: they see each other, and nobody else sees them.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    "const MATTERS = ",
    include_str!("../invoke/matters.json"),
    ";\n",
    include_str!("page/exact.js"),
    include_str!("page/dom.js"),
    include_str!("page/record.js"),
    include_str!("page/rows.js"),
    include_str!("page/base.js"),
    include_str!("page/find.js"),
    include_str!("page/form.js"),
    include_str!("page/body.js"),
    include_str!("page/answer.js"),
    include_str!("page/copies.js"),
    include_str!("page/faults.js"),
    include_str!("page/consent.js"),
    include_str!("page/send.js"),
    include_str!("page/undo.js"),
    include_str!("page/operation.js"),
    include_str!("page/takes.js"),
    include_str!("page/memory.js"),
    include_str!("page/activity.js"),
    include_str!("page/condition.js"),
    include_str!("page/catalogue.js"),
    include_str!("page/start.js"),
    "})();\n"
);

const VIEW: &str = include_str!("page/view.html");
/// The script of the view inside clients: of the page's own parts those that draw.
const VIEW_SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    "const MATTERS = ",
    include_str!("../invoke/matters.json"),
    ";\n",
    include_str!("page/exact.js"),
    include_str!("page/dom.js"),
    include_str!("page/record.js"),
    include_str!("page/rows.js"),
    include_str!("page/view.js"),
    "})();\n"
);

/// The page and the policy that goes with it.
pub struct Page {
    /// The document.
    pub html: String,
    /// `Content-Security-Policy`: its own style and script by their hashes, its own routes, and nothing else.
    pub policy: String,
}

/// The page, put together once.
pub fn page() -> &'static Page {
    static PAGE: LazyLock<Page> = LazyLock::new(|| {
        let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let html = DOCUMENT.replacen("/*style*/", STYLE, 1).replacen("/*script*/", SCRIPT, 1);
        let policy = format!(
            "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src 'self' data:; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
            hash(SCRIPT),
            hash(STYLE)
        );
        Page { html, policy }
    });
    &PAGE
}

/// An answer as a view inside a client of MCP (SEP-1865): one document, to which the client hands what a tool answered.
pub fn answer_view() -> &'static str {
    static DOCUMENT: LazyLock<String> =
        LazyLock::new(|| VIEW.replacen("/*style*/", STYLE, 1).replacen("/*script*/", VIEW_SCRIPT, 1));
    &DOCUMENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_holds_its_parts_whole_and_asks_nothing_of_elsewhere() {
        let Page { html, policy } = page();
        assert!(
            html.contains(&format!("<script>{SCRIPT}</script>")) && html.contains(&format!("<style>{STYLE}</style>"))
        );
        // Either would end the element early, and the rest be shown.
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style") && !VIEW_SCRIPT.contains("</script"));
        for elsewhere in
            ["src=\"http", "href=\"http", "@import", "url(http", "innerHTML", "outerHTML", "document.write", "eval("]
        {
            assert!(!html.contains(elsewhere) && !answer_view().contains(elsewhere), "{elsewhere}");
        }
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    }
}
