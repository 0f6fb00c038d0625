//! What a request tells of the person: their name, and their own words.

use serde_json::Value;

use super::bank::Bank;
use super::length::{Unit, count, is_unspaced};
use super::words;
use crate::validation::{MessagesRequest, Role, Turn};

/// Most words of a quotation, or letters of a script without spaces.
const LONGEST: (usize, usize) = (24, 40);

/// A person as a request tells of them.
#[derive(Debug, Default)]
pub struct Material {
    /// What the coach calls them.
    pub name: Option<String>,
    /// Words of theirs, each once, obstacles and goals first.
    pub quotes: Vec<String>,
    /// All of it: it decides which sentences are chosen.
    pub seed: String,
}

impl Material {
    /// Reads the first turn: a repair has the material there, and the complaint in the last.
    pub fn of(request: &MessagesRequest) -> Self {
        let seed = request.turns.iter().find(|turn| turn.role == Role::User).map_or_else(String::new, Turn::text);
        let name = seed.lines().find_map(|line| line.trim().strip_prefix("Name:"));
        let name = name.and_then(|name| name.split_whitespace().next()).map(unescaped).or_else(|| greeted(&seed));
        Self { name: name.filter(|name| !name.contains('{')), quotes: quotes(&seed), seed }
    }

    /// Sentences of a bank in this person's order, with their name; without those that need a name that is not known.
    pub fn told(&self, sentences: &[String]) -> Vec<String> {
        let ordered = super::bank::shuffled(sentences, &self.seed).into_iter();
        ordered.filter_map(|sentence| self.named(sentence)).collect()
    }

    /// What the person is like, in their own words where there are some: at most so many quotations.
    pub fn portrait(&self, bank: &Bank, quotations: usize) -> Vec<String> {
        let frames = bank.quotes.iter().filter_map(|frame| self.named(frame)).take(quotations);
        let mut quoted = frames.zip(&self.quotes).map(|(frame, quote)| frame.replace("{quote}", quote));
        let mut sentences = self.told(&bank.person);
        // The first sentence says whom it is about, and so does the first quotation.
        let named = sentences.iter().position(|it| self.name.as_ref().is_some_and(|name| it.contains(name.as_str())));
        sentences[..=named.unwrap_or(0)].rotate_right(1);
        let mut portrait: Vec<String> = quoted.next().into_iter().collect();
        for (at, sentence) in sentences.into_iter().enumerate() {
            portrait.push(sentence);
            portrait.extend(if at % 2 == 1 { quoted.next() } else { None });
        }
        portrait
    }

    fn named(&self, sentence: &str) -> Option<String> {
        match &self.name {
            Some(name) => Some(sentence.replace("{name}", name)),
            None => (!sentence.contains("{name}")).then(|| sentence.to_owned()),
        }
    }
}

/// What can be quoted of facts, those that tell most first, or of what was said in a talk.
fn quotes(text: &str) -> Vec<String> {
    let lines = |tag| words::tagged(text, tag).into_iter().flat_map(str::lines);
    let mut facts: Vec<&str> = lines("facts").collect();
    facts.sort_by_key(|line| rank(line));
    let of_facts = facts.into_iter().filter_map(quote);
    let said: Vec<String> = lines("transcript").filter_map(said).collect();
    let sentences = said.iter().flat_map(|said| words::sentences(said)).map(|sentence| sentence.text.to_owned());
    let mut quotes: Vec<String> = Vec::new();
    for quote in of_facts.chain(sentences).filter_map(|quote| fit(&quote)) {
        // Two facts may rest on one sentence.
        if !quotes.iter().any(|known| overlap(known, &quote)) {
            quotes.push(quote);
        }
    }
    quotes
}

/// Who is greeted at the beginning of a talk: a profile is asked for without the person's name.
fn greeted(text: &str) -> Option<String> {
    const GREETINGS: [&str; 7] = ["Hi", "Hola", "Olá", "Bonjour", "Hallo", "Ciao", "Hoi"];
    let (_, talk) = text.split_once("<transcript>")?;
    let of_a_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '’');
    let opening = talk.trim_start().lines().next()?;
    let mut words = opening.split(|c| !of_a_name(c)).filter(|word| !word.is_empty());
    if words.any(|word| GREETINGS.contains(&word)) {
        return words.next().map(str::to_owned);
    }
    let before = ["さん、", "，你好"].iter().find_map(|greeting| opening.split_once(greeting))?.0;
    before.rsplit(|c| !of_a_name(c)).next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// What the person says in a line of a talk.
fn said(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line.trim()).ok()?;
    (line["speaker"] == "person").then(|| line["said"].as_str().map(str::to_owned))?
}

