//! The names of the events: the `message` of a line. Those of the requirement come first; operators search for them.

/// A weekly run begins.
pub const PROMPT_UPDATE_STARTED: &str = "prompt_update_started";
/// A user's behaviour changed: the prompt will be rewritten. `rules` says which rules found that, and by how much.
pub const SIGNIFICANT_BEHAVIOR_CHANGE_DETECTED: &str = "significant_behavior_change_detected";
/// A user's behaviour did not change: the prompt stays, and nothing is spent.
pub const SKIPPING_PROMPT_UPDATE_NO_SIGNIFICANT_CHANGE: &str = "skipping_prompt_update_no_significant_change";
/// A part of a weekly run, or one of its message batches, is done.
pub const PROMPTS_UPDATED: &str = "prompts_updated";
/// A psychological profile was written.
pub const CONVERSATIONAL_PROFILE_GENERATED: &str = "conversational_profile_generated";
/// A first prompt was written and stored.
pub const INITIAL_SYSTEM_PROMPT_GENERATED: &str = "initial_system_prompt_generated";
/// The coach answers with a personal prompt.
pub const USING_PERSONALIZED_SYSTEM_PROMPT: &str = "using_personalized_system_prompt";
/// A prompt was rewritten and stored.
pub const SYSTEM_PROMPT_UPDATED: &str = "system_prompt_updated";
/// A prompt could not be written; the old one stays in force.
pub const PERSONALIZED_PROMPT_GENERATION_FAILED: &str = "personalized_prompt_generation_failed";
/// The consultation is not open to the user; `key` says why a consultation key did not open it.
pub const CONSULTATION_ACCESS_DENIED: &str = "consultation_access_denied";

/// A request was answered as asked.
pub const REQUEST_COMPLETED: &str = "request_completed";
/// A request was not answered as asked, and the caller can do something about it (4xx).
pub const REQUEST_REFUSED: &str = "request_refused";
/// A request was not answered as asked, and the fault is not the caller's (5xx).
pub const REQUEST_FAILED: &str = "request_failed";
/// A first answer of a writer that needed a repair could not be kept or forgotten: at worst it is paid for again.
pub const FIRST_ANSWER_NOT_KEPT: &str = "first_answer_not_kept";
/// An answer could not be kept for repetitions of its request.
pub const IDEMPOTENT_ANSWER_NOT_KEPT: &str = "idempotent_answer_not_kept";
/// A job was carried out.
pub const PROMPT_JOB_COMPLETED: &str = "prompt_job_completed";
/// A job was not carried out; the queue delivers it again.
pub const PROMPT_JOB_FAILED: &str = "prompt_job_failed";
/// A scheduled event was carried out.
pub const SCHEDULED_EVENT_COMPLETED: &str = "scheduled_event_completed";
/// A scheduled event was not carried out.
pub const SCHEDULED_EVENT_FAILED: &str = "scheduled_event_failed";
/// A function cannot start.
pub const COLD_START_FAILED: &str = "cold_start_failed";
/// The function panicked at `place`.
pub const PANICKED: &str = "panicked";
/// A library has a warning or an error; what it says is left out, because it can quote what the library was given.
pub const LIBRARY_WARNING: &str = "library_warning";

/// A user of a cohort could not be let into the consultation, or out of it; the others were.
pub const CONSULTATION_ACCESS_NOT_SET: &str = "consultation_access_not_set";
/// The coach answers with the generic prompt.
pub const USING_GENERIC_SYSTEM_PROMPT: &str = "using_generic_system_prompt";
/// The consultation AI claimed facts that the person has not said.
pub const INVENTED_FACTS_REFUSED: &str = "invented_facts_refused";
/// A message shows that its person needs something else than coaching. What it was stands in the audit: a log is read by
/// more people than may know that.
pub const SAFETY_SIGNAL: &str = "safety_signal";
/// A signal could not be remembered or acted on; the person was answered all the same.
pub const SAFETY_SIGNAL_NOT_KEPT: &str = "safety_signal_not_kept";
/// A signal could not be kept in the audit; all else happened.
pub const SAFETY_SIGNAL_NOT_AUDITED: &str = "safety_signal_not_audited";
/// A safety answer could not be stored; the person was given it all the same.
pub const SAFETY_ANSWER_NOT_STORED: &str = "safety_answer_not_stored";
/// A prompt is being rewritten because it does not suit its person's risk state, or does not know what endangers them.
pub const SAFETY_UPDATE_QUEUED: &str = "safety_update_queued";
/// The model that reads messages for danger did not answer, or not in time; the person was answered all the same.
pub const SAFETY_MODEL_FAILED: &str = "safety_model_failed";
/// Rules and model found different signals in a message; how many both found, and each alone.
pub const SAFETY_NETS_DISAGREE: &str = "safety_nets_disagree";
/// A text was not sent or stored because of what it says; `objections` names the kinds.
pub const UNSAFE_TEXT_REFUSED: &str = "unsafe_text_refused";
/// A model declined to answer a message, or broke off twice at the most that an answer may have: a fixed text answered, and
/// no later request repeats the message.
pub const MESSAGE_DECLINED: &str = "message_declined";
/// The address of an account could not follow the one that its person has verified; their next request tries again.
pub const ADDRESS_NOT_FOLLOWED: &str = "address_not_followed";
/// What the consultation has learned could not be written into the profile yet.
pub const PROFILE_NOT_FILLED: &str = "profile_not_filled";
/// The hour of a reply could not be marked in the list of everybody's replies; the reply is listed all the same.
pub const REPLY_HOUR_NOT_MARKED: &str = "reply_hour_not_marked";
/// What a call cost stands in the ledger, but not in the day's sums yet; the reconciler settles it.
pub const SPENDING_SETTLED_LATER: &str = "spending_settled_later";
/// What a call has cost could not be entered in the ledger; it will count as the most that it can have cost.
pub const SPENDING_NOT_ENTERED: &str = "spending_not_entered";
/// A call was never settled and may have been made: it counts as the most that it can have cost.
pub const SPENDING_EXPIRED: &str = "spending_expired";
/// A call whose time is over could not be settled; the next reconciliation tries again.
pub const SPENDING_NOT_SETTLED: &str = "spending_not_settled";
/// A sum of a day differed from the ledger of its calls and was written anew.
pub const SPENDING_RECONCILED: &str = "spending_reconciled";
/// Claude has worked on a message batch that stands nowhere in the ledger; it is another deployment's, or was lost.
pub const BATCH_NOT_IN_LEDGER: &str = "batch_not_in_ledger";
/// Claude's list of message batches could not be compared with the ledger; the next day compares again.
pub const BATCHES_NOT_COMPARED: &str = "batches_not_compared";
/// So much of a pool's share of the day's budget is used; at 100 percent its next call is refused until the UTC day ends.
pub const BUDGET_SHARE_USED: &str = "budget_share_used";

