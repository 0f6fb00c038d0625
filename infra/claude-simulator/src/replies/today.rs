//! The `<today>` block at the end of a coach request: targets, what was eaten, the streak.

use super::words;

/// Energy in kcal and protein in grams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// Energy.
    pub calories: u32,
    /// Protein.
    pub protein: u32,
}

/// Today in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Today {
    /// The day's targets.
    pub targets: Amounts,
    /// Eaten so far.
    pub eaten: Amounts,
    /// Days logged in a row.
    pub streak: u32,
}

impl Today {
    /// Reads the block; `None` where it leaves the numbers out.
    pub fn read(text: &str) -> Option<Self> {
        let block = words::tagged(text, "today").join("\n");
        let line = |label: &str| block.lines().find_map(|line| line.trim().strip_prefix(label));
        let streak = line("Logging streak:").and_then(|line| number_before(line, "day"));
        Some(Self {
            targets: amounts(line("Targets:")?)?,
            eaten: amounts(line("Eaten so far:")?)?,
            streak: streak.unwrap_or(0),
        })
    }
}

fn amounts(line: &str) -> Option<Amounts> {
    Some(Amounts { calories: number_before(line, "kcal")?, protein: number_before(line, "g protein")? })
}

/// The number in front of a unit: 1850 in "1850 kcal".
fn number_before(line: &str, unit: &str) -> Option<u32> {
    let (before, _) = line.split_once(unit)?;
    before.split_whitespace().last()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_is_read_and_may_have_no_numbers() {
        let block = "Local date and time: 2026-11-18 20:30\nTargets: 1850 kcal, 140 g protein, 180 g carbohydrates, 60 g fat\n\
            Eaten so far: 620 kcal, 45 g protein, 50 g carbohydrates, 9 g fat in 2 meals\nLogging streak: 4 days";
        let expected = Today {
            targets: Amounts { calories: 1850, protein: 140 },
            eaten: Amounts { calories: 620, protein: 45 },
            streak: 4,
        };
        assert_eq!(Today::read(&format!("hello\n<today>\n{block}\n</today>")), Some(expected));
        assert_eq!(Today::read("hello <today>\nLocal date and time: 2026-11-18 20:30\n</today>"), None);
    }
}
