//! A person's way through the product: the consultation, what is written from it, a talk with the coach, and two weeks after each
//! of which the prompt is rewritten.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::Duration;
use claude_simulator::{Options, Pace, Task};
use harness::{Call, Deployment};
use serde_json::{Value, json};
use test_support::Log;

use crate::person::{Person, folder};

/// Everybody is measured, and nobody's budget ends the talk.
const SETTINGS: [(&str, &str); 3] =
    [("UPDATE_SHARDS", "1"), ("MIN_DAYS_BETWEEN_UPDATES", "0"), ("USER_DAILY_BUDGET_USD", "0")];

/// Who answers.
#[derive(Debug, Clone)]
pub enum Source {
    /// What was recorded. An answer that is missing is asked for in the file, if there is one.
    Recorded(Option<PathBuf>),
    /// The simulator by itself.
    Simulated,
    /// The real Claude, with a key.
    Claude(String),
}

/// A message of the consultation and its answer.
#[derive(Debug, Clone)]
pub struct Turn {
    /// What the person said.
    pub said: String,
    /// What they were answered.
    pub reply: String,
    /// What was learned.
    pub learned: Vec<Value>,
    /// Whether a model wrote the answer, and not a fixed text of safety.
    pub by_model: bool,
    /// Whether something is still open after it.
    pub open: bool,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The psychological profile.
    Profile,
    /// The first prompt.
    First,
    /// The first rewriting.
    Second,
    /// The second rewriting.
    Third,
}

impl Kind {
    /// How tables name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::First => "version 1",
            Self::Second => "version 2",
            Self::Third => "version 3",
        }
    }
}

/// A text about the person.
#[derive(Debug, Clone)]
pub struct Written {
    /// Which.
    pub kind: Kind,
    /// The text as it was stored; empty if none could be.
    pub text: String,
    /// What was wrong with the first try; empty if it was accepted.
    pub complaints: Vec<String>,
    /// What it cost, in USD.
    pub cost: f64,
}

/// An answer of the coach.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What the person said.
    pub said: String,
    /// What they were answered.
    pub reply: String,
    /// What the coach was told beside the talk, where that is known.
    pub told: Option<String>,
    /// Whether the first answer could be sent.
    pub first_try: bool,
    /// Whether a model wrote it.
    pub by_model: bool,
    /// Whether the personal prompt was in use.
    pub personal: bool,
}

/// What became of a person.
#[derive(Debug, Clone)]
pub struct Course {
    /// Who.
    pub person: Person,
    /// The consultation.
    pub talk: Vec<Turn>,
    /// What is missing for a completion, if the consultation was too short.
    pub too_short: bool,
    /// What was written.
    pub texts: Vec<Written>,
    /// What the coach that everybody has says to the first question of a person of the demo.
    pub before: Option<String>,
    /// The talk with the coach.
    pub coach: Vec<Answer>,
    /// What the consultation cost, in USD.
    pub consultation_cost: f64,
    /// What an answer of the coach cost, in USD.
    pub coach_cost: f64,
    /// Whether an answer is missing.
    pub wanted: bool,
}

/// A deployment in which somebody takes their way.
struct Way<'a> {
    deployment: Deployment,
    log: Log,
    person: &'a Person,
    wanted: Option<&'a Path>,
    spent: f64,
}

/// Takes a person the whole way.
pub async fn take(person: &Person, source: &Source) -> Course {
    let log = Log::capture();
    let (deployment, wanted) = match source {
        Source::Recorded(wanted) => {
            if let Some(path) = wanted {
                let _ = fs::remove_file(path);
            }
            let options = Options {
                batch_pace: Pace::Held,
                recorded: Some(folder("recorded")),
                wanted: wanted.clone(),
                ..Options::default()
            };
            (Deployment::with_simulator(options, &SETTINGS).await, wanted.as_deref())
        }
        Source::Simulated => {
            let options = Options { batch_pace: Pace::Held, ..Options::default() };
            (Deployment::with_simulator(options, &SETTINGS).await, None)
        }
        Source::Claude(key) => {
            let settings: Vec<_> = SETTINGS.into_iter().chain([("PROMPT_UPDATE_MODE", "immediate")]).collect();
            (Deployment::with_real_claude(key.clone(), &settings).await, None)
        }
    };
    let mut way = Way { deployment, log, person, wanted, spent: 0.0 };
    let mut course = Course {
        person: person.clone(),
        talk: Vec::new(),
        too_short: false,
        texts: Vec::new(),
        before: None,
        coach: Vec::new(),
        consultation_cost: 0.0,
        coach_cost: 0.0,
        wanted: false,
    };
    let done = Box::pin(way.go(&mut course)).await;
    course.wanted = done.is_none() && way.is_wanted();
    course
}

