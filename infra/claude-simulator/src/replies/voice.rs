//! Saying somebody's words back: in another person, in another place of a sentence, in one of several wordings.

/// The same words said of the listener: "I skip my lunch" becomes "you skip your lunch".
pub fn to_you(text: &str) -> String {
    turn(text, &["you", "your", "you", "yours", "yourself"])
}

/// The same words said of somebody: "I skip my lunch" becomes "they skip their lunch".
pub fn to_they(text: &str) -> String {
    turn(text, &["they", "their", "them", "theirs", "themselves"])
}

fn turn(text: &str, [subject, possessive, object, absolute, reflexive]: &[&str; 5]) -> String {
    let mut after_subject = false;
    let turned: Vec<String> = text
        .split_whitespace()
        .map(|word| {
            let core = word.trim_matches(|character: char| !character.is_alphanumeric() && character != '\'');
            let plain = core.replace('’', "'").to_lowercase();
            let verb = std::mem::take(&mut after_subject);
            let new = match plain.as_str() {
                "i" => {
                    after_subject = true;
                    (*subject).to_owned()
                }
                "i'm" => format!("{subject}'re"),
                "i've" => format!("{subject}'ve"),
                "i'd" => format!("{subject}'d"),
                "i'll" => format!("{subject}'ll"),
                "my" => (*possessive).to_owned(),
                "me" => (*object).to_owned(),
                "mine" => (*absolute).to_owned(),
                "myself" => (*reflexive).to_owned(),
                "am" if verb => "are".to_owned(),
                "was" if verb => "were".to_owned(),
                _ => return word.to_owned(),
            };
            word.replacen(core, &new, 1)
        })
        .collect();
    turned.join(" ")
}

/// A sentence's beginning in upper case.
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// A clause's beginning in lower case, unless it is "I" or a name.
pub fn small(text: &str) -> String {
    const NAMES: [&str; 19] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let first = text.split_whitespace().next().unwrap_or("");
    let name = first.to_lowercase();
    let named = NAMES.iter().any(|known| name.trim_end_matches(['s', ',']) == *known || name == *known);
    let capitals = first.chars().skip(1).any(char::is_uppercase);
    if first == "I" || first.starts_with("I'") || first.starts_with("I’") || capitals || named {
        return text.to_owned();
    }
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// One of several wordings, always the same for the same seed.
pub fn choose<'a>(wordings: &[&'a str], seed: &str) -> &'a str {
    // FNV-1a: the same on every machine and with every compiler.
    let hash = seed
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let length = u64::try_from(wordings.len()).unwrap_or(1).max(1);
    usize::try_from((hash >> 32) % length).ok().and_then(|index| wordings.get(index)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_change_person() {
        assert_eq!(to_you("I am up at 6 am"), "you are up at 6 am");
        assert_eq!(to_you("I'm tired and I was late for my lunch"), "you're tired and you were late for your lunch");
        assert_eq!(to_they("it gets me every time, I lose myself"), "it gets them every time, they lose themselves");
    }
}
