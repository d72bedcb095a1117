//! A step of an optimizer, and what it remembers from one to the next.

use super::{Framework, Optimizer};
use crate::math::elementary;

/// What an optimizer remembers from step to step: one or two running values for every weight.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    steps: u64,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

impl State {
    /// The number of steps taken.
    pub(super) fn steps(&self) -> u64 {
        self.steps
    }

    /// Returns the state behind so many steps, of these running values; of an optimizer with one of them for each weight the
    /// second are none.
    pub(super) fn new(steps: u64, first: Vec<Vec<f32>>, second: Vec<Vec<f32>>) -> Self {
        Self { steps, first, second }
    }

    /// The running values of every array: one of each, or two, or none.
    pub(super) fn values(&self) -> [&[Vec<f32>]; 2] {
        [&self.first, &self.second]
    }

    /// Whether the running values are those of arrays with these lengths; those of no step fit any.
    pub(super) fn fits(&self, lengths: &[usize]) -> bool {
        self.first.is_empty() || self.first.iter().map(Vec::len).eq(lengths.iter().copied())
    }

    /// Begins a step of the optimizer with this learning rate, for one array of weights after the other.
    pub(super) fn step(&mut self, optimizer: Optimizer, rate: f32) -> Update<'_> {
        self.steps = self.steps.saturating_add(1);
        let (rate, root) = corrected(optimizer, rate, self.steps);
        Update { optimizer, rate, root, state: self, arrays: 0 }
    }

    /// The running values of an array, which are zero before the first step; the second ones of two, else none.
    fn running(&mut self, array: usize, length: usize, two: bool) -> (&mut [f32], &mut [f32]) {
        if self.first.len() == array {
            self.first.push(vec![0.0; length]);
        }
        if two && self.second.len() == array {
            self.second.push(vec![0.0; length]);
        }
        let second = if two { self.second[array].as_mut_slice() } else { &mut [] };
        (&mut self.first[array], second)
    }
}

/// One step under way.
pub(super) struct Update<'a> {
    optimizer: Optimizer,
    rate: f32,
    /// What a root of Adam's mean square is multiplied by.
    root: f32,
    state: &'a mut State,
    /// How many arrays of weights were changed already.
    arrays: usize,
}

impl Update<'_> {
    /// Changes the next array of weights.
    pub(super) fn apply(&mut self, w: &mut [f32], g: &[f32]) {
        let (rate, weights) = (self.rate, w.iter_mut().zip(g));
        if let Optimizer::Sgd { momentum: 0.0, .. } = self.optimizer {
            return weights.for_each(|(w, g)| *w -= rate * g);
        }
        let two = matches!(self.optimizer, Optimizer::Adam { .. });
        let (first, second) = self.state.running(self.arrays, g.len(), two);
        self.arrays += 1;
        match self.optimizer {
            Optimizer::Sgd { momentum, nesterov, framework: Framework::PyTorch, .. } => {
                weights.zip(first).for_each(|((w, g), b)| {
                    *b = momentum * *b + g;
                    *w -= rate * if nesterov { momentum * *b + g } else { *b };
                });
            }
            Optimizer::Sgd { momentum, nesterov, .. } => weights.zip(first).for_each(|((w, g), v)| {
                *v = momentum * *v - rate * g;
                *w += if nesterov { momentum * *v - rate * g } else { *v };
            }),
            Optimizer::RmsProp { rho, epsilon, framework, .. } => {
                let (under, beside) = if framework == Framework::Keras3 { (epsilon, 0.0) } else { (0.0, epsilon) };
                weights.zip(first).for_each(|((w, g), a)| {
                    *a = rho * *a + (1.0 - rho) * g * g;
                    *w -= rate * g / ((*a + under).sqrt() + beside);
                });
            }
            Optimizer::Adam { beta1, beta2, epsilon, .. } => {
                let root = self.root;
                weights.zip(first.iter_mut().zip(second)).for_each(|((w, g), (m, v))| {
                    *m = beta1 * *m + (1.0 - beta1) * g;
                    *v = beta2 * *v + (1.0 - beta2) * g * g;
                    *w -= rate * *m / (v.sqrt() * root + epsilon);
                });
            }
        }
    }
}

