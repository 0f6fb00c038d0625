//! Sequential rounds of requests. A round is what is under way at the same time: the proxy holds every request of a round
//! until all of them have come, and only then lets them pass. Requests that wait for one another's answers never come
//! together, so who needs more rounds than a test has written down does not get through them; and nothing rests on time.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use test_support::{Exchange, Fate, Intercept};
use tokio::sync::watch;

use super::{Call, Deployment, PATIENCE, Reply};

/// The rounds that a request is to take.
pub struct Rounds {
    expected: Vec<Vec<&'static str>>,
    state: Mutex<State>,
    round: watch::Sender<usize>,
}

#[derive(Default)]
struct State {
    /// What has come of the present round.
    arrived: Vec<String>,
    /// What belonged to no round when it came.
    unexpected: Vec<String>,
    items_read: usize,
}

impl Rounds {
    /// Sends a call that is to be answered with 200 in exactly these rounds, each the kinds of its requests (such as
    /// `GetItem profiles`) in any order; answers with the reply and the number of items that were read.
    pub async fn of(deployment: &Deployment, call: Call, expected: &[&[&'static str]]) -> (Reply, usize) {
        let expected = expected.iter().map(|round| round.to_vec()).collect();
        let rounds = Arc::new(Self { expected, state: Mutex::default(), round: watch::Sender::new(0) });
        let app = deployment.app_through(rounds.clone()).await;
        let sent = tokio::time::timeout(PATIENCE, deployment.send_through(&app, call)).await;
        let state = rounds.state.lock().expect("nobody panics while holding it");
        let round = *rounds.round.borrow();
        let Ok(reply) = sent else {
            panic!("round {round} is to be {:?} and is {:?}", rounds.expected.get(round), state.arrived);
        };
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(state.unexpected, Vec::<String>::new(), "belongs to no round");
        assert_eq!(round, rounds.expected.len(), "rounds that were not needed: {:?}", &rounds.expected[round..]);
        (reply, state.items_read)
    }

    /// Notes a request; answers with its round if it belongs to the present one.
    fn arrive(&self, kind: &str) -> Option<usize> {
        let mut state = self.state.lock().expect("nobody panics while holding it");
        let round = *self.round.borrow();
        let times = |kinds: &mut dyn Iterator<Item = &str>| kinds.filter(|other| *other == kind).count();
        let expected = self.expected.get(round).map_or(0, |kinds| times(&mut kinds.iter().copied()));
        if times(&mut state.arrived.iter().map(String::as_str)) >= expected {
            state.unexpected.push(kind.to_owned());
            return None;
        }
        state.arrived.push(kind.to_owned());
        if state.arrived.len() == self.expected[round].len() {
            state.arrived.clear();
            self.round.send_replace(round + 1);
        }
        Some(round)
    }
}

#[async_trait]
impl Intercept for Rounds {
    async fn before(&self, exchange: &Exchange) -> Fate {
        if let Some(round) = self.arrive(&exchange.kind) {
            let passed = self.round.subscribe().wait_for(|present| *present > round).await.is_ok();
            assert!(passed, "the rounds outlive their requests");
        }
        Fate::Pass
    }

    async fn after(&self, _exchange: &Exchange, answer: &Value) {
        let one = usize::from(answer["Item"].is_object());
        let several = answer["Items"].as_array().map_or(0, Vec::len);
        self.state.lock().expect("nobody panics while holding it").items_read += one + several;
    }
}
