//! The coach's answer: today's numbers, something that the person once said, and one thing to do, in the language of the latest
//! message.

use super::bank::{Bank, shuffled};
use super::length::{Unit, count, is_unspaced};
use super::material::is_mark;
use super::today::Today;
use crate::validation::{MessagesRequest, Role, Turn};

/// The answer's text.
pub fn write(request: &MessagesRequest) -> String {
    let turns: Vec<String> =
        request.turns.iter().rev().filter(|turn| turn.role == Role::User).map(Turn::text).collect();
    let latest = turns.first().map_or("", String::as_str);
    let (seed, today) = (said(latest), Today::read(latest));
    let coach = &Bank::answering(turns.iter().map(|turn| said(turn))).coach;
    let some = |sentences: &'static [String], number: usize| {
        shuffled(sentences, seed).into_iter().take(number).cloned().collect::<Vec<_>>()
    };
    let mut answer = some(&coach.openings, 1);
    if let Some(Today { targets, eaten, streak }) = today {
        let numbers = [
            ("{eaten}", eaten.calories),
            ("{target}", targets.calories),
            ("{protein}", eaten.protein),
            ("{protein_target}", targets.protein),
            ("{left}", targets.calories.saturating_sub(eaten.calories)),
            ("{streak}", streak),
        ];
        let remains = if eaten.calories < targets.calories { &coach.left } else { &coach.over };
        let told = [Some(&coach.eaten), Some(remains), (streak > 1).then_some(&coach.streak)];
        let filled = |text: &String| {
            numbers.iter().fold(text.clone(), |text, (mark, number)| text.replace(mark, &number.to_string()))
        };
        answer.extend(told.into_iter().flatten().map(filled));
    }
    let quotes = own_words(&request.system_text(), today.is_some());
    if let (Some(quote), Some(frame)) = (shuffled(&quotes, seed).first(), some(&coach.quoted, 1).first()) {
        answer.push(frame.replace("{quote}", quote));
    }
    answer.extend(some(&coach.advice, if today.is_some() { 1 } else { 2 }));
    answer.extend(some(&coach.questions, 1));
    let joint = if answer[0].contains(is_unspaced) { "" } else { " " };
    answer.join(joint)
}

/// A message without the block of numbers.
fn said(message: &str) -> &str {
    message.split("<today").next().unwrap_or_default().trim()
}

/// What stands in quotation marks in a personal prompt, which has headings; only what has no numbers if none are to be said.
fn own_words(system: &str, numbers: bool) -> Vec<String> {
    let Some((_, personal)) = system.split_once("## ") else { return Vec::new() };
    // What follows a mark that opens a quotation ends at the next mark.
    let opened = personal.split_inclusive(is_mark).zip(personal.split_inclusive(is_mark).skip(1));
    let quoted = opened.filter_map(|(before, quoted)| {
        let opens = before.ends_with(['“', '„', '«', '「', '"']);
        let closes = quoted.ends_with(['”', '“', '»', '」', '"']);
        (opens && closes).then(|| quoted.trim_end_matches(is_mark).trim().to_owned())
    });
    let told = quoted.filter(|quote| count(quote, Unit::Words) >= 4 && !quote.contains('…'));
    told.filter(|quote| numbers || !quote.contains(char::is_numeric)).collect()
}
