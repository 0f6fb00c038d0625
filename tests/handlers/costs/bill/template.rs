//! What the template says of the deployment: how much memory a function has, and what else is paid for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The template, as far as a bill needs it.
pub struct Template {
    memory: BTreeMap<String, f64>,
    text: String,
}

impl Template {
    /// The project's.
    pub fn load() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let text = fs::read_to_string(path).expect("the template is there");
        let mut memory = BTreeMap::new();
        let mut function = None;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix("FunctionName: !Sub ${AWS::StackName}-") {
                function = Some(name.to_owned());
            } else if let Some(size) = line.strip_prefix("MemorySize: ") {
                memory.extend(function.take().map(|name| (name, size.parse().expect("memory is a number"))));
            }
        }
        Self { memory, text }
    }

    /// A function's memory in GB.
    pub fn gigabytes(&self, function: &str) -> f64 {
        let megabytes = self.memory.get(function).unwrap_or_else(|| panic!("{function} has no memory"));
        megabytes / 1024.0
    }

    /// The default of a parameter.
    pub fn default(&self, parameter: &str) -> &str {
        let (_, rest) = self.text.split_once(&format!("\n  {parameter}:\n")).expect("the template has the parameter");
        let line = rest.lines().find_map(|line| line.trim().strip_prefix("Default: ")).expect("it has a default");
        line.trim_matches('\'')
    }
}
