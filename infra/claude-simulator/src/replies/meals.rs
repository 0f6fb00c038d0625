//! Sentences about eating.

use serde_json::json;

use super::facts::{self, Category, Fact, Topic};
use super::{quantities, voice, words};

const HABITS: &[Topic] = &[
    ("what they do not eat", &["don't eat", "do not eat", "allergic", "intolerant"]),
    ("breakfast", &["breakfast", "breakfasts", "porridge", "cereal", "oats", "brunch"]),
    ("lunch", &["lunch", "lunches", "sandwich", "sandwiches", "canteen", "meal deal"]),
    ("dinner", &["dinner", "dinners", "supper", "evening meal"]),
    (
        "snacks",
        &[
            "snack",
            "snacks",
            "snacking",
            "biscuit",
            "biscuits",
            "crisps",
            "chips",
            "chocolate",
            "sweets",
            "cookies",
            "cookie",
            "ice cream",
            "nuts",
            "cake",
            "pastry",
            "pastries",
            "dessert",
        ],
    ),
    ("takeaway", &["takeaway", "takeaways", "takeout", "delivery", "pizza", "burger", "burgers", "fast food", "curry"]),
    ("drinks", &["beer", "beers", "wine", "alcohol", "soda", "cola", "latte", "lattes", "coffee", "juice"]),
    ("cooking", &["cook", "cooks", "cooking", "meal prep", "batch cook", "recipes", "kitchen"]),
    ("protein", &["protein", "chicken", "eggs", "tofu", "shake", "shakes", "yoghurt", "yogurt", "fish"]),
    (
        "eating",
        &[
            "eat",
            "eats",
            "eating",
            "ate",
            "food",
            "meal",
            "meals",
            "calories",
            "portion",
            "portions",
            "diet",
            "vegetables",
            "fruit",
            "pasta",
            "rice",
            "bread",
            "salad",
            "salads",
            "hungry",
        ],
    ),
];

const MEAL_TYPES: &[Topic] = &[
    ("breakfast", &["breakfast", "breakfasts", "porridge", "cereal", "morning"]),
    ("lunch", &["lunch", "lunches", "sandwich", "canteen", "midday"]),
    ("dinner", &["dinner", "dinners", "supper", "evening meal"]),
    (
        "snack",
        &[
            "snack",
            "snacks",
            "snacking",
            "biscuits",
            "crisps",
            "chocolate",
            "sweets",
            "cookies",
            "ice cream",
            "afternoon",
        ],
    ),
];

/// How strongly a sentence is about eating.
pub fn score(text: &str) -> u32 {
    facts::hits(text, HABITS).min(3)
}

/// The fact in a sentence about eating.
pub fn fact(text: &str) -> Fact {
    let subject = facts::topic(text, HABITS).unwrap_or("eating");
    let habit = voice::to_they(&voice::small(text));
    Fact {
        category: Category::Meals,
        subject: subject.to_owned(),
        summary: format!("{}: {}", voice::capital(subject), words::clip(&habit, 18)),
        quote: text.to_owned(),
        details: json!({
            "habit": words::clip(&habit, 24),
            "meal_type": facts::topic(text, MEAL_TYPES),
            "usual_time": quantities::time_of_day(text),
        }),
    }
}
