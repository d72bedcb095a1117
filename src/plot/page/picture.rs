//! A panel of a picture on the page, and where the slider's epoch is on it.

use super::{arrays::Arrays, run_data::PictureData};
use crate::{
    Error, Result,
    plot::{Panel, Point, Theme, render::placed::Placed},
};

/// The size that pictures are drawn at, and that of their text: what a column of a page has room for.
const SIZE: (u32, u32) = (400, 300);
const TEXT: f64 = 12.5;

/// What of a picture on a [`Page`](crate::plot::Page) follows the slider.
///
/// ```
/// use training_replay::plot::Follow;
///
/// let path = Follow::Points(vec![(0, [0.0, 0.0]), (1, [0.5, 0.25])]);
/// assert_ne!(path, Follow::Nothing);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Follow {
    /// It is the same at every epoch.
    #[default]
    Nothing,
    /// An upright line: the horizontal axis is that of the epochs.
    HorizontalAxis,
    /// A ring around the point of the epoch, or of the last one before it: epochs in rising order, and points in the units of the axes.
    Points(Vec<(u64, Point)>),
}

/// The picture of a panel of a run with these epochs. Title and notes are those of the page, as of its other panels.
pub(super) fn of(panel: &Panel, follow: &Follow, epochs: &[u64], arrays: &mut Arrays) -> Result<PictureData> {
    let alone = Panel { title: String::new(), notes: Vec::new(), ..panel.clone() };
    let [light, dark] = [Theme::light(), Theme::dark()].map(|theme| Placed::of(&alone, SIZE, TEXT, theme));
    let (light, dark) = (light?, dark?);
    let (follows, places) = places(&light, follow, panel, epochs)?;
    Ok(PictureData {
        title: panel.title.clone(),
        notes: panel.notes.clone(),
        size: SIZE,
        frame: light.frame(),
        light: arrays.u8(light.svg.as_bytes(), 0),
        dark: arrays.u8(dark.svg.as_bytes(), 0),
        follows,
        places,
    })
}

type Places = Vec<(u64, Option<[f64; 2]>)>;

fn places(drawn: &Placed<'_>, follow: &Follow, panel: &Panel, epochs: &[u64]) -> Result<(&'static str, Places)> {
    Ok(match follow {
        Follow::Nothing => ("nothing", Vec::new()),
        Follow::HorizontalAxis => {
            let place = |&epoch: &u64| (epoch, drawn.at([epoch as f64, panel.y.high]));
            ("line", epochs.iter().map(place).collect())
        }
        Follow::Points(points) => {
            expect_order(points)?;
            ("ring", points.iter().map(|&(epoch, point)| (epoch, drawn.at(point))).collect())
        }
    })
}

fn expect_order(points: &[(u64, Point)]) -> Result<()> {
    match points.windows(2).find(|pair| pair[0].0 >= pair[1].0) {
        None => Ok(()),
        Some(pair) => {
            let found = format!("{} before {}", pair[0].0, pair[1].0);
            Err(Error::invalid("the epochs of a path on a page", "in rising order", found))
        }
    }
}
