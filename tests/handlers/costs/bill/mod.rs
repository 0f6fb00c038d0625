//! What a month costs with 10, 1,000, 10,000 and 100,000 people, Claude included: the bill in the README.

mod habits;
mod measured;
mod meter;
mod prices;
mod template;
mod usage;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use measured::Measured;
use prices::Prices;
use template::Template;
use usage::{Kind, Usage};

use domain::ledger::PoolShares;
use domain::money::Usd;
use domain::spending::Pool;

/// How many people use the app in a month.
const PEOPLE: [f64; 4] = [10.0, 1_000.0, 10_000.0, 100_000.0];
/// Characters of a line.
const LINE: usize = 120;
/// Seconds in a month of 30 days.
const MONTH: f64 = 30.0 * 24.0 * 3600.0;

/// What one person uses in a month, of a person's `MONTHS`.
fn month(measured: &Measured, share_changed: f64) -> Usage {
    let Measured { joining, opening, meal, message, check, rewriting, .. } = measured;
    let day = opening
        .times(habits::OPENINGS)
        .and(&meal.times(habits::MEALS))
        .and(&message.times(measured::count(habits::MESSAGES)));
    let run = check.times(1.0 - share_changed).and(&rewriting.times(share_changed));
    joining.times(1.0 / habits::MONTHS).and(&day.times(habits::ACTIVE_DAYS)).and(&run.times(habits::RUNS))
}

/// The share of weekly checks that rewrite a prompt at the default settings, as the backtest has found it.
fn share_changed() -> f64 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("backtest/README.md");
    let page = fs::read_to_string(path).expect("the backtest has a page");
    let (_, rest) = page.split_once("At the requirement's settings").expect("the page has the share");
    let (before, _) = rest.split_once("% of the checks rewrite a prompt").expect("the page has the share");
    let share = before.rsplit(' ').next().and_then(|percent| percent.parse::<f64>().ok());
    share.expect("a share is a number") / 100.0
}

/// The lines of a bill.
struct Bill {
    people: f64,
    lines: Vec<(&'static str, f64)>,
    coach: f64,
    /// The day's budget whose shares hold what each pool takes on its busiest day: for weekly updates, that of the run.
    budget: f64,
}

impl Bill {
    fn of(people: f64, measured: &Measured, template: &Template, prices: &Prices) -> Self {
        let used = month(measured, share_changed()).times(people);
        let cost = |kind: Kind| prices.cost(kind, used.of(kind));
        let (coach, consultation, weekly) = (cost(Kind::Coach), cost(Kind::Consultation), cost(Kind::Weekly));
        let rate: f64 = template.default("BatchCollectorRateMinutes").parse().expect("a number");
        let collections = MONTH / 60.0 / rate;
        let collecting = template.gigabytes("batch-collector") * habits::REQUEST_SECONDS * collections;
        let idle = prices.cost(Kind::Invocation, collections) + prices.cost(Kind::GigabyteSecond, collecting);
        // A person's data grow all the time that they stay.
        let kept = cost(Kind::StoredByte) * habits::MONTHS;
        let watching = cost(Kind::LogByte) + measured::count(measured.metrics) * prices.of("metric_month");
        let queue = habits::POLLS / 1e6 * prices.of("queue_million_requests");
        let lines = vec![
            ("Claude: the coach's messages", coach),
            ("Claude: consultations, profiles, first prompts", consultation),
            ("Claude: weekly updates", weekly),
            ("sign-in (Cognito)", prices.user_pool(template.default("UserPoolTier"), people)),
            ("API Gateway", cost(Kind::ApiRequest)),
            ("Lambda", cost(Kind::Invocation) + cost(Kind::GigabyteSecond) + idle),
            ("DynamoDB: reads and writes", cost(Kind::ReadUnit) + cost(Kind::WriteUnit)),
            ("DynamoDB: data and their recovery", kept),
            ("log and metrics (CloudWatch)", watching),
            ("queue, secret, data sent", queue + prices.of("secret_month") + cost(Kind::SentByte)),
        ];
        let shares =
            PoolShares::parse(template.default("DailyBudgetShares")).expect("the default shares are the whole");
        let share = |pool| shares.of(pool, Usd::from(1.0)).dollars();
        let pools = [
            coach / 30.0 / share(Pool::Live),
            consultation / 30.0 / share(Pool::Consultation),
            weekly / habits::RUNS / share(Pool::Weekly),
        ];
        Self { people, lines, coach, budget: pools.into_iter().fold(0.0, f64::max) }
    }

