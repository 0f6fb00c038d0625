//! Daily amounts in a text or in JSON: energy and the three macronutrients.

/// Amounts of a day; what the text does not give is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    /// Energy in kcal.
    pub calories: Option<u32>,
    /// Protein in grams.
    pub protein: Option<u32>,
    /// Carbohydrates in grams.
    pub carbs: Option<u32>,
    /// Fat in grams.
    pub fat: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(u32),
    Word(String),
    /// A colon or a quotation mark: a label may still stand before it.
    Soft,
    /// A comma, a bracket, a line's end: labels do not reach across.
    Hard,
}

impl Amounts {
    /// The first amount of each kind in a text: "1850 kcal", "140 g of protein", `"protein_g": 140`.
    pub fn find(text: &str) -> Self {
        Self::pairs(text).0
    }

    /// The amounts of a text that says "620 of 1850 kcal": the whole first, then the part.
    pub fn pairs(text: &str) -> (Self, Self) {
        let tokens = tokens(text);
        let (mut wholes, mut parts) = (Self::default(), Self::default());
        for (at, token) in tokens.iter().enumerate() {
            let Token::Number(number) = token else {
                continue;
            };
            let Some(kind) = label(&tokens, at) else {
                continue;
            };
            if part_of(&tokens, at).is_none() && followed_by_whole(&tokens, at) {
                continue;
            }
            if let Some(part) = part_of(&tokens, at) {
                parts.slot(kind).get_or_insert(part);
            }
            wholes.slot(kind).get_or_insert(*number);
        }
        (wholes, parts)
    }

    /// Whether nothing was found.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// These amounts, with the other's where one is missing.
    pub fn or(self, other: Self) -> Self {
        Self {
            calories: self.calories.or(other.calories),
            protein: self.protein.or(other.protein),
            carbs: self.carbs.or(other.carbs),
            fat: self.fat.or(other.fat),
        }
    }

    fn slot(&mut self, kind: Kind) -> &mut Option<u32> {
        match kind {
            Kind::Calories => &mut self.calories,
            Kind::Protein => &mut self.protein,
            Kind::Carbs => &mut self.carbs,
            Kind::Fat => &mut self.fat,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Calories,
    Protein,
    Carbs,
    Fat,
}

fn kind(word: &str) -> Option<Kind> {
    match word {
        "kcal" | "calories" | "calorie" | "cal" | "energy" => Some(Kind::Calories),
        "protein" => Some(Kind::Protein),
        "carbs" | "carb" | "carbohydrate" | "carbohydrates" => Some(Kind::Carbs),
        "fat" | "fats" => Some(Kind::Fat),
        _ => None,
    }
}

/// What a number measures: the label after it, else the one before it.
fn label(tokens: &[Token], at: usize) -> Option<Kind> {
    let after = tokens[at + 1..].iter().take(4).map_while(|token| match token {
        Token::Word(word) => Some(word.as_str()),
        _ => None,
    });
    let before = tokens[..at].iter().rev().take(6).take_while(|token| !matches!(token, Token::Hard | Token::Number(_)));
    let before = before.filter_map(|token| if let Token::Word(word) = token { Some(word.as_str()) } else { None });
    after.clone().find_map(kind).or_else(|| {
        let foreign =
            after.clone().next().is_some_and(|unit| ["days", "day", "words", "weeks", "kg", "times"].contains(&unit));
        if foreign { None } else { before.into_iter().find_map(kind) }
    })
}

/// The number before "of" in front of this one: 620 in "620 of 1850 kcal".
fn part_of(tokens: &[Token], at: usize) -> Option<u32> {
    let before: Vec<&Token> = tokens[..at].iter().rev().take(4).collect();
    let joint = before.iter().position(|token| matches!(token, Token::Word(word) if word == "of" || word == "/"))?;
    before[joint + 1..].iter().take(2).find_map(
        |token| {
            if let Token::Number(number) = token { Some(*number) } else { None }
        },
    )
}

/// Whether this number is itself the part in "620 kcal of 1850 kcal".
fn followed_by_whole(tokens: &[Token], at: usize) -> bool {
    let mut after = tokens[at + 1..]
        .iter()
        .take(3)
        .skip_while(|token| matches!(token, Token::Word(word) if word != "of" && word != "/"));
    matches!(after.next(), Some(Token::Word(_))) && matches!(after.next(), Some(Token::Number(_)))
}

fn tokens(text: &str) -> Vec<Token> {
    let characters: Vec<char> = text.to_lowercase().chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        let start = at;
        if character.is_ascii_digit() {
            let joins = |at: usize| {
                matches!(characters[at], ',' | '.') && characters.get(at + 1).is_some_and(char::is_ascii_digit)
            };
            while at < characters.len() && (characters[at].is_ascii_digit() || joins(at)) {
                at += 1;
            }
            let digits: String = characters[start..at].iter().filter(|character| **character != ',').collect();
            let whole = digits.split('.').next().unwrap_or_default();
            tokens.push(whole.parse().map_or(Token::Hard, Token::Number));
            continue;
        }
        if character.is_alphabetic() {
            while at < characters.len() && characters[at].is_alphabetic() {
                at += 1;
            }
            tokens.push(Token::Word(characters[start..at].iter().collect()));
            continue;
        }
        match character {
            ':' | '"' | '=' => tokens.push(Token::Soft),
            '/' => tokens.push(Token::Word("/".to_owned())),
            ',' | ';' | '\n' | '{' | '}' | '(' | ')' | '[' | ']' | '<' | '>' | '|' => {
                tokens.push(Token::Hard);
            }
            _ => {}
        }
        at += 1;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Amounts = Amounts { calories: Some(1850), protein: Some(140), carbs: Some(180), fat: Some(60) };

    #[test]
    fn amounts_are_read_from_prose_and_from_json() {
        for text in [
            "1,850 kcal, 140 g protein, 180 g carbs and 60 g of fat",
            r#"{"daily_calories": 1850, "protein_g": 140, "carbs_g": 180, "fat_g": 60}"#,
            "Calories: 1850\nProtein: 140 g\nCarbs: 180 g\nFat: 60 g",
            "1850kcal a day (140g protein, 180g carbohydrates, 60g fat)",
        ] {
            assert_eq!(Amounts::find(text), ALL, "{text}");
        }
    }

    #[test]
    fn a_part_of_a_whole_is_told_apart() {
        let (wholes, parts) = Amounts::pairs("Eaten: 620 of 1850 kcal, 45 of 140 g protein");
        assert_eq!((wholes.calories, wholes.protein), (Some(1850), Some(140)));
        assert_eq!((parts.calories, parts.protein), (Some(620), Some(45)));
    }

    #[test]
    fn other_numbers_are_left_alone() {
        assert!(Amounts::find("30 days, 200 words, 8 kg by June").is_empty());
    }
}
