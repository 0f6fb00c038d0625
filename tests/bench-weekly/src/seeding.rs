//! Fills the tables with generated people who are due, each with a prompt, a month of days and last week's behaviour.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use chrono::{Days, Duration, NaiveDate};
use coaching::store::seeding::{logged_day, prompted_profile};
use coaching::store::{HistoryEntry, NewVersion};
use cohorts::{Archetype, Person, cohort};
use domain::behavior::{BehaviorMetrics, MeasureSettings, Window, measure};
use domain::coaching_prompt::{CoachingPrompt, GenerationReason};
use domain::due;
use domain::local_day::{DayStart, TimeZone};
use domain::money::{TokenUsage, Usd};
use domain::profile::{Age, BodyData, Email, Goal, Name, NewAccount, Profile, StatedGoal, UserId, Weight};
use domain::recipe::Recipe;
use domain::safety::{Health, Risk};
use futures_util::{TryStreamExt as _, stream};
use test_support::{TestDatabase, client_at};
use uuid::Uuid;

use crate::child::Progress;
use crate::scene::{Failure, PROMPT, SHARDS, TODAY, as_of, tables};

const SEED: u64 = 20_261_122;
/// Days of the generated year; the run comes in its middle.
const YEAR: u32 = 364;
/// Items of one request: DynamoDB takes 25.
const AT_ONCE: usize = 25;
/// People who are written at the same time.
const WRITERS: usize = 8;
/// Days before today that are stored: the window.
const STORED_DAYS: u64 = 30;

type Item = HashMap<String, AttributeValue>;

/// People of all archetypes in turn, who have been here for two weeks at least.
pub fn people() -> impl Iterator<Item = Person> {
    let begin = TODAY - Days::new(u64::from(YEAR / 2));
    let mut cohorts: Vec<_> =
        Archetype::ALL.into_iter().map(|archetype| cohort(archetype, u32::MAX, SEED, begin, YEAR)).collect();
    let turns = (0..cohorts.len()).cycle();
    turns.filter_map(move |turn| cohorts[turn].next()).filter(|person| person.first_day <= TODAY - Days::new(14))
}

/// The id of a person by their number.
#[must_use]
pub fn user_id(number: u64) -> UserId {
    UserId::new(Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes()).to_string())
}

/// Creates the tables at `endpoint` and fills them with `users` people.
pub async fn fill(endpoint: &str, users: u64) -> Result<(), Failure> {
    let client = client_at(endpoint);
    TestDatabase::create_in(client.clone(), tables()).await;
    let progress = Progress::begin("seeding", users);
    let numbered = (0..users).zip(people());
    stream::iter(numbered.map(Ok))
        .try_for_each_concurrent(WRITERS, |(number, person)| {
            let (client, progress) = (&client, &progress);
            async move {
                write(client, &user_id(number), &person).await?;
                progress.one_more();
                Ok::<_, Failure>(())
            }
        })
        .await?;
    progress.end();
    Ok(())
}

async fn write(client: &Client, user_id: &UserId, person: &Person) -> Result<(), Failure> {
    let tables = tables();
    let days = person.days(TODAY - Days::new(STORED_DAYS), TODAY - Days::new(1));
    let mut items: Vec<(&str, Item)> =
        days.iter().map(|totals| (tables.meals.as_str(), logged_day(user_id, totals))).collect();
    items.push((&tables.profiles, profile(user_id, person)?));
    for some in items.chunks(AT_ONCE) {
        let mut requests: HashMap<String, Vec<WriteRequest>> = HashMap::new();
        for (table, item) in some {
            let put = PutRequest::builder().set_item(Some(item.clone())).build()?;
            requests.entry((*table).to_owned()).or_default().push(WriteRequest::builder().put_request(put).build());
        }
        let answer = client.batch_write_item().set_request_items(Some(requests)).send().await?;
        if answer.unprocessed_items.is_some_and(|left| !left.is_empty()) {
            return Err("the database did not take all items".into());
        }
    }
    Ok(())
}

/// Somebody whose prompt was written, or found to fit still, a week ago.
fn profile(user_id: &UserId, person: &Person) -> Result<Item, Failure> {
    let written_at = as_of() - Duration::weeks(1);
    let account = NewAccount {
        name: Name::parse("name", "Ana")?,
        email: Email::parse("email", &format!("{user_id}@example.com"))?,
        age: Age::parse("age", 34)?,
        weight: Weight::parse("weight_kg", 82.5)?,
        goal: StatedGoal::Typed(Goal::LoseWeight),
        timezone: Some(TimeZone::UTC),
        day_starts_at: DayStart::MIDNIGHT,
        locale: None,
        body: BodyData::default(),
        health: Health::default(),
    };
    let profile = Profile {
        targets: person.targets.clone(),
        first_day: person.first_day,
        consultation_enabled: true,
        conversational_profile: Some("Steady at work, hungry in the evening. ".repeat(28)),
        revision: 3,
        ..Profile::of_account(user_id.clone(), account, written_at)
    };
    let version = NewVersion {
        after: 0,
        entry: HistoryEntry {
            user_id: user_id.clone(),
            version: 1,
            prompt: PROMPT.to_owned(),
            sections: Some(CoachingPrompt::parse(PROMPT)?),
            reason: GenerationReason::Initial,
            recipe: Recipe::default(),
            decision: None,
            behavioral_data: Some(behavior(person, TODAY - Days::new(7))),
            model: String::new(),
            usage: TokenUsage::default(),
            cost: Usd::ZERO,
            created_at: written_at,
            batch_id: None,
            risk: Risk::None,
            restored: None,
        },
        conversational_profile: None,
        completes: None,
        next_check_at: as_of() - Duration::hours(12),
        update_shard: Some(due::shard_of(user_id, SHARDS)),
        mark: None,
        targets_revision: None,
    };
    Ok(prompted_profile(&profile, &version))
}

/// What a run on the morning of `day` has measured.
fn behavior(person: &Person, day: NaiveDate) -> BehaviorMetrics {
    let settings = MeasureSettings::default();
    let window = Window::before(day, person.first_day, settings.analysis_days);
    // Nothing is logged yet at 3 am.
    let days = person.days(window.first, day - Days::new(1));
    measure(&days, day, &window, &person.targets, &settings)
}
