//! Whose pages may read the API's answers.

/// The origins of the frontends: of pages, and of apps that are a page in a shell, such as `capacitor://localhost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Every page.
    Any,
    /// The pages of these origins, each `scheme://host` or `scheme://host:port` as browsers spell it.
    Listed(Vec<String>),
}

impl Origins {
    /// Reads `*`, or origins with commas between them; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self::Any);
        }
        text.split(',')
            .map(|origin| is_origin(origin.trim()).then(|| origin.trim().to_owned()))
            .collect::<Option<_>>()
            .map(Self::Listed)
    }

    /// Whether the pages of `origin` may read the answers.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Listed(listed) => listed.iter().any(|allowed| allowed == origin),
        }
    }
}

fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else { return false };
    let in_scheme = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
    let in_host = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '?' | '#' | '@' | '*' | '\'' | '"' | '\\');
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(in_scheme)
        && !host.is_empty()
        && host.chars().all(in_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_pages_and_apps() {
        let origins =
            Origins::parse("https://app.example.com, http://localhost:5173,capacitor://localhost").expect("a list");
        for origin in ["https://app.example.com", "http://localhost:5173", "capacitor://localhost"] {
            assert!(origins.allow(origin), "{origin}");
        }
        for origin in
            ["https://app.example.com.evil.example", "http://app.example.com", "https://localhost", "null", ""]
        {
            assert!(!origins.allow(origin), "{origin}");
        }
        assert!(Origins::parse("*").expect("everybody").allow("https://anywhere.example"));
    }

    #[test]
    fn what_no_browser_sends_as_an_origin_is_refused() {
        for text in [
            "",
            "https://a.example,",
            "*,https://a.example",
            "a.example",
            "https://",
            "https://a.example/",
            "https://*.example",
            "https://a b",
        ] {
            assert_eq!(Origins::parse(text), None, "{text}");
        }
    }
}
