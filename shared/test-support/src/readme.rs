//! Tables that are written into a document.

/// A text with what stands between two marks replaced; `None` if it does not have both, in this order.
#[must_use]
pub fn between(text: &str, begin: &str, end: &str, replacement: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(end)?;
    Some(format!("{before}{begin}{replacement}{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let text = "above <a> old <b> below";
        assert_eq!(between(text, "<a>", "<b>", " new ").as_deref(), Some("above <a> new <b> below"));
        assert_eq!(between(text, "<b>", "<a>", ""), None);
        assert_eq!(between("no marks", "<a>", "<b>", ""), None);
    }
}
