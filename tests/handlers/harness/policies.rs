//! What the template lets each function do with the tables, held against whatever a function asks of them in any test. An
//! embedded DynamoDB refuses nobody, and an emulator of AWS not all that AWS does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use serde_json::Value;

tokio::task_local! {
    /// The function whose code is running.
    static FUNCTION: &'static str;
}

/// Runs the code of a function, which may do what its policies say.
pub async fn as_function<F: Future>(function: &'static str, work: F) -> F::Output {
    FUNCTION.scope(function, work).await
}

/// A client that holds requests of functions against their policies.
pub fn held_to_policies(client: &Client) -> Client {
    Client::from_conf(client.config().to_builder().interceptor(Policies).build())
}

#[derive(Debug)]
struct Policies;

impl Intercept for Policies {
    fn name(&self) -> &'static str {
        "Policies"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(function) = FUNCTION.try_with(|function| *function) else { return Ok(()) };
        let request = context.request();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let body: Value = serde_json::from_slice(request.body().bytes().unwrap_or_default())?;
        for (action, resource) in asked(target.rsplit('.').next().unwrap_or_default(), &body) {
            // A test may have a function look for a table that is not there.
            if resource.is_empty() {
                continue;
            }
            let right = (function.to_owned(), action, resource);
            assert!(rights().contains(&right), "the template does not let a function do this: {right:?}");
        }
        Ok(())
    }
}

/// The actions of a request, each with what it is done to.
fn asked(operation: &str, body: &Value) -> Vec<(String, String)> {
    let of = |action: &str, part: &Value| {
        let table = table_of(part["TableName"].as_str().unwrap_or_default());
        let index = part["IndexName"].as_str().map(|index| format!("/index/{index}")).unwrap_or_default();
        (action.to_owned(), table + &index)
    };
    let writes = body["TransactItems"].as_array().into_iter().flatten().filter_map(Value::as_object).flatten();
    let mut all: Vec<_> = writes
        .map(|(write, part)| match write.as_str() {
            "ConditionCheck" => of("ConditionCheckItem", part),
            write => of(&format!("{write}Item"), part),
        })
        .collect();
    let tables = body["RequestItems"].as_object().into_iter().flatten();
    all.extend(tables.map(|(table, _)| (operation.to_owned(), table_of(table))));
    if body["TableName"].is_string() {
        all.push(of(operation, body));
    }
    all
}

/// A test's tables are named `test-<id>-<table>`.
fn table_of(name: &str) -> String {
    let table = name.strip_prefix("test-").and_then(|name| name.split_once('-'));
    table.map(|(_, table)| table.to_owned()).unwrap_or_default()
}

/// Function, action and table or index, as the template says.
fn rights() -> &'static BTreeSet<(String, String, String)> {
    static RIGHTS: OnceLock<BTreeSet<(String, String, String)>> = OnceLock::new();
    RIGHTS.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        let text = fs::read_to_string(path).expect("the template is there");
        let lines: Vec<&str> = text.lines().collect();
        let mut rights = BTreeSet::new();
        let (mut function, mut actions) = (None, Vec::new());
        for line in lines.iter().map(|line| line.trim()) {
            if let Some(name) = line.strip_prefix("FunctionName: !Sub ${AWS::StackName}-") {
                function = Some(name.to_owned());
            } else if let Some(list) = line.strip_prefix("Action: [").and_then(|list| list.strip_suffix(']')) {
                actions = list.split(", ").map(|action| action.trim_start_matches("dynamodb:").to_owned()).collect();
            } else if let (Some(function), Some(resource)) = (&function, resource(line, &lines)) {
                rights.extend(actions.iter().map(|action| (function.clone(), action.clone(), resource.clone())));
            }
        }
        rights
    })
}

/// The table or index that a line of a policy names.
fn resource(line: &str, lines: &[&str]) -> Option<String> {
    let named = line.trim_start_matches("Resource: ").trim_start_matches("- ");
    let (id, index) = match named.strip_prefix("!GetAtt ") {
        Some(named) => (named.strip_suffix(".Arn")?, ""),
        None => named.strip_prefix("!Sub ${")?.split_once(".Arn}")?,
    };
    let of_table = lines.iter().skip_while(|line| **line != format!("  {id}:"));
    let name = of_table.take(12).find_map(|line| line.trim().strip_prefix("TableName: !Sub ${AWS::StackName}-"))?;
    Some(format!("{name}{index}"))
}

#[tokio::test]
#[should_panic(expected = "the template does not let a function do this")]
async fn a_function_that_asks_for_more_than_its_policies_let_it_do_fails_its_test() {
    let deployment = super::Deployment::new().await;
    let client = held_to_policies(&deployment.database);
    let scan = client.scan().table_name(&deployment.tables.profiles).send();
    let _ = as_function("get-profile", scan).await;
}
