//! What AWS charges: list prices, with their date, their region and where they stand.

use serde_json::Value;

use super::usage::Kind;

/// List prices, in USD.
pub struct Prices(Value);

impl Prices {
    /// Those of `prices.json`.
    pub fn load() -> Self {
        Self(serde_json::from_str(include_str!("prices.json")).expect("prices are JSON"))
    }

    /// Where and when they hold.
    pub fn told(&self) -> String {
        let text = |name: &str| self.0[name].as_str().expect("a text").to_owned();
        let sources: Vec<&str> = self.0["sources"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(!sources.is_empty(), "prices have sources");
        format!("list prices of {}, {}", text("region"), text("as_of"))
    }

    /// A price by its name.
    pub fn of(&self, name: &str) -> f64 {
        self.0[name].as_f64().unwrap_or_else(|| panic!("there is no price {name}"))
    }

    /// What an amount of a kind costs; of what is kept, for a month.
    pub fn cost(&self, kind: Kind, amount: f64) -> f64 {
        let (price, unit) = match kind {
            Kind::Coach | Kind::Consultation | Kind::Weekly => (1.0, 1.0),
            Kind::ApiRequest => (self.of("api_million_requests"), 1e6),
            Kind::Invocation => (self.of("lambda_million_requests"), 1e6),
            Kind::GigabyteSecond => (self.of("lambda_arm64_gb_second"), 1.0),
            Kind::ReadUnit => (self.of("dynamodb_million_read_units"), 1e6),
            Kind::WriteUnit => (self.of("dynamodb_million_write_units"), 1e6),
            Kind::StoredByte => (self.of("dynamodb_gb_month") + self.of("dynamodb_recovery_gb_month"), 1e9),
            Kind::LogByte => (self.of("logs_gb"), 1e9),
            Kind::SentByte => (self.of("sent_gb"), 1e9),
        };
        amount / unit * price
    }

    /// What the user pool costs in a month in which so many people sign in: each step's price for those up to its end.
    pub fn user_pool(&self, tier: &str, users: f64) -> f64 {
        let steps = self.0["cognito"][tier].as_array().unwrap_or_else(|| panic!("there is no price for {tier}"));
        let mut begin = 0.0;
        let mut cost = 0.0;
        for step in steps {
            let end = step[0].as_f64().unwrap_or(f64::INFINITY);
            cost += (users.min(end) - begin).max(0.0) * step[1].as_f64().expect("a price");
            begin = end;
        }
        cost
    }
}
