//! The people of the evaluation, from their files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use harness::Person as Scenario;
use serde::Deserialize;
use serde_json::Value;

use crate::meals::{self, Week};

/// A person: whom they sign up as, what they say and eat, and what a careful reader expects of the texts about them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What files and tables call them.
    pub id: String,
    /// The language that they write, as a BCP 47 tag.
    pub language: String,
    /// What the tables call them in words.
    #[serde(default)]
    pub title: String,
    /// The scenario of the demo that has their details, their consultation and their meals.
    #[serde(default)]
    pub scenario: Option<String>,
    /// What they sign up with.
    #[serde(default)]
    pub person: Value,
    /// What they say in the consultation.
    #[serde(default)]
    pub consultation: Vec<String>,
    /// What they say to the coach afterwards.
    pub coach: Vec<String>,
    /// What they eat, and when.
    #[serde(default)]
    pub dishes: Option<meals::Dishes>,
    /// What two weeks after the first prompt are like.
    #[serde(default)]
    pub weeks: Vec<Week>,
    /// What a careful reader expects.
    pub expect: Expectations,
}

/// What a careful reader expects of the texts about somebody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectations {
    /// Of each list, one has to stand in the personal prompt.
    pub kept: Vec<Vec<String>>,
    /// What must not stand in it, since the person took it back.
    pub never: Vec<String>,
    /// What there is to be learned in the consultation.
    pub facts: Vec<Told>,
}

/// Something that a person tells of themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The message that tells it, from 1.
    pub message: usize,
    /// Stretches of the message: a quote that shares words with one of them has found it.
    pub any: Vec<String>,
}

impl Person {
    /// Everybody, by name.
    pub fn all() -> io::Result<Vec<Self>> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder("people"))?.map(|entry| entry.map(|it| it.path())).collect::<Result<_, _>>()?;
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> io::Result<Self> {
        let mut person: Self = serde_json::from_str(&fs::read_to_string(path)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display())))?;
        if let Some(scenario) = &person.scenario {
            let scenario = Scenario::load(scenario);
            scenario.title().clone_into(&mut person.title);
            person.person = scenario.details();
            person.consultation = scenario.consultation().map(str::to_owned).collect();
        }
        Ok(person)
    }

    /// What they sign up with, their address included.
    #[must_use]
    pub fn details(&self) -> Value {
        let mut details = self.person.clone();
        details["email"] = format!("{}@example.com", self.id).into();
        details
    }

    /// Their name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.person["name"].as_str().unwrap_or_default()
    }

    /// The code of their language, without the country.
    #[must_use]
    pub fn code(&self) -> &str {
        self.language.split('-').next().unwrap_or_default()
    }

    /// Whether they say enough for a prompt of their own.
    #[must_use]
    pub fn is_coached(&self) -> bool {
        !self.coach.is_empty()
    }

    /// The meals of the month before the consultation.
    #[must_use]
    pub fn month_before(&self, now: DateTime<Utc>, target: u32) -> Vec<Value> {
        match (&self.scenario, &self.dishes) {
            (Some(scenario), _) => Scenario::load(scenario).meals("before", now),
            (None, Some(dishes)) => dishes.month(self.zone(), now, target),
            (None, None) => Vec::new(),
        }
    }

    /// How many days there are from one rewriting to the next: it takes two weeks of bad evenings, or of silence, to change what
    /// was measured in thirty days.
    #[must_use]
    pub fn days(&self, number: usize) -> u32 {
        let silent = self.scenario.is_some() && number > 0;
        if silent || self.weeks.get(number) == Some(&Week::Late) { 2 * meals::WEEK } else { meals::WEEK }
    }

    /// The meals of these days before `now`, of the first time (0) or the second (1) after the first prompt.
    #[must_use]
    pub fn week(&self, number: usize, now: DateTime<Utc>, target: u32) -> Vec<Value> {
        match (&self.scenario, &self.dishes) {
            // A person of the demo stops logging.
            (Some(_), _) if number > 0 => Vec::new(),
            (Some(scenario), _) => Scenario::load(scenario).meals("after", now),
            (None, Some(dishes)) => dishes.last_days(self.days(number), self.weeks[number], self.zone(), now, target),
            (None, None) => Vec::new(),
        }
    }

    fn zone(&self) -> &str {
        self.person["timezone"].as_str().unwrap_or("UTC")
    }
}

/// A folder of the evaluation.
#[must_use]
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
