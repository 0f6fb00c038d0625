//! One start of one program, from nothing to its first answer.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use serde_json::{Deserializer, Value};
use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Failure;
use crate::aws::Aws;
use crate::cpu;
use crate::functions::VARIABLES;
use crate::runtime_api::{RuntimeApi, Step};

/// How long a program may take to any of its steps.
const PATIENCE: Duration = Duration::from_secs(30);
/// Variables that say where the machine keeps its root certificates, which the clients load.
const CERTIFICATES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// Time that passed and time on a CPU.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Time that passed.
    pub wall: Duration,
    /// User and system time of all threads.
    pub cpu: Duration,
}

/// What one start came to.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// From the start of the process to its first request for an event, which Lambda calls init.
    pub init: Cost,
    /// From the start of the process to the end of its first answer.
    pub first_answer: Cost,
    /// The answer's status.
    pub status: u64,
    /// Requests to AWS that the answer took.
    pub requests: u64,
}

/// Starts `program` and lets it answer `event`.
pub async fn once(program: &Path, event: &Bytes, aws: &Aws) -> Result<Start, Failure> {
    let mut api = RuntimeApi::open(event.clone()).await?;
    let requests_before = aws.asked();
    let certificates = CERTIFICATES.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let began = Instant::now();
    let mut child = Command::new(program)
        .env_clear()
        .envs(certificates)
        .envs(VARIABLES)
        .env("AWS_LAMBDA_RUNTIME_API", &api.address)
        .env("AWS_ENDPOINT_URL", &aws.url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{} does not start: {error}.", program.display()))?;
    let process = child.id().ok_or("the program ended at once")?;

    let (ready, step) = next_step(&mut api, &mut child).await?;
    let Step::Ready = step else { return Err(unexpected(program, &step)) };
    let init = Cost { wall: ready - began, cpu: cpu::used_at_rest(process).await? };
    if aws.asked() > requests_before {
        // Waiting takes no CPU time, by which starts are compared.
        return Err("It asks AWS before it asks for its first event. Let it do so when an event needs it.".into());
    }

    let released = Instant::now();
    api.release_event();
    let (answered, step) = next_step(&mut api, &mut child).await?;
    let Step::Answered(answer) = step else { return Err(unexpected(program, &step)) };
    // It has to rest again, or its CPU time would lack the last piece.
    let (_, step) = next_step(&mut api, &mut child).await?;
    let Step::Ready = step else { return Err(unexpected(program, &step)) };
    let first_answer = Cost { wall: init.wall + (answered - released), cpu: cpu::used_at_rest(process).await? };
    let requests = aws.asked() - requests_before;
    child.kill().await?;
    Ok(Start { init, first_answer, status: status(&answer)?, requests })
}

async fn next_step(api: &mut RuntimeApi, child: &mut Child) -> Result<(Instant, Step), Failure> {
    let step = async {
        tokio::select! {
            step = api.step() => step.ok_or_else(|| "The Runtime API has ended.".into()),
            ended = child.wait() => Err(format!("It ended by itself with {}.", ended?).into()),
        }
    };
    match timeout(PATIENCE, step).await {
        Ok(Ok(step)) => Ok(step),
        Ok(Err(problem)) => Err(with_output(problem, child).await),
        Err(_) => Err(with_output(format!("It did nothing for {} s.", PATIENCE.as_secs()).into(), child).await),
    }
}

/// The problem, and what the program had to say about it.
async fn with_output(problem: Failure, child: &mut Child) -> Failure {
    // It may have ended already; what counts is that its pipes are closed.
    let _ = child.kill().await;
    let mut output = String::new();
    if let Some(mut pipe) = child.stdout.take() {
        let _ = pipe.read_to_string(&mut output).await;
    }
    if let Some(mut pipe) = child.stderr.take() {
        let _ = pipe.read_to_string(&mut output).await;
    }
    format!("{problem} Its output: {output}").into()
}

fn unexpected(program: &Path, step: &Step) -> Failure {
    format!("{} did something else than it should at this point: {step:?}", program.display()).into()
}

/// The status in an answer. One that is streamed begins with the same object and goes on behind it.
fn status(answer: &[u8]) -> Result<u64, Failure> {
    let first = Deserializer::from_slice(answer).into_iter::<Value>().next();
    let object = first.ok_or("The answer is empty.")??;
    Ok(object["statusCode"].as_u64().ok_or_else(|| format!("The answer has no status: {object}."))?)
}
