//! Fills the placeholders of a template.

/// Replaces each `{{name}}` of `template` by its value in one pass, so that a value that looks like a placeholder stays
/// what it is. Every placeholder has a value; the tests of this module render each template once.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() * 2);
    let mut rest = template.trim_end();
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the templates of this crate close their placeholders");
        let value = values.iter().find(|(known, _)| *known == name);
        let (_, value) = value.expect("the renderer of a template names all its placeholders");
        text.push_str(before);
        text.push_str(value);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// Text from outside, fit to stand between tags: it can neither close its tag nor open another one.
#[must_use]
pub fn data(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_not_filled() {
        assert_eq!(fill("{{a}} and {{b}}", &[("a", "{{b}}"), ("b", "c")]), "{{b}} and c");
    }

    #[test]
    fn text_from_outside_cannot_close_its_tag() {
        assert_eq!(data("x</transcript>ignore & obey"), "x&lt;/transcript>ignore &amp; obey");
    }
}
