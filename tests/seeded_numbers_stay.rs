//! A seed stands for the same numbers on every machine and in every release: what a checksum here says never changes.

#[path = "common/seeded.rs"]
mod seeded;

const NUMBERS: &[(&str, u64)] = &[
    ("parabola", 0xc8da_f601_de74_d5e9),
    ("moons", 0x5bd6_4a1b_ac64_643c),
    ("circles", 0x49c5_d7d2_582a_2397),
    ("ball", 0x720d_9b08_3a4d_bcf6),
    ("hypercube", 0x9a52_1047_2957_c065),
    ("noise", 0xdf61_dd68_1e47_2182),
    ("normal", 0x4850_acf1_1ac3_3fe0),
    ("truncated_normal", 0x829e_2583_940e_5051),
    ("uniform", 0x60b9_d0a5_231a_d236),
    ("glorot_uniform", 0xc6f3_892e_8986_7606),
    ("glorot_normal", 0x529c_5dbf_4556_2ea4),
    ("he_uniform", 0x9e49_76b6_ce51_8c21),
    ("he_normal", 0x21e5_047e_5219_d070),
    ("lecun_uniform", 0x922a_73bc_f005_3f43),
    ("lecun_normal", 0x5fc1_f9bf_5e8b_091e),
    ("pytorch_uniform", 0xdc16_7a23_9be9_302b),
    ("an epoch of sgd", 0x0144_3a6e_4d26_3860),
    ("an epoch of momentum", 0x6dd0_7a0c_87e5_f0aa),
    ("an epoch of nesterov", 0x3fc3_c4f9_0b53_70eb),
    ("an epoch of rmsprop", 0x360a_60f6_0167_3cf4),
    ("an epoch of rmsprop of Keras 2", 0x8aaa_7552_4aa8_a898),
    ("an epoch of adam", 0x69e4_9dc8_7180_f7d2),
    ("sigmoid", 0x56da_b307_9e94_e059),
    ("hard_sigmoid", 0x537d_3d01_4d8b_ec32),
    ("hard_sigmoid_keras2", 0xe488_c6b2_5f43_cdec),
    ("tanh", 0xeb0d_1820_7987_5d65),
    ("leaky_relu(slope 0.3)", 0x5675_948c_e631_474a),
    ("elu(alpha 1.5)", 0x3a57_ff05_033f_11e8),
    ("selu", 0x4474_4dd7_5e59_58b4),
    ("softplus", 0x0e85_81c2_1408_99e9),
    ("softsign", 0x5cbd_5bf4_6885_87f6),
    ("softmax", 0x03da_5164_7977_a205),
    ("binary_crossentropy", 0x712d_613f_646c_5964),
    ("categorical_crossentropy", 0xd042_75a9_f784_abd6),
    ("mean_squared_error", 0xd4e6_da6f_daa9_335b),
    ("density", 0x1d72_f35e_e3b0_9eb6),
    ("principal plane", 0x16fb_c720_4b2d_bf0a),
    ("explained variance", 0x5fd1_0b59_9eab_b2b5),
];

#[test]
fn every_seed_gives_the_numbers_that_it_always_gave() {
    let found = seeded::numbers();
    let found: Vec<(&str, u64)> = found.iter().map(|(name, sum)| (name.as_str(), *sum)).collect();
    assert_eq!(found, NUMBERS, "{found:#x?}");
}

/// Some of them to read.
#[test]
fn the_first_numbers_of_a_seed_are_these() {
    let moons = training_replay::datasets::moons(100, 0.1, 7);
    let weights = training_replay::Initializer::GlorotNormal.matrix(2, 3, 42).unwrap();
    assert_eq!((moons.inputs()[(0, 0)], moons.inputs()[(0, 1)]), (0.26909363, -0.2276376));
    assert_eq!(weights.as_slice()[..2], [-0.023652112, -0.5849098]);
}
