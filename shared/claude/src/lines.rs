//! Lines of a byte stream, one at a time and of bounded size, so that a large batch is never held in memory.

use std::pin::pin;
use std::time::Duration;

use futures_util::{Stream, StreamExt};

/// What is wrong with a line, or with the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineError {
    /// The line is longer than allowed and was passed over.
    TooLong,
    /// The stream broke off.
    Broken,
    /// The stream paused for too long.
    TimedOut,
}

/// How much of a stream is taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Longest line, in bytes.
    pub(super) line: usize,
    /// Longest pause between two pieces.
    pub(super) pause: Duration,
}

struct Reader<S> {
    pieces: S,
    limits: Limits,
    buffer: Vec<u8>,
    /// How much of the buffer is known to have no line end.
    searched: usize,
    /// Whether the present line is too long and is being passed over.
    skipping: bool,
    ended: bool,
}

/// The lines of `pieces` without their ends; empty ones are left out. Nothing follows an error of the stream itself.
pub(super) fn lines<S, B, E>(pieces: S, limits: Limits) -> impl Stream<Item = Result<Vec<u8>, LineError>>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: AsRef<[u8]>,
{
    let reader = Reader { pieces, limits, buffer: Vec::new(), searched: 0, skipping: false, ended: false };
    futures_util::stream::unfold(reader, |mut reader| async move { reader.next().await.map(|line| (line, reader)) })
}

impl<S, B, E> Reader<S>
where
    S: Stream<Item = Result<B, E>> + Unpin,
    B: AsRef<[u8]>,
{
    async fn next(&mut self) -> Option<Result<Vec<u8>, LineError>> {
        loop {
            if let Some(line) = self.buffered_line() {
                return Some(line);
            }
            if self.ended {
                return None;
            }
            match tokio::time::timeout(self.limits.pause, pin!(self.pieces.next())).await {
                Ok(Some(Ok(piece))) => self.buffer.extend_from_slice(piece.as_ref()),
                Ok(None) => {
                    self.ended = true;
                    // The last line may lack its end.
                    self.buffer.push(b'\n');
                }
                Ok(Some(Err(_))) => return Some(Err(self.end(LineError::Broken))),
                Err(_) => return Some(Err(self.end(LineError::TimedOut))),
            }
        }
    }

    fn end(&mut self, error: LineError) -> LineError {
        self.ended = true;
        self.buffer.clear();
        self.searched = 0;
        error
    }

    /// The next line that is not empty, if the buffer holds all of it.
    fn buffered_line(&mut self) -> Option<Result<Vec<u8>, LineError>> {
        while let Some(at) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') {
            let rest = self.buffer.split_off(self.searched + at + 1);
            let mut line = std::mem::replace(&mut self.buffer, rest);
            self.searched = 0;
            line.truncate(line.trim_ascii_end().len());
            if std::mem::take(&mut self.skipping) || line.len() > self.limits.line {
                return Some(Err(LineError::TooLong));
            }
            if !line.is_empty() {
                return Some(Ok(line));
            }
        }
        self.searched = self.buffer.len();
        if self.searched > self.limits.line {
            self.skipping = true;
            self.buffer.clear();
            self.searched = 0;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn read(pieces: &[Result<&'static str, ()>]) -> Vec<Result<String, LineError>> {
        let limits = Limits { line: 8, pause: Duration::from_mins(1) };
        lines(stream::iter(pieces.to_vec()), limits)
            .map(|line| line.map(|line| String::from_utf8(line).expect("UTF-8")))
            .collect()
            .await
    }

    #[tokio::test]
    async fn lines_are_found_wherever_the_pieces_break() {
        let expected = vec![Ok("one".to_owned()), Ok("two".to_owned()), Ok("three".to_owned())];
        assert_eq!(read(&[Ok("one\ntwo\r\n\nthree")]).await, expected);
        assert_eq!(read(&[Ok("o"), Ok("ne"), Ok("\nt"), Ok("wo\n"), Ok(""), Ok("three\n")]).await, expected);
        assert_eq!(read(&[]).await, vec![]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_passed_over_and_the_next_one_read() {
        let expected = vec![Ok("one".to_owned()), Err(LineError::TooLong), Ok("two".to_owned())];
        assert_eq!(read(&[Ok("one\n123456789\ntwo\n")]).await, expected);
        assert_eq!(read(&[Ok("one\n12345"), Ok("6789"), Ok("0123456789"), Ok("\ntwo\n")]).await, expected);
    }

    #[tokio::test]
    async fn nothing_follows_a_broken_stream() {
        assert_eq!(
            read(&[Ok("one\ntw"), Err(()), Ok("o\nthree\n")]).await,
            vec![Ok("one".to_owned()), Err(LineError::Broken)]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_falls_silent_times_out() {
        let silent = stream::iter([Ok::<_, ()>("one\n")]).chain(stream::pending());
        let limits = Limits { line: 8, pause: Duration::from_mins(1) };
        let read: Vec<_> = lines(silent.boxed(), limits).collect().await;
        assert_eq!(read, vec![Ok(b"one".to_vec()), Err(LineError::TimedOut)]);
    }
}
