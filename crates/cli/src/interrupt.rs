//! Ctrl-C, where a command does more about it than end.

#[cfg(unix)]
use tokio::signal::unix::Signal;
#[cfg(windows)]
use tokio::signal::windows::CtrlC as Signal;

/// Hears Ctrl-C from when it is made: one that is pressed while nobody waits for it is not lost.
///
/// From the first of these on, the system does not end the program for it any more: whatever takes long afterwards has
/// to hear it, too.
pub struct Interrupt(Option<Signal>);

impl Interrupt {
    /// Begins to hear. Where the system refuses that, Ctrl-C ends the program, as without this.
    pub fn hear() -> Self {
        #[cfg(unix)]
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
        #[cfg(windows)]
        let signal = tokio::signal::windows::ctrl_c();
        Self(signal.ok())
    }

    /// Waits until it was pressed since this was last asked. Safe to be cut short.
    pub async fn pressed(&mut self) {
        let pressed = match &mut self.0 {
            Some(signal) => signal.recv().await.is_some(),
            None => false,
        };
        if !pressed {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::future::Future as _;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// What was lost before: a command that looked at its progress while Ctrl-C was pressed went on.
    #[tokio::test]
    async fn what_is_pressed_while_nobody_waits_is_heard() {
        let mut interrupt = Interrupt::hear();
        assert!(
            matches!(pin!(interrupt.pressed()).poll(&mut Context::from_waker(Waker::noop())), Poll::Pending),
            "asked once, and let go, as in a loop"
        );
        let kill = std::process::Command::new("kill").args(["-INT", &std::process::id().to_string()]).status();
        assert!(kill.unwrap().success());
        interrupt.pressed().await;
    }
}
