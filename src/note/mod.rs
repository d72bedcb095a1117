//! What is noted of a run: the values of its hyper-parameters, with their types, their texts and their order.

mod condition;
mod conversion;
mod order;
mod text;
mod value;

pub use condition::NoteCondition;
pub use conversion::NoteItem;
pub use value::NoteValue;
