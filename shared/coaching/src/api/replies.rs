//! What the coach said to everybody, and with which prompt: `list-replies`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::admin::TAG;
use super::list::ListResponse;
use super::route::{Answer, Parameter, Route, Sample, body, serve};
use crate::http::{ApiRequest, ApiResponse, ApiResult};
use crate::service::Replies;
use crate::store::ListedReply;
use domain::profile::Email;

/// `GET /v1/admin/replies`
pub static LIST_REPLIES: Route = Route {
    tag: TAG,
    summary: "The latest replies of the coach to everybody, with the version of the prompt each was written with. Admins only.",
    description: "Replies without a personal prompt are left out, and so is what was said. A page may have fewer items than \
        `limit`; only one without `next_cursor` is the last. A reply is listed moments after it was written.",
    query: &[Parameter::LIMIT, Parameter::CURSOR],
    answers: &[Answer::ok("A page of replies.", body::<ListResponse<ReplyResponse>>)],
    admin: true,
    sample: Sample { query: &[("limit", "100")], ..Sample::EMPTY },
    ..Route::new("GET", "/v1/admin/replies", "list-replies", |app| serve(app, list_replies))
};

async fn list_replies(replies: Arc<Replies>, request: ApiRequest) -> ApiResult {
    request.caller.require_admin()?;
    let page = replies.list(&request.page()?).await?;
    Ok(ApiResponse::ok(&ListResponse::of(page, ReplyResponse::new)))
}

/// A reply of the coach, without its words.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Reply")]
pub struct ReplyResponse {
    /// To whom.
    pub user_id: String,
    /// Their address; null once they are gone.
    pub email: Option<String>,
    /// The conversation.
    pub conversation_id: Uuid,
    /// Identity of the reply.
    pub message_id: Uuid,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// The version of the personal prompt that it was written with.
    pub system_prompt_version_used: u32,
    /// The variant of that prompt; null where none was named.
    pub variant: Option<String>,
}

impl ReplyResponse {
    fn new((reply, email): (ListedReply, Option<Email>)) -> Self {
        Self {
            user_id: reply.user_id.to_string(),
            email: email.map(|email| email.as_str().to_owned()),
            conversation_id: reply.conversation_id,
            message_id: reply.message_id,
            created_at: reply.created_at,
            system_prompt_version_used: reply.system_prompt_version_used,
            variant: reply.variant,
        }
    }
}
