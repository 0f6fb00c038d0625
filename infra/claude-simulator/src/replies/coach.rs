//! The coach's answer: the person's message first, then today's numbers, then what was agreed with this person.

use super::facts::{self, Topic};
use super::today::Today;
use super::{voice, words};
use crate::validation::{MessagesRequest, Role, Turn};

/// What people write about, the most urgent first.
const TOPICS: &[Topic] = &[
    (
        "slip",
        &[
            "slipped",
            "slip",
            "binge",
            "binged",
            "ruined",
            "blew",
            "messed up",
            "overate",
            "gave in",
            "cheated",
            "ate too much",
            "pizza",
            "failed",
        ],
    ),
    ("win", &["great", "did it", "proud", "hit my", "managed", "good day", "success", "finally"]),
    (
        "craving",
        &["craving", "cravings", "hungry", "snack", "snacks", "chocolate", "sweet", "biscuits", "crisps", "late"],
    ),
    ("weekend", &["weekend", "friday", "saturday", "sunday", "party", "restaurant", "wedding", "eating out", "pub"]),
    ("stress", &["stress", "stressed", "stressful", "work", "deadline", "anxious", "overwhelmed", "busy"]),
    ("tired", &["tired", "exhausted", "sleep", "no energy"]),
    ("training", &["run", "running", "gym", "training", "workout", "session", "lift", "lifting", "exercise", "steps"]),
    ("plateau", &["plateau", "scale", "weight", "stuck", "progress", "no results", "kilos"]),
    ("switching", &["keto", "fasting", "new diet", "switch", "other diet", "low carb", "give up", "quit"]),
    ("food", &["eat", "dinner", "lunch", "breakfast", "meal", "protein", "calories", "cook"]),
];

/// Words after which no coach goes on as usual.
const ALARMS: &[&str] = &[
    "chest pain",
    "faint",
    "fainted",
    "passed out",
    "purge",
    "purging",
    "throw up",
    "make myself sick",
    "starve",
    "starving myself",
    "self-harm",
    "kill myself",
    "suicidal",
    "suicide",
    "eating disorder",
    "laxatives",
    "pregnant",
];

/// The answer's text.
pub fn write(request: &MessagesRequest) -> String {
    let last = request.turns.iter().rev().find(|turn| turn.role == Role::User).map_or_else(String::new, Turn::text);
    let said = said(&last);
    if words::mentions(&said, ALARMS) {
        return "I'm glad you told me. This is beyond what a coach should judge, and it matters more than any target: please \
                speak to a doctor or another professional today, and if it is urgent, call your local emergency number. We \
                leave the numbers alone until you have. Is there somebody near you who can help you make that call?"
            .to_owned();
    }
    let system = request.system_text();
    // Told to say no numbers, it leaves out what has some.
    let numberless = system.contains("Say no calories");
    let fit = |text: &str| !(numberless && text.contains(|c: char| c.is_ascii_digit()));
    let topic = facts::topic(&said, TOPICS).unwrap_or("day");
    let lines: Vec<String> = agreements(&system).into_iter().filter(|line| fit(line)).collect();
    let personal = best(&lines, &said);
    let today = Today::read(&last);
    let mut parts = vec![opening(&said, topic, personal.is_some())];
    parts.extend(numbers(today));
    match personal {
        Some((line, true)) => {
            parts.push(format!("You and I agreed on this for exactly such a moment: {}.", agreed(line)));
        }
        Some((line, false)) => parts.push(format!("For the harder hours our agreement stands: {}.", agreed(line))),
        None => parts.push(advice(topic).to_owned()),
    }
    parts.extend(personal.and_then(|_| own_words(&system, &said, topic)).filter(|words| fit(words)));
    parts.push(voice::choose(question(personal.is_some()), &said).to_owned());
    parts.join(" ")
}

/// The message without the block of numbers.
fn said(last: &str) -> String {
    let end = last.find("<today").unwrap_or(last.len());
    last[..end].trim().to_owned()
}

fn opening(said: &str, topic: &str, personal: bool) -> String {
    let theirs = words::sentences(said).into_iter().find(|sentence| words::count(sentence.text) >= 3);
    let echo = theirs.map(|sentence| words::clip(&voice::to_you(&voice::small(sentence.text)), 16));
    match (topic, echo) {
        ("win", Some(echo)) => format!("Well done, and take a moment to notice it: {echo}."),
        ("slip", Some(echo)) => {
            format!("Thank you for telling me straight away: {echo}. That is one meal, not a verdict.")
        }
        (_, Some(_)) if said.trim_end().ends_with('?') => {
            "Good question, and the answer is simpler than it feels.".to_owned()
        }
        (_, Some(echo)) if personal => format!("I hear you: {echo}."),
        (_, Some(echo)) => format!("So {echo}. Let's look at it calmly."),
        (_, None) => "Good to hear from you.".to_owned(),
    }
}

