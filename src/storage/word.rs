//! The bits of a value as an integer, and what is left of it beside another one.

/// The bits of a value as an integer.
pub(super) trait Word<const N: usize>: Copy {
    fn of(bytes: [u8; N]) -> Self;
    fn bytes(self) -> [u8; N];
    /// The difference to another, small in size to small.
    fn minus(self, other: Self) -> u64;
    /// The word of which a difference is left.
    fn plus(self, left: u64) -> Self;
    /// The sign behind the other bits, so that the exponent of a float is a byte of its own.
    fn turned(self) -> u64;
    fn turned_back(left: u64) -> Self;
}

macro_rules! words {
    ($($word:ty, $signed:ty, $bytes:literal);*) => {$(
        impl Word<$bytes> for $word {
            fn of(bytes: [u8; $bytes]) -> Self {
                Self::from_le_bytes(bytes)
            }

            fn bytes(self) -> [u8; $bytes] {
                self.to_le_bytes()
            }

            fn minus(self, other: Self) -> u64 {
                let difference = self.wrapping_sub(other) as $signed;
                u64::from(((difference << 1) ^ (difference >> (Self::BITS - 1))) as Self)
            }

            fn plus(self, left: u64) -> Self {
                let left = left as Self;
                self.wrapping_add((left >> 1) ^ (left & 1).wrapping_neg())
            }

            fn turned(self) -> u64 {
                u64::from(self.rotate_left(1))
            }

            fn turned_back(left: u64) -> Self {
                (left as Self).rotate_right(1)
            }
        }
    )*};
}
words!(u8, i8, 1; u16, i16, 2; u32, i32, 4; u64, i64, 8);
