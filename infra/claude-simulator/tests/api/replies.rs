//! The answers of each kind: made of the person's words, in the shape and length that was asked for.

use claude_simulator::{FaultKind, Simulator, Task};
use serde_json::{Value, json};

use crate::client::{ask, simulator};

const TRANSCRIPT: &str = "Coach: What would you like to be different?\n\
    User: I want to lose 8 kg by June because my daughter starts school and I get out of breath on the stairs.\n\
    Coach: What has stopped you before?\n\
    User: I've tried keto three times and I gave up after two weeks each time. When work gets stressful I eat biscuits \
    until the packet is empty.\n\
    Coach: And at weekends?\n\
    User: On Friday nights I always order pizza and then the whole weekend is ruined. I skip breakfast most days.\n\
    User: I run twice a week, about 30 minutes.";

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

fn profile(words: usize) -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 4000,
        "system": format!("Write a psychological profile of this person in {words} words, in the third person."),
        "messages": [{"role": "user", "content": format!("<transcript>\n{TRANSCRIPT}\n</transcript>\n<facts>\n[]\n</facts>")}]})
}

#[tokio::test]
async fn a_profile_has_the_length_and_the_persons_own_words() {
    let simulator = simulator().await;
    for words in [80, 120, 200, 300, 400] {
        let text = ask(&simulator, &profile(words)).await.words();
        let counted = count(&text);
        assert!(counted * 10 >= words * 9 && counted * 10 <= words * 11, "{counted} of {words}: {text}");
    }
    let text = ask(&simulator, &profile(200)).await.words();
    assert!(text.contains("They want to lose 8 kg"), "{text}");
    assert!(text.contains("I eat biscuits until the packet is empty"), "{text}");
    assert!(text.contains("gave up after two weeks"), "{text}");
    assert!(!text.contains("What would you like to be different"), "the coach's words are not theirs");
    simulator.inject(FaultKind::ShortProfile, 1);
    assert!(count(&ask(&simulator, &profile(200)).await.words()) < 140);
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

fn sections(names: &[&str], list: bool) -> Value {
    let mut properties: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({"type": "string"}))).collect();
    if list {
        properties.insert("behavioral_triggers".into(), json!({"type": "array", "items": {"type": "string"}}));
    }
    json!({"format": {"type": "json_schema", "schema": {"type": "object", "additionalProperties": false,
        "required": names, "properties": properties}}})
}

fn prompt(range: &str, list: bool) -> Value {
    let facts = json!([
        {"category": "challenges", "subject": "keto", "summary": "Gave up keto", "quote": "I've tried keto three times and I gave up after two weeks"},
        {"category": "challenges", "subject": "stress", "summary": "Stress", "quote": "When work gets stressful I eat biscuits until the packet is empty"},
        {"category": "goals", "subject": "weight", "summary": "Lose 8 kg", "quote": "I want to lose 8 kg by June because my daughter starts school"},
    ]);
    json!({"model": "claude-sonnet-5-5", "max_tokens": 4000,
        "system": format!("Write a coaching prompt of nine sections, {range} words in all."),
        "messages": [{"role": "user", "content": format!("<profile>They always start again.</profile>\n<facts>{facts}</facts>\n\
            <targets>{{\"daily_calories\": 1850, \"protein_g\": 140, \"carbs_g\": 180, \"fat_g\": 60}}</targets>")}],
        "output_config": sections(&SECTIONS, list)})
}

fn total(answer: &Value) -> usize {
    let values = answer.as_object().expect("sections").values();
    values
        .map(|value| match value {
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).map(count).sum(),
            other => count(other.as_str().expect("a text")),
        })
        .sum()
}

#[tokio::test]
async fn a_prompt_has_nine_sections_the_targets_and_the_persons_own_triggers() {
    let simulator = simulator().await;
    let answer = ask(&simulator, &prompt("between 500 and 800", true)).await.structured();
    let words = total(&answer);
    assert!((560..=740).contains(&words), "{words} words");
    let approach = answer["committed_approach"].as_str().expect("a text");
    assert!(approach.contains("1850 kcal") && approach.contains("140 g of protein"), "{approach}");
    let triggers = answer["behavioral_triggers"].as_array().expect("a list");
    assert!((3..=5).contains(&triggers.len()));
    for trigger in triggers {
        let trigger = trigger.as_str().expect("a text");
        assert!(trigger.starts_with("If ") && trigger.contains(", then "), "{trigger}");
    }
    assert!(answer["behavioral_triggers"].to_string().contains("work gets stressful"));
    assert!(answer["user_profile_and_context"].to_string().contains("I gave up after two weeks"));
    let lines = ask(&simulator, &prompt("between 500 and 800", false)).await.structured();
    assert!(lines["behavioral_triggers"].as_str().is_some_and(|text| text.lines().count() >= 3));
    assert_eq!(simulator.requests()[0].task, Some(Task::Prompt));
}