/// The quote of a fact: the field of an object, or what stands in brackets and quotation marks at the line's end.
fn quote(line: &str) -> Option<String> {
    if let Ok(fact) = serde_json::from_str::<Value>(line.trim().trim_end_matches(',')) {
        return fact["quote"].as_str().map(str::to_owned);
    }
    let (_, quoted) = line.split_once("(\"")?;
    quoted.rsplit_once("\")").map(|(quote, _)| unescaped(quote))
}

/// What tells most of a person comes first.
fn rank(line: &str) -> usize {
    ["challenges", "goals"].iter().position(|category| line.contains(category)).unwrap_or(2)
}

/// The longest stretch without quotation marks, cut to a length that can be quoted; `None` if that says nothing.
fn fit(quote: &str) -> Option<String> {
    let stretch =
        quote.split(is_mark).max_by_key(|stretch| stretch.len())?.trim_matches(|c: char| c.is_whitespace() || c == '.');
    let (most_words, most_letters) = LONGEST;
    let words: Vec<&str> = stretch.split_whitespace().collect();
    let letters = stretch.chars().filter(|c| is_unspaced(*c)).count();
    let cut = if letters > most_letters {
        let end = stretch
            .char_indices()
            .filter(|(_, c)| is_unspaced(*c))
            .nth(most_letters)
            .map_or(stretch.len(), |(at, _)| at);
        format!("{}…", &stretch[..end])
    } else if words.len() > most_words {
        format!("{}…", words[..most_words].join(" "))
    } else {
        words.join(" ")
    };
    (count(stretch, Unit::Words) >= 4).then_some(cut)
}

/// What would end a quotation or look like a placeholder in it.
pub fn is_mark(c: char) -> bool {
    matches!(
        c,
        '"' | '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' | '{' | '}' | '[' | ']' | '<' | '>' | '\n'
    )
}

/// Whether a sentence of one is in the other.
fn overlap(one: &str, other: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        let plain = |part: &str| part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        text.split(['.', '!', '?', '。', '！', '？', '…']).map(plain).filter(|part: &String| !part.is_empty()).collect()
    };
    let other = parts(other);
    parts(one).iter().any(|part| other.iter().any(|it| it.contains(part.as_str()) || part.contains(it.as_str())))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_read_from_lines_and_from_objects() {
        let lines = "<facts>\n- f1 [goals] weight: Lose it. (\"I want to fit into my jeans & dance\")\n\
            - [challenges] nights: \"Eats\" late. (\"when the kids sleep I eat (a lot) of crisps\")\n\
            - [meals] x: y. (\"WHEN the kids sleep I eat (a lot) of crisps. Then bed\")\n\
            {\"id\": \"f2\", \"category\": \"meals\", \"quote\": \"he says \\\"no\\\" and I eat nothing at noon\"}\n</facts>";
        let expected = [
            "when the kids sleep I eat (a lot) of crisps",
            "I want to fit into my jeans & dance",
            "and I eat nothing at noon",
        ];
        assert_eq!(quotes(&lines.replace(" & ", " &amp; ")), expected);
    }

    #[test]
    fn without_facts_the_person_is_quoted_from_the_talk() {
        let talk = "<transcript>\n{\"speaker\":\"consultation AI\",\"said\":\"What do you want to change most?\"}\n\
            {\"speaker\":\"person\",\"said\":\"Too soft. I want to sleep through the night.\"}\n</transcript>";
        assert_eq!(quotes(talk), ["I want to sleep through the night"]);
    }

    #[test]
    fn a_name_is_heard_in_the_greeting_of_a_talk() {
        for opening in
            ["Hi Zoë-Ann, it's good", "Hola, Zoë-Ann, me alegra", "Zoë-Annさん、はじめまして", "Zoë-Ann，你好，很"]
        {
            let talk = format!("<transcript>\nConsultation AI: {opening} to have you.\nPerson: Hi Eve.\n</transcript>");
            assert_eq!(greeted(&talk).as_deref(), Some("Zoë-Ann"), "{opening}");
        }
        assert_eq!(greeted("<transcript>\nPerson: Well.\nPerson: Hi Eve.\n</transcript>"), None);
    }

    #[test]
    fn a_long_quote_is_cut_where_a_word_ends() {
        let words = fit(&"one two ".repeat(20)).expect("a quote");
        assert!(words.ends_with("one two…") && count(&words, Unit::Words) == 24, "{words}");
        let letters = fit(&"晚上孩子睡了".repeat(10)).expect("a quote");
        assert_eq!(letters.chars().count(), 41);
        assert_eq!(fit("so what"), None);
    }
}
