//! API Gateway events, made from the sample event of each function, and the answers to them.

use chrono::{DateTime, NaiveDate, Utc};
use coaching::api::{ROUTES, Route};
use coaching::http::Code;
use domain::safety::Risk;
use lambda_http::{Body, Context, Request, RequestExt as _, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Issuer;

/// The user pool of a deployment whose callers an authorizer has seen.
pub const POOL: &str = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_EXAMPLE";

/// Every function behind the API.
pub fn api_functions() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|route| route.function)
}

/// One call of an API function.
#[derive(Debug, Clone)]
pub struct Call {
    function: &'static str,
    event: Value,
    /// When the function is ended, if it is to know.
    ended_at: Option<DateTime<Utc>>,
}

impl Call {
    /// The sample event of `function`, without its caller, its key, its body and its query, as a request of its own.
    pub fn to(function: &'static str) -> Self {
        let path = format!("{}/../events/{function}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"));
        let mut event: Value = serde_json::from_str(&text).expect("a sample event is JSON");
        event["body"] = Value::Null;
        event["queryStringParameters"] = json!({});
        event["multiValueQueryStringParameters"] = json!({});
        event["headers"] = json!({});
        event["multiValueHeaders"] = json!({});
        event["requestContext"]["authorizer"] = Value::Null;
        event["requestContext"]["requestId"] = json!(Uuid::new_v4());
        Self { function, event, ended_at: None }
    }

    /// The function that is called.
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// As the person whose id is `name`.
    pub fn by(self, name: &str) -> Self {
        self.claims(&json!({"sub": name, "email": format!("{name}@example.com"), "email_verified": "true"}))
    }

    /// As a member of the admin group.
    pub fn by_admin(self, name: &str) -> Self {
        let email = format!("{name}@example.com");
        self.claims(&json!({"sub": name, "email": email, "email_verified": "true", "cognito:groups": "admin"}))
    }

    /// With these verified claims, of an ID token of this application unless they say otherwise.
    pub fn claims(mut self, claims: &Value) -> Self {
        let mut all = json!({"iss": POOL, "aud": Issuer::AUDIENCE, "token_use": "id"});
        match (all.as_object_mut(), claims.as_object()) {
            (Some(all), Some(claims)) => all.extend(claims.clone()),
            _ => all = claims.clone(),
        }
        self.event["requestContext"]["authorizer"] = json!({"claims": all});
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    /// With any body.
    pub fn text(mut self, body: &str) -> Self {
        self.event["body"] = json!(body);
        self
    }

    /// With a body that API Gateway passes on in base64.
    pub fn base64(mut self, body: &str) -> Self {
        self.event["isBase64Encoded"] = json!(true);
        self.text(body)
    }

    /// With a path variable.
    pub fn path(mut self, name: &str, value: &str) -> Self {
        self.event["pathParameters"][name] = json!(value);
        self
    }

    /// With a query parameter.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.event["queryStringParameters"][name] = json!(value);
        self.event["multiValueQueryStringParameters"][name] = json!([value]);
        self
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.event["headers"][name] = json!(value);
        self.event["multiValueHeaders"][name] = json!([value]);
        self
    }

    /// Taken by API Gateway at a time.
    pub fn sent_at(mut self, time: DateTime<Utc>) -> Self {
        self.event["requestContext"]["requestTimeEpoch"] = json!(time.timestamp_millis());
        self
    }

    /// In an invocation that AWS ends at a time.
    pub fn ended_at(self, time: DateTime<Utc>) -> Self {
        Self { ended_at: Some(time), ..self }
    }

    /// As the local hot-reload server sends it: an HTTP API (version 2) event, which no authorizer has seen.
    pub fn through_watch(mut self) -> Self {
        let v1 = &self.event;
        let query = v1["queryStringParameters"].as_object().into_iter().flatten();
        let query: Vec<String> =
            query.map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or(""))).collect();
        self.event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": v1["path"], "rawQueryString": query.join("&"),
            "headers": v1["headers"], "queryStringParameters": v1["queryStringParameters"],
            "pathParameters": v1["pathParameters"], "body": v1["body"], "isBase64Encoded": false,
            "requestContext": {
                "accountId": "123456789012", "apiId": "local", "domainName": "localhost", "requestId": "local-1",
                "stage": "$default", "time": "18/Nov/2026:12:00:00 +0000", "timeEpoch": 1_794_916_800_000_u64,
                "http": {"method": v1["httpMethod"], "path": v1["path"], "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1", "userAgent": "test"},
            },
        });
        self
    }

    /// What a person has told or proven with this call: the texts of its body, of its claims and of its headers. Ids, which
    /// the log names people by, and dates are none of it.
    pub fn personal_texts(&self) -> Vec<String> {
        let claims = &self.event["requestContext"]["authorizer"]["claims"];
        let mut texts = Vec::new();
        let body = self.event["body"].as_str().unwrap_or_default();
        match serde_json::from_str(body) {
            Ok(body) => add_texts(&body, &mut texts),
            // Without the names of the fields, which are followed by a colon.
            Err(_) => texts
                .extend(body.split(['"', '{']).filter(|part| !body.contains(&format!("{part}\":"))).map(str::to_owned)),
        }
        texts.extend([&claims["email"], &claims["name"]].into_iter().filter_map(Value::as_str).map(str::to_owned));
        // An admin names people by their addresses or by their ids.
        texts.retain(|text| self.function != "set-cohort-access" || text.contains('@'));
        // A token is one also without the word before it.
        let mut headers = Vec::new();
        add_texts(&self.event["headers"], &mut headers);
        texts.extend(headers.iter().flat_map(|header| header.split_whitespace()).map(str::to_owned));
        // A person in a path is named by their address or by their id.
        texts
            .extend(self.event["pathParameters"]["user"].as_str().filter(|user| user.contains('@')).map(str::to_owned));
        let known = [claims["sub"].as_str().unwrap_or_default(), "application/json", "Bearer", "admin"];
        // The log says how careful the coach is, as an admin who decides on it does.
        let risks = [Risk::None, Risk::Caution, Risk::NoDeficit, Risk::Referred].map(Risk::name);
        texts.retain(|text| !known.contains(&text.as_str()) && !risks.contains(&text.as_str()) && !is_id_or_date(text));
        texts
    }

    /// The event as the runtime hands it to the function.
    pub fn event(&self) -> Request {
        let request = lambda_http::request::from_str(&self.event.to_string()).expect("an API Gateway event");
        let Some(ended_at) = self.ended_at else { return request };
        let mut context = Context::default();
        context.deadline = u64::try_from(ended_at.timestamp_millis()).expect("a time after 1970");
        request.with_lambda_context(context)
    }
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| add_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| add_texts(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_id_or_date(text: &str) -> bool {
    Uuid::parse_str(text).is_ok() || text.parse::<DateTime<Utc>>().is_ok() || text.parse::<NaiveDate>().is_ok()
}

/// The answer to a call.
#[derive(Debug, Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// The JSON body; null if there is none.
    pub body: Value,
    headers: lambda_http::http::HeaderMap,
}

