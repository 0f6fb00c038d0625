//! Conditional writes as values, so that one and the same can stand alone or in a transaction.
//!
//! Conditions are DynamoDB's own expressions. Every `#name` in them is the attribute of that name, so that no attribute
//! clashes with DynamoDB's 573 reserved words (`name`, `status` and `day` are some).
//!
//! Every write of an item says in the attribute `schema` by which shapes it was made, so that what an earlier release has
//! written last can be found once a shape changes.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{self, AttributeValue, TransactWriteItem};

use super::item::{Item, number};

/// The attribute of every item that says by which shapes it was written last.
pub(super) const SCHEMA: &str = "schema";
/// The number of the shapes that this release writes. It is raised with a change that a reader has to tell from the shape before.
const SHAPES: u32 = 1;

/// The item, with the shapes that it is written by.
pub(super) fn shaped(mut item: Item) -> Item {
    item.insert(SCHEMA.to_owned(), number(SHAPES));
    item
}

/// A condition with its values.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    /// The expression; empty for none.
    pub(super) expression: String,
    /// What its `#names` stand for.
    pub(super) names: HashMap<String, String>,
    /// What its `:values` stand for.
    pub(super) values: Item,
}

impl Condition {
    /// Adds `expression`, which must hold as well.
    pub(super) fn and<const N: usize>(&mut self, expression: &str, values: [(&str, AttributeValue); N]) {
        if !self.expression.is_empty() {
            self.expression.push_str(" AND ");
        }
        self.expression.push('(');
        self.expression.push_str(expression);
        self.expression.push(')');
        self.names.extend(names_in(expression));
        self.values.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
}

/// The attributes that `expression` names.
pub(super) fn names_in(expression: &str) -> impl Iterator<Item = (String, String)> {
    expression.split('#').skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (format!("#{}", &rest[..end]), rest[..end].to_owned())
    })
}

/// A new item, or one that replaces another.
#[derive(Debug, Clone)]
pub(super) struct Put {
    pub(super) table: String,
    pub(super) item: Item,
    pub(super) condition: Condition,
}

impl Put {
    /// Writes only if there is no item with the same key, which `key` is a part of.
    pub(super) fn only_new(mut self, key: &str) -> Self {
        self.condition.and(&format!("attribute_not_exists(#{key})"), []);
        self
    }

    /// Writes only if `expression` holds.
    pub(super) fn when<const N: usize>(mut self, expression: &str, values: [(&str, AttributeValue); N]) -> Self {
        self.condition.and(expression, values);
        self
    }
}

/// A change of some attributes of one item.
#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) table: String,
    pub(super) key: Item,
    pub(super) condition: Condition,
    set: Vec<String>,
    remove: Vec<String>,
    add: Vec<String>,
}

impl Update {
    /// A change of nothing yet but the shapes that the item is written by.
    pub(super) fn new(table: String, key: Item) -> Self {
        let nothing =
            Self { table, key, condition: Condition::default(), set: Vec::new(), remove: Vec::new(), add: Vec::new() };
        nothing.set(SCHEMA, number(SHAPES))
    }

    /// Sets an attribute.
    pub(super) fn set(mut self, attribute: &str, value: AttributeValue) -> Self {
        self.set.push(format!("#{attribute} = :{attribute}"));
        self.value(attribute, value);
        self
    }

    /// Sets an attribute, or removes it if there is no value.
    pub(super) fn set_or_remove(self, attribute: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self.remove(attribute),
        }
    }

    /// Sets an attribute if there is a value, and else leaves it as it is: it may be one that cannot be read here.
    pub(super) fn set_known(self, attribute: &str, value: Option<AttributeValue>) -> Self {
        match value {
            Some(value) => self.set(attribute, value),
            None => self,
        }
    }

    /// Removes an attribute.
    pub(super) fn remove(mut self, attribute: &str) -> Self {
        self.remove.push(format!("#{attribute}"));
        self.name(attribute);
        self
    }

    /// Adds to a number; a missing one counts as 0.
    pub(super) fn add(mut self, attribute: &str, amount: impl Into<i128>) -> Self {
        self.add.push(format!("#{attribute} :{attribute}"));
        self.value(attribute, number(amount));
        self
    }

    /// Adds to a number whose attribute has a name of any characters; `place` tells it apart from others in the expression.
    pub(super) fn add_to(mut self, place: usize, attribute: &str, amount: impl Into<i128>) -> Self {
        self.add.push(format!("#n{place} :n{place}"));
        self.condition.names.insert(format!("#n{place}"), attribute.to_owned());
        self.condition.values.insert(format!(":n{place}"), number(amount));
        self
    }

    /// Writes only if `expression` holds. Its `:values` must not be named like an attribute that is set.
    pub(super) fn when<const N: usize>(mut self, expression: &str, values: [(&str, AttributeValue); N]) -> Self {
        self.condition.and(expression, values);
        self
    }

    /// The update expression.
    pub(super) fn expression(&self) -> String {
        [("SET", &self.set), ("REMOVE", &self.remove), ("ADD", &self.add)]
            .into_iter()
            .filter(|(_, clauses)| !clauses.is_empty())
            .map(|(word, clauses)| format!("{word} {}", clauses.join(", ")))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn name(&mut self, attribute: &str) {
        self.condition.names.insert(format!("#{attribute}"), attribute.to_owned());
    }

    fn value(&mut self, attribute: &str, value: AttributeValue) {
        self.name(attribute);
        self.condition.values.insert(format!(":{attribute}"), value);
    }
}

