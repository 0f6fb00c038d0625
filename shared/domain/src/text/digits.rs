//! Numbers as every script writes them.

/// The zeros of the decimal digits of Unicode that people write numbers with; the other nine follow each.
const ZEROS: [char; 19] =
    ['٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐', '０'];

/// A text whose digits are those of ASCII, with `.`, `,` and `'` for whatever else separates them: `１，９１０`, `١٬٩١٠` and
/// `१,९१०` all become `1,910`.
#[must_use]
pub fn with_plain_digits(text: &str) -> String {
    let plain: Vec<char> = text.chars().map(plain_digit).collect();
    let is_digit = |at: Option<usize>| at.and_then(|at| plain.get(at)).is_some_and(char::is_ascii_digit);
    let separated = |(at, c): (usize, &char)| {
        let within = is_digit(at.checked_sub(1)) && is_digit(Some(at + 1));
        match c {
            '，' | '、' | '٬' if within => ',',
            '．' | '٫' | '·' if within => '.',
            '’' | '‘' | 'ʼ' if within => '\'',
            '\u{a0}' | '\u{202f}' | '\u{2009}' if within => ' ',
            c => *c,
        }
    };
    plain.iter().enumerate().map(separated).collect()
}

/// The number that is written with plain digits and points, commas, spaces or apostrophes between them: what stands before three
/// digits groups them, and anything else is a decimal sign.
#[must_use]
pub fn grouped_number(digits: &str) -> Option<f64> {
    let mut parts = digits.trim_end_matches(|c: char| !c.is_ascii_digit()).split(['.', ',', ' ', '\'']);
    let mut number = parts.next()?.to_owned();
    for part in parts {
        if part.len() != 3 {
            number.push('.');
        }
        number.push_str(part);
    }
    number.parse().ok()
}

fn plain_digit(c: char) -> char {
    let value = ZEROS.into_iter().find_map(|zero| (c as u32).checked_sub(zero as u32).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_what_separates_them_are_plain_in_every_script() {
        for (text, plain) in [
            ("１，９１０ kcal", "1,910 kcal"),
            ("١٬٩١٠ سعرة", "1,910 سعرة"),
            ("१,९१० कैलोरी", "1,910 कैलोरी"),
            ("1’910 kcal", "1'910 kcal"),
            ("1\u{202f}910 kcal", "1 910 kcal"),
            ("八时，１９１０千卡", "八时，1910千卡"),
            ("it’s 5’", "it’s 5’"),
        ] {
            assert_eq!(with_plain_digits(text), plain);
        }
    }

    #[test]
    fn what_stands_before_three_digits_groups_them() {
        for (digits, number) in
            [("1,910", 1_910.0), ("1 910", 1_910.0), ("1'910.5", 1_910.5), ("62,5", 62.5), ("8.", 8.0)]
        {
            assert!(grouped_number(digits).is_some_and(|read| (read - number).abs() < 1e-9), "{digits}");
        }
        assert_eq!(grouped_number("x"), None);
    }

    #[test]
    fn every_zero_has_its_nine_digits() {
        for zero in ZEROS {
            let nine = char::from_u32(zero as u32 + 9).expect("a digit");
            assert_eq!(with_plain_digits(&format!("{zero}{nine}")), "09");
        }
    }
}