    fn total(&self) -> f64 {
        self.lines.iter().map(|(_, cost)| cost).sum()
    }
}

/// A figure with two digits that count, and hundredths at most.
fn rounded(sum: f64) -> String {
    if sum < 0.005 {
        return "0.00".to_owned();
    }
    if sum < 10.0 {
        return format!("{sum:.2}");
    }
    let digits = 10_f64.powf(sum.log10().floor() - 1.0);
    let whole = format!("{:.0}", (sum / digits).round() * digits);
    let groups: Vec<&str> = whole.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn table(bills: &[Bill]) -> String {
    let mut table = String::from("| USD a month |");
    for bill in bills {
        let _ = write!(table, " {} users |", rounded(bill.people));
    }
    let _ = write!(table, "\n|---|{}", "---:|".repeat(bills.len()));
    let mut row = |name: &str, figure: &dyn Fn(&Bill) -> String| {
        let figures: Vec<String> = bills.iter().map(figure).collect();
        let _ = write!(table, "\n| {name} | {} |", figures.join(" | "));
    };
    for (number, (name, _)) in bills[0].lines.iter().enumerate() {
        row(name, &|bill| rounded(bill.lines[number].1));
    }
    row("**together**", &|bill| format!("**{}**", rounded(bill.total())));
    row("for each user", &|bill| rounded(bill.total() / bill.people));
    row("share of the coach's messages", &|bill| format!("{:.0}%", 100.0 * bill.coach / bill.total()));
    row("`DAILY_BUDGET_USD` has to be above", &|bill| rounded(bill.budget));
    table.push('\n');
    table
}

/// A text in lines as long as those of the README.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if length + word.len() >= LINE {
            lines.push('\n');
            length = 0;
        } else if length > 0 {
            lines.push(' ');
        }
        lines.push_str(word);
        length += word.len() + 1;
    }
    lines + "\n"
}

#[tokio::test]
async fn a_month_costs_what_the_readme_says() {
    let (prices, template) = (Prices::load(), Template::load());
    let measured = Box::pin(measured::measure()).await;
    let bills: Vec<Bill> = PEOPLE.iter().map(|people| Bill::of(*people, &measured, &template, &prices)).collect();
    let person = month(&measured, share_changed());
    let told = format!(
        "Rounded to two digits. Prices: {}, without what a new account has for free. {} A person's month: {} requests, {} read \
         and {} write units of DynamoDB, {} kB of log; {} metrics for all. The user pool is {}.",
        prices.told(),
        habits::told(share_changed()),
        rounded(person.of(Kind::ApiRequest)),
        rounded(person.of(Kind::ReadUnit)),
        rounded(person.of(Kind::WriteUnit)),
        rounded(person.of(Kind::LogByte) / 1e3),
        measured.metrics,
        template.default("UserPoolTier"),
    );
    let told = format!("{}\n{}", table(&bills), wrapped(&told));
    println!("{told}");
    super::compare("bill", &told);
    let bill = &bills[1];
    assert!(bill.coach / bill.total() > 0.5, "the coach's messages are no longer most of the bill");
}

#[test]
fn a_user_pool_costs_by_the_steps_of_its_tier() {
    let prices = Prices::load();
    let cents = |tier, users| (prices.user_pool(tier, users) * 100.0).round();
    for (tier, users, expected) in [
        ("LITE", 10_000.0, 0.0),
        ("LITE", 50_000.0, 22_000.0),
        ("LITE", 100_000.0, 45_000.0),
        ("ESSENTIALS", 100_000.0, 135_000.0),
        ("PLUS", 100.0, 200.0),
    ] {
        assert!((cents(tier, users) - expected).abs() < 0.5, "{tier}, {users}: {}", cents(tier, users));
    }
}

#[test]
fn sums_have_two_digits_that_count() {
    for (sum, expected) in [
        (0.001, "0.00"),
        (0.456, "0.46"),
        (9.994, "9.99"),
        (10.0, "10"),
        (456.0, "460"),
        (1_000.0, "1,000"),
        (12_345.6, "12,000"),
        (99_999.0, "100,000"),
    ] {
        assert_eq!(rounded(sum), expected);
    }
}
