//! A page, read as a browser reads it, by `src/plot/page/web/data.js`.
#![allow(dead_code)] // Every test binary uses a part of it.

use std::{collections::BTreeMap, io::Read};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

/// A page as a browser reads it, as `src/plot/page/web/data.js` does.
#[derive(Debug)]
pub struct DecodedPage {
    pub html: String,
    pub meta: Value,
    pub script: String,
    bytes: Vec<u8>,
}

impl DecodedPage {
    pub fn read(html: String) -> Self {
        let part = |from: &str| html.split_once(from).unwrap().1.split_once("</script>").unwrap().0.to_owned();
        let bytes = inflated(&part(r#"id="data" data-packed="deflate">"#));
        let mut meta: Value = serde_json::from_slice(&inflated(&part(r#"id="meta" data-packed="deflate">"#))).unwrap();
        for i in 0..meta["runs"].as_array().unwrap().len() {
            let places = meta["places"][i]["arrays"].clone();
            place(&mut meta["runs"][i], &places);
        }
        let script = String::from_utf8(inflated(&part(r#"id="script" data-packed="deflate">"#))).unwrap();
        Self { html, meta, script, bytes }
    }

    pub fn run(&self, i: usize) -> &Value {
        &self.meta["runs"][i]
    }

    /// What the epochs of a run are computed from.
    pub fn live(&self, i: usize) -> Option<&[u8]> {
        let place = self.meta["places"][i]["live"].as_array()?;
        let [from, length] = [0, 1].map(|k| place[k].as_u64().unwrap() as usize);
        Some(&self.bytes[from..from + length])
    }

    /// All arrays of a run, by their numbers.
    pub fn arrays(&self, i: usize) -> BTreeMap<u64, Value> {
        let mut found = BTreeMap::new();
        collect(self.run(i), &mut found);
        found
    }

    /// The bytes of an array's values as they are.
    pub fn plain(&self, array: &Value) -> Vec<u8> {
        match array["type"].as_str().unwrap() {
            "u8" => self.u8(array),
            "u16" => self.u16(array).into_iter().flat_map(u16::to_le_bytes).collect(),
            "u32" => self.u32(array).into_iter().flat_map(u32::to_le_bytes).collect(),
            "bits" => self.bits(array).into_iter().flat_map(f32::to_le_bytes).collect(),
            _ => self.f32(array).into_iter().flat_map(f32::to_le_bytes).collect(),
        }
    }

    /// The bytes of an array of so many bytes a value, and how many values it has.
    fn array(&self, array: &Value, kind: &str, width: usize) -> (&[u8], usize, usize) {
        assert_eq!(array["type"], kind);
        let number = |name: &str| array[name].as_u64().unwrap() as usize;
        let (offset, length) = (number("offset"), number("length"));
        let epoch = if kind == "f32" { 0 } else { array["by_epoch"].as_u64().unwrap_or(0) as usize };
        (&self.bytes[offset..offset + width * length], length, epoch)
    }

    pub fn u8(&self, array: &Value) -> Vec<u8> {
        let (bytes, _, delta) = self.array(array, "u8", 1);
        undone(bytes.to_vec(), delta, u8::wrapping_add)
    }

    pub fn u16(&self, array: &Value) -> Vec<u16> {
        let (bytes, length, delta) = self.array(array, "u16", 2);
        let values = (0..length).map(|i| u16::from_le_bytes([bytes[i], bytes[length + i]]));
        undone(values.collect(), delta, u16::wrapping_add)
    }

    pub fn u32(&self, array: &Value) -> Vec<u32> {
        let (bytes, length, delta) = self.array(array, "u32", 4);
        let values = (0..length).map(|i| u32::from_le_bytes([0, 1, 2, 3].map(|plane| bytes[plane * length + i])));
        undone(values.collect(), delta, u32::wrapping_add)
    }

    /// All digits of numbers, written as what changes from epoch to epoch.
    pub fn bits(&self, array: &Value) -> Vec<f32> {
        let (bytes, length, delta) = self.array(array, "bits", 4);
        let values = (0..length).map(|i| u32::from_le_bytes([0, 1, 2, 3].map(|plane| bytes[plane * length + i])));
        undone(values.collect(), delta, u32::wrapping_add).into_iter().map(f32::from_bits).collect()
    }

    pub fn f32(&self, array: &Value) -> Vec<f32> {
        self.array(array, "f32", 4).0.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
    }
}

fn inflated(part: &str) -> Vec<u8> {
    let (deflated, mut bytes) = (STANDARD.decode(part).unwrap(), Vec::new());
    flate2::read::ZlibDecoder::new(deflated.as_slice()).read_to_end(&mut bytes).unwrap();
    bytes
}

fn collect(value: &Value, found: &mut BTreeMap<u64, Value>) {
    if let Some(number) = value.get("by_epoch").and(value.get("number")).and_then(Value::as_u64) {
        found.insert(number, value.clone());
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| collect(value, found)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// Gives every array the place of its first byte, by its number among those of its run.
fn place(value: &mut Value, places: &Value) {
    if let Some(number) = value.get("by_epoch").and(value.get("number")).and_then(Value::as_u64) {
        value["offset"] = places[number as usize].clone();
    }
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| place(value, places)),
        Value::Object(fields) => fields.values_mut().for_each(|value| place(value, places)),
        _ => {}
    }
}

fn undone<T: Copy>(mut values: Vec<T>, delta: usize, plus: impl Fn(T, T) -> T) -> Vec<T> {
    for i in delta..if delta > 0 { values.len() } else { 0 } {
        values[i] = plus(values[i], values[i - delta]);
    }
    values
}

/// The two ends of an axis.
pub fn range(ends: &Value) -> (f64, f64) {
    (ends[0].as_f64().unwrap(), ends[1].as_f64().unwrap())
}

/// The number behind 16 bits.
pub fn number(steps: u16, (low, high): (f64, f64)) -> f64 {
    low + (high - low) * f64::from(steps) / 65_534.0
}

/// The arrays of an answer.
pub fn arrays(answer: &[u8]) -> Vec<&[u8]> {
    let number = |i: usize| u32::from_le_bytes(answer[4 * i..][..4].try_into().unwrap()) as usize;
    let mut at = 4 * (1 + number(0));
    (1..=number(0))
        .map(|i| {
            let bytes = &answer[at..][..number(i)];
            at = (at + number(i)).next_multiple_of(4);
            bytes
        })
        .collect()
}
