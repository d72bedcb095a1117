//! Networks of dense layers, recognized by the names and shapes of their arrays.

use super::natural::{numbers, stem};
use crate::{Activation, Dense, Description, Error, Orientation, Result, Sequential};

/// So many attempts to put the layers in order, and no more.
const MAX_ATTEMPTS: usize = 100_000;

/// What the user says of the network.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    pub(super) activations: Vec<Activation>,
    /// The layers in forward order, where it was said.
    pub(super) layers: Option<Vec<String>>,
    pub(super) logits: bool,
    pub(super) orientation: Option<Orientation>,
}

/// An array that is to be recorded.
#[derive(Clone, Debug)]
pub(super) struct Array<'a> {
    pub(super) layer: &'a str,
    pub(super) name: &'a str,
    pub(super) shape: &'a [usize],
    /// What the file it lies in says of a `weight`.
    pub(super) orientation: Option<Orientation>,
}

/// A layer of the network, its kernel as it lies in the file.
#[derive(Clone, Debug)]
struct Layer<'a> {
    name: &'a str,
    kernel: [usize; 2],
    orientation: Option<Orientation>,
    bias: Option<usize>,
}

/// A network that was recognized.
#[derive(Debug)]
pub(super) struct Recognized {
    pub(super) description: Description,
    /// How the kernels lie in the files.
    pub(super) orientation: Orientation,
}

impl Network {
    /// Recognizes the network that the arrays are of, if it is exactly one.
    pub(super) fn recognize(&self, arrays: &[Array<'_>]) -> Result<Recognized> {
        let mut layers = paired(arrays)?;
        if layers.len() != self.activations.len() {
            let names: Vec<_> = layers.iter().map(|layer| layer.name).collect();
            let expected = format!("{}, one for each of the layers {names:?}", layers.len());
            return Err(Error::invalid("the number of activations", expected, self.activations.len()));
        }
        if let Some(order) = &self.layers {
            layers = ordered(layers, order)?;
        }
        let mut found = Vec::new();
        for orientation in self.orientations(&layers)? {
            found.extend(self.orders(&layers, orientation)?.into_iter().map(|order| (order, orientation)));
        }
        match found.as_slice() {
            [(order, orientation)] => self.described(order, *orientation),
            [] => Err(not_one("no order of the layers does, none has as many outputs as the next has inputs", &layers)),
            [(one, _), (other, _), ..] if names(one) == names(other) => {
                let expected = "said by `Checkpoints::orientation`, where shapes do not say it";
                Err(Error::invalid(
                    "what the rows of the kernels stand for",
                    expected,
                    format!("either, in {}", shapes(one)),
                ))
            }
            [(one, _), (other, _), ..] => {
                Err(not_one(&format!("both {:?} and {:?} do", names(one), names(other)), &layers))
            }
        }
    }

    /// How the kernels may lie in the files: as was said, as their names say, or either way.
    fn orientations(&self, layers: &[Layer<'_>]) -> Result<Vec<Orientation>> {
        let first = layers.first().and_then(|layer| layer.orientation);
        match self.orientation.or(first) {
            Some(orientation) if self.orientation.is_some() || layers.iter().all(|l| l.orientation == first) => {
                Ok(vec![orientation])
            }
            None if layers.iter().all(|layer| layer.orientation.is_none()) => {
                Ok(vec![Orientation::InputsOutputs, Orientation::OutputsInputs])
            }
            _ => {
                let expected = "the same in all layers; `Checkpoints::orientation` says it";
                Err(Error::invalid(
                    "what the rows of the kernels stand for",
                    expected,
                    "not: some are called kernel, others weight",
                ))
            }
        }
    }

    /// The orders, at most two, in which every layer takes what the one before puts out, and numbers in names ascend.
    fn orders<'l>(&self, layers: &[Layer<'l>], orientation: Orientation) -> Result<Vec<Vec<Layer<'l>>>> {
        let fit = |layer: &Layer<'_>| layer.bias.is_none_or(|bias| bias == layer.units(orientation));
        if !layers.iter().all(fit) {
            return Ok(Vec::new());
        }
        let mut search = Search::of(layers, orientation, self.layers.is_some());
        search.extend(&mut Vec::new())?;
        let list = |order: Vec<usize>| order.into_iter().map(|index| layers[index].clone()).collect();
        Ok(search.found.into_iter().map(list).collect())
    }

    fn described(&self, order: &[Layer<'_>], orientation: Orientation) -> Result<Recognized> {
        let inputs = order.first().map_or(0, |layer| layer.inputs(orientation));
        let layers = order.iter().zip(&self.activations).map(|(layer, &activation)| {
            let dense = Dense::new(layer.units(orientation)).name(layer.name).activation(activation);
            if layer.bias.is_some() { dense } else { dense.without_bias() }
        });
        let architecture = Sequential::builder(inputs).layers(layers);
        let architecture = if self.logits { architecture.logits() } else { architecture };
        Ok(Recognized { description: architecture.described()?, orientation })
    }
}

