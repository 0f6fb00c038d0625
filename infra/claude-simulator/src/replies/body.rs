//! What a person says about their body and diet.

use serde_json::{Value, json};

use super::facts::{self, Topic};
use super::{quantities, words};

const SEXES: &[Topic] = &[
    (
        "female",
        &[
            "i'm a woman",
            "i am a woman",
            "woman",
            "female",
            "i'm a mum",
            "i'm a mom",
            "i'm a mother",
            "a mum of",
            "a mom of",
            "a mother of",
            "as a mum",
            "as a mom",
            "i'm a girl",
        ],
    ),
    (
        "male",
        &[
            "i'm a man",
            "i am a man",
            "man",
            "male",
            "i'm a dad",
            "i'm a father",
            "a dad of",
            "a father of",
            "as a dad",
            "i'm a guy",
            "guy",
        ],
    ),
];

/// What people call themselves, which counts for more than what their job suggests.
const STATED_ACTIVITY: &[Topic] = &[
    ("very_active", &["very active"]),
    ("sedentary", &["sedentary", "not active"]),
    ("light", &["lightly active", "a bit active"]),
    ("moderate", &["moderately active"]),
];

const ACTIVITY: &[Topic] = &[
    (
        "very_active",
        &[
            "very active",
            "construction",
            "manual labour",
            "manual labor",
            "builder",
            "farm",
            "heavy lifting at work",
            "physical job",
            "warehouse",
        ],
    ),
    (
        "active",
        &[
            "active job",
            "on my feet all day",
            "nurse",
            "waiter",
            "waitress",
            "postman",
            "i'm active",
            "quite active",
            "train every day",
        ],
    ),
    (
        "moderate",
        &[
            "moderately active",
            "moderate",
            "on my feet",
            "teacher",
            "i walk to work",
            "cycle to work",
            "bike to work",
            "retail",
        ],
    ),
    (
        "light",
        &[
            "lightly active",
            "light exercise",
            "light activity",
            "walk the dog",
            "short walks",
            "some walking",
            "walk a bit",
        ],
    ),
    (
        "sedentary",
        &[
            "sedentary",
            "desk job",
            "desk",
            "sit all day",
            "sitting all day",
            "office job",
            "office",
            "at a computer",
            "work from home",
            "programmer",
            "driver",
        ],
    ),
];

const DIETS: &[Topic] = &[
    ("vegan", &["vegan"]),
    ("vegetarian", &["vegetarian", "veggie", "don't eat meat", "no meat"]),
    ("pescatarian", &["pescatarian", "fish but no meat"]),
    ("keto", &["keto"]),
    ("gluten-free", &["gluten free", "gluten-free", "coeliac", "celiac"]),
    ("dairy-free", &["dairy free", "dairy-free", "lactose intolerant", "no dairy", "lactose"]),
    ("halal", &["halal"]),
    ("kosher", &["kosher"]),
    (
        "no restrictions",
        &[
            "eat everything",
            "no restrictions",
            "no dietary restrictions",
            "eat anything",
            "not picky",
            "omnivore",
            "no allergies",
        ],
    ),
];

/// The body's fields, `null` where nothing was said. When the talk is about something else, only what is said in
/// so many words counts: lunch at a desk is no desk job.
pub fn hints(text: &str, asked: bool) -> Value {
    let stated: Vec<&str> =
        words::sentences(text).iter().filter(|sentence| !sentence.question).map(|sentence| sentence.text).collect();
    let stated = stated.join(". ").replace('-', " - ");
    let sex = facts::topic(&stated, SEXES).filter(|_| asked || words::mentions(&stated, &["i'm a", "i am a", "as a"]));
    json!({
        "sex": sex,
        "height_cm": quantities::height_cm(text),
        "weight_kg": null,
        "activity_level": facts::topic(&stated, STATED_ACTIVITY).or(facts::topic(&stated, ACTIVITY)).filter(|_| asked),
        "diet": diet(text, asked),
    })
}

/// A diet that was tried, or is one of many, is a story and not a diet.
fn diet(text: &str, asked: bool) -> Option<&'static str> {
    let story = [
        "tried",
        "used to",
        "gave up",
        "quit",
        "lasted",
        "new diet",
        "another diet",
        "diets",
        "then",
        "switch",
        "started",
        "dropped",
    ];
    let current: Vec<&str> = words::clauses(text)
        .iter()
        .map(|clause| clause.text)
        .filter(|clause| !words::mentions(clause, &story))
        .filter(|clause| asked || words::mentions(clause, &["i'm", "i am", "i don't eat", "allergic"]))
        .collect();
    let current = current.join(". ");
    let diet = facts::topic(&current, DIETS)?;
    let fish = diet == "vegetarian" && words::mentions(&current, &["fish", "seafood", "salmon", "tuna"]);
    Some(if fish { "pescatarian" } else { diet })
}

/// Whether anything was said.
pub fn learned(hints: &Value) -> bool {
    hints.as_object().is_some_and(|hints| hints.values().any(|value| !value.is_null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_about_the_body_fills_every_field() {
        assert_eq!(
            hints("I'm a woman, 168 cm tall, I have a desk job and I'm vegetarian.", true),
            json!({"sex": "female", "height_cm": 168, "weight_kg": null, "activity_level": "sedentary", "diet": "vegetarian"})
        );
        assert_eq!(
            hints("Male, 5'10\", on my feet all day as a nurse. I eat everything.", true),
            json!({"sex": "male", "height_cm": 178, "weight_kg": null, "activity_level": "active", "diet": "no restrictions"})
        );
    }

    #[test]
    fn a_diet_that_was_given_up_is_not_the_diet() {
        assert_eq!(hints("I tried keto last year and gave up.", true)["diet"], Value::Null);
        assert!(!learned(&hints("I like long walks.", true)));
    }
}
