//! The recordings that a page has open, and which request is answered by what.

use std::collections::BTreeMap;

use training_replay::{Replay, Result, analysis::VerifyOptions};

use crate::{
    batches, data,
    description::describe,
    page::{self, LastPage},
    questions,
    reply::{Reply, no_room},
    request::{Pieces, Request, Shown, Train, invalid},
    size::{self, Room},
    training::Training,
};

/// The recordings that are open, each under a number of its own.
#[derive(Debug, Default)]
pub struct Session {
    open: BTreeMap<u32, Open>,
    last: u32,
}

/// A recording, and what it is to the page.
#[derive(Debug)]
struct Open {
    replay: Replay,
    kind: Kind,
    page: LastPage,
    /// How many bytes it has.
    size: u64,
}

#[derive(Debug)]
enum Kind {
    /// One that was opened.
    Whole,
    /// One that is still being recorded, and what trains.
    Trained(Box<Training>),
    /// One whose training failed: what was trained and what was recorded may differ, and so it does not go on.
    Failed(String),
    /// The batches of another, which are no epochs.
    Batches,
}

impl Session {
    /// Answers a request: with what was asked for, or with an error in words.
    ///
    /// A request is a line of JSON, behind it the bytes of a recording if one is to be opened, or of data. The answer begins with the length of
    /// its JSON text, four bytes with the lowest first; then the text; from the next multiple of four bytes on the arrays that it
    /// names, as `f32`.
    pub fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        let answered = Request::read(request).and_then(|(request, bytes)| self.reply(request, bytes));
        Reply::encode(answered)
    }

    fn reply(&mut self, request: Request, bytes: &[u8]) -> Result<Reply> {
        match request {
            Request::Open => {
                self.room_beside(None).expect(bytes.len() as u64)?;
                self.add(Replay::from_bytes(bytes)?, Kind::Whole)
            }
            Request::Close { handle } => self.close(handle),
            Request::Train(train) => self.train(train, bytes),
            Request::Step { handle, pieces } => self.step(handle, pieces),
            Request::Batches { handle, epoch } => self.add(batches::view(self.whole(handle)?, epoch)?, Kind::Batches),
            Request::Noise { handle, samples, deviation, seed } => {
                data::noisy(&data::read(self.replay(handle)?.dataset()?, samples, bytes)?, deviation, seed)
            }
            Request::Html { title, runs } => self.html(title, runs, bytes),
            question => self.ask(question),
        }
    }

    /// Answers a question, which changes nothing.
    fn ask(&self, question: Request) -> Result<Reply> {
        match question {
            Request::Describe { handle } => describe(handle, self.replay(handle)?),
            Request::Space { handle, epoch, layer, points, lines, principal } => {
                questions::space(self.replay(handle)?, epoch, &layer, [points, lines], principal)
            }
            Request::Boundary { handle, epoch, points, x, y } => {
                questions::boundary(self.replay(handle)?, epoch, points, [x, y])
            }
            Request::Predictions { handle, epoch } => questions::predictions(self.replay(handle)?, epoch),
            Request::Outcomes { handle, epoch, threshold } => {
                questions::outcomes(self.replay(handle)?, epoch, threshold)
            }
            Request::Histograms { handle, epoch, bins } => questions::histograms(self.replay(handle)?, epoch, bins),
            Request::Distributions { handle, epoch, of } => questions::distributions(self.replay(handle)?, epoch, &of),
            Request::Curves { handle } => questions::curves(self.replay(handle)?),
            Request::Milestones { handle } => questions::milestones(self.replay(handle)?),
            Request::Weights { handle, epoch } => questions::weights(self.replay(handle)?, epoch),
            Request::Data { handle } => data::describe(self.replay(handle)?.dataset()?),
            Request::Generate(wanted) => data::generate(self.replay(wanted.handle)?.dataset()?, &wanted),
            Request::Verify { handle } => verify(self.whole(handle)?),
            Request::Download { handle } => download(self.whole(handle)?),
            _ => Err(invalid("the request", "a question", "none")),
        }
    }

    fn add(&mut self, replay: Replay, kind: Kind) -> Result<Reply> {
        let size = size::of_file(&replay)?;
        self.room_beside(None).expect(size)?;
        self.last += 1;
        let reply = describe(self.last, &replay)?;
        self.open.insert(self.last, Open { replay, kind, page: LastPage::default(), size });
        Ok(reply)
    }

    /// What there is beside all, or all but one.
    fn room_beside(&self, one: Option<u32>) -> Room {
        Room::beside(self.open.iter().filter(|(handle, _)| Some(**handle) != one).map(|(_, open)| open.size))
    }

    fn close(&mut self, handle: u32) -> Result<Reply> {
        self.replay(handle)?;
        self.open.remove(&handle);
        Ok(Reply::default())
    }

    fn train(&mut self, train: Train, bytes: &[u8]) -> Result<Reply> {
        let (training, replay) = Training::begin(self.whole(train.handle)?, train, bytes)?;
        self.add(replay, Kind::Trained(Box::new(training)))
    }

    fn step(&mut self, handle: u32, pieces: Pieces) -> Result<Reply> {
        let room = self.room_beside(Some(handle));
        let Open { replay, kind, page, size } = self.open.get_mut(&handle).ok_or_else(|| unknown(handle))?;
        page.forget();
        let training = match kind {
            Kind::Trained(training) => training,
            Kind::Failed(why) => return Err(invalid("the run", "one whose training did not fail", why)),
            Kind::Whole | Kind::Batches => {
                return Err(invalid("the recording", "one that `train` has begun", "another"));
            }
        };
        let answered = training.step(replay, pieces, room);
        *size = training.size();
        if let Err(error) = &answered {
            *kind = Kind::Failed(error.to_string());
        }
        answered
    }

    /// A page of several runs, as a file of its own.
    fn html(&mut self, title: String, runs: Vec<Shown>, module: &[u8]) -> Result<Reply> {
        let (mut page, source) = page::empty(title, module)?;
        for shown in runs {
            let handle = shown.handle;
            let Open { replay, page: last, .. } = self.open.get_mut(&handle).ok_or_else(|| unknown(handle))?;
            page.append(last.of(replay, shown, source)?);
        }
        Ok(Reply::default().file(page.to_html()?.into_bytes()))
    }

    /// A recording whose epochs are epochs.
    fn whole(&self, handle: u32) -> Result<&Replay> {
        match self.open.get(&handle) {
            Some(Open { kind: Kind::Batches, .. }) => {
                let expected = "one of epochs: that of the run holds the batches as steps";
                Err(invalid("the recording", expected, "a view of batches"))
            }
            _ => self.replay(handle),
        }
    }

    fn replay(&self, handle: u32) -> Result<&Replay> {
        self.open.get(&handle).map(|open| &open.replay).ok_or_else(|| unknown(handle))
    }
}

fn unknown(handle: u32) -> training_replay::Error {
    let hint = "`open` and `train` give the numbers of recordings".into();
    training_replay::Error::Missing { missing: format!("there is no recording {handle}"), hint }
}

fn verify(replay: &Replay) -> Result<Reply> {
    Reply::default().with("verification", replay.run()?.verify(&VerifyOptions::default())?.to_string())
}

/// Takes as much memory as it needs and no more, and not half of all there is on the way.
fn download(replay: &Replay) -> Result<Reply> {
    let (size, mut bytes) = (size::of_file(replay)? as usize, Vec::new());
    bytes.try_reserve_exact(size).map_err(|_| no_room(size))?;
    replay.write_to(&mut bytes)?;
    Ok(Reply::default().file(bytes))
}
