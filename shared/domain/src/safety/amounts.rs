//! Amounts of energy, weight and food: they can harm somebody with an eating disorder, who is told none unless they ask.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

use crate::text::with_plain_digits;

/// An amount with its unit, in the nine languages.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    let units = r"k?cals?(?-u:\b)|(?:kilo)?[ck]alor[a-z]*|kg(?-u:\b)|kilo[a-z]*|lbs?(?-u:\b)|pounds?(?-u:\b)|g(?-u:\b)|gr(?-u:\b)|gram[a-z]*|%|千卡|大卡|卡|公斤|斤|克|カロリー|キロ|グラム|パーセント";
    Regex::new(&format!(r"[0-9][0-9.,' ]*(?:{units})")).expect("the pattern is tested")
});

/// Words by which people ask for amounts. Whoever writes a number themselves asks as well.
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"how (?:much|many|heavy)|cuant[oa]|quant[oaie]|combien|wie ?viel|hoeveel|[ck]alor|kcal|ma[ck]ros?(?-u:\b)|gram|protein|eiwit|eiweiss|weigh|(?-u:\b)pes[oa]|poids|gewicht|(?-u:\b)numbers?(?-u:\b)|zahlen|numeros?(?-u:\b)|chiffres?(?-u:\b)|numeri(?-u:\b)|getallen|cijfers|多少|几|幾|体重|體重|热量|熱量|蛋白|いくつ|どのくらい|どれくらい|何グラム|カロリー|たんぱく|タンパク";
    Regex::new(&format!("[0-9]|{words}")).expect("the pattern is tested")
});

/// Whether a text tells an amount.
#[must_use]
pub fn tells_amounts(text: &str) -> bool {
    AMOUNT.is_match(&plain(text))
}

/// Whether a message asks for amounts. In doubt it does: an adult who wants to know is not left without an answer.
#[must_use]
pub fn asks_for_amounts(message: &str) -> bool {
    ASKED.is_match(&plain(message))
}

/// A text with usual digits, small letters and no accents.
fn plain(text: &str) -> String {
    with_plain_digits(text)
        .nfkd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .nfc()
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_told_in_every_language() {
        for text in [
            "You have 450 kcal left",
            "about 1.200 Kalorien",
            "Llevas 1 200 calorías",
            "You are at 92% of target",
            "80 g of protein",
            "58,5 kg",
            "还剩４５０千卡",
            "残り450キロカロリー",
            "٤٥٠ kcal",
            "४५० g",
        ] {
            assert!(tells_amounts(text), "{text}");
        }
        for text in ["Eat at 7, 3 meals a day", "Walk for 20 minutes", "8 glasses of water", "An ordinary dinner"] {
            assert!(!tells_amounts(text), "{text}");
        }
    }

    #[test]
    fn whoever_asks_for_amounts_or_names_one_has_asked() {
        for message in [
            "How many calories has soup?",
            "¿Cuánto peso?",
            "Wieviel darf ich?",
            "I ate 300 of it",
            "热量多少",
            "何グラムですか",
        ] {
            assert!(asks_for_amounts(message), "{message}");
        }
        for message in ["What is for dinner?", "Me siento mal", "Ich habe Angst vor dem Essen", "今日は何を食べようか"]
        {
            assert!(!asks_for_amounts(message), "{message}");
        }
    }
}
