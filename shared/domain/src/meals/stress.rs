//! Whether the note beside a meal speaks of stress.
//!
//! A word list rather than a model: it runs when a meal is logged, costs nothing, and anyone can read why a meal counted.

use std::sync::LazyLock;

use regex::Regex;

/// Beginnings of words for being stressed, in the languages that people write notes in.
const STRESS: &[&str] = &[
    // English, and the languages that have taken the word over
    "stress",
    "distress",
    "overwhelm",
    "anxi",
    "burnout",
    "panick",
    // German, Dutch, Scandinavian, Finnish
    "gestress",
    "gestrest",
    "überfordert",
    "überlastet",
    "nervös",
    "overveld",
    "ångest",
    // French
    "stressé",
    "angoiss",
    "anxié",
    "débordé",
    "surmené",
    // Spanish, Portuguese, Italian
    "estres",
    "estrés",
    "agobi",
    "ansios",
    "ansied",
    "ansia",
    "angosci",
    "angusti",
    "sobrecarregad",
    // Polish, Turkish, Indonesian, Czech
    "stres",
    "zestres",
    "vystres",
    "kaygı",
    "cemas",
    // Russian, Ukrainian
    "стресс",
    "стрес",
    "тревож",
    "тривож",
    "нервнича",
    "нервнич",
    // Greek, Hebrew, Arabic, Hindi
    "άγχος",
    "αγχωμέν",
    "στρες",
    "לחץ",
    "בלחץ",
    "לחוץ",
    "לחוצה",
    "סטרס",
    "توتر",
    "متوتر",
    "التوتر",
    "ضغوط",
    "قلق",
    "तनाव",
];

/// Beginnings of words that say the opposite.
const NO_STRESS: &[&str] = &["stressfr", "stressless", "stressvr", "stressiz", "stressitön", "stresslos", "antistres"];

/// Words that turn the next few words into their opposite.
const NEGATIONS: &[&str] = &[
    // English
    "no",
    "not",
    "never",
    "without",
    "zero",
    "nothing",
    "none",
    "nobody",
    "nor",
    "neither",
    "hardly",
    "barely",
    "less",
    "isn't",
    "wasn't",
    "aren't",
    "weren't",
    "don't",
    "didn't",
    "doesn't",
    "haven't",
    "hasn't",
    "anti",
    "non",
    // German, Dutch, Scandinavian, Finnish
    "nicht",
    "nichts",
    "kein",
    "keine",
    "keinen",
    "keinem",
    "keiner",
    "keinerlei",
    "ohne",
    "nie",
    "niemals",
    "kaum",
    "null",
    "weder",
    "niet",
    "geen",
    "zonder",
    "nooit",
    "niets",
    "inte",
    "ingen",
    "inget",
    "inga",
    "utan",
    "aldrig",
    "ikke",
    "uden",
    "uten",
    "intet",
    "eikä",
    // French
    "pas",
    "aucun",
    "aucune",
    "sans",
    "rien",
    "jamais",
    "ni",
    "zéro",
    "guère",
    // Spanish, Portuguese, Italian
    "sin",
    "nada",
    "nunca",
    "ningún",
    "ninguna",
    "tampoco",
    "cero",
    "não",
    "nao",
    "sem",
    "nenhum",
    "nenhuma",
    "senza",
    "niente",
    "nessun",
    "nessuno",
    "nessuna",
    "mai",
    "né",
    // Polish, Czech, Indonesian
    "nie",
    "bez",
    "żaden",
    "żadnego",
    "żadnych",
    "nic",
    "žádný",
    "žádného",
    "tidak",
    "tanpa",
    "nggak",
    "bukan",
    "hiç",
    // Russian, Ukrainian
    "не",
    "без",
    "ни",
    "нет",
    "никакого",
    "никакой",
    "ничего",
    "нуль",
    "ноль",
    "ні",
    "немає",
    "жодного",
    // Greek, Hebrew, Arabic, Hindi
    "χωρίς",
    "δεν",
    "όχι",
    "καθόλου",
    "κανένα",
    "בלי",
    "ללא",
    "לא",
    "אין",
    "بدون",
    "بلا",
    "لا",
    "ليس",
    "لست",
    "غير",
    "لم",
    "बिना",
    "कोई",
];

/// Words after which something else is spoken of: what was denied before them does not go on.
const TURNS: &[&str] = &[
    "but",
    "just",
    "only",
    "because",
    "since",
    "due",
    "aber",
    "sondern",
    "nur",
    "weil",
    "wegen",
    "mais",
    "seulement",
    "car",
    "parce",
    "pero",
    "sino",
    "solo",
    "sólo",
    "porque",
    "por",
    "mas",
    "só",
    "ma",
    "perché",
    "но",
    "только",
    "из",
    "ale",
    "tylko",
    "bo",
    "ama",
    "maar",
    "men",
];

/// Words that join two things that may both be denied.
const JOINTS: &[&str] = &["and", "und", "et", "y", "e", "i", "и", "ve", "en", "och", "og"];

