//! Amounts of energy, protein, carbohydrates and fat in a text, as people of nine languages write them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::profile::Targets;
use crate::text::{grouped_number, with_plain_digits};

/// What an amount is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nutrient {
    Energy,
    Protein,
    Carbohydrates,
    Fat,
}

/// An amount that a text tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Amount {
    pub(super) of: Nutrient,
    /// In kcal or g.
    pub(super) value: f64,
    /// Where the number stands.
    pub(super) range: Range<usize>,
}

impl Amount {
    /// Whether it is the person's target of a day.
    pub(super) fn is_target(&self, targets: &Targets) -> bool {
        (self.value - f64::from(self.of.target(targets))).abs() < 0.5
    }

    const fn is_apart_from(&self, other: &Self) -> bool {
        self.range.end <= other.range.start || other.range.end <= self.range.start
    }
}

impl Nutrient {
    /// With the words for it, in small letters. The patterns do without the tables of Unicode, which weigh more than the rest.
    const MACROS: [(Self, &str); 3] = [
        (
            Self::Protein,
            "prote[iíï]n[a-zéê]*|proté[iï]n[a-z]*|prote[ií]na[a-z]*|eiwei(?:ß|ss)[a-z]*|eiwit[a-z]*|たんぱく質|タンパク質|プロテイン|蛋白(?:质|質)?",
        ),
        (
            Self::Carbohydrates,
            "carb[a-z]*|hidratos(?: de carbono)?|carboidrat[a-z]*|glucid[a-z]*|kohlen?hydrat[a-z]*|koolhydrat[a-z]*|炭水化物|糖質|碳水(?:化合物)?",
        ),
        (
            Self::Fat,
            "fats?(?-u:\\b)|grasas?|gorduras?|lipid[a-z]*|mati[eè]res? grasses?|fett[a-z]*|grassi|vet(?:ten)?(?-u:\\b)|脂質|脂肪",
        ),
    ];

    /// What a person means to have of it in a day, in kcal or g.
    pub(super) const fn target(self, targets: &Targets) -> u32 {
        match self {
            Self::Energy => targets.daily_calories,
            Self::Protein => targets.protein_g,
            Self::Carbohydrates => targets.carbs_g,
            Self::Fat => targets.fat_g,
        }
    }

    /// The placeholder of that target.
    pub(super) const fn placeholder(self) -> &'static str {
        match self {
            Self::Energy => "{{daily_calories}}",
            Self::Protein => "{{protein_g}}",
            Self::Carbohydrates => "{{carbs_g}}",
            Self::Fat => "{{fat_g}}",
        }
    }
}

/// A number in plain digits, grouped by points, commas, apostrophes or spaces, with decimals.
const NUMBER: &str = "[0-9]+(?:[.,'][0-9]+| [0-9]{3}(?-u:\\b))*";
const GRAMS: &str = "(?:(?:g|gr|gramm?[a-z]*|gramos?)(?-u:\\b)|グラム|克)";

static ENERGY: LazyLock<Regex> = LazyLock::new(|| {
    let units = "(?:kcal|kilocal[a-zí]*|kalor[a-z]*|calor[a-zí]*|cals?)(?-u:\\b)|calor[ií]as?|千卡|大卡|キロカロリー|カロリー|卡路里";
    Regex::new(&format!("({NUMBER}) ?-?(?:{units})")).expect("the pattern is tested")
});

/// Two ways in which amounts of a nutrient are told.
type Pair = (Nutrient, [Regex; 2]);

/// Such a pair for each nutrient, from the names that it has.
fn of_macros(patterns: impl Fn(&str) -> [String; 2]) -> Vec<Pair> {
    let compiled = |pattern: String| Regex::new(&pattern).expect("the pattern is tested");
    Nutrient::MACROS.into_iter().map(|(nutrient, names)| (nutrient, patterns(names).map(compiled))).collect()
}

/// A number of grams with its nutrient behind it, or before it.
static MACROS: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    of_macros(|names| {
        let behind = format!("({NUMBER}) ?{GRAMS} ?(?:(?:of|de|di|van|von) |d'|の)?(?:{names})");
        let before = format!("(?:{names}) ?(?:(?:of|de|di|van|von|in) |:|：|は|を|の)? ?({NUMBER}) ?{GRAMS}");
        [behind, before]
    })
});

/// What stands between a nutrient and what it stays at: "protein stays at 190 g a day".
const STAYS: &str = "stays?|remains?|is|are|will|should|must|be|kept|holds?|sits?|goes|up|at|to|set|target|goal|every|each|a|day|daily|\
    bleib(?:t|en)|ist|sind|sei|liegt|liegen|beträgt|soll|steht|weiterhin|täglich|am|tag|pro|jeden|bei|auf|mit|\
    se|queda|quedan|mantiene|mantienen|sigue|siguen|es|son|será|serán|en|unos|cada|día|al|por|diaria|diarias|\
    fica|ficam|mantém|continua|continuam|é|são|em|nos|dia|ao|reste|restent|est|sont|sera|seront|à|par|jour|fix(?:é|ée|és|ées)|de|\
    resta|restano|rimane|rimangono|sono|sta|stanno|giorno|al|i|blijft|blijven|zijn|op|per|dag|elke|dagelijks";

/// The same of scripts without spaces.
const STAYS_DENSE: &str = "(?:は|を|の|も|が)?(?:毎日|一日|1日|日|目標|合計|必ず|常に|ずっと|は|を|に|约|約|每天|每日|一天|目标|应|要|就|保持在|维持在|保持|定在|达到|为|是|在){1,5}";

