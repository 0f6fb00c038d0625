//! A person's way through the product: sign-up, consultation, what is written from it, a talk with the coach, and weeks after which
//! the prompt is rewritten.

use std::fs;
use std::path::Path;

use chrono::Duration;
use claude::Purpose;
use claude_simulator::{Options, Pace, Task};
use domain::profile::{Profile, UserId};
use harness::{Call, Deployment};
use serde_json::{Value, json};
use test_support::Log;

use crate::course::{Answer, Course, Kind, Source, Turn, Written};
use crate::person::{Person, folder};

/// Everybody is measured, and nobody's budget ends the talk.
const SETTINGS: [(&str, &str); 3] =
    [("UPDATE_SHARDS", "1"), ("MIN_DAYS_BETWEEN_UPDATES", "0"), ("USER_DAILY_BUDGET_USD", "0")];

/// Days after the first prompt on which somebody talks with the coach: a risk state that holds for a day has passed.
const TALK_AFTER: i64 = 3;

/// A deployment in which somebody takes their way.
struct Way<'a> {
    deployment: Deployment,
    log: Log,
    person: &'a Person,
    wanted: Option<&'a Path>,
    /// Whether a rewriting's first try is made in a batch, which no call tells of.
    batched: bool,
    /// Calls that were looked at.
    seen: usize,
}

/// Calls since they were looked at last.
struct Calls {
    /// What each was for.
    purposes: Vec<String>,
    /// What they cost, in USD.
    cost: f64,
}

impl Calls {
    fn of(&self, purpose: Purpose) -> usize {
        self.purposes.iter().filter(|name| **name == purpose.name()).count()
    }
}

/// Takes a person the whole way.
pub async fn take(person: &Person, source: &Source) -> Course {
    let log = Log::capture();
    let simulator = |recorded, wanted| Options { batch_pace: Pace::Held, recorded, wanted, ..Options::default() };
    let (deployment, wanted) = match source {
        Source::Recorded(wanted) => {
            if let Some(path) = wanted {
                // What was asked for before is answered.
                let _ = fs::remove_file(path);
            }
            let options = simulator(Some(folder("recorded")), wanted.clone());
            (Deployment::with_simulator(options, &SETTINGS).await, wanted.as_deref())
        }
        Source::Simulated => (Deployment::with_simulator(simulator(None, None), &SETTINGS).await, None),
        Source::Claude(key) => {
            let settings: Vec<_> = SETTINGS.into_iter().chain([("PROMPT_UPDATE_MODE", "immediate")]).collect();
            (Deployment::with_real_claude(key.clone(), &settings).await, None)
        }
    };
    let batched = !matches!(source, Source::Claude(_));
    let mut way = Way { deployment, log, person, wanted, batched, seen: 0 };
    let mut course = Course::of(person.clone());
    let done = Box::pin(way.go(&mut course)).await;
    course.wanted = done.is_none() && way.is_wanted();
    course
}