/// Words that say, after a word of stress, that there was none.
const DENIALS_AFTER: &[&str] = &[
    "free",
    "less",
    "frei",
    "fri",
    "vrij",
    "relief",
    "none",
    "zero",
    "nil",
    "gone",
    "weg",
    "yok",
    "yoktu",
    "değil",
    "değildim",
    "değilim",
    "нет",
    "нету",
    "немає",
    "नहीं",
];

/// How many words before a word of stress are searched for a negation.
const NEGATION_REACH: usize = 3;

/// Words of stress in scripts that do not put spaces between words.
static UNSPACED: LazyLock<Regex> =
    LazyLock::new(|| regex("ストレス|プレッシャー|イライラ|压力|壓力|焦虑|焦慮|紧张|緊張|스트레스|압박감|เครียด|กดดัน"));

/// The same where they are denied.
static UNSPACED_DENIED: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        // Chinese: 没有任何压力, 毫无压力, 不紧张, 压力不大
        "(?:没有|没什么|没啥|没了|毫无|沒有|沒什麼|毫無|并不|並不|一点也不|一點也不)[^，。！？；,.!?;\\s]{0,4}(?:压力|壓力|焦虑|焦慮|紧张|緊張)",
        "|[没无零不沒無冇][太很再]?(?:压力|壓力|焦虑|焦慮|紧张|緊張)",
        "|(?:压力|壓力)(?:不大|不高|很小|较小|較小|小|全无|全無|没有|沒有|没了|沒了|消失)",
        // Japanese: ストレスは全然ない, ストレスフリー, ノーストレス
        "|ノーストレス",
        "|(?:ストレス|プレッシャー)(?:は|が|も|を|なんて)?(?:全然|あまり|特に|まったく|全く|何も|ほとんど)?(?:感じ|溜まら|たまら)?",
        "(?:なし|無し|ない|無い|なかった|なく|ゼロ|フリー|ありません|ず|てない|ていない|ませんでした|解消|発散)",
        "|(?:イライラ|緊張)(?:は|も)?(?:しな|せず|なし)",
        // Korean: 스트레스 없이, 스트레스를 받지 않았다
        "|(?:노|무)\\s?스트레스",
        "|(?:스트레스|압박감)[는은이가도를을]?\\s?(?:전혀\\s?|별로\\s?|하나도\\s?)?(?:없|안\\s?받|받지\\s?않|제로|프리|해소)",
        // Thai
        "|ไม่(?:มี|ได้|ค่อย)?(?:ความ)?(?:เครียด|กดดัน)",
    ))
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a test looks for each of them")
}

/// Whether `notes` says that the person was stressed: `so stressed today`, `ate because of anxiety`, but not
/// `no stress today`, `a stress-free lunch` or `after my de-stress yoga`.
#[must_use]
pub fn notes_mention_stress(notes: &str) -> bool {
    let notes = notes.to_lowercase().replace('’', "'").replace("de-stress", "destress");
    if UNSPACED.is_match(&notes) && UNSPACED.is_match(&UNSPACED_DENIED.replace_all(&notes, "·")) {
        return true;
    }
    notes
        .split(['.', '!', '?', ';', ',', '\n', '，', '。', '、', '؛', '،', '।', '–', '—', '(', ')'])
        .any(clause_mentions_stress)
}

fn clause_mentions_stress(clause: &str) -> bool {
    // A mark such as the nukta of Hindi belongs to its word.
    let is_apart = |c: char| !c.is_alphanumeric() && c != '\'' && !unicode_normalization::char::is_combining_mark(c);
    let words: Vec<&str> = clause.split(is_apart).filter(|word| !word.is_empty()).collect();
    let begins_with = |word: &str, beginnings: &[&str]| beginnings.iter().any(|beginning| word.starts_with(beginning));
    // Where the latest negation stands that still holds.
    let mut negation: Option<usize> = None;
    let mut denied_before = false;
    for (index, word) in words.iter().enumerate() {
        let next = |ahead: usize| words.get(index + ahead).copied().unwrap_or_default();
        if TURNS.contains(word) || (JOINTS.contains(word) && !denied_before) {
            negation = None;
        }
        // "pas mal de stress" is a good deal of it.
        // "ei" and "en" deny in Finnish alone, where what they deny ends so.
        let denies_in_finnish = ["ei", "en"].contains(word) && next(1).ends_with("iä");
        if denies_in_finnish || (NEGATIONS.contains(word) && (*word, next(1)) != ("pas", "mal")) {
            negation = Some(index);
        }
        let stressed = begins_with(word, STRESS) && !begins_with(word, NO_STRESS) && !word.ends_with("less");
        let denied_after = DENIALS_AFTER.contains(&next(1))
            || (next(1), next(2)) == ("не", "было")
            || (next(1) == "level" && DENIALS_AFTER.contains(&next(2)));
        let denied = negation.is_some_and(|at| index - at <= NEGATION_REACH) || denied_after;
        if stressed && !denied {
            return true;
        }
        if stressed {
            // "no stress or anxiety": what was denied goes on behind the joint.
            negation = negation.map(|_| index);
        }
        denied_before = stressed || (denied_before && JOINTS.contains(word));
    }
    false
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
