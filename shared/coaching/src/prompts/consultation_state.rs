//! What the consultation AI is told of the person, and what it has heard is told to the writers.

use chrono::{DateTime, Utc};

use super::{fill, goal, goal_in_own_words, line, spelt, subject_of};
use domain::consultation::{Concern, ConsultationSection, Fact, Heard, Session};
use domain::profile::Profile;

/// Who the person is and where their consultation stands, as the AI sees it behind the person's latest message.
#[must_use]
pub fn consultation_state(profile: &Profile, session: &Session, known: &[Fact], now: DateTime<Utc>) -> String {
    let mut person = profile.clone();
    session.tell(&mut person);
    let today = person.timezone.day_of(now);
    let sections: Vec<&str> = session.progress.open().map(ConsultationSection::name).collect();
    let doubts: Vec<String> =
        session.heard.open_doubts().map(|doubt| format!("{} {}", doubt.id, line(&doubt.text))).collect();
    // What a fact says stands in the conversation itself, which is cached, and this is not.
    let facts: Vec<String> = known.iter().map(|fact| format!("{} {}", fact.id, subject_of(fact))).collect();
    let language = match &person.locale {
        Some(language) if person.locale_learned => format!("{language}, as heard so far"),
        Some(language) => format!("{language}, chosen by them"),
        None => "not known yet".to_owned(),
    };
    fill(
        include_str!("consultation_state.txt"),
        &[
            ("weekday", &today.format("%A").to_string()),
            ("date", &today.to_string()),
            ("timezone", &person.timezone.name()),
            ("name", &line(person.name.as_str())),
            ("age", &person.age.years().to_string()),
            ("weight_kg", &person.weight.kg().to_string()),
            ("goal", goal(person.goal)),
            ("goal_in_own_words", &goal_in_own_words(person.goal_text.as_ref())),
            ("body", &body_in_words(&person)),
            ("language", &language),
            ("open_sections", &or_none(&sections.join(", "))),
            ("open_doubts", &or_none(&doubts.join("; "))),
            ("unread", &unread(session.unread_messages)),
            ("known_facts", &or_none(&facts.join("\n"))),
        ],
    )
}

/// What a coach has to be careful with, and on what the person has not decided, each with its tags; nothing if there is nothing.
#[must_use]
pub fn concerns(heard: &Heard) -> String {
    let told: Vec<String> =
        heard.concerns.iter().map(|concern| format!("- The person has told of {}.", in_words(*concern))).collect();
    let open: Vec<String> = heard.open_doubts().map(|doubt| format!("- {}", line(&doubt.text))).collect();
    let tagged = |tag: &str, how: &str, lines: &[String]| {
        if lines.is_empty() { String::new() } else { format!("\n<{tag}>\n{how}\n{}\n</{tag}>", lines.join("\n")) }
    };
    let careful = "To be careful with; name none of it as a diagnosis, and push in nothing that it touches.";
    let undecided = "Not decided by them. Take no side; the coach may ask once when it comes up.";
    tagged("concerns", careful, &told) + &tagged("undecided", undecided, &open)
}

fn body_in_words(person: &Profile) -> String {
    let body = &person.body;
    let known = [
        spelt(body.sex.and_then(|sex| serde_json::to_value(sex).ok())),
        body.height.map(|height| format!("{} cm", height.cm())),
        spelt(body.activity_level.and_then(|level| serde_json::to_value(level).ok()))
            .map(|level| format!("activity level {level}")),
        body.diet.as_ref().map(|diet| format!("diet {}", line(diet.as_str()))),
    ];
    or_none(&known.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// What was answered without the model: nothing is learned from it yet.
fn unread(messages: u32) -> String {
    match messages {
        0 => "none".to_owned(),
        1 => "the message before the latest, which the app has answered by itself".to_owned(),
        more => format!("the {more} messages before the latest, which the app has answered by itself"),
    }
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "none".to_owned() } else { text.to_owned() }
}

const fn in_words(concern: Concern) -> &'static str {
    match concern {
        Concern::BingeEating => "eating a great deal at once and not being able to stop",
        Concern::Purging => "undoing what was eaten",
        Concern::Fasting => "going without food for long",
        Concern::FearOfFood => "being afraid of food",
        Concern::Fainting => "fainting",
        Concern::Pain => "pain or an injury",
        Concern::Pregnancy => "being pregnant or breastfeeding",
        Concern::IllnessOrMedication => "an illness or a medicine",
        Concern::SelfHarm => "hurting themselves, or wanting to",
        Concern::Unknown(_) => "something that calls for care",
    }
}
