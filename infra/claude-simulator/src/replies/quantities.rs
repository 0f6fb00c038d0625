//! Numbers in everyday English: how often, how long, at what time, how tall.

use super::words;

/// A number written in digits or as a word up to twelve.
pub fn number(token: &str) -> Option<u32> {
    const NAMES: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let digits = token.trim_end_matches('x').replace(',', "");
    digits.parse().ok().or_else(|| {
        let name = NAMES.iter().position(|name| *name == token)?;
        u32::try_from(name).ok()
    })
}

/// Sessions a week: "three times a week", "two bike commutes a week", "every morning".
pub fn per_week(text: &str) -> Option<u32> {
    const PERIODS: [&str; 6] = ["a week", "per week", "each week", "every week", "weekly", "week"];
    const OTHER: [&str; 12] =
        ["kg", "kilos", "km", "miles", "minutes", "mins", "hours", "hour", "kcal", "calories", "pounds", "g"];
    let tokens = words::tokens(text);
    let weekly = |from: usize| {
        (from..from + 3).any(|at| {
            let rest = tokens.get(at..).unwrap_or_default().join(" ");
            PERIODS.iter().any(|period| rest == *period || rest.starts_with(&format!("{period} ")))
        })
    };
    for (at, token) in tokens.iter().enumerate() {
        let times = match token.as_str() {
            "once" => Some(1),
            "twice" => Some(2),
            other => number(other),
        };
        let unit = tokens.get(at + 1).map_or("", String::as_str);
        if let Some(times) = times.filter(|times| (1..=14).contains(times) && !OTHER.contains(&unit) && weekly(at + 1))
        {
            return Some(times);
        }
    }
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let named = days.iter().filter(|day| tokens.iter().any(|token| token.trim_end_matches('s') == **day)).count();
    let ranged = words::mentions(text, &["to friday", "to saturday", "to sunday", "through friday"]);
    if words::mentions(text, &["every day", "daily", "every morning", "every evening", "each day"]) {
        Some(7)
    } else {
        u32::try_from(named).ok().filter(|named| *named > 0 && !ranged)
    }
}

/// Minutes: "45 minutes", "half an hour", "an hour and a half".
pub fn minutes(text: &str) -> Option<u32> {
    let tokens = words::tokens(text);
    for (at, token) in tokens.iter().enumerate() {
        let unit = tokens.get(at + 1).map_or("", String::as_str);
        let (glued, value) = match token.trim_end_matches("min").trim_end_matches("mins").parse::<u32>() {
            Ok(value) => (token.ends_with("min") || token.ends_with("mins"), Some(value)),
            Err(_) => (false, number(token)),
        };
        let Some(value) = value else { continue };
        if glued || matches!(unit, "minute" | "minutes" | "min" | "mins") {
            return Some(value).filter(|minutes| (5..=480).contains(minutes));
        }
        if matches!(unit, "hour" | "hours") && value <= 8 {
            return Some(value * 60);
        }
    }
    let phrases: [(&str, u32); 4] = [("hour and a half", 90), ("half an hour", 30), ("half hour", 30), ("an hour", 60)];
    phrases.iter().find(|(phrase, _)| words::mentions(text, &[phrase])).map(|(_, minutes)| *minutes)
}

/// A time of day as `HH:MM`: "at 7", "around 10 pm", "7:30", "noon".
pub fn time_of_day(text: &str) -> Option<String> {
    if words::mentions(text, &["noon", "midday"]) {
        return Some("12:00".to_owned());
    }
    if words::mentions(text, &["midnight"]) {
        return Some("00:00".to_owned());
    }
    let lower =
        text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm").replace("a.m", "am").replace("p.m", "pm");
    let parts: Vec<&str> = lower.split_whitespace().collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let part = part.trim_matches([',', '.', ';', ')', '(']);
        let digits = part.trim_end_matches("am").trim_end_matches("pm").trim_end_matches("ish");
        let (hour, minute) = match digits.split_once(':') {
            Some((hour, minute)) if minute.len() == 2 => (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?),
            Some(_) => return None,
            None => (digits.parse::<u32>().ok()?, 0),
        };
        let next = parts.get(at + 1).map_or("", |next| next.trim_matches([',', '.']));
        let before = at.checked_sub(1).map_or("", |before| parts[before]);
        let afternoon = part.ends_with("pm") || next == "pm";
        let morning = part.ends_with("am") || next == "am" || next == "o'clock";
        let introduced = matches!(before, "at" | "around" | "about" | "by") && (next.is_empty() || !unit(next));
        if !(afternoon || morning || digits.contains(':') || introduced) || hour > 23 || minute > 59 {
            return None;
        }
        let hour = if afternoon && hour < 12 { hour + 12 } else { hour };
        Some(format!("{hour:02}:{minute:02}"))
    })
}