/// What makes up for Adam's running means that start at zero: the rate, and what roots of the mean square are multiplied
/// by. Keras has both in the rate, and so its epsilon is another. The other optimizers take their rate as it is.
fn corrected(optimizer: Optimizer, rate: f32, step: u64) -> (f32, f32) {
    let Optimizer::Adam { beta1, beta2, framework, .. } = optimizer else { return (rate, 1.0) };
    let left = |beta: f32| 1.0 - elementary::powi(f64::from(beta), step);
    let (rate, root) = (f64::from(rate), left(beta2).sqrt());
    match framework {
        Framework::PyTorch => ((rate / left(beta1)) as f32, (1.0 / root) as f32),
        Framework::Keras3 | Framework::Keras2 => ((rate * root / left(beta1)) as f32, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weight after each of three steps with gradients 1, -0.5, 2, starting at 1.
    fn run(optimizer: Optimizer) -> [f32; 3] {
        run_at(optimizer, [optimizer.learning_rate(); 3])
    }

    fn run_at(optimizer: Optimizer, rates: [f32; 3]) -> [f32; 3] {
        let (mut state, mut w, mut rates) = (State::default(), [1.0_f32], rates.into_iter());
        [1.0, -0.5, 2.0].map(|g: f32| {
            state.step(optimizer, rates.next().unwrap()).apply(&mut w, &[g]);
            w[0]
        })
    }

    fn assert_close(found: [f32; 3], expected: [f64; 3]) {
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((f64::from(found) - expected).abs() < 1e-6, "{found}, expected {expected}");
        }
    }

    fn with_epsilon(optimizer: &str) -> Optimizer {
        optimizer.parse().unwrap()
    }

    /// By Keras 3.15.1 itself on its JAX backend in float64; an epsilon of 0.5 shows where it stands:
    ///
    /// ```text
    /// def steps(optimizer):
    ///     w = keras.Variable(np.array([1.]), dtype="float64")
    ///     for g in [1., -.5, 2.]:
    ///         optimizer.apply([keras.ops.convert_to_tensor(np.array([g]))], [w]); print(float(w[0]))
    /// for o in [SGD(.1), SGD(.1, momentum=.9), SGD(.1, momentum=.9, nesterov=True), RMSprop(.1), RMSprop(.1, epsilon=.5),
    ///           Adam(.1), Adam(.1, epsilon=.5)]: steps(o)
    /// ```
    #[test]
    fn three_steps_of_each_are_those_of_keras_3() {
        assert_close(run(Optimizer::sgd(0.1)), [0.9, 0.95, 0.75]);
        assert_close(run(Optimizer::momentum(0.1, 0.9)), [0.9, 0.86, 0.624]);
        assert_close(run(Optimizer::nesterov(0.1, 0.9)), [0.81, 0.824, 0.4116]);
        assert_close(run(Optimizer::rmsprop(0.1)), [0.6837723920969265, 0.8312142841466672, 0.5493563820534002]);
        let rmsprop = with_epsilon("rmsprop(lr 0.1, epsilon 0.5)");
        assert_close(run(rmsprop), [0.8709005551264194, 0.9346582264327532, 0.7350073103542598]);
        assert_close(run(Optimizer::adam(0.1)), [0.900000316226766, 0.8733666876221541, 0.807555618444076]);
        let adam = with_epsilon("adam(lr 0.1, epsilon 0.5)");
        assert_close(run(adam), [0.9940516512848024, 0.9922933952198969, 0.9839651184531933]);
    }

    /// By Python in float64, the definitions of Keras 2.2's `optimizers.py` and PyTorch's `torch.optim` written out:
    ///
    /// ```text
    /// G = [1., -.5, 2.]
    /// def rmsprop(lr, rho, eps):          # of both
    ///     w, a = 1., 0.
    ///     for g in G: a = rho*a + (1-rho)*g*g; w -= lr*g/(a**.5 + eps); print(w)
    /// def adam(lr, b1, b2, eps):          # of PyTorch
    ///     w, m, v = 1., 0., 0.
    ///     for t, g in enumerate(G, 1):
    ///         m = b1*m + (1-b1)*g; v = b2*v + (1-b2)*g*g
    ///         w -= lr/(1-b1**t)*m/(v**.5/(1-b2**t)**.5 + eps); print(w)
    /// rmsprop(.1, .9, .5); rmsprop(.1, .99, 1e-8); adam(.1, .9, .999, .5); adam(.1, .9, .999, 1e-8)
    /// ```
    #[test]
    fn three_steps_of_each_follow_keras_2_and_pytorch_where_these_are_named() {
        let beside = [0.8774851773445587, 0.9370716591385352, 0.7717246461331926];
        assert_close(run(with_epsilon("rmsprop(lr 0.1, epsilon 0.5, keras2)")), beside);
        assert_close(run(with_epsilon("rmsprop(lr 0.1, rho 0.9, epsilon 0.5, pytorch)")), beside);
        let rmsprop = [9.99999903994464e-08, 0.44901331474435047, -0.42572631400727434];
        assert_close(run(Optimizer::rmsprop(0.1).pytorch()), rmsprop);
        let adam = [0.9333333333333333, 0.9170191645106088, 0.8692557272531057];
        assert_close(run(with_epsilon("adam(lr 0.1, epsilon 0.5, pytorch)")), adam);
        assert_close(run(Optimizer::adam(0.1).pytorch()), [0.900000001, 0.8733662973709032, 0.8075551378428033]);
        assert_eq!(run(Optimizer::adam(0.1).keras2()), run(Optimizer::adam(0.1)));
    }

    /// With rates of 0.1, 0.01, 0.02: Keras 3.15.1 as above, its `learning_rate` set before every step; and
    ///
    /// ```text
    /// def sgd(mu, nesterov):              # of PyTorch
    ///     w, b = 1., 0.
    ///     for lr, g in zip([.1, .01, .02], G): b = mu*b + g; w -= lr*(g + mu*b if nesterov else b); print(w)
    /// ```
    #[test]
    fn a_rate_that_changes_scales_old_gradients_in_pytorch_and_only_new_ones_in_keras() {
        let rates = [0.1, 0.01, 0.02];
        let (momentum, nesterov) = (Optimizer::momentum(0.1, 0.9), Optimizer::nesterov(0.1, 0.9));
        assert_close(run_at(momentum, rates), [0.9, 0.815, 0.6985]);
        assert_close(run_at(nesterov, rates), [0.81, 0.7385, 0.59365]);
        assert_close(run_at(momentum.pytorch(), rates), [0.9, 0.896, 0.8488]);
        assert_close(run_at(nesterov.pytorch(), rates), [0.81, 0.8114, 0.72892]);
        assert_close(run(momentum.pytorch()), run(momentum).map(f64::from));
    }
}