fn numbers(today: Today) -> Vec<String> {
    let mut sentences = Vec::new();
    let amount = |eaten: Option<u32>, target: Option<u32>, unit: &str| {
        let target = target?;
        let eaten = eaten.unwrap_or(0);
        Some((format!("{eaten} of {target} {unit}"), target.saturating_sub(eaten), eaten > target))
    };
    let calories = amount(today.eaten.calories, today.targets.calories, "kcal");
    let protein = amount(today.eaten.protein, today.targets.protein, "g of protein");
    match (&calories, &protein) {
        (Some((energy, left, false)), Some((protein, missing, _))) => {
            sentences.push(format!("You are at {energy} and {protein} today, so {left} kcal are still yours."));
            sentences.push(match missing {
                0 => "Protein is done for the day; let the rest be vegetables and whatever you enjoy.".to_owned(),
                1..=25 => format!("The last {missing} g of protein are a pot of skyr or two eggs away."),
                _ => format!("Build the next meal around protein, because {missing} g are still open: chicken, tofu, fish or beans, then the rest."),
            });
        }
        (Some((energy, _, true)), _) => {
            sentences.push(format!(
                "You are at {energy} today, over by a little; log it, and let the next meal be an ordinary one."
            ));
        }
        (Some((energy, left, false)), None) => {
            sentences.push(format!("You are at {energy} today, so {left} kcal are still yours."));
        }
        (None, Some((protein, _, _))) => sentences.push(format!("You are at {protein} today.")),
        (None, None) => {}
    }
    match today.streak {
        Some(0) => sentences.push("One logged meal today starts a new streak.".to_owned()),
        Some(1) => {
            sentences.push("Your streak stands at one day; the next log makes it two.".to_owned());
        }
        Some(days) => {
            sentences.push(format!("That is {days} days logged in a row, and it is the streak that does the work."));
        }
        None => {}
    }
    sentences
}

/// The if-then lines of a personal prompt.
fn agreements(system: &str) -> Vec<String> {
    let lower = system.to_lowercase();
    let Some(at) = lower.find("behavioural triggers").or_else(|| lower.find("behavioral triggers")) else {
        return Vec::new();
    };
    let Some(section) = system.get(at..) else {
        return Vec::new();
    };
    let lines = words::sentences(section).into_iter().map(|sentence| sentence.text);
    let lines = lines.filter_map(|line| line.find("If ").map(|at| line[at..].to_owned()));
    lines.filter(|line| line.contains(", then ")).take(5).collect()
}

/// The line that has most in common with the message, and whether it has anything.
fn best<'a>(lines: &'a [String], said: &str) -> Option<(&'a String, bool)> {
    let theirs: Vec<String> = words::tokens(said).into_iter().filter(|word| word.len() > 3).collect();
    let common = |line: &String| words::tokens(line).iter().filter(|word| theirs.contains(word)).count();
    lines.iter().rev().max_by_key(|line| common(line)).map(|line| (line, common(line) > 0))
}

fn agreed(line: &str) -> String {
    let line = voice::small(line.trim_end_matches('.'));
    let swaps = [
        (" then ask them to ", " then you "),
        (" they're ", " you're "),
        (" they ", " you "),
        (" them ", " you "),
        (" their ", " your "),
        (" tell you ", " tell me "),
        (" themselves ", " yourself "),
    ];
    swaps.iter().fold(format!(" {line} "), |line, (from, to)| line.replace(from, to)).trim().to_owned()
}

/// Something the person once said, from their prompt.
fn own_words(system: &str, said: &str, topic: &str) -> Option<String> {
    let marked = system.replace(['“', '”'], "\"");
    let quotes: Vec<&str> = marked
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|quote| (4..=26).contains(&words::count(quote)) && !quote.contains('…'))
        .collect();
    let quote = voice::choose(&quotes, said);
    let ending =
        if topic == "win" { "look how far that is from today" } else { "today you can write the other ending" };
    (!quote.is_empty()).then(|| format!("You once told me: “{}” — {ending}.", quote.trim()))
}

fn advice(topic: &str) -> &'static str {
    match topic {
        "slip" => {
            "Skipping the next meal to make up for it would only start the circle again, so eat normally and log both."
        }
        "craving" => {
            "Drink something, wait a quarter of an hour, and if you are still hungry have a portion on a plate and log it."
        }
        "weekend" => "Decide the main meal beforehand, keep breakfast as on any other day, and enjoy what you chose.",
        "stress" => {
            "Under stress a fixed, simple meal beats a good intention, so choose something you can make in ten minutes."
        }
        "tired" => "On a tired day half a session counts, and an early night is worth more than a late workout.",
        "training" => "Start easy, stop while it still feels good, and put the next session in the calendar now.",
        "plateau" => {
            "A single weigh-in is mostly water; compare this week's average with last week's before you change anything."
        }
        "switching" => {
            "Before you change the plan, give it enough weeks to show what it does; switching is what usually costs the result."
        }
        "win" => "Write down what made it work, because that is what you will need on a harder day.",
        "food" => {
            "A plate that is half vegetables, a quarter protein and a quarter starch is a safe choice almost anywhere."
        }
        _ => "Pick the one thing that would make today a good day, and make it small enough to be certain.",
    }
}

fn question(personal: bool) -> &'static [&'static str] {
    if personal {
        &[
            "What will you do about it in the next hour?",
            "Which part of that is hardest today?",
            "Can you tell me tonight how it went?",
        ]
    } else {
        &[
            "What does the rest of your day look like?",
            "What would make the next meal easy?",
            "What usually gets in the way at this point?",
        ]
    }
}
