//! Sentences about exercise.

use serde_json::json;

use super::facts::{self, Category, Fact, Topic};
use super::{quantities, voice, words};

const ACTIVITIES: &[Topic] = &[
    (
        "running",
        &[
            "run",
            "runs",
            "ran",
            "running",
            "jog",
            "jogging",
            "parkrun",
            "couch to 5k",
            "treadmill",
            "5k",
            "10k",
            "half marathon",
            "marathon",
        ],
    ),
    (
        "strength training",
        &[
            "lift",
            "lifts",
            "lifting",
            "weights",
            "gym",
            "squat",
            "squats",
            "deadlift",
            "deadlifts",
            "barbell",
            "bench",
            "strength",
            "kettlebell",
            "dumbbells",
        ],
    ),
    ("swimming", &["swim", "swims", "swimming", "pool", "laps"]),
    ("cycling", &["cycle", "cycling", "bike", "biking", "spin", "spinning", "peloton"]),
    ("yoga", &["yoga"]),
    ("pilates", &["pilates"]),
    ("walking", &["walk", "walks", "walking", "steps", "hike", "hikes", "hiking", "dog walks"]),
    ("climbing", &["climb", "climbing", "bouldering"]),
    ("football", &["football", "soccer", "five-a-side"]),
    ("tennis", &["tennis", "padel", "badminton", "squash"]),
    ("dancing", &["dance", "dancing", "zumba"]),
    ("rowing", &["row", "rowing", "rower"]),
    ("crossfit", &["crossfit", "hiit", "bootcamp"]),
    (
        "exercise",
        &[
            "workout",
            "workouts",
            "work out",
            "exercise",
            "exercising",
            "train",
            "training",
            "trained",
            "sport",
            "sports",
            "classes",
            "session",
            "sessions",
            "cardio",
        ],
    ),
];

/// How strongly a sentence is about exercise.
pub fn score(text: &str) -> u32 {
    let activity = facts::hits(text, ACTIVITIES).min(2);
    if activity == 0 {
        return 0;
    }
    let amount = u32::from(quantities::per_week(text).is_some()) + u32::from(quantities::minutes(text).is_some());
    activity + amount
}

/// The fact in a sentence about exercise.
pub fn fact(text: &str) -> Fact {
    let activity = facts::topic(text, ACTIVITIES).unwrap_or("exercise");
    let sessions = quantities::per_week(text);
    let minutes = quantities::minutes(text);
    let mut summary = voice::capital(activity);
    match sessions {
        Some(1) => summary.push_str(", once a week"),
        Some(sessions) => summary = format!("{summary}, {sessions} times a week"),
        None => {}
    }
    if let Some(minutes) = minutes {
        summary = format!("{summary}, {minutes} minutes a session");
    }
    if sessions.is_none() && minutes.is_none() {
        summary = format!("{summary}: {}", words::clip(&voice::to_they(&voice::small(text)), 18));
    }
    Fact {
        category: Category::Training,
        subject: activity.to_owned(),
        summary,
        quote: text.to_owned(),
        details: json!({
            "activity": activity,
            "sessions_per_week": sessions,
            "minutes_per_session": minutes,
            "experience": experience(text),
        }),
    }
}

fn experience(text: &str) -> Option<&'static str> {
    let years = words::mentions(text, &["for years", "three years", "four years", "five years", "ten years", "decade"]);
    if words::mentions(text, &["competitive", "competed", "advanced", "experienced", "athlete"]) {
        Some("advanced")
    } else if years || words::mentions(text, &["not a beginner", "intermediate", "for a while", "two years", "used to"])
    {
        Some("intermediate")
    } else if words::mentions(
        text,
        &["beginner", "new to", "just started", "starting out", "from scratch", "couch to 5k"],
    ) {
        Some("beginner")
    } else {
        None
    }
}
