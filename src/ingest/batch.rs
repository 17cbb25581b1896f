//! A batch: what the reader says next, and the records of its chunks. Who reads a chunk also parses it, while the
//! processor's cache still has its bytes, and only few buffers are on their way.
//!
//! Trap: one thread reads at a time. It hands the reader on before it parses, to whoever is free, so nobody waits for a
//! lock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::Scope;

use super::Error;
use super::formats::custom::Custom;
use super::reader::{Event, Reader};
use super::stream::Chunk;
use super::worker::{Parsed, Worker};
use crate::lake::rows::Spare;

/// Bytes of records in a batch, about.
const BYTES: usize = 8 << 20;
/// Events in a batch, at most.
const EVENTS: usize = 512;
/// Fewer bytes of records are little to do.
const SMALL: usize = 384 << 10;

/// What a batch has so far: the events in order, and why there are no more.
type Read = (Vec<Event<Parsed>>, Option<Error>);

pub struct Batch {
    spare: Arc<Spare>,
    custom: Option<Arc<Custom>>,
    read: Mutex<Read>,
}

impl Batch {
    pub fn new(spare: &Arc<Spare>, custom: Option<&Arc<Custom>>) -> Batch {
        Batch { spare: Arc::clone(spare), custom: custom.cloned(), read: Mutex::default() }
    }

    /// Begins to read; it is done when the scope ends.
    pub fn begin<'s>(&'s self, scope: &Scope<'s>, reader: &'s mut Reader) {
        scope.spawn(move |scope| self.go_on(scope, reader, BYTES));
    }

    /// The events; none at the end of all files.
    pub fn finish(self) -> Result<Vec<Event<Parsed>>, Error> {
        match self.read.into_inner().unwrap_or_else(PoisonError::into_inner) {
            (_, Some(error)) => Err(error),
            (events, None) => Ok(events),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a chunk and parses it; while it does, whoever is free goes on, if the batch has bytes left.
    fn go_on<'s>(&'s self, scope: &Scope<'s>, reader: &'s mut Reader, left: usize) {
        let Some((at, chunk)) = self.next_chunk(reader) else { return };
        let (buffers, left) = (reader.buffers(), left.saturating_sub(chunk.bytes.len()));
        if left > 0 {
            scope.spawn(move |scope| self.go_on(scope, reader, left));
        }
        let parsed = Event::Chunk(self.parse(&chunk));
        buffers.give(chunk.bytes);
        self.lock().0[at] = parsed;
    }

    /// The next chunk, if any is to come, and the number of its event, whose place is kept.
    fn next_chunk(&self, reader: &mut Reader) -> Option<(usize, Chunk)> {
        loop {
            let next = reader.next();
            let mut read = self.lock();
            let (events, error) = &mut *read;
            match next {
                Ok(Some(Event::Chunk(chunk))) => {
                    events.push(Event::Chunk(Parsed::default()));
                    return Some((events.len() - 1, chunk));
                }
                Ok(Some(Event::Begin(begin))) => events.push(Event::Begin(begin)),
                Ok(Some(Event::End(end))) => events.push(Event::End(end)),
                Ok(Some(Event::Skipped(skipped, size))) => events.push(Event::Skipped(skipped, size)),
                Ok(None) => return None,
                Err(failed) => {
                    *error = Some(failed);
                    return None;
                }
            }
            if events.len() >= EVENTS {
                return None;
            }
        }
    }

    fn parse(&self, chunk: &Chunk) -> Parsed {
        let bytes: usize = chunk.pieces.iter().map(|piece| piece.end - piece.start).sum();
        Worker::new(&self.spare, bytes < SMALL, self.custom.as_ref()).run(chunk)
    }
}