/// A weekly run was asked for, but automatic updates are switched off.
pub const AUTOMATIC_UPDATES_DISABLED: &str = "automatic_updates_disabled";
/// A user's behaviour changed, but an admin has withdrawn the prompt: it stays, and nothing is spent.
pub const SKIPPING_PROMPT_UPDATE_PROMPT_WITHDRAWN: &str = "skipping_prompt_update_prompt_withdrawn";
/// A user's behaviour changed, but an earlier run is rewriting the prompt still.
pub const SKIPPING_PROMPT_UPDATE_UNDER_WAY: &str = "skipping_prompt_update_under_way";
/// A part of a weekly run stopped because the budget of the day is used up; it goes on the day after.
pub const PROMPT_UPDATE_STOPPED_BY_BUDGET: &str = "prompt_update_stopped_by_budget";
/// A weekly run, or a part of it, stops because automatic updates are switched off; it goes on once they are switched on.
pub const PROMPT_UPDATE_SWITCHED_OFF: &str = "prompt_update_switched_off";
/// A part of a weekly run that had stopped goes on.
pub const PROMPT_UPDATE_RESUMED: &str = "prompt_update_resumed";
/// A user who cannot be handled with the others of a shard gets a job of their own.
pub const PROMPT_UPDATE_USER_ISOLATED: &str = "prompt_update_user_isolated";
/// A message batch could not be collected; the next collection tries again.
pub const BATCH_NOT_COLLECTED: &str = "batch_not_collected";
/// A message batch is given up: Claude no longer knows it, or it is too old. Its requests count as failed.
pub const BATCH_GIVEN_UP: &str = "batch_given_up";
/// What a part of a weekly run or one of its batches has come to could not be added to the run's record; all else was done.
pub const RUN_NOT_COUNTED: &str = "run_not_counted";
/// One result of a message batch cannot be applied, because what is stored of its user cannot be read. The others are; this
/// one has a job of its own.
pub const BATCH_RESULT_NOT_APPLIED: &str = "batch_result_not_applied";
/// The history has a version that its user's profile does not know of, as after one of the two tables was restored from a
/// backup: the next version gets the number after it.
pub const PROMPT_VERSION_NUMBER_TAKEN: &str = "prompt_version_number_taken";
/// A user who waits for a message batch cannot be put into one, because what is stored of them cannot be read. The others
/// are.
pub const BATCH_REQUEST_NOT_MADE: &str = "batch_request_not_made";

/// An item of a list of many people cannot be read, and was left out of the list.
pub const ITEM_UNREADABLE: &str = "item_unreadable";
/// The profile or the directory's row of a user cannot be read: what admins see of them stays as it was.
pub const USER_NOT_LISTED: &str = "user_not_listed";
/// Changes of profiles were not followed; the stream delivers them again.
pub const DIRECTORY_NOT_FOLLOWED: &str = "directory_not_followed";
/// A recount of all users begins or goes on.
pub const DIRECTORY_RECOUNT_STARTED: &str = "directory_recount_started";
/// A recount is done: how many rows were corrected, and by how much each sum was wrong.
pub const DIRECTORY_RECOUNTED: &str = "directory_recounted";
/// A prompt is being rewritten between two weekly runs; `cause` says because of what.
pub const REALTIME_UPDATE_QUEUED: &str = "realtime_update_queued";
/// Meals were logged or a daily look was due, but real-time updates are switched off.
pub const REALTIME_UPDATES_DISABLED: &str = "realtime_updates_disabled";
/// What a person has logged could not be looked at. Where `tried_again` is true, the stream or the next daily look does.
pub const STREAK_NOT_WATCHED: &str = "streak_not_watched";
/// A record of the stream is not one of this version's; it was passed over.
pub const STREAM_RECORD_UNREADABLE: &str = "stream_record_unreadable";

/// A request to DynamoDB is about to be sent (debug).
pub const STORE_REQUEST: &str = "store_request";
/// The line of a metric.
pub const METRIC: &str = "metric";