impl Way<'_> {
    /// Goes on until an answer is missing or a first text could not be written, which is `None`.
    async fn go(&mut self, course: &mut Course) -> Option<()> {
        let (id, deployment) = (self.person.id.as_str(), &self.deployment);
        let signed_up = deployment.send(Call::to("sign-up").by(id).json(&self.person.details())).await;
        assert_eq!(signed_up.status, 201, "{id}: {signed_up:?}");
        deployment.set_access(id, true).await;
        let meals = self.person.month_before(deployment.now(), self.target().await);
        self.log_meals(&meals).await;
        if let Some(question) = self.person.coach.first().filter(|_| self.person.scenario.is_some()) {
            let reply = self.answered(deployment.tell(id, question).await)?;
            course.before = Some(text(&reply["message"]));
        }
        let session = deployment.start(id).await;
        self.calls();
        let mut cost = 0.0;
        for message in &self.person.consultation {
            let reply = self.answered(self.deployment.say(id, &session, message).await)?;
            let calls = self.calls();
            cost += calls.cost;
            course.talk.push(Turn {
                said: message.clone(),
                reply: text(&reply["message"]),
                learned: reply["extracted"].as_array().cloned().unwrap_or_default(),
                by_model: is_by_model(&reply, &calls),
                open: !reply["current_section"].is_null(),
            });
        }
        course.consultation_cost = cost;
        let asked = self.deployment.complete(id, &session).await;
        course.too_short = asked.status == 409;
        if course.too_short {
            return Some(());
        }
        assert_eq!(asked.status, 202, "{id}: {asked:?}");
        self.first_texts(course).await?;
        self.deployment.pass(Duration::days(TALK_AFTER));
        self.talk_with_coach(course).await?;
        for (number, kind) in [Kind::FirstUpdate, Kind::SecondUpdate].into_iter().enumerate() {
            let gone = if number == 0 { TALK_AFTER } else { 0 };
            self.deployment.pass(Duration::days(i64::from(self.person.days(number)) - gone));
            let written = self.updated(number, kind).await?;
            course.texts.push(written);
        }
        Some(())
    }

    /// The profile and the first prompt.
    async fn first_texts(&mut self, course: &mut Course) -> Option<()> {
        self.work().await?;
        let calls = self.calls();
        let text = self.stored().await.conversational_profile.unwrap_or_default();
        let complaints = self.complaints(Task::Profile, calls.of(Purpose::Profile) > 1);
        // One sum is known of both texts: the prompt bears it.
        course.texts.push(Written { kind: Kind::Profile, text, sections: None, complaints, cost: 0.0 });
        let complaints = self.complaints(Task::Prompt, calls.of(Purpose::InitialPrompt) > 1);
        let first = self.prompt_after(None, Kind::First, complaints, calls.cost).await;
        let is_there = !first.text.is_empty();
        course.texts.push(first);
        is_there.then_some(())
    }

    async fn talk_with_coach(&mut self, course: &mut Course) -> Option<()> {
        let id = self.person.id.as_str();
        let (mut conversation, mut cost) = (json!({}), 0.0);
        for message in &self.person.coach {
            let reply = if conversation["conversation_id"].is_null() {
                self.deployment.tell(id, message).await
            } else {
                self.deployment.tell_in(id, &conversation, message).await
            };
            let reply = self.answered(reply)?;
            let calls = self.calls();
            cost += calls.cost;
            let told = self.deployment.asked(Task::Coach).last().map(|asked| asked.system_text() + &asked.last_text());
            course.coach.push(Answer {
                said: message.clone(),
                reply: text(&reply["message"]),
                told,
                first_try: calls.of(Purpose::Coach) <= 1,
                by_model: is_by_model(&reply, &calls),
                personal: reply["personalized"] == true,
            });
            conversation = reply;
        }
        course.coach_cost = cost / f64::from(u32::try_from(self.person.coach.len()).unwrap_or(1));
        // The talk has found a prompt that does not suit its person any more.
        let version = self.version().await;
        self.deployment.claude.clear();
        self.work().await?;
        let calls = self.calls();
        if calls.of(Purpose::InitialPrompt) > 0 {
            let complaints = self.complaints(Task::Prompt, calls.of(Purpose::InitialPrompt) > 1);
            course.texts.push(self.prompt_after(version, Kind::AfterRisk, complaints, calls.cost).await);
        }
        Some(())
    }

    /// Weeks have passed, and the weekly run rewrites the prompt.
    async fn updated(&mut self, number: usize, kind: Kind) -> Option<Written> {
        let meals = self.person.week(number, self.deployment.now(), self.target().await);
        self.log_meals(&meals).await;
        // A run looks at those whose check came before it.
        self.deployment.pass(Duration::seconds(1));
        self.deployment.claude.clear();
        let version = self.version().await;
        self.deployment.begin_weekly().await;
        self.work().await?;
        self.deployment.claude.finish_batches();
        let collected = self.deployment.collect().await;
        if self.is_wanted() {
            return None;
        }
        let tries = self.calls().of(Purpose::PromptUpdate);
        let complaints = self.complaints(Task::Update, tries > usize::from(!self.batched));
        let newest = self.deployment.prompts(&self.person.id).await;
        let cost = newest.first().and_then(|version| version["cost_usd"].as_f64()).unwrap_or_default();
        let text = self.prompt_after(version, kind, complaints, cost).await;
        assert!(
            !(text.text.is_empty() && text.complaints.is_empty()),
            "{}: nothing was rewritten in week {}: {collected:?}",
            self.person.id,
            number + 1
        );
        Some(text)
    }

    /// The prompt in force as a text of a kind, if it is another than that of a version.
    async fn prompt_after(&self, version: Option<u32>, kind: Kind, complaints: Vec<String>, cost: f64) -> Written {
        let profile = self.stored().await;
        let targets = profile.targets_in_force(self.deployment.now());
        let prompt = profile.prompt.filter(|prompt| Some(prompt.version) != version);
        let text = prompt.as_ref().map(|prompt| prompt.text_with(&targets)).unwrap_or_default();
        Written { kind, text, sections: prompt.and_then(|prompt| prompt.sections), complaints, cost }
    }

    async fn version(&self) -> Option<u32> {
        self.stored().await.prompt.map(|prompt| prompt.version)
    }

    async fn stored(&self) -> Profile {
        let stored = self.deployment.stores.profiles.get(&UserId::new(&self.person.id)).await;
        stored.expect("the profile can be read").expect("the person has signed up")
    }

    /// The body of an answer, if nothing is missing for it.
    fn answered(&self, reply: harness::Reply) -> Option<Value> {
        if self.is_wanted() {
            return None;
        }
        assert_eq!(reply.status, 200, "{}: {reply:?}", self.person.id);
        Some(reply.body)
    }

    /// Carries out what is queued. What could not be written leaves its reason in the complaints.
    async fn work(&self) -> Option<()> {
        for job in self.deployment.take_jobs() {
            self.deployment.deliver(&job).await;
        }
        (!self.is_wanted()).then_some(())
    }

    /// What a repair was told of the first try, a line each, if there was one. The real Claude's requests are not kept.
    fn complaints(&self, task: Task, repaired: bool) -> Vec<String> {
        if !repaired {
            return Vec::new();
        }
        let asked = self.deployment.asked(task);
        let repairs = asked.iter().filter(|request| request.body["messages"].as_array().is_some_and(|it| it.len() > 1));
        let told = repairs.flat_map(|request| request.last_text().lines().map(str::to_owned).collect::<Vec<_>>());
        let told: Vec<String> = told.collect();
        if told.is_empty() { vec!["it was repaired".to_owned()] } else { told }
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

    /// The calls since this was asked last.
    fn calls(&mut self) -> Calls {
        let calls = self.log.of("model_call").split_off(self.seen);
        self.seen += calls.len();
        Calls {
            purposes: calls.iter().map(|call| text(&call["purpose"])).collect(),
            cost: calls.iter().filter_map(|call| call["cost_usd"].as_f64()).sum(),
        }
    }

    fn is_wanted(&self) -> bool {
        self.wanted.is_some_and(Path::exists)
    }
}

/// Whether a model has answered, and not a fixed text of safety.
fn is_by_model(reply: &Value, calls: &Calls) -> bool {
    !calls.purposes.is_empty() && reply["safety"]["action"] != "support"
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
