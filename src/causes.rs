//! What led to an error, in one line?

/// An error with all its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    with_causes(error.to_string(), error.source())
}

/// A text with all causes of what it tells in one line.
pub fn with_causes(mut text: String, mut cause: Option<&(dyn std::error::Error + 'static)>) -> String {
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        // A transparent wrapper repeats the text of what it wraps.
        if !text.ends_with(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
