//! Accounts: `sign-up`, `get-profile`, `update-profile`.

mod requests;
mod response;

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::route::{Answer, Route, Sample, Tag, body, serve};
use crate::app::{App, FromApp, StartError};
use crate::http::{ApiRequest, ApiResponse, ApiResult, Caller, Code};
use crate::service::{Accounts, Addresses, EarlierSignals, Minors, Safety, SafetyNotice, ServiceError, Updated};

use domain::profile::Profile;

pub use requests::{CalculatedWord, CustomTargets, SignUpRequest, TargetsRequest, UpdateProfileRequest};
pub use response::ProfileResponse;

const TAG: Tag = Tag { name: "Accounts", description: "Who you are, and the daily targets that follow from it." };

/// `POST /v1/users`
pub static SIGN_UP: Route = Route {
    tag: TAG,
    summary: "Creates the caller's profile, with the consultation closed.",
    description: "Five fields are enough. The address must be the one that you signed in with. Targets rest on body weight \
        until sex and height are known, and on Mifflin-St Jeor from then on; `targets.basis` says which. A goal in your own \
        words is kept as `goal_text`, and your targets keep your weight until the consultation knows more. A goal that tells \
        of danger makes the coach careful (`safety`, `support`).",
    request: Some(body::<SignUpRequest>),
    answers: &[Answer::created("The new profile.", body::<ProfileResponse>)],
    sample: Sample {
        body: Some(
            r#"{"name": "Nora Lindqvist", "email": "nora@example.com", "age": 34, "weight_kg": 78.5, "goal": "lose_weight", "timezone": "Europe/Stockholm"}"#,
        ),
        ..Sample::EMPTY
    },
    refusals: &[&[Code::ProfileExists, Code::AddressTaken]],
    ..Route::new("POST", "/v1/users", "sign-up", |app| serve(app, sign_up))
};

/// What signing up needs.
struct SigningUp {
    addresses: Addresses,
    minors: Minors,
    earlier: EarlierSignals,
    safety: Safety,
}

impl FromApp for SigningUp {
    fn from_app(app: &App) -> Result<Self, StartError> {
        let (minors, earlier) = (Minors::from_app(app)?, EarlierSignals::from_app(app)?);
        Ok(Self { addresses: Addresses::from_app(app)?, minors, earlier, safety: Safety::from_app(app)? })
    }
}

async fn sign_up(signing_up: Arc<SigningUp>, request: ApiRequest) -> ApiResult {
    let SigningUp { addresses, minors, earlier, safety } = &*signing_up;
    let accounts = safety.accounts();
    let body = request.json::<SignUpRequest>()?;
    note_age(minors, &request).await?;
    let Caller { user_id, email, .. } = request.caller;
    let account = body.parse()?;
    minors.check(&user_id).await?;
    let heard = earlier.holding(&user_id, accounts.now()).await;
    let profile = accounts.sign_up(user_id, email.as_ref(), account, &heard, addresses).await?;
    let notice = heard_in_goal(safety, &profile, &request.request_id).await;
    Ok(ApiResponse::created(&ProfileResponse::new(profile, accounts.now()).with_notice(notice)))
}

/// `GET /v1/users/me`
pub static GET_PROFILE: Route = Route {
    tag: TAG,
    summary: "The caller's profile.",
    description: "What you told us, your targets, where your consultation stands, and which prompt your coach works with. \
        The address is the one that your token vouches for: after a change at the user pool the account follows here, with \
        PATCH, at the start of a consultation and with a message to the coach.",
    answers: &[Answer::ok("The profile, without the prompt's text.", body::<ProfileResponse>)],
    refusals: &[&[Code::ProfileNotFound]],
    ..Route::new("GET", "/v1/users/me", "get-profile", |app| serve(app, get_profile))
};

/// What showing one's profile needs.
struct Showing {
    accounts: Accounts,
    addresses: Addresses,
}

