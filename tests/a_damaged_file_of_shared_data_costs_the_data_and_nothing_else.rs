//! A file of shared data that was cut anywhere, in which any bit is another, that is gone or is another file: whoever asks for the data
//! gets them as they were recorded, or an error that names the file; everything else is answered; and a recording's own damage is
//! listed all the same.

mod common;

use std::{fs, path::PathBuf};

use common::{
    arrays::{Arrays, completed, counted, file, frozen, leave_behind, of_kind, same_bits},
    bytes::records,
    scale::{report, scaled},
};
use training_replay::{Damage, Error, Metrics, Parameter, Replay, SharedData, Training, Weights, datasets};

const EPOCHS: u64 = 3;

/// The kinds of recordings that refer to a file of data, and of how many bits of it one is flipped: what is in the file is the same.
const KINDS: [(&str, usize); 2] = [("shared", 1), ("together", 9)];

fn model(epoch: u64) -> Arrays {
    let mut arrays = counted(epoch);
    arrays.0.push(frozen());
    arrays
}

fn state(epoch: u64) -> Weights {
    Weights::from_iter([Parameter::new("", "steps", [1], vec![epoch])])
}

/// A recording and the file that it refers to.
struct Pair {
    _folder: tempfile::TempDir,
    path: PathBuf,
    data_path: PathBuf,
    /// Of the file of data, as it was.
    data: Vec<u8>,
}

impl Pair {
    fn of(kind: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = file(&folder);
        let mut replay = of_kind(kind, &path).create(&path).unwrap();
        for epoch in 0..EPOCHS {
            let model = model(epoch);
            replay.record(&Training::new(&model, state(epoch)), [("loss", epoch as f64)]).unwrap();
        }
        replay.finish().unwrap();
        let data_path = path.with_file_name("test.dataset");
        let data = fs::read(&data_path).unwrap();
        Self { _folder: folder, path, data_path, data }
    }

    /// Puts these bytes in the place of the data; true if they are found there all the same.
    fn judge(&self, bytes: &[u8], what: &str) -> bool {
        fs::write(&self.data_path, bytes).unwrap();
        let replay = completed(Replay::open(&self.path).unwrap());
        expect_answers(&replay);
        let listed = replay.check_integrity().unwrap();
        self.expect_listed(&listed, what);
        match replay.dataset() {
            Ok(found) => assert_eq!(found, &datasets::parabola(2, 1), "{what}: other data were handed out"),
            Err(error) => {
                assert!(!listed.is_empty(), "{what}: lost and not listed");
                self.expect_named(&error, what);
            }
        }
        replay.dataset().is_ok()
    }

    fn expect_listed(&self, listed: &[Damage], what: &str) {
        let of_it = |damage: &Damage| damage.path.as_ref() == Some(&self.data_path);
        assert!(listed.iter().all(of_it), "{what}: {listed:?}");
    }

    /// The error must say which file it is, and what is wrong with it.
    fn expect_named(&self, error: &Error, what: &str) {
        let message = error.to_string();
        assert!(message.contains(self.data_path.to_str().unwrap()), "{what}: {message}");
        match error {
            Error::Corrupted { reason, .. } => assert!(!reason.is_empty()),
            Error::Invalid { expected, .. } => assert!(expected.contains("as recorded"), "{what}: {message}"),
            Error::Io { .. } => assert!(message.contains("put it back"), "{what}: {message}"),
            _ => panic!("{what}: {message}"),
        }
    }
}

/// What needs no data is answered, and right.
fn expect_answers(replay: &Replay) {
    assert!(replay.is_finished() && replay.damage().is_empty() && replay.torn_bytes() == 0);
    assert!(SharedData::of(replay).is_some_and(|shared| !shared.places().is_empty()));
    for epoch in 0..EPOCHS {
        assert!(same_bits(&replay.weights(epoch).unwrap(), &model(epoch)));
        assert_eq!(replay.metrics(epoch).unwrap(), Metrics::from([("loss", epoch as f64)]));
        assert_eq!(replay.training().state(epoch).unwrap().arrays(), &state(epoch));
        assert_eq!(replay.parameter(epoch, "layer", "kernel").unwrap().values().to_f32()[0], epoch as f32);
    }
    assert_eq!(replay.curve("loss").unwrap().len() as u64, EPOCHS);
}

#[test]
fn each_bit_that_is_flipped_and_each_cut_is_named_or_harmless() {
    for (kind, of) in KINDS {
        let pair = Pair::of(kind);
        let bits: Vec<usize> = (0..8 * pair.data.len()).step_by(scaled(of, 1)).collect();
        let flipped = |bit: &usize| {
            let mut bytes = pair.data.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            pair.judge(&bytes, &format!("bit {bit}"))
        };
        let harmless = bits.iter().filter(|bit| flipped(bit)).count();
        let cut = |length: &usize| pair.judge(&pair.data[..*length], &format!("{length} bytes"));
        let enough = (0..pair.data.len()).filter(cut).count();
        // What describes the data and the data themselves; not the zeros between, nor all of the END.
        assert!(harmless < bits.len() / 2 && enough <= 64, "{harmless} of {}, {enough}", bits.len());
        report(format_args!(
            "{kind}: {} bits flipped, {} named; {} cuts, {} named; 0 wrong",
            bits.len(),
            bits.len() - harmless,
            pair.data.len(),
            pair.data.len() - enough
        ));
    }
}

/// A file that was missing, or another one, was an error of the whole check, and nobody was shown which epochs were damaged.
#[test]
fn damage_of_the_recording_is_listed_also_where_its_data_are_lost() {
    for (kind, _) in KINDS {
        let pair = Pair::of(kind);
        let mut bytes = fs::read(&pair.path).unwrap();
        let hit = records(&bytes).into_iter().rfind(|record| record.is_snapshot()).unwrap();
        bytes[hit.data.start] ^= 1;
        fs::write(&pair.path, bytes).unwrap();
        let mut flipped = pair.data.clone();
        flipped[records(&pair.data)[1].data.start] ^= 1;
        let mut described = pair.data.clone();
        described[records(&pair.data)[0].meta.start] ^= 1;
        let folder = tempfile::tempdir().unwrap();
        leave_behind(&file(&folder), 3);
        let other = fs::read(file(&folder)).unwrap();
        let cases: [(Option<&[u8]>, &str); 6] = [
            (Some(&pair.data), ""),
            (None, "not at"),
            (Some(&flipped), "its checksum does not agree"),
            (Some(&described), "the description is corrupted"),
            (Some(b"text"), "another kind of file"),
            (Some(&other), "the matrix of"),
        ];
        for (data, expected) in cases {
            match data {
                Some(bytes) => fs::write(&pair.data_path, bytes).unwrap(),
                None => fs::remove_file(&pair.data_path).unwrap(),
            }
            let listed = completed(Replay::open(&pair.path).unwrap()).check_integrity().unwrap();
            assert_eq!(listed[0].bytes.start, hit.bytes.start as u64, "{expected}");
            assert!(listed[0].path.is_none() && listed[0].reason.contains("epoch 2"), "{listed:?}");
            match (listed.get(1), expected) {
                (None, "") => {}
                (Some(damage), expected) => {
                    assert!(listed.len() == 2 && damage.path.as_ref() == Some(&pair.data_path), "{listed:?}");
                    assert!(!expected.is_empty() && damage.reason.contains(expected), "{expected}: {listed:?}");
                }
                (None, expected) => panic!("{expected}: not listed"),
            }
        }
    }
}
