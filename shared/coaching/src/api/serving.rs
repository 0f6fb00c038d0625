//! Functions without a route can be asked whether they work without doing anything: `{"check": true}` instead of their event.
//! A deployment asks each of them before it is done.

use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::app::FromApp;
use crate::service::ServiceError;

/// Serves events with a use case, each with the context of its invocation, until the function's environment is shut down.
pub(super) fn serve<T, E, A>(
    function: &'static str,
    carry_out: impl AsyncFn(&T, E, Context) -> Result<A, ServiceError>,
) -> Result<(), Error>
where
    T: FromApp,
    E: DeserializeOwned,
    A: Serialize,
{
    super::to_end(function, T::from_app, async move |service| {
        let carry_out = &carry_out;
        let answer = move |LambdaEvent { payload, context }: LambdaEvent<Value>| {
            Box::pin(async move {
                if is_check(&payload) {
                    return Ok(json!({"outcome": "ready"}));
                }
                let answer = carry_out(service, serde_json::from_value(payload)?, context).await?;
                Ok::<_, Error>(serde_json::to_value(answer)?)
            })
        };
        lambda_runtime::run(service_fn(answer)).await
    })
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