impl Way<'_> {
    /// Goes on until an answer is missing, which is `None`.
    async fn go(&mut self, course: &mut Course) -> Option<()> {
        let (id, deployment) = (self.person.id.as_str(), &self.deployment);
        let signed_up = deployment.send(Call::to("sign-up").by(id).json(&self.person.details())).await;
        assert_eq!(signed_up.status, 201, "{id}: {signed_up:?}");
        deployment.set_access(id, true).await;
        let meals = self.person.month_before(deployment.now(), self.target().await);
        self.log_meals(&meals).await;
        if let Some(question) = self.person.coach.first().filter(|_| self.person.scenario.is_some()) {
            let reply = deployment.tell(id, question).await;
            if self.is_wanted() {
                return None;
            }
            course.before = Some(text(&reply.body["message"]));
        }
        let session = deployment.start(id).await;
        let before = self.log_cost();
        for message in &self.person.consultation {
            course.talk.push(self.turn(&session, message).await?);
        }
        course.consultation_cost = self.cost() - before;
        let asked = self.deployment.complete(id, &session).await;
        course.too_short = asked.status == 409;
        if course.too_short {
            return Some(());
        }
        assert_eq!(asked.status, 202, "{id}: {asked:?}");
        self.first_texts(course).await?;
        self.deployment.pass(Duration::days(3));
        self.talk_with_coach(course).await?;
        for (number, kind) in [Kind::Second, Kind::Third].into_iter().enumerate() {
            // The talk was on the third day.
            let days = i64::from(self.person.days(number)) - if number == 0 { 3 } else { 0 };
            self.deployment.pass(Duration::days(days));
            let written = self.rewritten(number, kind).await?;
            course.texts.push(written);
        }
        Some(())
    }

    async fn turn(&self, session: &str, message: &str) -> Option<Turn> {
        let before = self.log.of("model_call").len();
        let reply = self.deployment.say(&self.person.id, session, message).await;
        if self.is_wanted() {
            return None;
        }
        assert_eq!(reply.status, 200, "{}: {reply:?}", self.person.id);
        Some(Turn {
            said: message.to_owned(),
            reply: text(&reply.body["message"]),
            learned: reply.body["extracted"].as_array().cloned().unwrap_or_default(),
            by_model: self.log.of("model_call").len() > before && reply.body["safety"]["action"] != "support",
            open: !reply.body["current_section"].is_null(),
        })
    }

    /// The profile and the first prompt.
    async fn first_texts(&mut self, course: &mut Course) -> Option<()> {
        self.work().await?;
        let profile = self.deployment.profile(&self.person.id).await;
        let versions = self.deployment.prompts(&self.person.id).await;
        let cost = self.cost();
        for (kind, task, text) in [
            (Kind::Profile, Task::Profile, text(&profile["conversational_profile"])),
            (Kind::First, Task::Prompt, versions.first().map(|version| text(&version["prompt"])).unwrap_or_default()),
        ] {
            let complaints = self.complaints(task);
            // One sum is known of both: the prompt bears it.
            let cost = if kind == Kind::First { cost } else { 0.0 };
            course.texts.push(Written { kind, text, complaints, cost });
        }
        (!versions.is_empty()).then_some(())
    }

    async fn talk_with_coach(&mut self, course: &mut Course) -> Option<()> {
        let mut conversation = json!({});
        for message in &self.person.coach {
            let before = self.log.of("model_call").len();
            let reply = if conversation["conversation_id"].is_null() {
                self.deployment.tell(&self.person.id, message).await
            } else {
                self.deployment.tell_in(&self.person.id, &conversation, message).await
            };
            if self.is_wanted() {
                return None;
            }
            assert_eq!(reply.status, 200, "{}: {reply:?}", self.person.id);
            let told = self.deployment.asked(Task::Coach).last().map(|asked| asked.system_text() + &asked.last_text());
            course.coach.push(Answer {
                said: message.clone(),
                reply: text(&reply.body["message"]),
                told,
                first_try: self.log.of("model_call").len() <= before + 1,
                by_model: self.log.of("model_call").len() > before && reply.body["safety"]["action"] != "support",
                personal: reply.body["personalized"] == true,
            });
            conversation = reply.body;
        }
        // A state that has passed has the prompt rewritten.
        self.work().await?;
        let cost = self.cost();
        course.coach_cost = cost / f64::from(u32::try_from(self.person.coach.len()).unwrap_or(1));
        Some(())
    }

    /// A week passes, and the weekly run rewrites the prompt.
    async fn rewritten(&mut self, number: usize, kind: Kind) -> Option<Written> {
        let meals = self.person.week(number, self.deployment.now(), self.target().await);
        self.log_meals(&meals).await;
        // A run looks at those whose check came before it.
        self.deployment.pass(Duration::seconds(1));
        self.deployment.claude.clear();
        let before = self.deployment.versions(&self.person.id).await.len();
        self.deployment.begin_weekly().await;
        self.work().await?;
        self.deployment.claude.finish_batches();
        let collected = self.deployment.collect().await;
        if self.is_wanted() {
            return None;
        }
        let versions = self.deployment.prompts(&self.person.id).await;
        let newest = versions.first().filter(|_| versions.len() > before);
        let unexplained = newest.is_none() && self.complaints(Task::Update).is_empty();
        assert!(!unexplained, "{}: nothing was rewritten in week {}: {collected:?}", self.person.id, number + 1);
        self.cost();
        let cost = newest.and_then(|version| version["cost_usd"].as_f64()).unwrap_or_default();
        let text = newest.map(|version| text(&version["prompt"])).unwrap_or_default();
        Some(Written { kind, text, complaints: self.complaints(Task::Update), cost })
    }

    /// Carries out what is queued. What could not be written leaves its reason in the complaints.
    async fn work(&self) -> Option<()> {
        for job in self.deployment.take_jobs() {
            self.deployment.deliver(&job).await;
        }
        (!self.is_wanted()).then_some(())
    }

    /// What a repair was told of the first try, a line each.
    fn complaints(&self, task: Task) -> Vec<String> {
        let asked = self.deployment.asked(task);
        let repairs = asked.iter().filter(|request| request.body["messages"].as_array().is_some_and(|it| it.len() > 1));
        repairs.flat_map(|request| request.last_text().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    async fn log_meals(&self, meals: &[Value]) {
        for meal in meals {
            let reply = self.deployment.send(Call::to("log-meal").by(&self.person.id).json(meal)).await;
            assert_eq!(reply.status, 201, "{}: {reply:?}", self.person.id);
        }
    }

    async fn target(&self) -> u32 {
        let profile = self.deployment.profile(&self.person.id).await;
        profile["targets"]["daily_calories"].as_u64().and_then(|kcal| u32::try_from(kcal).ok()).unwrap_or_default()
    }

    /// What was spent since this was asked last, in USD.
    fn cost(&mut self) -> f64 {
        let spent = self.log_cost();
        let since = spent - self.spent;
        self.spent = spent;
        since
    }

    /// What was spent in all, in USD.
    fn log_cost(&self) -> f64 {
        self.log.of("model_call").iter().filter_map(|call| call["cost_usd"].as_f64()).sum()
    }

    fn is_wanted(&self) -> bool {
        self.wanted.is_some_and(Path::exists)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
