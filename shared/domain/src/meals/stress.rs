//! Whether the note beside a meal speaks of stress.
//!
//! A word list rather than a model: it runs when a meal is logged, costs nothing, and anyone can read why a meal counted.

/// Beginnings of words for being stressed, in the languages that people write notes in.
const STRESS: [&str; 22] = [
    "stress",
    "distress",
    "overwhelm",
    "anxi",
    "burnout",
    "panick", // English
    "gestresst",
    "überfordert", // German
    "stressé",
    "angoiss",
    "anxié", // French
    "estres",
    "estrés",
    "agobiad",
    "ansios",
    "ansied", // Spanish, Portuguese
    "estresse",
    "ansia", // Portuguese, Italian
    "стресс",
    "тревож", // Russian
    "stres",
    "zestres", // Polish, Turkish, Indonesian
];

/// Words of stress in scripts that do not put spaces between words.
const UNSPACED: [&str; 4] = ["ストレス", "压力", "壓力", "스트레스"];

/// Words that turn the next few words into their opposite.
const NEGATIONS: [&str; 22] = [
    "no", "not", "never", "without", "zero", "isn't", "wasn't", "aren't", "weren't", "don't", "didn't", "anti", "de",
    "non", "nicht", "kein", "keine", "ohne", "sans", "sin", "не", "без",
];

/// Words that say, after a word of stress, that there was none.
const FREE: [&str; 4] = ["free", "less", "frei", "relief"];

/// How many words before a word of stress are searched for a negation.
const NEGATION_REACH: usize = 3;

/// Whether `notes` says that the person was stressed: `so stressed today`, `ate because of anxiety`, but not
/// `no stress today`, `a stress-free lunch` or `after my de-stress yoga`.
#[must_use]
pub fn notes_mention_stress(notes: &str) -> bool {
    let notes = notes.to_lowercase().replace('’', "'");
    if UNSPACED.iter().any(|word| notes.contains(word)) {
        return true;
    }
    notes.split(['.', '!', '?', ';', ',', '\n']).any(clause_mentions_stress)
}

fn clause_mentions_stress(clause: &str) -> bool {
    let words: Vec<&str> =
        clause.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(index, word)| {
        let stressed = STRESS.iter().any(|beginning| word.starts_with(beginning));
        let negated = words[index.saturating_sub(NEGATION_REACH)..index].iter().any(|word| NEGATIONS.contains(word));
        let free = words.get(index + 1).is_some_and(|next| FREE.contains(next)) || word.ends_with("less");
        stressed && !negated && !free
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_about_stress_is_recognised() {
        for note in [
            "Stressed at work",
            "so much stress!!",
            "ate because I was anxious about the exam",
            "felt overwhelmed, grabbed cookies",
            "stress-eating again",
            "total gestresst heute",
            "estresado por el trabajo",
            "стресс на работе",
            "今日はストレスがひどい",
            "not hungry, just stressed",
        ] {
            assert!(notes_mention_stress(note), "{note}");
        }
    }

    #[test]
    fn a_note_that_denies_stress_is_not() {
        for note in [
            "",
            "no stress today",
            "not stressed at all",
            "wasn’t really stressed",
            "a stress-free lunch",
            "after my de-stress yoga",
            "kein Stress",
            "sin estrés",
            "leftover chicken",
            "dressing on the side",
        ] {
            assert!(!notes_mention_stress(note), "{note}");
        }
    }
}
