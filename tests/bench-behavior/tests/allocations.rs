//! Metrics and decision allocate no block of memory for a meal.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use cohorts::{Person, cohort_with_habits};
use domain::behavior::{
    BehaviorMetrics, ChangeSettings, Decision, MeasureSettings, PatternKind, Window, detect_change, measure,
};
use domain::local_day::{Calendar, TimeZone};
use domain::meals::{DayTotals, Grams, Macros, Meal, MealId, MealType, NewMeal, totals_by_day};
use uuid::Uuid;

/// Days that the person is watched; the window is the last 30.
const DAYS: u32 = 60;

/// Most blocks of memory that metrics and decision of one person with 30 days, one pattern and a significant change may
/// allocate. It is the number that an unoptimised build allocates, a list that grows counting anew each time.
///
/// The blocks are the list of logged days, the lists into which the pattern rules sort them, the days and the sentence that
/// are a pattern's evidence, and the sentences of the decision. Their number is given by the days, the rules and the
/// patterns. A block for every meal would be 30 more at one meal a day, and 600 more at twenty.
const MOST_BLOCKS: u64 = 45;

/// The meals of a day that amount to `totals`: `portions` dinners at seven, as equal as whole numbers allow.
fn dinners(totals: &DayTotals, portions: u32) -> impl Iterator<Item = Meal> {
    let eaten_at: DateTime<Utc> = totals
        .day
        .and_time(NaiveTime::from_hms_opt(19, 0, 0).expect("seven in the evening is a time of day"))
        .and_utc();
    let &DayTotals { calories, protein_tenths, carbs_tenths, fat_tenths, .. } = totals;
    (0..portions).map(move |portion| {
        let part = |whole: u32| whole / portions + u32::from(portion < whole % portions);
        let entry = NewMeal {
            name: "A generated meal".to_owned(),
            meal_type: MealType::Dinner,
            eaten_at: eaten_at.into(),
            calories: part(calories),
            macros: Macros::known(
                Grams::from_tenths(part(protein_tenths)),
                Grams::from_tenths(part(carbs_tenths)),
                Grams::from_tenths(part(fat_tenths)),
            ),
            notes: Some("A note beside it.".to_owned()),
        };
        Meal::log(MealId(Uuid::nil()), entry, &Calendar::of_zone(TimeZone::UTC), eaten_at)
    })
}

/// The metrics of somebody who eats as `person` does, in `portions` meals a day, and the decision after a quiet month; and
/// the blocks of memory that both took.
fn weekly_check(person: &Person, portions: u32) -> (BehaviorMetrics, Decision, u64) {
    let (settings, thresholds) = (MeasureSettings::default(), ChangeSettings::default());
    let today = person.day_after(DAYS);
    let window = Window::before(today, person.first_day, settings.analysis_days);
    let eaten = person.days(window.read_from(), today);
    let meals: Vec<Meal> = eaten.iter().flat_map(|day| dinners(day, portions)).collect();
    let days = totals_by_day(&meals);
    let quiet = measure(&[], today, &window, &person.targets, &settings);
    let mut answer = None;
    let allocated = allocation_counter::measure(|| {
        let metrics = measure(&days, today, &window, &person.targets, &settings);
        let decision = detect_change(&metrics, Some(&quiet), Some(&quiet), &thresholds);
        answer = Some((metrics, decision));
    });
    let (metrics, decision) = answer.expect("the closure was run");
    (metrics, decision, allocated.count_total)
}

/// What is measured are day totals, and a month has 30 of them whatever was eaten. Meals become day totals elsewhere: a
/// transaction adds each meal to its day when it is logged, and takes it off or replaces it when it is deleted or edited, so
/// the weekly run reads 30 small items and neither it nor `get-behavior` ever sees a meal. This test goes the same way, and
/// counts from the day totals on.
#[test]
fn twenty_meals_a_day_allocate_as_much_as_one() {
    let begin: NaiveDate = "2026-01-01".parse().expect("a day");
    let mut overeaters = cohort_with_habits(&[PatternKind::WeekendOvereating], 1, 7, begin, DAYS);
    let person = overeaters.next().expect("one person");
    let (one, decision, blocks) = weekly_check(&person, 1);
    let (twenty, same_decision, blocks_of_twenty) = weekly_check(&person, 20);
    assert_eq!((one.meals * 20, one.calories), (twenty.meals, twenty.calories), "the same food in other portions");
    assert_eq!(one.patterns.len(), 1, "a pattern is found, so that its evidence is paid for");
    assert!(decision.changed, "there is a change, so that its explanation is paid for");
    assert_eq!(one.patterns, twenty.patterns);
    assert_eq!(decision, same_decision);
    assert_eq!(blocks, blocks_of_twenty);
    assert!((1..=MOST_BLOCKS).contains(&blocks), "{blocks} blocks");
}
