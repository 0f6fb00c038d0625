//! What the interviewer says in each section of the consultation.

/// The sections in their order.
pub const SECTIONS: [&str; 6] = ["goals", "body", "training", "meals", "challenges", "commitment"];

/// The questions of a section, from the first to the deepest.
pub fn questions(section: &str) -> &'static [&'static str] {
    match section {
        "goals" => &[
            "What would you like to be different, and by when?",
            "Why does that matter to you right now, more than it did a year ago?",
            "How would you know, in plain numbers, that you had got there?",
        ],
        "body" => &[
            "How tall are you, and what does a normal working day look like: at a desk, on your feet, or something else?",
            "Is there anything you don't eat, for whatever reason?",
            "Is there an injury or a condition I should know about before I suggest anything?",
        ],
        "training" => &[
            "What exercise do you actually do in a normal week, and how long does a session take?",
            "How many times a week does it happen, on an honest average?",
            "Which kind of training have you kept up longest, and what made it stick?",
        ],
        "meals" => &[
            "Walk me through yesterday: what did you eat, and at what time?",
            "Which meal of the day is the hardest to keep in order?",
            "What do you reach for when you are hungry and nothing is planned?",
        ],
        "challenges" => &[
            "Think of the last time you stopped: what happened in the days before?",
            "What is the situation in which a plan usually falls apart for you?",
            "When that happens, what do you tell yourself?",
        ],
        _ => &[
            "If we keep one approach for eight weeks without switching, what could you promise to do even on a bad day?",
            "How should I speak to you on the day you want to quit?",
            "On a scale from one to ten, how sure are you that you can do this for eight weeks?",
        ],
    }
}

/// Ways to take up what a person said; `{}` is their words, turned to them.
pub const ACKNOWLEDGEMENTS: [&str; 5] = [
    "So {}. That is worth knowing, and thank you for putting it so plainly.",
    "I hear you: {}. That tells me more than a number would.",
    "Thank you. {} — that is exactly the kind of detail I can work with.",
    "Understood: {}. I will hold on to that.",
    "That helps. {}, and that already says something about what will work for you.",
];

/// What to say when nothing was learned.
pub const NUDGES: [&str; 4] = [
    "That's all right, take your time. An example from this week is enough.",
    "No problem, we can come at it from another side.",
    "Fair enough. It needn't be tidy, just true.",
    "I'd rather ask once more than guess.",
];

/// What to say when the last section is done.
pub const CLOSING: &str = "That gives me what I need: your goal, your week, and the moments that decide it. When you are ready, \
                           complete the consultation and I will write the coaching that fits you.";