impl Layer<'_> {
    fn inputs(&self, orientation: Orientation) -> usize {
        self.kernel[usize::from(orientation == Orientation::OutputsInputs)]
    }

    fn units(&self, orientation: Orientation) -> usize {
        self.kernel[usize::from(orientation == Orientation::InputsOutputs)]
    }
}

/// A search for orders of the layers, depth first.
struct Search<'s, 'l> {
    layers: &'s [Layer<'l>],
    orientation: Orientation,
    /// The layers that come before each.
    before: Vec<Vec<usize>>,
    is_placed: Vec<bool>,
    found: Vec<Vec<usize>>,
    attempts: usize,
}

impl<'s, 'l> Search<'s, 'l> {
    /// Among layers in their order, or in any that their names allow.
    fn of(layers: &'s [Layer<'l>], orientation: Orientation, is_given: bool) -> Self {
        let before = if is_given { in_order(layers.len()) } else { by_numbers(layers) };
        Self { layers, orientation, before, is_placed: vec![false; layers.len()], found: Vec::new(), attempts: 0 }
    }

    fn extend(&mut self, order: &mut Vec<usize>) -> Result<()> {
        if order.len() == self.layers.len() {
            self.found.push(order.clone());
            return Ok(());
        }
        for next in 0..self.layers.len() {
            if self.found.len() < 2 && self.may_follow(order.last().copied(), next) {
                self.attempts += 1;
                if self.attempts > MAX_ATTEMPTS {
                    return Err(not_one("there are too many to try", self.layers));
                }
                order.push(next);
                self.is_placed[next] = true;
                self.extend(order)?;
                self.is_placed[next] = false;
                order.pop();
            }
        }
        Ok(())
    }

    fn may_follow(&self, last: Option<usize>, next: usize) -> bool {
        let layer = &self.layers[next];
        let chains = |last: usize| self.layers[last].units(self.orientation) == layer.inputs(self.orientation);
        let is_free = !self.is_placed[next] && last.is_none_or(chains);
        is_free && self.before[next].iter().all(|&index| self.is_placed[index])
    }
}

fn in_order(count: usize) -> Vec<Vec<usize>> {
    (0..count).map(|index| index.checked_sub(1).into_iter().collect()).collect()
}

/// For each layer those whose names have the next lower numbers, and are the same but for them.
fn by_numbers(layers: &[Layer<'_>]) -> Vec<Vec<usize>> {
    let values = |name| numbers(name).into_iter().map(|digits| digits.parse().unwrap_or(u64::MAX)).collect();
    let keys: Vec<(String, Vec<u64>)> = layers.iter().map(|layer| (stem(layer.name), values(layer.name))).collect();
    let mut sorted: Vec<usize> = (0..layers.len()).collect();
    sorted.sort_by_key(|&index| &keys[index]);
    let (mut before, mut lower) = (vec![Vec::new(); layers.len()], Vec::new());
    for group in sorted.chunk_by(|&one, &other| keys[one] == keys[other]) {
        let is_behind = |&index: &usize| keys[index].0 == keys[group[0]].0;
        lower.retain(is_behind);
        group.iter().for_each(|&index| before[index].clone_from(&lower));
        lower = group.to_vec();
    }
    before
}

/// The layers of the arrays: a kernel of each, and a bias of some.
fn paired<'a>(arrays: &[Array<'a>]) -> Result<Vec<Layer<'a>>> {
    let mut layers: Vec<Layer<'a>> = Vec::new();
    for array in arrays {
        if let (true, &[rows, columns]) = (is_kernel(array), array.shape) {
            if layers.iter().any(|layer| layer.name == array.layer) {
                return Err(unlike(array, "the only kernel of its layer"));
            }
            let orientation = if array.name == "kernel" { Some(Orientation::InputsOutputs) } else { array.orientation };
            layers.push(Layer { name: array.layer, kernel: [rows, columns], orientation, bias: None });
        } else if !is_bias(array) {
            return Err(unlike(
                array,
                "the kernel, weight or bias of a dense layer; `Checkpoints::filter` leaves others out",
            ));
        }
    }
    for array in arrays.iter().filter(|array| is_bias(array)) {
        let layer = layers.iter_mut().find(|layer| layer.name == array.layer);
        layer.ok_or_else(|| unlike(array, "the bias of a layer that has a kernel"))?.bias =
            array.shape.first().copied();
    }
    Ok(layers)
}

fn is_kernel(array: &Array<'_>) -> bool {
    ["kernel", "weight"].contains(&array.name) && array.shape.len() == 2
}

fn is_bias(array: &Array<'_>) -> bool {
    array.name == "bias" && array.shape.len() == 1
}

fn unlike(array: &Array<'_>, expected: &str) -> Error {
    let what = format!("the parameter {}/{}", array.layer, array.name);
    Error::invalid(what, expected, format!("an array of shape {:?}", array.shape))
}

