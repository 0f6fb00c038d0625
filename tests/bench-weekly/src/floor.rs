//! The same requests to DynamoDB without any logic: as fast as a weekly run can be on this database.
//!
//! Who counts as changed is decided by a hash, so that their share is that of the worker's run; what is written is what was
//! read, under the names that the worker writes.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, Put, TransactWriteItem, Update};
use chrono::{Days, Duration};
use coaching::store::CHECKED_ATTRIBUTES;
use coaching::store::schema::DUE_INDEX;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use test_support::{client_at, endpoint};

use crate::child::Progress;
use crate::counting::{Counting, Requests};
use crate::measure::{Figures, Stopwatch};
use crate::partitions::Busiest;
use crate::scene::{CONCURRENCY, Failure, PROMPT, SHARDS, TODAY, as_of, tables};

/// Users in one page: as many as are read in one batch.
const PAGE: usize = 100;
/// As many, and one more to see whether there is another page.
const LISTED: i32 = 101;
/// A sentence as long as those that explain a decision.
const EXPLANATION: &str =
    "Days in target went from 62% to 41% (13 of 21 days to 9 of 22), which is more than the threshold of 15 points.";
/// Of so many users, a number are changed.
const PER: u64 = 10_000;

type Item = HashMap<String, AttributeValue>;

struct Floor {
    client: Client,
    profiles: String,
    meals: String,
    history: String,
    runs: String,
    /// Users of [`PER`] who count as changed.
    changed: u64,
    progress: Progress,
}

/// Sends the requests of a run over all users, of whom `changed` of 10,000 are changed.
pub async fn run(users: u64, changed: u64) -> Result<Figures, Failure> {
    let (client, counting) = Counting::of(&client_at(endpoint()));
    let names = tables();
    let floor = Floor {
        client,
        profiles: names.profiles,
        meals: names.meals,
        history: names.prompt_history,
        runs: names.update_runs,
        changed,
        progress: Progress::begin("floor", users),
    };
    let stopwatch = Stopwatch::start()?;
    let shards = (0..SHARDS).map(|shard| floor.shard(format!("{shard:03}")));
    let changed: Vec<Vec<Item>> = stream::iter(shards).buffer_unordered(CONCURRENCY).try_collect().await?;
    let changed: Vec<Item> = changed.into_iter().flatten().collect();
    let collected = changed.iter().map(|user| floor.collect(user));
    stream::iter(collected).buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
    let usage = stopwatch.stop()?;
    floor.progress.end();
    let requests = counting.requests();
    let users = handled(&requests);
    Ok(Figures {
        usage,
        users,
        changed: changed.len() as u64,
        requests,
        busiest: Busiest::new(),
        batches: 0,
        cost_usd: 0.0,
    })
}

