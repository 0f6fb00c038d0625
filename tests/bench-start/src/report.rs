//! The table and the goal.

use std::time::Duration;

use crate::bench::Measured;

/// How much longer a function may take to start than the bare program. Both load the root certificates and build a client
/// for DynamoDB. What a function adds is its settings, its log and, if it talks to Claude, two clients more: for these it is
/// enough, but not for clients that a function does not use.
const MOST_INIT: f64 = 1.3;

const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- end -->";

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a program's size is far below 2^52 bytes")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}

fn times(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// The measured table, as Markdown, and whether the goal is met.
#[must_use]
pub fn table(bare: &Measured, functions: &[Measured]) -> String {
    let mut lines = vec![
        "| function | init, ms | of bare | init, CPU ms | of bare | first answer, ms | of bare | size, MB |".to_owned(),
        "|---|---:|---:|---:|---:|---:|---:|---:|".to_owned(),
    ];
    for each in std::iter::once(bare).chain(functions) {
        let answer = match (each.first_answer, bare.first_answer) {
            (Some(own), Some(bare)) => format!("{:.1} | {:.2}", milliseconds(own.wall), times(own.wall, bare.wall)),
            _ => "  | ".to_owned(),
        };
        lines.push(format!(
            "| `{}` | {:.1} | {:.2} | {:.1} | {:.2} | {answer} | {:.1} |",
            each.name,
            milliseconds(each.init.wall),
            times(each.init.wall, bare.init.wall),
            milliseconds(each.init.cpu),
            times(each.init.cpu, bare.init.cpu),
            megabytes(each.bytes),
        ));
    }
    let slow = too_slow(bare, functions);
    lines.push(String::new());
    lines.push(if slow.is_empty() {
        format!(
            "- Every function takes at most {MOST_INIT} times the bare program's CPU time to start: the goal is met."
        )
    } else {
        format!("- The goal of at most {MOST_INIT} times the bare program's CPU time is missed by {}.", slow.join(", "))
    });
    lines.join("\n") + "\n"
}

/// The functions that take too long to start.
#[must_use]
pub fn too_slow<'a>(bare: &Measured, functions: &'a [Measured]) -> Vec<&'a str> {
    let slow = functions.iter().filter(|each| times(each.init.cpu, bare.init.cpu) > MOST_INIT);
    slow.map(|each| each.name.as_str()).collect()
}

/// The README with the table in its place; `None` if it has no place for it.
#[must_use]
pub fn into_readme(readme: &str, table: &str) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::Cost;

    fn measured(name: &str, cpu: u64) -> Measured {
        let cost = |milliseconds| Cost { wall: Duration::from_millis(20), cpu: Duration::from_millis(milliseconds) };
        Measured { name: name.to_owned(), bytes: 9_000_000, init: cost(cpu), first_answer: Some(cost(cpu + 5)) }
    }

    #[test]
    fn only_the_functions_above_the_goal_are_too_slow() {
        let functions = [measured("quick", 13), measured("slow", 14)];
        assert_eq!(too_slow(&measured("bare", 10), &functions), ["slow"]);
    }

    #[test]
    fn the_table_replaces_the_one_before_and_nothing_else() {
        let table = table(&measured("bare", 10), &[measured("quick", 13)]);
        let readme = into_readme("above\n<!-- measured -->\nold\n<!-- end -->\nbelow\n", &table).expect("a place");
        assert_eq!(readme, format!("above\n<!-- measured -->\n{table}<!-- end -->\nbelow\n"));
        assert!(table.contains("| `quick` | 20.0 | 1.00 | 13.0 | 1.30 | 20.0 | 1.00 | 9.0 |"), "{table}");
        assert!(table.contains("the goal is met"), "{table}");
    }
}
