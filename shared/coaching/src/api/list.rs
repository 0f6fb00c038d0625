//! Pages of lists on the wire.

use schemars::JsonSchema;
use serde::Serialize;

use crate::store::Page;

/// One page of a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct ListResponse<T> {
    /// The items of the page.
    pub items: Vec<T>,
    /// Send it as `cursor` to get the next page; null when this was the last.
    pub next_cursor: Option<String>,
}

impl<T> ListResponse<T> {
    /// A page whose items are put on the wire by `wire`.
    pub fn of<D>(page: Page<D>, wire: impl Fn(D) -> T) -> Self {
        Self { items: page.items.into_iter().map(wire).collect(), next_cursor: page.next.map(|cursor| cursor.0) }
    }
}