impl Reply {
    /// Reads a function's response.
    pub fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = match &*body {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).expect("every body is JSON"),
        };
        Self { status: parts.status.as_u16(), body, headers: parts.headers }
    }

    /// Asserts that the route lists this status, and this code where it is a problem.
    pub fn assert_listed(&self, route: &Route) {
        let (function, status) = (route.function, self.status);
        if status < 400 {
            assert!(route.answers.iter().any(|answer| answer.status == status), "{function} does not list {status}");
            return;
        }
        let code: Code = serde_json::from_value(self.body["code"].clone()).expect("a problem has a code");
        assert_eq!(code.status().as_u16(), status, "{self:?}");
        assert!(route.problems().contains(&code), "{function} does not list {code}: {self:?}");
    }

    /// The texts of the body that are more than a word.
    pub fn sentences(&self) -> Vec<String> {
        let mut texts = Vec::new();
        add_texts(&self.body, &mut texts);
        texts.retain(|text| text.contains(' '));
        texts
    }

    /// One header, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("headers are ASCII"))
    }

    /// Asserts that this is a problem with `status` and `code`, in its full shape.
    #[track_caller]
    pub fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.body["status"], status);
        for field in ["type", "title", "detail", "request_id"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {self:?}");
        }
    }

    /// Asserts that this is a problem that tells when to try again, and answers with those seconds.
    #[track_caller]
    pub fn assert_retry(&self, status: u16, code: &str) -> u64 {
        self.assert_problem(status, code);
        let seconds = self.header("retry-after").and_then(|value| value.parse().ok());
        seconds.filter(|seconds| *seconds > 0).unwrap_or_else(|| panic!("no time to retry: {self:?}"))
    }

    /// Asserts that this is a 422 that names exactly these fields.
    #[track_caller]
    pub fn assert_invalid(&self, fields: &[&str]) {
        self.assert_problem(422, "invalid_fields");
        let named: Vec<&str> =
            self.body["errors"].as_array().into_iter().flatten().filter_map(|error| error["field"].as_str()).collect();
        assert_eq!(named, fields, "{self:?}");
    }
}
