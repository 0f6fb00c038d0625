//! The simulator as a server, for the local stack.

use std::process::ExitCode;
use std::time::Duration;

use claude_simulator::{Options, Pace, Simulator};
use tokio::signal::unix::{SignalKind, signal};

const USAGE: &str =
    "usage: claude-simulator [--port N] [--batch-seconds N|never] [--stream-pause-milliseconds N] [--recorded FOLDER]
The environment variables CLAUDE_SIMULATOR_PORT, CLAUDE_SIMULATOR_BATCH_SECONDS,
CLAUDE_SIMULATOR_STREAM_PAUSE_MILLISECONDS and CLAUDE_SIMULATOR_RECORDED say the same; an argument wins.";

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).init();
    let options = match options(std::env::args().skip(1), |name| std::env::var(name).ok()) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The simulator cannot listen: {error}. Choose another port with --port.");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: Options) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let simulator = Simulator::start(options).await?;
    println!("{}", simulator.base_url());
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    // Whoever still holds a connection gets a moment to finish.
    let _ = tokio::time::timeout(Duration::from_secs(2), simulator.stop()).await;
    Ok(())
}

fn options(
    mut arguments: impl Iterator<Item = String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Options, String> {
    let mut options = Options { port: 8787, ..Options::default() };
    for (variable, argument) in [
        ("CLAUDE_SIMULATOR_PORT", "--port"),
        ("CLAUDE_SIMULATOR_BATCH_SECONDS", "--batch-seconds"),
        ("CLAUDE_SIMULATOR_STREAM_PAUSE_MILLISECONDS", "--stream-pause-milliseconds"),
        ("CLAUDE_SIMULATOR_RECORDED", "--recorded"),
    ] {
        if let Some(value) = environment(variable) {
            set(&mut options, argument, &value).map_err(|problem| format!("{variable}: {problem}"))?;
        }
    }
    while let Some(argument) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{argument} takes a value"))?;
        set(&mut options, &argument, &value).map_err(|problem| format!("{argument}: {problem}"))?;
    }
    Ok(options)
}

fn set(options: &mut Options, argument: &str, value: &str) -> Result<(), String> {
    let number = || value.parse::<u64>().map_err(|_| format!("`{value}` is not a whole number"));
    match argument {
        "--port" => {
            options.port = value.parse().map_err(|_| format!("`{value}` is not a port"))?;
        }
        "--batch-seconds" if value == "never" => options.batch_pace = Pace::Held,
        "--batch-seconds" => options.batch_pace = Pace::After(Duration::from_secs(number()?)),
        "--recorded" => options.recorded = (!value.is_empty()).then(|| value.into()),
        "--stream-pause-milliseconds" => options.stream_pause = Duration::from_millis(number()?),
        _ => return Err("there is no such argument".to_owned()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str], variable: Option<(&str, &str)>) -> Result<Options, String> {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned());
        options(arguments, |name| variable.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()))
    }

    #[test]
    fn an_argument_wins_over_the_environment() {
        let options = read(&["--port", "9001"], Some(("CLAUDE_SIMULATOR_PORT", "9000"))).expect("valid");
        assert_eq!(options.port, 9001);
        let options = read(&[], Some(("CLAUDE_SIMULATOR_BATCH_SECONDS", "never"))).expect("valid");
        assert_eq!(options.batch_pace, Pace::Held);
    }

    #[test]
    fn a_bad_value_is_named() {
        assert_eq!(
            read(&[], Some(("CLAUDE_SIMULATOR_PORT", "many"))),
            Err("CLAUDE_SIMULATOR_PORT: `many` is not a port".to_owned())
        );
        assert!(read(&["--colour", "red"], None).expect_err("refused").contains("--colour"));
    }
}
