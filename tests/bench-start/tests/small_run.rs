//! The bare program, for what does not depend on time.

use std::path::PathBuf;

use bench_start::bench::{Program, measure};
use bench_start::functions::with_events_in;

/// The example that Cargo builds before it runs the tests of this package.
fn bare() -> PathBuf {
    let test = std::env::current_exe().expect("the system tells where this test is");
    let folder = test.ancestors().nth(2).expect("a test lies in target/.../deps");
    folder.join("examples").join("bare")
}

fn program(path: PathBuf) -> Program {
    let events = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let sample = with_events_in(&events).expect("sample events").swap_remove(0);
    Program { name: "the program".to_owned(), path, event: sample.event }
}

#[tokio::test]
async fn a_program_is_measured_up_to_its_first_event_and_up_to_its_first_answer() {
    let measured = measure(&[program(bare())], 2).await.expect("the bare program starts and answers");
    let [bare] = &measured[..] else { panic!("one program is one measurement: {measured:?}") };
    let answer = bare.first_answer.expect("it asks the table before it answers");
    assert!(bare.init.cpu.as_nanos() > 0 && bare.bytes > 0, "{bare:?}");
    assert!(answer.wall > bare.init.wall && answer.cpu > bare.init.cpu, "the answer comes after the start: {bare:?}");
}

#[tokio::test]
async fn a_program_that_does_not_start_is_named_with_its_reason() {
    let problem = measure(&[program("false".into())], 1).await.expect_err("it ends at once").to_string();
    assert!(problem.contains("the program was not measured") && problem.contains("exit status: 1"), "{problem}");
}
