//! Scripts whose words stand without spaces between them.

/// How a letter counts in a script without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unspaced {
    /// Chinese characters, in Chinese and Japanese.
    Han,
    /// Hiragana and katakana.
    Kana,
    /// Thai, Lao, Khmer and Burmese.
    SoutheastAsian,
}

impl Unspaced {
    /// Of a letter; `None` if its script has spaces, or if it is no letter.
    pub(super) const fn of(c: char) -> Option<Self> {
        match c {
            '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{323af}'
            | '々' => Some(Self::Han),
            '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}'
            | 'ー'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{ff66}'..='\u{ff9d}' => Some(Self::Kana),
            '\u{0e01}'..='\u{0e30}'
            | '\u{0e32}'..='\u{0e33}'
            | '\u{0e40}'..='\u{0e46}'
            | '\u{0e81}'..='\u{0eb0}'
            | '\u{0eb2}'..='\u{0eb3}'
            | '\u{0ebd}'..='\u{0ec6}'
            | '\u{1000}'..='\u{102a}'
            | '\u{1780}'..='\u{17b3}' => Some(Self::SoutheastAsian),
            _ => None,
        }
    }
}