/// Every user is written once by the check.
fn handled(requests: &Requests) -> u64 {
    requests.get("UpdateItem profiles").copied().unwrap_or(0)
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn key(user: &Item) -> Item {
    HashMap::from([("user_id".to_owned(), user["user_id"].clone())])
}

impl Floor {
    /// All users of a shard; answers with the keys of the changed ones.
    async fn shard(&self, shard: String) -> Result<Vec<Item>, Failure> {
        let mut changed = Vec::new();
        let mut start = None;
        let mut number = 0;
        loop {
            let users;
            (users, start) = self.page(&shard, start).await?;
            if users.is_empty() {
                break;
            }
            let page_id = format!("page#shard#{shard}#{number:06}");
            self.open(&page_id, &users).await?;
            let checks = users.iter().map(|user| self.check(user, &shard));
            stream::iter(checks).buffer_unordered(CONCURRENCY).try_collect::<Vec<()>>().await?;
            self.count(&page_id).await?;
            changed.extend(users.iter().filter(|user| self.is_changed(user)).map(key));
            number += 1;
            if start.is_none() {
                break;
            }
        }
        for user in &changed {
            self.read(user).await?;
        }
        Ok(changed)
    }

    /// A page of users, and the key behind which the next one begins.
    async fn page(&self, shard: &str, start: Option<Item>) -> Result<(Vec<Item>, Option<Item>), Failure> {
        let request = self.client.query().table_name(&self.profiles).index_name(DUE_INDEX).limit(LISTED);
        let answer = request
            .key_condition_expression("#shard = :shard AND #at BETWEEN :low AND :high")
            .expression_attribute_names("#shard", "update_shard")
            .expression_attribute_names("#at", "next_check_at")
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":low", text("0"))
            .expression_attribute_values(":high", text(stamp(Duration::seconds(-1))))
            .set_exclusive_start_key(start)
            .send()
            .await?;
        let mut entries = answer.items.unwrap_or_default();
        if entries.is_empty() {
            return Ok((entries, None));
        }
        let next = (entries.len() > PAGE).then(|| entries[PAGE - 1].clone());
        entries.truncate(PAGE);
        let names = CHECKED_ATTRIBUTES.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect();
        let projection: Vec<String> = CHECKED_ATTRIBUTES.iter().map(|name| format!("#{name}")).collect();
        let keys = KeysAndAttributes::builder()
            .consistent_read(true)
            .set_keys(Some(entries.iter().map(key).collect()))
            .set_expression_attribute_names(Some(names))
            .projection_expression(projection.join(", "))
            .build()?;
        let answer = self.client.batch_get_item().request_items(&self.profiles, keys).send().await?;
        let users: Vec<Item> = answer.responses.into_iter().flatten().flat_map(|(_, users)| users).collect();
        if users.len() < entries.len() {
            return Err("the database did not read all users of a page".into());
        }
        Ok((users, next))
    }

    async fn open(&self, page_id: &str, users: &[Item]) -> Result<(), Failure> {
        let ids = users.iter().map(|user| user["user_id"].clone()).collect();
        let put = self.client.put_item().table_name(&self.runs);
        put.item("run_id", text("floor"))
            .item("part", text(page_id))
            .item("page_users", AttributeValue::L(ids))
            .condition_expression("attribute_not_exists(run_id)")
            .send()
            .await?;
        Ok(())
    }

    async fn count(&self, page_id: &str) -> Result<(), Failure> {
        let update = |part: &str, expression: &str| {
            let update = Update::builder().table_name(&self.runs).key("run_id", text("floor")).key("part", text(part));
            let update = update
                .update_expression(expression)
                .expression_attribute_values(":checked", AttributeValue::N("100".to_owned()));
            update.build().map(|update| TransactWriteItem::builder().update(update).build())
        };
        let page = update(page_id, "SET checked = :checked REMOVE page_users")?;
        let sums = update("run", "ADD checked :checked")?;
        self.client.transact_write_items().transact_items(page).transact_items(sums).send().await?;
        Ok(())
    }

    async fn check(&self, user: &Item, shard: &str) -> Result<(), Failure> {
        let days = self.client.query().table_name(&self.meals).consistent_read(true);
        days.key_condition_expression("#user = :user AND #item BETWEEN :low AND :high")
            .expression_attribute_names("#user", "user_id")
            .expression_attribute_names("#item", "item")
            .expression_attribute_values(":user", user["user_id"].clone())
            .expression_attribute_values(":low", text(format!("day#{}", TODAY - Days::new(30))))
            .expression_attribute_values(":high", text(format!("day#{TODAY}")))
            .send()
            .await?;
        let changed = self.is_changed(user);
        if changed {
            self.read(user).await?;
        }
        let data = user["behavioral_data"].clone();
        let (written, data) = if changed { ("pending_update", pending(data)) } else { ("behavioral_data", data) };
        let update = self.client.update_item().table_name(&self.profiles).set_key(Some(key(user)));
        update
            .update_expression(
                "SET #data = :data, last_behavior_check = :now, next_check_at = :next, update_shard = :shard, \
                 check_page = :page, check_outcome = :outcome, #schema = :version",
            )
            .condition_expression("system_prompt_version = :version AND next_check_at < :as_of")
            .expression_attribute_names("#data", written)
            .expression_attribute_names("#schema", "schema")
            .expression_attribute_values(":data", data)
            .expression_attribute_values(":now", text(stamp(Duration::zero())))
            .expression_attribute_values(":as_of", text(stamp(Duration::zero())))
            .expression_attribute_values(":next", text(stamp(Duration::days(6))))
            .expression_attribute_values(":shard", text(shard))
            .expression_attribute_values(":page", text("shard#000#00000000-0000-0000-0000-000000000000"))
            .expression_attribute_values(":outcome", text("unchanged"))
            .expression_attribute_values(":version", user["system_prompt_version"].clone())
            .send()
            .await?;
        self.progress.one_more();
        Ok(())
    }

    async fn read(&self, user: &Item) -> Result<Item, Failure> {
        let request = self.client.get_item().table_name(&self.profiles).set_key(Some(key(user))).consistent_read(true);
        Ok(request.send().await?.item.unwrap_or_default())
    }

    /// A result of a batch: the profile read, the version and its history row written.
    async fn collect(&self, user: &Item) -> Result<(), Failure> {
        let profile = self.read(user).await?;
        let read = |name: &str| profile.get(name).cloned().unwrap_or_else(|| text("none"));
        let (now, version) = (text(stamp(Duration::zero())), AttributeValue::N("2".to_owned()));
        let row = [
            ("user_id", user["user_id"].clone()),
            ("version", version.clone()),
            ("prompt", text(PROMPT)),
            ("prompt_sections", read("prompt_sections")),
            ("decision", decision()),
            ("behavioral_data", read("behavioral_data")),
            ("recipe", read("recipe")),
            ("reason", text("weekly")),
            ("model", text("claude-sonnet-5-5")),
            ("usage", usage()),
            ("cost_nano_usd", AttributeValue::N("3950000".to_owned())),
            ("created_at", now.clone()),
            ("prompt_risk", read("prompt_risk")),
            ("batch_id", text("msgbatch_000001")),
            ("schema", version.clone()),
        ];
        let row = Put::builder()
            .table_name(&self.history)
            .set_item(Some(Item::from(row.map(|(name, value)| (name.to_owned(), value)))))
            .condition_expression("attribute_not_exists(user_id)")
            .build()?;
        let set = [
            ("coaching_system_prompt", text(PROMPT)),
            ("prompt_sections", read("prompt_sections")),
            ("prompt_sections_version", version.clone()),
            ("system_prompt_version", version.clone()),
            ("last_prompt_update", now.clone()),
            ("recipe", read("recipe")),
            ("behavioral_data", read("behavioral_data")),
            ("prompt_behavioral_data", read("behavioral_data")),
            ("last_behavior_check", now),
            ("prompt_risk", read("prompt_risk")),
            ("next_check_at", text(stamp(Duration::days(6)))),
            ("update_shard", read("update_shard")),
            ("schema", version),
        ];
        let (mut names, mut values) = (HashMap::new(), Item::new());
        for (name, value) in set {
            names.insert(format!("#{name}"), name.to_owned());
            values.insert(format!(":{name}"), value);
        }
        let assignments: Vec<String> = names.values().map(|name| format!("#{name} = :{name}")).collect();
        for name in ["pending_update", "prompt_generation", "check_page", "check_outcome", "user_id"] {
            names.insert(format!("#{name}"), name.to_owned());
        }
        values.insert(":after".to_owned(), AttributeValue::N("1".to_owned()));
        let expression = format!(
            "SET {} REMOVE #pending_update, #prompt_generation, #check_page, #check_outcome",
            assignments.join(", ")
        );
        let update = Update::builder()
            .table_name(&self.profiles)
            .set_key(Some(key(user)))
            .update_expression(expression)
            .condition_expression("(attribute_exists(#user_id)) AND (#system_prompt_version = :after)")
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .build()?;
        self.client
            .transact_write_items()
            .transact_items(TransactWriteItem::builder().put(row).build())
            .transact_items(TransactWriteItem::builder().update(update).build())
            .send()
            .await?;
        Ok(())
    }

    fn is_changed(&self, user: &Item) -> bool {
        let id = user["user_id"].as_s().map(String::as_str).unwrap_or_default();
        // A name-based UUID is as good as random.
        let number = id.get(..8).and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap_or(0);
        number % PER < self.changed
    }
}

/// What waits for an answer: the behaviour, and what was decided of it.
fn pending(behavior: AttributeValue) -> AttributeValue {
    AttributeValue::M(Item::from([("metrics".to_owned(), behavior), ("decision".to_owned(), decision())]))
}

/// As many words as a decision by one rule has.
fn decision() -> AttributeValue {
    let rule = [("rule", "adherence"), ("baseline", "prompt"), ("explanation", EXPLANATION)];
    let rule = rule.map(|(name, value)| (name.to_owned(), text(value)));
    let rules = AttributeValue::L(vec![AttributeValue::M(Item::from(rule))]);
    AttributeValue::M(Item::from([
        ("changed".to_owned(), AttributeValue::Bool(true)),
        ("rules".to_owned(), rules),
        ("summary".to_owned(), text(EXPLANATION)),
    ]))
}

/// What an answer was read and written with.
fn usage() -> AttributeValue {
    let counts = ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
    let counts = counts.map(|name| (name.to_owned(), AttributeValue::N("1500".to_owned())));
    AttributeValue::M(Item::from(counts))
}

/// An instant near that of the run, as the index of due users keeps it.
fn stamp(offset: Duration) -> String {
    (as_of() + offset).format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
