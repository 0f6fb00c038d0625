//! The `<today>` block at the end of a coach request: targets, what was eaten, the streak.

use serde_json::Value;

use super::targets::Amounts;
use super::words;

/// Today in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Today {
    /// The day's targets.
    pub targets: Amounts,
    /// Eaten so far.
    pub eaten: Amounts,
    /// Days logged in a row.
    pub streak: Option<u32>,
}

impl Today {
    /// Reads the block, JSON or prose.
    pub fn read(text: &str) -> Self {
        let block = words::tagged(text, "today").join("\n");
        let lines: Vec<String> = match serde_json::from_str::<Value>(&block) {
            Ok(value) => {
                let mut lines = Vec::new();
                flatten(&value, "", &mut lines);
                lines
            }
            Err(_) => block.split(['\n', ';']).flat_map(|line| line.split(". ")).map(str::to_owned).collect(),
        };
        lines.iter().fold(Self::default(), |today, line| today.with(line))
    }

    fn with(mut self, line: &str) -> Self {
        let lower = line.to_lowercase();
        let has = |names: &[&str]| names.iter().any(|name| lower.contains(name));
        if has(&["streak", "in a row"]) {
            let digits = lower.split(|character: char| !character.is_ascii_digit()).find_map(|part| part.parse().ok());
            self.streak = self.streak.or(digits);
            return self;
        }
        let (wholes, parts) = Amounts::pairs(line);
        if !parts.is_empty() {
            self.eaten = self.eaten.or(parts);
            self.targets = self.targets.or(wholes);
        } else if has(&["left", "remaining"]) {
            return self;
        } else if has(&["eaten", "so far", "so_far", "consumed", "logged", "intake", "had "]) {
            self.eaten = self.eaten.or(wholes);
        } else if has(&["target", "goal", "daily", "plan"]) {
            self.targets = self.targets.or(wholes);
        }
        self
    }
}

/// A line `path: value` for every number.
fn flatten(value: &Value, path: &str, lines: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                flatten(value, &format!("{path} {name}"), lines);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| flatten(value, path, lines)),
        other => lines.push(format!("{path}: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_read_as_json_and_as_prose() {
        let expected = Today {
            targets: Amounts { calories: Some(1850), protein: Some(140), ..Amounts::default() },
            eaten: Amounts { calories: Some(620), protein: Some(45), ..Amounts::default() },
            streak: Some(4),
        };
        for block in [
            r#"{"targets": {"daily_calories": 1850, "protein_g": 140}, "eaten": {"calories": 620, "protein_g": 45}, "streak_days": 4}"#,
            "Targets: 1850 kcal, 140 g protein\nEaten so far: 620 kcal, 45 g protein\nStreak: 4 days",
            "Eaten so far: 620 of 1850 kcal, 45 of 140 g protein. Logging streak: 4 days.",
        ] {
            assert_eq!(Today::read(&format!("hello <today>{block}</today>")), expected, "{block}");
        }
    }
}