/// Takes an item away.
#[derive(Debug, Clone)]
pub(super) struct Delete {
    pub(super) table: String,
    pub(super) key: Item,
    pub(super) condition: Condition,
}

impl Delete {
    /// Deletes only if `expression` holds.
    pub(super) fn when<const N: usize>(mut self, expression: &str, values: [(&str, AttributeValue); N]) -> Self {
        self.condition.and(expression, values);
        self
    }
}

/// A condition on an item that a transaction leaves as it is.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) table: String,
    pub(super) key: Item,
    pub(super) condition: Condition,
}

impl Check {
    /// Holds only if `expression` does, of which there must be one at least.
    pub(super) fn when<const N: usize>(mut self, expression: &str, values: [(&str, AttributeValue); N]) -> Self {
        self.condition.and(expression, values);
        self
    }
}

/// DynamoDB refuses an empty map or expression, so what is empty is left out.
pub(super) fn filled<T>(map: HashMap<String, T>) -> Option<HashMap<String, T>> {
    (!map.is_empty()).then_some(map)
}

/// The condition's expression, if it has one.
pub(super) fn expression_of(condition: &Condition) -> Option<String> {
    (!condition.expression.is_empty()).then(|| condition.expression.clone())
}

const COMPLETE: &str = "table, key and expression are set";

impl From<Put> for TransactWriteItem {
    fn from(put: Put) -> Self {
        let write = types::Put::builder()
            .table_name(put.table)
            .set_item(Some(put.item))
            .set_condition_expression(expression_of(&put.condition))
            .set_expression_attribute_names(filled(put.condition.names))
            .set_expression_attribute_values(filled(put.condition.values));
        Self::builder().put(write.build().expect(COMPLETE)).build()
    }
}

impl From<Update> for TransactWriteItem {
    fn from(update: Update) -> Self {
        let write = types::Update::builder()
            .update_expression(update.expression())
            .table_name(update.table)
            .set_key(Some(update.key))
            .set_condition_expression(expression_of(&update.condition))
            .set_expression_attribute_names(filled(update.condition.names))
            .set_expression_attribute_values(filled(update.condition.values));
        Self::builder().update(write.build().expect(COMPLETE)).build()
    }
}

impl From<Delete> for TransactWriteItem {
    fn from(delete: Delete) -> Self {
        let write = types::Delete::builder()
            .table_name(delete.table)
            .set_key(Some(delete.key))
            .set_condition_expression(expression_of(&delete.condition))
            .set_expression_attribute_names(filled(delete.condition.names))
            .set_expression_attribute_values(filled(delete.condition.values));
        Self::builder().delete(write.build().expect(COMPLETE)).build()
    }
}

impl From<Check> for TransactWriteItem {
    fn from(check: Check) -> Self {
        let held = types::ConditionCheck::builder()
            .table_name(check.table)
            .set_key(Some(check.key))
            .condition_expression(check.condition.expression)
            .set_expression_attribute_names(filled(check.condition.names))
            .set_expression_attribute_values(filled(check.condition.values));
        Self::builder().condition_check(held.build().expect(COMPLETE)).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::item::{item, number, text};

    #[test]
    fn an_update_says_what_it_sets_removes_and_adds_and_under_which_condition() {
        let update = Update::new("table".to_owned(), item([("id", text("1"))]))
            .set("status", text("done"))
            .remove("failure")
            .add("cost", 3)
            .when("#revision = :read", [(":read", number(2))])
            .when("attribute_exists(#id)", []);
        assert_eq!(update.expression(), "SET #schema = :schema, #status = :status REMOVE #failure ADD #cost :cost");
        assert_eq!(update.condition.expression, "(#revision = :read) AND (attribute_exists(#id))");
        let mut names: Vec<_> = update.condition.names.values().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["cost", "failure", "id", "revision", "schema", "status"]);
    }

    #[test]
    fn names_end_where_the_word_ends() {
        let names: Vec<_> = names_in("attribute_exists(#a_1) AND #b<:c").map(|(_, name)| name).collect();
        assert_eq!(names, ["a_1", "b"]);
    }
}
