//! Scheduled functions can be asked whether they work without doing anything: `{"check": true}` instead of their event.
//! A deployment asks each of them before it is done.

use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::service::ServiceError;

/// Serves events, with the context of their invocations, until the function's environment is shut down.
pub(super) async fn serve<E, A, F>(carry_out: impl Fn(E, Context) -> F) -> Result<(), Error>
where
    E: DeserializeOwned,
    A: Serialize,
    F: Future<Output = Result<A, ServiceError>>,
{
    let carry_out = &carry_out;
    lambda_runtime::run(service_fn(move |LambdaEvent { payload, context }: LambdaEvent<Value>| {
        Box::pin(async move {
            if is_check(&payload) {
                return Ok(json!({"outcome": "ready"}));
            }
            let answer = carry_out(serde_json::from_value(payload)?, context).await?;
            Ok::<_, Error>(serde_json::to_value(answer)?)
        })
    }))
    .await
}

/// Whether an event asks for nothing but whether the function works.
fn is_check(event: &Value) -> bool {
    *event == json!({"check": true})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_check_itself_is_taken_for_one() {
        assert!(is_check(&json!({"check": true})));
        for event in [
            json!({}),
            json!({"check": false}),
            json!({"scheduled_time": "2026-11-22T03:00:00Z"}),
            json!({"check": true, "scheduled_time": "2026-11-22T03:00:00Z"}),
            Value::Null,
        ] {
            assert!(!is_check(&event), "{event}");
        }
    }
}
