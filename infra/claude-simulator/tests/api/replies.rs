//! The answers of each kind: made of the person's words, in the shape and length that was asked for.

use claude_simulator::{FaultKind, Simulator, Task};
use serde_json::{Value, json};

use crate::client::{ask, simulator};

fn count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

fn nullable(kind: &str) -> Value {
    json!({"anyOf": [{"type": kind}, {"type": "null"}]})
}

fn fact(category: &str, fields: &Value) -> Value {
    let mut properties = json!({"category": {"type": "string", "const": category}, "subject": {"type": "string"},
        "summary": {"type": "string"}, "quote": {"type": "string"}});
    let all = properties.as_object_mut().expect("an object");
    all.extend(fields.as_object().expect("an object").clone());
    let required: Vec<String> = all.keys().cloned().collect();
    json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
}

fn consultation(section: &str, said: &str) -> Value {
    let words = |values: Value| json!({"type": ["string", "null"], "enum": values});
    let facts = json!({"type": "array", "items": {"anyOf": [
        fact("training", &json!({"sessions_per_week": nullable("integer"),
            "experience": words(json!(["beginner", "intermediate", "advanced", null]))})),
        fact("meals", &json!({})),
        fact("goals", &json!({})),
        fact("challenges", &json!({})),
        fact("commitments", &json!({})),
    ]}});
    let body = json!({"type": "object", "additionalProperties": false,
        "required": ["sex", "height_cm", "activity_level", "diet"],
        "properties": {"sex": words(json!(["female", "male", null])), "height_cm": nullable("integer"),
            "activity_level": words(json!(["sedentary", "light", "moderate", "active", "very_active", null])), "diet": nullable("string")}});
    let list = json!({"type": "array", "items": {"type": "string"}});
    let schema = json!({"type": "object", "additionalProperties": false,
        "required": ["reply", "facts", "replaces", "sections_covered", "body"],
        "properties": {"reply": {"type": "string"}, "facts": facts, "replaces": list, "sections_covered": list, "body": body}});
    let state = format!("<state>\nOpen sections: {section}, commitment\n</state>");
    json!({"model": "claude-sonnet-5-5", "max_tokens": 2000,
        "system": "You interview a person.",
        "messages": [{"role": "user", "content": "Hello, I want to lose weight."},
            {"role": "assistant", "content": "Welcome. Tell me more."},
            {"role": "user", "content": [{"type": "text", "text": said}, {"type": "text", "text": state}]}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}}})
}

async fn learn(simulator: &Simulator, section: &str, said: &str) -> Value {
    let answer = ask(simulator, &consultation(section, said)).await.structured();
    for fact in answer["facts"].as_array().expect("facts") {
        assert!(said.contains(fact["quote"].as_str().expect("a quote")), "{fact}");
    }
    answer
}

#[tokio::test]
async fn a_consultation_turn_learns_typed_facts_from_the_last_message_only() {
    let simulator = simulator().await;
    let answer =
        learn(&simulator, "training", "I run three times a week, about 40 minutes each. I'm still a beginner.").await;
    let fact = &answer["facts"][0];
    assert_eq!((&fact["category"], &fact["sessions_per_week"]), (&json!("training"), &json!(3)));
    assert_eq!(answer["sections_covered"], json!(["training"]));
    assert!(
        answer["reply"].as_str().is_some_and(|reply| reply.contains("run three times a week") && reply.ends_with('?'))
    );
    for (section, said, subject) in [
        ("goals", "I want to lose 8 kg by June because my daughter starts school.", "weight loss"),
        ("challenges", "When work gets stressful I eat biscuits until the packet is empty.", "stress eating"),
        ("meals", "I have porridge for breakfast at 7:30, then crisps and chocolate around 4 pm.", "breakfast"),
        ("commitment", "I will log what I eat, even if it is ugly.", "promise"),
    ] {
        let answer = learn(&simulator, section, said).await;
        let facts = answer["facts"].as_array().expect("facts");
        assert!(facts.iter().any(|fact| fact["subject"] == subject), "{answer}");
        assert_eq!(answer["sections_covered"], json!([section]), "{answer}");
    }
}

