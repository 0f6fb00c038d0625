//! The psychological profile: third person, about as long as asked, built on the person's own words.

use super::facts::{Category, Fact};
use super::person::Person;
use super::{Length, compose, voice, words};
use crate::validation::MessagesRequest;

/// The profile's text.
pub fn write(request: &MessagesRequest, length: Length) -> String {
    let asked = super::all_user_text(request);
    let (least, most) = words::asked_words(&request.system_text())
        .or_else(|| words::asked_words(&without_material(&asked)))
        .unwrap_or((180, 220));
    let target = match length {
        Length::Asked => usize::midpoint(least, most),
        Length::Short => least * 2 / 5,
        Length::Long => most * 8 / 5,
    };
    let person = Person::read(&asked);
    compose::compose(&told(&person, target), &compose::owned(&OBSERVATIONS), target)
}

/// The request without what the person said, which may well speak of words too.
fn without_material(text: &str) -> String {
    let mut rest = text.to_owned();
    for stretch in words::tagged(text, "transcript").into_iter().chain(words::tagged(text, "facts")) {
        rest = rest.replace(stretch, " ");
    }
    rest
}

/// What the person's own words say, the pattern of failure first. Short profiles get short quotes.
fn told(person: &Person, target: usize) -> Vec<String> {
    let most = if target < 120 { 12 } else { 26 };
    let said = |fact: &Fact| words::clip(&fact.quote, most);
    let mut sentences = Vec::new();
    if let Some(goal) = person.of(Category::Goals).first() {
        let objective = goal.details["objective"].as_str().unwrap_or(&goal.summary).to_owned();
        let deadline = person.detail(Category::Goals, "deadline");
        let deadline = deadline.filter(|deadline| !objective.contains(deadline));
        let deadline = deadline.map_or_else(String::new, |deadline| format!(" {deadline}"));
        sentences.push(format!("They want to {}{deadline}.", words::clip(&objective, 16)));
    } else {
        sentences.push("They came because something has to change, and they are tired of starting over.".to_owned());
    }
    let challenges = person.of(Category::Challenges);
    for (fact, opening) in challenges.iter().zip([
        "The pattern that defeats them is",
        "Beside it stands",
        "A third thread is",
        "They also report",
    ]) {
        sentences.push(format!("{opening} {}; in their own words: “{}”.", fact.subject, said(fact)));
    }
    if let Some(trigger) = person.detail(Category::Challenges, "trigger") {
        sentences.push(format!("The moment to watch: {}.", voice::small(&words::clip(&trigger, 12))));
    }
    if let Some(motive) = person.detail(Category::Goals, "motivation") {
        sentences.push(format!("The motive underneath is personal: {}.", words::clip(&motive, 16)));
    }
    if let Some(fact) = person.of(Category::Meals).first() {
        sentences.push(format!("At the table one habit stands out: “{}”.", said(fact)));
    }
    if let Some(fact) = person.of(Category::Training).first() {
        sentences.push(format!("Movement is part of the picture: {}.", voice::small(&words::clip(&fact.summary, 14))));
    }
    let goals = person.of(Category::Goals);
    let others = challenges.iter().skip(4).chain(goals.iter().skip(1)).copied();
    let openings = ["They put it like this:", "Elsewhere they said:", "Another sentence stays in the mind:"];
    for (fact, opening) in others.zip(openings) {
        sentences.push(format!("{opening} “{}”.", said(fact)));
    }
    sentences
}

/// What such a pattern means, in the order in which it is worth saying.
const OBSERVATIONS: [&str; 26] = [
    "The failure is not one of knowledge; they know what to eat and when to move.",
    "What breaks is the plan at the moment of strain, and then the belief in it.",
    "One slip is read as proof that the attempt is over, so a bad evening becomes a lost week.",
    "Novelty has been their way out: a new method promises a clean start without the discomfort of the old one.",
    "They respond to plain numbers and to being taken seriously, and they close up when they are lectured.",
    "Praise works when it is specific.",
    "Guilt does not move them; it makes them hide what happened.",
    "They need one approach, held long enough to show its effect, and somebody who remembers what they promised.",
    "Small agreements that survive a bad day will do more for them than ambitious ones that do not.",
    "Structure in the critical hours matters more than discipline in the easy ones.",
    "Honesty comes readily once they see that a slip is treated as information.",
    "Their self-image lags behind what they already do.",
    "They compare themselves with an earlier version of themselves and lose that comparison.",
    "Decisions made late in the day are the weakest, so decisions should be made early.",
    "They are capable of consistency: parts of their life already run on it.",
    "When they disappear, it is shame and not indifference.",
    "A question asked without judgement brings them back.",
    "They want to be held to their word, and they have said so between the lines.",
    "Evidence of progress has to be visible weekly, or they will look for another plan.",
    "The coach should expect a dip around the third week and name it beforehand.",
    "Rest and food are still things to be earned in their mind, which is part of the trap.",
    "They plan for their best days, and it is their ordinary days that decide.",
    "Company helps when it is reliable and harms when it is competitive.",
    "They take instructions well when the reason is given in one sentence.",
    "What they call a lack of willpower is mostly a lack of preparation at a predictable hour.",
    "If they keep the promise on the worst day of the week, the rest follows.",
];
