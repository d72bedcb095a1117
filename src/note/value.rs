//! The value of a note, of a type that comes back as it was given.

/// The value of a note: a text, a truth value, a number, or a list of these of one type.
///
/// Numbers come back bit for bit, NaN with its payload too. Values are equal if they are of the same type and the same
/// bits; [`number`](Self::number) compares what they stand for, and [`NoteCondition`](crate::NoteCondition) what somebody typed.
///
/// ```
/// use training_replay::NoteValue;
///
/// assert_eq!(NoteValue::from(0.05_f32).to_string(), "0.05"); // as it was written, whatever its type
/// assert_eq!(NoteValue::from(vec![0.9, 0.999]).to_string(), "[0.9, 0.999]");
/// assert_eq!(NoteValue::from(u64::MAX), NoteValue::Integer(18_446_744_073_709_551_615));
/// assert_eq!(NoteValue::from(f64::NAN), NoteValue::F64(f64::NAN));
/// assert_ne!(NoteValue::from(1), NoteValue::from("1"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum NoteValue {
    /// A text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An integer of any type of up to 64 bits, or an `i128`.
    Integer(i128),
    /// A number in single precision.
    F32(f32),
    /// A number in double precision.
    F64(f64),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of truth values.
    Bools(Vec<bool>),
    /// A list of integers.
    Integers(Vec<i128>),
    /// A list of numbers in single precision.
    F32s(Vec<f32>),
    /// A list of numbers in double precision.
    F64s(Vec<f64>),
}

impl NoteValue {
    /// Returns the name of its type: `text`, `bool`, `integer`, `f32` or `f64`, and `list of` one of them.
    ///
    /// ```
    /// use training_replay::NoteValue;
    ///
    /// assert_eq!(NoteValue::from(0.05).type_name(), "f64");
    /// assert_eq!(NoteValue::from(["adam", "sgd"]).type_name(), "list of text");
    /// ```
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Bool(_) => "bool",
            Self::Integer(_) => "integer",
            Self::F32(_) => "f32",
            Self::F64(_) => "f64",
            Self::Texts(_) => "list of text",
            Self::Bools(_) => "list of bool",
            Self::Integers(_) => "list of integer",
            Self::F32s(_) => "list of f32",
            Self::F64s(_) => "list of f64",
        }
    }
}

/// By type and bits: NaN is equal to a NaN of the same bits, and 0 not to -0.
impl PartialEq for NoteValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Integer(one), Self::Integer(other)) => one == other,
            (Self::F32(one), Self::F32(other)) => one.to_bits() == other.to_bits(),
            (Self::F64(one), Self::F64(other)) => one.to_bits() == other.to_bits(),
            (Self::Texts(one), Self::Texts(other)) => one == other,
            (Self::Bools(one), Self::Bools(other)) => one == other,
            (Self::Integers(one), Self::Integers(other)) => one == other,
            (Self::F32s(one), Self::F32s(other)) => {
                bytemuck::cast_slice::<_, u32>(one) == bytemuck::cast_slice::<_, u32>(other)
            }
            (Self::F64s(one), Self::F64s(other)) => {
                bytemuck::cast_slice::<_, u64>(one) == bytemuck::cast_slice::<_, u64>(other)
            }
            _ => false,
        }
    }
}

impl Eq for NoteValue {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_equal_by_type_and_bits() {
        let nan = f64::from_bits(0x7ff8_0000_0000_0001);
        let different: Vec<NoteValue> = vec![
            0.0.into(),
            (-0.0).into(),
            0.into(),
            false.into(),
            "0".into(),
            0.0_f32.into(),
            f64::NAN.into(),
            nan.into(),
            vec![0.0].into(),
            vec![-0.0].into(),
            vec![nan].into(),
            vec![0].into(),
            Vec::<f64>::new().into(),
            Vec::<f32>::new().into(),
            Vec::<String>::new().into(),
        ];
        for (i, one) in different.iter().enumerate() {
            for (j, other) in different.iter().enumerate() {
                assert_eq!(one == other, i == j, "{one:?} and {other:?}");
            }
        }
    }
}
