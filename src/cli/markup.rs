//! What does a description say, without the marks that a page would make links and headings of?

/// A text without HTML's tags, and with the words alone of Markdown's links. What only looks like either stays.
pub(super) fn plain(text: &str) -> String {
    without_links(&without_tags(text))
}

fn without_tags(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let end = if is_tag(from) { from.find('>') } else { None };
        match end {
            Some(end) => rest = &from[end + 1..],
            None => {
                plain.push('<');
                rest = &from[1..];
            }
        }
    }
    plain + rest
}

/// Whether a text begins with a tag: `<a href=...>`, `</p>`, `<br/>`; not `<5` and not a placeholder such as `<name>`.
fn is_tag(text: &str) -> bool {
    const TAGS: [&str; 22] = [
        "a", "b", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "i", "img", "li", "ol", "p", "pre", "span",
        "strong", "table", "td", "tr", "ul",
    ];
    let inner = text.trim_start_matches('<').trim_start_matches('/');
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    let (name, after) = inner.split_at(end);
    after.starts_with(['>', '/', ' ']) && TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(name))
}

/// `[words](https://...)` as its words.
fn without_links(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("](") {
        let (before, from) = rest.split_at(at);
        let open = before.rfind('[').filter(|open| !before[*open..].contains('\n'));
        match (open, from.find(')')) {
            (Some(open), Some(end)) => {
                plain.push_str(&before[..open]);
                plain.push_str(&before[open + 1..]);
                rest = &from[end + 1..];
            }
            _ => {
                plain.push_str(before);
                plain.push_str("](");
                rest = &from[2..];
            }
        }
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_left_out_and_what_looks_like_them_stays() {
        for (text, said) in [
            (
                "<a href=\"https://x.example/key\"  target=\"_blank\">Generate your key</a> first",
                "Generate your key first",
            ),
            ("<p>One<br/>two</P>", "Onetwo"),
            ("See [the guide](https://x.example/a) and [another](https://x.example/b).", "See the guide and another."),
            ("a <5 and <name> and b < c > d", "a <5 and <name> and b < c > d"),
            ("list[0](x", "list[0](x"),
            ("<a href", "<a href"),
            ("](", "]("),
            ("", ""),
        ] {
            assert_eq!(plain(text), said, "{text}");
        }
    }
}
