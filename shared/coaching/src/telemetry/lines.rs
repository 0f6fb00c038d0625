//! How an event becomes a line: one JSON object with the event's fields and those of the spans around it at the top, so that
//! each can be searched by its name. The inner one counts where two have the same name.

use chrono::{SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::{events, metrics};
use crate::config::LogSettings;

/// The crates whose events are written as they are.
const OURS: [&str; 3] = ["coaching", "claude", "domain"];

/// Writes lines through `write`: this project's from the level of `settings` on, metrics always, and of other crates only
/// that there was a warning or an error, and where. `function` stands in lines that belong to no request.
pub fn layer<S, W>(settings: &LogSettings, function: Option<&'static str>, write: W) -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + Send + Sync + 'static,
{
    let LogSettings { level, stage, build } = settings.clone();
    let mut common = Map::new();
    common.insert("stage".to_owned(), stage.into());
    common.insert("build".to_owned(), build.into());
    common.extend(function.map(|function| ("function".to_owned(), function.into())));
    // Spans are kept at every level: an error has to name its request as well.
    let filter = FilterFn::new(move |metadata| is_written(metadata, level));
    Lines { common, write }.with_filter(filter.with_max_level_hint(level.max(Level::INFO)))
}

fn is_written(metadata: &Metadata<'_>, level: Level) -> bool {
    if metadata.target() == metrics::TARGET {
        return true;
    }
    match (is_ours(metadata), metadata.is_span()) {
        (true, true) => *metadata.level() <= Level::INFO,
        (true, false) => *metadata.level() <= level,
        (false, true) => false,
        (false, false) => *metadata.level() <= level.min(Level::WARN),
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target() == metrics::TARGET
        || metadata.target().split("::").next().is_some_and(|first| OURS.contains(&first))
}

struct Lines<W> {
    common: Map<String, Value>,
    write: W,
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    message: Value,
    #[serde(flatten)]
    fields: Map<String, Value>,
    target: &'a str,
}

/// Fields by name.
#[derive(Clone, Default)]
struct Fields(Map<String, Value>);

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + Send + Sync + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut fields = Fields(self.common.clone());
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(Fields(of_span)) = span.extensions().get::<Fields>() {
                fields.0.extend(of_span.clone());
            }
        }
        if is_ours(metadata) {
            event.record(&mut fields);
        } else {
            fields.0.insert("message".to_owned(), events::LIBRARY_WARNING.into());
            fields.0.extend(metadata.line().map(|line| ("line".to_owned(), line.into())));
        }
        let Fields(mut fields) = fields;
        if let Some(Value::Object(members)) = fields.remove(metrics::MEMBERS) {
            fields.extend(members);
        }
        let message = fields.remove("message").unwrap_or_default();
        if is_ours(metadata) {
            fields.extend(message.as_str().and_then(metrics::of_event).unwrap_or_default());
        }
        let line = Line {
            timestamp: Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true),
            level: metadata.level().as_str(),
            message,
            fields,
            target: metadata.target(),
        };
        let mut text = serde_json::to_string(&line).expect("a line has string keys only");
        text.push('\n');
        (self.write)(&text);
    }
}

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    /// Bytes are JSON, which tracing has no type for: see [`json`](super::json).
    fn record_bytes(&mut self, field: &Field, value: &[u8]) {
        self.set(field, serde_json::from_slice::<Value>(value).unwrap_or_default());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}