#[tokio::test]
async fn the_body_is_read_from_plain_words() {
    let simulator = simulator().await;
    let answer = learn(&simulator, "body", "I'm a woman, 5'6\", I sit at a desk all day and I'm vegetarian.").await;
    assert_eq!(
        answer["body"],
        json!({"sex": "female", "height_cm": 168, "activity_level": "sedentary", "diet": "vegetarian"})
    );
    assert_eq!(answer["sections_covered"], json!(["body"]));
}

#[tokio::test]
async fn a_message_that_teaches_nothing_gets_another_question() {
    let simulator = simulator().await;
    for said in ["Hi!", "I don't know.", "What do you mean by that?", "ok"] {
        let answer = learn(&simulator, "challenges", said).await;
        assert_eq!((&answer["facts"], &answer["sections_covered"]), (&json!([]), &json!([])), "{said}");
        assert!(answer["reply"].as_str().is_some_and(|reply| reply.ends_with('?')), "{said}");
    }
}

const MATERIAL: &str = "<person>\nName: Dana Kowalczyk\n</person>\n<facts>\n\
    - [challenges] keto: Gave up keto. (\"I've tried keto three times and I gave up after two weeks\")\n\
    - [goals] weight: Lose weight. (\"I want to lose 8 kg by June because my daughter starts school\")\n</facts>";

fn profile() -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 4000,
        "system": "Write the profile: about 200 words (between 160 and 240 words), without headings or lists, in English.",
        "messages": [{"role": "user", "content": format!("<transcript>\nPerson: Hello.\n</transcript>\n{MATERIAL}")}]})
}

#[tokio::test]
async fn a_profile_has_the_length_and_the_persons_own_words() {
    let simulator = simulator().await;
    let text = ask(&simulator, &profile()).await.words();
    assert!((160..=240).contains(&count(&text)), "{text}");
    for theirs in ["Dana", "“I want to lose 8 kg by June", "I gave up after two weeks”"] {
        assert!(text.contains(theirs), "{theirs}: {text}");
    }
    simulator.inject(FaultKind::ShortProfile, 1);
    simulator.inject(FaultKind::LongProfile, 1);
    assert!(count(&ask(&simulator, &profile()).await.words()) < 140);
    assert!(count(&ask(&simulator, &profile()).await.words()) > 260);
}

const SECTIONS: [&str; 9] = [
    "user_profile_and_context",
    "committed_approach",
    "core_directive",
    "behavioral_triggers",
    "accountability_protocol",
    "tone_and_style",
    "prohibited_responses",
    "conflict_resolution",
    "success_metrics",
];

/// The schema of some sections, each of which may be null in a repair.
fn sections(names: &[&str], nullable: bool) -> Value {
    let rule = json!({"type": "object", "additionalProperties": false, "required": ["when", "coach_does"],
        "properties": {"when": {"type": "string"}, "coach_does": {"type": "string"}}});
    let property = |name: &str| {
        let property = match name {
            "behavioral_triggers" => json!({"type": "array", "items": rule}),
            _ => json!({"type": "string"}),
        };
        if nullable { json!({"anyOf": [property, {"type": "null"}]}) } else { property }
    };
    let properties: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), property(name))).collect();
    json!({"format": {"type": "json_schema", "schema": {"type": "object", "additionalProperties": false,
        "required": names, "properties": properties}}})
}

fn prompt(range: &str) -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 4000,
        "system": format!("Write in German. The nine sections have {range} words:\n- core_directive (40): the one thing"),
        "messages": [{"role": "user", "content": MATERIAL}],
        "output_config": sections(&SECTIONS, false)})
}

fn total(answer: &Value) -> usize {
    match answer {
        Value::Array(values) => values.iter().map(total).sum(),
        Value::Object(values) => values.values().map(total).sum(),
        other => other.as_str().map_or(0, count),
    }
}

#[tokio::test]
async fn a_prompt_has_nine_sections_in_the_language_and_the_length_asked_for() {
    let simulator = simulator().await;
    for (range, least, most) in [("200-300", 200, 300), ("between 500 and 800", 500, 800), ("700 to 900", 700, 900)] {
        let answer = ask(&simulator, &prompt(range)).await.structured();
        let words = total(&answer);
        assert!((least..=most).contains(&words), "{words} of {range}");
        assert!((3..=5).contains(&answer["behavioral_triggers"].as_array().expect("rules").len()));
        let person = answer["user_profile_and_context"].as_str().expect("a text");
        assert!(person.contains("Dana hat es so gesagt: „I've tried keto three times"), "{person}");
    }
    assert_eq!(simulator.requests()[0].task, Some(Task::Prompt));
}

