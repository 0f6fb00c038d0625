//! Putting sentences together to a length.

use super::words;

/// The required sentences, then as many of the optional ones as the number of words allows.
pub fn compose(required: &[String], optional: &[String], target: usize) -> String {
    let mut chosen: Vec<&str> = Vec::new();
    let mut total = 0;
    for sentence in required {
        let length = words::count(sentence);
        if total + length <= target + target / 20 || chosen.is_empty() {
            chosen.push(sentence);
            total += length;
        }
    }
    for sentence in optional {
        let length = words::count(sentence);
        if total + length <= target + target / 25 {
            chosen.push(sentence);
            total += length;
        }
    }
    chosen.join(" ")
}

/// Several texts that grow together, sentence by sentence, until they have so many words in all. Each begins with
/// its first sentence whatever the target.
pub fn grow(sections: &[Vec<String>], fixed: usize, target: usize) -> Vec<String> {
    let mut taken: Vec<Vec<&str>> =
        sections.iter().map(|section| section.iter().take(1).map(String::as_str).collect()).collect();
    let mut total = fixed + taken.iter().flatten().map(|sentence| words::count(sentence)).sum::<usize>();
    let rounds = sections.iter().map(Vec::len).max().unwrap_or(0);
    for round in 1..rounds {
        for (section, taken) in sections.iter().zip(&mut taken) {
            let Some(sentence) = section.get(round) else {
                continue;
            };
            let length = words::count(sentence);
            if total + length <= target {
                taken.push(sentence);
                total += length;
            }
        }
    }
    taken.into_iter().map(|sentences| sentences.join(" ")).collect()
}

/// Owned sentences from fixed ones.
pub fn owned(sentences: &[&str]) -> Vec<String> {
    sentences.iter().map(|sentence| (*sentence).to_owned()).collect()
}
