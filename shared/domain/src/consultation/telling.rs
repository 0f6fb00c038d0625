//! What a consultation tells the profile: of what the talk, the sign-up and the profile's own page say, the person's latest
//! word counts.

use chrono::{DateTime, Utc};

use super::session::Session;
use crate::profile::Profile;
use crate::weight_trend::WeightTrend;

impl Session {
    /// Takes what the person has told into their profile. It changes nothing the second time.
    pub fn tell(&self, profile: &mut Profile) {
        let (told, stated, body) = (&self.heard.told_at, &profile.stated, &self.body);
        // What an earlier release has learned has no instant: it fills gaps.
        let goal = if is_later(told.goal, stated.goal) {
            self.goal.as_ref().map_or(profile.goal, |learned| learned.goal)
        } else {
            profile.goal_with(self.goal.as_ref())
        };
        let weighed_since = |trend: WeightTrend| told.weight.is_none_or(|at| profile.day_of(at) <= trend.day);
        let is_told = is_later(told.weight, stated.weight) && !profile.weight_trend.is_some_and(weighed_since);
        let weight = self.heard.weight.filter(|_| is_told).unwrap_or(profile.weight);
        let sex = latest(profile.body.sex, body.sex, is_later(told.sex, stated.sex));
        let height = latest(profile.body.height, body.height, is_later(told.height, stated.height));
        let is_later_activity = is_later(told.activity_level, stated.activity_level);
        let activity_level = latest(profile.body.activity_level, body.activity_level, is_later_activity);
        let diet = latest(profile.body.diet.take(), body.diet.clone(), is_later(told.diet, stated.diet));
        (profile.goal, profile.weight) = (goal, weight);
        (profile.body.sex, profile.body.height) = (sex, height);
        (profile.body.activity_level, profile.body.diet) = (activity_level, diet);
        profile.health = profile.health.changed_by(self.health);
        if let Some(language) = &self.heard.language
            && (profile.locale.is_none() || profile.locale_learned)
        {
            profile.locale = Some(language.clone());
            profile.locale_learned = true;
        }
    }
}

/// Whether something was told, and after it was stated elsewhere.
fn is_later(told: Option<DateTime<Utc>>, stated: Option<DateTime<Utc>>) -> bool {
    told > stated
}

fn latest<T>(known: Option<T>, told: Option<T>, is_later: bool) -> Option<T> {
    if is_later { told.or(known) } else { known.or(told) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultation::{ConsultationSettings, Known, TurnOutcome};
    use crate::locale::Locale;
    use crate::profile::{BodyData, Diet, Goal, GoalText, Height, LearnedGoal, UserId, Weight};

    const SETTINGS: ConsultationSettings =
        ConsultationSettings { max_messages: 60, min_messages: 3, min_categories: 3, section_max_messages: 6 };

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-03-01T{hour:02}:00:00Z").parse().expect("an instant")
    }

    fn height(cm: f64) -> BodyData {
        BodyData { height: Height::parse("height_cm", cm).ok(), ..BodyData::default() }
    }

    fn told(outcome: &TurnOutcome, hour: u32) -> Session {
        let mut session = Session::start(uuid::Uuid::nil(), UserId::new("ana"), at(hour));
        let known = Known { facts: &[], body: &BodyData::default(), goal_text: None };
        session.apply(outcome, &["first the belly, then muscle".to_owned()], known, &SETTINGS);
        session
    }

    fn after(mut profile: Profile, session: &Session) -> Profile {
        session.tell(&mut profile);
        let once = profile.clone();
        session.tell(&mut profile);
        assert_eq!(profile, once, "telling it again changes nothing");
        profile
    }

    #[test]
    fn what_is_said_in_the_talk_overrides_the_form_and_what_is_not_said_stays() {
        let form = Profile {
            body: BodyData { diet: Diet::parse("diet", "vegan").ok(), ..height(168.0) },
            ..Profile::example()
        };
        let outcome = TurnOutcome {
            body: height(186.0),
            weight: Weight::parse("weight_kg", 90.5).ok(),
            goal: Some((Goal::LoseWeight, "first the belly".to_owned())),
            ..TurnOutcome::default()
        };
        let profile = after(Profile { goal: Goal::BuildMuscle, ..form.clone() }, &told(&outcome, 9));
        assert_eq!(profile.body, BodyData { height: height(186.0).height, ..form.body });
        assert_eq!((profile.weight.kg(), profile.goal, profile.age), (90.5, Goal::LoseWeight, form.age));
    }

    #[test]
    fn what_is_stated_after_the_talk_stays_until_the_talk_says_something_later() {
        let outcome = TurnOutcome { body: height(186.0), ..TurnOutcome::default() };
        let mut profile = Profile { body: height(171.0), ..Profile::example() };
        profile.stated.height = Some(at(10));
        assert_eq!(after(profile.clone(), &told(&outcome, 9)).body, height(171.0));
        assert_eq!(after(profile, &told(&outcome, 11)).body, height(186.0));
    }

    #[test]
    fn what_an_earlier_release_has_learned_fills_gaps_alone() {
        let words = GoalText::parse("goal", "less belly").ok();
        let mut session = told(&TurnOutcome::default(), 9);
        session.body = height(186.0);
        session.goal = Some(LearnedGoal { goal: Goal::LoseWeight, words: words.clone() });
        let known = Profile { body: height(171.0), goal: Goal::Maintain, goal_text: None, ..Profile::example() };
        let kept = after(known.clone(), &session);
        assert_eq!((kept.body, kept.goal), (height(171.0), Goal::Maintain));
        let filled = after(Profile { body: BodyData::default(), goal_text: words, ..known }, &session);
        assert_eq!((filled.body, filled.goal), (height(186.0), Goal::LoseWeight));
    }

    #[test]
    fn the_language_that_is_heard_is_the_persons_until_they_choose_one() {
        let heard = |tag| TurnOutcome { language: Locale::parse("locale", tag).ok(), ..TurnOutcome::default() };
        let language = |profile: &Profile| profile.locale.as_ref().map(Locale::to_string);
        let learned = after(Profile { locale: None, ..Profile::example() }, &told(&heard("en"), 9));
        let other = after(learned, &told(&heard("es"), 10));
        assert_eq!(language(&other), Some("es".to_owned()), "a talk may begin in another language");
        let chosen = Profile { locale: Locale::parse("locale", "de-CH").ok(), locale_learned: false, ..other };
        assert_eq!(language(&after(chosen, &told(&heard("es"), 11))), Some("de-CH".to_owned()));
    }
}
