//! Writes by the partition that takes them and the second of the run.
//!
//! Counted are the partitions that many people share: those of the index of due users and of the runs. A person's own
//! partitions take a write or two in a run.

use std::collections::BTreeMap;

use coaching::store::schema::DUE_INDEX;

/// The most that was written to one partition in one second, by table or index.
pub type Busiest = BTreeMap<String, Busy>;

/// A partition in its busiest second.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Busy {
    /// Its key.
    pub partition: String,
    /// Writes in that second.
    pub writes: u64,
}

/// Writes by table or index, partition and second.
#[derive(Debug, Default)]
pub struct Writes(BTreeMap<(&'static str, String), BTreeMap<u64, u64>>);

impl Writes {
    /// Notes what a request of this kind writes, such as `UpdateItem profiles`.
    pub fn note(&mut self, kind: &str, body: &str, second: u64) {
        // A check moves its user on: one entry goes, another comes. A version leaves the entry where the check has put it, and
        // changes none of the keys that are all it holds.
        if kind == "UpdateItem profiles" {
            self.note_all(DUE_INDEX, values(body, r#"":update_shard":{"S":""#), 2, second);
        }
        let writes_runs = ["PutItem", "UpdateItem", "DeleteItem"]
            .iter()
            .any(|operation| kind.strip_prefix(operation).is_some_and(|table| table == " update-runs"));
        if writes_runs || kind == "TransactWriteItems" {
            self.note_all("update-runs", values(body, r#""run_id":{"S":""#), 1, second);
        }
    }

    fn note_all<'a>(
        &mut self,
        place: &'static str,
        partitions: impl Iterator<Item = &'a str>,
        writes: u64,
        second: u64,
    ) {
        for partition in partitions {
            let seconds = self.0.entry((place, partition.to_owned())).or_default();
            *seconds.entry(second).or_default() += writes;
        }
    }

    /// The busiest partition of each table or index.
    #[must_use]
    pub fn busiest(&self) -> Busiest {
        let mut busiest = Busiest::new();
        for ((place, partition), seconds) in &self.0 {
            let writes = seconds.values().copied().max().unwrap_or(0);
            if busiest.get(*place).is_none_or(|busy| busy.writes < writes) {
                busiest.insert((*place).to_owned(), Busy { partition: partition.clone(), writes });
            }
        }
        busiest
    }
}

/// The texts that follow `name` in a request.
fn values<'a>(body: &'a str, name: &'static str) -> impl Iterator<Item = &'a str> {
    body.match_indices(name).filter_map(move |(at, _)| body[at + name.len()..].split('"').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_writes_twice_to_its_shard_of_the_index_and_a_version_leaves_it_as_it_is() {
        let mut writes = Writes::default();
        let check = r#"{"TableName":"bench-profiles","ExpressionAttributeValues":{":update_shard":{"S":"007"}}}"#;
        let version = r#"{"TransactItems":[{"Update":{"ExpressionAttributeValues":{":update_shard":{"S":"007"}}}}]}"#;
        writes.note("UpdateItem profiles", check, 3);
        writes.note("TransactWriteItems", version, 3);
        writes.note("BatchGetItem profiles", check, 3);
        assert_eq!(writes.busiest()[DUE_INDEX], Busy { partition: "007".to_owned(), writes: 2 });
    }

    #[test]
    fn every_item_of_a_transaction_counts_for_its_run() {
        let mut writes = Writes::default();
        let page =
            r#"{"TransactItems":[{"Update":{"Key":{"run_id":{"S":"a"}}}},{"Update":{"Key":{"run_id":{"S":"a"}}}}]}"#;
        writes.note("TransactWriteItems", page, 0);
        writes.note("PutItem update-runs", r#"{"Item":{"run_id":{"S":"b"}}}"#, 0);
        writes.note("Query update-runs", r#"{":run_id":{"S":"b"},"run_id":{"S":"b"}}"#, 0);
        assert_eq!(writes.busiest()["update-runs"], Busy { partition: "a".to_owned(), writes: 2 });
    }
}
