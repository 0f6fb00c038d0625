//! Letting many people in at once: `set-cohort-access`.

use std::collections::HashSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::admin::{TAG, parse_user_ref};
use super::route::{Answer, Route, Sample, body, serve};
use crate::http::field::Field;
use crate::http::{ApiRequest, ApiResponse, ApiResult};
use crate::service::{AccessResult, ConsultationAccess, UserRef};
use domain::field::{FieldCollector, FieldError, FieldErrors};

/// Most users of one request.
const MOST_USERS: usize = 100;

/// `PUT /v1/admin/consultation-access`
pub static SET_COHORT_ACCESS: Route = Route {
    tag: TAG,
    summary: "Opens or closes the consultation for up to 100 users at once, by id or by email address. Admins only.",
    description: "Each user has a result of their own, in the order in which they were sent; one who is not found, or for \
        whom it failed, keeps it from nobody else. The same request can be sent again: who is let in already is `unchanged`.",
    request: Some(body::<CohortRequest>),
    answers: &[Answer::ok("What became of each.", body::<CohortResponse>)],
    admin: true,
    sample: Sample {
        body: Some(r#"{"users": ["nora@example.com", "5f8e2c1a-0b7d-4c3e-9a61-2d4b6f8e0c13"], "enabled": true}"#),
        ..Sample::EMPTY
    },
    ..Route::new("PUT", "/v1/admin/consultation-access", "set-cohort-access", |app| serve(app, set_cohort_access))
};

async fn set_cohort_access(access: Arc<ConsultationAccess>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let Cohort { users, enabled } = request.json::<CohortRequest>()?.parse()?;
    let named: HashSet<UserRef> = users.iter().filter_map(|(_, user)| user.clone()).collect();
    let results = access.set_all(named, enabled, &request.caller.user_id).await?;
    let result = |user: Option<UserRef>| user.and_then(|user| results.get(&user)).copied();
    let items = users.into_iter().map(|(text, user)| CohortMember {
        user: text,
        // Nobody can have an address that is none.
        result: result(user).unwrap_or(AccessResult::NotFound),
    });
    Ok(ApiResponse::ok(&CohortResponse { items: items.collect() }))
}

/// Body of `PUT /v1/admin/consultation-access`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CohortRequest {
    /// The users, each by id or by email address.
    #[schemars(length(min = 1, max = MOST_USERS))]
    pub users: Field<Vec<String>>,
    /// Whether the consultation is open to them.
    pub enabled: Field<bool>,
}

/// Whom to let in or out.
struct Cohort {
    /// Each as they were sent, and who is meant, unless that can be nobody.
    users: Vec<(String, Option<UserRef>)>,
    enabled: bool,
}

impl CohortRequest {
    fn parse(self) -> Result<Cohort, FieldErrors> {
        let mut fields = FieldCollector::default();
        let users = self.users.required("users").and_then(|users| {
            let count = users.len();
            if (1..=MOST_USERS).contains(&count) {
                Ok(users)
            } else {
                Err(FieldError::new("users", format!("must be 1 to {MOST_USERS} users; there are {count}")))
            }
        });
        let users = fields.take(users);
        let enabled = fields.take(self.enabled.required("enabled"));
        let (users, enabled) = fields.finish_with(|| Some((users?, enabled?)))?;
        let named = |text: String| {
            let user = parse_user_ref(&text).ok();
            (text, user)
        };
        Ok(Cohort { users: users.into_iter().map(named).collect(), enabled })
    }
}

/// Answer of `PUT /v1/admin/consultation-access`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CohortResponse {
    /// What became of each, in the order in which they were sent.
    pub items: Vec<CohortMember>,
}

/// What became of one user of a cohort.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CohortMember {
    /// The user, as they were sent.
    pub user: String,
    /// What became of it.
    pub result: AccessResult,
}