impl FromApp for Showing {
    fn from_app(app: &App) -> Result<Self, StartError> {
        Ok(Self { accounts: Accounts::from_app(app)?, addresses: Addresses::from_app(app)? })
    }
}

async fn get_profile(showing: Arc<Showing>, request: ApiRequest) -> ApiResult {
    let Showing { accounts, addresses } = &*showing;
    let Caller { user_id, email, .. } = &request.caller;
    let profile = addresses.follow(accounts.get(user_id).await?, email.as_ref()).await;
    Ok(ApiResponse::ok(&ProfileResponse::new(profile, accounts.now())))
}

/// `PATCH /v1/users/me`
pub static UPDATE_PROFILE: Route = Route {
    tag: TAG,
    summary: "Changes details; calculated targets follow.",
    description: "What is left out stays. Targets of your own stay until you send `\"targets\": \"calculated\"`, or \
        until your details or health make them unsafe. Meals that \
        are logged already stay on their days when the time zone changes.",
    request: Some(body::<UpdateProfileRequest>),
    answers: &[Answer::ok("The changed profile.", body::<ProfileResponse>)],
    sample: Sample {
        body: Some(r#"{"weight_kg": 77.9, "height_cm": 168, "sex": "female", "activity_level": "light"}"#),
        ..Sample::EMPTY
    },
    refusals: &[&[Code::ProfileNotFound, Code::Busy]],
    ..Route::new("PATCH", "/v1/users/me", "update-profile", |app| serve(app, update_profile))
};

/// What changing one's details needs.
struct Updating {
    safety: Safety,
    minors: Minors,
    addresses: Addresses,
}

impl FromApp for Updating {
    fn from_app(app: &App) -> Result<Self, StartError> {
        let (safety, minors) = (Safety::from_app(app)?, Minors::from_app(app)?);
        Ok(Self { safety, minors, addresses: Addresses::from_app(app)? })
    }
}

async fn update_profile(updating: Arc<Updating>, request: ApiRequest) -> ApiResult {
    let Updating { safety, minors, addresses } = &*updating;
    let Caller { user_id, email, .. } = &request.caller;
    let body = request.json::<UpdateProfileRequest>()?;
    if note_age(minors, &request).await? {
        safety.updates().refer(user_id).await?;
    }
    let change = body.parse()?;
    if change.age.is_some() {
        minors.check(user_id).await?;
    }
    let accounts = safety.accounts();
    let Updated { profile, has_new_words } = accounts.update(user_id, &change).await?;
    let profile = addresses.follow(profile, email.as_ref()).await;
    let notice = if has_new_words { heard_in_goal(safety, &profile, &request.request_id).await } else { None };
    if notice.is_none() {
        safety.updates().have_rewritten(&profile, &request.request_id).await;
    }
    Ok(ApiResponse::ok(&ProfileResponse::new(profile, accounts.now()).with_notice(notice)))
}

/// Keeps what is heard in a goal that somebody has just stated in words, as in a message. Their coach is careful already.
async fn heard_in_goal(safety: &Safety, profile: &Profile, request_id: &str) -> Option<SafetyNotice> {
    let goal = profile.goal_text.as_ref()?;
    safety.hear(&profile.user_id, goal.as_str(), request_id).await.map(|heard| heard.notice)
}

/// Remembers who says that they are not of age, before that is refused; whether they have said so.
async fn note_age(minors: &Minors, request: &ApiRequest) -> Result<bool, ServiceError> {
    match told_age(&request.body) {
        Some(years) => minors.note_age(&request.caller.user_id, years).await,
        None => Ok(false),
    }
}

/// The age in a body, in whole years, however it is written: `15`, `"15"` and `15.5` say the same.
fn told_age(body: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    struct Told {
        age: Value,
    }
    let Told { age } = serde_json::from_slice(body).ok()?;
    let years = age.as_f64().or_else(|| age.as_str()?.trim().parse().ok())?;
    #[expect(clippy::cast_possible_truncation, reason = "an age that is no number of years saturates, and is refused")]
    Some(years.floor() as i64)
}