/// What may follow on such an amount: the end of it, or how often. What is eaten would be another thing: "250 g of quark".
const FOLLOWS: &str = "(?: ?[.,;:!?)。、，；！？\n]|$| ?(?:a|per|each|every|the|al|ao|am|pro|par|por|cada|jeden|elke|ogni|chaque) \
    ?(?:single )?(?:day|tag|jour|día|dia|giorno|dag)| ?(?:daily|täglich|diari[oa]s?|dagelijks|and|und|y|et|e|en)(?-u:\\b)|のまま|の目標|を目標|を目安|に|で(?:す|ある)|と|以上|不变|左右|以上)";

/// A nutrient with the grams that it stays at.
static STAYING: LazyLock<Vec<Pair>> = LazyLock::new(|| {
    of_macros(|names| {
        let spaced = format!("(?:{names})(?: (?:{STAYS})){{1,6}} ({NUMBER}) ?{GRAMS}{FOLLOWS}");
        let dense = format!("(?:{names}){STAYS_DENSE}({NUMBER}) ?{GRAMS}{FOLLOWS}");
        [spaced, dense]
    })
});

/// Every amount of a text, in its order.
pub(super) fn amounts(text: &str) -> Vec<Amount> {
    let (plain, places) = plain(text);
    let found = |of: Nutrient, regex: &Regex| -> Vec<Amount> {
        let numbers = regex.captures_iter(&plain).filter_map(|found| found.get(1));
        let read = numbers.filter_map(|number| {
            let range = places[number.start()]..places[number.end()];
            Some(Amount { of, value: grouped_number(number.as_str())?, range })
        });
        read.collect()
    };
    let mut all = found(Nutrient::Energy, &ENERGY);
    for (nutrient, regexes) in MACROS.iter() {
        all.extend(regexes.iter().flat_map(|regex| found(*nutrient, regex)));
    }
    for (nutrient, regexes) in STAYING.iter() {
        let staying = regexes.iter().flat_map(|regex| found(*nutrient, regex));
        // A number that has its nutrient right beside it is of no other: "protein is 30 g and 200 g of carbs".
        let new: Vec<Amount> = staying.filter(|new| all.iter().all(|amount| amount.is_apart_from(new))).collect();
        all.extend(new);
    }
    all.sort_by_key(|amount| amount.range.start);
    all.dedup_by(|later, earlier| later.range.start < earlier.range.end);
    all
}

/// A text with plain digits and small letters, and where each of its bytes stands in the text as it was.
fn plain(text: &str) -> (String, Vec<usize>) {
    let with_digits = with_plain_digits(text);
    let (mut plain, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len() + 1));
    for ((at, _), c) in text.char_indices().zip(with_digits.chars()) {
        let mut small = c.to_lowercase();
        let c = small.next().filter(|_| small.next().is_none()).unwrap_or(c);
        plain.push(if matches!(c, '\u{a0}' | '\u{202f}') { ' ' } else { c });
        places.resize(plain.len(), at);
    }
    places.push(text.len());
    (plain, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(Nutrient, f64)> {
        amounts(text).into_iter().map(|amount| (amount.of, amount.value)).collect()
    }

    #[test]
    fn amounts_are_read_in_every_language() {
        use Nutrient::{Carbohydrates, Energy, Fat, Protein};
        for (text, amounts) in [
            ("1,910 kcal a day, 140 g of protein", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            (
                "1.910 kcal am Tag, 140 g Eiweiß, 200 g Kohlenhydrate und 60 g Fett",
                vec![(Energy, 1_910.0), (Protein, 140.0), (Carbohydrates, 200.0), (Fat, 60.0)],
            ),
            ("1 910 calories, protéines : 140 g", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            ("1’910 kcal, 140 g di proteine", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            ("1910 calorías y 140 g de proteína", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            ("2100 calorias, 150 g de gordura", vec![(Energy, 2_100.0), (Fat, 150.0)]),
            ("1910 kcal en 140 gram eiwit", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            ("１，９１０キロカロリー、たんぱく質は140グラム", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            ("1910千卡、蛋白质140克", vec![(Energy, 1_910.0), (Protein, 140.0)]),
            ("१,९१० kcal", vec![(Energy, 1_910.0)]),
            ("62.5 g of protein", vec![(Protein, 62.5)]),
        ] {
            assert_eq!(told(text), amounts, "{text}");
        }
        for text in [
            "Protein stays at 190 g every day.",
            "Das Eiweiß bleibt bei 190 g am Tag.",
            "La proteína se queda en 190 g cada día.",
            "Les protéines restent à 190 g par jour.",
            "A proteína fica em 190 g por dia.",
            "Le proteine restano a 190 g al giorno.",
            "Het eiwit blijft op 190 g per dag.",
            "たんぱく質は毎日190gのままにする。",
            "蛋白质每天保持在190克。",
        ] {
            assert_eq!(told(text), [(Protein, 190.0)], "{text}");
        }
        assert_eq!(
            told("Protein is 30 g and 200 g of carbs"),
            [(Protein, 30.0), (Carbohydrates, 200.0)],
            "a number is of the nutrient beside it"
        );
        for text in [
            "Das Eiweiß sind 250 g Quark am Abend",
            "Her protein is at 250 g of quark",
            "たんぱく質は毎日250gのヨーグルトで取る",
        ] {
            assert!(told(text).is_empty(), "{text}: {:?}", told(text));
        }
        for text in ["at 9 g-forces", "3 of 5 days", "30 calves", "I did 140 push-ups, protein later"] {
            assert!(told(text).is_empty(), "{text}: {:?}", told(text));
        }
    }
}
