//! One generated person.

use chrono::{DateTime, Datelike, Days, NaiveDate, Timelike as _, Utc, Weekday};
use domain::behavior::PatternKind;
use domain::local_day::{Calendar, TimeZone};
use domain::meals::{DayTotals, Grams, Macros, Meal, MealId, MealType, NewMeal, PARTS_OF_DAY, notes_mention_stress};
use domain::profile::{TargetBasis, Targets, TargetsHistory};
use uuid::Uuid;

use crate::chance::Chance;
use crate::course::{Course, Trend};
use crate::habit::Habit;
use crate::plate::{DayPlan, FORGETS, Plate, plates};

/// By what the days of generated people are told apart.
const CALENDAR: Calendar = Calendar::of_zone(TimeZone::UTC);

/// Somebody whose every day follows from their seed.
#[derive(Debug, Clone)]
pub struct Person {
    seed: u64,
    /// Their first day.
    pub first_day: NaiveDate,
    /// Their targets, which do not change.
    pub targets: TargetsHistory,
    start: Trend,
    course: Course,
    habits: Vec<Habit>,
    usual: DayPlan,
}

impl Person {
    pub(crate) fn new(seed: u64, first_day: NaiveDate, start: Trend, course: Course, habits: Vec<Habit>) -> Self {
        let mut chance = Chance::of(seed, u64::MAX);
        let daily_calories = chance.whole(150, 290) * 10;
        let [protein, carbs] = [chance.within(0.18, 0.27), chance.within(0.38, 0.50)];
        let usual = DayPlan {
            logging: start.logging,
            share: start.mean,
            late_share: 0.0,
            split: [protein, carbs, 1.0 - protein - carbs],
            breakfast: if chance.happens(0.2) { chance.within(0.0, 0.3) } else { chance.within(0.8, 1.0) },
            snack: chance.within(0.1, 0.8),
            // One in six has dinner at about nine.
            dinner: if chance.happens(1.0 / 6.0) {
                chance.within(1230.0, 1290.0)
            } else {
                chance.within(1065.0, 1170.0)
            },
            stressed: false,
        };
        let targets = Targets {
            daily_calories,
            protein_g: daily_calories / 18,
            carbs_g: daily_calories / 9,
            fat_g: daily_calories / 33,
            basis: TargetBasis::Custom,
            least_calories: 0,
        };
        Self { seed, first_day, targets: TargetsHistory::starting(first_day, targets), start, course, habits, usual }
    }

    /// The patterns that this person's habits amount to. A drop-off of logging depends on the day and is not among them.
    pub fn habits(&self) -> impl Iterator<Item = PatternKind> {
        self.habits.iter().map(Habit::kind)
    }

    /// How this person logs and eats on an ordinary `day`, habits aside: these make single days differ, not months.
    #[must_use]
    pub fn trend(&self, day: NaiveDate) -> Trend {
        self.course.on(self.index(day), self.start)
    }

    /// Probability that a logged day is in target, by the trend on `day` alone.
    #[must_use]
    pub fn expected_adherence(&self, day: NaiveDate) -> f64 {
        self.trend(day).adherence() * (1.0 - FORGETS)
    }

    /// The totals of the days on which this person logged, from `first` to `last`.
    #[must_use]
    pub fn days(&self, first: NaiveDate, last: NaiveDate) -> Vec<DayTotals> {
        first
            .max(self.first_day)
            .iter_days()
            .take_while(|day| *day <= last)
            .filter_map(|day| self.totals(day))
            .collect()
    }

    /// The meals of the same days.
    #[must_use]
    pub fn meals(&self, first: NaiveDate, last: NaiveDate) -> Vec<Meal> {
        let days = first.max(self.first_day).iter_days().take_while(|day| *day <= last);
        days.flat_map(|day| self.logged(day).into_iter().map(move |plate| meal(day, &plate))).collect()
    }

    fn totals(&self, day: NaiveDate) -> Option<DayTotals> {
        let plates = self.logged(day);
        if plates.is_empty() {
            return None;
        }
        Some(plates.iter().fold(DayTotals::empty(day), |totals, plate| totals.plus(&totals_of(day, plate))))
    }

    /// What is logged on `day`; nothing on a day without logging.
    fn logged(&self, day: NaiveDate) -> Vec<Plate> {
        let index = self.index(day);
        let mut chance = Chance::of(self.seed, u64::from(index));
        let trend = self.course.on(index, self.start);
        let mut plan =
            DayPlan { logging: trend.logging, share: chance.normal(trend.mean, trend.spread), ..self.usual.clone() };
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        for habit in &self.habits {
            habit.shape(&mut plan, index, weekend, &mut chance);
        }
        if !chance.happens(plan.logging) {
            return Vec::new();
        }
        plates(&plan, f64::from(self.targets.on(day).daily_calories), &mut chance)
    }

    /// Days since the first.
    fn index(&self, day: NaiveDate) -> u32 {
        u32::try_from((day - self.first_day).num_days()).unwrap_or(0)
    }

    /// The day that is `days` after the first.
    #[must_use]
    pub fn day_after(&self, days: u32) -> NaiveDate {
        self.first_day.checked_add_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MAX)
    }
}

fn eaten_at(day: NaiveDate, plate: &Plate) -> DateTime<Utc> {
    day.and_time(plate.time).and_utc()
}

fn totals_of(day: NaiveDate, plate: &Plate) -> DayTotals {
    let local = CALENDAR.local(eaten_at(day, plate).into());
    let mut calories_by_part = [0; PARTS_OF_DAY];
    calories_by_part[local.time.hour() as usize * PARTS_OF_DAY / 24] = plate.calories;
    let counts = |meal_type: MealType| u32::from(plate.meal_type == meal_type);
    DayTotals {
        day,
        meals: 1,
        calories: plate.calories,
        protein_tenths: plate.tenths[0],
        carbs_tenths: plate.tenths[1],
        fat_tenths: plate.tenths[2],
        evening_calories: if local.is_late { plate.calories } else { 0 },
        breakfasts: counts(MealType::Breakfast),
        lunches: counts(MealType::Lunch),
        dinners: counts(MealType::Dinner),
        snacks: counts(MealType::Snack),
        snack_calories: counts(MealType::Snack) * plate.calories,
        stress_meals: u32::from(plate.note.is_some_and(notes_mention_stress)),
        meals_without_protein: 0,
        meals_without_macros: 0,
        calories_by_part,
        marked_complete: false,
    }
}

fn meal(day: NaiveDate, plate: &Plate) -> Meal {
    let eaten_at = eaten_at(day, plate);
    let [protein, carbs, fat] = plate.tenths.map(Grams::from_tenths);
    let entry = NewMeal {
        name: "A generated meal".to_owned(),
        meal_type: plate.meal_type,
        eaten_at: eaten_at.into(),
        calories: plate.calories,
        macros: Macros::known(protein, carbs, fat),
        notes: plate.note.map(str::to_owned),
    };
    let name = format!("{eaten_at} {:?}", plate.meal_type);
    let meal_id = MealId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()));
    Meal::log(meal_id, entry, &CALENDAR, eaten_at)
}
