//! What is too much. Each is tested; over one, the answer is `TooLarge` or `Busy`, or the oldest has to go.

use std::time::Duration;

use valise_blocks::ConnectionLimits;
use valise_protocol::api::MAX_BYTES;

pub use crate::rate::Rate;

/// Connections open at one time; who comes when there are as many is turned away.
pub const MAX_CONNECTIONS: usize = 8192;
/// Connections open at one time from one address: an office may be behind it.
pub const MAX_ADDRESS_CONNECTIONS: usize = 2048;
/// Requests that are open to anybody, and proofs that do not stand, by address. Each computer of an office asks once a round.
pub const ADDRESS_RATE: Rate = Rate { burst: 4000, per_second: 200 };
/// Requests open to anybody that the catalog has to write down, by address.
pub const OPEN_WRITE_RATE: Rate = Rate { burst: 1000, per_second: 5 };
/// Requests with a proof, by account: a round over all folders of a person who has many.
pub const ACCOUNT_RATE: Rate = Rate { burst: 5000, per_second: 200 };
/// What an account tells the members of its folders for the moment: each reaches all of them.
pub const SIGNAL_RATE: Rate = Rate { burst: 60, per_second: 2 };
/// Addresses, or accounts, whose asking is remembered.
pub const MAX_BUCKETS: usize = 16_384;
/// When somebody is told to come again who met a catalog that is full.
pub const COME_AGAIN: Duration = Duration::from_secs(2);

/// How long TLS may take to begin.
pub const HANDSHAKE_TIME: Duration = Duration::from_secs(15);
/// How long a connection may be idle, or take to send a request's line and headers.
pub const HEADER_TIME: Duration = Duration::from_secs(60);
/// Largest line and headers of a request; also what is read ahead of a body.
pub const MAX_HEAD: usize = 64 << 10;

/// Largest request body: records in base64, and room for the largest set of wraps beside them.
pub const MAX_BODY: usize = MAX_BYTES * 4 / 3 + (4 << 20);
/// Bytes of request bodies in memory at one time; who comes later waits.
pub const BODY_BUDGET: usize = 8 * MAX_BODY;
/// How long a request waits for room before it is told to come again.
pub const BODY_WAIT: Duration = Duration::from_secs(10);
/// How long a body may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(120);

/// Sessions that were asked for and not used yet; the oldest goes.
pub const MAX_FRESH_SESSIONS: usize = 4096;
/// Sessions in use by one account; the one unused for longest goes.
pub const MAX_ACCOUNT_SESSIONS: usize = 32;
/// A session that is idle for this long is gone.
pub const SESSION_IDLE: Duration = Duration::from_secs(3600);

/// Event streams of one account; the oldest is cut off.
pub const MAX_ACCOUNT_STREAMS: usize = 16;
/// Notices waiting for one slow reader, who is cut off at more.
pub const EVENT_QUEUE: usize = 64;
/// A comment is sent on a quiet event stream this often.
pub const KEEP_ALIVE: Duration = Duration::from_secs(25);

/// Newcomers waiting.
pub const MAX_PENDING_JOINS: usize = 500;
/// Records of a newcomer's account.
pub const MAX_JOIN_RECORDS: usize = 16;
/// Bytes of a newcomer's records.
pub const MAX_JOIN_BYTES: usize = 256 << 10;
/// Largest body of a newcomer's request, who may be anybody: records and ring in base64, and a name.
pub const MAX_JOIN_BODY: usize = 512 << 10;
/// Bytes of a sealed ring.
pub const MAX_RING: usize = 64 << 10;
/// Refused redemptions that are remembered; the oldest goes.
pub const MAX_ALARMS: usize = 1000;

/// How long a device waits for another one to join its account.
pub const PAIRING_TIME: Duration = Duration::from_secs(600);
/// Pairings of one account; the oldest goes.
pub const MAX_ACCOUNT_PAIRINGS: usize = 4;
/// Pairings under way.
pub const MAX_PAIRINGS: usize = 1024;
/// Bytes of a pairing's message.
pub const MAX_PAIRING_MESSAGE: usize = 32 << 10;
/// Largest body of an answer, which may be anybody's: a message in base64.
pub const MAX_ANSWER_BODY: usize = 48 << 10;

/// How long a request for a recovery waits.
pub const ASKED_TIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// Requests for recoveries of one account that nobody has said no to; anybody can make one.
pub const MAX_ACCOUNT_ASKED: usize = 4;
/// Requests for recoveries.
pub const MAX_ASKED: usize = 1000;
/// Largest body of such a request: a device's public keys and a reason, in base64.
pub const MAX_ASKED_BODY: usize = 8 << 10;

/// Wraps or "held" words in one page.
pub const MAX_ROWS: usize = 4096;

/// Connections of the pinning node: a computer has one, for as long as Valise is open there.
pub const NODE_CONNECTIONS: ConnectionLimits = ConnectionLimits { total: 4096, per_peer: 4, pending_incoming: 512 };
/// Fetches of the pinning node side by side: of small DAGs, of those up to [`FETCH_MIDDLE`], and of larger ones. However
/// many large ones there are, a letter waits for none of them.
pub const FETCHES: [usize; 3] = [4, 2, 2];
/// A DAG of up to so many bytes is small.
pub const FETCH_SMALL: u64 = 16 << 20;
/// See [`FETCHES`].
pub const FETCH_MIDDLE: u64 = 1 << 30;
/// Blocks in flight in one of them.
pub const FETCH_WINDOW: usize = 16;
/// A block that does not come in this time ends the attempt.
pub const BLOCK_TIME: Duration = Duration::from_secs(20);
