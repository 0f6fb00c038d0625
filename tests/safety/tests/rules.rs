//! The table of what the rules find, and the bars that it may not fall below. To read it, and which messages were read wrongly:
//! `cargo test -p safety-corpora -- --nocapture`, of the half that the rules are made with if `SHOW_WRONG` is set.

use std::env;

use domain::language::Language;
use domain::safety::triage;
use safety_corpora::{Count, Half, Measured, Reader, honest, measure};

fn table(half: Half, reader: Reader) -> Measured {
    println!(
        "\n{half:?}, {reader:?}\n| language | crisis | eating disorder | medical | minor | false alarms |\n|---|---|---|---|---|---|"
    );
    let mut all = Measured::default();
    for language in Language::ALL {
        let measured = measure(half, language, reader);
        print(language.code(), &measured);
        for (sum, count) in all.recall.iter_mut().zip(measured.recall) {
            *sum = sum.plus(count);
        }
        all.false_alarms = all.false_alarms.plus(measured.false_alarms);
        all.wrong.extend(measured.wrong);
    }
    print("all", &all);
    all
}

fn print(name: &str, measured: &Measured) {
    let recall: Vec<String> = measured.recall.into_iter().map(Count::shown).collect();
    println!("| {name} | {} | {} |", recall.join(" | "), measured.false_alarms.shown());
}

#[test]
fn the_rules_find_what_they_were_made_with() {
    let seen = table(Half::Seen, Reader::Rules);
    if env::var("SHOW_WRONG").is_ok() {
        println!("{}", seen.wrong.join("\n"));
    }
    assert!(seen.false_alarms.hits <= 15, "{}", seen.false_alarms.shown());
    let [crisis, others @ ..] = seen.recall;
    assert!(crisis.hits * 100 >= crisis.of * 95, "{}", crisis.shown());
    assert!(others.iter().all(|count| count.hits * 10 >= count.of * 7), "{others:?}");
}

/// What holds today, as bars that a change of the rules may not fall below; the goals stand in the README beside them.
#[test]
fn the_rules_find_no_fewer_of_the_unseen_messages_than_before() {
    let unseen = table(Half::Unseen, Reader::Rules);
    let least = [182, 91, 113, 100];
    for (count, least) in unseen.recall.into_iter().zip(least) {
        assert!(count.hits >= least, "{} of {} are found, and {least} were before", count.hits, count.of);
    }
    assert!(unseen.false_alarms.of >= 1_500 && unseen.false_alarms.hits <= 35, "{}", unseen.false_alarms.shown());
}

#[test]
fn honest_messages_that_naive_filters_refuse_are_no_alarm() {
    let heard: Vec<String> = honest().into_iter().filter(|text| !triage(text).signals.is_empty()).collect();
    assert!(honest().len() == 100 && heard.is_empty(), "{heard:#?}");
}
