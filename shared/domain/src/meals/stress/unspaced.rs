//! The same in scripts that do not put spaces between words: whole phrases rather than words.

use std::sync::LazyLock;

use regex::Regex;

/// Whether `notes`, in lower case, speaks of stress beside what denies it.
pub(super) fn mentions_stress(notes: &str) -> bool {
    STRESS.is_match(notes) && STRESS.is_match(&DENIED.replace_all(notes, "·"))
}

/// Words of stress.
static STRESS: LazyLock<Regex> =
    LazyLock::new(|| regex("ストレス|プレッシャー|イライラ|压力|壓力|焦虑|焦慮|紧张|緊張|스트레스|압박감|เครียด|กดดัน"));

/// Phrases that deny them.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
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
