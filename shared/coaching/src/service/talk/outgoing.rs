//! What a model says is read before a person is told it. A reply that says what no text may say is asked for once more; if
//! the second is no better, a fixed one stands in its place.

use std::time::Duration;

use tracing::warn;

use super::FIXED_TEXT;
use crate::prompts;
use crate::service::metered_model::MeteredModel;
use crate::telemetry::events;
use claude::{ModelError, ModelReply, ModelRequest};
use domain::locale::Locale;
use domain::profile::Profile;
use domain::safety::{Objection, objections, reply_replaced};

/// Whether a text may be sent to a person; the log says why not.
fn is_fit(text: &str, profile: &Profile) -> bool {
    let least_kcal = profile.subject(profile.risk.lasting).least_calories();
    let found = objections(text, least_kcal, prompts::safety_preamble());
    let fit = found.is_empty();
    if !fit {
        let objections: Vec<&str> = found.into_iter().map(Objection::name).collect();
        warn!(objections = objections.join(","), "{}", events::UNSAFE_TEXT_REFUSED);
    }
    fit
}

/// Asks for a reply that may be sent, or says what stands in its place. `said` is what of an answer its person reads; an answer of which nothing can be read is left to its reader. The answer has cost what both have.
pub(super) async fn ask(
    model: &MeteredModel,
    request: &ModelRequest,
    profile: &Profile,
    said: impl Fn(&str) -> Option<String> + Send + Sync,
) -> Result<(ModelReply, Option<&'static str>), ModelError> {
    let began = tokio::time::Instant::now();
    let first = model.ask_uncounted(request).await?;
    if said(&first.text).is_none_or(|text| is_fit(&text, profile)) {
        return Ok((first, None));
    }
    let again = ModelRequest { deadline: request.deadline.saturating_sub(began.elapsed()), ..request.clone() };
    let second = if again.deadline > Duration::ZERO { model.ask_uncounted(&again).await } else { Ok(first.clone()) };
    let (mut answer, fit) = match second {
        Ok(second) => {
            let fit = said(&second.text).is_none_or(|text| is_fit(&text, profile));
            let mut answer = second;
            answer.usage += first.usage;
            answer.cost += first.cost;
            (answer, fit)
        }
        Err(error) => {
            let mut answer = first;
            answer.cost += error.cost();
            (answer, false)
        }
    };
    if fit {
        return Ok((answer, None));
    }
    FIXED_TEXT.clone_into(&mut answer.model);
    let language = profile.locale.as_ref().and_then(Locale::language).unwrap_or_default();
    Ok((answer, Some(reply_replaced(language, 0))))
}
