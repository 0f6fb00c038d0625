//! Prompt versions that are written straight into the tables, where a test is about something else than their writing.

use coaching::store::{HistoryEntry, NewVersion, WriteOutcome};
use domain::coaching_prompt::GenerationReason;
use domain::money::{TokenUsage, Usd};
use domain::profile::UserId;
use domain::recipe::Recipe;
use domain::safety::Risk;
use tokio::sync::OnceCell;

use super::Deployment;

impl Deployment {
    /// A prompt as the model writes it, made once for all tests.
    pub async fn prompt_text() -> &'static str {
        static TEXT: OnceCell<String> = OnceCell::const_new();
        TEXT.get_or_init(|| async {
            let deployment = Self::new().await;
            deployment.prompted("seed", &[]).await;
            deployment.prompts("seed").await[0]["prompt"].as_str().expect("a text").to_owned()
        })
        .await
    }

    /// The version after `after`, as if it were written for somebody now; they are found by no weekly run.
    pub fn version(&self, name: &str, after: u32, prompt: &str) -> NewVersion {
        NewVersion {
            after,
            entry: HistoryEntry {
                user_id: UserId::new(name),
                version: after + 1,
                prompt: prompt.to_owned(),
                sections: None,
                reason: if after == 0 { GenerationReason::Initial } else { GenerationReason::Manual },
                recipe: Recipe::default(),
                decision: None,
                behavioral_data: None,
                model: coaching::config::writing::prompt_model(self.app().env()).expect("a model"),
                usage: TokenUsage::default(),
                cost: Usd::ZERO,
                created_at: self.now(),
                batch_id: None,
                risk: Risk::None,
                restored: None,
            },
            conversational_profile: Some("Steady.".to_owned()),
            completes: None,
            next_check_at: self.now() + chrono::Duration::days(7),
            update_shard: None,
            mark: None,
            targets_revision: None,
        }
    }

    /// Writes a version.
    pub async fn write_version(&self, mut version: NewVersion) {
        let written = self.stores.versions.add_prompt_version(&mut version).await.expect("an answer");
        assert_eq!(written, WriteOutcome::Written);
    }
}