fn unit(word: &str) -> bool {
    ["kg", "g", "kcal", "calories", "minutes", "mins", "times", "km", "kilos", "weeks", "days", "years", "months"]
        .contains(&word)
}

/// A height in centimetres: "178 cm", "1.78 m", "5'10\"", "5 foot 10".
pub fn height_cm(text: &str) -> Option<u32> {
    let lower = text.to_lowercase().replace(['’', '′'], "'").replace(['”', '″'], "\"");
    let feet = |feet: u32, inches: u32| {
        let plausible = (3..=7).contains(&feet) && inches < 12;
        plausible.then(|| ((feet * 12 + inches) * 254 + 50) / 100)
    };
    let parts: Vec<&str> = lower.split(|character: char| character.is_whitespace() || character == ',').collect();
    parts.iter().enumerate().find_map(|(at, part)| {
        let next = parts.get(at + 1).map_or("", |next| next.trim_end_matches('.'));
        if let Some((whole, rest)) = part.split_once('\'') {
            let inches: String = rest.chars().take_while(char::is_ascii_digit).collect();
            return feet(whole.parse().ok()?, inches.parse().unwrap_or(0));
        }
        if matches!(next, "foot" | "feet" | "ft") {
            let inches = parts.get(at + 2).and_then(|inches| number(inches.trim_end_matches(['.', '"']))).unwrap_or(0);
            return feet(number(part)?, inches);
        }
        let figure = part.trim_end_matches(['.', ';', ')']).trim_start_matches('(');
        let (digits, glued) = match figure.strip_suffix("cm") {
            Some(digits) => (digits, "cm"),
            None => figure.strip_suffix('m').map_or((figure, ""), |digits| (digits, "m")),
        };
        let unit = if glued.is_empty() { next } else { glued };
        let centimetres = match unit {
            "cm" | "centimetres" | "centimeters" => digits.parse::<u32>().ok()?,
            "m" | "metres" | "meters" => {
                let (metres, rest) = digits.split_once('.')?;
                let rest: u32 = format!("{rest:0<2}").parse().ok()?;
                metres.parse::<u32>().ok()?.checked_mul(100)?.checked_add(rest)?
            }
            _ => return None,
        };
        Some(centimetres).filter(|height| (120..=230).contains(height))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_understood() {
        for (text, expected) in [
            ("I run 3 times a week", Some(3)),
            ("gym twice a week", Some(2)),
            ("two bike commutes a week, and yoga once a week", Some(2)),
            ("I lift four days per week", Some(4)),
            ("3x a week", Some(3)),
            ("I lift on Tuesdays and Thursdays", Some(2)),
            ("I walk every morning", Some(7)),
            ("I lost 5 kg in a week", None),
            ("I used to run", None),
        ] {
            assert_eq!(per_week(text), expected, "{text}");
        }
    }

    #[test]
    fn durations_and_times_are_understood() {
        assert_eq!(minutes("about 45 minutes each"), Some(45));
        assert_eq!(minutes("30min on the bike"), Some(30));
        assert_eq!(minutes("an hour and a half"), Some(90));
        assert_eq!(minutes("half an hour"), Some(30));
        assert_eq!(time_of_day("dinner at 7:30 pm"), Some("19:30".to_owned()));
        assert_eq!(time_of_day("I snack around 10pm"), Some("22:00".to_owned()));
        assert_eq!(time_of_day("breakfast at 7"), Some("07:00".to_owned()));
        assert_eq!(time_of_day("about 5 kg"), None);
        assert_eq!(time_of_day("16:8 fasting"), None);
    }

    #[test]
    fn heights_are_understood() {
        for (text, expected) in [
            ("I'm 178 cm", Some(178)),
            ("178cm tall", Some(178)),
            ("1.78 m", Some(178)),
            ("I'm 1.7m tall", Some(170)),
            ("5'10\" and 80 kg", Some(178)),
            ("5’4”", Some(163)),
            ("5 foot 10", Some(178)),
            ("six feet tall", Some(183)),
            ("80 kg", None),
            ("4294967295'11 and 4294967295.99 m", None),
        ] {
            assert_eq!(height_cm(text), expected, "{text}");
        }
    }
}
