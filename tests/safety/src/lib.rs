//! Labelled messages in nine languages, and what the rules of safety find in them.
//!
//! Each message is read by two nets: the rules, and a model that reads along. What the model would say is a recording
//! (`recorded/`), see there.
//!
//! `corpus/` has two halves. The rules were made with `seen`; `unseen` was written by people who have not seen the rules,
//! and the rules were not made with it: it is the half that is measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use domain::language::Language;
use domain::safety::{ModelReading, SafetyKind, Signal, triage};

/// A half of the corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    /// The half that the rules were made with.
    Seen,
    /// The half that they are measured with.
    Unseen,
}

/// A message and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The language that it is written in.
    pub language: Language,
    /// What a careful reader finds; `None` is an ordinary message or an idiom.
    pub kind: Option<SafetyKind>,
    /// The message.
    pub text: String,
}

/// Every message of a half in a language.
///
/// # Panics
///
/// If the corpus cannot be read.
#[must_use]
pub fn messages(half: Half, language: Language) -> Vec<Message> {
    let folder = match half {
        Half::Seen => "seen",
        Half::Unseen => "unseen",
    };
    let path = folder_of_corpus().join(folder).join(format!("{language}.tsv"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| {
            let (label, text) = line.split_once('\t').expect("a line is a label and a message with a tab between");
            let kind = match label {
                "crisis" => Some(SafetyKind::Crisis),
                "eating_disorder" => Some(SafetyKind::EatingDisorder),
                "medical" => Some(SafetyKind::Medical),
                "minor" => Some(SafetyKind::Minor),
                "ordinary" | "idiom" => None,
                _ => panic!("{label} is no label"),
            };
            Message { language, kind, text: text.to_owned() }
        })
        .collect()
}

fn folder_of_corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

/// Messages that naive filters refuse and that nobody has to worry about.
///
/// # Panics
///
/// If the corpus cannot be read.
#[must_use]
pub fn honest() -> Vec<String> {
    let text = fs::read_to_string(folder_of_corpus().join("honest.tsv")).expect("the file is there");
    text.lines().filter_map(|line| line.split_once('\t')).map(|(_, text)| text.replace("\\n", "\n")).collect()
}

/// What coaches say: texts with the name of the objection that a careful reader has, or `sound`.
///
/// # Panics
///
/// If the corpus cannot be read.
#[must_use]
pub fn said_by_coaches() -> Vec<(String, String)> {
    let files = fs::read_dir(folder_of_corpus().join("outgoing")).expect("the folder is there");
    let texts = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a text"));
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let fields = lines.iter().map(|line| line.split_once('\t').expect("a label and a text with a tab between"));
    fields.map(|(label, text)| (label.to_owned(), text.to_owned())).collect()
}

/// Who reads the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The rules alone.
    Rules,
    /// The recorded model alone; it has read the unseen half only.
    RecordedModel,
    /// Both: what either finds is found.
    Both,
}

/// What was read in the messages of the unseen half of a language, in their order: a recording of a language model that
/// was given the product's own request for each of them.
///
/// # Panics
///
/// If the recording cannot be read.
#[must_use]
pub fn recorded(language: Language) -> Vec<ModelReading> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded").join(format!("{language}.jsonl"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().map(|line| ModelReading::parse(line).expect("a recorded answer follows the schema")).collect()
}

fn has(found: &BTreeSet<Signal>, kind: SafetyKind) -> bool {
    found.iter().any(|signal| signal.kind() == kind)
}

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Those that count.
    pub hits: u32,
    /// All.
    pub of: u32,
}

impl Count {
    /// Counts one more.
    pub const fn add(&mut self, hit: bool) {
        self.hits += hit as u32;
        self.of += 1;
    }

    /// Adds another count.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { hits: self.hits + other.hits, of: self.of + other.of }
    }

    /// Those that do not count.
    #[must_use]
    pub const fn missed(self) -> u32 {
        self.of - self.hits
    }

    /// The share with its 95% interval (Wilson, J Am Stat Assoc 1927;22:209-212), in percent.
    #[must_use]
    pub fn shown(self) -> String {
        if self.of == 0 {
            return "-".to_owned();
        }
        let (share, of, z) = (f64::from(self.hits) / f64::from(self.of), f64::from(self.of), 1.96_f64);
        let middle = share + z * z / (2.0 * of);
        let reach = z * (share * (1.0 - share) / of + z * z / (4.0 * of * of)).sqrt();
        let bound = |sign: f64| 100.0 * (middle + sign * reach) / (1.0 + z * z / of);
        format!("{}/{} ({:.0}-{:.0}%)", self.hits, self.of, bound(-1.0), bound(1.0).min(100.0))
    }
}

/// What is found in a half, in one language.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Of the messages of each kind, those that are found: crisis, eating disorder, medical, minor.
    pub recall: [Count; 4],
    /// Of the messages that are none, those in which something is found.
    pub false_alarms: Count,
    /// The messages that were read wrongly, with what was found.
    pub wrong: Vec<String>,
}

/// The kinds in the order of [`Measured::recall`].
pub const KINDS: [SafetyKind; 4] =
    [SafetyKind::Crisis, SafetyKind::EatingDisorder, SafetyKind::Medical, SafetyKind::Minor];

/// Reads a half in one language.
///
/// # Panics
///
/// If a recording does not have as many answers as there are messages.
#[must_use]
pub fn measure(half: Half, language: Language, reader: Reader) -> Measured {
    let messages = messages(half, language);
    let recorded = match reader {
        Reader::Rules => vec![ModelReading::default(); messages.len()],
        Reader::RecordedModel | Reader::Both => recorded(language),
    };
    assert_eq!(messages.len(), recorded.len(), "one recorded answer a message");
    let mut measured = Measured::default();
    for (Message { kind, text, .. }, ModelReading { signals: mut found, .. }) in messages.into_iter().zip(recorded) {
        if reader != Reader::RecordedModel {
            found.extend(triage(&text).signals);
        }
        let right = kind.map_or(found.is_empty(), |kind| has(&found, kind));
        match kind.and_then(|kind| KINDS.iter().position(|each| *each == kind)) {
            Some(place) => measured.recall[place].add(right),
            None => measured.false_alarms.add(!right),
        }
        if !right {
            measured.wrong.push(format!("{language} {kind:?}, found {found:?}: {text}"));
        }
    }
    measured
}
