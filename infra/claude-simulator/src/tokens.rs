//! A deterministic estimate of tokens: about four characters of English each.

use serde_json::Value;

/// What a turn costs besides its content.
pub const TURN_OVERHEAD: u64 = 4;
/// What any request costs besides its content.
pub const REQUEST_OVERHEAD: u64 = 3;

/// The tokens of a text. Four ASCII characters are a token; other scripts take about two characters each.
pub fn of_text(text: &str) -> u64 {
    let (ascii, other) =
        text.chars().fold(
            (0_u64, 0_u64),
            |(ascii, other), character| {
                if character.is_ascii() { (ascii + 1, other) } else { (ascii, other + 1) }
            },
        );
    (ascii + 2 * other).div_ceil(4)
}

/// The tokens of a JSON value, as the model reads it.
pub fn of_json(value: &Value) -> u64 {
    of_text(&value.to_string())
}

/// The longest beginning of a text that costs at most this many tokens, cut where a word ends if there is one.
pub fn truncate(text: &str, tokens: u64) -> &str {
    let mut cost = 0;
    let mut end = 0;
    for (index, character) in text.char_indices() {
        cost += if character.is_ascii() { 1 } else { 2 };
        if cost > tokens * 4 {
            break;
        }
        end = index + character.len_utf8();
    }
    if end == text.len() {
        return text;
    }
    text[..end].rfind(char::is_whitespace).map_or(&text[..end], |space| &text[..space])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_costs_a_token_for_about_four_characters() {
        let text = "I run three times a week, but at weekends I order pizza and give up on the plan.";
        let characters = u64::try_from(text.len()).expect("the text is short");
        let tokens = of_text(text);
        assert!(tokens * 4 * 5 >= characters * 4 && tokens * 4 * 5 <= characters * 6, "{tokens} tokens");
    }

    #[test]
    fn a_truncated_text_fits_and_ends_at_a_word() {
        let text = "one two three four five six seven";
        let short = truncate(text, 4);
        assert_eq!(short, "one two three");
        assert!(of_text(short) <= 4);
        assert_eq!(truncate("short", 10), "short");
    }
}
