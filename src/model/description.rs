//! What a model says of itself, so that it can be rebuilt.

/// An opaque description of a model without its weights, stored so that code of your own can rebuild it.
///
/// ```
/// use training_replay::Description;
///
/// let description = Description::new("my_crate::Net/1", "2-10-1".as_bytes());
/// assert_eq!((description.kind(), description.bytes()), ("my_crate::Net/1", b"2-10-1".as_slice()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    kind: String,
    bytes: Vec<u8>,
}

impl Description {
    /// Creates a description. `kind` names who can read `bytes`, and in which version: `my_crate::Net/1`.
    pub fn new(kind: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { kind: kind.into(), bytes: bytes.into() }
    }

    /// Returns who can read the bytes.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns what the model wrote about itself.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
