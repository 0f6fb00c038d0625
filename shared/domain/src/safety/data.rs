//! The data files of each language.

use crate::language::Language;

/// The files of one language.
pub(super) struct Data {
    /// What messages are read by.
    pub(super) triage: &'static str,
    /// What texts for a person are read by.
    pub(super) outgoing: &'static str,
    /// What a person in danger is told.
    pub(super) texts: &'static str,
}

/// The files of a language.
pub(super) const fn data(language: Language) -> Data {
    match language {
        Language::En => Data {
            triage: include_str!("triage/en.tsv"),
            outgoing: include_str!("outgoing/en.tsv"),
            texts: include_str!("texts/en.json"),
        },
        Language::Es => Data {
            triage: include_str!("triage/es.tsv"),
            outgoing: include_str!("outgoing/es.tsv"),
            texts: include_str!("texts/es.json"),
        },
        Language::Pt => Data {
            triage: include_str!("triage/pt.tsv"),
            outgoing: include_str!("outgoing/pt.tsv"),
            texts: include_str!("texts/pt.json"),
        },
        Language::Fr => Data {
            triage: include_str!("triage/fr.tsv"),
            outgoing: include_str!("outgoing/fr.tsv"),
            texts: include_str!("texts/fr.json"),
        },
        Language::De => Data {
            triage: include_str!("triage/de.tsv"),
            outgoing: include_str!("outgoing/de.tsv"),
            texts: include_str!("texts/de.json"),
        },
        Language::It => Data {
            triage: include_str!("triage/it.tsv"),
            outgoing: include_str!("outgoing/it.tsv"),
            texts: include_str!("texts/it.json"),
        },
        Language::Nl => Data {
            triage: include_str!("triage/nl.tsv"),
            outgoing: include_str!("outgoing/nl.tsv"),
            texts: include_str!("texts/nl.json"),
        },
        Language::Ja => Data {
            triage: include_str!("triage/ja.tsv"),
            outgoing: include_str!("outgoing/ja.tsv"),
            texts: include_str!("texts/ja.json"),
        },
        Language::Zh => Data {
            triage: include_str!("triage/zh.tsv"),
            outgoing: include_str!("outgoing/zh.tsv"),
            texts: include_str!("texts/zh.json"),
        },
    }
}
