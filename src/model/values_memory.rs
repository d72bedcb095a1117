//! Values whose memory is taken again for others.

use super::Values;

impl Values<'_> {
    /// Copies others into the memory of these, if they are of the same type and number; returns whether they are.
    pub(super) fn copy(&mut self, others: &Values<'_>) -> bool {
        macro_rules! copy {
            ($($name:ident)*) => {
                match (self, others) {
                    $((Values::$name(own), Values::$name(others)) if own.len() == others.len() => {
                        own.to_mut().copy_from_slice(others);
                        true
                    })*
                    _ => false,
                }
            };
        }
        copy!(F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64 Bool)
    }

    /// Makes them as many zeros; false where memory has no room.
    pub(super) fn make_room(&mut self, count: usize) -> bool {
        fn zeros<T: Clone + Default>(values: &mut Vec<T>, count: usize) -> bool {
            values.clear();
            let has_room = values.try_reserve_exact(count).is_ok();
            values.resize(if has_room { count } else { 0 }, T::default());
            has_room
        }
        macro_rules! make {
            ($($name:ident)*) => {
                match self {
                    $(Values::$name(values) => zeros(values.to_mut(), count),)*
                }
            };
        }
        make!(F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64 Bool)
    }

    /// The bytes of the values in memory, to be written to; none of truth values, of which not all bytes are some.
    pub(super) fn bytes_mut(&mut self) -> Option<&mut [u8]> {
        macro_rules! bytes {
            ($($name:ident)*) => {
                match self {
                    $(Values::$name(values) => Some(bytemuck::cast_slice_mut(values.to_mut())),)*
                    Values::Bool(_) => None,
                }
            };
        }
        bytes!(F32 F64 F16 Bf16 I8 I16 I32 I64 U8 U16 U32 U64)
    }
}
