//! What people are assumed to do in a month, and how long functions are assumed to run. These are assumptions; all else is
//! measured or a list price.

/// Days of a month on which a person uses the app.
pub const ACTIVE_DAYS: f64 = 15.0;
/// Times on such a day that they open it: the profile, the behaviour and the day's meals are read.
pub const OPENINGS: f64 = 2.0;
/// Meals that they log on such a day.
pub const MEALS: f64 = 4.0;
/// Messages that they send to the coach on such a day, in one sitting: the first finds nothing in Claude's cache.
pub const MESSAGES: usize = 4;
/// Months that a person stays. So long their data grow, and the consultation is spread over so many.
pub const MONTHS: f64 = 12.0;
/// Weekly runs in a month.
pub const RUNS: f64 = 52.0 / 12.0;

/// Seconds that a function runs which waits for Claude's answer to a person.
pub const ANSWER_SECONDS: f64 = 4.0;
/// Seconds that the worker runs for a profile and a first prompt.
pub const WRITING_SECONDS: f64 = 40.0;
/// Seconds that every other request takes, cold starts included.
pub const REQUEST_SECONDS: f64 = 0.05;
/// Requests in a month with which Lambda asks the queue for work while there is none: five that wait 20 seconds each.
pub const POLLS: f64 = 5.0 * 3.0 * 60.0 * 24.0 * 30.0;

/// The assumptions in words, for the README.
pub fn told(share_changed: f64) -> String {
    format!(
        "Assumed: a person uses the app on {ACTIVE_DAYS} days a month, and on such a day opens it {OPENINGS} times, logs \
         {MEALS} meals and sends {MESSAGES} messages to the coach in one sitting; stays {MONTHS} months, over which the \
         consultation is spread; and is rewritten by {:.0}% of the weekly runs, which the backtest finds at the default \
         settings. A function runs {ANSWER_SECONDS} s where it waits for Claude, {WRITING_SECONDS} s where it writes \
         profile and prompt, and {REQUEST_SECONDS} s otherwise. What admins list and count follows each change of a profile \
         at once (`profile-watcher`); real-time updates are off, so that `streak-watcher` reads no stream.",
        share_changed * 100.0
    )
}
