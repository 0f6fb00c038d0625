//! Whether the note beside a meal speaks of stress.
//!
//! A word list rather than a model: it runs when a meal is logged, costs nothing, and anyone can read why a meal counted. The
//! words are in `stress/words.tsv`.

mod unspaced;

use std::sync::LazyLock;

/// Words of many languages at once.
struct Words {
    /// Beginnings of words for being stressed.
    stress: Vec<&'static str>,
    /// Beginnings of words that say the opposite.
    no_stress: Vec<&'static str>,
    /// Words that turn the next few words into their opposite.
    negations: Vec<&'static str>,
    /// Words after which something else is spoken of.
    turns: Vec<&'static str>,
    /// Words that join two things that may both be denied.
    joints: Vec<&'static str>,
    /// Words that say, after a word of stress, that there was none.
    denials_after: Vec<&'static str>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let of = |wanted: &str| {
        let lines = include_str!("stress/words.tsv").lines().filter_map(|line| line.split_once('\t'));
        lines.filter(|(what, _)| *what == wanted).flat_map(|(_, words)| words.split(' ')).collect()
    };
    Words {
        stress: of("stress"),
        no_stress: of("no_stress"),
        negations: of("negation"),
        turns: of("turn"),
        joints: of("joint"),
        denials_after: of("denial_after"),
    }
});

/// How many words before a word of stress are searched for a negation.
const NEGATION_REACH: usize = 3;

/// Whether `notes` says that the person was stressed: `so stressed today`, `ate because of anxiety`, but not
/// `no stress today`, `a stress-free lunch` or `after my de-stress yoga`.
#[must_use]
pub fn notes_mention_stress(notes: &str) -> bool {
    let notes = notes.to_lowercase().replace('’', "'").replace("de-stress", "destress");
    unspaced::mentions_stress(&notes)
        || notes
            .split(['.', '!', '?', ';', ',', '\n', '，', '。', '、', '؛', '،', '।', '–', '—', '(', ')'])
            .any(clause_mentions_stress)
}

fn clause_mentions_stress(clause: &str) -> bool {
    // A mark such as the nukta of Hindi belongs to its word.
    let is_apart = |c: char| !c.is_alphanumeric() && c != '\'' && !unicode_normalization::char::is_combining_mark(c);
    let words: Vec<&str> = clause.split(is_apart).filter(|word| !word.is_empty()).collect();
    let known = &*WORDS;
    let begins_with = |word: &str, beginnings: &[&str]| beginnings.iter().any(|beginning| word.starts_with(beginning));
    // Where the latest negation stands that still holds.
    let mut negation: Option<usize> = None;
    let mut denied_before = false;
    for (index, word) in words.iter().enumerate() {
        let next = |ahead: usize| words.get(index + ahead).copied().unwrap_or_default();
        if known.turns.contains(word) || (known.joints.contains(word) && !denied_before) {
            negation = None;
        }
        // "pas mal de stress" is a good deal of it.
        // "ei" and "en" deny in Finnish alone, where what they deny ends so.
        let denies_in_finnish = ["ei", "en"].contains(word) && next(1).ends_with("iä");
        if denies_in_finnish || (known.negations.contains(word) && (*word, next(1)) != ("pas", "mal")) {
            negation = Some(index);
        }
        let stressed =
            begins_with(word, &known.stress) && !begins_with(word, &known.no_stress) && !word.ends_with("less");
        let denied_after = known.denials_after.contains(&next(1))
            || (next(1), next(2)) == ("не", "было")
            || (next(1) == "level" && known.denials_after.contains(&next(2)));
        let denied = negation.is_some_and(|at| index - at <= NEGATION_REACH) || denied_after;
        if stressed && !denied {
            return true;
        }
        if stressed {
            // "no stress or anxiety": what was denied goes on behind the joint.
            negation = negation.map(|_| index);
        }
        denied_before = stressed || (denied_before && known.joints.contains(word));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_of_the_file_has_words() {
        let Words { stress, no_stress, negations, turns, joints, denials_after } = &*WORDS;
        for list in [stress, no_stress, negations, turns, joints, denials_after] {
            assert!(!list.is_empty() && list.iter().all(|word| !word.is_empty() && *word == word.to_lowercase()));
        }
    }

    #[test]
    fn a_note_about_stress_is_recognised() {
        for note in [
            "Stressed at work",
            "so much stress!!",
            "ate because I was anxious about the exam",
            "felt overwhelmed, grabbed cookies",
            "stress-eating again",
            "not hungry, just stressed",
            "not hungry but stressed",
            "not only stressed but sad",
            "didn't sleep because of stress",
            "no time and stressed",
            "total gestresst heute",
            "nicht hungrig, nur gestresst",
            "Stress im Büro",
            "beaucoup de stress au travail",
            "plein de stress",
            "pas mal de stress ce matin",
            "stressée par le boulot",
            "estresado por el trabajo",
            "mucho estrés",
            "muito estresse no trabalho",
            "tanta ansia oggi",
            "troppo stress",
            "veel stress op het werk",
            "moe en gestrest",
            "en stressig dag",
            "en plein stress",
            "en época de estrés",
            "ein Ei im Stress gegessen",
            "стресс на работе",
            "dużo stresu w pracy",
            "işte çok stresliydim",
            "今日はストレスがひどい",
            "ストレスで眠れない",
            "工作压力很大",
            "没吃早饭，压力大",
            "스트레스 받아서 먹었다",
            "ضغوط العمل اليوم",
            "आज बहुत तनाव था",
            "πολύ άγχος σήμερα",
            "יום בלחץ",
            "เครียดมาก",
        ] {
            assert!(notes_mention_stress(note), "{note}");
        }
    }

    #[test]
    fn a_note_that_denies_stress_is_not() {
        for note in [
            "",
            "no stress today",
            "no stress and no anxiety",
            "no stress and anxiety",
            "no stress or anxiety",
            "not stressed at all",
            "not really that stressed",
            "wasn’t really stressed",
            "nothing stressful today",
            "hardly any stress",
            "less stressed than yesterday",
            "stress: none",
            "stress level zero",
            "a stress-free lunch",
            "stressless day",
            "after my de-stress yoga",
            "anti-stress tea",
            "kein Stress",
            "gar nichts Stressiges",
            "keinerlei Stress heute",
            "stressfrei",
            "ein stressfreier Tag",
            "nicht gestresst",
            "pas de stress",
            "pas du tout stressée",
            "sans stress",
            "rien de stressant",
            "aucun stress",
            "sin estrés",
            "nada de estrés",
            "ningún estrés hoy",
            "sem estresse",
            "não estava ansiosa",
            "niente stress",
            "senza ansia",
            "geen stress",
            "ei stressiä",
            "без стресса",
            "стресса нет",
            "стресса не было",
            "bez stresu",
            "stres yok",
            "stressiz bir gün",
            "没有压力，很放松",
            "没什么压力",
            "压力不大",
            "一点也不紧张",
            "毫無壓力",
            "ストレスなし",
            "ストレスは全然ない",
            "ノーストレス",
            "스트레스 없이 먹었다",
            "스트레스 안 받음",
            "بدون توتر",
            "तनाव नहीं था",
            "χωρίς άγχος",
            "בלי לחץ",
            "ไม่เครียด",
            "leftover chicken",
            "dressing on the side",
        ] {
            assert!(!notes_mention_stress(note), "{note}");
        }
    }
}