#[tokio::test]
async fn a_repair_returns_the_sections_that_change_and_null_for_the_others() {
    let simulator = simulator().await;
    let sound = ask(&simulator, &prompt("between 500 and 800")).await.structured();
    simulator.inject(FaultKind::ShortPrompt, 1);
    let short = ask(&simulator, &prompt("between 500 and 800")).await.structured();
    assert!(total(&short) < 400);
    let mut repair = prompt("between 500 and 800");
    let turns = repair["messages"].as_array_mut().expect("turns");
    turns.push(json!({"role": "assistant", "content": short.to_string()}));
    turns.push(json!({"role": "user", "content": "It is too short: it has 300 words and needs more."}));
    repair["output_config"] = sections(&SECTIONS, true);
    let changes = ask(&simulator, &repair).await.structured();
    for section in SECTIONS {
        let unchanged = short[section] == sound[section];
        assert_eq!(changes[section], if unchanged { Value::Null } else { sound[section].clone() }, "{section}");
    }
    assert!(changes.as_object().is_some_and(|changes| changes.values().any(|change| !change.is_null())));
}

#[tokio::test]
async fn a_weekly_update_names_the_changed_numbers_in_the_length_asked() {
    let simulator = simulator().await;
    let body = json!({"model": "claude-sonnet-5-5", "max_tokens": 2000,
        "system": "Rewrite the two sections. Write in English, between 120 and 220 words.",
        "messages": [{"role": "user", "content": "<behavior>\n- Logged.\n</behavior>\n<change>\n\
            - adherence fell from 82% to 54%.\n- the logging streak went from 21 to 3 days.\n</change>"}],
        "output_config": sections(&["behavioral_triggers", "accountability_protocol"], false)});
    let answer = ask(&simulator, &body).await.structured();
    assert_eq!(answer.as_object().map(serde_json::Map::len), Some(2));
    let text = answer.to_string();
    for number in ["82%", "54%", "21", "3 days"] {
        assert!(text.contains(number), "{number}: {text}");
    }
    let words = total(&answer);
    assert!((120..=220).contains(&words), "{words}");
    assert_eq!(simulator.requests()[0].task, Some(Task::Update));
}

#[tokio::test]
async fn the_coach_uses_todays_numbers_and_what_the_person_has_said() {
    let simulator = simulator().await;
    let coach = |prompt: &str| {
        json!({"model": "claude-sonnet-5-5", "max_tokens": 1000,
            "system": [{"type": "text", "text": "Never give medical advice."}, {"type": "text", "text": prompt}],
            "messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good to see you."},
                {"role": "user", "content": "Work is stressful again and I want biscuits.\n<today>\n\
                    Targets: 1850 kcal, 140 g protein\nEaten so far: 620 kcal, 45 g protein\nLogging streak: 4 days\n</today>"}]})
    };
    let generic = ask(&simulator, &coach("You are a friendly coach.")).await.words();
    let personal = coach("You are a coach.\n\n## Profile\nDana: “deadlines are how I end up here”.");
    let personal = ask(&simulator, &personal).await.words();
    for text in [&generic, &personal] {
        assert!(text.contains("620 of 1850 kcal") && text.contains("1230") && text.contains("4 days"), "{text}");
    }
    assert!(personal.contains("“deadlines are how I end up here”") && !generic.contains('“'), "{personal}");
}

#[tokio::test]
async fn any_other_schema_is_filled_too() {
    let simulator = simulator().await;
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["answer", "score", "tags"],
        "properties": {"answer": {"type": "string"}, "score": {"type": "number"}, "tags": {"type": "array", "items": {"type": "string"}}}});
    let body = json!({"model": "claude-haiku-5-5", "max_tokens": 300, "messages": [{"role": "user", "content": "How much sleep do I need?"}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}}});
    let answer = ask(&simulator, &body).await.structured();
    assert!(answer["answer"].as_str().is_some_and(|text| text.contains("sleep")));
    assert_eq!((&answer["score"], &answer["tags"]), (&json!(0), &json!([])));
}