/// The layers in the order that was given.
fn ordered<'a>(layers: Vec<Layer<'a>>, order: &[String]) -> Result<Vec<Layer<'a>>> {
    let mut all: Vec<_> = layers.iter().map(|layer| layer.name).collect();
    let mut given: Vec<_> = order.iter().map(String::as_str).collect();
    all.sort_unstable();
    given.sort_unstable();
    if all != given {
        return Err(Error::invalid("the order of the layers", format!("one of {all:?}"), format!("{order:?}")));
    }
    Ok(order.iter().filter_map(|name| layers.iter().find(|layer| layer.name == name)).cloned().collect())
}

fn names<'a>(layers: &[Layer<'a>]) -> Vec<&'a str> {
    layers.iter().map(|layer| layer.name).collect()
}

fn shapes(layers: &[Layer<'_>]) -> String {
    let shape = |layer: &Layer<'_>| format!("{} {:?}", layer.name, layer.kernel);
    layers.iter().map(shape).collect::<Vec<_>>().join(", ")
}

/// That the layers are not in exactly one order.
fn not_one(found: &str, layers: &[Layer<'_>]) -> Error {
    let expected =
        format!("one that names and shapes say alone, of {}; `Checkpoints::layers` gives it", shapes(layers));
    Error::invalid("the order of the dense layers", expected, format!("unclear: {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A network of these layers: the names, and rows and columns of the kernels; the bias as long as the rows.
    fn recognized(name: &str, layers: &[(&str, [usize; 2])], network: &Network) -> Result<Recognized> {
        let biases: Vec<[usize; 1]> = layers.iter().map(|(_, shape)| [shape[0]]).collect();
        let kernels = layers.iter().map(|(layer, shape)| Array { layer, name, shape, orientation: None });
        let biases = layers.iter().zip(&biases).map(|((layer, _), shape)| Array {
            layer,
            name: "bias",
            shape,
            orientation: None,
        });
        let activations = vec![Activation::Tanh; layers.len()];
        Network { activations, ..network.clone() }.recognize(&kernels.chain(biases).collect::<Vec<_>>())
    }

    fn layers(recognized: &Recognized) -> Vec<(String, usize)> {
        let architecture = Sequential::architecture_of(&recognized.description).unwrap();
        architecture.iter().map(|layer| (layer.name().to_owned(), layer.units(0))).collect()
    }

    #[test]
    fn layers_chain_and_numbers_in_names_ascend() {
        let network = Network::default();
        let found =
            recognized("weight", &[("net.10", [1, 4]), ("net.2", [4, 4]), ("net.1", [4, 2])], &network).unwrap();
        assert_eq!(layers(&found), [("net.1".into(), 4), ("net.2".into(), 4), ("net.10".into(), 1)]);
        assert_eq!(found.orientation, Orientation::OutputsInputs);
        let found = recognized("weight", &[("a", [1, 3]), ("z", [3, 2])], &network).unwrap();
        assert_eq!(layers(&found), [("z".into(), 3), ("a".into(), 1)]);
    }

    #[test]
    fn what_names_and_shapes_do_not_say_is_an_error_that_says_how_to() {
        let message = |layers: &[(&str, [usize; 2])], network: &Network| {
            recognized("weight", layers, network).map(|found| self::layers(&found)).unwrap_err().to_string()
        };
        let network = Network::default();
        assert!(message(&[("a", [2, 2]), ("b", [2, 2])], &network).contains("Checkpoints::layers"));
        assert!(message(&[("a1", [2, 2]), ("a2", [2, 2])], &network).contains("Checkpoints::orientation"));
        assert!(message(&[("a1", [3, 2]), ("a2", [1, 4])], &network).contains("none has as many outputs"));
        assert!(message(&[("a2", [3, 2]), ("a1", [1, 3])], &network).contains("none has"), "against the numbers");
        let layers = Some(vec!["a2".to_owned(), "a1".to_owned()]);
        let given = Network { layers, ..Network::default() };
        assert_eq!(self::layers(&recognized("weight", &[("a2", [3, 2]), ("a1", [1, 3])], &given).unwrap())[0].0, "a2");
        let strangers: Vec<_> =
            ["q", "w", "e", "r", "t", "z", "u", "i", "o", "p", "a", "s"].map(|name| (name, [2, 2])).into();
        assert!(message(&[&strangers[..], &[("odd", [7, 5])]].concat(), &network).contains("too many"));
    }

    #[test]
    fn arrays_of_no_dense_layer_are_named() {
        let network = Network::default();
        let recognize = |arrays: &[Array<'_>]| network.recognize(arrays).map(drop).unwrap_err().to_string();
        let array = |name, shape| Array { layer: "norm", name, shape, orientation: None };
        assert!(recognize(&[array("weight", &[3])]).starts_with("the parameter norm/weight is an array of shape [3]"));
        assert!(recognize(&[array("kernel", &[3, 2]), array("weight", &[3, 2])]).contains("the only kernel"));
        assert!(recognize(&[array("bias", &[3])]).contains("of a layer that has a kernel"));
    }
}