#[tokio::test]
async fn a_prompt_follows_the_range_and_the_faults_break_it() {
    let simulator = simulator().await;
    for (range, least, most) in [("200-300", 200, 300), ("between 500 and 800", 500, 800), ("700 to 900", 700, 900)] {
        let words = total(&ask(&simulator, &prompt(range, true)).await.structured());
        assert!((least..=most).contains(&words), "{words} of {range}");
    }
    simulator.inject(FaultKind::ShortPrompt, 1);
    simulator.inject(FaultKind::LongPrompt, 1);
    let short = total(&ask(&simulator, &prompt("between 500 and 800", true)).await.structured());
    let long = total(&ask(&simulator, &prompt("between 500 and 800", true)).await.structured());
    assert!(short < 400 && long > 900, "{short} and {long}");

    let mut repair = prompt("between 500 and 800", true);
    let turns = repair["messages"].as_array_mut().expect("turns");
    turns.push(json!({"role": "assistant", "content": "{}"}));
    turns.push(json!({"role": "user", "content": "That had 300 words, which is too short. Write it again."}));
    let words = total(&ask(&simulator, &repair).await.structured());
    assert!((500..=800).contains(&words), "{words} after the repair");
}

#[tokio::test]
async fn a_weekly_update_names_the_changed_numbers_in_the_length_asked() {
    let simulator = simulator().await;
    let body = json!({"model": "claude-sonnet-5-5", "max_tokens": 2000,
        "system": "Rewrite the two sections, between 120 and 220 words in all.",
        "messages": [{"role": "user", "content": "<behavior>{\"adherence_rate\": 0.54, \"patterns\": [{\"kind\": \"weekend_overeating\"}]}</behavior>\n\
            <change>adherence fell from 82% to 54%</change>\n<change>the logging streak went from 21 to 3 days</change>\n\
            <behavioral_triggers>If work gets stressful, then they step away for ten minutes.</behavioral_triggers>"}],
        "output_config": sections(&["behavioral_triggers", "accountability_protocol"], true)});
    let answer = ask(&simulator, &body).await.structured();
    assert_eq!(answer.as_object().map(serde_json::Map::len), Some(2));
    let text = answer.to_string();
    for number in ["82%", "54%", "21", "3 days"] {
        assert!(text.contains(number), "{number}: {text}");
    }
    assert!(text.contains("weekend") && text.contains("work gets stressful"));
    let words = total(&answer);
    assert!((120..=220).contains(&words), "{words}");
}

fn coach(prompt: &str) -> Value {
    json!({"model": "claude-sonnet-5-5", "max_tokens": 1000,
        "system": [{"type": "text", "text": "Never give medical advice."}, {"type": "text", "text": prompt}],
        "messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good to see you."},
            {"role": "user", "content": "Work is stressful again and I want biscuits.\n<today>{\"targets\": {\"calories\": 1850, \
                \"protein_g\": 140}, \"eaten\": {\"calories\": 620, \"protein_g\": 45}, \"logging_streak_days\": 4}</today>"}]})
}

#[tokio::test]
async fn the_coach_uses_todays_numbers_and_the_personal_agreement() {
    let simulator = simulator().await;
    let generic = ask(&simulator, &coach("You are a friendly coach.")).await.words();
    let personal = ask(
        &simulator,
        &coach(
            "You are a coach.\n\n## Behavioural triggers\n- If it is Friday, then they cook.\n\
        - If work gets stressful, then they step away for ten minutes.\n\n## Tone\nWarm.",
        ),
    )
    .await
    .words();
    for text in [&generic, &personal] {
        assert!(text.contains("620 of 1850 kcal") && text.contains("1230") && text.contains("4 days"), "{text}");
    }
    assert_ne!(generic, personal);
    assert!(personal.contains("if work gets stressful, then you step away for ten minutes"), "{personal}");
    assert!(!generic.contains("agreed"));
}

#[tokio::test]
async fn an_alarming_message_is_sent_to_a_professional() {
    let simulator = simulator().await;
    let mut body = coach("You are a coach.");
    body["messages"][2]["content"] = json!("I fainted after my run and I have chest pain. <today>{}</today>");
    assert!(ask(&simulator, &body).await.words().contains("doctor"));
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
