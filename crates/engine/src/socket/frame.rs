//! Frames: four bytes of length, the highest first, and so many bytes of JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::Zeroizing;

/// Why there is no frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The other side is gone.
    #[error("the connection ended")]
    Ended,
    /// Longer than may be.
    #[error("a frame is too long")]
    TooLong,
    /// Not what was to come.
    #[error("a frame is not understood")]
    NotUnderstood,
    /// A path, most likely: not every name is text.
    #[error("something cannot be written as text")]
    NotText,
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        tracing::debug!(kind = ?error.kind(), "a connection ended");
        Self::Ended
    }
}

/// Writes a frame of at most so many bytes. Not safe to be cut short: the connection is of no use then.
pub async fn write<T: Serialize>(to: &mut (impl AsyncWrite + Unpin), what: &T, most: usize) -> Result<(), FrameError> {
    let bytes = encode(what, most)?;
    let length = u32::try_from(bytes.len()).map_err(|_| FrameError::TooLong)?;
    to.write_all(&length.to_be_bytes()).await?;
    to.write_all(&bytes).await?;
    to.flush().await?;
    Ok(())
}

/// Reads a frame of at most so many bytes. Not safe to be cut short.
pub async fn read<T: DeserializeOwned>(from: &mut (impl AsyncRead + Unpin), most: usize) -> Result<T, FrameError> {
    let length = usize::try_from(from.read_u32().await?).map_err(|_| FrameError::TooLong)?;
    if length > most {
        return Err(FrameError::TooLong);
    }
    // At once, and not as it comes: what grows leaves copies behind. Pages that nothing was written to take no memory.
    let mut bytes = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut bytes).await?;
    serde_json::from_slice(&bytes).map_err(|_| FrameError::NotUnderstood)
}

/// Written twice, the first time only to know how long it is: what grows leaves copies behind.
fn encode<T: Serialize>(what: &T, most: usize) -> Result<Zeroizing<Vec<u8>>, FrameError> {
    let mut length = Counted(0);
    serde_json::to_writer(&mut length, what).map_err(|_| FrameError::NotText)?;
    if length.0 > most {
        return Err(FrameError::TooLong);
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *bytes, what).map_err(|_| FrameError::NotText)?;
    Ok(bytes)
}

/// Counts what is written.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
